//! How fast a window is used up, and whether it lasts until its reset.
//!
//! Knows one reading. What people will use tomorrow is a forecast's business.

use super::WindowReading;
use jiff::{SignedDuration, Timestamp};

/// Before this share of a window is gone, one step of the service's numbers would look like a rate.
const TELLS_FROM: f64 = 0.1;

/// The use of a window that has started, from its start to its reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Points (0 to 100) used per hour, over the whole time since the start: single steps of the service's
    /// numbers hardly move it.
    pub points_per_hour: f64,
    /// When nothing is left at this rate; none where the window refills first.
    pub runs_out_at: Option<Timestamp>,
}

impl WindowReading {
    /// The pace of the window, as of its reading. None where it has not started, or too little is known of it:
    /// its length, its reset, what is left, or a tenth of its time.
    #[must_use]
    pub fn pace(&self, now: Timestamp) -> Option<Pace> {
        let left = self.remaining_at(now).filter(|left| !left.is_full())?;
        let (length, reset) = (self.kind.length()?, self.reset_at?);
        let gone = length - self.observed_at.duration_until(reset);
        if gone.as_secs_f64() < TELLS_FROM * length.as_secs_f64() {
            return None;
        }
        let points_per_hour = (100.0 - left.percent()) / (gone.as_secs_f64() / 3_600.0);
        let lasts = SignedDuration::try_from_secs_f64(left.percent() / points_per_hour * 3_600.0).ok();
        let runs_out_at = lasts
            .filter(|_| !left.is_empty())
            .and_then(|lasts| self.observed_at.checked_add(lasts).ok())
            .filter(|at| *at < reset);
        Some(Pace { points_per_hour, runs_out_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quota::{Idleness, Remaining, Source, WindowKind};
    use proptest::prelude::*;

    const READ: &str = "2026-09-01T10:00:00Z";

    #[test]
    fn the_pace_is_the_mean_since_the_start() {
        // (window, minutes to its reset, percent left) → points an hour, minutes until it runs out
        for (window, to_reset, left, expected) in [
            ("5h", 180, 60.0, Some((20.0, None))),
            ("5h", 180, 20.0, Some((40.0, Some(30)))),
            ("5h", 180, 0.0, Some((50.0, None))),
            ("5h", 300, 100.0, None),
            ("5h", 290, 80.0, None),
            ("weekly", 5 * 24 * 60, 40.0, Some((1.25, Some(32 * 60)))),
            ("monthly", 180, 60.0, None),
        ] {
            let found = reading(window, to_reset, left).pace(at(0));
            let expected =
                expected.map(|(points_per_hour, out)| Pace { points_per_hour, runs_out_at: out.map(at) });
            assert_eq!(found, expected, "{window}, {to_reset} min, {left} %");
        }
    }

    #[test]
    fn a_window_that_is_over_or_unknown_has_no_pace() {
        let reading = reading("5h", 180, 60.0);
        assert_eq!(reading.pace(at(180)), None);
        assert_eq!(WindowReading { remaining: None, ..reading.clone() }.pace(at(0)), None);
        assert_eq!(WindowReading { reset_at: None, ..reading }.pace(at(0)), None);
    }

    proptest! {
        #[test]
        fn it_runs_out_between_the_reading_and_the_reset(to_reset in 0_i64..400, left in 0.0..100.0_f64) {
            let reading = reading("5h", to_reset, left);
            if let Some(out) = reading.pace(at(0)).and_then(|pace| pace.runs_out_at) {
                prop_assert!(reading.observed_at <= out && out < at(to_reset));
            }
        }
    }

    fn at(minutes: i64) -> Timestamp {
        READ.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
    }

    fn reading(window: &str, to_reset: i64, left: f64) -> WindowReading {
        WindowReading {
            bucket: "gemini".into(),
            kind: WindowKind::new(window),
            remaining: Remaining::clamped(left / 100.0),
            reset_at: Some(at(to_reset)),
            reset_by_service: None,
            answered_at: at(0),
            observed_at: at(0),
            idleness: Idleness::Started,
            disabled: false,
            source: Source::Summary,
        }
    }
}
