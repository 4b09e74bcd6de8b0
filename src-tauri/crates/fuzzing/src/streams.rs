//! What the service streams, and what clients read of it.

use crate::streaming::{answer, run, understand};
use wire::dialect::{Delivery, Endpoint};
use wire::sse::Reader;

const MODELS: [&str; 2] = ["gemini-3.6-flash-medium", "claude-sonnet-4-6"];

/// Events are the same however the bytes are cut.
pub fn sse(bytes: &[u8]) {
    let (size, bytes) = size(bytes);
    let whole = events(std::iter::once(bytes));
    let cut = events(bytes.chunks(size));
    assert_eq!(whole, cut, "in pieces of {size}");
}

fn events<'b>(pieces: impl Iterator<Item = &'b [u8]>) -> Option<Vec<Vec<u8>>> {
    let mut reader = Reader::with_limit(1 << 20);
    let mut found = Vec::new();
    for piece in pieces {
        reader.push(piece, |event| found.push(event.to_vec())).ok()?;
    }
    reader.end(|event| found.push(event.to_vec())).ok()?;
    Some(found)
}

/// `OpenAI`'s three forms: valid, with one end, the same for any cut.
pub fn openai(bytes: &[u8]) {
    let endpoints = [Endpoint::ChatCompletions, Endpoint::Completions, Endpoint::Responses];
    answers(bytes, &endpoints);
}

/// Anthropic's and Google's forms.
pub fn others(bytes: &[u8]) {
    let endpoints = [
        Endpoint::Messages,
        Endpoint::Generate { model: "m", delivery: Delivery::Sse },
        Endpoint::Generate { model: "m", delivery: Delivery::List },
    ];
    answers(bytes, &endpoints);
}

fn answers(bytes: &[u8], endpoints: &[Endpoint<'static>]) {
    let (size, bytes) = size(bytes);
    let endpoint = endpoints[size % endpoints.len()];
    let model = MODELS[size / 3 % 2];
    let (out, ended) = run(answer(endpoint, true, model), [bytes]);
    let whole = understand(endpoint, &out);
    match ended {
        Ok(()) => assert_eq!(whole.end.as_deref(), Some("done"), "{endpoint:?}"),
        Err(broke) if broke.told => assert_eq!(whole.end.as_deref(), Some("error"), "{endpoint:?}"),
        Err(_) => assert!(out.is_empty(), "{endpoint:?}"),
    }
    let (out, _) = run(answer(endpoint, true, model), bytes.chunks(size));
    assert_eq!(understand(endpoint, &out), whole, "{endpoint:?} in pieces of {size}");
}

/// The first byte says into which pieces the others are cut.
fn size(bytes: &[u8]) -> (usize, &[u8]) {
    match bytes.split_first() {
        Some((first, rest)) => (usize::from(*first).max(1), rest),
        None => (1, bytes),
    }
}
