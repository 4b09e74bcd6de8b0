//! The quota pool of one group: its windows, what a request costs them, and use that happens elsewhere.
//!
//! A request debits every window of its pool (`upstream-api` §5.2). What the numbers look like on the wire is
//! left to `summary`, `models` and `buckets`.

use jiff::{SignedDuration, Timestamp};

use crate::window::{Reading, Window};

/// How much slower a window longer than a day empties. Chosen so that the smallest request leaves 0.9996 of five
/// hours and 0.99992 of a week, as captured after a warmup.
const LONG_WINDOW_SHARE: f64 = 0.2;

/// Windows that empty together.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    windows: Vec<Window>,
    /// Share of a short window that other programs use per hour.
    drift_per_hour: f64,
    /// Up to when the drift has been charged.
    charged: Timestamp,
}

impl Pool {
    pub(crate) fn new(windows: Vec<Window>, drift_per_hour: f64, now: Timestamp) -> Self {
        Self { windows, drift_per_hour, charged: now }
    }

    /// Brings the pool to `now`: resets that have passed, and what was used elsewhere meanwhile.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        if self.drift_per_hour > 0.0 {
            self.charge_drift(now);
        }
        for window in &mut self.windows {
            window.settle(now);
        }
    }

    fn charge_drift(&mut self, now: Timestamp) {
        while self.charged < now {
            let from = self.charged;
            for window in &mut self.windows {
                window.settle(from);
            }
            let idle_elsewhere = self.windows.iter().any(Window::is_empty);
            if !idle_elsewhere {
                self.bill_settled(0.0, from);
            }
            let soonest =
                self.windows.iter().map(|w| w.read(from)).filter(|r| r.started).map(|r| r.reset).min();
            let until = soonest.map_or(now, |reset| reset.min(now));
            if !idle_elsewhere {
                let hours =
                    (until.duration_since(from).as_secs_f64() / 3600.0).min(self.hours_to_empty(from));
                // Charged a hair before `until`, where that is the reset: the share belongs to the window that ends.
                let charged_at = until.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(until).max(from);
                self.bill_settled(self.drift_per_hour * hours, charged_at);
            }
            self.charged = until;
        }
    }

    /// How long the drift takes until one window is empty.
    fn hours_to_empty(&self, now: Timestamp) -> f64 {
        let rate = |window: &Window| self.drift_per_hour * weight(window);
        self.windows.iter().map(|w| w.read(now).remaining / rate(w)).fold(f64::INFINITY, f64::min)
    }

    fn bill_settled(&mut self, share: f64, now: Timestamp) {
        for window in &mut self.windows {
            window.bill(share * weight(window), now);
        }
    }

    /// Debits every window by a request that costs `share` of a short window.
    pub(crate) fn bill(&mut self, share: f64, now: Timestamp) {
        self.settle(now);
        self.bill_settled(share, now);
    }

    /// Every window with what a reader is told at `now`.
    pub(crate) fn read(&mut self, now: Timestamp) -> Vec<(Window, Reading)> {
        self.settle(now);
        self.windows.iter().map(|window| (window.clone(), window.read(now))).collect()
    }

    /// The window that decides: the least left, on a tie the later reset. `None` without windows.
    pub(crate) fn binding(&mut self, now: Timestamp) -> Option<Reading> {
        self.read(now).into_iter().map(|(_, reading)| reading).min_by(|one, other| {
            one.remaining.total_cmp(&other.remaining).then_with(|| other.reset.cmp(&one.reset))
        })
    }

    /// Where nothing is left: the window whose reset comes last among the empty ones.
    pub(crate) fn exhausted(&mut self, now: Timestamp) -> Option<(Window, Reading)> {
        self.read(now)
            .into_iter()
            .filter(|(window, _)| window.is_empty())
            .max_by_key(|(_, reading)| reading.reset)
    }

    /// The windows a change is about: one by name, or all.
    pub(crate) fn windows_mut(&mut self, name: Option<&str>) -> impl Iterator<Item = &mut Window> {
        self.windows.iter_mut().filter(move |window| name.is_none_or(|name| window.name == name))
    }
}

/// How strongly a request weighs in a window.
fn weight(window: &Window) -> f64 {
    if window.length > SignedDuration::from_hours(24) { LONG_WINDOW_SHARE } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(hours: i64) -> Timestamp {
        "2026-09-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hours)
    }

    fn pool(drift: f64) -> Pool {
        let windows = ["5h", "weekly"].map(|name| Window::named(name).unwrap()).to_vec();
        Pool::new(windows, drift, at(0))
    }

    fn remaining(pool: &mut Pool, now: Timestamp) -> [f64; 2] {
        let read = pool.read(now);
        [read[0].1.remaining, read[1].1.remaining].map(|share| (share * 1e6).round() / 1e6)
    }

    #[test]
    fn one_request_debits_both_windows() {
        let mut pool = pool(0.0);
        pool.bill(0.0004, at(1));
        assert_eq!(remaining(&mut pool, at(2)), [0.9996, 0.99992]);
        let resets: Vec<_> = pool.read(at(2)).into_iter().map(|(_, reading)| reading.reset).collect();
        assert_eq!(resets, [at(6), at(1 + 168)]);
    }

    #[test]
    fn five_hours_refill_the_short_window_only() {
        let mut pool = pool(0.0);
        pool.bill(0.5, at(0));
        assert_eq!(remaining(&mut pool, at(5)), [1.0, 0.9]);
    }

    #[test]
    fn the_latest_empty_window_says_when_it_is_over() {
        let mut pool = pool(0.0);
        assert_eq!(pool.exhausted(at(0)), None);
        pool.windows_mut(None).for_each(|window| window.place(1.0, Some(at(0))));
        assert_eq!(
            pool.exhausted(at(1)).map(|(window, reading)| (window.name, reading.reset)),
            Some(("weekly".into(), at(168)))
        );
        assert_eq!(
            pool.exhausted(at(6)).map(|(_, reading)| reading.reset),
            Some(at(168)),
            "5 h are back, the week is not"
        );
        assert_eq!(pool.exhausted(at(168)), None);
    }

    #[test]
    fn drift_uses_the_pool_slowly_and_once() {
        let mut pool = pool(0.1);
        assert_eq!(remaining(&mut pool, at(0)), [1.0, 1.0]);
        assert_eq!(remaining(&mut pool, at(2)), [0.8, 0.96]);
        assert_eq!(remaining(&mut pool, at(2)), [0.8, 0.96], "a second reading costs nothing");
        assert_eq!(remaining(&mut pool, at(1)), [0.8, 0.96], "nor does a clock that went back");
    }

    #[test]
    fn drift_goes_on_in_the_next_window() {
        let mut pool = pool(0.1);
        assert_eq!(remaining(&mut pool, at(6)), [0.9, 0.88]);
        let short = pool.read(at(6))[0].1;
        assert_eq!((short.reset, short.started), (at(10), true));
    }

    #[test]
    fn drift_stops_while_the_pool_is_empty() {
        let mut pool = pool(0.5);
        assert_eq!(remaining(&mut pool, at(4)), [0.0, 0.8], "empty after two hours");
        assert_eq!(remaining(&mut pool, at(5)), [1.0, 0.8]);
        assert_eq!(remaining(&mut pool, at(6)), [0.5, 0.7], "and goes on after the reset");
    }

    #[test]
    fn the_binding_window_has_the_least_left() {
        let mut pool = pool(0.0);
        pool.windows_mut(Some("weekly")).for_each(|window| window.place(0.7, Some(at(0))));
        pool.windows_mut(Some("5h")).for_each(|window| window.place(0.2, Some(at(0))));
        assert_eq!(pool.binding(at(1)).map(|reading| reading.reset), Some(at(168)));
    }

    proptest! {
        /// Whatever is used here and elsewhere, whenever somebody looks.
        #[test]
        fn any_use_keeps_the_invariants(
            uses in prop::collection::vec((0_i64..400, 0.0_f64..0.5), 0..30),
            drift in 0.0_f64..0.5,
        ) {
            let mut uses = uses;
            uses.sort_by_key(|(hour, _)| *hour);
            let mut pool = pool(drift);
            for (hour, share) in uses {
                let now = at(hour);
                let before = pool.read(now);
                let empty = pool.exhausted(now).is_some();
                prop_assert_eq!(empty, pool.binding(now).is_some_and(|reading| reading.remaining == 0.0));
                pool.bill(share, now);
                for ((window, was), (_, is)) in before.iter().zip(pool.read(now)) {
                    prop_assert!((0.0..=1.0).contains(&is.remaining) && is.remaining <= was.remaining);
                    prop_assert!(is.started && now < is.reset && is.reset <= now + window.length);
                    prop_assert!(!was.started || was.reset == is.reset, "a running window keeps its reset");
                }
            }
        }
    }
}
