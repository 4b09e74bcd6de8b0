//! What follows from a refusal of the service, whoever was refused: the credential's state, and what rests.
//!
//! What a refusal means is `domain::fault`'s; whether to try again the caller's.

use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::journal::{Entry, Journal, Kind};
use crate::ledger::{Ledger, Note};
use crate::store::Store;
use domain::credential::Credential;
use domain::fault::{self, Decision, Fault};
use domain::policy::cooldown::{self, Claim};
use domain::policy::pair::Pair;
use domain::policy::words::Here;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Carries refusals out.
pub(crate) struct Refusals {
    pub(crate) credentials: Credentials,
    pub(crate) ledger: Ledger,
    pub(crate) store: Store,
    pub(crate) journal: Journal,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) zone: TimeZone,
}

impl Refusals {
    /// Puts the credential into the state that the service says it is in.
    pub(crate) async fn mark(&self, credential: &Credential, fault: &Fault) {
        if let Some(state) = fault::credential_state(fault, self.clock.now())
            && let Err(error) = self.credentials.mark(&credential.id, state).await
        {
            tracing::error!(credential = %credential.id, %error, "The credential's state could not be stored");
        }
    }

    /// Bare 429s that a pair had in a row.
    pub(crate) fn strikes(&self, pair: Pair<'_>) -> u32 {
        self.ledger.state().cooldowns.strikes(pair.credential, pair.model)
    }

    /// Lets rest what has to rest by `decision`, from now on; what it answers makes that durable.
    #[must_use = "a rest is durable once it is kept"]
    pub(crate) async fn rest(
        &self,
        credential: &Credential,
        pair: Pair<'_>,
        fault: &Fault,
        decision: &Decision,
    ) -> Option<Resting> {
        let now = self.clock.now();
        let claim = Claim::of(fault, decision, pair, self.strikes(pair), now)?;
        let name = credential.name();
        let here = Here { now, zone: &self.zone };
        let entry = Entry {
            kind: Kind::Cooldown,
            credential: credential.id.clone(),
            subject: crate::store::part_text(&claim.scope.part),
            verdict: claim.reason.key(),
            sentence: cooldown::Sentence { claim: &claim, name: &name, here }.to_string(),
            until: Some(claim.until),
            name,
        };
        self.ledger.note(Note::Rests(claim.clone())).await;
        Some(Resting { claim, entry, store: self.store.clone(), journal: self.journal.clone() })
    }
}

/// A rest that holds and is not on the disk yet.
pub(crate) struct Resting {
    claim: Claim,
    entry: Entry,
    store: Store,
    journal: Journal,
}

impl Resting {
    /// Makes it outlive the program, and writes it down. That waits for the disk; a request that goes to the next
    /// credential does not.
    pub(crate) async fn keep(self) {
        if let Err(error) = self.store.put_cooldown(self.claim).await {
            tracing::warn!(%error, "A cooldown could not be stored; it holds until the program ends");
        }
        self.journal.write(vec![self.entry]).await;
    }
}
