//! Wishes that chat completions and responses write alike: which function is called, and what form the answer has.

use crate::bad_request::{BadRequest, Problem};
use crate::convert::{Choice, Format, Text};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A word, or an object that says more.
#[derive(Deserialize)]
#[serde(untagged, bound(deserialize = "T: Deserialize<'de>"))]
pub(super) enum WordOr<'a, T> {
    #[serde(borrow)]
    Word(Text<'a>),
    Object(T),
}

/// `auto`, `none` or `required`.
pub(super) fn choice_of_word<'a>(word: &str, param: &str) -> Result<Choice<'a>, BadRequest> {
    match word {
        "auto" => Ok(Choice::Auto),
        "none" => Ok(Choice::None),
        "required" | "any" => Ok(Choice::Any),
        _ => Err(BadRequest::invalid(param, Problem::NoChoice)),
    }
}

/// The form an answer is to have; `at` and `schema_at` name where `kind` and `schema` stand.
pub(super) fn format<'a>(
    kind: &str,
    schema: Option<&'a RawValue>,
    at: &str,
    schema_at: &str,
) -> Result<Format<'a>, BadRequest> {
    match (kind, schema) {
        ("text", _) => Ok(Format::default()),
        ("json_object", _) | ("json_schema", None) => Ok(Format::json()),
        ("json_schema", Some(schema)) => Format::schema(schema, schema_at),
        _ => Err(BadRequest::invalid(
            format!("{at}.type"),
            Problem::NoneOfWords("text, json_object or json_schema"),
        )),
    }
}
