//! What holds for anything that may come in.

use crate::fixture::{seen, t0};
use domain::credential::Provider;
use domain::fault::{FURTHEST, decide};
use domain::quota::Remaining;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Map, Value};
use wire::duration::{duration_in_message, duration_of, parse_duration};
use wire::fault::{Answer, read};
use wire::upstream::{Seen, buckets, discovery, keys, models, summary, token, userinfo};

/// The names the parsers look for, so that generated documents get past their first line.
const NAMES: [&str; 40] = [
    "groups",
    "buckets",
    "bucketId",
    "displayName",
    "window",
    "resetTime",
    "remainingFraction",
    "remaining",
    "case",
    "value",
    "disabled",
    "response",
    "models",
    "quotaInfo",
    "quotaInfos",
    "quotaInfoByTier",
    "agentModelSorts",
    "modelIds",
    "deprecatedModelIds",
    "newModelId",
    "modelId",
    "remainingAmount",
    "currentTier",
    "paidTier",
    "allowedTiers",
    "ineligibleTiers",
    "reasonCode",
    "id",
    "name",
    "error",
    "message",
    "details",
    "@type",
    "metadata",
    "violations",
    "quotaId",
    "token",
    "refresh_token",
    "accounts",
    "type",
];
/// The texts they look for.
const TEXTS: [&str; 24] = [
    "5h",
    "weekly",
    "gemini-5h",
    "3p-weekly",
    "gemini-3-flash",
    "claude-sonnet-4-6",
    "2026-09-01T05:00:00Z",
    "2026-09-01T05:00:00+08:00",
    "1788220800",
    "9999-12-31T23:59:59Z",
    "-009999-01-01T00:00:00Z",
    "not a date",
    "remainingFraction",
    "type.googleapis.com/google.rpc.ErrorInfo",
    "type.googleapis.com/google.rpc.RetryInfo",
    "type.googleapis.com/google.rpc.QuotaFailure",
    "QUOTA_EXHAUSTED",
    "RATE_LIMIT_EXCEEDED",
    "1h16m0.6s",
    "0",
    "antigravity",
    "gemini",
    "standard-tier",
    "Your quota will reset after 42s.",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_duration_written_comes_back(ms in 0i64..=1_000_000_000_000) {
        let duration = SignedDuration::from_millis(ms);
        prop_assert_eq!(parse_duration(&go_text(ms)), Some(duration));
        prop_assert_eq!(parse_duration(&format!("{ms}ms")), Some(duration));
        let object = serde_json::json!({"seconds": (ms / 1_000).to_string(), "nanos": ms % 1_000 * 1_000_000});
        prop_assert_eq!(duration_of(&object), Some(duration));
        prop_assert_eq!(duration_in_message(&format!("Resets in {}.", go_text(ms))), Some(duration));
    }

    #[test]
    fn a_duration_rounds_up_by_less_than_a_millisecond(nanos in 0u64..=1_000_000_000_000_000) {
        let text = format!("{}.{:09}s", nanos / 1_000_000_000, nanos % 1_000_000_000);
        let ms = parse_duration(&text).unwrap().as_millis();
        let exact = i128::from(nanos);
        prop_assert!(ms * 1_000_000 >= exact && (ms - 1) * 1_000_000 < exact);
    }

    /// Holds F57.
    #[test]
    fn no_text_is_a_negative_duration(text in "[0-9.hmsuµn -]{0,24}|.{0,40}") {
        prop_assert!(parse_duration(&text).is_none_or(|d| !d.is_negative()));
        prop_assert!(duration_in_message(&text).is_none_or(|d| !d.is_negative()));
    }

    /// Holds F55, G14.
    #[test]
    fn a_document_of_any_shape_gives_shares_in_range_or_none(document in document(), second in 0i64..4_000_000_000, skew in -86_400i64..86_400) {
        let body = document.to_string();
        check_parsers(body.as_bytes(), moment(second, skew))?;
    }

    /// Holds F15.
    #[test]
    fn any_bytes_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        check_parsers(&body, seen(t0()))?;
    }

    #[test]
    fn every_fault_has_a_delay_within_eight_days_and_a_decision(
        body in prop_oneof![error_body().prop_map(|v| v.to_string().into_bytes()), document().prop_map(|v| v.to_string().into_bytes()), proptest::collection::vec(any::<u8>(), 0..100)],
        status in prop_oneof![Just(0u16), Just(200), Just(400), Just(403), Just(429), Just(503), any::<u16>()],
        header in proptest::option::of("[0-9]{0,22}|.{0,30}|Tue, 01 Sep 2026 00:00:30 GMT"),
        provider in proptest::sample::select(Provider::ALL.to_vec()),
        second in 0i64..4_000_000_000,
        attempt in 0u32..6,
    ) {
        let now = Timestamp::from_second(second).unwrap();
        let fault = read(Answer { status, retry_after: header.as_deref(), body: &body, now }, provider);
        prop_assert!(fault.delay.is_none_or(|d| (SignedDuration::ZERO..=FURTHEST).contains(&d)), "{:?}", fault.delay);
        prop_assert!(fault.reset_at.is_none_or(|r| r >= now && now.duration_until(r) <= FURTHEST));
        prop_assert!(!fault.message.is_empty() && fault.message.len() <= 512);
        prop_assert!(!fault.message.chars().any(char::is_control));
        for link in fault.link.iter().chain(&fault.learn_more) {
            prop_assert_eq!(wire::link::checked(link), Some(link.clone()));
        }
        let decision = decide(&fault, provider, attempt, now);
        prop_assert!(decision.same.is_none_or(|after| after.delay <= SignedDuration::from_secs(10)));
    }

    /// Holds T23.
    #[test]
    fn no_text_becomes_a_link_elsewhere(text in "https://[a-z.@:/\\\\#?]{0,20}google\\.com[a-z.@:/\\\\#?]{0,20}|.{0,60}") {
        if let Some(link) = wire::link::checked(&text) {
            let host = link.strip_prefix("https://").unwrap().split('/').next().unwrap().to_owned();
            prop_assert!(host == "google.com" || [".google.com", ".googleapis.com", ".google.dev"].iter().any(|h| host.ends_with(h)), "{link}");
        }
    }
}

/// Every parser on one body; the ones with numbers give them in range.
fn check_parsers(body: &[u8], at: Seen) -> Result<(), TestCaseError> {
    let in_range = |share: Option<Remaining>| share.is_none_or(|s| (0.0..=1.0).contains(&s.fraction()));
    if let Ok(read) = summary::parse(body, at) {
        prop_assert!(read.groups.iter().flat_map(|g| &g.windows).all(|w| in_range(w.remaining)));
        prop_assert!(read.models.iter().all(|m| in_range(m.own)));
    }
    if let Ok(read) = models::parse(body, at) {
        prop_assert!(read.models.iter().all(|m| in_range(m.own)));
        prop_assert_eq!(read.models.len(), read.catalogue.len());
    }
    if let Ok(read) = buckets::parse(body, at) {
        prop_assert!(read.models.iter().all(|m| in_range(m.own)));
    }
    if let Ok(read) = keys::parse_models(body, at) {
        prop_assert!(read.models.iter().all(|m| m.own.is_none()));
    }
    let _ =
        (discovery::parse_load(body), discovery::parse_load_refusal(body), discovery::parse_operation(body));
    let _ = (token::parse(body), token::refusal(400, body), userinfo::parse(body));
    let _ = wire::credential_file::read("file.json", body);
    Ok(())
}

/// An answer at any time between 1970 and 2096, by clocks up to a day apart.
fn moment(second: i64, skew: i64) -> Seen {
    let answered_at = Timestamp::from_second(second).unwrap();
    let skew = SignedDuration::from_secs(skew);
    Seen { answered_at, observed_at: answered_at.checked_sub(skew).unwrap(), skew }
}

/// Any JSON, half of it made of names and texts the parsers know.
fn document() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            proptest::collection::vec((name(), inner), 0..7).prop_map(object),
        ]
    })
}

fn object(fields: Vec<(String, Value)>) -> Value {
    Value::Object(fields.into_iter().collect::<Map<_, _>>())
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => proptest::sample::select(NAMES.to_vec()).prop_map(str::to_owned), 1 => ".{0,8}"]
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0.0..=1.0f64).prop_map(Value::from),
        text().prop_map(Value::from),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => proptest::sample::select(TEXTS.to_vec()).prop_map(str::to_owned), 1 => "(?s).{0,20}"]
}

/// An error body with everything in its place, and any text in it.
fn error_body() -> impl Strategy<Value = Value> {
    let detail = (proptest::sample::select(TEXTS[13..16].to_vec()), text(), text(), text(), text()).prop_map(
        |(kind, reason, delay, stamp, retry)| {
            serde_json::json!({"@type": kind, "reason": reason, "retryDelay": retry,
                "metadata": {"quotaResetDelay": delay, "quotaResetTimeStamp": stamp, "validation_url": retry},
                "violations": [{"quotaId": reason, "quotaValue": delay}]})
        },
    );
    (any::<u16>(), text(), proptest::collection::vec(detail, 0..4))
        .prop_map(|(code, message, details)| serde_json::json!({"error": {"code": code, "message": message, "details": details}}))
}

/// Go's own writing: hours, minutes, seconds with a fraction.
fn go_text(ms: i64) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    let rest = format!("{seconds}.{:03}s", ms % 1_000);
    match (hours, minutes) {
        (0, 0) => rest,
        (0, _) => format!("{minutes}m{rest}"),
        _ => format!("{hours}h{minutes}m{rest}"),
    }
}
