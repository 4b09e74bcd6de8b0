//! What drops of quota teach of demand, added as they come.

use crate::store::Drop;
use domain::credential::CredentialId;
use domain::planner::{BIN, DemandLog};
use domain::quota::WindowKind;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What drops taught so far.
#[derive(Debug, Default)]
pub(crate) struct Demand {
    /// The number of the last drop it knows.
    pub(super) seen: i64,
    /// By group's key.
    pub(super) groups: BTreeMap<String, Learnt>,
}

/// A window is used up from so many points on: the service rounds.
const ALL: f64 = 98.0;
/// A shorter pause is no wait for the refill.
const PAUSE: SignedDuration = SignedDuration::from_mins(30);

/// The use of a short window since it was first used.
#[derive(Debug)]
struct Spent {
    begins: Timestamp,
    points: f64,
    /// When it was used up, if it is.
    empty_at: Option<Timestamp>,
}

/// The windows of a credential's group whose length is known, as its last drops named them: the service changes its
/// periods.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Kinds {
    pub(super) short: Option<WindowKind>,
    pub(super) long: Option<WindowKind>,
}

/// One group's demand, and what a long window holds of short ones.
#[derive(Debug)]
pub(super) struct Learnt {
    pub(super) log: DemandLog,
    /// The same of each credential alone.
    pub(super) own: BTreeMap<CredentialId, DemandLog>,
    /// What each credential's short window was used for, as far as drops tell.
    windows: BTreeMap<CredentialId, Spent>,
    /// What each credential's windows were last.
    kinds: BTreeMap<CredentialId, Kinds>,
    /// The local days with use.
    pub(super) days: BTreeSet<Date>,
    /// Points that fell in short and in long windows in the same times.
    pub(super) short: f64,
    pub(super) long: f64,
}

impl Learnt {
    /// What was wanted while a window was empty falls nowhere. Where somebody used all of it and went on within its
    /// length, they are taken to have waited: their pace goes on in between, unless another credential served them.
    fn wait(&mut self, drop: &Drop, length: SignedDuration) {
        let begin = |at| Spent { begins: at, points: 0.0, empty_at: None };
        let spent = self.windows.entry(drop.credential.clone()).or_insert_with(|| begin(drop.from));
        if let Some(empty_at) = spent.empty_at {
            let waited = empty_at.duration_until(drop.from);
            if (PAUSE..=length).contains(&waited) {
                let used = spent.begins.duration_until(empty_at).max(PAUSE).as_secs_f64();
                let rate = spent.points / 100.0 / used * BIN as f64;
                let elsewhere = self.log.between(empty_at, drop.from);
                let own = self.own.get_mut(&drop.credential);
                let bins = waited.as_secs() / BIN;
                let at = |bin: i64| empty_at + SignedDuration::from_secs(bin * BIN);
                if let Some(own) = own.filter(|_| elsewhere < 0.5 * rate * bins as f64) {
                    for bin in 0..bins {
                        own.add(at(bin), rate);
                        self.log.add(at(bin), rate);
                    }
                }
            }
        }
        let is_over = spent.empty_at.is_some() || drop.from >= spent.begins + length;
        if is_over && drop.from > spent.begins {
            *spent = begin(drop.from);
        }
        spent.points += drop.points;
        if spent.points >= ALL {
            spent.empty_at = Some(drop.to);
        }
    }

    /// The windows of a credential; of one without drops of its own, those of another.
    pub(super) fn kinds(&self, id: &CredentialId) -> Option<&Kinds> {
        self.kinds.get(id).or_else(|| self.kinds.values().next())
    }

    /// How long a credential's short window runs, where drops tell.
    pub(super) fn length(&self, id: &CredentialId) -> Option<SignedDuration> {
        self.kinds(id)?.short.as_ref()?.length()
    }

    /// How many short windows a long one holds, where drops of both were seen.
    pub(super) fn ratio(&self) -> Option<f64> {
        (self.long > 0.0).then(|| self.short / self.long)
    }
}

impl Demand {
    /// Adds what fell in a short window, but for our own warmups. A unit is one short window.
    pub(crate) fn learn(&mut self, drop: &Drop, zone: &TimeZone) {
        if drop.by == "warmup" {
            return;
        }
        let kind = WindowKind::new(drop.window.as_str());
        let length = kind.length();
        let short = length.filter(|length| *length < SignedDuration::from_hours(24));
        let learnt = self.groups.entry(drop.group.clone()).or_insert_with(|| Learnt {
            log: DemandLog::since(drop.from),
            own: BTreeMap::new(),
            windows: BTreeMap::new(),
            kinds: BTreeMap::new(),
            days: BTreeSet::new(),
            short: 0.0,
            long: 0.0,
        });
        if length.is_some() {
            let kinds = learnt.kinds.entry(drop.credential.clone()).or_default();
            let place = if short.is_some() { &mut kinds.short } else { &mut kinds.long };
            *place = Some(kind);
        }
        let Some(length) = short else {
            learnt.long += drop.points;
            return;
        };
        learnt.wait(drop, length);
        learnt.short += drop.points;
        learnt.days.insert(zone.to_datetime(drop.to).date());
        // When between two readings it was used, nobody knows: evenly.
        let span = drop.from.duration_until(drop.to).as_secs().clamp(BIN, 86_400);
        let parts = (span / BIN).max(1);
        let begins = learnt.log.begins();
        let own = learnt.own.entry(drop.credential.clone()).or_insert_with(|| DemandLog::since(begins));
        for part in 0..parts {
            let at = drop.to - SignedDuration::from_secs(span * (parts - part) / parts);
            let part = drop.points / 100.0 / parts as f64;
            learnt.log.add(at, part);
            own.add(at, part);
        }
    }

    /// What is learnt of a group, once it is enough to be sure of: `days` local days with use, over `long`.
    pub(super) fn sure(
        &self,
        group: &str,
        days: usize,
        long: SignedDuration,
        now: Timestamp,
    ) -> Option<&Learnt> {
        let learnt = self.groups.get(group)?;
        (learnt.days.len() >= days && learnt.log.begins().duration_until(now) >= long).then_some(learnt)
    }

    /// Days further back than is learnt from make nothing sure.
    pub(super) fn forget(&mut self, before: Timestamp, zone: &TimeZone) {
        let first = zone.to_datetime(before).date();
        for learnt in self.groups.values_mut() {
            learnt.days = learnt.days.split_off(&first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        "2026-09-01T09:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
    }

    /// A quarter of an hour in which `points` fell.
    fn fell(who: &str, from: i64, points: f64) -> Drop {
        Drop {
            credential: CredentialId::new(who),
            group: "3p".to_owned(),
            window: "5h".to_owned(),
            from: at(from),
            to: at(from + 15),
            points,
            by: "elsewhere".to_owned(),
        }
    }

    fn learnt(drops: impl IntoIterator<Item = Drop>) -> Demand {
        let mut demand = Demand::default();
        drops.into_iter().for_each(|drop| demand.learn(&drop, &TimeZone::UTC));
        demand
    }

    /// All of a window in two hours, and the next use after `pause` minutes.
    fn used_up(pause: i64) -> Vec<Drop> {
        let mut drops: Vec<Drop> = (0..8).map(|quarter| fell("ada", quarter * 15, 12.5)).collect();
        drops.push(fell("ada", 120 + pause, 10.0));
        drops
    }

    fn wanted(demand: &Demand) -> f64 {
        demand.groups["3p"].log.between(at(120), at(300))
    }

    #[test]
    fn who_goes_on_after_the_refill_waited_for_it() {
        // Half a window an hour, three hours long.
        let found = wanted(&learnt(used_up(180)));
        assert!((found - 1.5).abs() < 0.05, "{found}");
    }

    #[test]
    fn who_comes_back_the_next_day_did_not_wait() {
        assert_eq!(wanted(&learnt(used_up(16 * 60))), 0.0);
    }

    #[test]
    fn a_pause_before_all_is_used_is_a_pause() {
        let mut drops = used_up(180);
        drops.remove(0);
        assert_eq!(wanted(&learnt(drops)), 0.0);
    }

    #[test]
    fn who_was_served_by_another_credential_did_not_wait() {
        let mut drops = used_up(180);
        let next = drops.pop().unwrap();
        drops.extend((0..12).map(|quarter| fell("bob", 120 + quarter * 15, 12.5)));
        drops.push(next);
        let found = wanted(&learnt(drops));
        assert!((found - 1.5).abs() < 0.05, "what Bob served, and nothing on top: {found}");
    }
}
