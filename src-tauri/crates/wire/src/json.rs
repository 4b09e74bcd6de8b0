//! JSON from outside: bounded in size and depth, read field by field, with a count of what was not as known.

use domain::quota::Remaining;
use serde_json::{Map, Value};
use zeroize::Zeroize;

/// The largest document that is read, in bytes. The largest known answer has about 128 KB.
pub(crate) const LARGEST: usize = 4 * 1024 * 1024;
/// The deepest document that is read. The deepest known answer has 7 levels.
pub(crate) const DEEPEST: usize = 64;

/// Why a document could not be read. Never carries its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// More than [`LARGEST`].
    TooLarge,
    /// More than [`DEEPEST`].
    TooDeep,
    /// No JSON.
    NotJson {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
}

/// Reads one document.
pub(crate) fn document(bytes: &[u8]) -> Result<Value, Unreadable> {
    if bytes.len() > LARGEST {
        return Err(Unreadable::TooLarge);
    }
    if depth(bytes) > DEEPEST {
        return Err(Unreadable::TooDeep);
    }
    serde_json::from_slice(bytes).map_err(|e| Unreadable::NotJson { line: e.line(), column: e.column() })
}

/// A document with secrets in it: its texts are overwritten when it is dropped.
pub(crate) struct Confidential(Value);

impl Confidential {
    /// Takes a document over.
    pub(crate) fn new(document: Value) -> Self {
        Self(document)
    }

    /// The document.
    pub(crate) fn get(&self) -> &Value {
        &self.0
    }
}

impl Drop for Confidential {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(list) => list.iter_mut().for_each(wipe),
        Value::Object(map) => map.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// How deep the brackets nest, told from the bytes alone, before anything is built from them.
pub(crate) fn depth(mut bytes: &[u8]) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    while let Some(at) = bytes.iter().position(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']')) {
        match bytes[at] {
            b'"' => {
                bytes = after_text(&bytes[at + 1..]);
                continue;
            }
            b'{' | b'[' => {
                now += 1;
                most = most.max(now);
            }
            _ => now = now.saturating_sub(1),
        }
        bytes = &bytes[at + 1..];
    }
    most
}

/// What follows the end of a text that `bytes` begin within.
fn after_text(mut bytes: &[u8]) -> &[u8] {
    while let Some(at) = memchr::memchr2(b'"', b'\\', bytes) {
        let escaped = usize::from(bytes[at] == b'\\');
        bytes = bytes.get(at + 1 + escaped..).unwrap_or_default();
        if escaped == 0 {
            return bytes;
        }
    }
    &[]
}

/// Counts fields that were not as known: the drift counter.
#[derive(Debug, Default)]
pub(crate) struct Odd(u32);

impl Odd {
    /// One more.
    pub(crate) fn more(&mut self) {
        self.0 = self.0.saturating_add(1);
    }

    /// How many so far.
    pub(crate) fn count(&self) -> u32 {
        self.0
    }
}

/// The fields of one object.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// The fields, if the value is an object.
    pub(crate) fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    /// The value of a field; null counts as absent, as in the service's own encoding.
    pub(crate) fn get(self, key: &str) -> Option<&'a Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// Whether the field stands there, null included.
    pub(crate) fn has(self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Whether no field stands there.
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// All fields, in the order of their names.
    pub(crate) fn iter(self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// A text.
    pub(crate) fn text(self, key: &str, odd: &mut Odd) -> Option<&'a str> {
        typed(self.get(key), Value::as_str, odd)
    }

    /// A text, without counting; for formats that are not watched for drift.
    pub(crate) fn plain(self, key: &str) -> Option<&'a str> {
        self.get(key)?.as_str()
    }

    /// A switch; absent means off.
    pub(crate) fn flag(self, key: &str, odd: &mut Odd) -> bool {
        typed(self.get(key), Value::as_bool, odd).unwrap_or(false)
    }

    /// A switch, without counting.
    pub(crate) fn plain_flag(self, key: &str) -> bool {
        self.get(key).and_then(Value::as_bool).unwrap_or(false)
    }

    /// A list; absent or of another type means empty.
    pub(crate) fn list(self, key: &str, odd: &mut Odd) -> &'a [Value] {
        typed(self.get(key), Value::as_array, odd).map_or(&[], Vec::as_slice)
    }

    /// An object.
    pub(crate) fn object(self, key: &str, odd: &mut Odd) -> Option<Self> {
        typed(self.get(key), Self::of, odd)
    }

    /// A whole number that may come as a number or, as the service writes 64 bits, as a text.
    pub(crate) fn whole(self, key: &str, odd: &mut Odd) -> Option<i64> {
        typed(self.get(key), |v| v.as_i64().or_else(|| v.as_str()?.parse().ok()), odd)
    }

    /// A share of a quota. Absent is unknown; so is what is no number, null included, and that is odd. Out of
    /// range is clamped and odd.
    pub(crate) fn share(self, key: &str, odd: &mut Odd) -> Option<Remaining> {
        let raw = typed(self.0.get(key), Value::as_f64, odd)?;
        if !(0.0..=1.0).contains(&raw) {
            odd.more();
        }
        Remaining::clamped(raw)
    }

    /// Counts the fields whose names are not among the known ones.
    pub(crate) fn count_unknown(self, known: &[&str], odd: &mut Odd) {
        self.0.keys().filter(|key| !known.contains(&key.as_str())).for_each(|_| odd.more());
    }
}

/// Reads a value as a type; another type is as if it were absent, and odd.
fn typed<'a, T>(
    value: Option<&'a Value>,
    read: impl FnOnce(&'a Value) -> Option<T>,
    odd: &mut Odd,
) -> Option<T> {
    let read = read(value?);
    if read.is_none() {
        odd.more();
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_counted_outside_of_texts() {
        for (text, expected) in [("1", 0), ("[[1],{}]", 2), (r#"{"a":"[[[{\"{{"}"#, 1), ("]]][", 1)] {
            assert_eq!(depth(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn no_text_is_left_in_what_was_wiped() {
        let mut document = serde_json::json!({"a": ["secret", {"b": "secret"}], "c": 7});
        wipe(&mut document);
        assert_eq!(document, serde_json::json!({"a": ["", {"b": ""}], "c": 7}));
    }

    #[test]
    fn what_is_too_deep_or_too_large_is_not_read() {
        let nested = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
        assert!(document(&nested(DEEPEST)).is_ok());
        assert_eq!(document(&nested(DEEPEST + 1)), Err(Unreadable::TooDeep));
        assert_eq!(document(&nested(1_000_000)), Err(Unreadable::TooDeep));
        assert_eq!(document(&vec![b' '; LARGEST + 1]), Err(Unreadable::TooLarge));
        assert_eq!(document(b"{\"a\":1}}"), Err(Unreadable::NotJson { line: 1, column: 8 }));
    }
}
