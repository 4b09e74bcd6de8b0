//! Every state an account can be in, and every step of onboarding.

use crate::fixture::bytes;
use domain::credential::{Blocked, TierClass};
use wire::upstream::discovery::{
    Discovery, Operation, Standing, parse_load, parse_load_refusal, parse_operation,
};

#[test]
fn an_account_that_may_come_in_has_project_and_tier() {
    for (fixture, project, tier, class) in [
        ("free", Some("example-project-free1"), "Antigravity Starter Quota", TierClass::Free),
        ("pro", Some("example-project-pro1"), "Google AI Pro", TierClass::Pro),
        ("ultra", Some("example-project-ultra1"), "Google AI Ultra", TierClass::Ultra),
        ("standard", Some("example-company-project"), "Gemini Code Assist", TierClass::Project),
        ("project_object", Some("example-project-pro1"), "Antigravity", TierClass::Free),
    ] {
        let read = load(fixture);
        assert_eq!(read.standing, Standing::Ready, "{fixture}");
        assert_eq!(read.project.as_deref(), project, "{fixture}");
        let shown = read.tier.unwrap();
        assert_eq!((shown.name.as_str(), shown.class), (tier, class), "{fixture}");
    }
}

#[test]
fn an_account_that_was_never_in_is_onboarded_to_the_default_tier() {
    for (fixture, tier_id, needs_project, shown) in [
        ("not_onboarded", "free-tier", false, "Antigravity (restricted)"),
        ("legacy_only", "legacy-tier", true, "Legacy (restricted)"),
    ] {
        let read = load(fixture);
        assert_eq!(
            read.standing,
            Standing::NotOnboarded { tier_id: tier_id.into(), needs_project },
            "{fixture}"
        );
        assert_eq!(read.tier.map(|t| t.name).as_deref(), Some(shown), "{fixture}");
    }
}

#[test]
fn an_account_that_may_not_come_in_says_why() {
    let retired = load("unsupported_client").standing;
    assert!(matches!(retired, Standing::Retired { message: Some(m) } if m.contains("no longer supported")));
    for (fixture, expected, has_link) in [
        ("validation_required", Blocked::Validation, true),
        ("unsupported_location", Blocked::Ineligible, false),
        ("ineligible_age", Blocked::Ineligible, false),
    ] {
        let Standing::Blocked { why, message, link } = load(fixture).standing else { panic!("{fixture}") };
        assert_eq!((why, link.is_some()), (expected, has_link), "{fixture}");
        assert!(message.is_some(), "{fixture}");
    }
}

#[test]
fn a_tier_one_cannot_have_blocks_only_where_no_other_is_open() {
    let ineligible = r#""ineligibleTiers":[{"reasonCode":"RESTRICTED_AGE","tierId":"standard-tier"}]"#;
    let with_current =
        format!(r#"{{"currentTier":{{"id":"free-tier"}},"cloudaicompanionProject":"p",{ineligible}}}"#);
    assert_eq!(parse_load(with_current.as_bytes()).unwrap().standing, Standing::Ready);
    let open = format!(r#"{{"allowedTiers":[{{"id":"free-tier","isDefault":true}}],{ineligible}}}"#);
    let standing = parse_load(open.as_bytes()).unwrap().standing;
    assert_eq!(standing, Standing::NotOnboarded { tier_id: "free-tier".into(), needs_project: false });
    let same = open.replace("standard-tier", "free-tier");
    assert!(matches!(parse_load(same.as_bytes()).unwrap().standing, Standing::Blocked { .. }));
}

#[test]
fn a_project_account_without_project_asks_for_one() {
    for project in ["", r#","cloudaicompanionProject":"""#, r#","cloudaicompanionProject":{}"#] {
        let body = format!(r#"{{"currentTier":{{"id":"standard-tier"}}{project}}}"#);
        assert_eq!(parse_load(body.as_bytes()).unwrap().standing, Standing::NeedsProject, "{body}");
    }
}

#[test]
fn a_perimeter_around_an_organisation_is_a_project_account() {
    let read = parse_load_refusal(&bytes("loadCodeAssist/403.vpc_sc.json")).unwrap();
    assert_eq!(read.tier.map(|t| t.class), Some(TierClass::Project));
    assert_eq!(read.standing, Standing::NeedsProject);
    assert_eq!(parse_load_refusal(&bytes("errors/403.tos_disabled.json")), None);
    assert_eq!(parse_load_refusal(b""), None);
}

#[test]
fn onboarding_is_pending_done_or_refused() {
    let done = |project: Option<&str>| Operation::Done { project: project.map(str::to_owned) };
    for (fixture, expected) in [
        ("pending", Operation::Pending { name: Some("operations/FAKE.op.0001".into()) }),
        ("done", done(Some("example-project-pro1"))),
        ("done_string_project", done(Some("example-project-pro1"))),
        ("done_without_project", done(None)),
        ("done_empty_project", done(None)),
        ("done_error", Operation::Failed { message: Some("Example: onboarding refused.".into()) }),
    ] {
        let body = bytes(&format!("onboardUser/{fixture}.json"));
        assert_eq!(parse_operation(&body).unwrap(), expected, "{fixture}");
    }
}

#[test]
fn an_operations_name_cannot_lead_elsewhere() {
    for name in ["../token", "a/../b", "/absolute", "a//b", "a?b=c", "a b", "", "https://example.com"] {
        let body = format!(r#"{{"name":"{name}"}}"#);
        assert_eq!(parse_operation(body.as_bytes()).unwrap(), Operation::Pending { name: None }, "{name}");
    }
}

#[test]
fn an_answer_that_is_something_else_is_refused() {
    for body in [&br#"{"error":{"code":500}}"#[..], b"[]", b"", b"<html>"] {
        assert!(parse_load(body).is_err());
        assert!(parse_operation(body).is_err());
    }
}

fn load(fixture: &str) -> Discovery {
    parse_load(&bytes(&format!("loadCodeAssist/{fixture}.json"))).unwrap()
}
