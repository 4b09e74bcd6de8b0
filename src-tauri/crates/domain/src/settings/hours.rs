//! Hours of the week, in local time: `mon-fri 06:00-20:00, sat 10:00-16:00`.

use crate::policy::words::Spoken;
use jiff::civil::{DateTime, Weekday};
use std::fmt;
use std::str::FromStr;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MINUTES_A_DAY: u16 = 24 * 60;
/// Far more than a week needs; keeps a hostile text from growing.
const MOST_SPANS: usize = 50;

/// Spans of the week. Without any span it means every hour.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hours(Vec<Span>);

/// One span: on each of its days from a minute to a minute. Where it ends no later than it begins, it ends on
/// the day after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    /// Monday is 0.
    first: u8,
    last: u8,
    /// Minutes since midnight, 0 to 1439.
    from: u16,
    /// Minutes since midnight, 1 to 1440.
    to: u16,
}

/// The text is not of the form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no span of hours; write spans like mon-fri 06:00-20:00, sat 10:00-16:00")]
pub struct BadHours(String);

impl Spoken for BadHours {
    fn in_chinese(&self) -> String {
        format!("{:?} 不是时段；请写成 mon-fri 06:00-20:00, sat 10:00-16:00 这样的形式", self.0)
    }
}

impl Hours {
    /// Whether every hour is meant.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `local` lies inside.
    #[must_use]
    pub fn contains(&self, local: DateTime) -> bool {
        let day = day_of(local.weekday());
        let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0);
        self.is_any() || self.0.iter().any(|span| span.contains(day, minute))
    }
}

impl Span {
    fn has_day(self, day: u8) -> bool {
        if self.first <= self.last {
            (self.first..=self.last).contains(&day)
        } else {
            day >= self.first || day <= self.last
        }
    }

    fn contains(self, day: u8, minute: u16) -> bool {
        if self.from < self.to {
            return self.has_day(day) && (self.from..self.to).contains(&minute);
        }
        let yesterday = (day + 6) % 7;
        (self.has_day(day) && minute >= self.from) || (self.has_day(yesterday) && minute < self.to)
    }
}

fn day_of(weekday: Weekday) -> u8 {
    u8::try_from(weekday.to_monday_zero_offset()).unwrap_or(0)
}

impl FromStr for Hours {
    type Err = BadHours;

    fn from_str(text: &str) -> Result<Self, BadHours> {
        let spans = text.split(',').map(str::trim).filter(|s| !s.is_empty());
        let spans: Vec<Span> = spans
            .map(|s| read_span(s).ok_or_else(|| BadHours(s.chars().take(40).collect())))
            .take(MOST_SPANS + 1)
            .collect::<Result<_, _>>()?;
        if spans.len() > MOST_SPANS {
            Err(BadHours("more than 50 spans".to_owned()))
        } else {
            Ok(Self(spans))
        }
    }
}

/// Reads `[DAYS] HH:MM-HH:MM` or `DAYS`; a missing half means all of it.
fn read_span(text: &str) -> Option<Span> {
    let mut words = text.split_whitespace();
    let (days, times) = match (words.next()?, words.next(), words.next()) {
        (one, None, _) if one.contains(':') => (None, Some(one)),
        (one, None, _) => (Some(one), None),
        (days, Some(times), None) => (Some(days), Some(times)),
        (_, Some(_), Some(_)) => return None,
    };
    let (first, last) = days.map_or(Some((0, 6)), read_days)?;
    let (from, to) = times.map_or(Some((0, MINUTES_A_DAY)), read_times)?;
    Some(Span { first, last, from, to })
}

fn read_days(text: &str) -> Option<(u8, u8)> {
    let day = |name: &str| {
        DAYS.iter().position(|d| d.eq_ignore_ascii_case(name)).and_then(|at| u8::try_from(at).ok())
    };
    match text.split_once('-') {
        None => day(text).map(|d| (d, d)),
        Some((first, last)) => Some((day(first)?, day(last)?)),
    }
}

fn read_times(text: &str) -> Option<(u16, u16)> {
    let (from, to) = text.split_once('-')?;
    let (from, to) = (read_time(from)?, read_time(to)?);
    let to = if to == 0 { MINUTES_A_DAY } else { to };
    (from < MINUTES_A_DAY && from != to).then_some((from, to))
}

fn read_time(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |t: &str| {
        (t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse::<u16>().ok()).flatten()
    };
    let minutes = number(hour)? * 60 + number(minute).filter(|m| *m < 60)?;
    (minutes <= MINUTES_A_DAY).then_some(minutes)
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, span) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            span.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |day: u8| DAYS.get(usize::from(day)).copied().unwrap_or("mon");
        if self.first == self.last {
            f.write_str(name(self.first))?;
        } else {
            write!(f, "{}-{}", name(self.first), name(self.last))?;
        }
        let clock = |m: u16| format!("{:02}:{:02}", m / 60, m % 60);
        write!(f, " {}-{}", clock(self.from), clock(self.to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_hour_is_inside_or_not() {
        // 2026-03-02 is a Monday.
        for (hours, local, inside) in [
            ("", "2026-03-01T03:00", true),
            ("mon-fri 06:00-20:00", "2026-03-02T06:00", true),
            ("mon-fri 06:00-20:00", "2026-03-02T20:00", false),
            ("mon-fri 06:00-20:00", "2026-03-01T12:00", false),
            ("mon-fri 06:00-20:00, sat 10:00-16:00", "2026-03-07T15:59", true),
            ("06:00-07:00", "2026-03-08T06:30", true),
            ("SUN", "2026-03-08T23:59", true),
            ("fri-mon 08:00-09:00", "2026-03-08T08:00", true),
            ("fri-mon 08:00-09:00", "2026-03-04T08:00", false),
            ("fri 22:00-06:00", "2026-03-07T05:59", true),
            ("fri 22:00-06:00", "2026-03-06T05:59", false),
            ("fri 22:00-06:00", "2026-03-06T23:00", true),
            ("sun 22:00-02:00", "2026-03-02T01:00", true),
            ("sat 10:00-00:00", "2026-03-07T23:59", true),
        ] {
            let read: Hours = hours.parse().unwrap();
            assert_eq!(read.contains(local.parse().unwrap()), inside, "{hours} at {local}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "always",
            "mon 6-20",
            "mon 06:00",
            "mon 06:00-06:00",
            "mon 25:00-26:00",
            "mon 06:60-07:00",
            "mon tue 06:00-07:00",
            "mon-fun",
            "24:00-01:00",
        ] {
            assert!(text.parse::<Hours>().is_err(), "{text}");
        }
        assert!(vec!["mon"; 51].join(",").parse::<Hours>().is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn what_is_written_reads_the_same(spans in proptest::collection::vec((0u8..7, 0u8..7, 0u16..1440, 1u16..=1440), 0..8)) {
            let spans = spans.into_iter().filter(|(_, _, from, to)| from != to);
            let hours = Hours(spans.map(|(first, last, from, to)| Span { first, last, from, to }).collect());
            prop_assert_eq!(hours.to_string().parse::<Hours>().unwrap(), hours);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = text.parse::<Hours>();
        }
    }
}
