//! The catalogue of refusals the upstream has been seen to send, by name, and the ones made to measure.
//!
//! Bodies lie in `bodies/errors` and `bodies/oauth`; their absolute times count from [`T0`] and are moved to the
//! simulator's clock when they are sent. When to send which is decided elsewhere.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{reply::Reply, span, window::Window};

/// The instant all fixture times belong to, 2026-09-01T00:00:00Z, as Unix seconds.
const T0: i64 = 1_788_220_800;

/// One refusal of the catalogue.
pub(crate) struct Entry {
    pub name: &'static str,
    pub status: u16,
    pub content_type: &'static str,
    text: &'static str,
}

const JSON: &str = "application/json; charset=UTF-8";
const HTML: &str = "text/html; charset=UTF-8";

macro_rules! api {
    ($status:literal, $name:literal) => {
        Entry {
            name: $name,
            status: $status,
            content_type: JSON,
            text: include_str!(concat!("bodies/errors/", $name, ".json")),
        }
    };
}

macro_rules! oauth {
    ($status:literal, $name:literal) => {
        Entry {
            name: concat!("oauth.", $name),
            status: $status,
            content_type: JSON,
            text: include_str!(concat!("bodies/oauth/", $name, ".json")),
        }
    };
}

static CATALOGUE: [Entry; 64] = [
    api!(400, "400.claude.invalid_signature"),
    api!(400, "400.claude.max_tokens_le_budget"),
    api!(400, "400.claude.no_prefill"),
    api!(400, "400.claude.tool_result_without_tool_use"),
    api!(400, "400.corrupted_thought_signature"),
    api!(400, "400.empty_part"),
    api!(400, "400.failed_precondition"),
    api!(400, "400.generic"),
    api!(400, "400.invalid_argument.schema_type"),
    api!(400, "400.invalid_argument.unknown_field"),
    api!(400, "400.location"),
    api!(400, "400.missing_thought_signature"),
    api!(400, "400.prompt_too_long"),
    api!(400, "400.studio.api_key_invalid"),
    api!(400, "400.thinking_level_and_budget"),
    api!(401, "401"),
    api!(401, "401.missing_credentials"),
    api!(401, "401.token_type_unsupported"),
    api!(403, "403.iam_permission_denied"),
    api!(403, "403.permission_denied"),
    api!(403, "403.scope_insufficient"),
    api!(403, "403.service_disabled"),
    api!(403, "403.studio.blocked"),
    api!(403, "403.studio.referrer"),
    api!(403, "403.studio.service_disabled"),
    api!(403, "403.studio.unregistered"),
    api!(403, "403.tos_disabled"),
    api!(403, "403.tos_text_only"),
    api!(403, "403.validation_required"),
    api!(403, "403.validation_required.metadata_only"),
    api!(403, "403.vpc_sc"),
    api!(404, "404"),
    api!(429, "429.array_wrapped"),
    api!(429, "429.capacity"),
    api!(429, "429.insufficient_credits"),
    api!(429, "429.per_day"),
    api!(429, "429.per_minute"),
    api!(429, "429.quota_exhausted"),
    api!(429, "429.quota_exhausted.weekly"),
    api!(429, "429.rate_limit"),
    api!(429, "429.rate_limit.42s"),
    api!(429, "429.rate_limit.no_delay"),
    api!(429, "429.unstructured"),
    api!(499, "499"),
    api!(500, "500"),
    Entry { name: "502", status: 502, content_type: HTML, text: include_str!("bodies/errors/502.html") },
    api!(503, "503.capacity"),
    api!(503, "503.capacity.no_retry_info"),
    api!(503, "503.studio.overloaded"),
    api!(503, "503.unavailable"),
    api!(504, "504"),
    api!(529, "529.claude_overloaded"),
    oauth!(403, "access_denied"),
    oauth!(403, "admin_policy_enforced"),
    oauth!(500, "internal_failure"),
    oauth!(401, "invalid_client"),
    oauth!(400, "invalid_grant"),
    oauth!(400, "invalid_grant.bad_code"),
    oauth!(400, "invalid_grant.bad_request"),
    oauth!(400, "invalid_request"),
    oauth!(400, "invalid_scope"),
    oauth!(403, "rate_limit_exceeded"),
    oauth!(401, "unauthorized_client"),
    oauth!(400, "unsupported_grant_type"),
];

/// Names of all refusals that can be scripted: `429.quota_exhausted`, `oauth.invalid_grant` …
pub fn error_names() -> impl Iterator<Item = &'static str> {
    CATALOGUE.iter().map(|entry| entry.name)
}

/// A refusal by name.
pub(crate) fn find(name: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|entry| entry.name == name)
}

impl Entry {
    /// The answer as it is sent at `now`.
    pub(crate) fn reply(&self, now: Timestamp) -> Reply {
        let text = self.body(now).map_or_else(|| self.text.to_owned(), |body| body.to_string());
        Reply::text(self.status, self.content_type, text)
    }

    /// Its body, where that is JSON.
    pub(crate) fn body(&self, now: Timestamp) -> Option<Value> {
        serde_json::from_str(self.text).ok().map(|body| rebase(body, now))
    }
}

/// The refusal of this name; a name that does not exist is a 500, which a test over all uses in this crate rules out.
pub(crate) fn reply(name: &str, now: Timestamp) -> Reply {
    match find(name) {
        Some(entry) => entry.reply(now),
        None => refusal(500, "INTERNAL", &format!("the simulator knows no refusal `{name}`"), None),
    }
}

/// Moves every RFC 3339 time in a fixture from [`T0`] to `now`.
pub(crate) fn rebase(value: Value, now: Timestamp) -> Value {
    match value {
        Value::String(text) => Value::String(rebased_time(&text, now).unwrap_or(text)),
        Value::Array(items) => items.into_iter().map(|item| rebase(item, now)).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, rebase(value, now))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

fn rebased_time(text: &str, now: Timestamp) -> Option<String> {
    // Only texts that begin like a date are looked at: the parser would take more.
    let looks_like_a_time = text.len() >= 20 && text.as_bytes()[..4].iter().all(u8::is_ascii_digit);
    let then: Timestamp = text.parse().ok().filter(|_| looks_like_a_time)?;
    let base = Timestamp::from_second(T0).ok()?;
    Some(wire_time(now.checked_add(then.duration_since(base)).ok()?))
}

/// An instant as the upstream writes it: whole seconds, UTC.
pub(crate) fn wire_time(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

/// An error in the shape of `upstream-api` §7.1.
pub(crate) fn refusal(status: u16, name: &str, message: &str, details: Option<Value>) -> Reply {
    let mut error = json!({"code": status, "message": message, "status": name});
    if let Some(details) = details {
        error["details"] = details;
    }
    Reply::json(status, &json!({"error": error}))
}

/// The two details every timed 429 carries.
fn timed_details(reason: &str, model: &str, delay: SignedDuration, until: Timestamp) -> Value {
    json!([
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "cloudcode-pa.googleapis.com",
         "metadata": {"uiMessage": "true", "model": model, "quotaResetDelay": span::go(delay), "quotaResetTimeStamp": wire_time(until)}},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": span::proto(delay)}
    ])
}

/// 429 `QUOTA_EXHAUSTED`: `window` is empty until `until`.
pub(crate) fn quota_exhausted(model: &str, window: &Window, until: Timestamp, now: Timestamp) -> Reply {
    let delay = until.duration_since(now);
    let said = span::go_whole(delay);
    let message = if window.length > SignedDuration::from_hours(24) {
        format!("Individual quota reached. Contact your administrator to enable overages. Resets in {said}.")
    } else {
        format!("You have exhausted your capacity on this model. Your quota will reset after {said}.")
    };
    refusal(429, "RESOURCE_EXHAUSTED", &message, Some(timed_details("QUOTA_EXHAUSTED", model, delay, until)))
}

/// 429 `RATE_LIMIT_EXCEEDED`: too many requests a second.
pub(crate) fn rate_limited(model: &str, delay: SignedDuration, now: Timestamp) -> Reply {
    let until = now.checked_add(delay).unwrap_or(now);
    let message = format!(
        "You have exhausted your capacity on this model. Your quota will reset after {}.",
        span::go_whole(delay)
    );
    refusal(
        429,
        "RESOURCE_EXHAUSTED",
        &message,
        Some(timed_details("RATE_LIMIT_EXCEEDED", model, delay, until)),
    )
}

/// The flat error shape of the OAuth endpoints.
#[derive(Serialize)]
struct OAuthError<'a> {
    error: &'a str,
    error_description: &'a str,
}

/// An OAuth refusal whose text is not in the catalogue.
pub(crate) fn oauth(status: u16, error: &str, error_description: &str) -> Reply {
    Reply::json(status, &OAuthError { error, error_description })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2027-03-04T05:06:07.5Z".parse().unwrap()
    }

    #[test]
    fn every_name_is_there_once_and_starts_with_its_status() {
        let mut names: Vec<_> = error_names().collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CATALOGUE.len());
        for entry in CATALOGUE.iter().filter(|entry| !entry.name.starts_with("oauth.")) {
            assert!(entry.name.starts_with(&entry.status.to_string()), "{}", entry.name);
        }
    }

    #[test]
    fn json_entries_carry_their_own_status() {
        for entry in
            CATALOGUE.iter().filter(|entry| entry.content_type == JSON && !entry.name.starts_with("oauth."))
        {
            let body: Value = serde_json::from_str(entry.text).unwrap();
            let error = body.get(0).unwrap_or(&body);
            let code = error["error"]["code"].as_u64();
            assert!(entry.status == 529 || code == Some(entry.status.into()), "{}: {code:?}", entry.name);
        }
    }

    #[test]
    fn times_move_to_the_clock_and_nothing_else_changes() {
        let body = json!({"a": ["2026-09-01T01:43:56Z", "1h43m56s", "2026"], "b": {"c": "2026-08-31T23:00:00Z", "d": 20260901}});
        let expected = json!({"a": ["2027-03-04T06:50:03Z", "1h43m56s", "2026"], "b": {"c": "2027-03-04T04:06:07Z", "d": 20260901}});
        assert_eq!(rebase(body, now()), expected);
    }

    #[test]
    fn a_made_refusal_reads_like_the_captured_one() {
        let base = Timestamp::from_second(T0).unwrap();
        let delay = SignedDuration::new(6236, 291_482_673);
        let window = Window::named("5h").unwrap();
        let made = quota_exhausted("claude-sonnet-4-6", &window, base + delay, base).into_text();
        let captured = find("429.quota_exhausted").unwrap().text;
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(read(&made), read(captured));
    }

    #[test]
    fn a_made_weekly_refusal_reads_like_the_captured_one() {
        let base = Timestamp::from_second(T0).unwrap();
        let delay = SignedDuration::new(391_709, 795_762_633);
        let window = Window::named("weekly").unwrap();
        let made = quota_exhausted("gemini-3.6-flash-high", &window, base + delay, base).into_text();
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(read(&made), read(find("429.quota_exhausted.weekly").unwrap().text));
    }
}
