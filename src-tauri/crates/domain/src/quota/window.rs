//! One window of a group, as it was read.

use super::{Idleness, Remaining};
use crate::catalogue::Group;
use jiff::{SignedDuration, Timestamp};
use std::fmt;

/// Where a number comes from, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The report of the official `agy` program.
    OfficialReport,
    /// `retrieveUserQuotaSummary`: both windows per group.
    Summary,
    /// `fetchAvailableModels`: one number per model.
    ModelList,
    /// `retrieveUserQuota`: Gemini CLI's buckets.
    Buckets,
    /// A 429 that named a reset: evidence that the window is empty.
    Refusal,
}

impl Source {
    /// The word in JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::OfficialReport => "official_report",
            Self::Summary => "summary",
            Self::ModelList => "model_list",
            Self::Buckets => "buckets",
            Self::Refusal => "refusal",
        }
    }
}

/// A bucket's period, in the service's own word: `5h`, `weekly`, or any other string.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowKind(String);

impl WindowKind {
    /// Takes the service's word as it comes.
    #[must_use]
    pub fn new(word: impl Into<String>) -> Self {
        Self(word.into())
    }

    /// The service's word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How long the window is, where the word says it: `weekly`, or a number of hours or days (`5h`, `7d`).
    /// Driven by the data, because the service changed its periods several times in 2026.
    #[must_use]
    pub fn length(&self) -> Option<SignedDuration> {
        if self.0 == "weekly" {
            return Some(SignedDuration::from_hours(7 * 24));
        }
        let (number, unit) = self.0.split_at_checked(self.0.len().checked_sub(1)?)?;
        let hours_each = match unit {
            "h" => 1,
            "d" => 24,
            _ => return None,
        };
        if !number.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let count: i64 = number.parse().ok()?;
        // Ten years: longer is no quota window but a damaged answer.
        (1..=87_600)
            .contains(&count.checked_mul(hours_each)?)
            .then(|| SignedDuration::from_hours(count * hours_each))
    }
}

impl fmt::Display for WindowKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One bucket of a group, as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowReading {
    /// The service's id of the bucket, e.g. `gemini-5h`.
    pub bucket: String,
    /// Its period.
    pub kind: WindowKind,
    /// What was left, or unknown.
    pub remaining: Option<Remaining>,
    /// When it refills by our clock, corrected for a difference of the clocks; may be unknown.
    pub reset_at: Option<Timestamp>,
    /// The same instant as the service wrote it, to compare two readings.
    pub reset_by_service: Option<Timestamp>,
    /// The service's clock when it answered.
    pub answered_at: Timestamp,
    /// Our clock when the answer came.
    pub observed_at: Timestamp,
    /// Whether the window's clock has started.
    pub idleness: Idleness,
    /// The service switched the bucket off: it is shown, and decides nothing.
    pub disabled: bool,
    /// Who said so.
    pub source: Source,
}

impl WindowReading {
    /// What is left at `now`: unknown again once the reset has passed, until it is read again.
    #[must_use]
    pub fn remaining_at(&self, now: Timestamp) -> Option<Remaining> {
        if self.is_over(now) { None } else { self.remaining }
    }

    /// Whether the reset has passed since the reading.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.reset_at.is_some_and(|reset| now >= reset)
    }

    /// Whether the window's clock has started at `now`, where that is known.
    #[must_use]
    pub fn started_at(&self, now: Timestamp) -> Option<bool> {
        if self.is_over(now) {
            return None;
        }
        match self.idleness {
            Idleness::Idle => Some(false),
            Idleness::Started => Some(true),
            Idleness::NotSure | Idleness::Unknown => None,
        }
    }

    /// Whether the bucket has a say over the models of `group`: not switched off, and either an id this
    /// version knows or a period whose length is known.
    #[must_use]
    pub fn binds(&self, group: &Group) -> bool {
        !self.disabled
            && (crate::catalogue::group_of_bucket(&self.bucket).as_ref() == Some(group)
                || self.kind.length().is_some())
    }
}

/// Takes a reset from a fresh answer only if it can be true: not more than an hour past, and not further
/// ahead than the window is long plus a day (32 days where the length is unknown).
#[must_use]
pub fn plausible_reset(
    reset: Timestamp,
    length: Option<SignedDuration>,
    now: Timestamp,
) -> Option<Timestamp> {
    let ahead = now.duration_until(reset);
    let furthest = length.unwrap_or(SignedDuration::from_hours(31 * 24)) + SignedDuration::from_hours(24);
    (ahead >= SignedDuration::from_hours(-1) && ahead <= furthest).then_some(reset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_period_is_read_from_its_word() {
        for (word, hours) in [
            ("5h", Some(5)),
            ("weekly", Some(168)),
            ("7d", Some(168)),
            ("24h", Some(24)),
            ("monthly", None),
            ("", None),
            ("h", None),
            ("0h", None),
            ("-5h", None),
            ("5 h", None),
            ("99999999999999999999h", None),
            ("日", None),
        ] {
            assert_eq!(WindowKind::new(word).length(), hours.map(SignedDuration::from_hours), "{word}");
        }
    }

    #[test]
    fn an_impossible_reset_is_unknown() {
        let now: Timestamp = "2026-09-01T00:00:00Z".parse().unwrap();
        let five = Some(SignedDuration::from_hours(5));
        for (reset, length, taken) in [
            ("2026-09-01T05:00:00Z", five, true),
            ("2026-08-31T23:30:00Z", five, true),
            ("2026-08-31T20:00:00Z", five, false),
            ("2026-09-04T00:00:00Z", five, false),
            ("2026-09-30T00:00:00Z", None, true),
            ("2030-01-01T00:00:00Z", None, false),
            ("1970-01-01T00:00:00Z", None, false),
        ] {
            let reset = reset.parse().unwrap();
            assert_eq!(plausible_reset(reset, length, now).is_some(), taken, "{reset}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn no_word_panics(word in ".{0,12}") {
            let _ = WindowKind::new(word).length();
        }
    }
}
