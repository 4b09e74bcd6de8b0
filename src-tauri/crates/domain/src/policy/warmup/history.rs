//! What was warmed before, and what follows from it for the next time.

use super::attempt::{Attempt, AttemptId, Outcome};
use crate::catalogue::Group;
use crate::credential::CredentialId;
use crate::policy::pair::Pair;
use crate::settings::Settings;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// The first pause after failed attempts.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(10);
/// The longest pause the doubling reaches.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(4);
/// So many attempts of a group are remembered however old they are.
pub const REMEMBERED: usize = 20;
/// The time over which the budget counts.
const BUDGET_PERIOD: SignedDuration = SignedDuration::from_hours(24);

/// Every attempt that is remembered, by credential and group.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// In each group the oldest first.
    attempts: BTreeMap<CredentialId, BTreeMap<Option<Group>, Vec<Attempt>>>,
}

/// The attempts of one credential.
#[derive(Debug, Clone, Copy)]
pub(super) struct Past<'a>(Option<&'a BTreeMap<Option<Group>, Vec<Attempt>>>);

/// Which attempts concern a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Those for its group: one request warms all its models.
    Group,
    /// Those for the model itself.
    Model,
}

/// What stands against another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pause {
    /// Until when.
    pub until: Timestamp,
    /// When the last attempt that counts was.
    pub last_at: Timestamp,
    /// How many attempts led to it.
    pub attempts: u32,
}

impl History {
    /// Adds an attempt.
    pub fn record(&mut self, attempt: Attempt) {
        let of_credential = self.attempts.entry(attempt.credential.clone()).or_default();
        let all = of_credential.entry(attempt.group.clone()).or_default();
        let at = all.partition_point(|a| (a.at, a.id) <= (attempt.at, attempt.id));
        all.insert(at, attempt);
    }

    /// Says what came of an attempt. Whether it is remembered at all.
    pub fn conclude(&mut self, credential: &CredentialId, id: AttemptId, outcome: Outcome) -> bool {
        let all = self.attempts.get_mut(credential).into_iter().flat_map(BTreeMap::values_mut).flatten();
        let found = all.into_iter().find(|a| a.id == id);
        found.map(|attempt| attempt.outcome = outcome).is_some()
    }

    /// Attempts that were answered well, or may have been, whose effect nobody told: `from` is when the oldest of
    /// interest was, `to` when the youngest.
    pub fn untold(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &Attempt> {
        let all = self.attempts.values().flat_map(BTreeMap::values).flatten();
        all.filter(move |a| {
            let untold = matches!(a.outcome, Outcome::Pending | Outcome::Unknown | Outcome::Sent);
            untold && (from..=to).contains(&a.at)
        })
    }

    /// The attempts of a credential that are remembered.
    pub fn attempts_of(&self, credential: &CredentialId) -> impl Iterator<Item = &Attempt> {
        self.attempts.get(credential).into_iter().flat_map(BTreeMap::values).flatten()
    }

    /// Moves attempts that the clock says are still to come (it was set back) to `now`, so that they count once
    /// more in full and not longer. Answers what changed, to be stored.
    pub fn clamp(&mut self, now: Timestamp) -> Vec<Attempt> {
        let mut changed = Vec::new();
        for all in self.attempts.values_mut().flat_map(BTreeMap::values_mut) {
            let mut moved = false;
            for attempt in all.iter_mut().filter(|a| a.at > now) {
                attempt.at = now;
                moved = true;
                changed.push(attempt.clone());
            }
            if moved {
                all.sort_by_key(|a| (a.at, a.id));
            }
        }
        changed
    }

    /// Forgets what is older than `before`, but for the last attempts of each group: two without effect hold it
    /// however long ago they were. And what is of a credential that is gone.
    pub fn forget(&mut self, before: Timestamp, is_known: impl Fn(&CredentialId) -> bool) {
        self.attempts.retain(|credential, groups| {
            for all in groups.values_mut() {
                let old = all.partition_point(|a| a.at < before).min(all.len().saturating_sub(REMEMBERED));
                all.drain(..old);
            }
            is_known(credential)
        });
    }

    /// When a pair was last warmed, or may have been.
    #[must_use]
    pub fn last_warmup(&self, pair: Pair<'_>, key: Key) -> Option<Timestamp> {
        self.of(pair.credential).last_warmup(pair, key)
    }

    /// How many attempts the daily budget leaves for a pair, and until when none: what rows 7 and 9 will say.
    #[must_use]
    pub fn room(&self, pair: Pair<'_>, settings: &Settings, now: Timestamp) -> (u32, Option<Timestamp>) {
        let past = self.of(pair.credential);
        let key = if pair.group.is_some() { Key::Group } else { Key::Model };
        let budget = settings.warmup_daily_budget;
        let spent = past.overspent(pair, 0, budget, now);
        let cools = SignedDuration::from_secs(settings.smart_warmup_cooldown_seconds.into());
        let cooling = past.cooling(pair, key, cools, now).map(|pause| pause.until);
        let until = spent.map(|pause| pause.until).max(cooling);
        let counts = past.attempts_since(pair, key, now - BUDGET_PERIOD);
        (budget.saturating_sub(counts).max(u32::from(until.is_some())), until)
    }

    /// Row 8a: whether the last two verified warmups since `since` had no effect.
    #[must_use]
    pub fn is_without_effect(&self, pair: Pair<'_>, since: Option<Timestamp>) -> bool {
        let key = if pair.group.is_some() { Key::Group } else { Key::Model };
        self.of(pair.credential).without_effect(pair, key, since) >= 2
    }

    /// The attempts of one credential: looked up once for all its models.
    pub(super) fn of(&self, credential: &CredentialId) -> Past<'_> {
        Past(self.attempts.get(credential))
    }
}

impl<'a> Past<'a> {
    /// When a pair was last warmed, or may have been.
    pub(super) fn last_warmup(self, pair: Pair<'_>, key: Key) -> Option<Timestamp> {
        self.latest_first(pair, key).find(|a| a.outcome.may_have_started()).map(|a| a.at)
    }

    fn attempts_since(self, pair: Pair<'_>, key: Key, since: Timestamp) -> u32 {
        let count = self.latest_first(pair, key).take_while(|a| a.at > since).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Row 7: the rest after a warmup.
    pub(super) fn cooling(
        self,
        pair: Pair<'_>,
        key: Key,
        lasts: SignedDuration,
        now: Timestamp,
    ) -> Option<Pause> {
        let last_at = self.last_warmup(pair, key)?.min(now);
        let until = later(last_at, lasts);
        (until > now).then_some(Pause { until, last_at, attempts: 1 })
    }

    /// Row 8: the pause after failures in a row. What is not known neither ends the row nor belongs to it.
    pub(super) fn backing_off(self, pair: Pair<'_>, key: Key, now: Timestamp) -> Option<Pause> {
        let mut last_at = None;
        let mut failures = 0_u32;
        for attempt in self.latest_first(pair, key) {
            match attempt.outcome {
                Outcome::Failed(_) => {
                    failures += 1;
                    last_at.get_or_insert(attempt.at.min(now));
                }
                Outcome::Pending | Outcome::Unknown => {}
                Outcome::Sent | Outcome::Started | Outcome::NoEffect => break,
            }
        }
        let last_at = last_at?;
        let doubled = FIRST_PAUSE * 2_i32.pow((failures - 1).min(5));
        let until = later(last_at, doubled.min(LONGEST_PAUSE));
        (until > now).then_some(Pause { until, last_at, attempts: failures })
    }

    /// Row 8a: how many of the last verified warmups since `since` had no effect, in a row.
    pub(super) fn without_effect(self, pair: Pair<'_>, key: Key, since: Option<Timestamp>) -> u32 {
        let recent = self.latest_first(pair, key).take_while(|a| since.is_none_or(|since| a.at >= since));
        let mut row = 0;
        for attempt in recent {
            match attempt.outcome {
                Outcome::NoEffect => row += 1,
                Outcome::Started => break,
                Outcome::Pending | Outcome::Unknown | Outcome::Sent | Outcome::Failed(_) => {}
            }
        }
        row
    }

    /// Row 9: whether the budget of a group is spent, counting `planned` more at `now`. Every attempt counts.
    pub(super) fn overspent(
        self,
        pair: Pair<'_>,
        planned: u32,
        budget: u32,
        now: Timestamp,
    ) -> Option<Pause> {
        let counts = |a: &&Attempt| a.at.min(now).duration_until(now) < BUDGET_PERIOD;
        let key = if pair.group.is_some() { Key::Group } else { Key::Model };
        let times: Vec<_> = self.latest_first(pair, key).take_while(counts).map(|a| a.at.min(now)).collect();
        let spent = u32::try_from(times.len()).unwrap_or(u32::MAX).saturating_add(planned);
        if spent < budget {
            return None;
        }
        // There is room again when so many are a day old that one more fits beside the planned ones.
        let frees = match budget.saturating_sub(planned) {
            0 => now,
            room => times.get(usize::try_from(room - 1).unwrap_or(usize::MAX)).copied().unwrap_or(now),
        };
        let last_at = times.first().copied().unwrap_or(now);
        Some(Pause { until: later(frees, BUDGET_PERIOD), last_at, attempts: spent })
    }

    fn latest_first<'p>(self, pair: Pair<'p>, key: Key) -> impl Iterator<Item = &'a Attempt> + use<'a, 'p> {
        let all = self.0.and_then(|groups| groups.get(&pair.group.cloned()));
        let all = all.map(Vec::as_slice).unwrap_or_default();
        all.iter().rev().filter(move |a| match (key, pair.group) {
            (Key::Group, Some(_)) => true,
            (Key::Group, None) | (Key::Model, _) => a.model == pair.model,
        })
    }
}

impl FromIterator<Attempt> for History {
    fn from_iter<I: IntoIterator<Item = Attempt>>(attempts: I) -> Self {
        let mut history = Self::default();
        for attempt in attempts {
            history.record(attempt);
        }
        history
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
