//! How shares, times and lengths are said in sentences, in every language there is.
//!
//! The `words` modules beside the policies hold their sentences, both languages side by side: one that is missing does
//! not compile.

use super::floor::{is_at_or_below, is_below};
use crate::quota::Remaining;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Languages that sentences are said in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// The language for the setting `language` (`en`, `zh-CN`, else the system's) and the system's locale, e.g.
    /// `zh_CN.UTF-8`.
    #[must_use]
    pub fn of(setting: &str, locale: Option<&str>) -> Self {
        let chosen = match setting {
            "en" | "zh-CN" => setting,
            _ => locale.unwrap_or_default(),
        };
        if chosen.starts_with("zh") { Self::Chinese } else { Self::English }
    }

    /// The words of this language.
    #[must_use]
    pub fn say<T>(self, english: T, chinese: T) -> T {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }

    /// A share in percent: `58 %`. A little is not nothing, and not quite full is not full.
    #[must_use]
    pub fn percent(self, remaining: Remaining) -> String {
        self.with_sign(&whole(remaining).to_string())
    }

    fn with_sign(self, number: &str) -> String {
        match self {
            Self::English => format!("{number} %"),
            Self::Chinese => format!("{number}%"),
        }
    }

    /// A duration as a person says it: `41 min`, `2 h 04 m`, `3 d 4 h`; rounded up to the minute, never negative.
    #[must_use]
    pub fn lasting(self, duration: SignedDuration) -> String {
        let minutes = (duration.as_secs().max(0) + 59) / 60;
        match (self, minutes / 1_440, minutes / 60, minutes % 60) {
            (Self::English, 0, 0, m) => format!("{m} min"),
            (Self::English, 0, h, m) => format!("{h} h {m:02} m"),
            (Self::English, d, h, _) => format!("{d} d {} h", h % 24),
            (Self::Chinese, 0, 0, m) => format!("{m} 分钟"),
            (Self::Chinese, 0, h, m) => format!("{h} 小时 {m:02} 分"),
            (Self::Chinese, d, h, _) => format!("{d} 天 {} 小时", h % 24),
        }
    }

    /// A window's length as people call it: the service's own word where there is no other.
    #[must_use]
    pub fn window(self, kind: &str) -> &str {
        match (self, kind) {
            (Self::Chinese, "5h") => "5 小时",
            (Self::Chinese, "weekly") => "每周",
            (Self::English | Self::Chinese, _) => kind,
        }
    }
}

fn whole(remaining: Remaining) -> f64 {
    let rounded = remaining.percent().round();
    if remaining.is_empty() {
        0.0
    } else if rounded >= 100.0 && !remaining.is_full() {
        99.0
    } else {
        rounded.max(1.0)
    }
}

/// One sentence in every language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// In English.
    pub english: String,
    /// In Simplified Chinese.
    pub chinese: String,
}

impl Said {
    /// What `say` says in each language.
    #[must_use]
    pub fn of<T: ToString>(say: impl Fn(Language) -> T) -> Self {
        Self { english: say(Language::English).to_string(), chinese: say(Language::Chinese).to_string() }
    }

    /// A sentence that was made in each language.
    #[must_use]
    pub fn new(english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self { english: english.into(), chinese: chinese.into() }
    }

    /// In one language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        language.say(&self.english, &self.chinese)
    }
}

/// What went wrong, in every language: `Display` says it in English, for the log and for programs.
///
/// A variant without its Chinese does not compile. What others said (the system, the service) stays in their words.
pub trait Spoken: std::fmt::Display {
    /// In Simplified Chinese.
    fn in_chinese(&self) -> String;

    /// In both.
    fn said(&self) -> Said {
        Said::new(self.to_string(), self.in_chinese())
    }
}

/// Where, when and in which language a sentence is read: times are said by the local clock.
#[derive(Debug, Clone, Copy)]
pub struct Here<'a> {
    /// The present.
    pub now: Timestamp,
    /// The reader's time zone.
    pub zone: &'a TimeZone,
    /// The reader's language.
    pub language: Language,
}

/// What a floor is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Floor {
    /// The floor of the short window.
    Short,
    /// The floor of the week.
    Week,
    /// The floor of the short window, where it does not refuse.
    Soft,
}

impl<'a> Here<'a> {
    /// The words of the reader's language.
    #[must_use]
    pub fn say<T>(&self, english: T, chinese: T) -> T {
        self.language.say(english, chinese)
    }

    /// A time as a person says it: `14:20`, on another day within a week `Thu 09:10`, else `9 Dec 09:10`.
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        let local = self.zone.to_datetime(at);
        let today = self.zone.to_datetime(self.now).date();
        let clock = local.strftime("%H:%M");
        if local.date() == today {
            return clock.to_string();
        }
        let soon = self.now.duration_until(at).abs() < SignedDuration::from_hours(6 * 24);
        match (self.language, soon) {
            (Language::English, true) => local.strftime("%a %H:%M").to_string(),
            (Language::English, false) => local.strftime("%-d %b %H:%M").to_string(),
            (Language::Chinese, true) => {
                let day = ["一", "二", "三", "四", "五", "六", "日"]
                    [usize::from(local.weekday().to_monday_zero_offset().unsigned_abs())];
                format!("周{day} {clock}")
            }
            (Language::Chinese, false) => format!("{}月{}日 {clock}", local.month(), local.day()),
        }
    }

    /// See [`Language::percent`].
    #[must_use]
    pub fn percent(&self, remaining: Remaining) -> String {
        self.language.percent(remaining)
    }

    /// A share set against a floor: `4 % is below the 5 % weekly floor`. Where rounding would contradict the sentence
    /// the share gets a decimal.
    #[must_use]
    pub fn against_floor(&self, remaining: Remaining, floor: u32, called: Floor) -> String {
        let (share, at) = if is_below(remaining, floor) {
            let plain = remaining.percent().round() < f64::from(floor);
            let tenths =
                || self.language.with_sign(&format!("{:.1}", (remaining.percent() * 10.0).floor() / 10.0));
            (if plain { self.percent(remaining) } else { tenths() }, self.say("below", "低于"))
        } else if is_at_or_below(remaining, floor) {
            (self.percent(remaining), self.say("at", "等于"))
        } else {
            (self.percent(remaining), self.say("above", "高于"))
        };
        let called = match called {
            Floor::Short => self.say("floor", "保护下限"),
            Floor::Week => self.say("weekly floor", "每周下限"),
            Floor::Soft => self.say("soft floor", "软性下限"),
        };
        let floor = self.language.with_sign(&floor.to_string());
        match self.language {
            Language::English => format!("{share} is {at} the {floor} {called}"),
            Language::Chinese => format!("{share} {at} {floor} 的{called}"),
        }
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
        let now = "2026-03-02T12:00:00Z".parse().unwrap();
        for (at, english, chinese) in [
            ("2026-03-02T13:20:00Z", "14:20", "14:20"),
            ("2026-03-02T23:30:00Z", "Tue 00:30", "周二 00:30"),
            ("2026-03-01T08:10:00Z", "Sun 09:10", "周日 09:10"),
            ("2026-03-09T08:10:00Z", "9 Mar 09:10", "3月9日 09:10"),
        ] {
            for (language, said) in [(Language::English, english), (Language::Chinese, chinese)] {
                assert_eq!(Here { now, zone: &zone, language }.time(at.parse().unwrap()), said, "{at}");
            }
        }
    }

    #[test]
    fn a_share_is_never_rounded_to_a_lie() {
        for (fraction, english, chinese) in [
            (1.0, "100 %", "100%"),
            (0.996, "99 %", "99%"),
            (0.5, "50 %", "50%"),
            (0.001, "1 %", "1%"),
            (0.0, "0 %", "0%"),
            (0.07, "7 %", "7%"),
        ] {
            let share = Remaining::clamped(fraction).unwrap();
            assert_eq!(Said::of(|l| l.percent(share)), said(english, chinese));
        }
    }

    #[test]
    fn a_share_against_a_floor_does_not_contradict_itself() {
        for (fraction, floor, english, chinese) in [
            (0.04, 5, "4 % is below the 5 % floor", "4% 低于 5% 的保护下限"),
            (0.046, 5, "4.6 % is below the 5 % floor", "4.6% 低于 5% 的保护下限"),
            (0.0499, 5, "4.9 % is below the 5 % floor", "4.9% 低于 5% 的保护下限"),
            (0.07, 7, "7 % is at the 7 % floor", "7% 等于 7% 的保护下限"),
            (0.12, 10, "12 % is above the 10 % floor", "12% 高于 10% 的保护下限"),
            (0.0, 5, "0 % is below the 5 % floor", "0% 低于 5% 的保护下限"),
        ] {
            let share = Remaining::clamped(fraction).unwrap();
            let zone = TimeZone::UTC;
            let here = |language| Here { now: Timestamp::UNIX_EPOCH, zone: &zone, language };
            assert_eq!(
                Said::of(|l| here(l).against_floor(share, floor, Floor::Short)),
                said(english, chinese)
            );
        }
    }

    #[test]
    fn a_duration_reads_like_speech() {
        for (seconds, english, chinese) in [
            (-5, "0 min", "0 分钟"),
            (0, "0 min", "0 分钟"),
            (59, "1 min", "1 分钟"),
            (2_460, "41 min", "41 分钟"),
            (7_440, "2 h 04 m", "2 小时 04 分"),
            (273_600, "3 d 4 h", "3 天 4 小时"),
        ] {
            assert_eq!(Said::of(|l| l.lasting(SignedDuration::from_secs(seconds))), said(english, chinese));
        }
    }

    #[test]
    fn the_setting_decides_the_language_before_the_system_does() {
        for (setting, locale, language) in [
            ("en", Some("zh_CN.UTF-8"), Language::English),
            ("zh-CN", Some("en_US.UTF-8"), Language::Chinese),
            ("system", Some("zh_CN.UTF-8"), Language::Chinese),
            ("system", Some("de_DE.UTF-8"), Language::English),
            ("system", None, Language::English),
        ] {
            assert_eq!(Language::of(setting, locale), language, "{setting} {locale:?}");
        }
    }

    fn said(english: &str, chinese: &str) -> Said {
        Said { english: english.to_owned(), chinese: chinese.to_owned() }
    }
}
