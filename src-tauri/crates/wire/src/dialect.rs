//! The way in and out of every dialect.
//!
//! [`Asked::read`] takes a client's body at an endpoint; [`Asked::draft`] is what a target's request is made of with
//! [`crate::convert::generate`]; [`Asked::answer`] turns what comes back into the client's dialect. Between the two
//! calls everything belongs to the proxy: which credential, how often, how long.

use crate::answer::{Answer, Form, Identity, Source};
use crate::bad_request::BadRequest;
use crate::convert::Draft;
use crate::gemini::generate::Native;
use crate::openai::{chat, completions, images, responses};
use crate::refusal::Dialect;
use crate::{anthropic, gemini};

pub use crate::gemini::generate::Delivery;

/// Where a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint<'p> {
    /// `/v1/chat/completions`.
    ChatCompletions,
    /// `/v1/completions`.
    Completions,
    /// `/v1/responses`.
    Responses,
    /// `/v1/images/generations`.
    Images,
    /// `/v1/messages`.
    Messages,
    /// `/v1/messages/count_tokens`.
    CountMessages,
    /// `/v1beta/models/{model}:generateContent` and `:streamGenerateContent`.
    Generate {
        /// The model in the path.
        model: &'p str,
        /// By the method and `alt=sse`.
        delivery: Delivery,
    },
    /// `/v1beta/models/{model}:countTokens`.
    CountContents {
        /// The model in the path.
        model: &'p str,
    },
}

impl Endpoint<'_> {
    /// The form its errors come in.
    #[must_use]
    pub fn dialect(self) -> Dialect {
        match self {
            Self::ChatCompletions | Self::Completions | Self::Responses | Self::Images => Dialect::OpenAi,
            Self::Messages | Self::CountMessages => Dialect::Anthropic,
            Self::Generate { .. } | Self::CountContents { .. } => Dialect::Gemini,
        }
    }

    /// Whether it asks for a number only.
    #[must_use]
    pub fn counts(self) -> bool {
        match self {
            Self::CountMessages | Self::CountContents { .. } => true,
            Self::ChatCompletions
            | Self::Completions
            | Self::Responses
            | Self::Images
            | Self::Messages
            | Self::Generate { .. } => false,
        }
    }
}

/// A client's request, read.
#[derive(Debug)]
pub struct Asked<'a> {
    draft: Draft<'a>,
    shape: Shape,
}

/// What the answer looks like.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Chat(chat::Manner),
    Completions { counts: bool },
    Responses,
    Images { as_url: bool },
    Messages,
    Native(Delivery),
}

impl<'a> Asked<'a> {
    /// Reads a request. Call [`crate::convert::mend`] on the body before.
    ///
    /// # Errors
    /// Where it cannot be sent, whatever the model.
    pub fn read(endpoint: Endpoint<'a>, body: &'a [u8]) -> Result<Self, BadRequest> {
        let (draft, shape) = match endpoint {
            Endpoint::ChatCompletions => {
                let (draft, manner) = chat::read(body)?;
                (draft, Shape::Chat(manner))
            }
            Endpoint::Completions => {
                let (draft, counts) = completions::read(body)?;
                (draft, Shape::Completions { counts })
            }
            Endpoint::Responses => (responses::read(body)?, Shape::Responses),
            Endpoint::Images => {
                let (draft, as_url) = images::read(body)?;
                (draft, Shape::Images { as_url })
            }
            Endpoint::Messages => (anthropic::messages::read(body, false)?, Shape::Messages),
            Endpoint::CountMessages => (anthropic::messages::read(body, true)?, Shape::Messages),
            Endpoint::Generate { model, delivery } => {
                let streams = delivery != Delivery::Whole;
                (gemini::generate::read(body, model, streams)?, Shape::Native(delivery))
            }
            Endpoint::CountContents { model } => {
                (gemini::count_tokens::read(body, model)?, Shape::Native(Delivery::Whole))
            }
        };
        Ok(Self { draft, shape })
    }

    /// What is asked, in no dialect.
    #[must_use]
    pub fn draft(&self) -> &Draft<'a> {
        &self.draft
    }

    /// The `Content-Type` of the answer.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        let is_list = matches!(self.shape, Shape::Native(Delivery::List));
        if self.draft.streams() && !is_list { "text/event-stream" } else { "application/json" }
    }

    /// Begins an answer.
    #[must_use]
    pub fn answer(&self, source: Source, identity: &Identity) -> Answer {
        let answers = self.draft.sampling.candidates.and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
        let form = match (self.shape, self.draft.streams()) {
            (Shape::Chat(manner), true) => Form::Steps(Box::new(chat::Stream::new(identity, manner))),
            (Shape::Chat(manner), false) => {
                Form::Steps(Box::new(chat::Whole::new(identity, answers, manner)))
            }
            (Shape::Completions { counts }, true) => {
                Form::Steps(Box::new(completions::Stream::new(identity, counts)))
            }
            (Shape::Completions { .. }, false) => {
                Form::Steps(Box::new(completions::Whole::new(identity, answers)))
            }
            (Shape::Responses, streams) => Form::Steps(Box::new(responses::Machine::new(identity, streams))),
            (Shape::Images { as_url }, _) => Form::Steps(Box::new(images::Whole::new(identity, as_url))),
            (Shape::Messages, true) => Form::Steps(Box::new(anthropic::messages::Stream::new(identity))),
            (Shape::Messages, false) => Form::Steps(Box::new(anthropic::messages::Whole::new(identity))),
            (Shape::Native(delivery), _) => Form::Native(Native::new(delivery)),
        };
        Answer::new(form, source, identity)
    }

    /// The answer to a request that asks for a number.
    #[must_use]
    pub fn count(&self, tokens: u64) -> Vec<u8> {
        match self.shape {
            Shape::Messages => anthropic::count_tokens::answer(tokens),
            Shape::Native(_)
            | Shape::Chat(_)
            | Shape::Completions { .. }
            | Shape::Responses
            | Shape::Images { .. } => gemini::count_tokens::answer(tokens),
        }
    }
}
