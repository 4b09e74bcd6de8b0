//! `loadCodeAssist` and `onboardUser` for every kind of account, against the captured bodies.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::{AccountKind, AccountSpec, CallKind, Flag, Onboarded, OnboardingSpec, Tier};

use crate::bench::{Bench, fixture};

async fn load(spec: AccountSpec, request: &str) -> (u16, Value) {
    let bench = Bench::of(spec).await;
    let answer = bench.assist("ada", "loadCodeAssist", &fixture(request)).await;
    assert!(answer.headers.contains_key("x-cloudaicompanion-trace-id"));
    (answer.status, answer.json())
}

async fn check(spec: AccountSpec, captured: &str) {
    let (status, body) = load(spec, "requests/loadCodeAssist.antigravity.json").await;
    assert_eq!((status, body), (200, fixture(&format!("loadCodeAssist/{captured}.json"))), "{captured}");
}

fn ada(project: &str) -> AccountSpec {
    AccountSpec { project: Some(project.into()), ..AccountSpec::new("ada") }
}

#[tokio::test]
async fn every_subscription_reads_like_its_capture() {
    check(ada("example-project-free1").tier(Tier::Free), "free").await;
    check(ada("example-project-pro1").tier(Tier::Pro), "pro").await;
    check(ada("example-project-ultra1").tier(Tier::Ultra), "ultra").await;
    check(ada("example-company-project").tier(Tier::Standard), "standard").await;
}

#[tokio::test]
async fn accounts_without_a_tier_read_like_their_captures() {
    let new = |tier| AccountSpec { onboarded: false, ..AccountSpec::new("ada").tier(tier) };
    check(new(Tier::Pro), "not_onboarded").await;
    check(new(Tier::Legacy), "legacy_only").await;
    check(AccountSpec::new("ada").flag(Flag::Retired), "unsupported_client").await;
    check(AccountSpec::new("ada").flag(Flag::ValidationRequired), "validation_required").await;
    check(AccountSpec::new("ada").flag(Flag::UnsupportedLocation), "unsupported_location").await;
    check(AccountSpec::new("ada").flag(Flag::RestrictedAge), "ineligible_age").await;
}

#[tokio::test]
async fn the_project_may_be_an_object_or_missing() {
    let request = "requests/loadCodeAssist.antigravity.json";
    let (_, body) = load(AccountSpec { project_object: true, ..ada("example-project-pro1") }, request).await;
    let expected = fixture("loadCodeAssist/project_object.json")["cloudaicompanionProject"].clone();
    assert_eq!(body["cloudaicompanionProject"], expected);
    assert_eq!(load(ada(""), request).await.1.get("cloudaicompanionProject"), None);
}

#[tokio::test]
async fn a_policy_refuses_the_call_and_any_reason_code_can_be_given() {
    let (status, body) =
        load(AccountSpec::new("ada").flag(Flag::PolicyDenied), "requests/loadCodeAssist.gemini_cli.json")
            .await;
    assert_eq!((status, body), (403, fixture("loadCodeAssist/403.vpc_sc.json")));
    let dasher = AccountSpec { ineligible_reason: Some("DASHER_USER".into()), ..AccountSpec::new("ada") };
    let (_, body) = load(dasher, "requests/loadCodeAssist.antigravity.json").await;
    assert_eq!(body["ineligibleTiers"][0]["reasonCode"], "DASHER_USER");
    assert_eq!(body.get("currentTier"), None);
}

#[tokio::test]
async fn an_unknown_field_is_refused() {
    let bench = Bench::ada().await;
    let answer = bench.assist("ada", "loadCodeAssist", &json!({"metaData": {}})).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text.contains("Unknown name \\\"metaData\\\": Cannot find field."), "{}", answer.text);
}

fn newcomer(ends: Onboarded, polls: u32) -> AccountSpec {
    AccountSpec {
        onboarded: false,
        onboarding: OnboardingSpec { ends, polls },
        ..AccountSpec { project: Some("example-project-pro1".into()), ..AccountSpec::new("ada") }
    }
}

#[track_caller]
fn same_but_name(body: &Value, captured: &str) {
    let mut expected = fixture(&format!("onboardUser/{captured}.json"));
    expected["name"] = body["name"].clone();
    assert_eq!(*body, expected, "{captured}");
}

#[tokio::test]
async fn onboarding_is_polled_until_it_is_done_and_gives_a_tier_and_a_project() {
    let bench = Bench::of(newcomer(Onboarded::Project, 2)).await;
    let request = fixture("requests/onboardUser.antigravity.json");
    let first = bench.assist("ada", "onboardUser", &request).await.json();
    same_but_name(&first, "pending");
    let path = format!("/v1internal/{}", first["name"].as_str().unwrap());
    let poll = || bench.send(bench.request(Method::GET, &path).bearer_auth("ya29.FAKE_ada"));
    assert_eq!(poll().await.json()["done"], false);
    same_but_name(&poll().await.json(), "done");
    assert_eq!(bench.last_call().method, CallKind::Operation);

    let loaded = bench
        .assist("ada", "loadCodeAssist", &fixture("requests/loadCodeAssist.antigravity.json"))
        .await
        .json();
    assert_eq!(loaded["currentTier"]["id"], "free-tier");
    assert_eq!(loaded["cloudaicompanionProject"], "example-project-pro1");
}

#[tokio::test]
async fn asking_again_is_as_good_as_polling() {
    let bench = Bench::of(newcomer(Onboarded::Project, 1)).await;
    let request = fixture("requests/onboardUser.antigravity.json");
    let answers = [
        bench.assist("ada", "onboardUser", &request).await.json(),
        bench.assist("ada", "onboardUser", &request).await.json(),
    ];
    assert_eq!(answers[0]["name"], answers[1]["name"]);
    assert_eq!([&answers[0]["done"], &answers[1]["done"]], [false, true]);
}

#[tokio::test]
async fn every_end_of_onboarding_reads_like_its_capture() {
    for (ends, captured) in [
        (Onboarded::StringProject, "done_string_project"),
        (Onboarded::NoProject, "done_without_project"),
        (Onboarded::Error, "done_error"),
    ] {
        let bench = Bench::of(newcomer(ends, 0)).await;
        let answer =
            bench.assist("ada", "onboardUser", &fixture("requests/onboardUser.antigravity.json")).await;
        same_but_name(&answer.json(), captured);
    }
    let bench = Bench::of(newcomer(Onboarded::EmptyProject, 0)).await;
    let answer = bench.assist("ada", "onboardUser", &fixture("requests/onboardUser.antigravity.json")).await;
    assert_eq!(answer.json()["response"]["cloudaicompanionProject"], json!({}));
}

#[tokio::test]
async fn a_project_goes_with_tiers_that_want_one_and_no_other() {
    let refused = (400, fixture("onboardUser/400.failed_precondition.json"));
    let bench = Bench::of(newcomer(Onboarded::Project, 0)).await;
    let mut request = fixture("requests/onboardUser.antigravity.json");
    request["cloudaicompanionProject"] = "example-project-pro1".into();
    let answer = bench.assist("ada", "onboardUser", &request).await;
    assert_eq!((answer.status, answer.json()), refused);

    let company = newcomer(Onboarded::Project, 0).tier(Tier::Standard).kind(AccountKind::GeminiCli);
    let bench = Bench::of(company).await;
    let mut request = fixture("requests/onboardUser.gemini_cli.standard.json");
    let answer = bench.assist("ada", "onboardUser", &request).await.json();
    assert_eq!(answer["response"]["cloudaicompanionProject"]["id"], "example-company-project");
    request.as_object_mut().unwrap().remove("cloudaicompanionProject");
    let answer = bench.assist("ada", "onboardUser", &request).await;
    assert_eq!((answer.status, answer.json()), refused);
}
