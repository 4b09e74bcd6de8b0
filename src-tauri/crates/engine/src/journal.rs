//! Writes down what was decided, once per change, for the ledger and the log.
//!
//! The sentences are `domain::policy`'s; keeping them is the store's.

mod held;

use crate::clock::Clock;
use crate::store::{Decision, DecisionQuery, KeptDecision, Store, StoreError};
use domain::credential::CredentialId;
use held::Held;
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::Mutex;

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

/// Writes decisions down. Clones share what is held.
#[derive(Clone)]
pub struct Journal {
    store: Store,
    clock: Arc<dyn Clock>,
    held: Arc<Mutex<Held>>,
}

impl Journal {
    /// Writes into `store`.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, held: Arc::default() }
    }

    /// Writes decisions down; that one is still so may reach the disk up to an hour later, and is read from here until
    /// then. A ledger that cannot be written costs the entry, not the work.
    pub async fn write(&self, entries: Vec<Entry>) {
        if entries.is_empty() {
            return;
        }
        let now = self.clock.now();
        let mut held = self.held.lock().await;
        let due = entries.into_iter().flat_map(|entry| held.take(entry.decided(now))).collect();
        self.keep(due).await;
    }

    /// Looks decisions up, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn read(&self, query: DecisionQuery) -> Result<Vec<KeptDecision>, StoreError> {
        self.flush().await;
        self.store.decisions(query).await
    }

    /// Writes down what is held.
    pub async fn flush(&self) {
        let mut held = self.held.lock().await;
        let due = held.drain(self.clock.now());
        self.keep(due).await;
    }

    async fn keep(&self, decisions: Vec<Decision>) {
        if decisions.is_empty() {
            return;
        }
        if let Err(error) = self.store.add_decisions(decisions).await {
            tracing::warn!(%error, "Decisions could not be written down");
        }
    }
}

impl Entry {
    fn decided(self, at: Timestamp) -> Decision {
        Decision {
            kind: self.kind.key(),
            credential: self.credential.to_string(),
            name: self.name,
            subject: self.subject,
            verdict: self.verdict.to_owned(),
            sentence: self.sentence,
            until: self.until,
            at,
        }
    }
}
