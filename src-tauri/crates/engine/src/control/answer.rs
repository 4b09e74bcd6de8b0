//! The one place that turns results and refusals into HTTP answers of the control API.

use super::refusal::Refusal;
use crate::view::dto::{ApiError, ErrorCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{self, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;
use std::convert::Infallible;

pub(super) type Body = UnsyncBoxBody<Bytes, Infallible>;
pub(super) type Answer = Response<Body>;

/// A body that is there already.
pub(super) fn whole(bytes: Bytes) -> Body {
    Full::new(bytes).boxed_unsync()
}

/// 200 with a document.
pub(super) fn json(document: &impl Serialize) -> Answer {
    with_status(StatusCode::OK, document)
}

/// Measurements as OpenMetrics.
pub(super) fn metrics(text: String) -> Answer {
    let mut answer = Response::new(whole(text.into()));
    let form = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, form);
    answer
}

/// A command's failure.
pub(super) fn failure(error: &ApiError) -> Answer {
    let status = match error.code {
        ErrorCode::BadInput => StatusCode::BAD_REQUEST,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Refused | ErrorCode::NeedsUser | ErrorCode::NeedsConsent | ErrorCode::NoKey => {
            StatusCode::CONFLICT
        }
        ErrorCode::Unreachable => StatusCode::BAD_GATEWAY,
        ErrorCode::Failed => StatusCode::INTERNAL_SERVER_ERROR,
    };
    with_status(status, error)
}

/// A request that no command ever saw.
pub(super) fn refusal(refusal: Refusal) -> Answer {
    let status = refusal.status();
    let code = match status {
        StatusCode::NOT_FOUND => ErrorCode::NotFound,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => {
            ErrorCode::Refused
        }
        _ => ErrorCode::BadInput,
    };
    let mut answer = with_status(status, &ApiError::new(code, format!("Not accepted: {refusal}.")));
    if status == StatusCode::UNAUTHORIZED {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Refusal::Method(allowed) = refusal {
        answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    }
    answer
}

fn with_status(status: StatusCode, document: &impl Serialize) -> Answer {
    let (status, bytes) = match serde_json::to_vec(document) {
        Ok(bytes) => (status, bytes),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, UNWRITABLE.to_vec()),
    };
    let mut answer = Response::new(whole(bytes.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

const UNWRITABLE: &[u8] = br#"{"code":"failed","message":"The answer could not be written as JSON."}"#;

/// What every answer carries, refusals too. No CORS header is ever sent: no other site may read anything.
pub(super) fn harden(mut answer: Answer) -> Answer {
    for (name, value) in HEADERS {
        answer.headers_mut().insert(*name, HeaderValue::from_static(value));
    }
    let cache = answer.headers_mut().entry(header::CACHE_CONTROL);
    cache.or_insert(HeaderValue::from_static("no-store"));
    answer
}

const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
         font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "DENY"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
];
