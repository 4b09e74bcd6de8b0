//! Edges worth telling somebody about: quota that becomes low, comes back, is warmed, and credentials that need
//! the user.
//!
//! Takes what is seen and answers what is new. Who is told, and how, is for others: hooks, notices.

use crate::catalogue::Group;
use crate::credential::CredentialId;
use crate::policy::warmup::AttemptId;
use crate::quota::Remaining;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// A group fell below the low mark.
    Low,
    /// It rose above the mark again, by enough not to flicker.
    Back,
    /// A warmup was verified: the window's clock runs.
    Warmed,
    /// A credential cannot go on without the user.
    NeedsYou,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Low, Self::Back, Self::Warmed, Self::NeedsYou];

    /// The word in settings and in JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Back => "back",
            Self::Warmed => "warmed",
            Self::NeedsYou => "needs-you",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == word)
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// To which credential.
    pub credential: CredentialId,
    /// What people call it.
    pub name: String,
    /// To which group of it; `None` for the credential as a whole.
    pub group: Option<Group>,
    /// What is left of the group.
    pub remaining: Option<Remaining>,
    /// When the group refills.
    pub reset_at: Option<Timestamp>,
    /// Why the user is needed, in the words readers get; they may quote the service.
    pub reason: Option<String>,
    /// When it was seen.
    pub at: Timestamp,
}

/// One credential as it is seen at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Its id.
    pub credential: CredentialId,
    /// What people call it.
    pub name: String,
    /// Why it needs the user, if it does.
    pub needs_you: Option<String>,
    /// Its groups.
    pub pools: Vec<SeenPool>,
    /// Its warmups that were verified.
    pub warmed: Vec<(AttemptId, Option<Group>)>,
}

/// One group of a credential.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenPool {
    /// The group.
    pub group: Group,
    /// What is left; `None` for unknown.
    pub remaining: Option<Remaining>,
    /// When it refills.
    pub reset_at: Option<Timestamp>,
}

/// From where on a group is low, and how far above that it counts as back. In percent and points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Below this it is low.
    pub low: u32,
    /// So far above it is back.
    pub back_above: u32,
}

/// Remembers what was seen, so that each edge is told once.
///
/// What is seen for the first time is where it begins, and no edge. Unknown is no edge either: a group keeps the
/// side it was on.
#[derive(Debug, Clone, Default)]
pub struct Watcher {
    low: BTreeMap<(CredentialId, Group), bool>,
    needing: BTreeMap<CredentialId, bool>,
    warmed: BTreeMap<CredentialId, BTreeSet<AttemptId>>,
}

impl Watcher {
    /// What is new in `seen`.
    pub fn observe(&mut self, seen: &[Seen], marks: Marks, now: Timestamp) -> Vec<Event> {
        let mut events = Vec::new();
        for one in seen {
            self.needs_you(one, now, &mut events);
            for pool in &one.pools {
                self.pool(one, pool, marks, now, &mut events);
            }
            self.warmed(one, now, &mut events);
        }
        let is_there = |id: &CredentialId| seen.iter().any(|one| one.credential == *id);
        self.low.retain(|(id, _), _| is_there(id));
        self.needing.retain(|id, _| is_there(id));
        self.warmed.retain(|id, _| is_there(id));
        events
    }

    fn needs_you(&mut self, one: &Seen, now: Timestamp, events: &mut Vec<Event>) {
        let needs = one.needs_you.is_some();
        let before = self.needing.insert(one.credential.clone(), needs);
        if before == Some(false) && needs {
            let reason = one.needs_you.clone();
            events.push(Event { reason, ..one.event(EventKind::NeedsYou, None, now) });
        }
    }

    fn pool(&mut self, one: &Seen, pool: &SeenPool, marks: Marks, now: Timestamp, events: &mut Vec<Event>) {
        let Some(left) = pool.remaining else { return };
        let key = (one.credential.clone(), pool.group.clone());
        let before = self.low.get(&key).copied();
        let is_low = match before {
            Some(true) => left.percent() < f64::from(marks.low.saturating_add(marks.back_above).min(100)),
            Some(false) | None => left.percent() < f64::from(marks.low),
        };
        self.low.insert(key, is_low);
        let kind = match (before, is_low) {
            (Some(false), true) => EventKind::Low,
            (Some(true), false) => EventKind::Back,
            (Some(_) | None, _) => return,
        };
        events.push(one.event(kind, Some(pool), now));
    }

    fn warmed(&mut self, one: &Seen, now: Timestamp, events: &mut Vec<Event>) {
        let all: BTreeSet<AttemptId> = one.warmed.iter().map(|(id, _)| *id).collect();
        let before = self.warmed.insert(one.credential.clone(), all);
        let Some(before) = before else { return };
        for (_, group) in one.warmed.iter().filter(|(id, _)| !before.contains(id)) {
            let pool = group.as_ref().and_then(|group| one.pools.iter().find(|pool| pool.group == *group));
            let event = one.event(EventKind::Warmed, pool, now);
            events.push(Event { group: group.clone(), ..event });
        }
    }
}

impl Seen {
    fn event(&self, kind: EventKind, pool: Option<&SeenPool>, at: Timestamp) -> Event {
        Event {
            kind,
            credential: self.credential.clone(),
            name: self.name.clone(),
            group: pool.map(|pool| pool.group.clone()),
            remaining: pool.and_then(|pool| pool.remaining),
            reset_at: pool.and_then(|pool| pool.reset_at),
            reason: None,
            at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EventKind::{Back, Low, NeedsYou, Warmed};

    const MARKS: Marks = Marks { low: 10, back_above: 5 };

    fn ada(left: Option<f64>) -> Seen {
        Seen {
            credential: CredentialId::new("ada"),
            name: "Ada".to_owned(),
            needs_you: None,
            pools: vec![SeenPool {
                group: Group::ThirdParty,
                remaining: left.and_then(Remaining::clamped),
                reset_at: None,
            }],
            warmed: Vec::new(),
        }
    }

    /// The edges of a row of observations.
    #[track_caller]
    fn check(row: &[Seen], expected: &[&[EventKind]]) {
        let mut watcher = Watcher::default();
        let told: Vec<Vec<_>> = row
            .iter()
            .map(|seen| {
                let events = watcher.observe(std::slice::from_ref(seen), MARKS, Timestamp::UNIX_EPOCH);
                events.into_iter().map(|event| event.kind).collect()
            })
            .collect();
        assert_eq!(told, expected);
    }

    fn falls(shares: &[Option<f64>]) -> Vec<Seen> {
        shares.iter().map(|left| ada(*left)).collect()
    }

    #[test]
    fn each_edge_is_told_once() {
        let row = falls(&[Some(0.5), Some(0.0999), Some(0.02), Some(0.0), Some(1.0), Some(1.0)]);
        check(&row, &[&[], &[Low], &[], &[], &[Back], &[]]);
    }

    #[test]
    fn what_is_low_from_the_start_is_no_edge_and_its_return_is() {
        check(&falls(&[Some(0.05), Some(0.05), Some(0.9)]), &[&[], &[], &[Back]]);
    }

    #[test]
    fn around_the_mark_it_does_not_flicker() {
        let row = falls(&[Some(0.11), Some(0.09), Some(0.11), Some(0.09), Some(0.149), Some(0.15)]);
        check(&row, &[&[], &[Low], &[], &[], &[], &[Back]]);
    }

    #[test]
    fn unknown_changes_nothing() {
        let row = falls(&[None, Some(0.5), None, Some(0.05), None, Some(0.05), None, Some(0.5)]);
        check(&row, &[&[], &[], &[], &[Low], &[], &[], &[], &[Back]]);
    }

    #[test]
    fn a_credential_that_needs_the_user_says_so_once_with_its_reason() {
        let blocked = Seen { needs_you: Some("Verify it.".to_owned()), ..ada(None) };
        check(
            &[ada(None), blocked.clone(), blocked.clone(), ada(None), blocked.clone()],
            &[&[], &[NeedsYou], &[], &[], &[NeedsYou]],
        );
        check(&[blocked.clone(), blocked.clone()], &[&[], &[]]);
        let mut watcher = Watcher::default();
        watcher.observe(&[ada(None)], MARKS, Timestamp::UNIX_EPOCH);
        let events = watcher.observe(&[blocked], MARKS, Timestamp::UNIX_EPOCH);
        assert_eq!(events[0].reason.as_deref(), Some("Verify it."));
    }

    #[test]
    fn a_warmup_is_told_when_it_is_verified_and_not_when_it_is_remembered() {
        let warmed = |ids: &[i64]| Seen {
            warmed: ids.iter().map(|id| (AttemptId(*id), Some(Group::ThirdParty))).collect(),
            ..ada(Some(1.0))
        };
        check(
            &[warmed(&[1]), warmed(&[1]), warmed(&[1, 3]), warmed(&[3]), warmed(&[3, 2, 4])],
            &[&[], &[], &[Warmed], &[], &[Warmed, Warmed]],
        );
    }

    #[test]
    fn one_that_is_gone_is_forgotten() {
        let mut watcher = Watcher::default();
        watcher.observe(&[ada(Some(0.05))], MARKS, Timestamp::UNIX_EPOCH);
        watcher.observe(&[], MARKS, Timestamp::UNIX_EPOCH);
        assert_eq!(watcher.observe(&[ada(Some(0.9))], MARKS, Timestamp::UNIX_EPOCH), []);
    }

    #[test]
    fn every_kind_has_its_word() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::of(kind.key()), Some(kind));
        }
        assert_eq!(EventKind::of("high"), None);
    }
}
