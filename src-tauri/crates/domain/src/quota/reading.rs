//! All that is known of one credential's quota, and what it means for a model.

use super::{Remaining, Source, WindowKind, WindowReading};
use crate::catalogue::Group;
use jiff::{SignedDuration, Timestamp};

/// One group with its windows.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupReading {
    /// Which group.
    pub group: Group,
    /// The service's own name of it.
    pub name: String,
    /// Its windows, in the service's order.
    pub windows: Vec<WindowReading>,
}

/// One model with its own number, where the service sends one.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelReading {
    /// The upstream id.
    pub id: String,
    /// The service's name of it, else the id.
    pub display_name: String,
    /// The pool it draws on, if any is known.
    pub group: Option<Group>,
    /// The service's plumbing: kept for look-ups, not shown.
    pub hidden: bool,
    /// The service switched it off.
    pub disabled: bool,
    /// The model's own number: the list's, or the bucket's that carries its id.
    pub own: Option<Remaining>,
    /// When that own number refills, by our clock.
    pub reset_at: Option<Timestamp>,
    /// Who said so.
    pub source: Source,
    /// Our clock when it was said.
    pub observed_at: Timestamp,
}

/// The number that counts for a model: the smallest known remaining of all that binds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Effective {
    /// What is left, or unknown.
    pub remaining: Option<Remaining>,
    /// When that refills.
    pub reset_at: Option<Timestamp>,
    /// The window that decides; `None` where the model's own number does.
    pub window: Option<WindowKind>,
    /// Who said so.
    pub source: Source,
    /// Our clock when it was said.
    pub observed_at: Timestamp,
}

/// One credential's quota, merged from all sources. In memory only.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Quota {
    /// The groups, in the service's order.
    pub groups: Vec<GroupReading>,
    /// The models, in the service's order.
    pub models: Vec<ModelReading>,
    /// Deprecated ids and what replaces them, by the service's own list.
    pub replaced: Vec<(String, String)>,
    /// Our clock at the last summary (or bucket) answer.
    pub summary_at: Option<Timestamp>,
    /// Our clock at the last model list.
    pub list_at: Option<Timestamp>,
}

/// From this difference on, a list contradicts the summary, in points.
const CONTRADICTION: f64 = 5.0;

impl Quota {
    /// The windows that bind the models of `group`.
    pub fn windows_of<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a WindowReading> {
        self.groups
            .iter()
            .filter(move |g| &g.group == group)
            .flat_map(move |g| g.windows.iter().filter(move |w| w.binds(group)))
    }

    /// The window that decides for `group` at `now`: the smallest known remaining, the later reset on a tie.
    #[must_use]
    pub fn binding<'a>(&'a self, group: &'a Group, now: Timestamp) -> Option<&'a WindowReading> {
        self.windows_of(group)
            .filter_map(|w| Some((w.remaining_at(now)?, w)))
            .min_by(|(a, wa), (b, wb)| a.cmp(b).then(wb.reset_at.cmp(&wa.reset_at)))
            .map(|(_, w)| w)
    }

    /// The short window of `group`: of those that bind it, the one with the least known length.
    #[must_use]
    pub fn short_window<'a>(&'a self, group: &'a Group) -> Option<&'a WindowReading> {
        self.windows_of(group)
            .filter_map(|w| Some((w.kind.length()?, w)))
            .min_by_key(|(length, _)| *length)
            .map(|(_, w)| w)
    }

    /// The number that counts for `model` at `now`.
    ///
    /// Where windows bind the model's group they decide alone, also when all of them are unknown: the model
    /// list can read 100 % while the week is empty. Else the model's own number stands.
    #[must_use]
    pub fn effective(&self, model: &ModelReading, now: Timestamp) -> Effective {
        if let Some(group) = &model.group {
            if let Some(window) = self.binding(group, now) {
                return Effective {
                    remaining: window.remaining_at(now),
                    reset_at: self.refills_at(group, now).or(window.reset_at),
                    window: Some(window.kind.clone()),
                    source: window.source,
                    observed_at: window.observed_at,
                };
            }
            if let Some(window) = self.windows_of(group).next() {
                return Effective {
                    remaining: None,
                    reset_at: window.reset_at.filter(|reset| *reset > now),
                    window: None,
                    source: window.source,
                    observed_at: window.observed_at,
                };
            }
        }
        let over = model.reset_at.is_some_and(|reset| now >= reset);
        Effective {
            remaining: model.own.filter(|_| !over),
            reset_at: model.reset_at.filter(|_| !over),
            window: None,
            source: model.source,
            observed_at: model.observed_at,
        }
    }

    /// When an exhausted group is usable again: the latest reset of its empty windows.
    #[must_use]
    pub fn refills_at(&self, group: &Group, now: Timestamp) -> Option<Timestamp> {
        self.windows_of(group)
            .filter(|w| w.remaining_at(now).is_some_and(Remaining::is_empty))
            .filter_map(|w| w.reset_at)
            .max()
    }

    /// The tightest number of the credential: over all groups and all models without one.
    #[must_use]
    pub fn tightest(&self, now: Timestamp) -> Option<(Option<Group>, Effective)> {
        let groups = self.groups.iter().filter_map(|g| {
            let window = self.binding(&g.group, now)?;
            let effective = Effective {
                remaining: window.remaining_at(now),
                reset_at: self.refills_at(&g.group, now).or(window.reset_at),
                window: Some(window.kind.clone()),
                source: window.source,
                observed_at: window.observed_at,
            };
            Some((Some(g.group.clone()), effective))
        });
        let models = self
            .models
            .iter()
            .filter(|m| !m.hidden && !m.disabled)
            .filter(|m| m.group.as_ref().is_none_or(|g| self.windows_of(g).next().is_none()))
            .map(|m| (m.group.clone(), self.effective(m, now)));
        groups
            .chain(models)
            .filter_map(|(group, e)| Some((e.remaining?, group, e)))
            .min_by(|(a, _, ea), (b, _, eb)| a.cmp(b).then(eb.reset_at.cmp(&ea.reset_at)))
            .map(|(_, group, e)| (group, e))
    }

    /// Whether the model's own number is more than 5 points away from every window that binds it. Shown in
    /// the details; the summary decides.
    #[must_use]
    pub fn contradicts(&self, model: &ModelReading, now: Timestamp) -> bool {
        let (Some(own), Some(group)) = (model.own, &model.group) else { return false };
        let mut known = self.windows_of(group).filter_map(|w| w.remaining_at(now)).peekable();
        known.peek().is_some() && known.all(|w| w.points_from(own) > CONTRADICTION)
    }

    /// Whether the summary has a window for every group that a visible model belongs to.
    #[must_use]
    pub fn summary_covers_all(&self) -> bool {
        !self.groups.is_empty()
            && self
                .models
                .iter()
                .filter(|m| !m.hidden)
                .filter_map(|m| m.group.as_ref())
                .all(|g| self.windows_of(g).next().is_some())
    }

    /// The next known reset after `now`.
    #[must_use]
    pub fn next_reset(&self, now: Timestamp) -> Option<Timestamp> {
        let windows = self
            .groups
            .iter()
            .flat_map(|g| &g.windows)
            .filter(|w| !w.disabled && w.started_at(now) == Some(true));
        let models = self.models.iter().filter(|m| m.own.is_some_and(|own| !own.is_full()));
        windows
            .filter_map(|w| w.reset_at)
            .chain(models.filter_map(|m| m.reset_at))
            .filter(|reset| *reset > now)
            .min()
    }

    /// How old the youngest number is at `now`; `None` where nothing was ever read.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> Option<SignedDuration> {
        self.summary_at.max(self.list_at).map(|at| at.duration_until(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quota::Idleness;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn what_counts_is_the_smallest_known_share_and_unknown_never_decides(
            shares in proptest::collection::vec(proptest::option::of(0.0f64..=1.0), 1..5),
            own in proptest::option::of(0.0f64..=1.0),
        ) {
            let quota = quota(&shares, own);
            let effective = quota.effective(&quota.models[0], now());
            let smallest = shares.iter().flatten().copied().min_by(f64::total_cmp);
            // Where windows bind they decide alone, also when none of them is known.
            prop_assert_eq!(effective.remaining.map(Remaining::fraction), smallest);
            prop_assert_eq!(quota.tightest(now()).map(|(_, e)| e.remaining), smallest.map(Remaining::clamped));
        }

        #[test]
        fn without_windows_the_models_own_number_stands(own in proptest::option::of(0.0f64..=1.0)) {
            let quota = quota(&[], own);
            prop_assert_eq!(quota.effective(&quota.models[0], now()).remaining.map(Remaining::fraction), own);
        }

        #[test]
        fn a_window_whose_reset_has_passed_is_unknown(share in 0.0f64..=1.0, late in 0i64..1_000_000) {
            let quota = quota(&[Some(share)], None);
            let later = now() + SignedDuration::from_hours(5) + SignedDuration::from_secs(late);
            prop_assert_eq!(quota.effective(&quota.models[0], later).remaining, None);
            prop_assert!(quota.tightest(later).is_none());
        }
    }

    fn now() -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn quota(shares: &[Option<f64>], own: Option<f64>) -> Quota {
        let windows = shares.iter().enumerate().map(|(n, share)| WindowReading {
            bucket: format!("bucket-{n}"),
            kind: WindowKind::new("5h"),
            remaining: share.and_then(Remaining::clamped),
            reset_at: Some(now() + SignedDuration::from_hours(5)),
            reset_by_service: None,
            answered_at: now(),
            observed_at: now(),
            idleness: Idleness::Unknown,
            disabled: false,
            source: Source::Summary,
        });
        let model = ModelReading {
            id: "gemini-3-flash".into(),
            display_name: "Gemini".into(),
            group: Some(Group::Gemini),
            hidden: false,
            disabled: false,
            own: own.and_then(Remaining::clamped),
            reset_at: None,
            source: Source::ModelList,
            observed_at: now(),
        };
        let group =
            GroupReading { group: Group::Gemini, name: "Gemini Models".into(), windows: windows.collect() };
        Quota { groups: vec![group], models: vec![model], ..Quota::default() }
    }
}
