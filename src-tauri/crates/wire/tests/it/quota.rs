//! Vectors of what quota answers mean, and the odd ones.

use crate::fixture::{bytes, cases, instant, seen, t0};
use domain::catalogue::Group;
use domain::quota::{
    Glimpse, GroupReading, Idleness, ModelReading, Quota, Remaining, WindowReading, idleness,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use wire::upstream::{Seen, buckets, keys, models, summary};

#[test]
fn every_quota_vector_holds() {
    for case in cases("vectors/quota_semantics.json") {
        let fixture = case["fixture"].as_str().unwrap();
        let expect = case["expect"].as_object().unwrap();
        match fixture.split('/').next().unwrap() {
            "fetchAvailableModels" => check_list(fixture, expect),
            "retrieveUserQuotaSummary" => check_summary(fixture, expect),
            "retrieveUserQuota" => check_buckets(fixture, expect),
            other => panic!("no check for {other}"),
        }
    }
}

type Expected = serde_json::Map<String, Value>;

fn check_list(fixture: &str, expect: &Expected) {
    let list = models::parse(&bytes(fixture), seen(t0())).unwrap();
    assert_eq!(list.models.is_empty(), expect.is_empty(), "{fixture}");
    for (id, expected) in expect {
        let model = list.models.iter().find(|m| m.id == *id).unwrap();
        let state = match model.own {
            _ if model.hidden => "hidden",
            None => "unknown",
            Some(own) if own.is_empty() => "exhausted",
            Some(_) => "known",
        };
        assert_eq!(expected["state"], state, "{fixture} {id}");
        if !model.hidden {
            assert_eq!(model.own.map(Remaining::fraction), expected["fraction"].as_f64(), "{fixture} {id}");
            assert_eq!(model.reset_at, instant(&expected["reset"]), "{fixture} {id}");
        }
    }
}

fn check_summary(fixture: &str, expect: &Expected) {
    let quota = read_summary(fixture);
    if expect.is_empty() {
        assert!(quota.groups.is_empty() && quota.models.is_empty(), "{fixture}");
    }
    for (key, expected) in expect {
        if key == "per_model" {
            check_models(fixture, &quota.models, expected);
        } else {
            check_group(fixture, &quota, &Group::from_key(key), expected.as_object().unwrap());
        }
    }
}

fn check_group(fixture: &str, quota: &Quota, group: &Group, expected: &Expected) {
    let now = if fixture.ends_with("after_warmup_gemini.json") { ten_minutes_later() } else { t0() };
    let binding = quota.binding(group, now).unwrap();
    let left = binding.remaining_at(now).unwrap();
    assert_eq!(expected["available"], !left.is_empty(), "{fixture} {group}");
    assert_eq!(expected["fraction"].as_f64(), Some(left.fraction()), "{fixture} {group}");
    if let Some(window) = expected.get("binding") {
        assert_eq!(window, binding.kind.as_str(), "{fixture} {group}");
    }
    if let Some(idle) = expected.get("idle") {
        let short = quota.short_window(group).unwrap();
        assert_eq!(*idle, short.idleness == Idleness::Idle, "{fixture} {group}: {:?}", short.idleness);
    }
}

fn check_models(fixture: &str, models: &[ModelReading], expected: &Value) {
    for (id, fraction) in expected.as_object().unwrap() {
        let model = models.iter().find(|m| m.id == *id).unwrap();
        assert_eq!(model.own.map(Remaining::fraction), fraction.as_f64(), "{fixture} {id}");
    }
}

fn check_buckets(fixture: &str, expect: &Expected) {
    let read = buckets::parse(&bytes(fixture), seen(t0())).unwrap();
    check_models(fixture, &read.models, &expect["per_model"]);
    assert_eq!(read.models.len(), expect["per_model"].as_object().unwrap().len(), "{fixture}");
    let limits = expect.get("limits").and_then(Value::as_object).into_iter().flatten();
    let limits: Vec<_> = limits.map(|(id, limit)| (id.clone(), limit.as_u64().unwrap())).collect();
    assert_eq!(read.limits, limits, "{fixture}");
}

/// A summary at the fixtures' clock; the one after the warmup was read ten minutes after the idle one, and is judged
/// by both.
fn read_summary(fixture: &str) -> Quota {
    let after_warmup = fixture.ends_with("after_warmup_gemini.json");
    let at = if after_warmup { ten_minutes_later() } else { t0() };
    let mut read = summary::parse(&bytes(fixture), seen(at)).unwrap();
    if after_warmup {
        let before = summary::parse(&bytes("retrieveUserQuotaSummary/idle.json"), seen(t0())).unwrap();
        judge_again(&mut read.groups, &before.groups);
    }
    Quota { groups: read.groups, models: read.models, summary_at: Some(at), ..Quota::default() }
}

/// Judges idleness by two readings.
fn judge_again(latest: &mut [GroupReading], before: &[GroupReading]) {
    let glimpse = |w: &WindowReading| Glimpse {
        answered_at: w.answered_at,
        reset: w.reset_by_service,
        remaining: w.remaining,
    };
    for window in latest.iter_mut().flat_map(|group| &mut group.windows) {
        let earlier = before.iter().flat_map(|group| &group.windows).find(|w| w.bucket == window.bucket);
        window.idleness = idleness(&window.kind, glimpse(window), earlier.map(glimpse));
    }
}

#[test]
fn a_reset_that_floats_over_two_readings_is_idle() {
    let before = summary::parse(&bytes("retrieveUserQuotaSummary/idle.json"), seen(t0())).unwrap();
    let later = bytes("retrieveUserQuotaSummary/idle_plus_10min.json");
    let mut later = summary::parse(&later, seen(ten_minutes_later())).unwrap();
    judge_again(&mut later.groups, &before.groups);
    let windows: Vec<_> = later.groups.iter().flat_map(|g| &g.windows).collect();
    assert_eq!(windows.len(), 4);
    assert!(windows.iter().all(|w| w.idleness == Idleness::Idle));
}

#[test]
fn an_exhausted_week_decides_over_its_short_window() {
    let quota = read_summary("retrieveUserQuotaSummary/weekly_exhausted.json");
    let empty: Vec<_> = quota.groups.iter().filter_map(|g| quota.refills_at(&g.group, t0())).collect();
    assert!(!empty.is_empty());
    for group in &quota.groups {
        let lowest = group.windows.iter().filter_map(|w| w.remaining).min();
        assert_eq!(quota.binding(&group.group, t0()).and_then(|w| w.remaining), lowest);
    }
}

#[test]
fn odd_buckets_are_unknown_shown_and_counted() {
    let read = parse_summary("retrieveUserQuotaSummary/odd_fields.json");
    let by_id = |id: &str| read.groups[0].windows.iter().find(|w| w.bucket == id).unwrap();
    assert_eq!(by_id("gemini-weekly").remaining, None);
    assert!(by_id("gemini-5h").disabled);
    assert_eq!(by_id("gemini-30d").remaining, Remaining::clamped(0.5));
    assert_eq!(by_id("gemini-30d").kind.as_str(), "monthly");
    assert!(!by_id("gemini-30d").binds(&Group::Gemini));
    assert_eq!(by_id("gemini-amount").remaining, None);
    assert!(by_id("gemini-amount").binds(&Group::Gemini));
}

#[test]
fn the_language_servers_envelope_reads_like_the_bare_answer() {
    let read = parse_summary("retrieveUserQuotaSummary/ls_wrapped.json");
    let left: Vec<_> = read.groups.iter().map(|g| (g.group.key(), g.windows[0].remaining)).collect();
    assert_eq!(left, [("gemini", Remaining::clamped(0.955_476_3)), ("3p", Some(Remaining::FULL))]);
    assert_eq!(read.odd, 0);
}

#[test]
fn a_difference_of_the_clocks_moves_resets_to_ours() {
    let skew = SignedDuration::from_mins(7);
    let ours = t0() - skew;
    let seen = Seen { answered_at: t0(), observed_at: ours, skew };
    let read = summary::parse(&bytes("retrieveUserQuotaSummary/idle.json"), seen).unwrap();
    let short = read.groups[0].windows.iter().find(|w| w.kind.as_str() == "5h").unwrap();
    assert_eq!(short.reset_by_service, Some(t0() + SignedDuration::from_hours(5)));
    assert_eq!(short.reset_at, Some(ours + SignedDuration::from_hours(5)));
    assert_eq!(short.idleness, Idleness::Idle);
}

#[test]
fn what_the_contract_documents_is_not_odd() {
    for fixture in ["pro", "idle", "weekly_exhausted", "free_weekly_only", "gcp_all_models", "empty"] {
        assert_eq!(parse_summary(&format!("retrieveUserQuotaSummary/{fixture}.json")).odd, 0, "{fixture}");
    }
    for fixture in ["pro", "free", "exhausted_claude", "steps_20pct", "empty"] {
        let body = bytes(&format!("fetchAvailableModels/{fixture}.json"));
        assert_eq!(models::parse(&body, seen(t0())).unwrap().odd, 0, "{fixture}");
    }
    for fixture in ["standard", "with_amounts", "empty"] {
        let body = bytes(&format!("retrieveUserQuota/{fixture}.json"));
        assert_eq!(buckets::parse(&body, seen(t0())).unwrap().odd, 0, "{fixture}");
    }
}

#[test]
fn the_list_comes_in_the_pickers_order_with_groups_and_successors() {
    let list = models::parse(&bytes("fetchAvailableModels/pro.json"), seen(t0())).unwrap();
    let first: Vec<_> = list.models.iter().take(3).map(|m| m.id.as_str()).collect();
    assert_eq!(first, ["gemini-3.6-flash-high", "gemini-3.6-flash-medium", "gemini-3.6-flash-low"]);
    let ids = |entries: Vec<&str>| entries.into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        ids(list.models.iter().map(|m| m.id.as_str()).collect()),
        ids(list.catalogue.iter().map(|c| c.id.as_str()).collect())
    );
    let claude = list.models.iter().find(|m| m.id == "claude-opus-4-6-thinking").unwrap();
    assert_eq!(claude.group, Some(Group::ThirdParty));
    assert!(list.replaced.contains(&("claude-sonnet-4-5".into(), "claude-sonnet-4-6".into())));
    let entry = |id: &str| list.catalogue.iter().find(|c| c.id == id).unwrap();
    assert_eq!(entry("gemini-pro-agent").min_thinking_budget, 128);
    assert_eq!(entry("claude-opus-4-6-thinking").min_thinking_budget, 1_024);
    assert!(entry("gemini-3.1-flash-image").makes_images && entry("gemini-3.1-flash-lite").searches_web);
}

#[test]
fn every_odd_shape_of_the_list_degrades_its_own_model() {
    let list = models::parse(&bytes("fetchAvailableModels/minimal.json"), seen(t0())).unwrap();
    let own = |id: &str| list.models.iter().find(|m| m.id == id).unwrap().own.map(Remaining::fraction);
    assert_eq!(own("gemini-3-flash"), Some(1.0));
    assert_eq!(own("model-without-quota"), None);
    assert_eq!(own("model-empty-quota"), None);
    assert_eq!(own("model-exhausted"), Some(0.0));
    assert_eq!(own("model-unknown-fields"), Some(0.5));
    assert_eq!(list.odd, 2);
}

#[test]
fn of_several_numbers_of_a_model_the_lowest_known_counts() {
    for (model, expected) in [
        (r#"{"quotaInfo":{"remainingFraction":0.9},"dailyQuotaInfo":{"remainingFraction":0.2}}"#, Some(0.2)),
        (r#"{"quotaInfos":[{"remainingFraction":0.7},{"remainingFraction":0.4},{}]}"#, Some(0.4)),
        (r#"{"quotaInfoByTier":{"a":{"remainingFraction":0.3},"b":7}}"#, Some(0.3)),
        (r#"{"quotaInfoByWindow":{"5h":{}}}"#, None),
        (r#"{"quotaInfo":{"remainingFraction":"0.5","resetTime":"2026-09-01T05:00:00Z"}}"#, None),
        (r#"{"quotaInfo":{"remainingFraction":null,"resetTime":"2026-09-01T05:00:00Z"}}"#, None),
        (r#"{"quotaInfo":{"resetTime":"2036-09-01T05:00:00Z"}}"#, None),
        (r#"{"quotaInfo":{"remainingFraction":1.7}}"#, Some(1.0)),
        (r#"{"quotaInfo":{"remainingFraction":-1}}"#, Some(0.0)),
    ] {
        let body = format!(r#"{{"models":{{"m":{model}}}}}"#);
        let list = models::parse(body.as_bytes(), seen(t0())).unwrap();
        assert_eq!(list.models[0].own.map(Remaining::fraction), expected, "{model}");
    }
}

#[test]
fn deprecated_ids_come_in_several_forms() {
    for (list, expected) in [
        (r#"{"old":{"newModelId":"new"}}"#, &[("old", "new")][..]),
        (r#"{"old":"new","same":"same","bad":7}"#, &[("old", "new")]),
        (r#"[{"oldModelId":"old","newModelId":"new"},{"newModelId":"new"}]"#, &[("old", "new")]),
        (r#"["old"]"#, &[]),
        ("7", &[]),
    ] {
        let body = format!(r#"{{"models":{{}},"deprecatedModelIds":{list}}}"#);
        let read = models::parse(body.as_bytes(), seen(t0())).unwrap();
        let pairs: Vec<_> = read.replaced.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
        assert_eq!(pairs, expected, "{list}");
    }
}

#[test]
fn doubled_buckets_are_hidden_and_no_group_is_claimed() {
    let read = buckets::parse(&bytes("retrieveUserQuota/standard.json"), seen(t0())).unwrap();
    assert_eq!(read.models.len(), 9);
    assert!(read.models.iter().all(|m| m.hidden == m.id.ends_with("_vertex") && m.group.is_none()));
}

#[test]
fn an_api_keys_list_has_models_without_numbers() {
    let body = br#"{"models":[
        {"name":"models/gemini-2.5-flash","displayName":"Gemini 2.5 Flash","supportedGenerationMethods":["generateContent","countTokens"]},
        {"name":"models/embedding-001","supportedGenerationMethods":["embedContent"]},
        {"displayName":"nameless"}
    ],"nextPageToken":"FAKE_NEXT"}"#;
    let read = keys::parse_models(body, seen(t0())).unwrap();
    let shown: Vec<_> = read.models.iter().map(|m| (m.id.as_str(), m.hidden, m.own)).collect();
    assert_eq!(shown, [("gemini-2.5-flash", false, None), ("embedding-001", true, None)]);
    assert_eq!((read.next_page.as_deref(), read.odd), (Some("FAKE_NEXT"), 1));
    assert!(keys::parse_models(b"{}", seen(t0())).unwrap().models.is_empty());
}

#[test]
fn what_is_no_quota_answer_is_refused_instead_of_read_as_empty() {
    let error = br#"{"error":{"code":429,"message":"x"}}"#;
    for body in
        [&error[..], b"[]", b"7", b"null", b"", b"<html>", br#"{"groups":{},"models":7,"buckets":"x"}"#]
    {
        let text = String::from_utf8_lossy(body);
        assert!(summary::parse(body, seen(t0())).is_err(), "{text}");
        assert!(models::parse(body, seen(t0())).is_err(), "{text}");
        assert!(buckets::parse(body, seen(t0())).is_err(), "{text}");
        assert!(keys::parse_models(body, seen(t0())).is_err(), "{text}");
    }
}

fn parse_summary(fixture: &str) -> summary::Summary {
    summary::parse(&bytes(fixture), seen(t0())).unwrap()
}

fn ten_minutes_later() -> Timestamp {
    t0() + SignedDuration::from_mins(10)
}
