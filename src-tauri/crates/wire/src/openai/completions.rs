//! `POST /v1/completions`, the older form: one prompt, one text.

use crate::answer::{Block, End, Ending, Gather, Identity, Reason, Step, Usage, Writer, push_image, put};
use crate::bad_request::{self, BadRequest};
use crate::convert::{Draft, Part, Said, Sampling, Text, Who, Whole as Count};
use crate::openai::usage::ChatUsage;
use crate::refusal::{self, Refusal};
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

#[derive(Deserialize)]
struct StreamOptions {
    include_usage: Option<bool>,
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
        (None, _) => return Err(BadRequest::invalid("prompt", "must not be empty")),
        (Some(_), false) => {
            return Err(BadRequest::NotOffered {
                param: "prompt".to_owned(),
                what: "more than one prompt in a request",
                instead: "Ask once for each.",
            });
        }
    }
    Ok((draft, request.stream_options.and_then(|options| options.include_usage).unwrap_or(false)))
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
struct Head<'h> {
    id: String,
    object: &'static str,
    created: i64,
    model: &'h str,
}

#[derive(Serialize)]
struct Completion<'c> {
    #[serde(flatten)]
    head: Head<'c>,
    choices: Vec<Choice<'c>>,
    usage: ChatUsage,
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
        let mut head = b"data: ".to_vec();
        put(&mut head, &Head::new(identity));
        head.pop();
        Self { head, counts }
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
        self.event("", Some(end.endings.first().map_or("stop", finish_reason)), out);
        if self.counts {
            out.extend_from_slice(&self.head);
            out.extend_from_slice(b",\"choices\":[],\"usage\":");
            put(out, &ChatUsage::from(end.usage));
            out.extend_from_slice(b"}\n\n");
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    fn fail(&mut self, refusal: &Refusal<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"data: ");
        refusal::openai(&refusal::tell(refusal), out);
        out.extend_from_slice(b"\n\n");
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
            finish_reason: Some(finish_reason(ending)),
        });
        let completion = Completion {
            head: Head::new(&self.identity),
            choices: choices.collect(),
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

impl<'h> Head<'h> {
    fn new(identity: &'h Identity) -> Self {
        Self {
            id: format!("cmpl-{}", identity.stem),
            object: "text_completion",
            created: identity.created.as_second(),
            model: &identity.model,
        }
    }
}

fn finish_reason(ending: &Ending) -> &'static str {
    match ending.reason {
        Reason::Stop | Reason::Odd => "stop",
        Reason::Length => "length",
        Reason::Filtered => "content_filter",
    }
}
