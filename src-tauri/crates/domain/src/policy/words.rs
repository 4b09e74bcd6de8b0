//! How shares and times are said in sentences.

use super::floor::{is_at_or_below, is_below};
use crate::quota::Remaining;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Where and when a sentence is read: times are said by the local clock.
#[derive(Debug, Clone, Copy)]
pub struct Here<'a> {
    /// The present.
    pub now: Timestamp,
    /// The reader's time zone.
    pub zone: &'a TimeZone,
}

impl Here<'_> {
    /// A time as a person says it: `14:20`, on another day within a week `Thu 09:10`, else `9 Dec 09:10`.
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        let local = self.zone.to_datetime(at);
        let today = self.zone.to_datetime(self.now).date();
        let form = if local.date() == today {
            "%H:%M"
        } else if self.now.duration_until(at).abs() < SignedDuration::from_hours(6 * 24) {
            "%a %H:%M"
        } else {
            "%-d %b %H:%M"
        };
        local.strftime(form).to_string()
    }
}

/// A share in percent: `58 %`. A little is not nothing, and not quite full is not full.
#[must_use]
pub fn percent(remaining: Remaining) -> String {
    let rounded = remaining.percent().round();
    let shown = if remaining.is_empty() {
        0.0
    } else if rounded >= 100.0 && !remaining.is_full() {
        99.0
    } else {
        rounded.max(1.0)
    };
    format!("{shown:.0} %")
}

/// A share set against a floor: `4 % is below the 5 %`. Where rounding would contradict the sentence the share
/// gets a decimal.
#[must_use]
pub fn against_floor(remaining: Remaining, floor: u32) -> String {
    let floor_shown = f64::from(floor);
    if !is_below(remaining, floor) {
        let at = is_at_or_below(remaining, floor);
        return format!("{} is {} the {floor} %", percent(remaining), if at { "at" } else { "above" });
    }
    let share = if remaining.percent().round() < floor_shown {
        percent(remaining)
    } else {
        format!("{:.1} %", (remaining.percent() * 10.0).floor() / 10.0)
    };
    format!("{share} is below the {floor} %")
}

/// A duration as a person says it: `41 min`, `2 h 04 m`, `3 d 4 h`; rounded up to the minute, never negative.
#[must_use]
pub fn lasting(duration: SignedDuration) -> String {
    let minutes = (duration.as_secs().max(0) + 59) / 60;
    match (minutes / 1_440, minutes / 60, minutes % 60) {
        (0, 0, m) => format!("{m} min"),
        (0, h, m) => format!("{h} h {m:02} m"),
        (d, h, _) => format!("{d} d {} h", h % 24),
    }
}

/// `1 request`, `2 requests`.
#[must_use]
pub fn counted(count: u32, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_by_the_local_clock() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let here = Here { now: "2026-03-02T12:00:00Z".parse().unwrap(), zone: &zone };
        for (at, said) in [
            ("2026-03-02T13:20:00Z", "14:20"),
            ("2026-03-02T23:30:00Z", "Tue 00:30"),
            ("2026-03-01T08:10:00Z", "Sun 09:10"),
            ("2026-03-09T08:10:00Z", "9 Mar 09:10"),
        ] {
            assert_eq!(here.time(at.parse().unwrap()), said, "{at}");
        }
    }

    #[test]
    fn a_share_is_never_rounded_to_a_lie() {
        for (fraction, said) in
            [(1.0, "100 %"), (0.996, "99 %"), (0.5, "50 %"), (0.001, "1 %"), (0.0, "0 %"), (0.07, "7 %")]
        {
            assert_eq!(percent(Remaining::clamped(fraction).unwrap()), said);
        }
    }

    #[test]
    fn a_share_against_a_floor_does_not_contradict_itself() {
        for (fraction, floor, said) in [
            (0.04, 5, "4 % is below the 5 %"),
            (0.046, 5, "4.6 % is below the 5 %"),
            (0.0499, 5, "4.9 % is below the 5 %"),
            (0.07, 7, "7 % is at the 7 %"),
            (0.12, 10, "12 % is above the 10 %"),
            (0.0, 5, "0 % is below the 5 %"),
        ] {
            assert_eq!(against_floor(Remaining::clamped(fraction).unwrap(), floor), said);
        }
    }

    #[test]
    fn a_duration_reads_like_speech() {
        for (seconds, said) in [(0, "0 min"), (59, "1 min"), (7_440, "2 h 04 m"), (273_600, "3 d 4 h")] {
            assert_eq!(lasting(SignedDuration::from_secs(seconds)), said);
        }
    }
}
