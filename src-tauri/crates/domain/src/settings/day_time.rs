//! A time of the day, in local time: `07:00`.

use crate::policy::words::Spoken;
use jiff::civil::Time;
use std::fmt;
use std::str::FromStr;

/// A time of the day to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayTime(Time);

/// The text is no time of the day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("takes a time of the day such as 07:00")]
pub struct BadDayTime;

impl Spoken for BadDayTime {
    fn in_chinese(&self) -> String {
        "需要 07:00 这样的时刻".to_owned()
    }
}

impl DayTime {
    /// As a time of the local clock.
    #[must_use]
    pub fn time(self) -> Time {
        self.0
    }
}

impl FromStr for DayTime {
    type Err = BadDayTime;

    fn from_str(text: &str) -> Result<Self, BadDayTime> {
        let number = |text: &str| {
            let digits = matches!(text.len(), 1 | 2) && text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| text.parse::<i8>().ok()).flatten()
        };
        let read = || {
            let (hour, minute) = text.split_once(':')?;
            let minute = number(minute).filter(|_| minute.len() == 2)?;
            Time::new(number(hour)?, minute, 0, 0).ok()
        };
        read().map(Self).ok_or(BadDayTime)
    }
}

impl fmt::Display for DayTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_the_day_is_hours_and_minutes() {
        for (text, shown) in [("07:00", "07:00"), ("7:05", "07:05"), ("00:00", "00:00"), ("23:59", "23:59")] {
            assert_eq!(text.parse::<DayTime>().map(|t| t.to_string()), Ok(shown.to_owned()));
        }
        for text in ["", "7", "24:00", "07:60", "07:0", "-1:00", "+7:00", "07:00:00", "7am", " 07:00"] {
            assert_eq!(text.parse::<DayTime>(), Err(BadDayTime), "{text:?}");
        }
    }
}
