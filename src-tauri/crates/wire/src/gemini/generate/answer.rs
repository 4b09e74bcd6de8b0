//! The upstream's own form, passed on without its envelope.
//!
//! An event goes through as it came. Only where a tool was renamed, or something was added to its parameters, is it
//! taken apart.

use crate::answer::{Body, alone, put};
use crate::convert::compact;
use crate::json::{self, DEEPEST};
use crate::refusal::{self, Refusal};
use crate::tool_name::Names;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// How an answer is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// As one body.
    Whole,
    /// As server-sent events.
    Sse,
    /// As one JSON list, entry by entry.
    List,
}

/// Writes the upstream's own form.
pub(crate) struct Native {
    delivery: Delivery,
    begun: bool,
    /// The answer so far, where it is delivered whole: as it came, or put together.
    whole: Option<Together>,
}

enum Together {
    One(String),
    Several(Value),
}

impl Native {
    pub fn new(delivery: Delivery) -> Self {
        Self { delivery, begun: false, whole: None }
    }

    pub fn streams(&self) -> bool {
        self.delivery != Delivery::Whole
    }

    /// One event of the upstream; whether it could be passed on. Bytes that are no text come out as replacement
    /// characters, as the other dialects read them.
    #[must_use]
    pub fn frame(&mut self, data: &[u8], body: &Body<'_>, names: &Names, out: &mut Vec<u8>) -> bool {
        let data = String::from_utf8_lossy(data);
        let Some(inner) = inner(data.as_bytes()) else { return false };
        let inner = if needs_change(body, names) { changed(inner, names) } else { Cow::Borrowed(inner) };
        match self.delivery {
            Delivery::Whole => self.join(&inner),
            Delivery::Sse => {
                out.extend_from_slice(b"data: ");
                out.extend_from_slice(one_line(&inner).as_bytes());
                out.extend_from_slice(b"\n\n");
            }
            Delivery::List => {
                out.extend_from_slice(if self.begun { b",\n" } else { b"[" });
                out.extend_from_slice(inner.as_bytes());
            }
        }
        self.begun = true;
        true
    }

    pub fn end(&mut self, out: &mut Vec<u8>) {
        match (self.delivery, self.whole.take()) {
            (Delivery::Whole, Some(Together::One(body))) => out.extend_from_slice(body.as_bytes()),
            (Delivery::Whole, Some(Together::Several(body))) => put(out, &body),
            (Delivery::List, _) => out.extend_from_slice(if self.begun { b"]" } else { b"[]" }),
            (Delivery::Whole | Delivery::Sse, _) => {}
        }
    }

    pub fn fail(&mut self, refusal: &Refusal<'_>, out: &mut Vec<u8>) {
        let told = refusal::tell(refusal);
        let status = if told.status == 529 { 503 } else { told.status };
        match self.delivery {
            Delivery::Whole => {}
            Delivery::Sse => {
                out.extend_from_slice(b"data: ");
                refusal::gemini(&told, status, out);
                out.extend_from_slice(b"\n\n");
            }
            Delivery::List => {
                out.extend_from_slice(if self.begun { b",\n" } else { b"[" });
                refusal::gemini(&told, status, out);
                out.extend_from_slice(b"]");
            }
        }
    }

    /// Adds an event to a whole answer.
    fn join(&mut self, inner: &str) {
        self.whole = Some(match self.whole.take() {
            None => Together::One(inner.to_owned()),
            Some(Together::One(first)) => Together::Several(joined(json_of(&first), json_of(inner))),
            Some(Together::Several(so_far)) => Together::Several(joined(so_far, json_of(inner))),
        });
    }
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// Two pieces of one answer: parts after each other with their texts put together, of everything else the later.
fn joined(mut so_far: Value, next: Value) -> Value {
    let Value::Object(next) = next else { return so_far };
    let Value::Object(fields) = &mut so_far else { return Value::Object(next) };
    for (key, value) in next {
        match (fields.get_mut(&key), value) {
            (Some(Value::Array(answers)), Value::Array(more)) if key == "candidates" => {
                join_candidates(answers, more);
            }
            (_, value) => {
                fields.insert(key, value);
            }
        }
    }
    so_far
}

fn join_candidates(answers: &mut Vec<Value>, more: Vec<Value>) {
    for (position, candidate) in more.into_iter().enumerate() {
        match (answers.get_mut(position), candidate) {
            (Some(Value::Object(answer)), Value::Object(candidate)) => join_candidate(answer, candidate),
            (_, candidate) => answers.push(candidate),
        }
    }
}

fn join_candidate(answer: &mut Map<String, Value>, more: Map<String, Value>) {
    for (key, mut value) in more {
        let before = answer.get_mut(&key).filter(|_| key == "content");
        let before = before.and_then(|content| content.get_mut("parts")?.as_array_mut()).map(std::mem::take);
        if let (Some(mut all), Some(content)) = (before, value.as_object_mut()) {
            if let Some(Value::Array(parts)) = content.remove("parts") {
                parts.into_iter().for_each(|part| push_part(&mut all, part));
            }
            content.insert("parts".to_owned(), Value::Array(all));
        }
        answer.insert(key, value);
    }
}

/// Adds a part. Text goes on where unsigned text of its sort stands: clients look for all of it in one part.
fn push_part(parts: &mut Vec<Value>, part: Value) {
    let plain = |part: &Map<String, Value>| {
        part.keys().all(|key| ["text", "thought", "thoughtSignature"].contains(&key.as_str()))
    };
    if let (Some(Value::Object(last)), Value::Object(next)) = (parts.last_mut(), &part)
        && plain(last)
        && plain(next)
        && last.get("thought") == next.get("thought")
        && !last.contains_key("thoughtSignature")
        && let (Some(Value::String(text)), Some(Value::String(more))) =
            (last.get_mut("text"), next.get("text"))
    {
        text.push_str(more);
        if let Some(signature) = next.get("thoughtSignature") {
            last.insert("thoughtSignature".to_owned(), signature.clone());
        }
        return;
    }
    parts.push(part);
}

/// What is inside of the envelope, as it was written.
fn inner(data: &[u8]) -> Option<&str> {
    #[derive(Deserialize)]
    struct Enveloped<'d> {
        #[serde(borrow)]
        response: Option<&'d RawValue>,
    }
    let text = std::str::from_utf8(alone(data)).ok()?;
    let enveloped: Enveloped<'_> = serde_json::from_str(text).ok()?;
    Some(enveloped.response.map_or(text, RawValue::get).trim())
}

/// An event's data is one line.
fn one_line(json: &str) -> Cow<'_, str> {
    if json.contains(['\n', '\r']) { compact(json) } else { Cow::Borrowed(json) }
}

/// Whether a call in it reads differently to the client.
fn needs_change(body: &Body<'_>, names: &Names) -> bool {
    body.parts().filter_map(|part| part.function_call.as_ref()).any(|call| {
        let name = call.name.as_deref().unwrap_or_default();
        names.client(name) != name || names.tool(name).is_some_and(|tool| !tool.placeholders.is_empty())
    })
}

fn changed<'d>(inner: &'d str, names: &Names) -> Cow<'d, str> {
    if json::depth(inner.as_bytes()) > DEEPEST {
        return Cow::Borrowed(inner);
    }
    let Ok(mut value) = serde_json::from_str::<Value>(inner) else { return Cow::Borrowed(inner) };
    let candidates = value.get_mut("candidates").and_then(Value::as_array_mut).into_iter().flatten();
    let parts = candidates
        .filter_map(|candidate| candidate.get_mut("content")?.get_mut("parts")?.as_array_mut())
        .flatten();
    for call in parts.filter_map(|part| part.get_mut("functionCall")?.as_object_mut()) {
        let Some(name) = call.get("name").and_then(Value::as_str).map(str::to_owned) else { continue };
        if let (Some(tool), Some(args)) = (names.tool(&name), call.get_mut("args")) {
            tool.placeholders.iter().for_each(|placeholder| placeholder.remove(args));
        }
        call.insert("name".to_owned(), Value::String(names.client(&name).to_owned()));
    }
    Cow::Owned(value.to_string())
}
