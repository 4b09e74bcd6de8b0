//! Lengths of time as text: how the upstream prints them, and how a scenario writes them.
//!
//! Printing follows Go's duration text (`upstream-api` §7.3). Reading is for scenario files only.

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A length of time relative to the simulator's start, as a scenario writes it: `-3h`, `-2d 4h`, `+10m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Offset(pub SignedDuration);

impl Offset {
    /// Reads `-3h`, `-2d4h30m`, `+10m`; a day has 24 hours.
    ///
    /// # Errors
    /// The text, when it is not such a length.
    pub fn parse(text: &str) -> Result<Self, String> {
        let refused = || format!("`{text}` is not a length of time; write it like -3h, -2d4h or +10m");
        let span: Span = text.trim().trim_start_matches('+').parse().map_err(|_| refused())?;
        let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| refused())?;
        Ok(Self(length))
    }
}

impl<'de> Deserialize<'de> for Offset {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

impl Serialize for Offset {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let sign = if self.0.is_negative() { "-" } else { "" };
        to.serialize_str(&format!("{sign}{}", go(self.0.abs())))
    }
}

/// Go's duration text: `1h43m56.291482673s`, `42.038s`, `479.417207ms`, `0s`.
pub(crate) fn go(length: SignedDuration) -> String {
    let nanos = length.as_nanos().max(0);
    match nanos {
        0 => "0s".to_owned(),
        1..1_000 => format!("{nanos}ns"),
        1_000..1_000_000 => format!("{}µs", decimal(nanos, 1_000)),
        1_000_000..1_000_000_000 => format!("{}ms", decimal(nanos, 1_000_000)),
        _ => {
            let (minutes, rest) = (nanos / 60_000_000_000, nanos % 60_000_000_000);
            let seconds = decimal(rest, 1_000_000_000);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{seconds}s"),
                (0, m) => format!("{m}m{seconds}s"),
                (h, m) => format!("{h}h{m}m{seconds}s"),
            }
        }
    }
}

/// The same in whole seconds, as error messages print it: `1h43m56s`.
pub(crate) fn go_whole(length: SignedDuration) -> String {
    go(SignedDuration::from_secs(length.as_secs().max(0)))
}

/// A protobuf `Duration` in JSON: `6236.291482673s`, `6s`.
pub(crate) fn proto(length: SignedDuration) -> String {
    format!("{}s", decimal(length.as_nanos().max(0), 1_000_000_000))
}

/// The two largest units for people: `5 days, 11 hours`, `3 hours, 30 minutes`, `5 hours`.
pub(crate) fn people(length: SignedDuration) -> String {
    let minutes = length.as_mins().max(0);
    let units = [(minutes / 1440, "day"), (minutes / 60 % 24, "hour"), (minutes % 60, "minute")];
    let said: Vec<String> = units
        .into_iter()
        .skip_while(|(amount, _)| *amount == 0)
        .take(2)
        .filter(|(amount, _)| *amount > 0)
        .map(|(amount, unit)| format!("{amount} {unit}{}", if amount == 1 { "" } else { "s" }))
        .collect();
    if said.is_empty() { "less than a minute".to_owned() } else { said.join(", ") }
}

/// `value / unit` without trailing zeros.
fn decimal(value: i128, unit: i128) -> String {
    let digits = unit.ilog10() as usize;
    let fraction = format!("{:0digits$}", value % unit);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { (value / unit).to_string() } else { format!("{}.{fraction}", value / unit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(nanos: i64, go_text: &str, whole: &str, proto_text: &str) {
        let length = SignedDuration::from_nanos(nanos);
        assert_eq!(
            (go(length), go_whole(length), proto(length)),
            (go_text.into(), whole.into(), proto_text.into())
        );
    }

    #[test]
    fn lengths_print_as_the_captured_errors_do() {
        check(6_236_291_482_673, "1h43m56.291482673s", "1h43m56s", "6236.291482673s");
        check(4_560_600_000_000, "1h16m0.6s", "1h16m0s", "4560.6s");
        check(391_709_795_762_633, "108h48m29.795762633s", "108h48m29s", "391709.795762633s");
        check(42_038_000_000, "42.038s", "42s", "42.038s");
        check(479_417_207, "479.417207ms", "0s", "0.479417207s");
        check(90_000_000_000, "1m30s", "1m30s", "90s");
        check(1_500, "1.5µs", "0s", "0.0000015s");
        check(0, "0s", "0s", "0s");
        check(-5, "0s", "0s", "0s");
    }

    #[test]
    fn people_read_the_two_largest_units() {
        let said = |hours: i64, minutes: i64| people(SignedDuration::from_mins(hours * 60 + minutes));
        assert_eq!(said(131, 0), "5 days, 11 hours");
        assert_eq!(said(3, 30), "3 hours, 30 minutes");
        assert_eq!(said(5, 0), "5 hours");
        assert_eq!(said(1, 43), "1 hour, 43 minutes");
        assert_eq!(said(24, 5), "1 day");
        assert_eq!(said(0, 0), "less than a minute");
    }

    #[test]
    fn a_scenario_writes_offsets_with_days_and_signs() {
        let hours = |text: &str| Offset::parse(text).map(|offset| offset.0.as_hours());
        assert_eq!(hours("-3h"), Ok(-3));
        assert_eq!(hours("-2d4h"), Ok(-52));
        assert_eq!(hours("-2d 4h"), Ok(-52));
        assert_eq!(hours("+90m"), Ok(1));
        assert!(hours("soon").unwrap_err().contains("`soon`"));
    }

    #[test]
    fn an_offset_survives_a_round_trip() {
        for text in ["-3h", "-2d4h30m", "+10m", "0s"] {
            let offset = Offset::parse(text).unwrap();
            let written = serde_json::to_string(&offset).unwrap();
            assert_eq!(serde_json::from_str::<Offset>(&written).unwrap(), offset, "{written}");
        }
    }
}
