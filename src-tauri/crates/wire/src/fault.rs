//! An error answer of the upstream, read into a [`Fault`].
//!
//! Knows every form the service's errors come in and which class each is. What follows from a class is
//! `domain::fault`'s; errors of the token endpoint are `upstream::token`'s.

mod body;

use crate::date::http_date;
use crate::duration::{duration_in_message, parse_duration};
use crate::tool_name::without_prefix;
use crate::{field, link};
use body::Body;
use domain::credential::Provider;
use domain::fault::{Class, Evidence, FURTHEST, Fault, is_per_day, plain_text};
use domain::policy::words::Said;
use jiff::{SignedDuration, Timestamp};

/// What came back.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    /// The HTTP status. For an error in the middle of a stream the stream's own 200: the body's code counts.
    pub status: u16,
    /// The `Retry-After` header, if there was one: seconds or an HTTP date.
    pub retry_after: Option<&'a str>,
    /// The body, as far as it was read.
    pub body: &'a [u8],
    /// The time by the service's clock (`Date`), else by ours.
    pub now: Timestamp,
}

/// Reads what an answer that is no success means. Never fails: what says nothing is a failure for the moment.
#[must_use]
pub fn read(answer: Answer<'_>, provider: Provider) -> Fault {
    let body = Body::read(answer.body);
    let status = status_of(answer.status, &body);
    let delay = delay(answer, &body);
    let class = class(status, &body, delay, provider);
    let words = body
        .message
        .as_deref()
        .or_else(|| body.metadata(&["validation_error_message", "validation_description"]))
        .and_then(|text| plain_text(&without_prefix(text)));
    let delay = delay.filter(|_| says_when(class));
    Fault {
        delay,
        reset_at: reset_at(&body, class, delay, answer.now),
        reason: body.reasons().find(|reason| !reason.is_empty()).map(str::to_owned),
        link: action_link(&body),
        learn_more: learn_more(&body),
        evidence: evidence(&body),
        ..match words {
            Some(words) => Fault::new(class, status, &words),
            None => Fault::ours(class, status, &silent(status)),
        }
    }
}

/// The HTTP status, or what the body says where the HTTP status says success.
fn status_of(http: u16, body: &Body) -> u16 {
    if http >= 300 {
        return http;
    }
    let by_word = match body.status.as_deref().or(body.kind.as_deref()) {
        Some("RESOURCE_EXHAUSTED" | "rate_limit_error") => Some(429),
        Some("UNAVAILABLE") => Some(503),
        Some("overloaded_error") => Some(529),
        Some("UNAUTHENTICATED" | "authentication_error") => Some(401),
        Some("PERMISSION_DENIED" | "permission_error") => Some(403),
        Some("NOT_FOUND" | "not_found_error") => Some(404),
        Some("INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "invalid_request_error") => Some(400),
        _ => None,
    };
    body.code.filter(|code| (400..600).contains(code)).or(by_word).unwrap_or(http)
}

fn class(status: u16, body: &Body, delay: Option<SignedDuration>, provider: Provider) -> Class {
    let has = |word: &str| body.reasons().any(|reason| reason == word);
    let says = |words: &str| body.message.as_deref().is_some_and(|m| m.to_lowercase().contains(words));
    let kind = body.kind.as_deref();
    if has("MODEL_CAPACITY_EXHAUSTED")
        || has("MODEL_CAPACITY_EXCEEDED")
        || status == 529
        || kind == Some("overloaded_error")
        || (matches!(status, 429 | 503) && says("no capacity available"))
        || (provider == Provider::ApiKey && status == 503)
    {
        return Class::Capacity;
    }
    if has("QUOTA_EXHAUSTED") || has("INSUFFICIENT_G1_CREDITS_BALANCE") {
        return Class::QuotaExhausted;
    }
    match status {
        401 => Class::Unauthenticated,
        400 | 403 if provider == Provider::ApiKey && has("API_KEY_INVALID") => Class::KeyInvalid,
        400 | 403 if has("UNSUPPORTED_CLIENT") => Class::Retired,
        429 => limited(body, delay),
        403 if has("RATE_LIMIT_EXCEEDED") => limited(body, delay),
        403 => forbidden(body, provider),
        404 => Class::ModelNotFound,
        408 | 499 => Class::Transient,
        400 if says("location is not supported") => Class::LocationUnsupported,
        400 if says("thought_signature")
            || says("thought signature")
            || (says("signature") && says("thinking")) =>
        {
            Class::BadSignature
        }
        400..=498 => Class::BadRequest,
        _ => Class::Transient,
    }
}

/// A 429 that is neither capacity nor an empty window by its reason.
fn limited(body: &Body, delay: Option<SignedDuration>) -> Class {
    if quota_ids(body).any(is_per_day) {
        Class::QuotaExhausted
    } else if body.reasons().any(|r| !r.is_empty()) || !body.violations.is_empty() || delay.is_some() {
        Class::RateLimit
    } else {
        Class::Unstructured
    }
}

/// A 403. What stops a credential for good is looked for first.
fn forbidden(body: &Body, provider: Provider) -> Class {
    let has = |word: &str| body.reasons().any(|reason| reason == word);
    let says = |words: &str| body.message.as_deref().is_some_and(|m| m.to_lowercase().contains(words));
    if has("TOS_VIOLATION") || says("violation of terms of service") {
        Class::AccountSuspended
    } else if has("VALIDATION_REQUIRED") {
        Class::ValidationRequired
    } else if has("SERVICE_DISABLED") {
        Class::ServiceDisabled
    } else if has("ACCESS_TOKEN_SCOPE_INSUFFICIENT") {
        Class::ScopeInsufficient
    } else if provider == Provider::ApiKey && body.reasons().any(|reason| reason.starts_with("API_KEY_")) {
        // API_KEY_SERVICE_BLOCKED, and the referrer, address and app restrictions.
        Class::KeyBlocked
    } else {
        Class::Forbidden
    }
}

/// Whether a delay of this class means when to come back.
fn says_when(class: Class) -> bool {
    match class {
        Class::QuotaExhausted
        | Class::RateLimit
        | Class::Unstructured
        | Class::Capacity
        | Class::Transient => true,
        Class::BadRequest
        | Class::BadSignature
        | Class::LocationUnsupported
        | Class::Unauthenticated
        | Class::ValidationRequired
        | Class::ServiceDisabled
        | Class::Forbidden
        | Class::ScopeInsufficient
        | Class::AccountSuspended
        | Class::Retired
        | Class::ModelNotFound
        | Class::KeyInvalid
        | Class::KeyBlocked => false,
    }
}

/// The first delay that can be true, looked for where the contract says. Relative ones come first: they survive
/// a wrong clock. One that is further ahead than any window is passed over.
fn delay(answer: Answer<'_>, body: &Body) -> Option<SignedDuration> {
    let possible = |delay: &SignedDuration| (SignedDuration::ZERO..=FURTHEST).contains(delay);
    let by_metadata = || body.metadata(&["quotaResetDelay"]).and_then(parse_duration);
    let by_time = || Some(answer.now.duration_until(reset_time(body)?)).filter(SignedDuration::is_positive);
    let by_words = || body.message.as_deref().and_then(duration_in_message);
    let by_header = || retry_after(answer.retry_after?, answer.now);
    (by_metadata().filter(possible))
        .or_else(|| body.retry_delay.filter(possible))
        .or_else(|| by_time().filter(possible))
        .or_else(|| by_words().filter(possible))
        .or_else(|| by_header().filter(possible))
}

/// `Retry-After`: seconds, or a date that is still ahead.
fn retry_after(text: &str, now: Timestamp) -> Option<SignedDuration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok().map(SignedDuration::from_secs);
    }
    Some(now.duration_until(http_date(text)?)).filter(SignedDuration::is_positive)
}

fn reset_time(body: &Body) -> Option<Timestamp> {
    body.metadata(&["quotaResetTimeStamp"])?.parse().ok()
}

/// When the quota refills: as the service wrote it, else by the delay; only for what is a matter of a window.
fn reset_at(body: &Body, class: Class, delay: Option<SignedDuration>, now: Timestamp) -> Option<Timestamp> {
    if !matches!(class, Class::QuotaExhausted | Class::RateLimit) {
        return None;
    }
    let written = reset_time(body).filter(|reset| *reset > now && now.duration_until(*reset) <= FURTHEST);
    written.or_else(|| now.checked_add(delay?).ok())
}

/// The ids of the exceeded quotas, wherever they stand.
fn quota_ids(body: &Body) -> impl Iterator<Item = &str> {
    let violated = body.violations.iter().map(|violation| violation.id.as_str());
    violated.chain(body.infos.iter().filter_map(|info| info.get("quota_limit")))
}

/// The quota that decides: one per day before all others, else the first.
fn evidence(body: &Body) -> Evidence {
    let deciding = quota_ids(body).find(|id| is_per_day(id)).or_else(|| quota_ids(body).next());
    let violation = body.violations.iter().find(|violation| Some(violation.id.as_str()) == deciding);
    let in_metadata = || body.metadata(&["quota_limit_value"])?.parse().ok();
    Evidence {
        quota_id: deciding.and_then(field::id).map(str::to_owned),
        quota_value: violation.and_then(|v| v.value).or_else(in_metadata),
        model: body
            .metadata(&["model"])
            .and_then(field::id)
            .map(str::to_owned)
            .or_else(|| violation.and_then(|v| v.model.clone())),
    }
}

/// Where the user can act.
fn action_link(body: &Body) -> Option<String> {
    let help =
        body.links.iter().filter(|(title, url)| !is_learn_more(title, url)).map(|(_, url)| url.as_str());
    let metadata = ["validation_url", "validation_link", "appeal_url", "activationUrl"];
    help.chain(metadata.iter().filter_map(|name| body.metadata(&[name]))).find_map(link::checked)
}

/// Where the service explains it.
fn learn_more(body: &Body) -> Option<String> {
    let help =
        body.links.iter().filter(|(title, url)| is_learn_more(title, url)).map(|(_, url)| url.as_str());
    let metadata = ["validation_learn_more_url", "learn_more_url"];
    help.chain(metadata.iter().filter_map(|name| body.metadata(&[name]))).find_map(link::checked)
}

fn is_learn_more(title: &str, url: &str) -> bool {
    title.to_lowercase().contains("learn more") || link::is_help_page(url)
}

/// Our words where the service has none that can be shown.
fn silent(status: u16) -> Said {
    if status < 400 {
        Said::new("The service sent an answer without content.", "服务返回了没有内容的回答。")
    } else {
        Said::new(
            format!("The service answered HTTP {status} without saying why."),
            format!("服务应答 HTTP {status}，没有说明原因。"),
        )
    }
}

#[cfg(test)]
mod tests;
