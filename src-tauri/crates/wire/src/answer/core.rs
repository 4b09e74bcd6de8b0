//! The steps of an answer, in order: from the upstream's events to what a writer is told.

use super::frame::{self, Candidate};
use super::outdated::Suspicion;
use super::writer::{Call, End, Step};
use super::{Body, Broke, Broken, Ending, Form, Frame, Identity, Reason, Source, Usage};
use crate::convert::{Family, compact, mend};
use crate::excerpt::{Excerpt, Listener};
use crate::fault;
use crate::refusal::Refusal;
use crate::signature::{Issued, ThoughtHasher};
use crate::tool_name::{Names, Tool, without_prefix};
use domain::credential::Provider;
use domain::fault::plain_text;
use jiff::Timestamp;
use serde_json::Value;
use std::borrow::Cow;

/// The state of an answer.
pub(super) struct Core {
    form: Form,
    names: Names,
    family: Family,
    provider: Provider,
    stem: String,
    created: Timestamp,
    stage: Stage,
    usage: Usage,
    answers: Vec<Progress>,
    /// Calls so far, for ids of those that came without.
    calls: usize,
    /// The thought that has not been signed yet.
    thought: Option<ThoughtHasher>,
    issued: Vec<Issued>,
    /// The service's sources, as they came last.
    grounding: Option<String>,
    broke: Option<Broke>,
    /// Hears what the first answer says, where somebody keeps that.
    listener: Option<Listener>,
}

/// How far an answer is.
enum Stage {
    /// Nothing has come out. What might be the word on an old version is held back.
    Before { suspicion: Suspicion, held: Vec<Vec<u8>> },
    /// Steps have come out.
    Begun,
    /// The end has come out, or never will.
    Over { begun: bool },
}

/// How far one of the answers is.
#[derive(Default)]
struct Progress {
    ended: Option<Reason>,
    /// The upstream's own word for the end.
    word: String,
    /// Words, calls or images: more than thoughts. Where an image is asked for, only that counts.
    said: bool,
    calls: bool,
}

impl Core {
    pub fn new(form: Form, source: Source, identity: &Identity) -> Self {
        Self {
            form,
            names: source.names,
            family: source.family,
            provider: source.provider,
            stem: identity.stem.clone(),
            created: identity.created,
            stage: Stage::Before { suspicion: Suspicion::default(), held: vec![] },
            usage: Usage::default(),
            answers: Vec::new(),
            calls: 0,
            thought: None,
            issued: Vec::new(),
            grounding: None,
            broke: None,
            listener: None,
        }
    }

    pub fn listen(&mut self, limit: usize) {
        self.listener = Some(Listener::new(limit));
    }

    pub fn take_heard(&mut self) -> Option<Excerpt> {
        self.listener.take().map(Listener::excerpt)
    }

    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over { .. })
    }

    pub fn has_begun(&self) -> bool {
        matches!(self.stage, Stage::Begun | Stage::Over { begun: true })
    }

    pub fn usage(&self) -> Usage {
        self.usage
    }

    pub fn take_issued(&mut self) -> Vec<Issued> {
        std::mem::take(&mut self.issued)
    }

    pub fn keep_alive(&self) -> &'static [u8] {
        match &self.form {
            Form::Steps(writer) if self.is_streaming() => writer.keep_alive(),
            Form::Steps(_) | Form::Native(_) => b"",
        }
    }

    /// What went wrong since the last time this was asked.
    pub fn outcome(&mut self) -> Result<(), Broke> {
        self.broke.take().map_or(Ok(()), Err)
    }

    /// Takes one event.
    pub fn take(&mut self, data: &[u8], out: &mut Vec<u8>) {
        if self.is_over() || data.trim_ascii() == b"[DONE]" {
            return;
        }
        // Half a character, as where a text was cut in the middle of an emoji, is no reason to break off.
        let data = &*mend(data);
        let body = match Frame::read(data) {
            Some(Frame::Body(body)) => body,
            Some(Frame::Error) => return self.break_off(self.refused(data), out),
            None => return self.break_off(Broken::Unreadable, out),
        };
        if let Some(usage) = body.usage_metadata {
            self.usage = usage;
        }
        if let Stage::Before { suspicion, held } = &mut self.stage {
            if suspicion.holds(&body, self.usage) {
                held.push(data.to_vec());
                return;
            }
            self.let_go(out);
        }
        self.pass(data, &body, out);
    }

    /// Ends the answer.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if self.is_over() {
            return;
        }
        if let Stage::Before { suspicion, .. } = &self.stage {
            if suspicion.is_sure() && self.usage.is_zero() {
                return self.break_off(Broken::Outdated, out);
            }
            self.let_go(out);
        }
        if let Some(broken) = self.incomplete() {
            return self.break_off(broken, out);
        }
        let begun = self.has_begun();
        match &mut self.form {
            Form::Native(native) => native.end(out),
            Form::Steps(writer) => {
                if !begun {
                    writer.begin(self.usage, out);
                }
                if let Some(sources) = self.grounding.as_deref().and_then(sources) {
                    writer.step(0, Step::Text(&sources), out);
                }
                let ending = |progress: &Progress| Ending {
                    reason: progress.ended.unwrap_or(Reason::Stop),
                    calls: progress.calls,
                };
                let endings: Vec<_> = self.answers.iter().map(ending).collect();
                writer.end(&End { endings: &endings, usage: self.usage }, out);
            }
        }
        self.stage = Stage::Over { begun: true };
    }

    /// Ends the answer with an error, which the client is told if it has seen the beginning.
    pub fn break_off(&mut self, how: Broken, out: &mut Vec<u8>) {
        if self.is_over() {
            return;
        }
        let told = matches!(self.stage, Stage::Begun) && self.is_streaming();
        if told {
            let refusal = Refusal::Broken(&how);
            match &mut self.form {
                Form::Steps(writer) => writer.fail(&refusal, out),
                Form::Native(native) => native.fail(&refusal, out),
            }
        }
        self.stage = Stage::Over { begun: told };
        self.broke = Some(Broke { how, told });
    }

    fn is_streaming(&self) -> bool {
        match &self.form {
            Form::Steps(writer) => writer.streams(),
            Form::Native(native) => native.streams(),
        }
    }

    fn refused(&self, data: &[u8]) -> Broken {
        let answer = fault::Answer { status: 200, retry_after: None, body: data, now: self.created };
        Broken::Refused(Box::new(fault::read(answer, self.provider)))
    }

    /// Why this is no end.
    fn incomplete(&self) -> Option<Broken> {
        let Some(first) = self.answers.first() else {
            return Some(if self.has_begun() { Broken::Truncated } else { Broken::Empty });
        };
        let wants_image = self.wants_image();
        match first.ended {
            None => Some(Broken::Truncated),
            Some(Reason::Odd) if !first.said && matches!(self.form, Form::Steps(_)) => {
                Some(Broken::NothingSaid(plain_text(&without_prefix(&first.word)).unwrap_or_default()))
            }
            Some(_) if !first.said && wants_image => {
                Some(Broken::NoImage(plain_text(&first.word).unwrap_or_default()))
            }
            Some(_) => None,
        }
    }

    fn wants_image(&self) -> bool {
        matches!(&self.form, Form::Steps(writer) if writer.wants_image())
    }

    /// Passes on what was held back.
    fn let_go(&mut self, out: &mut Vec<u8>) {
        let Stage::Before { held, .. } = &mut self.stage else { return };
        for data in std::mem::take(held) {
            if let Some(Frame::Body(body)) = Frame::read(&data) {
                self.pass(&data, &body, out);
            }
        }
    }

    fn pass(&mut self, data: &[u8], body: &Body<'_>, out: &mut Vec<u8>) {
        let room = match &self.form {
            Form::Steps(writer) => writer.candidates(),
            Form::Native(_) => 1,
        };
        if body.is_blocked() && self.answers.is_empty() {
            self.answers.push(Progress { ended: Some(Reason::Filtered), ..Progress::default() });
        }
        for (position, candidate) in body.candidates().iter().enumerate() {
            let index = candidate.index.unwrap_or(position);
            if index < room {
                self.pass_candidate(index, candidate, out);
            }
        }
        let has_content = !self.answers.is_empty();
        if let Form::Native(native) = &mut self.form
            && has_content
            && !body.is_empty()
        {
            if !native.frame(data, body, &self.names, out) {
                return self.break_off(Broken::Unreadable, out);
            }
            self.begin_stage();
        }
    }

    fn pass_candidate(&mut self, index: usize, candidate: &Candidate<'_>, out: &mut Vec<u8>) {
        while self.answers.len() <= index {
            self.answers.push(Progress::default());
        }
        for part in candidate.parts() {
            self.pass_part(index, part, out);
        }
        if let Some(word) = candidate.finish_reason.as_deref()
            && let Some(reason) = Reason::from_word(word)
        {
            let message = candidate.finish_message.as_deref().unwrap_or_default();
            self.answers[index].ended = Some(reason);
            self.answers[index].word = format!("{word} {message}");
        }
        if let Some(grounding) = candidate.grounding_metadata {
            self.grounding = Some(grounding.get().to_owned());
        }
    }

    fn pass_part(&mut self, index: usize, part: &frame::Part<'_>, out: &mut Vec<u8>) {
        let signature = part.signature();
        if let Some(call) = &part.function_call {
            self.pass_call(index, call, signature, out);
        } else if part.is_thought() {
            self.pass_thought(index, part.text.as_deref().unwrap_or_default(), signature, out);
        } else {
            // A signature on words or an image belongs to them, not to the thought before.
            self.thought = None;
            self.end_thought(signature, None);
            if let Some(blob) = &part.inline_data {
                let (mime, data) = (blob.mime_type.as_deref(), blob.data.as_deref());
                let image = Step::Image { mime: mime.unwrap_or("image/png"), data: data.unwrap_or_default() };
                self.say(index, image, out);
            } else if let Some(text) = part.text.as_deref().filter(|text| !text.is_empty()) {
                self.say(index, Step::Text(text), out);
            }
        }
    }

    fn pass_thought(&mut self, index: usize, text: &str, signature: Option<&str>, out: &mut Vec<u8>) {
        if !text.is_empty() {
            let family = self.family;
            self.thought.get_or_insert_with(|| ThoughtHasher::new(family)).add(text);
            self.step(index, Step::Thought(text), out);
        }
        if let Some(signature) = signature {
            self.end_thought(Some(signature), None);
            self.step(index, Step::Signature(signature), out);
        }
    }

    fn pass_call(
        &mut self,
        index: usize,
        call: &frame::Call<'_>,
        signature: Option<&str>,
        out: &mut Vec<u8>,
    ) {
        self.calls += 1;
        let id = match call.id.as_deref().filter(|id| !id.is_empty()) {
            Some(id) => Cow::Borrowed(id),
            None => Cow::Owned(self.new_call_id()),
        };
        self.end_thought(signature, Some(&id));
        let name = call.name.as_deref().unwrap_or_default();
        let args = call.args.map_or("{}", |args| args.get());
        let (client_name, custom, args) = {
            let tool = self.names.tool(name);
            let args = arguments(args, tool);
            (self.names.client(name).to_owned(), tool.is_some_and(|tool| tool.custom), args)
        };
        self.answers[index].calls = true;
        let call = Call { id: &id, name: &client_name, args: &args, custom, signature };
        self.say(index, Step::Call(call), out);
    }

    fn new_call_id(&self) -> String {
        let prefix = match &self.form {
            Form::Steps(writer) => writer.call_prefix(),
            Form::Native(_) => "call_",
        };
        format!("{prefix}{}_{}", self.stem, self.calls)
    }

    /// Remembers a signature with what it belongs to.
    fn end_thought(&mut self, signature: Option<&str>, call_id: Option<&str>) {
        let thought = match call_id {
            // The thought before a call may be signed by it.
            Some(_) => self.thought.take(),
            None if signature.is_some() => self.thought.take(),
            None => None,
        };
        if let Some(signature) = signature {
            self.issued.push(Issued {
                family: self.family,
                signature: signature.to_owned(),
                call_id: call_id.map(str::to_owned),
                thought: thought.map(ThoughtHasher::finish),
            });
        }
    }

    /// A step that says something.
    fn say(&mut self, index: usize, step: Step<'_>, out: &mut Vec<u8>) {
        self.answers[index].said |= !self.wants_image() || matches!(step, Step::Image { .. });
        if index == 0
            && let Some(listener) = &mut self.listener
        {
            match &step {
                Step::Text(text) => listener.words(text),
                Step::Call(call) => listener.call(call.name, call.args),
                Step::Image { mime, data } => listener.image(mime, data),
                Step::Thought(_) | Step::Signature(_) => {}
            }
        }
        self.step(index, step, out);
    }

    fn step(&mut self, index: usize, step: Step<'_>, out: &mut Vec<u8>) {
        let begun = self.has_begun();
        if let Form::Steps(writer) = &mut self.form {
            if !begun {
                writer.begin(self.usage, out);
            }
            writer.step(index, step, out);
            self.begin_stage();
        }
    }

    fn begin_stage(&mut self) {
        if matches!(self.stage, Stage::Before { .. }) {
            self.stage = Stage::Begun;
        }
    }
}

/// A call's arguments for the client: in one line, without what was added to the parameters; for a tool that takes
/// one text, that text.
pub(crate) fn arguments<'s>(args: &'s str, tool: Option<&Tool>) -> Cow<'s, str> {
    let compacted = compact(args);
    let Some(tool) = tool.filter(|tool| tool.custom || !tool.placeholders.is_empty()) else {
        return compacted;
    };
    let Ok(mut value) = serde_json::from_str::<Value>(args) else { return compacted };
    tool.placeholders.iter().for_each(|placeholder| placeholder.remove(&mut value));
    match value.get("input") {
        Some(Value::String(input)) if tool.custom => Cow::Owned(input.clone()),
        _ => Cow::Owned(value.to_string()),
    }
}

/// The service's sources as Markdown, for dialects without a place for them.
fn sources(grounding: &str) -> Option<String> {
    let value: Value = serde_json::from_str(grounding).ok()?;
    let mut list = String::from("\n\nSources:");
    let chunks = value.get("groundingChunks")?.as_array()?;
    let before = list.len();
    for web in chunks.iter().filter_map(|chunk| chunk.get("web")) {
        let Some(uri) = web.get("uri").and_then(Value::as_str) else { continue };
        let title = web.get("title").and_then(Value::as_str).unwrap_or(uri);
        let title = title.replace(['[', ']', '\n', '\r'], " ");
        let uri = uri.replace([' ', '(', ')', '\n', '\r'], "");
        list.push_str(&format!("\n- [{}]({uri})", title.trim()));
    }
    (list.len() > before).then_some(list)
}
