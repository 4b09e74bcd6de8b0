//! The events of a response, and the response itself.
//!
//! Items come one after the other. The last event repeats all of them, so each is kept, written, once it is done. A
//! response without streaming is the same machine with its mouth shut until the end.

use super::item::{Event, Item, Part};
use crate::answer::{Call, End, Identity, Reason, Step, Usage, Writer, push_image, put};
use crate::openai::usage::ResponseUsage;
use crate::refusal::{self, Refusal};
use serde::Serialize;

/// Writes a response.
pub(crate) struct Machine {
    identity: Identity,
    streams: bool,
    sequence: u64,
    /// Which item comes next, or is open.
    index: usize,
    open: Open,
    /// The items that are done, as JSON, with commas between.
    done: Vec<u8>,
}

/// The item that is being written.
enum Open {
    Nothing,
    Reasoning { id: String, text: String },
    Message { id: String, text: String },
}

/// How a response stands.
struct Status {
    word: &'static str,
    /// Why it is incomplete.
    incomplete: Option<&'static str>,
    error: Option<(&'static str, String)>,
    usage: Option<Usage>,
}

impl Machine {
    pub fn new(identity: &Identity, streams: bool) -> Self {
        let identity = identity.clone();
        Self { identity, streams, sequence: 0, index: 0, open: Open::Nothing, done: vec![] }
    }

    fn event(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        if self.streams {
            begin_event(event.r#type, out);
            put(out, &Event { sequence_number: self.sequence, output_index: self.index, ..event });
            out.extend_from_slice(b"\n\n");
            self.sequence += 1;
        }
    }

    /// An event about the whole response.
    fn whole_event(&mut self, kind: &'static str, status: &Status, out: &mut Vec<u8>) {
        if self.streams {
            begin_event(kind, out);
            out.extend_from_slice(b"{\"type\":");
            put(out, kind);
            out.extend_from_slice(b",\"sequence_number\":");
            put(out, &self.sequence);
            out.extend_from_slice(b",\"response\":");
            self.response(status, out);
            out.extend_from_slice(b"}\n\n");
            self.sequence += 1;
        }
    }

    fn response(&self, status: &Status, out: &mut Vec<u8>) {
        #[derive(Serialize)]
        struct Head<'h> {
            id: String,
            object: &'static str,
            created_at: i64,
            status: &'static str,
            model: &'h str,
        }
        #[derive(Serialize)]
        struct Tail<'t> {
            error: Option<Error<'t>>,
            incomplete_details: Option<Incomplete>,
            #[serde(skip_serializing_if = "Option::is_none")]
            usage: Option<ResponseUsage>,
        }
        #[derive(Serialize)]
        struct Error<'t> {
            code: &'static str,
            message: &'t str,
        }
        #[derive(Serialize)]
        struct Incomplete {
            reason: &'static str,
        }
        let head = Head {
            id: format!("resp_{}", self.identity.stem),
            object: "response",
            created_at: self.identity.created.as_second(),
            status: status.word,
            model: &self.identity.model,
        };
        let tail = Tail {
            error: status.error.as_ref().map(|(code, message)| Error { code, message }),
            incomplete_details: status.incomplete.map(|reason| Incomplete { reason }),
            usage: status.usage.map(ResponseUsage::from),
        };
        put(out, &head);
        out.pop();
        out.extend_from_slice(b",\"output\":[");
        out.extend_from_slice(&self.done);
        out.extend_from_slice(b"],");
        let at = out.len();
        put(out, &tail);
        // The tail goes on where the head's object was left open.
        out.remove(at);
    }

    fn id(&self, prefix: &str) -> String {
        format!("{prefix}_{}_{}", self.identity.stem, self.index)
    }

    fn thought(&mut self, words: &str, out: &mut Vec<u8>) {
        if !matches!(self.open, Open::Reasoning { .. }) {
            self.close(None, out);
            let id = self.id("rs");
            let item = Item::reasoning(&id, None, None);
            self.event(
                Event { r#type: "response.output_item.added", item: Some(&item), ..Event::default() },
                out,
            );
            self.event(
                Event {
                    r#type: "response.reasoning_summary_part.added",
                    item_id: Some(&id),
                    summary_index: Some(0),
                    part: Some(Part::summary("")),
                    ..Event::default()
                },
                out,
            );
            self.open = Open::Reasoning { id, text: String::new() };
        }
        let Open::Reasoning { id, mut text } = std::mem::replace(&mut self.open, Open::Nothing) else {
            return;
        };
        self.event(
            Event {
                r#type: "response.reasoning_summary_text.delta",
                item_id: Some(&id),
                summary_index: Some(0),
                delta: Some(words),
                ..Event::default()
            },
            out,
        );
        text.push_str(words);
        self.open = Open::Reasoning { id, text };
    }

    fn words(&mut self, words: &str, out: &mut Vec<u8>) {
        if !matches!(self.open, Open::Message { .. }) {
            self.close(None, out);
            let id = self.id("msg");
            let item = Item::message(&id, None, "in_progress");
            self.event(
                Event { r#type: "response.output_item.added", item: Some(&item), ..Event::default() },
                out,
            );
            self.event(
                Event {
                    r#type: "response.content_part.added",
                    item_id: Some(&id),
                    content_index: Some(0),
                    part: Some(Part::words("")),
                    ..Event::default()
                },
                out,
            );
            self.open = Open::Message { id, text: String::new() };
        }
        let Open::Message { id, mut text } = std::mem::replace(&mut self.open, Open::Nothing) else { return };
        self.event(
            Event {
                r#type: "response.output_text.delta",
                item_id: Some(&id),
                content_index: Some(0),
                delta: Some(words),
                logprobs: Some([]),
                ..Event::default()
            },
            out,
        );
        text.push_str(words);
        self.open = Open::Message { id, text };
    }

    /// Closes the open item; thoughts with their signature.
    fn close(&mut self, signature: Option<&str>, out: &mut Vec<u8>) {
        self.close_as("completed", signature, out);
    }

    fn close_as(&mut self, status: &'static str, signature: Option<&str>, out: &mut Vec<u8>) {
        match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => {}
            Open::Reasoning { id, text } => {
                let about = || Event { item_id: Some(&id), summary_index: Some(0), ..Event::default() };
                let kind = "response.reasoning_summary_text.done";
                self.event(Event { r#type: kind, text: Some(&text), ..about() }, out);
                let kind = "response.reasoning_summary_part.done";
                self.event(Event { r#type: kind, part: Some(Part::summary(&text)), ..about() }, out);
                self.item_done(&Item::reasoning(&id, Some(&text), signature), out);
            }
            Open::Message { id, text } => {
                let about = || Event { item_id: Some(&id), content_index: Some(0), ..Event::default() };
                let kind = "response.output_text.done";
                self.event(Event { r#type: kind, text: Some(&text), logprobs: Some([]), ..about() }, out);
                let kind = "response.content_part.done";
                self.event(Event { r#type: kind, part: Some(Part::words(&text)), ..about() }, out);
                self.item_done(&Item::message(&id, Some(&text), status), out);
            }
        }
    }

    fn item_done(&mut self, item: &Item<'_>, out: &mut Vec<u8>) {
        self.event(Event { r#type: "response.output_item.done", item: Some(item), ..Event::default() }, out);
        if self.index > 0 {
            self.done.push(b',');
        }
        put(&mut self.done, item);
        self.index += 1;
    }

    fn call(&mut self, call: Call<'_>, out: &mut Vec<u8>) {
        self.close(call.signature, out);
        let id = self.id(if call.custom { "ctc" } else { "fc" });
        let begun = Item::call(&id, call, false);
        self.event(
            Event { r#type: "response.output_item.added", item: Some(&begun), ..Event::default() },
            out,
        );
        let about = || Event { item_id: Some(&id), ..Event::default() };
        let (delta, done) = if call.custom {
            let done =
                Event { r#type: "response.custom_tool_call_input.done", input: Some(call.args), ..about() };
            ("response.custom_tool_call_input.delta", done)
        } else {
            let kind = "response.function_call_arguments.done";
            let done = Event { r#type: kind, name: Some(call.name), arguments: Some(call.args), ..about() };
            ("response.function_call_arguments.delta", done)
        };
        self.event(Event { r#type: delta, delta: Some(call.args), ..about() }, out);
        self.event(done, out);
        self.item_done(&Item::call(&id, call, true), out);
    }
}

impl Writer for Machine {
    fn begin(&mut self, _: Usage, out: &mut Vec<u8>) {
        let status = Status { word: "in_progress", incomplete: None, error: None, usage: None };
        self.whole_event("response.created", &status, out);
        self.whole_event("response.in_progress", &status, out);
    }

    fn step(&mut self, _: usize, step: Step<'_>, out: &mut Vec<u8>) {
        match step {
            Step::Thought(words) => self.thought(words, out),
            Step::Signature(signature) => {
                if !matches!(self.open, Open::Reasoning { .. }) {
                    // Thoughts that are not shown, but signed.
                    self.thought("", out);
                }
                self.close(Some(signature), out);
            }
            Step::Text(words) => self.words(words, out),
            Step::Call(call) => self.call(call, out),
            Step::Image { mime, data } => {
                let mut text = String::new();
                push_image(&mut text, mime, data);
                self.words(&text, out);
            }
        }
    }

    fn end(&mut self, end: &End<'_>, out: &mut Vec<u8>) {
        let incomplete = match end.endings.first().map(|ending| ending.reason) {
            Some(Reason::Length) => Some("max_output_tokens"),
            Some(Reason::Filtered) => Some("content_filter"),
            Some(Reason::Stop | Reason::Odd) | None => None,
        };
        let (kind, word) = match incomplete {
            Some(_) => ("response.incomplete", "incomplete"),
            None => ("response.completed", "completed"),
        };
        self.close_as(word, None, out);
        let status = Status { word, incomplete, error: None, usage: Some(end.usage) };
        if self.streams {
            self.whole_event(kind, &status, out);
        } else {
            self.response(&status, out);
        }
    }

    fn fail(&mut self, refusal: &Refusal<'_>, out: &mut Vec<u8>) {
        let told = refusal::tell(refusal);
        let (kind, code) = refusal::openai_words(told.kind);
        let error = Some((code.unwrap_or(kind), told.message));
        self.whole_event(
            "response.failed",
            &Status { word: "failed", incomplete: None, error, usage: None },
            out,
        );
    }

    fn streams(&self) -> bool {
        self.streams
    }
}

fn begin_event(kind: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(kind.as_bytes());
    out.extend_from_slice(b"\ndata: ");
}
