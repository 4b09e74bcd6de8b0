//! Vectors of durations, alone and in messages.

use crate::fixture::cases;
use jiff::SignedDuration;
use wire::duration::{duration_in_message, duration_of, parse_duration};

/// Holds F57, F1.
#[test]
fn every_duration_vector_holds() {
    for case in cases("vectors/durations.json") {
        let expected = case["ms"].as_i64().map(SignedDuration::from_millis);
        assert_eq!(duration_of(&case["in"]), expected, "{case}");
        if let Some(text) = case["in"].as_str() {
            assert_eq!(parse_duration(text), expected, "{case}");
        }
    }
}

/// Holds F1.
#[test]
fn every_message_vector_holds() {
    for case in cases("vectors/message_durations.json") {
        let expected = case["ms"].as_i64().map(SignedDuration::from_millis);
        assert_eq!(duration_in_message(case["message"].as_str().unwrap()), expected, "{case}");
    }
}
