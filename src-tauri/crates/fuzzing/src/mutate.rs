//! Damages seeds: bytes anywhere, and the structure of JSON and HTTP where a seed has any.

use crate::{Form, Target};
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use serde_json::{Map, Value};

/// Longer ones cost time and tell nothing new.
const LONGEST: usize = 64 << 10;

/// Endless damaged inputs of a target, the same for the same seed.
pub struct Mutator<'t> {
    target: &'t Target,
    seeds: Vec<Vec<u8>>,
    rng: SmallRng,
}

impl<'t> Mutator<'t> {
    /// From these seeds.
    #[must_use]
    pub fn new(target: &'t Target, seeds: Vec<Vec<u8>>, seed: u64) -> Self {
        let seeds: Vec<_> = seeds.into_iter().filter(|seed| seed.len() <= LONGEST).collect();
        Self { target, seeds, rng: SmallRng::seed_from_u64(seed) }
    }

    /// The next input.
    pub fn input(&mut self) -> Vec<u8> {
        let mut input = self.seeds.choose(&mut self.rng).cloned().unwrap_or_default();
        for _ in 0..self.rng.random_range(1..4) {
            let structured = self.rng.random_bool(0.6);
            input = match self.target.form {
                Form::Json if structured => self.json(&input).unwrap_or(input),
                Form::Events if structured => self.events(input),
                Form::Http if structured => self.lines(input),
                Form::Json | Form::Events | Form::Http => self.bytes(input),
            };
        }
        input.truncate(LONGEST);
        input
    }

    fn bytes(&mut self, mut input: Vec<u8>) -> Vec<u8> {
        let at = self.rng.random_range(0..=input.len());
        match self.rng.random_range(0..7) {
            0 if at < input.len() => input[at] ^= 1 << self.rng.random_range(0..8),
            1 => input.truncate(at),
            2 if at < input.len() => {
                let end = (at + self.rng.random_range(1..64)).min(input.len());
                input.drain(at..end);
            }
            3 => {
                let end = (at + self.rng.random_range(1..200)).min(input.len());
                let piece = input[at..end].to_vec();
                let to = self.rng.random_range(0..=input.len());
                input.splice(to..to, piece);
            }
            4 => {
                let word = WORDS.choose(&mut self.rng).copied().unwrap_or_default();
                input.splice(at..at, word.bytes());
            }
            5 => {
                let other = self.seeds.choose(&mut self.rng).cloned().unwrap_or_default();
                let from = self.rng.random_range(0..=other.len());
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            _ => {
                let random = self.rng.random();
                input.insert(at, random);
            }
        }
        input
    }

    /// One value of the document dropped, renamed, retyped, doubled, moved or nested.
    fn json(&mut self, input: &[u8]) -> Option<Vec<u8>> {
        let mut document: Value = serde_json::from_slice(input).ok()?;
        let mut count = 0_usize;
        each(&mut document, &mut |_| count += 1);
        let (mut chosen, mut place) = (self.rng.random_range(0..count), None::<()>);
        let other = self.some_value(&document);
        let rng = &mut self.rng;
        each(&mut document, &mut |value| {
            if chosen == 0 && place.is_none() {
                damage(value, other.clone(), rng);
                place = Some(());
            }
            chosen = chosen.saturating_sub(1);
        });
        Some(document.to_string().into_bytes())
    }

    /// A value of another place of the document.
    fn some_value(&mut self, document: &Value) -> Value {
        let mut document = document.clone();
        let mut all = Vec::new();
        each(&mut document, &mut |value| all.push(value.clone()));
        all.choose(&mut self.rng).cloned().unwrap_or(Value::Null)
    }

    /// An event dropped, doubled, moved, or its JSON damaged.
    fn events(&mut self, input: Vec<u8>) -> Vec<u8> {
        let text = String::from_utf8_lossy(&input).into_owned();
        let mut events: Vec<String> = text.split("\n\n").map(str::to_owned).collect();
        let at = self.rng.random_range(0..events.len());
        match self.rng.random_range(0..4) {
            0 => drop(events.remove(at)),
            1 => events.insert(at, events[at].clone()),
            2 => {
                let to = self.rng.random_range(0..events.len());
                events.swap(at, to);
            }
            _ => {
                if let Some(data) = events[at].strip_prefix("data: ").map(str::to_owned)
                    && let Some(damaged) = self.json(data.as_bytes())
                {
                    events[at] = format!("data: {}", String::from_utf8_lossy(&damaged));
                }
            }
        }
        events.join("\n\n").into_bytes()
    }

    /// A line of a head dropped, doubled, moved, or a new one put in.
    fn lines(&mut self, input: Vec<u8>) -> Vec<u8> {
        let text = String::from_utf8_lossy(&input).into_owned();
        let mut lines: Vec<String> = text.split("\r\n").map(str::to_owned).collect();
        let at = self.rng.random_range(0..lines.len());
        match self.rng.random_range(0..4) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at].clone()),
            2 => {
                let to = self.rng.random_range(0..lines.len());
                lines.swap(at, to);
            }
            _ => lines.insert(at, HEADERS.choose(&mut self.rng).copied().unwrap_or_default().to_owned()),
        }
        lines.join("\r\n").into_bytes()
    }
}

fn damage(value: &mut Value, other: Value, rng: &mut impl Rng) {
    match (rng.random_range(0..8), value) {
        (0, Value::Object(map)) if !map.is_empty() => {
            let key = map.keys().nth(rng.random_range(0..map.len())).cloned();
            key.and_then(|key| map.remove(&key));
        }
        (1, Value::Object(map)) if !map.is_empty() => {
            let key = map.keys().nth(rng.random_range(0..map.len())).cloned();
            if let Some(moved) = key.and_then(|key| map.remove(&key)) {
                map.insert("renamed".to_owned(), moved);
            }
        }
        (2, Value::Object(map)) => drop(map.insert("added".to_owned(), other)),
        (3, Value::Array(list)) => list.push(other),
        (4, Value::Array(list)) if !list.is_empty() => drop(list.remove(rng.random_range(0..list.len()))),
        (5, value) => *value = other,
        (6, value) => {
            let depth = rng.random_range(1..40);
            *value = (0..depth).fold(value.take(), |inner, n| match n % 2 {
                0 => Value::Array(vec![inner]),
                _ => Value::Object(Map::from_iter([("x".to_owned(), inner)])),
            });
        }
        (_, value) => {
            *value =
                VALUES.choose(rng).and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
        }
    }
}

/// Every value of a document, the document first.
fn each(value: &mut Value, visit: &mut impl FnMut(&mut Value)) {
    visit(value);
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| each(value, visit)),
        Value::Object(map) => map.values_mut().for_each(|value| each(value, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

const VALUES: [&str; 32] = [
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1",
    "0.5",
    "1.7",
    "-0.0",
    "1e308",
    "-1e308",
    "1e-320",
    "9223372036854775807",
    "18446744073709551616",
    "\"\"",
    "\"0.5\"",
    "\"NaN\"",
    "\"Infinity\"",
    "\"2026-09-01T00:00:00Z\"",
    "\"1970-01-01T00:00:00Z\"",
    "\"9999-12-31T23:59:59Z\"",
    "\"-292277022399-01-01T00:00:00Z\"",
    "\"5h\"",
    "\"2h21m25s\"",
    "\"1e400s\"",
    "\"\\u0000\"",
    "\"\\ud83d\\ude00\"",
    "[]",
    "{}",
    "[[[[[[[[]]]]]]]]",
    "\"<script>alert(1)</script>\"",
    "\"../../etc/passwd\"",
];

const WORDS: [&str; 24] = [
    "data: ",
    "\n\n",
    "\r\n",
    "\r",
    ": ",
    "event: x\n",
    "\u{feff}",
    "\u{2028}",
    "\0",
    "\\ud83d",
    "[DONE]",
    "}",
    "{",
    "]",
    "[",
    "\"",
    ",",
    "1e999",
    "-",
    "\u{202e}",
    "é",
    "👩‍👩‍👧",
    "KEY",
    "%00",
];

const HEADERS: [&str; 24] = [
    "content-length: 0",
    "content-length: 5",
    "content-length: -1",
    "content-length: 99999999999999999999",
    "transfer-encoding: chunked",
    "transfer-encoding: identity",
    "transfer-encoding : chunked",
    " folded: x",
    "host: localhost:4711",
    "host: evil.test",
    "origin: http://evil.test",
    "origin: null",
    "authorization: Bearer KEY",
    "x-api-key: KEY",
    "connection: close",
    "connection: upgrade",
    "upgrade: h2c",
    "expect: 100-continue",
    "content-encoding: gzip",
    "sec-fetch-site: cross-site",
    "GET /v1/models HTTP/1.1",
    "POST /v1/chat/completions HTTP/1.1",
    "5",
    "0",
];
