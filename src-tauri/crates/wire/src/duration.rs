//! Durations as the service writes them: Go's duration text, which includes the protobuf form of seconds.

use jiff::SignedDuration;
use serde_json::Value;

/// How finely sums are kept: parts of a nanosecond, so that rounding up is exact.
const PARTS: u128 = 1_000_000_000;
/// The digits of a fraction that are kept; what is beyond them only rounds up.
const DIGITS: usize = 18;
/// Parts of one millisecond.
const MILLISECOND: u128 = 1_000_000 * PARTS;

/// Reads `1h16m0.6s`, `42s`, `510.79ms`: numbers with units `h`, `m`, `s`, `ms`, `us`, `µs`, `ns`, without spaces
/// or sign, rounded up to whole milliseconds. `None` for anything else and for what does not fit.
#[must_use]
pub fn parse_duration(text: &str) -> Option<SignedDuration> {
    let mut rest = text;
    let mut sum = 0_u128;
    while !rest.is_empty() {
        let (parts, after) = term(rest)?;
        sum = sum.checked_add(parts)?;
        rest = after;
    }
    if text.is_empty() {
        return None;
    }
    let ms = i64::try_from(sum.div_ceil(MILLISECOND)).ok()?;
    Some(SignedDuration::from_millis(ms))
}

/// Reads a duration from a field: a text, or `{"seconds": "90", "nanos": 500000000}`. Negative is `None`.
#[must_use]
pub fn duration_of(value: &Value) -> Option<SignedDuration> {
    match value {
        Value::String(text) => parse_duration(text),
        Value::Object(fields) => {
            let whole = |key: &str| match fields.get(key) {
                None => Some(0),
                Some(value) => value.as_u64().or_else(|| value.as_str()?.parse().ok()),
            };
            let said = fields.contains_key("seconds") || fields.contains_key("nanos");
            let (seconds, nanos) = (whole("seconds")?, whole("nanos")?);
            let fits = said && nanos < 1_000_000_000;
            let ms = i64::try_from(seconds)
                .ok()?
                .checked_mul(1_000)?
                .checked_add(i64::try_from(nanos.div_ceil(1_000_000)).ok()?)?;
            fits.then(|| SignedDuration::from_millis(ms))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}

/// Finds a duration in the service's words: `reset after 1h43m56s.`, `Resets in 42s`, `retry in 900ms`.
#[must_use]
pub fn duration_in_message(message: &str) -> Option<SignedDuration> {
    let lower = message.to_ascii_lowercase();
    ["after ", "resets in ", "retry in "].iter().find_map(|lead| {
        lower.match_indices(lead).find_map(|(at, _)| {
            let starts_a_word = lower[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
            let word = message[at + lead.len()..].split_whitespace().next()?;
            parse_duration(word.trim_end_matches('.')).filter(|_| starts_a_word)
        })
    })
}

/// One number with its unit, in parts of a nanosecond, and what follows it.
fn term(text: &str) -> Option<(u128, &str)> {
    let (whole, rest) = digits(text);
    let (fraction, rest) = match rest.strip_prefix('.').map(digits) {
        Some(("", _)) => return None,
        Some(after_point) => after_point,
        None if whole.is_empty() => return None,
        None => ("", rest),
    };
    let (unit, rest) = unit(rest)?;
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u128>().ok()? };
    let parts = whole.checked_mul(unit)?.checked_mul(PARTS)?.checked_add(share(fraction, unit)?)?;
    Some((parts, rest))
}

/// `0.fraction` of a unit, rounded up to a whole part.
fn share(fraction: &str, unit: u128) -> Option<u128> {
    let (kept, beyond) = fraction.split_at(fraction.len().min(DIGITS));
    let scale = 10_u128.pow(u32::try_from(kept.len()).ok()?);
    let number = if kept.is_empty() { 0 } else { kept.parse::<u128>().ok()? };
    let more = u128::from(beyond.bytes().any(|b| b != b'0'));
    let parts = number.checked_mul(unit)?.checked_mul(PARTS)?.div_ceil(scale);
    parts.checked_add(more)
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// The unit's length in nanoseconds. `ms` before `m`; both letters that look like a micro sign, as Go takes them.
fn unit(text: &str) -> Option<(u128, &str)> {
    [
        ("ms", 1_000_000),
        ("us", 1_000),
        ("\u{b5}s", 1_000),
        ("\u{3bc}s", 1_000),
        ("ns", 1),
        ("h", 3_600_000_000_000),
        ("m", 60_000_000_000),
        ("s", 1_000_000_000),
    ]
    .into_iter()
    .find_map(|(name, nanoseconds)| Some((nanoseconds, text.strip_prefix(name)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rounding_up_is_exact() {
        for (text, ms) in [
            ("0.001s", Some(1)),
            ("0.0010000000000000000000001s", Some(2)),
            ("1ns", Some(1)),
            ("1000000ns", Some(1)),
            ("0.5ms0.5ms", Some(1)),
            ("0.3ms0.3ms0.4ms", Some(1)),
            (".5s", Some(500)),
            ("1\u{b5}s", Some(1)),
            ("999999\u{3bc}s1us", Some(1_000)),
            ("0.000000000000000000h", Some(0)),
        ] {
            check(text, ms);
        }
    }

    #[test]
    fn what_is_outside_the_grammar_is_no_duration() {
        for text in ["-5s", "+5s", "5.s", ".s", "s", "5S", " 5s", "5s ", "1e3s", "5s5", "\u{664}s"] {
            check(text, None);
        }
        check(&format!("{}h", "9".repeat(60)), None);
        check(&format!("{}s", "9".repeat(25)), None);
    }

    #[test]
    fn the_object_form_is_seconds_and_nanos() {
        for (value, ms) in [
            (json!({"seconds": 90}), Some(90_000)),
            (json!({"nanos": 1}), Some(1)),
            (json!({"seconds": "90", "nanos": 500_000_000}), Some(90_500)),
            (json!({}), None),
            (json!({"seconds": -1}), None),
            (json!({"seconds": 1, "nanos": 1_000_000_000}), None),
            (json!({"seconds": u64::MAX}), None),
            (json!({"seconds": true}), None),
            (json!(90), None),
            (json!(null), None),
        ] {
            assert_eq!(duration_of(&value), ms.map(SignedDuration::from_millis), "{value}");
        }
    }

    #[test]
    fn only_a_duration_after_a_lead_counts() {
        for (message, ms) in [
            ("try after 12 tries, then retry in 3s", Some(3_000)),
            ("hereafter 5s", None),
            ("RETRY IN 5s", Some(5_000)),
            ("resets in soon, resets in 2h", Some(7_200_000)),
            ("it took 5s", None),
            ("after ", None),
            ("\u{130} after 5s", Some(5_000)),
        ] {
            assert_eq!(duration_in_message(message), ms.map(SignedDuration::from_millis), "{message}");
        }
    }

    #[track_caller]
    fn check(text: &str, ms: Option<i64>) {
        assert_eq!(parse_duration(text), ms.map(SignedDuration::from_millis), "{text}");
    }
}
