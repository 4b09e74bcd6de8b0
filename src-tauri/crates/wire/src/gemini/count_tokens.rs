//! `:countTokens`: contents alone or a whole request, and a number.

use super::generate::{Request, draft_of};
use crate::bad_request::{self, BadRequest};
use crate::convert::Draft;
use serde::Deserialize;

/// Reads a request for a model named in its path.
pub(crate) fn read<'a>(body: &'a [u8], model: &'a str) -> Result<Draft<'a>, BadRequest> {
    #[derive(Deserialize)]
    struct Outer<'a> {
        #[serde(borrow, alias = "generateContentRequest")]
        generate_content_request: Option<Request<'a>>,
    }
    let outer: Outer<'a> = bad_request::read(body)?;
    match outer.generate_content_request {
        Some(request) => draft_of(request, model),
        None => draft_of(bad_request::read(body)?, model),
    }
}

/// The answer.
#[must_use]
pub fn answer(tokens: u64) -> Vec<u8> {
    format!("{{\"totalTokens\":{tokens}}}").into_bytes()
}
