//! Looks after the database: removed credentials past their undo, old history, the daily backup.

use super::beat::Beat;
use crate::credentials::UNDO;
use crate::store::{Store, StoreError};
use crate::tasks::Tasks;
use jiff::{SignedDuration, Timestamp};

const EVERY: SignedDuration = SignedDuration::from_mins(10);

/// Starts the job.
pub(super) fn start(tasks: &Tasks, mut beat: Beat, store: Store) {
    tasks.start(|stop| async move {
        let work = async {
            loop {
                let now = beat.clock.now();
                if let Some(why) = beat.is_due(EVERY, now) {
                    beat.run(why, async {
                        match tidy(&store, now).await {
                            Ok(()) => "looked after the database".to_owned(),
                            Err(error) => {
                                tracing::warn!(%error, "The database could not be looked after");
                                error.to_string()
                            }
                        }
                    })
                    .await;
                }
                let next = beat.next(EVERY, now);
                beat.announce(Some(next));
                beat.wait(next, std::future::pending()).await;
            }
        };
        tokio::select! {
            () = work => {}
            () = stop.cancelled() => {}
        }
    });
}

async fn tidy(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    store.purge_removed(now - UNDO).await?;
    store.thin_out(now).await?;
    store.back_up_if_due(now).await.map(drop)
}
