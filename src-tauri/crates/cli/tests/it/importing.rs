//! `headroom import`

use crate::harness::{Headroom, scenario, service};
use simulator::Scenario;

fn people() -> Scenario {
    scenario("[[accounts]]\nname = 'ada'\n\n[[accounts]]\nname = 'emil'\nkind = 'gemini-cli'\n")
}

#[tokio::test]
async fn a_file_from_stdin_is_taken() {
    let scenario = people();
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    let (_, content) = scenario.credential_files().remove(0);
    let report = headroom.run_with(&["import", "-", "--json"], content.as_bytes()).await;
    assert_eq!(report.code, Some(0), "{report:?}");
    let entry = &report.json()["entries"][0];
    assert_eq!(
        (entry["outcome"].as_str(), entry["file"].as_str()),
        (Some("added"), Some("stdin")),
        "{entry}"
    );
    let again = headroom.run_with(&["import", "-", "--json"], content.as_bytes()).await;
    assert_eq!(again.json()["entries"][0]["outcome"], "duplicate", "{again:?}");
}

#[tokio::test]
async fn a_trial_stores_nothing() {
    let scenario = people();
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    let (name, content) = scenario.credential_files().remove(0);
    let path = headroom.file(&name, content);
    let trial = headroom.ok(&["import", "--dry-run", &path]).await;
    assert!(trial.stdout.starts_with("would add"), "{trial:?}");
    let listed = headroom.ok(&["credentials", "--json"]).await.json();
    assert_eq!(listed["credentials"].as_array().map(Vec::len), Some(0));
    assert_eq!(simulator.calls().len(), 0, "a trial asks nobody");
}

#[tokio::test]
async fn a_folder_and_paths_from_here_are_taken() {
    let scenario = people();
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    for (name, content) in scenario.credential_files() {
        headroom.file(&format!("export/{name}"), content);
    }
    // Relative to where the command runs, whoever reads it.
    let engine = headroom.serve(&[]).await;
    let report = headroom.ok(&["import", "export", "--json"]).await.json();
    let outcomes: Vec<_> =
        report["entries"].as_array().unwrap().iter().map(|entry| &entry["outcome"]).collect();
    assert_eq!(outcomes, ["added", "added"], "{report}");
    engine.stop().await;
}

#[tokio::test]
async fn what_is_no_credential_fails_with_its_reason() {
    let headroom = Headroom::offline();
    let path = headroom.file("notes.json", "{\"hello\": \"FAKE_SECRET\"}");
    let refused = headroom.run(&["import", &path]).await;
    refused.fails(1, "nothing was imported");
    assert!(refused.stdout.starts_with("rejected"), "{refused:?}");
    assert!(!refused.stdout.contains("FAKE_SECRET"), "{refused:?}");
    headroom.run(&["import", "missing.json"]).await.fails(1, "nothing was imported");
}

#[tokio::test]
async fn nothing_to_import_is_nothing_matched() {
    let headroom = Headroom::offline();
    let inside = headroom.file("empty/nested/.keep", "");
    let folder = std::path::Path::new(&inside).parent().unwrap();
    std::fs::remove_file(&inside).unwrap();
    headroom.run(&["import", &folder.display().to_string()]).await.fails(3, "no credential");
}

#[tokio::test]
async fn the_settings_of_another_program_come_with_its_logins() {
    let scenario = people();
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    let (_, login) = scenario.credential_files().remove(0);
    let token = serde_json::from_str::<serde_json::Value>(&login).unwrap()["refresh_token"].clone();
    let account = serde_json::json!({"id": "a1", "email": "ada@example.com", "disabled": true,
        "token": {"access_token": "ya29.x", "refresh_token": token, "expiry_timestamp": 0}});
    headroom.file("tools/accounts/a1.json", account.to_string());
    headroom.file("tools/accounts.json", r#"{"version": "2.0", "accounts": [{"id": "a1"}]}"#);
    headroom.file(
        "tools/gui_config.json",
        r#"{"refresh_interval": 20, "scheduled_warmup": {"enabled": true}, "quota_protection": {"threshold_percentage": 0}}"#,
    );
    let trial = headroom.ok(&["import", "--dry-run", "tools"]).await.stdout;
    assert!(trial.contains("would add") && trial.contains("refresh_interval_minutes"), "{trial}");
    let report = headroom.ok(&["import", "tools", "--json"]).await.json();
    let entry = &report["entries"][0];
    assert_eq!((&entry["outcome"], &entry["disabled"]), (&"added".into(), &true.into()), "{report}");
    assert_eq!(report["settings"]["applied"], serde_json::json!(["refresh_interval_minutes"]), "{report}");
    let refused: Vec<_> =
        report["settings"]["refused"].as_array().unwrap().iter().map(|one| &one["key"]).collect();
    assert_eq!(refused, ["quota_protection_threshold", "smart_warmup_enabled"], "{report}");
    assert_eq!(headroom.ok(&["settings", "get", "refresh_interval_minutes"]).await.stdout, "20\n");
    assert_eq!(headroom.ok(&["settings", "get", "smart_warmup_enabled"]).await.stdout, "false\n");
    let listed = headroom.ok(&["credentials", "--json"]).await.json();
    assert_eq!(listed["credentials"][0]["state"], "disabled", "{listed}");
}
