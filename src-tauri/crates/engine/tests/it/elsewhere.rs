//! No file and no answer makes the program call another address.

use crate::bench::Bench;
use crate::door::{Door, GEMINI};
use engine::Mode;
use engine::view::dto::Freshness;
use serde_json::{Value, json};
use simulator::{AccountSpec, CallKind, Fault, FaultKind, Scenario};
use std::net::TcpListener;

/// Whoever connects here was led astray.
struct Canary(TcpListener);

impl Canary {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    #[track_caller]
    fn nobody_came(&self) {
        assert!(self.0.accept().is_err(), "somebody was led astray");
    }
}

/// Holds T13.
#[tokio::test]
async fn the_addresses_in_an_imported_file_are_never_called() {
    const FIELDS: [&str; 14] = [
        "token_uri",
        "auth_uri",
        "token_url",
        "base_url",
        "baseUrl",
        "endpoint",
        "api_endpoint",
        "upstream_url",
        "proxy_url",
        "proxy",
        "userinfo_url",
        "revoke_uri",
        "universe_domain",
        "cloud_code_endpoint",
    ];
    let canary = Canary::start();
    let scenario = Scenario::default().with(AccountSpec::new("ada"));
    let files = scenario.credential_files();
    let bench = Bench::without_credentials(scenario, Mode::OneShot).await;
    let led: Vec<_> = files
        .into_iter()
        .map(|(name, text)| {
            let mut document: Value = serde_json::from_str(&text).unwrap();
            lead(&mut document, &FIELDS, &canary.url());
            (name, document.to_string())
        })
        .collect();
    let report = bench.import(led).await;
    assert!(report.entries.iter().all(|entry| entry.id.is_some()), "{report:?}");
    bench.jump(jiff::SignedDuration::from_hours(2));
    assert!(bench.only(Freshness::Refreshed).await.failure.is_none());
    assert_eq!(bench.calls(CallKind::Token).len(), 1);
    canary.nobody_came();
    println!("figure T13: {} address fields of an imported file: 0 connections", FIELDS.len());
}

/// Puts an address into every object of a document.
fn lead(value: &mut Value, fields: &[&str], url: &str) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| lead(value, fields, url)),
        Value::Object(map) => {
            map.values_mut().for_each(|value| lead(value, fields, url));
            for field in fields {
                map.entry(*field).or_insert_with(|| json!(url));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Holds T15.
#[tokio::test(flavor = "multi_thread")]
async fn no_redirect_is_followed() {
    let canary = Canary::start();
    let door = Door::with(&["ada"]).await;
    let calls = [
        CallKind::Token,
        CallKind::RetrieveUserQuotaSummary,
        CallKind::FetchAvailableModels,
        CallKind::StreamGenerate,
    ];
    for status in [301, 302, 303, 307, 308] {
        for call in calls {
            let location = canary.url();
            let away = FaultKind::Redirect { status, location };
            door.bench.simulator.script(Fault::new(away).on(call));
        }
        door.bench.jump(jiff::SignedDuration::from_hours(2));
        door.bench.quota(Freshness::Refreshed).await;
        door.chat(GEMINI).await;
        door.bench.simulator.clear_faults();
        for rest in door.bench.client.cooldowns().await.unwrap() {
            let args = engine::view::dto::CooldownArgs { id: rest.id };
            door.bench.client.cooldown_clear(args).await.unwrap();
        }
    }
    canary.nobody_came();
    println!("figure T15: 301, 302, 303, 307, 308 to a canary for {} calls: 0 requests", calls.len());
}
