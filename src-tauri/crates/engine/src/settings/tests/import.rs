use super::*;
use crate::secrets::VaultCell;

async fn import(text: &str) -> (SettingsKeeper, Vec<String>, Vec<(String, String)>) {
    let (store, face) = memory();
    let (keeper, _) = load(&store, &face).await;
    keeper.bind(VaultCell::in_memory().unwrap());
    let report = keeper.import(text).await.unwrap();
    let refused = report.refused.into_iter().map(|r| (r.key, r.reason)).collect();
    (keeper, report.applied, refused)
}

#[tokio::test]
async fn the_lines_of_an_env_file_are_taken_one_by_one() {
    let (keeper, applied, refused) = import(
        "# quota\nexport REFRESH_INTERVAL_MINUTES=30\nWARMUP_MODELS=\"gemini-3-flash,claude-sonnet-4-5\" # two\n\
         quota_cache_ttl_seconds=90\nQUOTA_PROTECTION_THRESHOLD=100\nPANEL_PASSWORD=FAKE_PASSWORD\n\
         SMART_WARMUP_MAX_CONCURRENT=3\nthis is no line FAKE_LINE\nPROXY_ALLOW_LAN=true\nPROXY_LOG_PROMPTS=true\nHEADROOM_KEY_STORAGE=file\n",
    )
    .await;
    assert_eq!(applied, ["quota_cache_ttl_seconds", "refresh_interval_minutes", "warmup_models"]);
    let names: Vec<&str> = refused.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(
        names,
        [
            "quota_protection_threshold",
            "PANEL_PASSWORD",
            "SMART_WARMUP_MAX_CONCURRENT",
            "line 8",
            "proxy_allow_lan",
            "proxy_log_prompts",
            "key_storage"
        ]
    );
    let reason =
        |key: &str| refused.iter().find(|(k, _)| k == key).map(|(_, reason)| reason.as_str()).unwrap();
    assert!(reason("quota_protection_threshold").contains("1 to 99"));
    assert!(reason("SMART_WARMUP_MAX_CONCURRENT").contains("no effect"));
    assert!(reason("proxy_allow_lan").contains("less safe"));
    assert!(reason("proxy_log_prompts").contains("less safe"));
    assert!(!refused.iter().any(|(_, reason)| reason.contains("FAKE")));
    let now = keeper.current();
    assert_eq!(
        (now.refresh_interval_minutes, now.quota_cache_ttl_seconds, now.proxy_allow_lan),
        (30, 90, false)
    );
    assert_eq!(now.warmup_models, ["gemini-3-flash", "claude-sonnet-4-5"]);
}

/// Holds T25.
#[tokio::test]
async fn an_export_imports_to_the_same() {
    let (store, face) = memory();
    let (keeper, _) = load(&store, &face).await;
    keeper.set("refresh_interval_minutes", &Scope::Everywhere, "30").await.unwrap();
    keeper.set("smart_warmup_hours", &Scope::Everywhere, "mon-fri 06:00-20:00").await.unwrap();
    keeper.set("quota_protection_threshold", &Scope::Credential("ada".into()), "20").await.unwrap();
    let (other, applied, refused) = import(&keeper.export().text).await;
    assert_eq!(refused, []);
    assert!(applied.contains(&"refresh_interval_minutes".to_owned()));
    assert_eq!(other.current(), keeper.current());
    assert_eq!(other.own_value("quota_protection_threshold", "ada", None).as_deref(), Some("20"));
    assert_eq!(other.export(), keeper.export());
}

/// Holds T24, T10.
#[tokio::test]
async fn secrets_of_an_import_are_encrypted_and_not_told() {
    for text in [
        "oauth_client_id_antigravity=FAKE_CLIENT_ID\n",
        "{\"oauth_client_id_antigravity\": \"FAKE_CLIENT_ID\", \"nonsense\": 1}",
    ] {
        let (keeper, applied, _) = import(text).await;
        assert_eq!(applied, ["oauth_client_id_antigravity"]);
        let view = keeper.get("oauth_client_id_antigravity").await.unwrap();
        assert_eq!((view.is_set, view.value), (true, None));
        assert!(!keeper.export().text.contains("FAKE"));
    }
}

#[tokio::test]
async fn what_is_no_document_is_refused_whole() {
    let (store, face) = memory();
    let (keeper, _) = load(&store, &face).await;
    for text in ["", "# only a comment", "{\"refresh_interval_minutes\": 30", "{]"] {
        assert!(matches!(keeper.import(text).await, Err(SettingsError::NotADocument(_))), "{text:?}");
    }
    assert!(keeper.import(&"A=1\n".repeat(400_000)).await.is_err());
    assert_eq!(store.settings_all().await.unwrap(), []);
}
