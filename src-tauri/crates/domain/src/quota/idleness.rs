//! Whether a window's clock has started.
//!
//! An unused window is full and its reset floats: at every read it is the whole length away. The first
//! request fixes it (live probes published in September 2026).

use super::{Remaining, WindowKind};
use jiff::{SignedDuration, Timestamp};

/// Whether a window's clock has started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idleness {
    /// Not started: full, and the reset floats.
    Idle,
    /// Started: used, or full with a reset that stays where it is.
    Started,
    /// Full, and young enough that one reading cannot tell.
    NotSure,
    /// Not to be said from what was read.
    Unknown,
}

/// What one reading says of one window, as far as idleness needs it. Times are the service's own.
#[derive(Debug, Clone, Copy)]
pub struct Glimpse {
    /// The service's clock when it answered.
    pub answered_at: Timestamp,
    /// The reset as the service wrote it.
    pub reset: Option<Timestamp>,
    /// What was left.
    pub remaining: Option<Remaining>,
}

/// How far a reset may be off and still count as floating, or as having stayed.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(10);
/// From this age on a full window has certainly started.
const CERTAIN: SignedDuration = SignedDuration::from_secs(120);
/// Two readings have to be this far apart to overrule one.
const APART: SignedDuration = SignedDuration::from_secs(60);

/// Judges a window from its latest reading and the one before.
///
/// One reading: the age is `answered_at + length - reset`; within 10 s of zero is idle, up to 120 s is not
/// sure, more is started, less than -10 s is unknown. Two readings at least 60 s apart overrule: the reset
/// moved with the clock = idle, stayed = started, anything else = the later reading alone.
#[must_use]
pub fn idleness(kind: &WindowKind, latest: Glimpse, before: Option<Glimpse>) -> Idleness {
    let Some(remaining) = latest.remaining else { return Idleness::Unknown };
    if !remaining.is_full() {
        return Idleness::Started;
    }
    before.and_then(|before| by_two(latest, before)).unwrap_or_else(|| by_one(kind, latest))
}

fn by_one(kind: &WindowKind, latest: Glimpse) -> Idleness {
    let (Some(reset), Some(length)) = (latest.reset, kind.length()) else { return Idleness::Unknown };
    let age = reset.duration_until(latest.answered_at) + length;
    if age < -TOLERANCE {
        Idleness::Unknown
    } else if age <= TOLERANCE {
        Idleness::Idle
    } else if age <= CERTAIN {
        Idleness::NotSure
    } else {
        Idleness::Started
    }
}

fn by_two(latest: Glimpse, before: Glimpse) -> Option<Idleness> {
    // A window that was used in between and refilled says nothing about its reset.
    if !before.remaining.is_some_and(Remaining::is_full) {
        return None;
    }
    let between = before.answered_at.duration_until(latest.answered_at);
    if between < APART {
        return None;
    }
    let moved = before.reset?.duration_until(latest.reset?);
    let close_to = |expected: SignedDuration| (moved - expected).abs() <= TOLERANCE;
    if close_to(between) {
        Some(Idleness::Idle)
    } else if close_to(SignedDuration::ZERO) {
        Some(Idleness::Started)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: &str = "2026-09-01T00:00:00Z";

    #[test]
    fn one_reading_judges_by_age() {
        for (age, expected) in [
            (-11, Idleness::Unknown),
            (-10, Idleness::Idle),
            (0, Idleness::Idle),
            (10, Idleness::Idle),
            (11, Idleness::NotSure),
            (120, Idleness::NotSure),
            (121, Idleness::Started),
            (9_000, Idleness::Started),
        ] {
            assert_eq!(idleness(&five_hours(), full(0, age), None), expected, "age {age} s");
        }
    }

    #[test]
    fn a_used_window_has_started_whatever_its_reset() {
        let used = Glimpse { remaining: Remaining::clamped(0.5), ..full(0, 0) };
        assert_eq!(idleness(&five_hours(), used, None), Idleness::Started);
    }

    #[test]
    fn without_a_share_a_reset_or_a_length_nothing_is_said() {
        let no_share = Glimpse { remaining: None, ..full(0, 0) };
        assert_eq!(idleness(&five_hours(), no_share, None), Idleness::Unknown);
        let no_reset = Glimpse { reset: None, ..full(0, 0) };
        assert_eq!(idleness(&five_hours(), no_reset, None), Idleness::Unknown);
        assert_eq!(idleness(&WindowKind::new("monthly"), full(0, 0), None), Idleness::Unknown);
    }

    #[test]
    fn two_readings_overrule_one() {
        // Started 30 s before the first reading: alone the first says "not sure".
        check(full(600, 630), full(0, 30), Idleness::Started);
        // Floats: both resets are a whole window away.
        check(full(600, 0), full(0, 0), Idleness::Idle);
        // Floats with an offset that one reading would misjudge.
        check(full(600, 60), full(0, 60), Idleness::Idle);
        // Too close together: the later one alone.
        check(full(59, 59), full(0, 0), Idleness::NotSure);
        // Neither moved nor stayed (refilled and started in between): the later one alone.
        check(full(600, 100), full(0, 4_000), Idleness::NotSure);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn a_floating_reset_is_idle_and_a_fixed_one_started(gap in 60i64..100_000, age in 0i64..10_000) {
            prop_assert_eq!(idleness(&five_hours(), full(gap, age), Some(full(0, age))), Idleness::Idle);
            prop_assert_eq!(idleness(&five_hours(), full(gap, age + gap), Some(full(0, age))), Idleness::Started);
        }

        #[test]
        fn an_unknown_share_never_decides(gap in 0i64..100_000, age in -1_000i64..10_000) {
            let latest = Glimpse { remaining: None, ..full(gap, age) };
            prop_assert_eq!(idleness(&five_hours(), latest, Some(full(0, age))), Idleness::Unknown);
        }
    }

    fn five_hours() -> WindowKind {
        WindowKind::new("5h")
    }

    /// A full window read `at` seconds after [`NOW`] that has the given age in seconds.
    fn full(at: i64, age: i64) -> Glimpse {
        let answered_at = NOW.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(at);
        let reset = answered_at + SignedDuration::from_hours(5) - SignedDuration::from_secs(age);
        Glimpse { answered_at, reset: Some(reset), remaining: Some(Remaining::FULL) }
    }

    #[track_caller]
    fn check(latest: Glimpse, before: Glimpse, expected: Idleness) {
        assert_eq!(idleness(&five_hours(), latest, Some(before)), expected);
    }
}
