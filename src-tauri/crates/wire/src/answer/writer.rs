//! What every dialect's writer is told, and writes down in its own way.

use super::{Ending, Usage};
use crate::refusal::Refusal;
use serde::Serialize;

/// One step of an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'s> {
    /// The next words of a thought.
    Thought(&'s str),
    /// The signature of the thought that ends here.
    Signature(&'s str),
    /// The next words.
    Text(&'s str),
    /// A whole call.
    Call(Call<'s>),
    /// An image, in base64.
    Image { mime: &'s str, data: &'s str },
}

/// A call, by the client's names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'s> {
    pub id: &'s str,
    pub name: &'s str,
    /// A JSON object; the text itself for a tool that takes one text.
    pub args: &'s str,
    /// The tool takes one text.
    pub custom: bool,
    /// What the upstream signed it with.
    pub signature: Option<&'s str>,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End<'e> {
    /// One for each answer, at least one.
    pub endings: &'e [Ending],
    pub usage: Usage,
}

/// Writes one dialect.
pub(crate) trait Writer: Send {
    /// The first step is about to come.
    fn begin(&mut self, usage: Usage, out: &mut Vec<u8>);
    /// A step of one of the answers.
    fn step(&mut self, candidate: usize, step: Step<'_>, out: &mut Vec<u8>);
    /// The end.
    fn end(&mut self, end: &End<'_>, out: &mut Vec<u8>);
    /// An error after the beginning, only where it streams.
    fn fail(&mut self, refusal: &Refusal<'_>, out: &mut Vec<u8>);
    /// Whether what it is told comes out at once.
    fn streams(&self) -> bool;
    /// How many answers it has room for.
    fn candidates(&self) -> usize {
        1
    }
    /// Whether an answer without an image is none.
    fn wants_image(&self) -> bool {
        false
    }
    /// What ids of calls begin with.
    fn call_prefix(&self) -> &'static str {
        "call_"
    }
    /// Bytes that mean nothing.
    fn keep_alive(&self) -> &'static [u8] {
        b": ping\n\n"
    }
}

/// A value as JSON.
pub(crate) fn written(value: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, value);
    out
}

/// Appends a value as JSON.
pub(crate) fn put(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    let before = out.len();
    // Writing to memory does not fail, and no value here refuses to be written.
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(before);
        out.extend_from_slice(b"null");
    }
}
