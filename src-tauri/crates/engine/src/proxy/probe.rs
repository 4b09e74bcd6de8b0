//! A request that tries whether a pair still rests.

use crate::ledger::{Ledger, Note, OwnPair};
use crate::tasks::Tasks;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The one request that may try. Dropped without an answer, another may.
pub(super) struct Probe {
    ledger: Ledger,
    tasks: Tasks,
    pair: Option<OwnPair>,
}

impl Probe {
    /// Takes the only place there is; `None` where another request has it.
    pub(super) async fn begin(
        ledger: &Ledger,
        tasks: &Tasks,
        pair: &OwnPair,
        now: Timestamp,
    ) -> Option<Self> {
        let may = Arc::new(AtomicBool::new(false));
        let probe = Self { ledger: ledger.clone(), tasks: tasks.clone(), pair: Some(pair.clone()) };
        ledger.note(Note::ProbeSent(pair.clone(), now, may.clone())).await;
        if may.load(Ordering::Acquire) {
            Some(probe)
        } else {
            probe.answered();
            None
        }
    }

    /// It was answered, or is none: nothing is to be taken back.
    pub(super) fn answered(mut self) {
        self.pair = None;
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        if let Some(pair) = self.pair.take() {
            let ledger = self.ledger.clone();
            self.tasks.start(|_| async move { ledger.note(Note::ProbeUndecided(pair)).await });
        }
    }
}
