//! Writes down what was decided, once per change, for the ledger and the log.
//!
//! The sentences are `domain::policy`'s; keeping them is the store's.

use crate::clock::Clock;
use crate::store::{Decision, Store};
use domain::credential::CredentialId;
use jiff::Timestamp;
use std::sync::Arc;

/// What a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whether a window is started early.
    Warmup,
    /// Whether the last of a quota is kept back.
    Protection,
    /// Whether something rests.
    Cooldown,
    /// Use that was not ours.
    Drain,
    /// Whether background work goes on.
    Automation,
}

impl Kind {
    /// The word in JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Warmup => "warmup",
            Self::Protection => "protection",
            Self::Cooldown => "cooldown",
            Self::Drain => "drain",
            Self::Automation => "automation",
        }
    }
}

/// One decision on its way into the ledger.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it is about.
    pub kind: Kind,
    /// The credential.
    pub credential: CredentialId,
    /// What people call it.
    pub name: String,
    /// The model or group; empty where it is about the credential.
    pub subject: String,
    /// The decision's word.
    pub verdict: &'static str,
    /// The decision with the numbers that led to it.
    pub sentence: String,
    /// Until when it holds.
    pub until: Option<Timestamp>,
}

/// Writes decisions down. Clones share the store.
#[derive(Clone)]
pub struct Journal {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Journal {
    /// Writes into `store`.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Writes decisions down. A ledger that cannot be written costs the entry, not the work.
    pub async fn write(&self, entries: Vec<Entry>) {
        if entries.is_empty() {
            return;
        }
        let decisions = entries
            .into_iter()
            .map(|e| Decision {
                kind: e.kind.key(),
                credential: e.credential.to_string(),
                name: e.name,
                subject: e.subject,
                verdict: e.verdict.to_owned(),
                sentence: e.sentence,
                until: e.until,
            })
            .collect();
        if let Err(error) = self.store.add_decisions(decisions, self.clock.now()).await {
            tracing::warn!(%error, "Decisions could not be written down");
        }
    }
}
