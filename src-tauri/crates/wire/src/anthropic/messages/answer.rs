//! A message, whole or as events. Blocks come one after the other, with rising index.

use crate::answer::{
    Block, Call, End, Ending, Gather, Identity, Reason, Step, Usage, Writer, push_image, put,
};
use crate::refusal::{self, Refusal};
use serde::Serialize;
use serde_json::value::RawValue;

/// A streamed message.
pub(crate) struct Stream {
    identity: Identity,
    begun: bool,
    /// Which block comes next, or is open.
    index: usize,
    open: Open,
}

/// The block that is being written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Thinking,
    Text,
}

/// A whole message.
pub(crate) struct Whole {
    identity: Identity,
    gather: Gather,
}

#[derive(Serialize)]
struct Message<'m> {
    id: String,
    r#type: &'static str,
    role: &'static str,
    model: &'m str,
    content: Vec<Content<'m>>,
    stop_reason: Option<&'static str>,
    stop_sequence: Option<()>,
    usage: Counts,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Content<'m> {
    Thinking { thinking: &'m str, signature: &'m str },
    Text { text: &'m str },
    ToolUse { id: &'m str, name: &'m str, input: &'m RawValue },
}

#[derive(Serialize)]
struct Counts {
    input_tokens: u64,
    cache_creation_input_tokens: u64,
    cache_read_input_tokens: u64,
    output_tokens: u64,
}

#[derive(Serialize)]
struct Start<'e> {
    r#type: &'static str,
    message: Message<'e>,
}

#[derive(Serialize)]
struct BlockStart<'e> {
    r#type: &'static str,
    index: usize,
    content_block: Content<'e>,
}

#[derive(Serialize)]
struct MessageDelta {
    r#type: &'static str,
    delta: StopDelta,
    usage: Counts,
}

#[derive(Serialize)]
struct StopDelta {
    stop_reason: &'static str,
    stop_sequence: Option<()>,
}

impl Stream {
    pub fn new(identity: &Identity) -> Self {
        Self { identity: identity.clone(), begun: false, index: 0, open: Open::Nothing }
    }

    fn start_block(&mut self, open: Open, content_block: Content<'_>, out: &mut Vec<u8>) {
        let block = BlockStart { r#type: "content_block_start", index: self.index, content_block };
        event(block.r#type, &block, out);
        self.open = open;
    }

    /// Makes sure that the right kind of block is open.
    fn turn_to(&mut self, open: Open, out: &mut Vec<u8>) {
        if self.open == open {
            return;
        }
        self.close(out);
        match open {
            Open::Thinking => self.start_block(open, Content::Thinking { thinking: "", signature: "" }, out),
            Open::Text => self.start_block(open, Content::Text { text: "" }, out),
            Open::Nothing => {}
        }
    }

    /// A delta: the most frequent event, written by hand.
    fn delta(&self, kind: &str, key: &str, words: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(
            b"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":",
        );
        put(out, &self.index);
        for piece in [",\"delta\":{\"type\":\"", kind, "\",\"", key, "\":"] {
            out.extend_from_slice(piece.as_bytes());
        }
        put(out, words);
        out.extend_from_slice(b"}}\n\n");
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        if self.open != Open::Nothing {
            self.stop_block(out);
        }
    }

    fn stop_block(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(
            b"event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":",
        );
        put(out, &self.index);
        out.extend_from_slice(b"}\n\n");
        self.open = Open::Nothing;
        self.index += 1;
    }

    fn sign(&mut self, signature: &str, out: &mut Vec<u8>) {
        self.delta("signature_delta", "signature", signature, out);
        self.close(out);
    }

    fn call(&mut self, call: Call<'_>, out: &mut Vec<u8>) {
        if let (Open::Thinking, Some(signature)) = (self.open, call.signature) {
            self.sign(signature, out);
        }
        self.close(out);
        let Call { id, name, args, .. } = call;
        self.start_block(Open::Nothing, Content::ToolUse { id, name, input: empty_object() }, out);
        self.delta("input_json_delta", "partial_json", args, out);
        self.stop_block(out);
    }
}

impl Writer for Stream {
    fn begin(&mut self, usage: Usage, out: &mut Vec<u8>) {
        let usage = Counts { output_tokens: 0, ..Counts::of(usage) };
        let message = Message::new(&self.identity, vec![], None, usage);
        event("message_start", &Start { r#type: "message_start", message }, out);
        self.begun = true;
    }

    fn step(&mut self, _: usize, step: Step<'_>, out: &mut Vec<u8>) {
        match step {
            Step::Thought(words) => {
                self.turn_to(Open::Thinking, out);
                self.delta("thinking_delta", "thinking", words, out);
            }
            Step::Signature(signature) => {
                self.turn_to(Open::Thinking, out);
                self.sign(signature, out);
            }
            Step::Text(words) => {
                self.turn_to(Open::Text, out);
                self.delta("text_delta", "text", words, out);
            }
            Step::Image { mime, data } => {
                let mut text = String::new();
                push_image(&mut text, mime, data);
                self.turn_to(Open::Text, out);
                self.delta("text_delta", "text", &text, out);
            }
            Step::Call(call) => self.call(call, out),
        }
    }

    fn end(&mut self, end: &End<'_>, out: &mut Vec<u8>) {
        self.close(out);
        if self.index == 0 {
            // A message without any block breaks clients.
            self.start_block(Open::Text, Content::Text { text: "" }, out);
            self.close(out);
        }
        let stop_reason = end.endings.first().map_or("end_turn", stop_reason);
        let delta = StopDelta { stop_reason, stop_sequence: None };
        let end = MessageDelta { r#type: "message_delta", delta, usage: Counts::of(end.usage) };
        event(end.r#type, &end, out);
        out.extend_from_slice(b"event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    }

    fn fail(&mut self, refusal: &Refusal<'_>, out: &mut Vec<u8>) {
        self.close(out);
        out.extend_from_slice(b"event: error\ndata: ");
        refusal::anthropic(&refusal::tell(refusal), out);
        out.extend_from_slice(b"\n\n");
    }

    fn streams(&self) -> bool {
        true
    }

    fn call_prefix(&self) -> &'static str {
        "toolu_"
    }

    fn keep_alive(&self) -> &'static [u8] {
        if self.begun { b"event: ping\ndata: {\"type\":\"ping\"}\n\n" } else { b": ping\n\n" }
    }
}

impl Whole {
    pub fn new(identity: &Identity) -> Self {
        Self { identity: identity.clone(), gather: Gather::new(1) }
    }
}

impl Writer for Whole {
    fn begin(&mut self, _: Usage, _: &mut Vec<u8>) {}

    fn step(&mut self, candidate: usize, step: Step<'_>, _: &mut Vec<u8>) {
        self.gather.step(candidate, step);
    }

    fn end(&mut self, end: &End<'_>, out: &mut Vec<u8>) {
        let blocks = self.gather.answers(1).iter().flatten();
        let mut content: Vec<_> = blocks.map(Content::of).collect();
        if content.is_empty() {
            content.push(Content::Text { text: "" });
        }
        let stop_reason = end.endings.first().map_or("end_turn", stop_reason);
        put(out, &Message::new(&self.identity, content, Some(stop_reason), Counts::of(end.usage)));
    }

    fn fail(&mut self, _: &Refusal<'_>, _: &mut Vec<u8>) {}

    fn streams(&self) -> bool {
        false
    }

    fn call_prefix(&self) -> &'static str {
        "toolu_"
    }
}

impl<'m> Message<'m> {
    fn new(
        identity: &'m Identity,
        content: Vec<Content<'m>>,
        stop_reason: Option<&'static str>,
        usage: Counts,
    ) -> Self {
        Self {
            id: format!("msg_{}", identity.stem),
            r#type: "message",
            role: "assistant",
            model: &identity.model,
            content,
            stop_reason,
            stop_sequence: None,
            usage,
        }
    }
}

impl<'m> Content<'m> {
    fn of(block: &'m Block) -> Self {
        match block {
            Block::Thought { text, signature } => {
                Self::Thinking { thinking: text, signature: signature.as_deref().unwrap_or_default() }
            }
            Block::Text(text) => Self::Text { text },
            Block::Call { id, name, args, .. } => {
                let input = serde_json::from_str(args).unwrap_or_else(|_| empty_object());
                Self::ToolUse { id, name, input }
            }
        }
    }
}

impl Counts {
    fn of(usage: Usage) -> Self {
        Self {
            input_tokens: usage.prompt.saturating_sub(usage.cached),
            cache_creation_input_tokens: 0,
            cache_read_input_tokens: usage.cached,
            output_tokens: usage.output(),
        }
    }
}

fn stop_reason(ending: &Ending) -> &'static str {
    match ending.reason {
        _ if ending.calls => "tool_use",
        Reason::Stop | Reason::Odd => "end_turn",
        Reason::Length => "max_tokens",
        Reason::Filtered => "refusal",
    }
}

fn event(kind: &str, data: &impl Serialize, out: &mut Vec<u8>) {
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(kind.as_bytes());
    out.extend_from_slice(b"\ndata: ");
    put(out, data);
    out.extend_from_slice(b"\n\n");
}

fn empty_object<'o>() -> &'o RawValue {
    serde_json::from_str("{}").unwrap_or(RawValue::NULL)
}
