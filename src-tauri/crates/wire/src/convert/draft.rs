//! A client's request, read, before it is known which credential and model serve it.

use super::request::value;
use super::{Data, Part, Said, Text, Thinking, Turn, Who, Whole};
use crate::bad_request::{BadRequest, Problem, Unoffered};
use crate::schema::{self, Schema};
use serde_json::value::RawValue;
use serde_json::{Number, json};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// Tokens an image counts in an estimate.
const IMAGE_TOKENS: usize = 258;
/// The most answers to one request.
pub(crate) const MOST_ANSWERS: i64 = 8;

/// A request in no dialect yet and for no model yet. Borrows from the client's body.
#[derive(Debug, Default)]
pub struct Draft<'a> {
    pub(crate) model: Cow<'a, str>,
    pub(crate) stream: bool,
    pub(crate) system: Vec<Cow<'a, str>>,
    pub(crate) turns: Vec<Turn<'a>>,
    pub(crate) functions: Vec<Function<'a>>,
    /// The client asks for a web search.
    pub(crate) search: bool,
    pub(crate) choice: Choice<'a>,
    pub(crate) sampling: Sampling<'a>,
    pub(crate) thinking: Thinking,
    pub(crate) format: Format<'a>,
    pub(crate) modalities: Vec<Text<'a>>,
    pub(crate) image: Option<ImageWish<'a>>,
    pub(crate) safety: Option<&'a RawValue>,
    /// It came in the upstream's own form: what the client sent back is left as it is.
    pub(crate) native: bool,
    /// The client's own name for the conversation.
    pub(crate) session: Option<Text<'a>>,
}

/// A function the model may call.
#[derive(Debug, Clone)]
pub(crate) struct Function<'a> {
    pub name: Cow<'a, str>,
    pub description: Option<Text<'a>>,
    pub parameters: Schema,
    /// It takes one text instead of fields.
    pub custom: bool,
}

/// Which functions may or must be called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Choice<'a> {
    #[default]
    Auto,
    None,
    Any,
    Only(Vec<Cow<'a, str>>),
}

/// How the answer is sampled and limited.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Sampling<'a> {
    pub temperature: Option<Number>,
    pub top_p: Option<Number>,
    pub top_k: Option<Number>,
    pub seed: Option<Number>,
    pub presence: Option<Number>,
    pub frequency: Option<Number>,
    pub candidates: Option<i64>,
    /// At least 1.
    pub max_tokens: Option<i64>,
    pub stop: Vec<Cow<'a, str>>,
}

/// What form the answer has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Format<'a> {
    pub mime: Option<Cow<'a, str>>,
    /// As the client wrote it, and cleaned.
    pub schema: Option<(Cow<'a, RawValue>, Schema)>,
}

/// What image is asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImageWish<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_size: Option<Cow<'a, str>>,
}

impl<'a> Draft<'a> {
    /// The model the client asks for, without `models/`.
    #[must_use]
    pub fn model(&self) -> &str {
        self.model.strip_prefix("models/").unwrap_or(&self.model)
    }

    /// Whether the client wants the answer as it comes.
    #[must_use]
    pub fn streams(&self) -> bool {
        self.stream
    }

    /// Whether all it asks for beside words is a web search: then a model that searches should serve it.
    #[must_use]
    pub fn searches(&self) -> bool {
        self.search && self.functions.is_empty()
    }

    /// The client's own name for the conversation, if it gave one.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// The same for every request of one conversation: a hash of system text and first user text.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for text in &self.system {
            hash.update(text.as_bytes());
            hash.update(b"\0");
        }
        let first = self.turns.iter().filter(|turn| turn.who == Who::User).flat_map(|turn| &turn.parts);
        let text = first.filter_map(|part| match &part.data {
            Data::Text(text) => Some(text),
            Data::Thought(_) | Data::Blob(_) | Data::Call(_) | Data::Outcome(_) => None,
        });
        hash.update(text.take(1).map(AsRef::as_ref).collect::<String>().as_bytes());
        hash.finalize().into()
    }

    /// About how many tokens it is, where the upstream cannot say: four characters each, 258 an image.
    #[must_use]
    pub fn estimate(&self) -> u64 {
        let parts = self.turns.iter().flat_map(|turn| &turn.parts);
        let system: usize = self.system.iter().map(|text| text.chars().count()).sum();
        let (mut characters, mut images) = (system, 0);
        for part in parts {
            match &part.data {
                Data::Text(text) => characters += text.chars().count(),
                Data::Thought(_) => {}
                Data::Blob(_) => images += 1,
                Data::Call(call) => characters += call.name.len() + call.args.get().len(),
                Data::Outcome(outcome) => {
                    characters += outcome.response.clone().into_text().chars().count();
                    images += outcome.blobs.len();
                }
            }
        }
        for function in &self.functions {
            let schema = serde_json::to_string(&function.parameters).unwrap_or_default();
            let description = function.description.as_deref().unwrap_or_default();
            characters += function.name.len() + description.chars().count() + schema.len();
        }
        u64::try_from(characters.div_ceil(4) + images * IMAGE_TOKENS).unwrap_or(u64::MAX)
    }

    /// A function that must be called has to be there; `param` names where the wish stands.
    pub(crate) fn check_choice(&self, param: &str) -> Result<(), BadRequest> {
        let known = |name: &Cow<'_, str>| self.functions.iter().any(|function| function.name == *name);
        match &self.choice {
            Choice::Only(names) if !names.iter().all(known) => {
                Err(BadRequest::invalid(param, Problem::NotAmongTools))
            }
            Choice::Only(_) | Choice::Any | Choice::Auto | Choice::None => Ok(()),
        }
    }

    /// Adds a part; neighbours of one role are one turn, and what is empty is left out.
    pub(crate) fn say(&mut self, who: Who, part: Part<'a>) {
        if part.is_empty() {
            return;
        }
        match self.turns.last_mut() {
            Some(last) if last.who == who => last.parts.push(part),
            Some(_) | None => self.turns.push(Turn { who, parts: vec![part] }),
        }
    }

    /// Adds a system text: at the beginning it is the system's, later it is the user's.
    pub(crate) fn instruct(&mut self, text: Cow<'a, str>) {
        if !self.turns.is_empty() {
            self.say(Who::User, Part::text(text));
        } else if !text.is_empty() {
            self.system.push(text);
        }
    }
}

impl<'a> Function<'a> {
    /// Reads a function as clients declare it; `param` names it.
    pub(crate) fn read(
        name: Text<'a>,
        description: Option<Text<'a>>,
        parameters: Option<&RawValue>,
        param: &str,
    ) -> Result<Self, BadRequest> {
        if name.is_empty() {
            return Err(BadRequest::invalid(format!("{param}.name"), Problem::Empty));
        }
        let parameters = parameters.map(|raw| value(raw, || format!("{param}.parameters"))).transpose()?;
        Ok(Self {
            name: name.0,
            description,
            parameters: schema::parameters(parameters.as_ref().filter(|source| !source.is_null())),
            custom: false,
        })
    }

    /// A function that takes one text.
    pub(crate) fn custom(name: Text<'a>, description: Option<Text<'a>>) -> Self {
        let input =
            json!({"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]});
        Self { name: name.0, description, parameters: schema::parameters(Some(&input)), custom: true }
    }
}

impl<'a> Format<'a> {
    /// Any JSON.
    pub(crate) fn json() -> Self {
        Self { mime: Some(Cow::Borrowed("application/json")), schema: None }
    }

    /// JSON after a schema.
    pub(crate) fn schema(source: &'a RawValue, param: &str) -> Result<Self, BadRequest> {
        let cleaned = schema::answer(&value(source, || param.to_owned())?);
        Ok(Self { schema: Some((Cow::Borrowed(source), cleaned)), ..Self::json() })
    }
}

impl<'a> Sampling<'a> {
    /// The limit of the answer in tokens, which is at least 1.
    pub(crate) fn limit(asked: Option<Whole>, param: &str) -> Result<Option<i64>, BadRequest> {
        match asked {
            Some(Whole(..=0)) => Err(BadRequest::invalid(param, Problem::BelowOne)),
            Some(Whole(limit)) => Ok(Some(limit)),
            None => Ok(None),
        }
    }

    /// Stop sequences; an empty one stops nothing.
    pub(crate) fn stops(asked: Option<Said<'a, Text<'a>>>) -> Vec<Cow<'a, str>> {
        let list = asked.map_or_else(Vec::new, Said::into_list);
        list.into_iter().map(|text| text.0).filter(|text| !text.is_empty()).collect()
    }

    /// How many answers: 1 to 8, and one where they are streamed.
    pub(crate) fn count(asked: Option<Whole>, streams: bool) -> Result<Option<i64>, BadRequest> {
        match asked {
            Some(Whole(count)) if !(1..=MOST_ANSWERS).contains(&count) => {
                Err(BadRequest::invalid("n", Problem::NotUpTo(MOST_ANSWERS)))
            }
            Some(Whole(count)) if count > 1 && streams => {
                Err(BadRequest::NotOffered { param: "n".to_owned(), what: Unoffered::StreamedAnswers })
            }
            count => Ok(count.map(|Whole(count)| count)),
        }
    }
}

impl<'a> Said<'a, Text<'a>> {
    /// One text or several, as a list.
    pub(crate) fn into_list(self) -> Vec<Text<'a>> {
        match self {
            Self::Text(text) => vec![text],
            Self::Parts(texts) => texts,
        }
    }
}
