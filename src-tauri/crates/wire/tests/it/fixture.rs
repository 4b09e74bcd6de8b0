//! Where the fixtures are, and the clock they belong to.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::path::{Path, PathBuf};
use wire::upstream::Seen;

/// The fixtures' clock.
pub const T0: &str = "2026-09-01T00:00:00Z";

pub fn t0() -> Timestamp {
    T0.parse().unwrap()
}

/// An answer that came at a time, with both clocks alike.
pub fn seen(at: Timestamp) -> Seen {
    Seen { answered_at: at, observed_at: at, skew: SignedDuration::ZERO }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

pub fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

pub fn json(name: &str) -> Value {
    serde_json::from_slice(&bytes(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The files of a folder, by name, as `folder/file`.
pub fn files(folder: &str) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    names.sort();
    assert!(!names.is_empty(), "{folder}");
    names
}

/// The cases of a vector file that is a list.
pub fn cases(name: &str) -> Vec<Value> {
    let cases = json(name).as_array().unwrap().clone();
    assert!(!cases.is_empty(), "{name}");
    cases
}

/// An instant in a vector.
pub fn instant(value: &Value) -> Option<Timestamp> {
    value.as_str().map(|text| text.parse().unwrap())
}
