//! What rests, why, until when, and what would end it sooner.
//!
//! A claim stands for evidence: an answer of the service. The deadline only grows while evidence stands; a claim
//! ends at its time, by the user's click, or by a probe that is answered. This module keeps the claims and the
//! rules; classing an answer is [`crate::fault`]'s, storing claims and sending the probe the engine's.

mod claim;
mod ending;
mod reading;
mod words;

pub use claim::{Claim, Ending, Part, Probe, Proof, Reason, Scope};
pub use reading::Finding;
pub use words::Sentence;

use super::pair::Pair;
use crate::credential::CredentialId;
use crate::fault::Class;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Every claim that stands, one a scope.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cooldowns {
    claims: BTreeMap<CredentialId, Vec<Claim>>,
    /// Bare 429s in a row, by credential and model; they outlive their claims.
    strikes: BTreeMap<CredentialId, BTreeMap<String, u32>>,
}

/// What a new claim changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// Nothing of that scope rested.
    New,
    /// The rest goes on for longer.
    Grew {
        /// Until when it stood before.
        from: Timestamp,
    },
    /// The earlier claim lasts longer and stands.
    Stood,
}

/// Whether a pair may be used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Resting<'a> {
    /// Nothing is claimed.
    No,
    /// It rests.
    Yes(&'a Claim),
    /// It rests, but a fresh reading shows quota: it may be the last candidate of one user request.
    Probe(&'a Claim),
}

impl Cooldowns {
    /// Takes a claim. Of two for one scope the later deadline stands; fresh evidence shuts a probe.
    pub fn add(&mut self, claim: Claim) -> Added {
        if claim.proof.class == Class::Unstructured
            && let Part::Model(model) = &claim.scope.part
        {
            let of_model = self.strikes.entry(claim.scope.credential.clone()).or_default();
            *of_model.entry(model.clone()).or_default() += 1;
        }
        let all = self.claims.entry(claim.scope.credential.clone()).or_default();
        let Some(standing) = all.iter_mut().find(|c| c.scope == claim.scope) else {
            all.push(claim);
            return Added::New;
        };
        if standing.until <= claim.since {
            *standing = claim;
            return Added::New;
        }
        standing.probe = Probe::Shut;
        standing.seen_at = standing.seen_at.max(claim.seen_at);
        if claim.until <= standing.until {
            return Added::Stood;
        }
        let from = standing.until;
        *standing = Claim { since: standing.since, seen_at: standing.seen_at, ..claim };
        Added::Grew { from }
    }

    /// The claim that keeps a pair from being used at `now`, for everything but a probe: the one that lasts longest.
    #[must_use]
    pub fn resting(&self, pair: Pair<'_>, now: Timestamp) -> Option<&Claim> {
        longest(self.of(pair.credential), pair, now)
    }

    /// Whether a request of the user may use a pair at `now`.
    #[must_use]
    pub fn standing(&self, pair: Pair<'_>, now: Timestamp) -> Resting<'_> {
        let all = self.of(pair.credential);
        let shut = touching(all, pair, now).filter(|c| c.probe != Probe::Open).max_by_key(|c| c.until);
        match (shut, longest(all, pair, now)) {
            (Some(claim), _) => Resting::Yes(claim),
            (None, Some(claim)) => Resting::Probe(claim),
            (None, None) => Resting::No,
        }
    }

    /// How many bare 429s a pair had in a row, to be passed to [`crate::fault::decide`] as `attempt`.
    #[must_use]
    pub fn strikes(&self, credential: &CredentialId, model: &str) -> u32 {
        self.strikes.get(credential).and_then(|models| models.get(model)).copied().unwrap_or(0)
    }

    /// Every claim, passed ones too until [`Cooldowns::expire`].
    pub fn iter(&self) -> impl Iterator<Item = &Claim> {
        self.claims.values().flatten()
    }

    /// Moves what the clock says is still to come (it was set back) to `now`, lengths kept, so that nothing rests
    /// longer than it was told to. Answers what changed, to be stored.
    pub fn clamp(&mut self, now: Timestamp) -> Vec<Claim> {
        let mut changed = Vec::new();
        for claim in self.claims.values_mut().flatten() {
            if claim.since > now || claim.seen_at > now {
                let ahead = now.duration_until(claim.since).max(SignedDuration::ZERO);
                claim.until = claim.until.checked_sub(ahead).unwrap_or(now);
                claim.since = claim.since.min(now);
                claim.seen_at = claim.seen_at.min(now);
                changed.push(claim.clone());
            }
        }
        changed
    }

    /// Every claim of one credential, passed ones too.
    #[must_use]
    pub fn of(&self, credential: &CredentialId) -> &[Claim] {
        self.claims.get(credential).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Of the claims of a pair's credential the one that keeps the pair from being used, and lasts longest.
pub(super) fn longest<'a>(all: &'a [Claim], pair: Pair<'_>, now: Timestamp) -> Option<&'a Claim> {
    touching(all, pair, now).max_by_key(|c| c.until)
}

fn touching<'a>(all: &'a [Claim], pair: Pair<'_>, now: Timestamp) -> impl Iterator<Item = &'a Claim> {
    all.iter().filter(move |c| c.until > now && c.scope.part.touches(pair))
}

impl FromIterator<Claim> for Cooldowns {
    /// The claims as they were stored. Probes are shut until the next reading.
    fn from_iter<I: IntoIterator<Item = Claim>>(stored: I) -> Self {
        let mut all = Self::default();
        for claim in stored {
            let (strikes, scope) = (claim.proof.times, claim.scope.clone());
            all.add(Claim { probe: Probe::Shut, ..claim });
            if let Part::Model(model) = scope.part
                && let Some(count) = all.strikes.get_mut(&scope.credential).and_then(|m| m.get_mut(&model))
            {
                *count = strikes;
            }
        }
        all
    }
}

#[cfg(test)]
mod tests;
