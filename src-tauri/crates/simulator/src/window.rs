//! One quota window: when it starts, how it empties, when it refills.
//!
//! The life cycle of `upstream-api` §8.4: full and floating until the first use, fixed from then on, full and
//! floating again once its reset has passed. Which windows belong together is `pool`'s.

use jiff::{SignedDuration, Timestamp};

/// Less than this left is nothing left: the upstream never reports such slivers.
const SLIVER: f64 = 1e-7;

/// What somebody who reads a window now is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading {
    /// The share left, 0.0–1.0.
    pub remaining: f64,
    /// When the window refills.
    pub reset: Timestamp,
    /// Whether the window runs; otherwise its reset floats with the clock.
    pub started: bool,
}

/// A window of one pool.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Window {
    /// The upstream's name: `5h`, `weekly`.
    pub name: String,
    /// How long it lasts from its first use.
    pub length: SignedDuration,
    used: f64,
    first_use: Option<Timestamp>,
}

impl Window {
    /// An unused window; `None` when the name says no length.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(Self { name: name.to_owned(), length: length_of(name)?, used: 0.0, first_use: None })
    }

    /// An unused window of any length.
    pub(crate) fn of(name: &str, length: SignedDuration) -> Self {
        Self { name: name.to_owned(), length, used: 0.0, first_use: None }
    }

    /// Refills the window once its reset has passed.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        if self.first_use.is_some_and(|first| reset_of(first, self.length) <= now) {
            self.refill();
        }
    }

    /// Back to unused.
    pub(crate) fn refill(&mut self) {
        self.used = 0.0;
        self.first_use = None;
    }

    /// Uses a share; the first use starts the window.
    pub(crate) fn bill(&mut self, share: f64, now: Timestamp) {
        self.settle(now);
        self.first_use.get_or_insert(now);
        self.used = (self.used + share.max(0.0)).min(1.0);
        if 1.0 - self.used < SLIVER {
            self.used = 1.0;
        }
    }

    /// Puts the window where a scenario or a test wants it.
    pub(crate) fn place(&mut self, used: f64, first_use: Option<Timestamp>) {
        self.used = used.clamp(0.0, 1.0);
        self.first_use = first_use;
    }

    /// What a reader is told at `now`; the window must be settled.
    pub(crate) fn read(&self, now: Timestamp) -> Reading {
        let reset = reset_of(self.first_use.unwrap_or(now), self.length);
        Reading { remaining: 1.0 - self.used, reset, started: self.first_use.is_some() }
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.used >= 1.0
    }
}

fn reset_of(first: Timestamp, length: SignedDuration) -> Timestamp {
    first.checked_add(length).unwrap_or(Timestamp::MAX)
}

/// The length a window's name states: `weekly`, or a number with `h` or `d` (`upstream-api` §5.2).
pub(crate) fn length_of(name: &str) -> Option<SignedDuration> {
    if name == "weekly" {
        return Some(SignedDuration::from_hours(7 * 24));
    }
    let split = name.len().checked_sub(1)?;
    let (amount, unit) = name.split_at_checked(split)?;
    let amount: i64 = amount.parse().ok().filter(|amount| (1..=10_000).contains(amount))?;
    match unit {
        "h" => Some(SignedDuration::from_hours(amount)),
        "d" => Some(SignedDuration::from_hours(amount * 24)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        "2026-09-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
    }

    #[track_caller]
    fn check(uses: &[(i64, f64)], read_at: i64, remaining: f64, reset: i64, started: bool) {
        let mut window = Window::named("5h").unwrap();
        for (minute, share) in uses {
            window.bill(*share, at(*minute));
        }
        window.settle(at(read_at));
        let reading = window.read(at(read_at));
        assert!((reading.remaining - remaining).abs() < 1e-9, "{reading:?}");
        assert_eq!((reading.reset, reading.started), (at(reset), started), "{reading:?}");
    }

    #[test]
    fn an_unused_window_is_full_and_floats() {
        check(&[], 0, 1.0, 300, false);
        check(&[], 10, 1.0, 310, false);
    }

    #[test]
    fn the_first_use_fixes_the_reset() {
        check(&[(10, 0.1)], 10, 0.9, 310, true);
        check(&[(10, 0.1), (200, 0.2)], 250, 0.7, 310, true);
    }

    #[test]
    fn after_its_reset_it_is_full_and_floats_again() {
        check(&[(10, 0.9)], 310, 1.0, 610, false);
        check(&[(10, 0.9)], 309, 0.1, 310, true);
    }

    #[test]
    fn a_use_after_the_reset_starts_anew() {
        check(&[(0, 0.9), (400, 0.25)], 410, 0.75, 700, true);
    }

    #[test]
    fn it_never_falls_below_empty() {
        check(&[(0, 0.9), (1, 0.9)], 2, 0.0, 300, true);
        check(&[(0, 0.999_999_99)], 2, 0.0, 300, true);
    }

    #[test]
    fn lengths_come_from_the_name() {
        let hours = |name| length_of(name).map(|length| length.as_hours());
        assert_eq!(
            ["5h", "weekly", "30d", "1h", "monthly", "h", "", "0h", "-5h"].map(hours),
            [Some(5), Some(168), Some(720), Some(1), None, None, None, None, None]
        );
    }

    proptest! {
        /// Whatever is billed whenever, what a reader sees obeys the life cycle.
        #[test]
        fn any_use_keeps_the_invariants(uses in prop::collection::vec((0_i64..2_000, 0.0_f64..0.4), 0..40)) {
            let mut uses = uses;
            uses.sort_by_key(|(minute, _)| *minute);
            let mut window = Window::named("5h").unwrap();
            let mut before: Option<Reading> = None;
            for (minute, share) in uses {
                let now = at(minute);
                window.bill(share, now);
                let reading = window.read(now);
                prop_assert!((0.0..=1.0).contains(&reading.remaining));
                prop_assert!(reading.started && reading.reset > now && reading.reset <= now + window.length);
                prop_assert_eq!(reading.remaining == 0.0, window.is_empty());
                if let Some(before) = before {
                    if before.reset > now {
                        prop_assert_eq!(reading.reset, before.reset);
                        prop_assert!(reading.remaining <= before.remaining);
                    } else {
                        prop_assert_eq!(reading.reset, now + window.length);
                        prop_assert!((reading.remaining - (1.0 - share)).abs() < 1e-6);
                    }
                }
                before = Some(reading);
            }
        }
    }
}
