use super::*;
use domain::settings::{Kind, SETTINGS, Settings};
use proptest::prelude::*;
use serde_json::json;

#[tokio::test]
async fn the_file_shows_every_setting_in_its_own_type() {
    let (store, face) = memory();
    load(&store, &face).await;
    for setting in SETTINGS {
        let value = face.value(setting.key);
        let fits = match setting.kind {
            Kind::Bool => value.is_boolean(),
            Kind::Integer { .. } => value.is_u64(),
            Kind::List => value.is_array(),
            Kind::Choice(_) | Kind::Text => value.is_string(),
        };
        assert!(fits, "{}: {value}", setting.key);
    }
}

#[tokio::test]
async fn what_people_edit_wins_at_the_next_start() {
    let (store, face) = memory();
    let (keeper, _) = load(&store, &face).await;
    keeper.set("language", &Scope::Everywhere, "en").await.unwrap();
    keeper.set("quota_cache_ttl_seconds", &Scope::Everywhere, "90").await.unwrap();
    face.edit(|m| {
        m.insert("refresh_interval_minutes".into(), json!(25));
        m.insert("warmup_models".into(), json!(["a", "b"]));
        m.insert("quota_protection_enabled".into(), json!("on"));
        m.insert(
            "overrides".into(),
            json!([{"key": "quota_protection_threshold", "credential": "ada", "value": 33}]),
        );
        m.remove("quota_cache_ttl_seconds");
    });
    let (again, problems) = load(&store, &face).await;
    assert_eq!(problems, []);
    let now = again.current();
    assert_eq!((now.refresh_interval_minutes, now.quota_cache_ttl_seconds), (25, 60));
    assert_eq!(now.warmup_models, ["a", "b"]);
    assert!(now.quota_protection_enabled);
    assert_eq!(now.language, domain::settings::Language::En, "what was not edited stays");
    assert_eq!(again.own_value("quota_protection_threshold", "ada", None).as_deref(), Some("33"));
    assert_eq!(load(&store, &face).await.0.current(), now, "and it is durable");
}

#[tokio::test]
async fn a_file_that_is_as_it_was_written_does_not_win() {
    let (store, face) = memory();
    let (keeper, _) = load(&store, &face).await;
    let before = face.text();
    keeper.set("refresh_interval_minutes", &Scope::Everywhere, "30").await.unwrap();
    // A crash after the database and before the file: the file is an older one of ours.
    *face.document.lock().unwrap() = Some(before.clone().into());
    store.put_meta("settings_written", Some(&before)).await.unwrap();
    let (again, _) = load(&store, &face).await;
    assert_eq!(again.current().refresh_interval_minutes, 30);
    assert_eq!(face.value("refresh_interval_minutes"), 30);
}

#[tokio::test]
async fn a_reformatted_file_is_not_an_edited_one() {
    let (store, face) = memory();
    load(&store, &face).await;
    let members: serde_json::Value = serde_json::from_str(&face.text()).unwrap();
    *face.document.lock().unwrap() = Some(format!("\u{feff}{members}").into());
    assert_eq!(load(&store, &face).await.1, []);
    assert_eq!(store.settings_all().await.unwrap(), []);
}

#[tokio::test]
async fn bad_values_in_the_file_are_reported_one_by_one_and_the_good_ones_taken() {
    let (store, face) = memory();
    load(&store, &face).await;
    face.edit(|m| {
        m.insert("refresh_interval_minutes".into(), json!(0));
        m.insert("quota_cache_ttl_seconds".into(), json!({"seconds": 30}));
        m.insert("smart_warmup_scan_interval_seconds".into(), json!(120));
        m.insert("future_setting".into(), json!([1, 2]));
        m.insert("oauth_client_secret_antigravity".into(), json!("FAKE_SECRET"));
    });
    let (keeper, problems) = load(&store, &face).await;
    let mut found = codes(&problems);
    found.sort_unstable();
    assert_eq!(found, ["secret_in_settings", "setting_refused", "setting_refused", "setting_unknown"]);
    assert_eq!(summary(&problems).len(), 3);
    assert!(
        !summary(&problems)
            .iter()
            .any(|(_, text)| text.english.contains("FAKE") || text.chinese.contains("FAKE"))
    );
    let now = keeper.current();
    assert_eq!(
        (now.refresh_interval_minutes, now.quota_cache_ttl_seconds, now.smart_warmup_scan_interval_seconds),
        (15, 60, 120)
    );
    assert_eq!(face.value("refresh_interval_minutes"), 15, "the file shows what holds");
    assert_eq!(face.value("future_setting"), json!([1, 2]), "what a newer version may know is kept");
    assert!(!face.text().contains("FAKE_SECRET"));
    assert_eq!(load(&store, &face).await.1, [], "said once");
}

/// Holds F36.
#[tokio::test]
async fn an_unreadable_file_is_put_aside_and_written_anew() {
    for bad in ["", "{\"a\": 1}}", "[1]", "{\"refresh_interval_minutes\": 30", "\u{0}\u{0}", "nonsense"] {
        let (store, face) = memory();
        let (keeper, _) = load(&store, &face).await;
        keeper.set("refresh_interval_minutes", &Scope::Everywhere, "30").await.unwrap();
        *face.document.lock().unwrap() = Some(bad.into());
        let (again, problems) = load(&store, &face).await;
        assert_eq!(codes(&problems), ["settings_unreadable"], "{bad:?}");
        assert!(problems[0].message().english.contains("corrupt-20260301T120000Z"));
        assert_eq!(*face.aside.lock().unwrap(), ["corrupt-20260301T120000Z"]);
        assert_eq!(again.current().refresh_interval_minutes, 30);
        assert_eq!(face.value("refresh_interval_minutes"), 30);
    }
    let (store, face) = memory();
    *face.document.lock().unwrap() = Some(vec![0xff, 0xfe, 0x00]);
    assert_eq!(codes(&load(&store, &face).await.1), ["settings_unreadable"]);
}

/// Holds T32, T11.
#[tokio::test]
async fn an_edited_file_opens_no_door() {
    for (key, value) in [
        ("proxy_allow_lan", json!(true)),
        ("proxy_hosts", json!(["desk.example"])),
        ("proxy_listen", json!("0.0.0.0:8045")),
        ("proxy_origins", json!(["https://app.example.com"])),
        ("proxy_log_prompts", json!(true)),
        ("key_storage", json!("file")),
        ("upstream_urls", json!(["http://127.0.0.1:9999"])),
        ("oauth_token_url", json!("http://127.0.0.1:9999/token")),
    ] {
        let (store, face) = memory();
        let (keeper, _) = load(&store, &face).await;
        let before = keeper.current();
        face.edit(|m| {
            m.insert(key.into(), value);
            m.insert("refresh_interval_minutes".into(), json!(25));
        });
        let (again, problems) = load(&store, &face).await;
        assert_eq!(problems, [SettingsProblem::Withheld(key)]);
        assert!(problems[0].message().english.contains("settings set"));
        assert_eq!(again.current().text(key), before.text(key));
        assert_eq!(again.current().refresh_interval_minutes, 25, "the rest is taken");
        assert_ne!(face.value(key), json!(true));
    }
}

/// Holds T32.
#[tokio::test]
async fn all_doors_together_stay_shut_too() {
    let (store, face) = memory();
    load(&store, &face).await;
    face.edit(|m| {
        m.insert("proxy_allow_lan".into(), json!(true));
        m.insert("proxy_hosts".into(), json!(["desk.example"]));
        m.insert("proxy_listen".into(), json!("0.0.0.0:8045"));
    });
    let (keeper, problems) = load(&store, &face).await;
    assert_eq!(codes(&problems), ["setting_withheld"; 3]);
    let now = keeper.current();
    assert!(now.proxy_listen.ip().is_loopback() && !now.proxy_allow_lan && now.proxy_hosts.is_empty());
}

#[tokio::test]
async fn a_file_that_cannot_be_written_stops_nothing() {
    let (store, face) = memory();
    *face.refuses.lock().unwrap() = true;
    let (keeper, problems) = load(&store, &face).await;
    assert_eq!(codes(&problems), ["settings_unwritten"]);
    keeper.set("refresh_interval_minutes", &Scope::Everywhere, "30").await.unwrap();
    assert_eq!(load(&store, &face).await.0.current().refresh_interval_minutes, 30);
}

/// Holds F36.
#[tokio::test]
async fn the_real_file_is_replaced_whole_and_put_aside_under_its_time() {
    let dir = tempfile::tempdir().unwrap();
    let face = FileFace::new(dir.path().join("settings.json"));
    assert_eq!(face.read().unwrap(), None);
    face.write("{}").unwrap();
    assert_eq!(face.read().unwrap().as_deref(), Some("{}"));
    let kept = face.keep_aside("corrupt-1").unwrap().unwrap();
    assert_eq!(kept, dir.path().join("settings.json.corrupt-1"));
    assert_eq!(face.read().unwrap(), None);
    crate::store::file::replace(face.path(), &vec![b' '; 5 * 1024 * 1024]).unwrap();
    assert!(face.read().is_err());
}

fn any_setting() -> impl Strategy<Value = (usize, String)> {
    (
        0..SETTINGS.len(),
        "[0-9]{1,4}|true|false|[a-z-]{1,12}(,[a-z-]{1,12}){0,2}|mon-fri 06:00-20:00|hard|soft|file|zh-CN|http://proxy.example:1",
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    /// Holds F36.
    #[test]
    fn what_is_saved_loads_the_same(changes in proptest::collection::vec(any_setting(), 0..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (before, after, exported) = runtime.block_on(async {
            let (store, face) = memory();
            let (keeper, _) = load(&store, &face).await;
            for (row, value) in changes {
                // Most draws are no value of their setting; those are refused and change nothing.
                let _ = keeper.set(SETTINGS[row].key, &Scope::Everywhere, &value).await;
            }
            let (again, problems) = load(&store, &face).await;
            assert_eq!(problems, []);
            // Into an empty database, from the file alone: all but what takes the user's own word.
            let fresh = Store::in_memory().unwrap();
            let (third, _) = load(&fresh, &FakeFace::holding(&keeper.export().text)).await;
            let current = keeper.current();
            // Those that open a door, and the key's place, which moves by itself only.
            let withheld = Settings::defaults(crate::VERSION).lowered_by(&current);
            for key in withheld.into_iter().chain(["key_storage"]) {
                third.set(key, &Scope::Everywhere, &current.text(key).unwrap()).await.unwrap();
            }
            (keeper.current(), again.current(), third.current())
        });
        prop_assert_eq!(&before, &after);
        prop_assert_eq!(&before, &exported);
    }
}
