//! What a fresh reading says about claims.

use super::{Claim, Cooldowns, Part, Probe, Reason, Scope};
use crate::catalogue::Group;
use crate::credential::CredentialId;
use crate::fault::{Class, GRACE};
use crate::quota::{Quota, Remaining};
use jiff::Timestamp;

/// What a fresh reading changed about a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It shows quota where the service said there is none: one request of the user may try.
    ProbeOpened(Scope),
    /// It shows quota after a bare 429: the service declined. Told to the user, never worked around.
    Refused(Scope),
    /// It shows an empty window after a bare 429: the pair rests until it refills.
    Empty {
        /// What rests.
        scope: Scope,
        /// Until when.
        until: Timestamp,
    },
}

/// What a reading shows of the part that rests.
enum Shown {
    /// Every number is known and above 0.
    Left,
    /// One is 0, and when that refills, if it is known.
    Empty(Option<Timestamp>),
    /// Neither.
    Unknown,
}

impl Cooldowns {
    /// Takes what was read of a credential. Only readings younger than the evidence say anything. Nothing is lifted
    /// blindly: numbers can be positive while requests are refused.
    pub fn read(&mut self, credential: &CredentialId, quota: &Quota, now: Timestamp) -> Vec<Finding> {
        let all = self.claims.get_mut(credential).into_iter().flatten();
        all.filter(|c| c.until > now).filter_map(|claim| weigh(claim, quota, now)).collect()
    }
}

fn weigh(claim: &mut Claim, quota: &Quota, now: Timestamp) -> Option<Finding> {
    let shown = shown(&claim.scope.part, quota, claim.seen_at, now);
    let bare = claim.proof.class == Class::Unstructured && claim.reason == Reason::Rate;
    match (claim.reason, shown) {
        (Reason::QuotaEmpty, Shown::Left) if claim.probe == Probe::Shut => {
            claim.probe = Probe::Open;
            Some(Finding::ProbeOpened(claim.scope.clone()))
        }
        (Reason::QuotaEmpty, Shown::Empty(refills)) => {
            claim.probe = Probe::Shut;
            grow(claim, refills);
            None
        }
        (Reason::Rate, Shown::Left) if bare => {
            claim.reason = Reason::Refused;
            Some(Finding::Refused(claim.scope.clone()))
        }
        (Reason::Rate, Shown::Empty(refills)) if bare => {
            claim.reason = Reason::QuotaEmpty;
            grow(claim, refills);
            Some(Finding::Empty { scope: claim.scope.clone(), until: claim.until })
        }
        (
            Reason::QuotaEmpty
            | Reason::Rate
            | Reason::Refused
            | Reason::NotOffered
            | Reason::Unauthenticated,
            Shown::Left | Shown::Empty(_) | Shown::Unknown,
        ) => None,
    }
}

fn grow(claim: &mut Claim, refills: Option<Timestamp>) {
    if let Some(at) = refills.and_then(|at| at.checked_add(GRACE).ok()) {
        claim.until = claim.until.max(at);
    }
}

fn shown(part: &Part, quota: &Quota, after: Timestamp, now: Timestamp) -> Shown {
    match part {
        Part::Group(group) => of_group(group, quota, after, now),
        Part::Model(id) => {
            let Some(model) = quota.models.iter().find(|m| &m.id == id) else { return Shown::Unknown };
            let in_group = model.group.as_ref().filter(|g| quota.windows_of(g).next().is_some());
            if let Some(group) = in_group {
                return of_group(group, quota, after, now);
            }
            let own = quota.effective(model, now);
            match own.remaining.filter(|_| own.observed_at > after) {
                Some(left) if left.is_empty() => Shown::Empty(own.reset_at),
                Some(_) => Shown::Left,
                None => Shown::Unknown,
            }
        }
        // Nothing read of quota speaks for or against a token.
        Part::Whole => Shown::Unknown,
    }
}

fn of_group(group: &Group, quota: &Quota, after: Timestamp, now: Timestamp) -> Shown {
    let mut left = None;
    for window in quota.windows_of(group) {
        let share = window.remaining_at(now).filter(|_| window.observed_at > after);
        if share.is_some_and(Remaining::is_empty) {
            return Shown::Empty(quota.refills_at(group, now));
        }
        left = Some(left.unwrap_or(true) && share.is_some());
    }
    if left == Some(true) { Shown::Left } else { Shown::Unknown }
}
