//! How long the user wants automation to rest.

use super::words::Spoken;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// When "until tomorrow" is over, by the local clock: when the next day begins for people, not at midnight.
const MORNING: Time = Time::constant(6, 0, 0, 0);
/// A morning that comes sooner is not tomorrow's.
const LEAST: SignedDuration = SignedDuration::from_hours(1);
/// A longer rest is a switch that was forgotten.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What the user asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// For so long from now.
    For(SignedDuration),
    /// Until 6 in the morning, by the local clock.
    Tomorrow,
    /// No longer.
    Over,
}

/// It is none of the forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pause is a span from 1m to 7d such as 1h, the word tomorrow, or off")]
pub struct BadPause;

impl Spoken for BadPause {
    fn in_chinese(&self) -> String {
        "暂停时长可以是 1m 到 7d 之间的时间（例如 1h）、tomorrow 或 off".to_owned()
    }
}

impl Pause {
    /// Until when it lasts from `now` on; `None` where it is over.
    #[must_use]
    pub fn until(self, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::For(span) => Some(now.checked_add(span).unwrap_or(Timestamp::MAX)),
            Self::Tomorrow => Some(morning(zone, now)),
            Self::Over => None,
        }
    }
}

/// The next morning that is not just about to come: who pauses at half past five means more than half an hour.
fn morning(zone: &TimeZone, now: Timestamp) -> Timestamp {
    let today = zone.to_datetime(now).date();
    [Some(today), today.tomorrow().ok()]
        .into_iter()
        .flatten()
        .filter_map(|day| zone.to_ambiguous_timestamp(day.to_datetime(MORNING)).compatible().ok())
        .find(|at| *at >= now + LEAST)
        .unwrap_or(Timestamp::MAX)
}

impl std::str::FromStr for Pause {
    type Err = BadPause;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "tomorrow" => Ok(Self::Tomorrow),
            "off" | "resume" => Ok(Self::Over),
            text => {
                let span: jiff::Span = text.parse().map_err(|_| BadPause)?;
                let days = jiff::SpanRelativeTo::days_are_24_hours();
                let seconds = span.total((jiff::Unit::Second, days)).map_err(|_| BadPause)?;
                let span = SignedDuration::try_from_secs_f64(seconds).map_err(|_| BadPause)?;
                let fits = span >= SignedDuration::from_mins(1) && span <= LONGEST;
                if fits { Ok(Self::For(span)) } else { Err(BadPause) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, zone: &str, now: &str, until: Option<&str>) {
        let pause: Pause = text.parse().unwrap();
        let zone = TimeZone::get(zone).unwrap();
        let until = until.map(|at| at.parse::<Timestamp>().unwrap());
        assert_eq!(pause.until(&zone, now.parse().unwrap()), until, "{text} at {now}");
    }

    #[test]
    fn a_span_counts_from_now() {
        check("1h", "UTC", "2026-03-02T11:01:00Z", Some("2026-03-02T12:01:00Z"));
        check("90m", "UTC", "2026-03-02T11:01:00Z", Some("2026-03-02T12:31:00Z"));
        check("7d", "UTC", "2026-03-02T11:01:00Z", Some("2026-03-09T11:01:00Z"));
    }

    #[test]
    fn tomorrow_is_six_in_the_morning_by_the_local_clock() {
        check("tomorrow", "Europe/Berlin", "2026-03-02T11:01:00Z", Some("2026-03-03T05:00:00Z"));
        check("tomorrow", "Europe/Berlin", "2026-03-02T22:30:00Z", Some("2026-03-03T05:00:00Z"));
        // At two at night the day after is the one after the sleep.
        check("tomorrow", "Europe/Berlin", "2026-03-03T01:00:00Z", Some("2026-03-03T05:00:00Z"));
        check("tomorrow", "Europe/Berlin", "2026-03-03T04:30:00Z", Some("2026-03-04T05:00:00Z"));
        // The night in which the clock goes forward.
        check("tomorrow", "Europe/Berlin", "2026-03-28T20:00:00Z", Some("2026-03-29T04:00:00Z"));
    }

    #[test]
    fn off_is_no_time() {
        check("off", "UTC", "2026-03-02T11:01:00Z", None);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "1", "-1h", "0s", "8d", "yesterday", "1 fortnight"] {
            assert_eq!(text.parse::<Pause>(), Err(BadPause), "{text:?}");
        }
    }
}
