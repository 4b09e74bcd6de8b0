//! What a cron job is told.

use super::*;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

fn model(id: &str, left: Value, protected: bool, rests: bool) -> Value {
    json!({"id": id, "display_name": id, "group": "3p", "remaining": null, "effective_remaining": left,
           "reset_at": "2026-08-31T12:05:00Z", "source": "summary", "observed_at": "2026-08-31T10:00:00Z",
           "stale": false, "contradicts": false, "protected": protected,
           "cooldown_until": rests.then_some("2026-08-31T11:05:00Z"), "cooldown_reason": null, "last_warmup_at": null})
}

fn document(state: &str, models: Vec<Value>) -> QuotaDocument {
    serde_json::from_value(
        json!({"at": "2026-08-31T10:01:00Z", "sentence": "", "demo": false, "credentials": [
        {"id": "a", "name": "Ada", "provider": "antigravity", "state": state, "state_reason": null,
         "state_since": null, "needs_user": false, "link": null, "tier": null, "last_quota_refresh": null,
         "reading": false, "failure": null, "headline": null, "groups": [], "models": models}]}),
    )
    .unwrap()
}

#[track_caller]
fn check(need: &str, document: &QuotaDocument, expected: Option<(Exit, &str)>) {
    let look = Look { width: None, now: "2026-08-31T10:01:00Z".parse().unwrap(), zone: TimeZone::UTC };
    let failure = Need::parse(need).unwrap().check(document, &look).err();
    let found = failure.as_ref().map(|failure| (failure.exit, failure.message.as_str()));
    match (found, expected) {
        (None, None) => {}
        (Some((exit, words)), Some((expected, part))) if exit == expected && words.contains(part) => {}
        _ => panic!("{need}: {found:?}, not {expected:?}"),
    }
}

#[test]
fn enough_is_enough_and_a_little_less_is_not() {
    let some = document("active", vec![model("claude-sonnet-4-6", json!(0.2), false, false)]);
    check("claude", &some, None);
    check("Claude=20%", &some, None);
    check("claude-sonnet-4-6=20", &some, None);
    check("claude=21", &some, Some((Exit::NothingMatched, "20 % at most, the first comes back 12:05")));
    let nothing = document("active", vec![model("claude-sonnet-4-6", json!(0.0), false, false)]);
    check("claude", &nothing, Some((Exit::NothingMatched, "0 % at most")));
    check("claude=0", &nothing, Some((Exit::NothingMatched, "0 % at most")));
}

#[test]
fn what_is_kept_back_or_rests_is_not_there_to_use() {
    let kept = document("active", vec![model("claude-x", json!(0.5), true, false)]);
    check("claude", &kept, Some((Exit::NothingMatched, "back 12:05")));
    let rests = document("active", vec![model("claude-x", json!(0.5), false, true)]);
    check("claude", &rests, Some((Exit::NothingMatched, "back 11:05")));
}

#[test]
fn unknown_is_neither_yes_nor_no() {
    let unknown = document("active", vec![model("claude-x", Value::Null, false, false)]);
    check("claude", &unknown, Some((Exit::Failed, "is not known")));
    let better =
        vec![model("claude-x", Value::Null, false, false), model("claude-y", json!(0.3), false, false)];
    check("claude=20", &document("active", better), None);
}

#[test]
fn a_name_ends_at_a_dash_and_other_states_do_not_count() {
    let some = vec![model("gemini-3-prod", json!(1.0), false, false)];
    check("gemini-3-pro", &document("active", some.clone()), Some((Exit::NothingMatched, "no active")));
    check("gemini", &document("disabled", some), Some((Exit::NothingMatched, "no active")));
}

#[test]
fn a_percentage_that_is_none_is_wrong_usage() {
    for need in ["claude=", "claude=-1", "claude=101", "claude=x", "=20", ""] {
        assert_eq!(Need::parse(need).unwrap_err().exit, Exit::Usage, "{need:?}");
    }
}
