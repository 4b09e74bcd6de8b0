//! The endpoints of the upstream, one module each: what we send and what comes back.
//!
//! Answers become readings of `domain`. Errors are `crate::fault`'s, except those of the token endpoint, which has
//! a form of its own.

pub mod agy;
pub mod buckets;
pub mod discovery;
pub mod keys;
pub mod models;
pub mod summary;
pub mod token;
pub mod userinfo;

use crate::json::{self, DEEPEST, Fields, LARGEST, Odd, Unreadable};
use domain::policy::words::Spoken;
use domain::quota::plausible_reset;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// When an answer came, by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The service's `Date`, else our clock.
    pub answered_at: Timestamp,
    /// Our clock.
    pub observed_at: Timestamp,
    /// The service's clock less ours, zero where they differ by 30 s or less. A reset by our clock is the
    /// service's less this.
    pub skew: SignedDuration,
}

/// A reset by both clocks.
#[derive(Debug, Clone, Copy)]
struct Reset {
    /// As the service wrote it.
    by_service: Timestamp,
    /// By our clock.
    ours: Timestamp,
}

impl Seen {
    /// Reads a reset. What is no time, or cannot be true for a window of that length, is unknown and odd.
    fn reset(self, fields: Fields<'_>, length: Option<SignedDuration>, odd: &mut Odd) -> Option<Reset> {
        let text = fields.text("resetTime", odd)?;
        let by_service: Option<Timestamp> = text.parse().ok();
        let reset = by_service
            .and_then(|reset| plausible_reset(reset, length, self.answered_at))
            .and_then(|by_service| Some(Reset { by_service, ours: by_service.checked_sub(self.skew).ok()? }));
        if reset.is_none() {
            odd.more();
        }
        reset
    }
}

/// An answer that could not be read. Says what was expected; never carries the answer itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "The answer of {endpoint} {problem}. It is read again later; if this stays, the service has changed."
)]
pub struct Malformed {
    /// Which call it was.
    pub endpoint: &'static str,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with an unreadable answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Larger than any known answer.
    #[error("has more than {LARGEST} bytes")]
    TooLarge,
    /// Deeper than any known answer.
    #[error("is nested more than {DEEPEST} levels deep")]
    TooDeep,
    /// No JSON.
    #[error("is not JSON (line {line}, column {column})")]
    NotJson {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// JSON without what makes it this answer.
    #[error("has no {0}")]
    Without(&'static str),
}

impl Spoken for Malformed {
    fn in_chinese(&self) -> String {
        format!("{} 的应答{}", self.endpoint, self.problem.in_chinese())
    }
}

impl Spoken for Problem {
    fn in_chinese(&self) -> String {
        match self {
            Self::TooLarge => format!("超过 {LARGEST} 字节"),
            Self::TooDeep => format!("嵌套超过 {DEEPEST} 层"),
            Self::NotJson { line, column } => format!("不是 JSON（第 {line} 行，第 {column} 列）"),
            Self::Without(what) => format!("缺少 {what}"),
        }
    }
}

/// Reads an answer as one JSON value.
fn document(endpoint: &'static str, body: &[u8]) -> Result<Value, Malformed> {
    json::document(body).map_err(|unreadable| {
        let problem = match unreadable {
            Unreadable::TooLarge => Problem::TooLarge,
            Unreadable::TooDeep => Problem::TooDeep,
            Unreadable::NotJson { line, column } => Problem::NotJson { line, column },
        };
        Malformed { endpoint, problem }
    })
}

/// The fields of an answer that has to be an object.
fn fields<'a>(endpoint: &'static str, document: &'a Value) -> Result<Fields<'a>, Malformed> {
    Fields::of(document).ok_or(without(endpoint, "JSON object"))
}

fn without(endpoint: &'static str, what: &'static str) -> Malformed {
    Malformed { endpoint, problem: Problem::Without(what) }
}

/// The body of the three quota calls: the project, or nothing.
fn project_request(project: Option<&str>) -> Vec<u8> {
    let body = project.map_or_else(|| json!({}), |project| json!({ "project": project }));
    body.to_string().into_bytes()
}
