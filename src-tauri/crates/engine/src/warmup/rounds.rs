//! The rounds that are under way and the last ones that are over, as readers see them.

use crate::view::dto::WarmupRound;
use std::sync::{Mutex, PoisonError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// So many rounds are remembered.
const REMEMBERED: usize = 4;

/// Every round of this run of the program that is still of interest, the oldest first.
pub(super) struct Rounds {
    all: watch::Sender<Vec<WarmupRound>>,
    stopping: CancellationToken,
    cancel: Mutex<CancellationToken>,
}

impl Rounds {
    pub(super) fn new(stopping: CancellationToken) -> Self {
        let cancel = Mutex::new(stopping.child_token());
        Self { all: watch::Sender::new(Vec::new()), stopping, cancel }
    }

    pub(super) fn watch(&self) -> watch::Receiver<Vec<WarmupRound>> {
        self.all.subscribe()
    }

    /// The latest round under way, else the latest of all.
    pub(super) fn latest(&self) -> Option<WarmupRound> {
        let all = self.all.borrow();
        all.iter().rev().find(|round| !round.over).or(all.last()).cloned()
    }

    /// What tells a round that is about to begin to stop.
    pub(super) fn stop(&self) -> CancellationToken {
        self.cancel.lock().unwrap_or_else(PoisonError::into_inner).child_token()
    }

    /// Adds a round.
    pub(super) fn begin(&self, round: WarmupRound) {
        self.all.send_modify(|all| {
            all.push(round);
            while all.len() > REMEMBERED
                && let Some(over) = all.iter().position(|round| round.over)
            {
                all.remove(over);
            }
        });
    }

    /// Changes a round; answers it as it is then.
    pub(super) fn change(&self, id: &str, change: impl FnOnce(&mut WarmupRound)) -> Option<WarmupRound> {
        let mut changed = None;
        self.all.send_if_modified(|all| {
            let Some(round) = all.iter_mut().find(|round| round.id == id) else { return false };
            change(round);
            changed = Some(round.clone());
            true
        });
        changed
    }

    /// Tells every round under way to stop.
    pub(super) fn cancel(&self) {
        let mut cancel = self.cancel.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *cancel, self.stopping.child_token()).cancel();
    }
}
