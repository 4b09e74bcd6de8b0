//! `headroom settings`

use crate::harness::{Headroom, id, scenario, service};

#[tokio::test]
async fn a_setting_is_changed_read_and_put_back() {
    let headroom = Headroom::offline();
    assert_eq!(headroom.ok(&["settings", "get", "refresh_interval_minutes"]).await.stdout, "15\n");
    let set = headroom.ok(&["settings", "set", "refresh_interval_minutes", "30"]).await;
    assert!(set.stdout.starts_with("refresh_interval_minutes  30"), "{set:?}");
    assert_eq!(headroom.ok(&["settings", "get", "refresh_interval_minutes"]).await.stdout, "30\n");
    headroom.ok(&["settings", "reset", "refresh_interval_minutes"]).await;
    assert_eq!(headroom.ok(&["settings", "get", "refresh_interval_minutes"]).await.stdout, "15\n");
}

#[tokio::test]
async fn a_value_out_of_range_is_refused_with_the_range() {
    let headroom = Headroom::offline();
    for value in ["0", "1441", "-1", "many", ""] {
        let refused = headroom.run(&["settings", "set", "refresh_interval_minutes", value]).await;
        refused.fails(2, "1440");
    }
    assert_eq!(headroom.ok(&["settings", "get", "refresh_interval_minutes"]).await.stdout, "15\n");
    headroom.run(&["settings", "get", "unheard_of"]).await.fails(2, "unheard_of");
}

#[tokio::test]
async fn the_list_says_where_a_value_comes_from() {
    let headroom = Headroom::offline().env("QUOTA_CACHE_TTL_SECONDS", "120");
    let list = headroom.ok(&["settings"]).await.stdout;
    let line = list.lines().find(|line| line.starts_with("quota_cache_ttl_seconds")).unwrap();
    assert!(line.contains("120") && line.contains("QUOTA_CACHE_TTL_SECONDS"), "{line}");
    let json = headroom.ok(&["settings", "--json"]).await.json();
    assert!(
        json.as_array()
            .unwrap()
            .iter()
            .all(|setting| setting["key"].is_string() && setting["help"].is_string())
    );
}

#[tokio::test]
async fn a_credential_and_a_model_of_it_have_values_of_their_own() {
    let scenario = scenario("[[accounts]]\nname = 'ada'\n");
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    headroom.import(&scenario).await;
    let id = id(&headroom).await;
    let model = "claude-sonnet-4-6";
    let key = "quota_protection_threshold";
    headroom.ok(&["settings", "set", key, "20", "--credential", &id]).await;
    let set = headroom.ok(&["settings", "set", key, "30", "--credential", &id, "--model", model]).await;
    assert!(set.stdout.contains(&format!("{id} {model}")), "{set:?}");
    headroom.ok(&["settings", "set", "smart_warmup_enabled", "false", "--credential", &id]).await;
    let overrides =
        async || headroom.ok(&["settings", "get", key, "--json"]).await.json()["overrides"].clone();
    let own = overrides().await;
    let values: Vec<_> = own.as_array().unwrap().iter().map(|one| (&one["model"], &one["value"])).collect();
    assert!(values.contains(&(&model.into(), &"30".into())) && values.len() == 2, "{own}");
    headroom.ok(&["settings", "reset", key, "--credential", &id, "--model", model]).await;
    assert_eq!(overrides().await.as_array().map(Vec::len), Some(1));
    headroom.run(&["settings", "set", key, "20", "--credential", "nobody"]).await.fails(3, "nobody");
}

#[tokio::test]
async fn settings_travel_in_a_file_and_in_dotenv_lines() {
    let headroom = Headroom::offline();
    headroom.ok(&["settings", "set", "refresh_interval_minutes", "45"]).await;
    let path = headroom.file("settings-export.json", "");
    headroom.ok(&["settings", "export", &path]).await;
    headroom.ok(&["settings", "reset", "refresh_interval_minutes"]).await;
    headroom.ok(&["settings", "import", &path]).await;
    assert_eq!(headroom.ok(&["settings", "get", "refresh_interval_minutes"]).await.stdout, "45\n");
    let lines = b"# mine\nREFRESH_INTERVAL_MINUTES=50\nQUOTA_CACHE_TTL_SECONDS=1\nUNHEARD_OF=1\n";
    let report = headroom.run_with(&["settings", "import", "-", "--json"], lines).await.json();
    assert_eq!(report["applied"].as_array().map(Vec::len), Some(1), "{report}");
    assert!(!report["refused"].as_array().unwrap().is_empty(), "{report}");
    assert_eq!(headroom.ok(&["settings", "get", "refresh_interval_minutes"]).await.stdout, "50\n");
    headroom.run_with(&["settings", "import", "-"], b"# nothing\n").await.fails(2, "nothing in it");
    let exported = headroom.ok(&["settings", "export"]).await.stdout;
    serde_json::from_str::<serde_json::Value>(&exported).unwrap();
}

#[tokio::test]
async fn the_guide_names_every_setting() {
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/GUIDE.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let list = Headroom::offline().ok(&["settings", "--json"]).await.json();
    for setting in list.as_array().unwrap().iter().filter(|setting| setting["secret"] == false) {
        let key = setting["key"].as_str().unwrap();
        assert!(guide.contains(&format!("| `{key}` |")), "docs/GUIDE.md does not name {key}");
    }
}
