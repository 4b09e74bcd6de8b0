//! `POST /v1/completions`, the older form: one prompt, one text.

use crate::answer::{Block, End, Gather, Identity, Step, Usage, Writer, push_image, put};
use crate::bad_request::{self, BadRequest, Problem, Unoffered};
use crate::convert::{Draft, Part, Said, Sampling, Text, Who, Whole as Count};
use crate::openai::completion::{self, Completion, Head, StreamOptions, finish_reason};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::Number;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    model: Option<Text<'a>>,
    #[serde(borrow)]
    prompt: Option<Said<'a, Text<'a>>>,
    stream: Option<bool>,
    stream_options: Option<StreamOptions>,
    temperature: Option<Number>,
    top_p: Option<Number>,
    seed: Option<Number>,
    presence_penalty: Option<Number>,
    frequency_penalty: Option<Number>,
    n: Option<Count>,
    max_tokens: Option<Count>,
    #[serde(borrow)]
    stop: Option<Said<'a, Text<'a>>>,
}

/// Reads a request; also returns whether a streamed answer ends with the counts of tokens.
pub(crate) fn read(body: &[u8]) -> Result<(Draft<'_>, bool), BadRequest> {
    let request: Request<'_> = bad_request::read(body)?;
    let streams = request.stream.unwrap_or(false);
    let mut draft = Draft {
        model: request.model.ok_or_else(|| BadRequest::missing("model"))?.0,
        stream: streams,
        sampling: Sampling {
            temperature: request.temperature,
            top_p: request.top_p,
            top_k: None,
            seed: request.seed,
            presence: request.presence_penalty,
            frequency: request.frequency_penalty,
            candidates: Sampling::count(request.n, streams)?,
            max_tokens: Sampling::limit(request.max_tokens, "max_tokens")?,
            stop: Sampling::stops(request.stop),
        },
        ..Draft::default()
    };
    let mut prompts = request.prompt.ok_or_else(|| BadRequest::missing("prompt"))?.into_list();
    match (prompts.pop(), prompts.is_empty()) {
        (Some(prompt), true) => draft.say(Who::User, Part::text(prompt.0)),
        (None, _) => return Err(BadRequest::invalid("prompt", Problem::Empty)),
        (Some(_), false) => {
            return Err(BadRequest::NotOffered { param: "prompt".to_owned(), what: Unoffered::Prompts });
        }
    }
    Ok((draft, completion::counts(request.stream_options)))
}

/// A streamed answer.
pub(crate) struct Stream {
    /// What every event begins with.
    head: Vec<u8>,
    counts: bool,
}

/// A whole answer.
pub(crate) struct Whole {
    identity: Identity,
    gather: Gather,
}

#[derive(Serialize)]
struct Choice<'c> {
    text: &'c str,
    index: usize,
    logprobs: Option<()>,
    finish_reason: Option<&'static str>,
}

impl Stream {
    pub fn new(identity: &Identity, counts: bool) -> Self {
        Self { head: head(identity).of_events(), counts }
    }

    fn event(&self, text: &str, finish_reason: Option<&'static str>, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
        out.extend_from_slice(b",\"choices\":[");
        put(out, &Choice { text, index: 0, logprobs: None, finish_reason });
        out.extend_from_slice(b"]}\n\n");
    }
}

impl Writer for Stream {
    fn begin(&mut self, _: Usage, _: &mut Vec<u8>) {}

    fn step(&mut self, _: usize, step: Step<'_>, out: &mut Vec<u8>) {
        match step {
            Step::Text(words) => self.event(words, None, out),
            Step::Image { mime, data } => {
                let mut text = String::new();
                push_image(&mut text, mime, data);
                self.event(&text, None, out);
            }
            // The dialect knows neither thoughts nor calls.
            Step::Thought(_) | Step::Signature(_) | Step::Call(_) => {}
        }
    }

    fn end(&mut self, end: &End<'_>, out: &mut Vec<u8>) {
        self.event("", Some(end.endings.first().map_or("stop", |ending| finish_reason(ending.reason))), out);
        completion::end_stream(&self.head, self.counts.then_some(end.usage), out);
    }

    fn fail(&mut self, refusal: &Refusal<'_>, out: &mut Vec<u8>) {
        completion::fail_stream(refusal, out);
    }

    fn streams(&self) -> bool {
        true
    }
}

impl Whole {
    pub fn new(identity: &Identity, answers: usize) -> Self {
        Self { identity: identity.clone(), gather: Gather::new(answers) }
    }
}

impl Writer for Whole {
    fn begin(&mut self, _: Usage, _: &mut Vec<u8>) {}

    fn step(&mut self, candidate: usize, step: Step<'_>, _: &mut Vec<u8>) {
        match step {
            Step::Text(_) | Step::Image { .. } => self.gather.step(candidate, step),
            Step::Thought(_) | Step::Signature(_) | Step::Call(_) => {}
        }
    }

    fn end(&mut self, end: &End<'_>, out: &mut Vec<u8>) {
        let answers = self.gather.answers(end.endings.len());
        let choices = answers.iter().zip(end.endings).enumerate().map(|(index, (blocks, ending))| Choice {
            // Words and images make one block.
            text: match blocks.first() {
                Some(Block::Text(text)) => text,
                Some(Block::Thought { .. } | Block::Call { .. }) | None => "",
            },
            index,
            logprobs: None,
            finish_reason: Some(finish_reason(ending.reason)),
        });
        let completion =
            Completion { head: head(&self.identity), choices: choices.collect(), usage: end.usage.into() };
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

fn head(identity: &Identity) -> Head<'_> {
    Head::new("cmpl-", "text_completion", identity)
}
