//! Looks after the database: removed credentials past their undo, old history, the daily backup.

use super::beat::Beat;
use crate::credentials::UNDO;
use crate::ledger::{Ledger, Note};
use crate::proxy::prompts::kept_since;
use crate::settings::SettingsKeeper;
use crate::store::{Store, StoreError};
use crate::tasks::Tasks;
use domain::policy::words::Said;
use jiff::{SignedDuration, Timestamp};

const EVERY: SignedDuration = SignedDuration::from_mins(10);
/// Going through the whole history is not for every ten minutes.
const THIN_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// Warmups older than this decide nothing any more, but for the last ones of a group.
pub(crate) const REMEMBERED: SignedDuration = SignedDuration::from_hours(8 * 24);

/// Starts the job.
pub(super) fn start(tasks: &Tasks, mut beat: Beat, store: Store, ledger: Ledger, settings: SettingsKeeper) {
    tasks.start(|stop| async move {
        let mut thinned_at: Option<Timestamp> = None;
        let work = async {
            loop {
                let now = beat.clock.now();
                if let Some(why) = beat.is_due(EVERY, now) {
                    beat.run(why, async {
                        ledger.note(Note::OldForgotten(now - REMEMBERED)).await;
                        // A clock that was set back begins anew.
                        let last = thinned_at.filter(|at| *at <= now);
                        let prompts = kept_since(&settings.current(), now);
                        match tidy(&store, now, last, prompts).await {
                            Ok(thinned) => {
                                thinned_at = thinned;
                                Said::of(|language| language.say("looked after the database", "已整理数据库"))
                            }
                            Err(error) => {
                                tracing::warn!(%error, "The database could not be looked after");
                                Said::of(|_| &error)
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

/// What was said in requests before `prompts` is deleted. Answers when history was thinned out last.
async fn tidy(
    store: &Store,
    now: Timestamp,
    last: Option<Timestamp>,
    prompts: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    store.purge_removed(now - UNDO).await?;
    store.expire_cooldowns(now).await?;
    store.delete_prompts(prompts).await?;
    let due = last.is_none_or(|at| at <= now - THIN_EVERY);
    if due {
        store.thin_out(now, last).await?;
    }
    store.back_up_if_due(now).await?;
    Ok(if due { Some(now) } else { last })
}
