//! Forms and details the vectors do not have.

use super::*;
use serde_json::{Value, json};

const NOW: &str = "2026-09-01T00:00:00Z";

#[test]
fn the_first_place_that_names_a_possible_delay_wins() {
    for (metadata, retry, message, header, ms) in [
        (json!({"quotaResetDelay": "5s"}), Some("6s"), "after 7s", Some("8"), Some(5_000)),
        (json!({"quotaResetDelay": "soon"}), Some("6s"), "after 7s", Some("8"), Some(6_000)),
        (json!({"quotaResetDelay": "9999h"}), Some("6s"), "after 7s", Some("8"), Some(6_000)),
        (json!({"quotaResetTimeStamp": "2026-09-01T00:00:09Z"}), None, "after 7s", None, Some(9_000)),
        (json!({"quotaResetTimeStamp": "2026-08-31T23:59:00Z"}), None, "after 7s.", None, Some(7_000)),
        (json!({"quotaResetTimeStamp": "2036-09-01T00:00:00Z"}), None, "", Some("8"), Some(8_000)),
        (json!({}), None, "", Some("Tue, 01 Sep 2026 00:00:30 GMT"), Some(30_000)),
        (json!({}), None, "", Some("Mon, 31 Aug 2026 00:00:30 GMT"), None),
        (json!({}), None, "", Some("99999999999999999999"), None),
        (json!({}), None, "", Some("-5"), None),
        (json!({}), None, "", Some("soon"), None),
        (json!({"quotaResetDelay": 5}), None, "", None, None),
    ] {
        let mut details = vec![info("RATE_LIMIT_EXCEEDED", metadata.clone())];
        details.extend(
            retry.map(|r| json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": r})),
        );
        let body = error(429, message, Value::Array(details)).to_string();
        let answer = Answer { retry_after: header, ..answer(429, body.as_bytes()) };
        let fault = read(answer, Provider::Antigravity);
        assert_eq!(
            fault.delay,
            ms.map(SignedDuration::from_millis),
            "{metadata} {retry:?} {message} {header:?}"
        );
    }
}

#[test]
fn fixtures_without_a_vector_have_their_class() {
    let plain = |status: u16, message: &str| error(status, message, json!([])).to_string();
    for (status, body, class) in [
        (400, plain(400, "Request contains an invalid argument."), Class::BadRequest),
        (401, plain(401, "Request had invalid authentication credentials."), Class::Unauthenticated),
        (403, plain(403, "The caller does not have permission"), Class::Forbidden),
        (403, plain(403, "Disabled for violation of Terms of Service."), Class::AccountSuspended),
        (404, plain(404, "Requested entity was not found."), Class::ModelNotFound),
        (408, String::new(), Class::Transient),
        (413, plain(413, "Too large"), Class::BadRequest),
        (429, plain(429, "Resource has been exhausted (e.g. check quota)."), Class::Unstructured),
        (429, String::new(), Class::Unstructured),
        (499, plain(499, "The operation was cancelled."), Class::Transient),
        (502, "<html>".to_owned(), Class::Transient),
        (529, json!({"type": "error", "error": {"type": "overloaded_error"}}).to_string(), Class::Capacity),
        (200, String::new(), Class::Transient),
        (302, String::new(), Class::Transient),
        (0, String::new(), Class::Transient),
    ] {
        assert_eq!(
            read(answer(status, body.as_bytes()), Provider::Antigravity).class,
            class,
            "{status} {body}"
        );
    }
}

/// Holds F16.
#[test]
fn an_error_inside_a_stream_is_that_error() {
    for (body, status, class) in [
        (error(429, "x", json!([info("QUOTA_EXHAUSTED", json!({}))])), 429, Class::QuotaExhausted),
        (json!({"error": {"status": "UNAVAILABLE", "message": "x"}}), 503, Class::Transient),
        (
            json!({"type": "error", "error": {"type": "overloaded_error", "message": "x"}}),
            529,
            Class::Capacity,
        ),
    ] {
        let fault = read(answer(200, body.to_string().as_bytes()), Provider::Antigravity);
        assert_eq!((fault.status, fault.class), (status, class), "{body}");
    }
}

#[test]
fn an_api_key_has_its_own_refusals() {
    let with = |status: u16, reason: &str| error(status, "x", json!([info(reason, json!({}))])).to_string();
    for (status, body, class) in [
        (400, with(400, "API_KEY_INVALID"), Class::KeyInvalid),
        (403, with(403, "API_KEY_SERVICE_BLOCKED"), Class::KeyBlocked),
        (403, with(403, "API_KEY_HTTP_REFERRER_BLOCKED"), Class::KeyBlocked),
        (403, with(403, "API_KEY_IP_ADDRESS_BLOCKED"), Class::KeyBlocked),
        (403, with(403, "SERVICE_DISABLED"), Class::ServiceDisabled),
        (503, error(503, "The model is overloaded.", json!([])).to_string(), Class::Capacity),
        (500, error(500, "Internal", json!([])).to_string(), Class::Transient),
        (504, error(504, "Deadline", json!([])).to_string(), Class::Transient),
    ] {
        assert_eq!(read(answer(status, body.as_bytes()), Provider::ApiKey).class, class, "{status} {body}");
    }
    let login = read(answer(400, with(400, "API_KEY_INVALID").as_bytes()), Provider::Antigravity);
    assert_eq!(login.class, Class::BadRequest);
}

#[test]
fn an_api_keys_limit_is_kept_as_evidence_and_a_day_outweighs_a_minute() {
    let violation = |id: &str, value: &str| json!({"quotaMetric": "m", "quotaId": id, "quotaValue": value, "quotaDimensions": {"model": "gemini-2.5-flash", "location": "global"}});
    let failure =
        |list: Value| json!({"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": list});
    let minute = violation("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "10");
    let day = violation("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "250");
    let of = |list: Value| {
        read(answer(429, error(429, "x", json!([failure(list)])).to_string().as_bytes()), Provider::ApiKey)
    };
    let by_minute = of(json!([minute]));
    assert_eq!((by_minute.class, by_minute.evidence.quota_value), (Class::RateLimit, Some(10)));
    let both = of(json!([minute, day]));
    assert_eq!((both.class, both.evidence.quota_value), (Class::QuotaExhausted, Some(250)));
    assert_eq!(both.evidence.model.as_deref(), Some("gemini-2.5-flash"));
    assert!(both.evidence.is_per_day());
}

/// Holds T23.
#[test]
fn only_checked_links_are_kept() {
    let help = json!({"@type": "type.googleapis.com/google.rpc.Help", "links": [
        {"description": "Learn more", "url": "https://support.google.com/x"},
        {"description": "Verify", "url": "https://example.com/phish"},
        {"description": "Verify", "url": "https://accounts.google.com/verify"},
    ]});
    let body = error(403, "x", json!([info("VALIDATION_REQUIRED", json!({})), help])).to_string();
    let fault = read(answer(403, body.as_bytes()), Provider::Antigravity);
    assert_eq!(fault.link.as_deref(), Some("https://accounts.google.com/verify"));
    assert_eq!(fault.learn_more.as_deref(), Some("https://support.google.com/x"));
}

/// Holds T24.
#[test]
fn the_words_are_bounded_and_hide_tokens() {
    let body =
        error(400, &format!("bad\u{7} token ya29.FAKE_CANARY {}", "x".repeat(5_000)), json!([])).to_string();
    let fault = read(answer(400, body.as_bytes()), Provider::Antigravity);
    assert!(fault.message.len() <= 512 && fault.message.starts_with("bad token [hidden] xxx"));
    let page = read(answer(502, b"<html>secret page</html>"), Provider::Antigravity);
    assert_eq!(page.message, "The service answered HTTP 502 without saying why.");
}

fn info(reason: &str, metadata: Value) -> Value {
    json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com", "metadata": metadata})
}

fn error(code: u16, message: &str, details: Value) -> Value {
    json!({"error": {"code": code, "message": message, "details": details}})
}

fn answer(status: u16, body: &[u8]) -> Answer<'_> {
    Answer { status, retry_after: None, body, now: NOW.parse().unwrap() }
}
