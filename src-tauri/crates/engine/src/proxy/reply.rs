//! The one place that turns what is to be said into HTTP answers of the proxy.

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use std::convert::Infallible;
use wire::refusal::{Dialect, Refusal};

pub(super) type Body = UnsyncBoxBody<Bytes, Infallible>;
pub(super) type Answer = Response<Body>;

/// Which credential was used.
const CREDENTIAL: HeaderName = HeaderName::from_static("x-headroom-credential");
/// Why that one, in one sentence.
const DECISION: HeaderName = HeaderName::from_static("x-headroom-decision");

/// A document.
pub(super) fn document(bytes: Vec<u8>, content_type: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(bytes)).boxed_unsync());
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

/// What is said as it comes.
pub(super) fn stream(
    pieces: impl futures_util::Stream<Item = Bytes> + Send + 'static,
    content_type: &'static str,
) -> Answer {
    use futures_util::StreamExt as _;
    let frames = pieces.map(|bytes| Ok::<_, Infallible>(Frame::data(bytes)));
    let mut answer = Response::new(BodyExt::boxed_unsync(StreamBody::new(frames)));
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    // Servers in between must not hold events back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    answer
}

/// A refusal in the client's dialect.
pub(super) fn refusal(refusal: &Refusal<'_>, dialect: Dialect) -> Answer {
    let reply = wire::refusal::reply(refusal, dialect);
    let mut answer = document(reply.body, "application/json");
    *answer.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(seconds) = reply.retry_after {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if reply.status == 401 {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    answer
}

/// Says whose quota it was and why.
pub(super) fn explain(answer: &mut Answer, credential: Option<&str>, decision: &str) {
    let headers = answer.headers_mut();
    if let Some(value) = credential.and_then(|id| HeaderValue::from_str(id).ok()) {
        headers.insert(CREDENTIAL, value);
    }
    let plain: String = decision.chars().map(|c| if matches!(c, ' '..='~') { c } else { '?' }).collect();
    if let Ok(value) = HeaderValue::from_str(&plain) {
        headers.insert(DECISION, value);
    }
}

/// What every answer carries. No CORS header is ever sent: no page may read anything.
pub(super) fn harden(answer: &mut Answer, close: bool) {
    let headers = answer.headers_mut();
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if close {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
}
