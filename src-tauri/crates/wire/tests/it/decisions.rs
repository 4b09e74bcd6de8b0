//! Vectors of what follows from an error answer.

use crate::fixture::{bytes, files, instant, json, t0};
use domain::credential::Provider;
use domain::fault::{Class, Cooldown, Decision, Fault, First, Mark, Scope, Until, decide};
use jiff::SignedDuration;
use serde_json::Value;
use wire::fault::{Answer, read};

/// Holds F1, F2, F9, F10.
#[test]
fn every_decision_vector_holds() {
    let vectors = json("vectors/error_decisions.json");
    assert_eq!(instant(&vectors["clock"]), Some(t0()));
    let provider: Provider = vectors["provider"].as_str().unwrap().parse().unwrap();
    let grace = SignedDuration::from_millis(vectors["grace_ms"].as_i64().unwrap());
    assert_eq!(domain::fault::GRACE, grace);
    let decisions = vectors["decisions"].as_array().unwrap();
    assert!(!decisions.is_empty());
    for vector in decisions {
        let fault = fault(vector["fixture"].as_str().unwrap());
        assert_eq!(vector["class"], fault.class.key(), "{vector}");
        let first = decide(&fault, provider, 0, t0());
        let same = first.same.map(|after| i64::try_from(after.delay.as_millis()).unwrap());
        assert_eq!(same, vector.get("retry_same_after_ms").and_then(Value::as_i64), "{vector}");
        check(vector, &settled(&fault, first, provider));
    }
}

/// The vectors show a 401 as what follows once the refreshed token was refused too: "mark and rotate only on the
/// second".
fn settled(fault: &Fault, first: Decision, provider: Provider) -> Decision {
    if first.same.is_some_and(|after| after.first == First::RefreshToken) {
        assert_eq!((first.rotate, first.cooldown, first.mark), (false, None, None));
        return decide(fault, provider, 1, t0());
    }
    first
}

#[track_caller]
fn check(vector: &Value, decision: &Decision) {
    let scope = match decision.scope() {
        Scope::Credential => "credential",
        Scope::Group => "family",
        Scope::Model => "model",
        Scope::None => "none",
    };
    assert_eq!(vector["cooldown_scope"], scope, "{vector}");
    assert_eq!(vector["rotate"], decision.rotate, "{vector}");
    assert_eq!(vector["surface_status"], decision.surface_status, "{vector}");
    assert_eq!(
        vector.get("mark_credential").and_then(Value::as_str),
        decision.mark.map(Mark::key),
        "{vector}"
    );
    let until = match decision.cooldown {
        Some(Cooldown { until: Until::At(until), .. }) => Some(until),
        Some(Cooldown { until: Until::Discovery { .. } | Until::UserActs, .. }) | None => None,
    };
    let after = |ms: i64| t0() + SignedDuration::from_millis(ms);
    let expected = vector
        .get("cooldown_until")
        .and_then(instant)
        .or_else(|| vector.get("cooldown_ms").and_then(Value::as_i64).map(after));
    // The vectors give no end for the rest of a credential; the table does.
    if decision.scope() != Scope::Credential {
        assert_eq!(until, expected, "{vector}");
    }
}

#[test]
fn every_error_fixture_has_the_class_its_name_says() {
    for (prefix, class) in [
        ("400.claude.invalid_signature", Class::BadSignature),
        ("400.corrupted", Class::BadSignature),
        ("400.missing_thought", Class::BadSignature),
        ("400.location", Class::LocationUnsupported),
        ("400", Class::BadRequest),
        ("401", Class::Unauthenticated),
        ("403.iam", Class::Forbidden),
        ("403.permission", Class::Forbidden),
        ("403.scope", Class::ScopeInsufficient),
        ("403.service", Class::ServiceDisabled),
        ("403.tos", Class::AccountSuspended),
        ("403.validation", Class::ValidationRequired),
        ("404", Class::ModelNotFound),
        ("429.array", Class::QuotaExhausted),
        ("429.capacity", Class::Capacity),
        ("429.insufficient", Class::QuotaExhausted),
        ("429.per_day", Class::QuotaExhausted),
        ("429.per_minute", Class::RateLimit),
        ("429.quota", Class::QuotaExhausted),
        ("429.rate", Class::RateLimit),
        ("429.unstructured", Class::Unstructured),
        ("499", Class::Transient),
        ("500", Class::Transient),
        ("502", Class::Transient),
        ("503.capacity", Class::Capacity),
        ("503.unavailable", Class::Transient),
        ("504", Class::Transient),
        ("529", Class::Capacity),
    ] {
        let names: Vec<_> =
            files("errors").into_iter().filter(|n| n.starts_with(&format!("errors/{prefix}"))).collect();
        assert!(!names.is_empty(), "{prefix}");
        for name in names.iter().filter(|name| prefix != "400" || fault(name).class == Class::BadRequest) {
            assert_eq!(fault(name).class, class, "{name}");
        }
    }
}

#[test]
fn what_an_error_proves_is_kept() {
    let weekly = fault("errors/429.quota_exhausted.weekly.json");
    assert_eq!(weekly.evidence.model.as_deref(), Some("gemini-3.6-flash-high"));
    assert_eq!(weekly.reset_at, Some("2026-09-05T12:48:29Z".parse().unwrap()));
    assert_eq!(weekly.delay, Some(SignedDuration::from_millis(391_709_796)));
    let minute = fault("errors/429.per_minute.json");
    assert_eq!(minute.evidence.quota_id.as_deref(), Some("RequestsPerMinutePerUser"));
    assert_eq!(minute.evidence.quota_value, Some(120));
    let claude = fault("errors/400.claude.no_prefill.json");
    assert!(claude.message.starts_with("This model does not support assistant message prefill."));
}

#[test]
fn a_burst_limit_is_waited_for_with_the_same_credential() {
    let burst = fault("errors/429.rate_limit.json");
    let decision = decide(&burst, Provider::Antigravity, 0, t0());
    assert_eq!(decision.same.map(|after| after.delay), Some(SignedDuration::from_millis(480)));
    assert_eq!((decision.scope(), decision.rotate), (Scope::None, false));
}

#[test]
fn links_come_from_help_or_metadata_and_only_to_the_service() {
    for name in ["errors/403.validation_required.json", "errors/403.validation_required.metadata_only.json"] {
        let fault = fault(name);
        assert!(
            fault.link.is_some_and(|l| l.starts_with("https://accounts.google.com/signin/continue?")),
            "{name}"
        );
        assert_eq!(
            fault.learn_more.as_deref(),
            Some("https://support.google.com/accounts?p=al_alert"),
            "{name}"
        );
    }
    let disabled = fault("errors/403.service_disabled.json");
    assert!(disabled.link.is_some_and(|link| link.starts_with("https://console.developers.google.com/")));
    assert_eq!(fault("errors/403.tos_disabled.json").link, None);
}

/// An error fixture, answered with the status its name begins with.
pub fn fault(name: &str) -> Fault {
    let status = name.trim_start_matches("errors/").split('.').next().unwrap().parse().unwrap();
    let body = bytes(name);
    read(Answer { status, retry_after: None, body: &body, now: t0() }, Provider::Antigravity)
}
