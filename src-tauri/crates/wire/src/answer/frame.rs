//! One event of the upstream's answer, or its whole body, read without copying.

use super::Usage;
use crate::convert::Text;
use serde::Deserialize;
use serde_json::value::RawValue;

/// What an event says.
pub(crate) enum Frame<'a> {
    /// A piece of the answer.
    Body(Body<'a>),
    /// An error.
    Error,
}

/// A piece of the answer.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Body<'a> {
    #[serde(borrow)]
    pub candidates: Option<Vec<Candidate<'a>>>,
    #[serde(borrow)]
    pub prompt_feedback: Option<Feedback<'a>>,
    pub usage_metadata: Option<Usage>,
}

/// One of the answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Candidate<'a> {
    pub index: Option<usize>,
    #[serde(borrow)]
    pub content: Option<Content<'a>>,
    #[serde(borrow)]
    pub finish_reason: Option<Text<'a>>,
    #[serde(borrow)]
    pub finish_message: Option<Text<'a>>,
    #[serde(borrow)]
    pub grounding_metadata: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(crate) struct Content<'a> {
    #[serde(borrow)]
    pub parts: Option<Vec<Part<'a>>>,
}

/// One part of an answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Part<'a> {
    #[serde(borrow)]
    pub text: Option<Text<'a>>,
    pub thought: Option<bool>,
    #[serde(borrow)]
    pub thought_signature: Option<Text<'a>>,
    #[serde(borrow)]
    pub inline_data: Option<Blob<'a>>,
    #[serde(borrow)]
    pub function_call: Option<Call<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Blob<'a> {
    #[serde(borrow)]
    pub mime_type: Option<Text<'a>>,
    #[serde(borrow)]
    pub data: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Call<'a> {
    #[serde(borrow)]
    pub id: Option<Text<'a>>,
    #[serde(borrow)]
    pub name: Option<Text<'a>>,
    #[serde(borrow)]
    pub args: Option<&'a RawValue>,
}

/// Why a request was not answered.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Feedback<'a> {
    #[serde(borrow)]
    pub block_reason: Option<Text<'a>>,
}

/// An event with or without the envelope of `v1internal`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outer<'a> {
    #[serde(borrow)]
    response: Option<Body<'a>>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    candidates: Option<Vec<Candidate<'a>>>,
    #[serde(borrow)]
    prompt_feedback: Option<Feedback<'a>>,
    usage_metadata: Option<Usage>,
}

/// What stands in a list of one, as errors come now and then; anything else as it is.
pub(crate) fn alone(data: &[u8]) -> &[u8] {
    match data.trim_ascii_start().first() {
        Some(b'[') => {
            serde_json::from_slice::<[&RawValue; 1]>(data).map_or(data, |[one]| one.get().as_bytes())
        }
        _ => data,
    }
}

impl<'a> Frame<'a> {
    /// Reads an event; `None` where it is none.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let data = alone(data);
        // A list would be read as fields in their order.
        if data.trim_ascii_start().first() == Some(&b'[') {
            return None;
        }
        let outer: Outer<'a> = serde_json::from_slice(data).ok()?;
        if outer.error.is_some() {
            return Some(Self::Error);
        }
        Some(Self::Body(outer.response.unwrap_or(Body {
            candidates: outer.candidates,
            prompt_feedback: outer.prompt_feedback,
            usage_metadata: outer.usage_metadata,
        })))
    }
}

impl<'a> Body<'a> {
    /// Whether nothing in it is known: an event of that says nothing to anybody.
    pub fn is_empty(&self) -> bool {
        self.candidates.is_none() && self.prompt_feedback.is_none() && self.usage_metadata.is_none()
    }

    /// The answers in it.
    pub fn candidates(&self) -> &[Candidate<'a>] {
        self.candidates.as_deref().unwrap_or_default()
    }

    /// Whether the request itself was blocked.
    pub fn is_blocked(&self) -> bool {
        let reason = self.prompt_feedback.as_ref().and_then(|feedback| feedback.block_reason.as_deref());
        reason.is_some_and(|reason| !reason.is_empty() && reason != "BLOCK_REASON_UNSPECIFIED")
    }

    /// The parts of all answers.
    pub fn parts(&self) -> impl Iterator<Item = &Part<'a>> {
        self.candidates().iter().flat_map(Candidate::parts)
    }
}

impl<'a> Candidate<'a> {
    /// The parts of this answer.
    pub fn parts(&self) -> &[Part<'a>] {
        self.content.as_ref().and_then(|content| content.parts.as_deref()).unwrap_or_default()
    }
}

impl Part<'_> {
    pub fn is_thought(&self) -> bool {
        self.thought == Some(true)
    }

    pub fn signature(&self) -> Option<&str> {
        self.thought_signature.as_deref().filter(|signature| !signature.is_empty())
    }
}
