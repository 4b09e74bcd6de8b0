//! What a client is told when something fails: the one place that turns failures into its dialect.
//!
//! A [`Refusal`] is what went wrong, of the upstream's making or of ours; [`reply`] is status and body. Headers other
//! than `Retry-After`, and everything about which credential it was, are the proxy's.

mod message;

use crate::answer::{Broken, put};
use crate::bad_request::BadRequest;
use domain::fault::{Class, Fault};
use domain::policy::words::Said;
use jiff::SignedDuration;
use serde::Serialize;

/// The forms errors come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// OpenAI's, of all its endpoints.
    OpenAi,
    /// Anthropic's.
    Anthropic,
    /// Google's.
    Gemini,
}

/// What went wrong; `Display` says what, why, and what to do, in a sentence or two for the client.
#[derive(Debug, Clone, Copy)]
pub enum Refusal<'a> {
    /// The request cannot be sent.
    BadRequest(&'a BadRequest),
    /// The client's key is missing or not known.
    BadKey,
    /// The client guessed keys too often.
    TooManyGuesses {
        /// When it may try again.
        retry_after: SignedDuration,
    },
    /// The client's key may not use this model.
    ModelNotAllowed {
        /// The model.
        model: &'a str,
    },
    /// The client's key has had its requests of the day.
    KeySpent {
        /// The cap, in requests a day.
        cap: u64,
        /// When the next day begins.
        retry_after: SignedDuration,
    },
    /// The request comes from somewhere it must not come from (host or origin).
    Foreign,
    /// No catalogue knows the model.
    UnknownModel {
        /// The model.
        model: &'a str,
    },
    /// There is nothing at this address.
    UnknownPath,
    /// Nothing at this address answers to this method.
    WrongMethod,
    /// The body is not said to be JSON.
    WrongContentType,
    /// The body is too large.
    TooLarge {
        /// What is allowed, in bytes.
        limit: usize,
    },
    /// Credentials offer the model, but none may be used now.
    NoneUsable(NoneUsable<'a>),
    /// Only credentials that are not active offer the model.
    NoneActive {
        /// The model.
        model: &'a str,
        /// Why each is out: name and reason.
        why: &'a [(String, Said)],
    },
    /// The proxy is switched off, or stopping.
    Closed,
    /// The upstream refused, and nothing is left to try.
    Fault(&'a Fault),
    /// The upstream's answer broke, and nothing is left to try.
    Broken(&'a Broken),
    /// Our own fault.
    Internal,
}

/// No credential may be used for a model now.
#[derive(Debug, Clone, Copy)]
pub struct NoneUsable<'a> {
    /// The model.
    pub model: &'a str,
    /// What keeps most of them out.
    pub cause: Cause,
    /// When the first comes back, if that is known.
    pub retry_after: Option<SignedDuration>,
    /// Why each is out: name and reason.
    pub why: &'a [(String, Said)],
}

/// Why no credential may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Quota is empty.
    QuotaEmpty,
    /// They rest after a rate limit.
    Rate,
    /// They are protected.
    Floor,
}

/// An answer to a request that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, in seconds, at least 1.
    pub retry_after: Option<u64>,
    /// JSON.
    pub body: Vec<u8>,
}

/// A refusal, told apart as far as dialects do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub status: u16,
    pub kind: Kind,
    pub message: String,
    pub param: Option<String>,
    pub retry_after: Option<u64>,
}

/// Kinds of refusal as dialects tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Invalid,
    BadKey,
    UpstreamLogin,
    NotAllowed,
    UnknownModel,
    QuotaEmpty,
    Rate,
    Full,
    Server,
}

/// Status and body for a client of a dialect.
#[must_use]
pub fn reply(refusal: &Refusal<'_>, dialect: Dialect) -> Reply {
    let told = tell(refusal);
    let status = match (dialect, told.status) {
        // Only Anthropic has a status for a full service; the others say it is not available.
        (Dialect::OpenAi | Dialect::Gemini, 529) => 503,
        (_, status) => status,
    };
    let mut body = Vec::new();
    match dialect {
        Dialect::OpenAi => openai(&told, &mut body),
        Dialect::Anthropic => anthropic(&told, &mut body),
        Dialect::Gemini => gemini(&told, status, &mut body),
    }
    Reply { status, retry_after: told.retry_after, body }
}

pub(crate) fn tell(refusal: &Refusal<'_>) -> Told {
    let told =
        |status, kind| Told { status, kind, message: refusal.to_string(), param: None, retry_after: None };
    let later = |told: Told, after: SignedDuration| Told { retry_after: Some(seconds(after)), ..told };
    match refusal {
        Refusal::BadRequest(bad) => {
            Told { param: bad.param().map(str::to_owned), ..told(400, Kind::Invalid) }
        }
        Refusal::BadKey => told(401, Kind::BadKey),
        Refusal::TooManyGuesses { retry_after } => later(told(429, Kind::Rate), *retry_after),
        Refusal::ModelNotAllowed { .. } | Refusal::Foreign => told(403, Kind::NotAllowed),
        Refusal::KeySpent { retry_after, .. } => later(told(429, Kind::QuotaEmpty), *retry_after),
        Refusal::UnknownModel { .. } => told(404, Kind::UnknownModel),
        Refusal::UnknownPath => told(404, Kind::Invalid),
        Refusal::WrongMethod => told(405, Kind::Invalid),
        Refusal::WrongContentType => told(415, Kind::Invalid),
        Refusal::TooLarge { .. } => told(413, Kind::Invalid),
        Refusal::NoneUsable(none) => {
            let kind = match none.cause {
                Cause::QuotaEmpty | Cause::Floor => Kind::QuotaEmpty,
                Cause::Rate => Kind::Rate,
            };
            Told { retry_after: none.retry_after.map(seconds), ..told(429, kind) }
        }
        Refusal::NoneActive { .. } | Refusal::Closed => told(503, Kind::Server),
        Refusal::Fault(fault) => of_fault(fault, told),
        Refusal::Broken(Broken::Refused(fault)) => of_fault(fault, told),
        Refusal::Broken(
            Broken::Empty
            | Broken::Truncated
            | Broken::Unreadable
            | Broken::TooLong(_)
            | Broken::NothingSaid(_)
            | Broken::Outdated,
        ) => told(502, Kind::Server),
        Refusal::Broken(Broken::NoImage(_)) => told(400, Kind::Invalid),
        Refusal::Internal => told(500, Kind::Server),
    }
}

fn of_fault(fault: &Fault, told: impl Fn(u16, Kind) -> Told) -> Told {
    let (status, kind) = match fault.class {
        Class::BadRequest | Class::BadSignature | Class::LocationUnsupported => (400, Kind::Invalid),
        Class::Unauthenticated => (401, Kind::UpstreamLogin),
        Class::ValidationRequired
        | Class::ServiceDisabled
        | Class::Forbidden
        | Class::ScopeInsufficient
        | Class::AccountSuspended
        | Class::Retired
        | Class::KeyInvalid
        | Class::KeyBlocked => (403, Kind::NotAllowed),
        Class::ModelNotFound => (404, Kind::UnknownModel),
        Class::QuotaExhausted => (429, Kind::QuotaEmpty),
        Class::RateLimit | Class::Unstructured => (429, Kind::Rate),
        Class::Capacity => (529, Kind::Full),
        Class::Transient if fault.status == 500 => (500, Kind::Server),
        Class::Transient => (503, Kind::Server),
    };
    let delay = fault.delay.filter(|_| matches!(status, 429 | 503 | 529));
    Told { retry_after: delay.map(seconds), ..told(status, kind) }
}

fn seconds(after: SignedDuration) -> u64 {
    let whole = after.as_secs() + i64::from(after.subsec_nanos() > 0);
    u64::try_from(whole).unwrap_or(0).max(1)
}

/// OpenAI's body.
pub(crate) fn openai(told: &Told, out: &mut Vec<u8>) {
    #[derive(Serialize)]
    struct Error<'e> {
        message: &'e str,
        r#type: &'static str,
        param: Option<&'e str>,
        code: Option<&'static str>,
    }
    #[derive(Serialize)]
    struct Body<'e> {
        error: Error<'e>,
    }
    let (r#type, code) = openai_words(told.kind);
    put(out, &Body { error: Error { message: &told.message, r#type, param: told.param.as_deref(), code } });
}

/// OpenAI's type and code.
pub(crate) fn openai_words(kind: Kind) -> (&'static str, Option<&'static str>) {
    match kind {
        Kind::Invalid => ("invalid_request_error", None),
        Kind::BadKey => ("invalid_request_error", Some("invalid_api_key")),
        // Not `invalid_api_key`: the client's own key is good.
        Kind::UpstreamLogin => ("invalid_request_error", Some("upstream_login")),
        Kind::NotAllowed => ("invalid_request_error", Some("permission_denied")),
        Kind::UnknownModel => ("invalid_request_error", Some("model_not_found")),
        Kind::QuotaEmpty => ("insufficient_quota", Some("insufficient_quota")),
        Kind::Rate => ("rate_limit_exceeded", Some("rate_limit_exceeded")),
        Kind::Full | Kind::Server => ("server_error", None),
    }
}

/// Anthropic's body, which is also its event.
pub(crate) fn anthropic(told: &Told, out: &mut Vec<u8>) {
    #[derive(Serialize)]
    struct Error<'e> {
        r#type: &'static str,
        message: &'e str,
    }
    #[derive(Serialize)]
    struct Body<'e> {
        r#type: &'static str,
        error: Error<'e>,
    }
    let kind = match told.status {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 | 529 => "overloaded_error",
        400..500 => "invalid_request_error",
        _ => "api_error",
    };
    put(out, &Body { r#type: "error", error: Error { r#type: kind, message: &told.message } });
}

/// Google's body, which is also its event.
pub(crate) fn gemini(told: &Told, status: u16, out: &mut Vec<u8>) {
    #[derive(Serialize)]
    struct RetryInfo {
        #[serde(rename = "@type")]
        kind: &'static str,
        #[serde(rename = "retryDelay")]
        delay: String,
    }
    #[derive(Serialize)]
    struct Error<'e> {
        code: u16,
        message: &'e str,
        status: &'static str,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        details: Vec<RetryInfo>,
    }
    #[derive(Serialize)]
    struct Body<'e> {
        error: Error<'e>,
    }
    let word = match status {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        400..500 => "INVALID_ARGUMENT",
        500 => "INTERNAL",
        504 => "DEADLINE_EXCEEDED",
        _ => "UNAVAILABLE",
    };
    let info = |seconds| RetryInfo {
        kind: "type.googleapis.com/google.rpc.RetryInfo",
        delay: format!("{seconds}s"),
    };
    let details = told.retry_after.map(info).into_iter().collect();
    put(out, &Body { error: Error { code: status, message: &told.message, status: word, details } });
}

#[cfg(test)]
mod tests;
