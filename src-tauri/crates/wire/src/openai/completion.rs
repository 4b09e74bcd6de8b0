//! What chat completions and the older completions have in common: the head of an answer, the end of a stream.

use super::usage::ChatUsage;
use crate::answer::{Identity, Reason, Usage, put};
use crate::refusal::{self, Refusal};
use serde::{Deserialize, Serialize};

/// Options of a stream.
#[derive(Deserialize)]
pub(super) struct StreamOptions {
    include_usage: Option<bool>,
}

/// Whether a stream is to end with the counts of tokens.
pub(super) fn counts(options: Option<StreamOptions>) -> bool {
    options.and_then(|options| options.include_usage).unwrap_or(false)
}

/// What every answer, and every event of a stream, begins with.
#[derive(Serialize)]
pub(super) struct Head<'h> {
    id: String,
    object: &'static str,
    created: i64,
    model: &'h str,
}

impl<'h> Head<'h> {
    /// `prefix` is what the dialect's ids begin with.
    pub fn new(prefix: &str, object: &'static str, identity: &'h Identity) -> Self {
        Self {
            id: format!("{prefix}{}", identity.stem),
            object,
            created: identity.created.as_second(),
            model: &identity.model,
        }
    }

    /// The beginning of an event, up to its choices.
    pub fn of_events(&self) -> Vec<u8> {
        let mut head = b"data: ".to_vec();
        put(&mut head, self);
        head.pop();
        head
    }
}

/// A whole answer.
#[derive(Serialize)]
pub(super) struct Completion<'c, C> {
    #[serde(flatten)]
    pub head: Head<'c>,
    pub choices: Vec<C>,
    pub usage: ChatUsage,
}

/// Ends a stream whose events begin with `head`, with the counts of tokens where they are wanted.
pub(super) fn end_stream(head: &[u8], usage: Option<Usage>, out: &mut Vec<u8>) {
    if let Some(usage) = usage {
        out.extend_from_slice(head);
        out.extend_from_slice(b",\"choices\":[],\"usage\":");
        put(out, &ChatUsage::from(usage));
        out.extend_from_slice(b"}\n\n");
    }
    out.extend_from_slice(b"data: [DONE]\n\n");
}

/// Ends a stream with an error.
pub(super) fn fail_stream(refusal: &Refusal<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"data: ");
    refusal::openai(&refusal::tell(refusal), out);
    out.extend_from_slice(b"\n\n");
}

/// Why an answer without calls ended.
pub(super) fn finish_reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Stop | Reason::Odd => "stop",
        Reason::Length => "length",
        Reason::Filtered => "content_filter",
    }
}
