//! Notices when the wall clock jumps, and takes back what it says is still to come.

use crate::clock::Clock;
use crate::ledger::{Ledger, Note};
use crate::store::Store;
use crate::tasks::Tasks;
use domain::policy::catchup::{self, Jump};
use jiff::SignedDuration;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

const LOOK: Duration = Duration::from_secs(30);

/// Starts the task.
pub(super) fn start(tasks: &Tasks, ledger: Ledger, store: Store, clock: Arc<dyn Clock>) {
    tasks.start(|stop| async move {
        let mut before = (clock.now(), Instant::now());
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = stop.cancelled() => break,
            }
            let (now, timer) = (clock.now(), Instant::now());
            let passed = SignedDuration::try_from(timer.duration_since(before.1)).unwrap_or(SignedDuration::MAX);
            match catchup::jump(before.0, now, passed) {
                Some(Jump::Back(by)) => {
                    tracing::info!(target: "background_scheduler", ?by, "The clock was set back");
                    set_back(&ledger, &store, clock.as_ref()).await;
                }
                Some(Jump::Ahead(by)) => {
                    tracing::info!(target: "background_scheduler", ?by, "The computer slept, or the clock was set forward");
                }
                None => {}
            }
            before = (now, timer);
        }
    });
}

/// Nothing may rest, or count as just warmed, longer than it was told to.
async fn set_back(ledger: &Ledger, store: &Store, clock: &dyn Clock) {
    let now = clock.now();
    ledger.note(Note::ClockSetBack(now)).await;
    if let Err(error) = store.clamp_warmups(now).await {
        tracing::warn!(%error, "Warmups could not be moved to the clock that was set back");
    }
    let state = ledger.state();
    for claim in state.cooldowns.iter().filter(|claim| claim.since == now) {
        if let Err(error) = store.put_cooldown(claim.clone()).await {
            tracing::warn!(%error, "A cooldown could not be moved to the clock that was set back");
        }
    }
}
