//! `POST /v1/messages/count_tokens`: the request is that of messages, the answer a number.

/// The answer.
#[must_use]
pub fn answer(tokens: u64) -> Vec<u8> {
    format!("{{\"input_tokens\":{tokens}}}").into_bytes()
}
