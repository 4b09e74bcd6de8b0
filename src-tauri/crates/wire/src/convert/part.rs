//! Turns and parts of a conversation as the upstream has them.

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeStruct, Serializer};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Who {
    User,
    Model,
}

/// One turn.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Turn<'a> {
    #[serde(rename = "role")]
    pub who: Who,
    pub parts: Vec<Part<'a>>,
}

/// One part: one kind of data, and perhaps a signature.
#[derive(Debug, Clone)]
pub(crate) struct Part<'a> {
    pub data: Data<'a>,
    pub signature: Option<Cow<'a, str>>,
}

/// What a part carries.
#[derive(Debug, Clone)]
pub(crate) enum Data<'a> {
    Text(Cow<'a, str>),
    Thought(Cow<'a, str>),
    Blob(Blob<'a>),
    Call(Call<'a>),
    Outcome(Outcome<'a>),
}

/// Media in base64.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Blob<'a> {
    #[serde(rename = "mimeType")]
    pub mime: Cow<'a, str>,
    pub data: Cow<'a, str>,
}

/// A call of the model.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Call<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Cow<'a, str>>,
    pub name: Cow<'a, str>,
    /// A JSON object.
    pub args: Cow<'a, RawValue>,
}

/// What came of a call.
#[derive(Debug, Clone)]
pub(crate) struct Outcome<'a> {
    pub id: Option<Cow<'a, str>>,
    /// The call's name, once it is known.
    pub name: Option<Cow<'a, str>>,
    pub response: Response<'a>,
    /// Media in the result.
    pub blobs: Vec<Blob<'a>>,
}

/// The result itself.
#[derive(Debug, Clone)]
pub(crate) enum Response<'a> {
    Result(Cow<'a, str>),
    Error(Cow<'a, str>),
    /// A JSON object.
    Object(Cow<'a, RawValue>),
}

impl<'a> Turn<'a> {
    /// The calls in it.
    pub fn calls(&self) -> impl Iterator<Item = &Call<'a>> {
        self.parts.iter().filter_map(|part| match &part.data {
            Data::Call(call) => Some(call),
            Data::Text(_) | Data::Thought(_) | Data::Blob(_) | Data::Outcome(_) => None,
        })
    }

    /// The same, lent.
    pub fn lend(&self) -> Turn<'_> {
        Turn { who: self.who, parts: self.parts.iter().map(Part::lend).collect() }
    }
}

impl<'a> Part<'a> {
    pub fn of(data: Data<'a>) -> Self {
        Self { data, signature: None }
    }

    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::of(Data::Text(text.into()))
    }

    /// Whether there is anything to send.
    pub fn is_empty(&self) -> bool {
        match &self.data {
            Data::Text(text) | Data::Thought(text) => {
                text.is_empty() && self.signature.as_deref().is_none_or(str::is_empty)
            }
            Data::Blob(_) | Data::Call(_) | Data::Outcome(_) => false,
        }
    }

    pub fn is_thought(&self) -> bool {
        matches!(self.data, Data::Thought(_))
    }

    fn lend(&self) -> Part<'_> {
        let data = match &self.data {
            Data::Text(text) => Data::Text(lend(text)),
            Data::Thought(text) => Data::Thought(lend(text)),
            Data::Blob(blob) => Data::Blob(blob.lend()),
            Data::Call(call) => Data::Call(Call {
                id: call.id.as_deref().map(lend),
                name: lend(&call.name),
                args: Cow::Borrowed(&*call.args),
            }),
            Data::Outcome(outcome) => Data::Outcome(Outcome {
                id: outcome.id.as_deref().map(lend),
                name: outcome.name.as_deref().map(lend),
                response: outcome.response.lend(),
                blobs: outcome.blobs.iter().map(Blob::lend).collect(),
            }),
        };
        Part { data, signature: self.signature.as_deref().map(lend) }
    }
}

impl Blob<'_> {
    fn lend(&self) -> Blob<'_> {
        Blob { mime: lend(&self.mime), data: lend(&self.data) }
    }
}

impl<'a> Response<'a> {
    fn lend(&self) -> Response<'_> {
        match self {
            Self::Result(text) => Response::Result(lend(text)),
            Self::Error(text) => Response::Error(lend(text)),
            Self::Object(object) => Response::Object(Cow::Borrowed(&**object)),
        }
    }

    /// As plain text.
    pub fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Result(text) | Self::Error(text) => text,
            Self::Object(Cow::Borrowed(object)) => Cow::Borrowed(object.get()),
            Self::Object(Cow::Owned(object)) => Cow::Owned(object.get().to_owned()),
        }
    }
}

fn lend(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.data {
            Data::Text(text) => map.serialize_entry("text", text)?,
            Data::Thought(text) => {
                map.serialize_entry("text", text)?;
                map.serialize_entry("thought", &true)?;
            }
            Data::Blob(blob) => map.serialize_entry("inlineData", blob)?,
            Data::Call(call) => map.serialize_entry("functionCall", call)?,
            Data::Outcome(outcome) => map.serialize_entry("functionResponse", outcome)?,
        }
        if let Some(signature) = &self.signature {
            map.serialize_entry("thoughtSignature", signature)?;
        }
        map.end()
    }
}

impl Serialize for Outcome<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Media<'b> {
            inline_data: &'b Blob<'b>,
        }
        let mut map = serializer.serialize_map(None)?;
        if let Some(id) = &self.id {
            map.serialize_entry("id", id)?;
        }
        map.serialize_entry("name", self.name.as_deref().unwrap_or_default())?;
        map.serialize_entry("response", &self.response)?;
        if !self.blobs.is_empty() {
            let media: Vec<_> = self.blobs.iter().map(|inline_data| Media { inline_data }).collect();
            map.serialize_entry("parts", &media)?;
        }
        map.end()
    }
}

impl Serialize for Response<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (key, text) = match self {
            Self::Result(text) => ("result", text),
            Self::Error(text) => ("error", text),
            Self::Object(object) => return object.serialize(serializer),
        };
        let mut fields = serializer.serialize_struct("Response", 1)?;
        fields.serialize_field(key, text)?;
        fields.end()
    }
}
