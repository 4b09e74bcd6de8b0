//! A client's request that cannot be sent, and why.
//!
//! Says which field, what is wrong and what to do; the words go to the client. How they are put into its dialect is
//! `refusal`'s.

mod problem;

pub use problem::{Problem, Thing, Unoffered};

use domain::policy::words::Spoken;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Why a request was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    /// The body is no JSON.
    #[error("The body is not JSON: {0}.")]
    NotJson(String),
    /// A field is of the wrong type or has a value it cannot have.
    #[error("{param}: {problem}")]
    Invalid {
        /// The field.
        param: String,
        /// What is wrong.
        problem: Problem,
    },
    /// A field is not there.
    #[error("{param}: field required")]
    Missing {
        /// The field.
        param: String,
    },
    /// Media that lies elsewhere.
    #[error(
        "{param}: addresses are not fetched here. Send the content itself, as base64 (a data: URL where the field takes a URL)."
    )]
    Address {
        /// The field.
        param: String,
    },
    /// A data URL that cannot be read.
    #[error("{param}: not a data: URL with a media type and base64, as in data:image/png;base64,…")]
    DataUrl {
        /// The field.
        param: String,
    },
    /// A file the client believes to be kept by the service.
    #[error("{param}: files are not kept here. Send the content itself.")]
    KeptFile {
        /// The field.
        param: String,
    },
    /// An earlier answer the client believes to be kept by the service.
    #[error("{param}: earlier answers are not kept here. Send the whole conversation.")]
    KeptAnswer {
        /// The field.
        param: String,
    },
    /// Something this way of asking does not offer.
    #[error("{param}: {what}")]
    NotOffered {
        /// The field.
        param: String,
        /// What it asks for, and what to do.
        what: Unoffered,
    },
}

impl BadRequest {
    /// The field it is about.
    #[must_use]
    pub fn param(&self) -> Option<&str> {
        match self {
            Self::NotJson(_) => None,
            Self::Invalid { param, .. }
            | Self::Missing { param }
            | Self::Address { param }
            | Self::DataUrl { param }
            | Self::KeptFile { param }
            | Self::KeptAnswer { param }
            | Self::NotOffered { param, .. } => Some(param).filter(|param| *param != ".").map(String::as_str),
        }
    }

    pub(crate) fn missing(param: impl Into<String>) -> Self {
        Self::Missing { param: param.into() }
    }

    pub(crate) fn invalid(param: impl Into<String>, problem: Problem) -> Self {
        Self::Invalid { param: param.into(), problem }
    }
}

impl Spoken for BadRequest {
    fn in_chinese(&self) -> String {
        match self {
            Self::NotJson(words) => format!("正文不是 JSON：{words}。"),
            Self::Invalid { param, problem } => format!("{param}：{}", problem.in_chinese()),
            Self::Missing { param } => format!("{param}：缺少此字段"),
            Self::Address { param } => {
                format!(
                    "{param}：这里不会读取网址。请直接发送内容（base64；字段只接受网址时用 data: 网址）。"
                )
            }
            Self::DataUrl { param } => {
                format!("{param}：不是带媒体类型和 base64 的 data: 网址，例如 data:image/png;base64,…")
            }
            Self::KeptFile { param } => format!("{param}：这里不保存文件。请直接发送内容。"),
            Self::KeptAnswer { param } => format!("{param}：这里不保存先前的回答。请发送整段对话。"),
            Self::NotOffered { param, what } => format!("{param}：{}", what.in_chinese()),
        }
    }
}

/// Reads a body as a type.
pub(crate) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, BadRequest> {
    serde_json::from_slice(body).map_err(|error| explain::<T>(body, &error))
}

/// Reads a part of a body that was left unread, as a type; `param` names it.
pub(crate) fn read_inside<'a, T: Deserialize<'a>>(raw: &'a RawValue, param: &str) -> Result<T, BadRequest> {
    let problem = |error: serde_json::Error| BadRequest::invalid(param, Problem::Parser(words_of(&error)));
    serde_json::from_str(raw.get()).map_err(problem)
}

/// Reads once more, at leisure, to learn where it went wrong.
fn explain<'a, T: Deserialize<'a>>(body: &'a [u8], error: &serde_json::Error) -> BadRequest {
    let words = words_of(error);
    if !error.is_data() {
        return BadRequest::NotJson(words);
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Err(error) => BadRequest::invalid(error.path().to_string(), Problem::Parser(words_of(error.inner()))),
        Ok(_) => BadRequest::invalid(".", Problem::Parser(words)),
    }
}

/// What the parser says; a value of the client's in it is kept short.
fn words_of(error: &serde_json::Error) -> String {
    domain::fault::plain_text(&error.to_string()).unwrap_or_default()
}
