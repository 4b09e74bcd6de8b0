use super::*;
use crate::secrets::{SecretName, SystemKeychain, VaultCell};
use domain::settings::{KeyStorage, SECRETS, SETTINGS, address};
use proptest::prelude::*;
use secrecy::ExposeSecret;

const EVERYWHERE: Scope = Scope::Everywhere;

#[tokio::test]
async fn a_change_holds_at_once_everywhere_and_after_a_restart() {
    let (store, face) = memory();
    let (keeper, problems) = load(&store, &face).await;
    assert_eq!(problems, []);
    let mut watch = keeper.watch();
    let view = keeper.set("refresh_interval_minutes", &EVERYWHERE, " 30 ").await.unwrap();
    assert_eq!(
        (view.value.as_deref(), view.source.as_str(), view.default.as_str()),
        (Some("30"), "settings", "15")
    );
    assert!(watch.has_changed().unwrap());
    assert_eq!(watch.borrow_and_update().refresh_interval_minutes, 30);
    assert_eq!(face.value("refresh_interval_minutes"), 30);
    let (again, problems) = load(&store, &face).await;
    assert_eq!((again.current().refresh_interval_minutes, problems), (30, vec![]));
    let view = again.reset("refresh_interval_minutes", &EVERYWHERE).await.unwrap();
    assert_eq!((view.value.as_deref(), view.source.as_str()), (Some("15"), "default"));
    assert_eq!(face.value("refresh_interval_minutes"), 15);
}

#[tokio::test]
async fn a_value_out_of_range_is_refused_with_the_range_and_the_old_one_stays() {
    let (store, face) = memory();
    let (keeper, _) = load(&store, &face).await;
    keeper.set("refresh_interval_minutes", &EVERYWHERE, "30").await.unwrap();
    for (key, value, part) in [
        ("refresh_interval_minutes", "0", "1 to 1440"),
        ("upstream_urls", "https://evil.example", "googleapis.com"),
        ("proxy_listen", "0.0.0.0:8045", "proxy_allow_lan"),
        ("nonsense", "1", "no setting"),
    ] {
        let error = keeper.set(key, &EVERYWHERE, value).await.unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(keeper.current().refresh_interval_minutes, 30);
    let model = Scope::Credential("ada".into());
    assert!(keeper.set("refresh_interval_minutes", &model, "20").await.is_err());
    assert!(matches!(
        keeper.set("smart_warmup_max_concurrent", &EVERYWHERE, "2").await,
        Err(SettingsError::NoEffect(_))
    ));
}

/// Holds T11.
#[tokio::test]
async fn the_network_opens_only_step_by_step() {
    let (store, face) = memory();
    let (keeper, _) = load(&store, &face).await;
    for (key, value) in
        [("proxy_allow_lan", "true"), ("proxy_hosts", "desk.example"), ("proxy_listen", "0.0.0.0:8045")]
    {
        keeper.set(key, &EVERYWHERE, value).await.unwrap();
    }
    assert!(!keeper.current().proxy_listen.ip().is_loopback());
    keeper.set("proxy_allow_lan", &EVERYWHERE, "false").await.unwrap();
    assert!(keeper.current().proxy_listen.ip().is_loopback(), "without the permission it goes back");
}

#[tokio::test]
async fn environment_and_flags_overrule_and_are_named() {
    let (store, face) = memory();
    let vars =
        [("REFRESH_INTERVAL_MINUTES", "20"), ("QUOTA_CACHE_TTL_SECONDS", "4"), ("HEADROOM_LANGUAGE", " ")];
    let flags = [("proxy_listen", "127.0.0.1:9000")];
    let (keeper, problems) = load_with(&store, &face, &vars, &flags).await;
    assert_eq!(codes(&problems), ["setting_refused"]);
    assert!(problems[0].message().contains("environment") && problems[0].message().contains("5 to 3600"));
    let current = keeper.current();
    assert_eq!((current.refresh_interval_minutes, current.quota_cache_ttl_seconds), (20, 60));
    assert_eq!(current.proxy_listen.port(), 9000);
    let view = keeper.set("refresh_interval_minutes", &EVERYWHERE, "45").await.unwrap();
    assert_eq!((view.value.as_deref(), view.source.as_str()), (Some("20"), "environment"));
    assert_eq!(face.value("refresh_interval_minutes"), 45, "the file holds the user's own");
    assert_eq!(keeper.get("proxy_listen").await.unwrap().source, Origin::Flag.key());
    assert_eq!(load(&store, &face).await.0.current().refresh_interval_minutes, 45);
}

#[tokio::test]
async fn a_variable_without_effect_says_so() {
    let (store, face) = memory();
    let (_, problems) = load_with(&store, &face, &[("SMART_WARMUP_MAX_CONCURRENT", "3")], &[]).await;
    assert_eq!(codes(&problems), ["setting_no_effect"]);
    assert!(problems[0].to_string().contains("no effect"));
}

#[tokio::test]
async fn single_credentials_and_models_have_values_of_their_own() {
    let (store, face) = memory();
    let (keeper, _) = load(&store, &face).await;
    let key = "quota_protection_threshold";
    let ada = Scope::Credential("ada".into());
    let model = Scope::Model { credential: "ada".into(), model: "claude-x".into() };
    keeper.set(key, &ada, "20").await.unwrap();
    let view = keeper.set(key, &model, "40").await.unwrap();
    assert_eq!(view.value.as_deref(), Some("10"));
    let own: Vec<_> = view
        .overrides
        .iter()
        .map(|o| (o.credential.as_str(), o.model.as_deref(), o.value.as_str()))
        .collect();
    assert_eq!(own, [("ada", None, "20"), ("ada", Some("claude-x"), "40")]);
    let (again, _) = load(&store, &face).await;
    for (credential, model, value) in [
        ("ada", None, Some("20")),
        ("ada", Some("claude-x"), Some("40")),
        ("ada", Some("gemini-y"), Some("20")),
        ("bob", Some("claude-x"), None),
    ] {
        assert_eq!(again.own_value(key, credential, model).as_deref(), value, "{credential} {model:?}");
    }
    again.reset(key, &model).await.unwrap();
    assert_eq!(again.own_value(key, "ada", Some("claude-x")).as_deref(), Some("20"));
    assert!(keeper.set(key, &ada, "0").await.is_err());
}

/// Holds T22, T24.
#[tokio::test]
async fn a_secret_goes_in_and_never_comes_out() {
    let (store, face) = memory();
    let (keeper, _) = load(&store, &face).await;
    let key = "oauth_client_secret_gemini_cli";
    let early = keeper.set(key, &EVERYWHERE, "FAKE_CLIENT_SECRET").await.unwrap_err();
    assert!(matches!(early, SettingsError::Secret(_)), "there is no key yet");
    let vault = VaultCell::in_memory().unwrap();
    keeper.bind(vault.clone());
    let view = keeper.set(key, &EVERYWHERE, "FAKE_CLIENT_SECRET").await.unwrap();
    assert_eq!((view.value, view.is_set, view.secret), (None, true, true));
    let (name, sealed) = store.secrets("provider:gemini-cli").await.unwrap().remove(0);
    assert_eq!(name, SecretName::ClientSecret);
    assert_eq!(
        vault.open_secret("provider:gemini-cli", name, &sealed).unwrap().expose_secret(),
        "FAKE_CLIENT_SECRET"
    );
    let all = serde_json::to_string(&keeper.list().await.unwrap()).unwrap();
    assert!(!all.contains("FAKE") && !face.text().contains("FAKE") && !keeper.export().text.contains("FAKE"));
    let refused = keeper.set(key, &EVERYWHERE, "FAKE WITH SPACES").await.unwrap_err().to_string();
    assert!(!refused.contains("FAKE"), "{refused}");
    assert!(!keeper.reset(key, &EVERYWHERE).await.unwrap().is_set);
}

#[tokio::test]
async fn the_list_describes_every_setting() {
    let (store, face) = memory();
    let (keeper, _) = load(&store, &face).await;
    let list = keeper.list().await.unwrap();
    assert_eq!(list.len(), SETTINGS.len() + SECRETS.len());
    for view in &list {
        assert_eq!(view.value.is_none(), view.secret, "{}", view.key);
        assert_eq!(
            view.kind == "integer",
            view.min.is_some() && view.max.is_some() && view.unit.is_some(),
            "{}",
            view.key
        );
        assert_eq!(view.kind == "choice", !view.choices.is_empty(), "{}", view.key);
        assert!(!view.is_set && view.source == "default", "{}", view.key);
    }
}

#[tokio::test]
async fn the_key_moves_with_the_setting() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path(), noon()).unwrap();
    let face = Arc::new(FakeFace::default());
    let (keeper, _) = load_with(&store, &face, &[("HEADROOM_KEY_STORAGE", "file")], &[]).await;
    let vault =
        VaultCell::open(keeper.current().key_storage, &store, Arc::new(SystemKeychain)).await.unwrap();
    keeper.bind(vault.clone());
    let file = dir.path().join("secrets.key");
    assert!(file.exists());
    // The environment says file: the user's own choice is kept for later and moves nothing.
    keeper.set("key_storage", &EVERYWHERE, "file").await.unwrap();
    keeper.set("key_storage", &EVERYWHERE, "keychain").await.unwrap();
    assert!(file.exists());
    assert_eq!(keeper.current().key_storage, KeyStorage::File);
}

#[tokio::test]
async fn a_key_that_cannot_move_keeps_the_setting_as_it_was() {
    let (store, face) = memory();
    let (keeper, _) = load(&store, &face).await;
    keeper.bind(VaultCell::in_memory().unwrap());
    assert!(matches!(keeper.set("key_storage", &EVERYWHERE, "file").await, Err(SettingsError::Key(_))));
    assert_eq!(keeper.current().key_storage, KeyStorage::Keychain);
    assert_eq!(store.settings_all().await.unwrap(), []);
}

/// Holds F58.
#[tokio::test]
async fn changes_at_the_same_time_are_all_kept() {
    let (store, face) = memory();
    let (keeper, _) = load(&store, &face).await;
    let set = |key: &'static str, value: &'static str| {
        let keeper = keeper.clone();
        async move { keeper.set(key, &EVERYWHERE, value).await.unwrap() }
    };
    tokio::join!(
        set("refresh_interval_minutes", "20"),
        set("quota_cache_ttl_seconds", "30"),
        set("language", "en")
    );
    let (again, _) = load(&store, &face).await;
    assert_eq!(again.current(), keeper.current());
    assert_eq!(again.current().quota_cache_ttl_seconds, 30);
}

/// Pieces that addresses are made of, honest and not.
fn any_address() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("https://".to_owned()),
        Just("http://".to_owned()),
        Just("cloudcode-pa.googleapis.com".to_owned()),
        Just(".googleapis.com".to_owned()),
        Just("evil.example".to_owned()),
        Just("127.0.0.1".to_owned()),
        Just("localhost".to_owned()),
        Just("[::1]".to_owned()),
        Just(":8080".to_owned()),
        Just("/v1".to_owned()),
        "[@:/?#%\\\\. \\[\\]a-z0-9-]{1,4}",
    ];
    proptest::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]
    /// Holds T16.
    #[test]
    fn the_client_reads_every_accepted_address_as_we_do(text in any_address()) {
        let Ok(normal) = address::service_url(&text) else { return Ok(()) };
        let read = url::Url::parse(&normal).unwrap();
        let host = read.host_str().unwrap();
        match read.scheme() {
            "https" => prop_assert!(host.ends_with(".googleapis.com") && read.port().is_none(), "{}", normal),
            "http" => prop_assert!(matches!(host, "localhost" | "[::1]") || host.starts_with("127."), "{}", normal),
            other => prop_assert!(false, "{}", other),
        }
        prop_assert!(read.username().is_empty() && read.password().is_none() && read.query().is_none());
        prop_assert_eq!(address::service_url(&normal), Ok(normal.clone()));
        prop_assert_eq!(read.as_str().trim_end_matches('/'), normal);
    }
}
