//! The demo: every login can be imported, and every state a user can meet is there.

use serde_json::{Value, json};
use simulator::{Scenario, SimClock};

use crate::bench::{Bench, hours};

/// Imports a credential file the way a user would: refresh, then ask who it is.
async fn sign_in(bench: &Bench, file: &Value) -> (String, String) {
    let text = |name: &str| file[name].as_str().unwrap().to_owned();
    let form = [
        ("client_id", text("client_id")),
        ("client_secret", text("client_secret")),
        ("refresh_token", text("refresh_token")),
        ("grant_type", "refresh_token".to_owned()),
    ];
    let tokens = bench.send(bench.request(reqwest::Method::POST, "/token").form(&form)).await.json();
    let token = tokens["access_token"].as_str().unwrap().to_owned();
    let who = bench.send(bench.request(reqwest::Method::GET, "/userinfo").bearer_auth(&token)).await.json();
    (who["email"].as_str().unwrap().to_owned(), token)
}

async fn call(bench: &Bench, token: &str, method: &str, body: Value) -> (u16, Value) {
    let path = format!("/v1internal:{method}");
    let answer = bench.send(bench.request(reqwest::Method::POST, &path).bearer_auth(token).json(&body)).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn every_state_a_user_can_meet_is_there() {
    let scenario = Scenario::demo();
    let files = scenario.credential_files();
    let keys = scenario.api_keys();
    let bench = Bench::at(scenario, SimClock::System).await;
    let mut seen = Vec::new();
    for (name, text) in &files {
        let file: Value = serde_json::from_str(text).unwrap();
        let (email, token) = sign_in(&bench, &file).await;
        let (_, loaded) = call(&bench, &token, "loadCodeAssist", json!({})).await;
        if let Some(code) = loaded["ineligibleTiers"][0]["reasonCode"].as_str() {
            seen.push(format!("{email} {code}"));
            continue;
        }
        assert_eq!(loaded["cloudaicompanionProject"], file["project_id"], "{name}");
        let tier = loaded["paidTier"]["id"].as_str().or(loaded["currentTier"]["id"].as_str()).unwrap();
        let project = json!({"project": file["project_id"]});
        let (_, summary) = call(&bench, &token, "retrieveUserQuotaSummary", project.clone()).await;
        let (_, quota) = call(&bench, &token, "retrieveUserQuota", project).await;
        let percent = |bucket: &Value| {
            bucket["remainingFraction"].as_f64().map_or(-1, |share| (share * 100.0).round() as i64)
        };
        let groups: Vec<i64> = summary["groups"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|group| group["buckets"].as_array().unwrap())
            .map(percent)
            .collect();
        let mut buckets: Vec<i64> = quota["buckets"].as_array().into_iter().flatten().map(percent).collect();
        buckets.sort_unstable();
        buckets.dedup();
        seen.push(format!("{email} {tier} {groups:?} {buckets:?}"));
    }
    let expected = [
        "ada@example.com g1-pro-tier [69, 58, 100, 100] []",
        "bob@example.com free-tier [45, 82, 12, 7] []",
        "chen@example.com g1-ultra-tier [73, 39, 54, 26] []",
        "dora@example.com VALIDATION_REQUIRED",
        "emil@example.com UNSUPPORTED_CLIENT",
        // -1 is unknown.
        "build@company.example standard-tier [] [-1, 0, 62, 94]",
    ];
    assert_eq!(seen, expected);
    assert_eq!(keys, [("Studio".to_owned(), "FAKE_API_KEY_STUDIO".to_owned())]);
    let models = bench.request(reqwest::Method::GET, "/v1beta/models").header("x-goog-api-key", &keys[0].1);
    assert_eq!(bench.send(models).await.status, 200);
}

#[tokio::test]
async fn the_demo_moves_while_it_runs() {
    let bench = Bench::with(Scenario::demo()).await;
    let share = async |account: &str, group: &str, window: &str| {
        let state = bench.get("/_simulator/state").await.json();
        let accounts = state["accounts"].as_array().unwrap().clone();
        let of = accounts.into_iter().find(|other| other["name"] == account).unwrap();
        of["groups"][group][window]["remaining"].as_f64().unwrap()
    };
    let before =
        [share("ada", "gemini", "5h").await, share("ada", "3p", "5h").await, share("chen", "3p", "5h").await];
    bench.sim.advance(hours(1));
    let after =
        [share("ada", "gemini", "5h").await, share("ada", "3p", "5h").await, share("chen", "3p", "5h").await];
    let fallen = [0, 1, 2].map(|i| ((before[i] - after[i]) * 100.0).round() as i64);
    assert_eq!(fallen, [3, 0, 11]);
}
