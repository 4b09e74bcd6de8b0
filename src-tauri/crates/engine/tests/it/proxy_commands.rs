//! What faces ask of the proxy: client keys, records of requests, and the consent.

use crate::bench::Bench;
use engine::Mode;
use engine::view::dto::{
    ErrorCode, KeyArgs, KeyChangeArgs, KeyCreateArgs, RequestStatisticsArgs, RequestsArgs, SettingsText,
};
use simulator::Scenario;

#[tokio::test]
async fn a_key_is_made_changed_and_revoked() {
    let bench = Bench::without_credentials(Scenario::default(), Mode::OneShot).await;
    let made = bench
        .client
        .key_create(KeyCreateArgs {
            name: "laptop".into(),
            models: vec!["claude".into()],
            daily_cap: Some(9),
        })
        .await
        .unwrap();
    assert!(made.secret.starts_with("hr-"));
    assert_eq!((made.key.models.as_slice(), made.key.daily_cap), (["claude".to_owned()].as_slice(), Some(9)));
    let again = KeyCreateArgs { name: "laptop".into(), ..KeyCreateArgs::default() };
    assert_eq!(bench.client.key_create(again).await.err().map(|e| e.code), Some(ErrorCode::Refused));
    let change = KeyChangeArgs { key: "laptop".into(), daily_cap: Some(0), ..KeyChangeArgs::default() };
    let changed = bench.client.key_change(change).await.unwrap();
    assert_eq!((changed.daily_cap, changed.models.len()), (None, 1));
    let named = || KeyArgs { key: "laptop".into() };
    assert!(bench.client.key_revoke(named()).await.unwrap().revoked);
    assert_eq!(bench.client.key_revoke(named()).await.unwrap_err().code, ErrorCode::NotFound);
    let keys = bench.client.keys_list().await.unwrap();
    assert_eq!((keys.len(), keys[0].revoked), (1, true));
}

#[tokio::test]
async fn a_key_outlives_a_restart_and_its_clear_text_is_nowhere() {
    let mut bench = Bench::without_credentials(Scenario::default(), Mode::OneShot).await;
    let args = KeyCreateArgs { name: "laptop".into(), ..KeyCreateArgs::default() };
    let secret = bench.client.key_create(args).await.unwrap().secret;
    bench.restart(Mode::OneShot).await;
    assert_eq!(bench.client.keys_list().await.unwrap()[0].name, "laptop");
    for file in std::fs::read_dir(bench.dir.path()).unwrap().flatten().filter(|f| f.path().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap();
        let found = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
        assert!(!found, "{:?}", file.path());
    }
}

#[tokio::test]
async fn switching_the_proxy_on_is_the_users_word() {
    let bench = Bench::without_credentials(Scenario::default(), Mode::OneShot).await;
    let before = bench.client.proxy_status().await.unwrap();
    assert!(!before.enabled && before.consent_at.is_none() && before.listening.is_none());
    assert!(before.consent_text.contains("terms") && before.consent_text.contains("API key"));
    bench.set("proxy_enabled", "false").await;
    assert_eq!(bench.client.proxy_status().await.unwrap().consent_at, None);
    bench.set("proxy_enabled", "true").await;
    let first = bench.client.proxy_status().await.unwrap();
    assert!(first.enabled && first.consent_at.is_some());
    bench.set("proxy_enabled", "false").await;
    bench.set("proxy_enabled", "true").await;
    assert_eq!(bench.client.proxy_status().await.unwrap().consent_at, first.consent_at, "it is given once");
}

#[tokio::test]
async fn an_imported_switch_is_the_users_word_too() {
    let bench = Bench::without_credentials(Scenario::default(), Mode::OneShot).await;
    let text = SettingsText { text: "PROXY_ENABLED=true\n".into() };
    bench.client.settings_import(text).await.unwrap();
    assert!(bench.client.proxy_status().await.unwrap().consent_at.is_some());
}

#[tokio::test]
async fn without_requests_the_record_is_empty_and_odd_filters_are_refused() {
    let bench = Bench::without_credentials(Scenario::default(), Mode::OneShot).await;
    assert_eq!(bench.client.requests(RequestsArgs::default()).await.unwrap(), []);
    let sums = bench.client.request_statistics(RequestStatisticsArgs::default()).await.unwrap();
    assert_eq!((sums.total.requests, sums.models.len()), (0, 0));
    for (args, code) in [
        (RequestsArgs { outcome: Some("fine".into()), ..RequestsArgs::default() }, ErrorCode::BadInput),
        (RequestsArgs { key: Some("nobody".into()), ..RequestsArgs::default() }, ErrorCode::NotFound),
        (RequestsArgs { credential: Some("nobody".into()), ..RequestsArgs::default() }, ErrorCode::NotFound),
        (RequestsArgs { since: Some("soon".into()), ..RequestsArgs::default() }, ErrorCode::BadInput),
    ] {
        assert_eq!(bench.client.requests(args.clone()).await.unwrap_err().code, code, "{args:?}");
    }
}
