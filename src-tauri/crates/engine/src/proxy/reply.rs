//! The one place that turns what is to be said into HTTP answers of the proxy.

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Response, StatusCode};
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

/// For how long a browser need not ask again, in seconds.
const ASK_AGAIN: &str = "600";
/// Names of headers that a browser asks about are repeated up to this length.
const LONGEST_NAMES: usize = 2_048;

/// Whether a browser asks if a page may send a request.
pub(super) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Answers a browser that asks for a page that was let in; [`let_read`] names the page. Whatever the address is: the
/// request itself is judged when it comes, with its key.
pub(super) fn preflight(asked: &HeaderMap) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::new()).boxed_unsync());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(ASK_AGAIN));
    let names = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).filter(|names| is_list_of_names(names));
    if let Some(names) = names {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    answer
}

fn is_list_of_names(value: &HeaderValue) -> bool {
    let name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b',' | b' ');
    !value.is_empty() && value.len() <= LONGEST_NAMES && value.as_bytes().iter().all(name)
}

/// Lets one page read the answer: that page and no other, and never with a browser's own credentials.
pub(super) fn let_read(answer: &mut Answer, page: HeaderValue) {
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, page);
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("retry-after, x-headroom-credential, x-headroom-decision"),
    );
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
}

/// What every answer carries. Without [`let_read`] no page may read anything.
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
