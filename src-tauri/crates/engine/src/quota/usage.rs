//! Whose use a drop of quota was, and how fast quota is used. Pure.

use crate::store::Drop;
use domain::catalogue::Group;
use domain::credential::CredentialId;
use domain::forecast::RunOut;
use domain::policy::pair::Pair;
use domain::policy::protection::Which;
use domain::policy::warmup::{History, Key};
use domain::quota::{Idleness, Quota, Remaining, WindowReading};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// The smallest drop that is one: below it the service's rounding moves.
const LEAST: f64 = 0.05;
/// The most that one warmup can cost, in points: a handful of tokens, and the rounding.
const ONE_WARMUP: f64 = 0.5;
/// The service counts a request up to so long after it.
const COUNTED_LATE: SignedDuration = SignedDuration::from_mins(5);
/// From here on a drop between two readings that was not ours is told.
pub(super) const ALARMING: f64 = 5.0;

/// Whose use it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Our own warmups.
    Warmup,
    /// The proxy.
    Proxy,
    /// Nothing that went through here.
    Elsewhere,
}

/// A drop between two readings, or the part of it that was one kind of use.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Used {
    pub(super) credential: CredentialId,
    pub(super) group: Group,
    pub(super) window: String,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) points: f64,
    pub(super) part: Part,
}

impl Used {
    /// As it is kept.
    pub(super) fn kept(self) -> Drop {
        let by = match self.part {
            Part::Warmup => "warmup",
            Part::Proxy => "proxy",
            Part::Elsewhere => "elsewhere",
        };
        let Self { credential, group, window, from, to, points, .. } = self;
        Drop { credential, group: group.key().to_owned(), window, from, to, points, by: by.to_owned() }
    }
}

/// What went through here between two readings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own<'a> {
    pub(super) warmups: &'a History,
    /// When the proxy last served a request with each group of the credential.
    pub(super) served: &'a BTreeMap<Group, Timestamp>,
}

/// The drops between two readings of a credential. A window that refilled in between has none that can be told. What a
/// warmup does not explain counts as the proxy's where it served at all: how many points a request costs, the service
/// does not tell.
pub(super) fn drops(id: &CredentialId, before: &Quota, after: &Quota, own: Own<'_>) -> Vec<Used> {
    let mut found = Vec::new();
    for group in &after.groups {
        for window in group.windows.iter().filter(|w| w.binds(&group.group)) {
            let earlier = before.windows_of(&group.group).find(|w| w.bucket == window.bucket);
            let Some((points, from)) = earlier.and_then(|earlier| fell(earlier, window)) else { continue };
            let pair = Pair { credential: id, group: Some(&group.group), model: "" };
            let between = |at: Timestamp| at + COUNTED_LATE >= from && at <= window.observed_at;
            let warmed = own.warmups.last_warmup(pair, Key::Group).is_some_and(between);
            let served = own.served.get(&group.group).copied().is_some_and(between);
            let warmup = if warmed { points.min(ONE_WARMUP) } else { 0.0 };
            let rest = if served { Part::Proxy } else { Part::Elsewhere };
            for (points, part) in [(warmup, Part::Warmup), (points - warmup, rest)] {
                if points >= LEAST {
                    found.push(Used {
                        credential: id.clone(),
                        group: group.group.clone(),
                        window: window.kind.as_str().to_owned(),
                        from,
                        to: window.observed_at,
                        points,
                        part,
                    });
                }
            }
        }
    }
    found
}

fn fell(earlier: &WindowReading, later: &WindowReading) -> Option<(f64, Timestamp)> {
    let (was, is) = (earlier.remaining?, later.remaining?);
    let points = was.percent() - is.percent();
    (points >= LEAST && later.observed_at > earlier.observed_at).then_some((points, earlier.observed_at))
}

/// How fast each group's windows are used, in points per hour since they started; missing where nothing is used or
/// the start is not known. Where the short window is `foreseen` to run out, it is used as fast as that at least.
pub(super) fn burn(
    quota: &Quota,
    foreseen: impl Fn(&Group) -> Option<RunOut>,
    now: Timestamp,
) -> Vec<(Group, Which, f64)> {
    let mut rates = Vec::new();
    for group in &quota.groups {
        let short = quota.short_window(&group.group);
        let left = short.and_then(|w| w.remaining_at(now)).map_or(0.0, Remaining::percent);
        if let Some(told) = foreseen(&group.group).filter(|told| !told.by_long) {
            let hours = (now.duration_until(told.at).as_secs_f64() / 3_600.0).max(0.05);
            rates.push((group.group.clone(), Which::Short, left / hours));
        }
        let shortest = short.map(|w| &w.bucket);
        for window in quota.windows_of(&group.group).filter(|w| w.idleness == Idleness::Started) {
            let (Some(left), Some(reset), Some(length)) =
                (window.remaining_at(now), window.reset_at, window.kind.length())
            else {
                continue;
            };
            let hours = (length - window.observed_at.duration_until(reset)).as_secs_f64() / 3_600.0;
            // A window of some minutes says nothing about the hour yet.
            if hours >= 0.25 {
                let which = if Some(&window.bucket) == shortest { Which::Short } else { Which::Week };
                rates.push((group.group.clone(), which, (100.0 - left.percent()) / hours));
            }
        }
    }
    // The first that is found counts.
    rates.sort_by(|a, b| b.2.total_cmp(&a.2));
    rates
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::policy::warmup::{Attempt, AttemptId, Outcome};
    use domain::quota::{GroupReading, Remaining, Source, WindowKind};

    #[test]
    fn a_drop_without_a_warmup_was_elsewhere() {
        let found = drops(&ada(), &quota(0, 0.9), &quota(15, 0.8), by(&History::default()));
        assert_eq!(parts(&found), [(Part::Elsewhere, 10)]);
    }

    #[test]
    fn a_warmup_explains_half_a_point_and_no_more() {
        let warmed = History::from_iter([attempt(5)]);
        assert_eq!(
            parts(&drops(&ada(), &quota(0, 1.0), &quota(15, 0.996), by(&warmed))),
            [(Part::Warmup, 0)]
        );
        let both = drops(&ada(), &quota(0, 1.0), &quota(15, 0.9), by(&warmed));
        assert_eq!(parts(&both), [(Part::Warmup, 1), (Part::Elsewhere, 10)]);
        let counted_late = drops(&ada(), &quota(8, 1.0), &quota(15, 0.996), by(&warmed));
        assert_eq!(parts(&counted_late), [(Part::Warmup, 0)]);
        let long_ago = drops(&ada(), &quota(15, 1.0), &quota(20, 0.9), by(&warmed));
        assert_eq!(parts(&long_ago), [(Part::Elsewhere, 10)]);
    }

    #[test]
    fn a_refill_and_a_rounding_are_no_use() {
        assert!(drops(&ada(), &quota(0, 0.2), &quota(15, 1.0), by(&History::default())).is_empty());
        assert!(drops(&ada(), &quota(0, 0.5), &quota(15, 0.4997), by(&History::default())).is_empty());
    }

    #[test]
    fn the_burn_rate_counts_from_the_windows_start() {
        // Started at minute 0, read at minute 120 with 40 % left: 30 points an hour.
        let rates = burn(&quota(120, 0.4), |_| None, at(120));
        assert_eq!(rates.iter().map(|(_, w, r)| (*w, r.round())).collect::<Vec<_>>(), [(Which::Short, 30.0)]);
    }

    #[test]
    fn what_the_proxy_served_explains_the_rest() {
        let served = [(Group::Gemini, at(7))].into();
        let own = Own { warmups: &History::from_iter([attempt(5)]), served: &served };
        let used = drops(&ada(), &quota(0, 1.0), &quota(15, 0.9), own);
        assert_eq!(parts(&used), [(Part::Warmup, 1), (Part::Proxy, 10)]);
        let later = drops(&ada(), &quota(15, 0.9), &quota(30, 0.8), own);
        assert_eq!(parts(&later), [(Part::Elsewhere, 10)]);
    }

    fn by(warmups: &History) -> Own<'_> {
        const NOTHING: &BTreeMap<Group, Timestamp> = &BTreeMap::new();
        Own { warmups, served: NOTHING }
    }

    fn parts(found: &[Used]) -> Vec<(Part, i64)> {
        #[expect(clippy::cast_possible_truncation, reason = "points are 0 to 100")]
        found.iter().map(|u| (u.part, u.points.round() as i64)).collect()
    }

    fn ada() -> CredentialId {
        CredentialId::new("ada")
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    fn attempt(minute: i64) -> Attempt {
        Attempt {
            id: AttemptId(1),
            credential: ada(),
            group: Some(Group::Gemini),
            model: "gemini-3-flash".into(),
            at: at(minute),
            by_hand: false,
            outcome: Outcome::Sent,
        }
    }

    /// A five-hour window that started at minute 0.
    fn quota(minute: i64, left: f64) -> Quota {
        let reset = Some(at(300));
        let window = WindowReading {
            bucket: "gemini-5h".into(),
            kind: WindowKind::new("5h"),
            remaining: Remaining::clamped(left),
            reset_at: reset,
            reset_by_service: reset,
            answered_at: at(minute),
            observed_at: at(minute),
            idleness: Idleness::Started,
            disabled: false,
            source: Source::Summary,
        };
        let groups =
            vec![GroupReading { group: Group::Gemini, name: "Gemini".into(), windows: vec![window] }];
        Quota { groups, ..Quota::default() }
    }
}
