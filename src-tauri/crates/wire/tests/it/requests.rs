//! The bodies we send, against the contract's.

use crate::fixture::json;
use domain::credential::Provider;
use serde_json::Value;
use wire::upstream::{buckets, discovery, models, summary};

#[test]
fn every_control_request_is_the_contracts() {
    let company = Some("example-company-project");
    for (fixture, body) in [
        ("fetchAvailableModels.json", models::request(Some("example-project-pro1"))),
        ("fetchAvailableModels.no_project.json", models::request(None)),
        ("retrieveUserQuotaSummary.json", summary::request(Some("example-project-pro1"))),
        ("retrieveUserQuota.json", buckets::request(company)),
        ("loadCodeAssist.antigravity.json", discovery::load_request(Provider::Antigravity, None)),
        ("loadCodeAssist.gemini_cli.json", discovery::load_request(Provider::GeminiCli, company)),
        (
            "onboardUser.antigravity.json",
            discovery::onboard_request(Provider::Antigravity, "free-tier", None),
        ),
        (
            "onboardUser.gemini_cli.standard.json",
            discovery::onboard_request(Provider::GeminiCli, "standard-tier", company),
        ),
    ] {
        let sent: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(sent, json(&format!("requests/{fixture}")), "{fixture}");
    }
}

#[test]
fn antigravity_is_never_sent_a_project_when_it_loads() {
    let with = discovery::load_request(Provider::Antigravity, Some("example-project"));
    assert_eq!(with, discovery::load_request(Provider::Antigravity, None));
}
