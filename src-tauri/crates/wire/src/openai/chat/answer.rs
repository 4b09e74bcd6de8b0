//! `chat.completion` and `chat.completion.chunk`.

use super::request::Manner;
use crate::answer::{Block, Call, End, Ending, Gather, Identity, Step, Usage, Writer, put};
use crate::openai::completion::{self, Completion, Head};
use crate::refusal::Refusal;
use serde::Serialize;

/// A streamed answer.
pub(crate) struct Stream {
    /// What every event begins with.
    head: Vec<u8>,
    manner: Manner,
    calls: usize,
}

/// A whole answer.
pub(crate) struct Whole {
    identity: Identity,
    manner: Manner,
    gather: Gather,
}

#[derive(Serialize)]
struct Choice<'c> {
    index: usize,
    message: Message<'c>,
    finish_reason: &'static str,
}

#[derive(Serialize)]
struct Message<'c> {
    role: &'static str,
    content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<ToolCall<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_call: Option<Function<'c>>,
}

#[derive(Serialize)]
struct ToolCall<'c> {
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
    id: &'c str,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<Function<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom: Option<Custom<'c>>,
}

#[derive(Serialize)]
struct Function<'c> {
    name: &'c str,
    arguments: &'c str,
}

#[derive(Serialize)]
struct Custom<'c> {
    name: &'c str,
    input: &'c str,
}

impl Stream {
    pub fn new(identity: &Identity, manner: Manner) -> Self {
        Self { head: head("chat.completion.chunk", identity).of_events(), manner, calls: 0 }
    }

    /// An event with a delta that `delta` writes.
    fn event(&self, out: &mut Vec<u8>, delta: impl FnOnce(&mut Vec<u8>), reason: Option<&str>) {
        out.extend_from_slice(&self.head);
        out.extend_from_slice(b",\"choices\":[{\"index\":0,\"delta\":{");
        delta(out);
        out.extend_from_slice(b"},\"finish_reason\":");
        put(out, &reason);
        out.extend_from_slice(b"}]}\n\n");
    }

    fn words(&self, out: &mut Vec<u8>, key: &[u8], words: &str) {
        let delta = |out: &mut Vec<u8>| {
            out.extend_from_slice(key);
            put(out, words);
        };
        self.event(out, delta, None);
    }
}

impl Writer for Stream {
    fn begin(&mut self, _: Usage, out: &mut Vec<u8>) {
        let delta = |out: &mut Vec<u8>| out.extend_from_slice(b"\"role\":\"assistant\",\"content\":\"\"");
        self.event(out, delta, None);
    }

    fn step(&mut self, _: usize, step: Step<'_>, out: &mut Vec<u8>) {
        match step {
            Step::Thought(words) => self.words(out, b"\"reasoning_content\":", words),
            Step::Text(words) => self.words(out, b"\"content\":", words),
            // This dialect has no place for it; it is remembered by the call.
            Step::Signature(_) => {}
            Step::Call(call) if self.manner.before_tools => {
                // There is room for one.
                if self.calls == 0 {
                    let delta = |out: &mut Vec<u8>| {
                        out.extend_from_slice(b"\"function_call\":");
                        put(out, &Function::of(call));
                    };
                    self.event(out, delta, None);
                }
                self.calls += 1;
            }
            Step::Call(call) => {
                let call = ToolCall::new(call, Some(self.calls));
                let delta = |out: &mut Vec<u8>| {
                    out.extend_from_slice(b"\"tool_calls\":[");
                    put(out, &call);
                    out.extend_from_slice(b"]");
                };
                self.event(out, delta, None);
                self.calls += 1;
            }
            Step::Image { mime, data } => {
                let mut text = String::new();
                crate::answer::push_image(&mut text, mime, data);
                self.words(out, b"\"content\":", &text);
            }
        }
    }

    fn end(&mut self, end: &End<'_>, out: &mut Vec<u8>) {
        let reason = end.endings.first().map_or("stop", |ending| finish_reason(*ending, self.manner));
        self.event(out, |_| {}, Some(reason));
        completion::end_stream(&self.head, self.manner.counts.then_some(end.usage), out);
    }

    fn fail(&mut self, refusal: &Refusal<'_>, out: &mut Vec<u8>) {
        completion::fail_stream(refusal, out);
    }

    fn streams(&self) -> bool {
        true
    }
}

impl Whole {
    pub fn new(identity: &Identity, answers: usize, manner: Manner) -> Self {
        Self { identity: identity.clone(), manner, gather: Gather::new(answers) }
    }
}

impl Writer for Whole {
    fn begin(&mut self, _: Usage, _: &mut Vec<u8>) {}

    fn step(&mut self, candidate: usize, step: Step<'_>, _: &mut Vec<u8>) {
        self.gather.step(candidate, step);
    }

    fn end(&mut self, end: &End<'_>, out: &mut Vec<u8>) {
        let answers = self.gather.answers(end.endings.len());
        let choice = |(index, (blocks, ending)): (usize, (_, &Ending))| Choice {
            index,
            message: Message::of(blocks, self.manner),
            finish_reason: finish_reason(*ending, self.manner),
        };
        let completion = Completion {
            head: head("chat.completion", &self.identity),
            choices: answers.iter().zip(end.endings).enumerate().map(choice).collect(),
            usage: end.usage.into(),
        };
        put(out, &completion);
    }

    fn fail(&mut self, _: &Refusal<'_>, _: &mut Vec<u8>) {}

    fn streams(&self) -> bool {
        false
    }

    fn candidates(&self) -> usize {
        self.gather.room()
    }
}

fn head<'h>(object: &'static str, identity: &'h Identity) -> Head<'h> {
    Head::new("chatcmpl-", object, identity)
}

impl<'c> Message<'c> {
    fn of(blocks: &'c Vec<Block>, manner: Manner) -> Self {
        let (mut content, mut thoughts) = (String::new(), String::new());
        for block in blocks {
            match block {
                Block::Thought { text, .. } => thoughts.push_str(text),
                Block::Text(text) => content.push_str(text),
                Block::Call { .. } => {}
            }
        }
        let mut calls = blocks.iter().filter_map(Block::as_call);
        let function_call = if manner.before_tools { calls.next().map(Function::of) } else { None };
        let tool_calls: Vec<_> =
            if manner.before_tools { vec![] } else { calls.map(|call| ToolCall::new(call, None)).collect() };
        let calls = function_call.is_some() || !tool_calls.is_empty();
        Self {
            role: "assistant",
            content: Some(content).filter(|content| !content.is_empty() || !calls),
            reasoning_content: Some(thoughts).filter(|thoughts| !thoughts.is_empty()),
            tool_calls,
            function_call,
        }
    }
}

impl<'c> Function<'c> {
    fn of(call: Call<'c>) -> Self {
        Self { name: call.name, arguments: call.args }
    }
}

impl<'c> ToolCall<'c> {
    fn new(call: Call<'c>, index: Option<usize>) -> Self {
        let Call { id, name, args, custom, .. } = call;
        let (function, custom) = if custom {
            (None, Some(Custom { name, input: args }))
        } else {
            (Some(Function { name, arguments: args }), None)
        };
        let r#type = if custom.is_some() { "custom" } else { "function" };
        Self { index, id, r#type, function, custom }
    }
}

fn finish_reason(ending: Ending, manner: Manner) -> &'static str {
    match (ending.calls, manner.before_tools) {
        (true, true) => "function_call",
        (true, false) => "tool_calls",
        (false, _) => completion::finish_reason(ending.reason),
    }
}
