//! One candidate and its place in the order.

use crate::catalogue::Group;
use crate::credential::{Credential, CredentialId, Provider};
use crate::policy::pair::Pair;
use crate::policy::protection::Below;
use crate::quota::{ModelReading, Quota, Remaining};
use crate::settings::Routing;
use jiff::Timestamp;
use std::cmp::Reverse;

/// A credential that may serve the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Which.
    pub id: CredentialId,
    /// What people call it.
    pub name: String,
    /// Where it belongs.
    pub provider: Provider,
    /// The pool the model draws on with it, if any is known.
    pub group: Option<Group>,
    /// What is left, or unknown.
    pub remaining: Option<Remaining>,
    /// When the started window is over, where there is one.
    pub reset_at: Option<Timestamp>,
    /// The first window's clock has not started.
    pub idle: bool,
    /// It is below the weekly floor.
    pub weekly: Option<Below>,
    /// It rests, and this request would try whether that still holds.
    pub probes: bool,
    pub(super) rank: Rank,
}

impl Place {
    /// The pair it is for `model`.
    #[must_use]
    pub fn pair<'a>(&'a self, model: &'a str) -> Pair<'a> {
        Pair { credential: &self.id, group: self.group.as_ref(), model }
    }

    /// Whether two places differ in nothing that matters to taking turns.
    pub(super) fn takes_turns_with(&self, other: &Self) -> bool {
        self.rank.tier == other.rank.tier
    }
}

/// The order of candidates; the smaller comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    tier: Tier,
    key: Key,
    /// The user's own order.
    position: usize,
}

/// What comes before any strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Tier {
    probes: bool,
    kind: usize,
    standing: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Known,
    Unknown,
    WeeklyLow,
}

/// What the strategy goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// A started window, by its end.
    EndsAt(Timestamp),
    /// Nobody knows when it ends, or whether it has started.
    Between,
    /// Kept for later.
    Idle,
    /// The most left first.
    Left(Reverse<Option<Remaining>>),
    /// The user's own order.
    AsTheyStand,
}

/// What a place is made of.
pub(super) struct Found<'a> {
    pub credential: &'a Credential,
    pub quota: &'a Quota,
    pub model: &'a ModelReading,
    pub remaining: Option<Remaining>,
    pub weekly: Option<Below>,
    pub probes: bool,
    /// Which of the kinds in the user's order.
    pub kind: usize,
    /// Which in the user's order of credentials.
    pub position: usize,
}

impl Place {
    pub(super) fn of(found: &Found<'_>, routing: Routing, now: Timestamp) -> Self {
        let (started, reset_at) = short_window(found, now);
        let standing = match (found.weekly, found.remaining) {
            (Some(_), _) => Standing::WeeklyLow,
            (None, Some(_)) => Standing::Known,
            (None, None) => Standing::Unknown,
        };
        let key = match (routing, started, reset_at) {
            (Routing::SoonestReset, Some(true), Some(reset)) => Key::EndsAt(reset),
            (Routing::SoonestReset, Some(false), _) => Key::Idle,
            (Routing::SoonestReset, _, _) => Key::Between,
            (Routing::MostRemaining, _, _) => Key::Left(Reverse(found.remaining)),
            (Routing::RoundRobin | Routing::FillFirst | Routing::Pinned, _, _) => Key::AsTheyStand,
        };
        let tier = Tier { probes: found.probes, kind: found.kind, standing };
        Self {
            id: found.credential.id.clone(),
            name: found.credential.name(),
            provider: found.credential.provider,
            group: found.model.group.clone(),
            remaining: found.remaining,
            reset_at: reset_at.filter(|_| started == Some(true)),
            idle: started == Some(false),
            weekly: found.weekly,
            probes: found.probes,
            rank: Rank { tier, key, position: found.position },
        }
    }
}

/// Whether the model's first window has started, and when it ends. Without windows the model's own number stands:
/// less than full means started.
fn short_window(found: &Found<'_>, now: Timestamp) -> (Option<bool>, Option<Timestamp>) {
    let window = found.model.group.as_ref().and_then(|group| found.quota.short_window(group));
    match window {
        Some(window) => (window.started_at(now), window.reset_at.filter(|reset| *reset > now)),
        None => {
            let reset = found.model.reset_at.filter(|reset| *reset > now);
            (found.remaining.map(|left| !left.is_full()), reset)
        }
    }
}
