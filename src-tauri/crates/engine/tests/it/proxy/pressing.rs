//! Many requests at once, and what changes under them.

use super::{Door, GEMINI, chat, until};
use crate::bench::size;
use engine::view::dto::CredentialArgs;
use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::json;
use simulator::{CallKind, Fault, FaultKind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Holds F23, G12.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_requests_at_expiry_cost_one_refresh() {
    let door = Door::with(&["ada"]).await;
    door.bench.jump(SignedDuration::from_hours(2));
    door.bench.simulator.clear_calls();
    let slowly = FaultKind::Delay { ms: 500 };
    door.bench.simulator.script(Fault::new(slowly).on(CallKind::Token));
    let many = size("HEADROOM_MANY", 1_000);
    // As many at once as the proxy has places for.
    let clients = (0..120).map(|client| {
        let door = &door;
        async move {
            let mut good = 0;
            for _ in (client..many).step_by(120) {
                good += usize::from(door.chat(GEMINI).await.status() == 200);
            }
            good
        }
    });
    let good: usize = join_all(clients).await.into_iter().sum();
    let refreshes = door.bench.calls(CallKind::Token).len();
    println!(
        "figure F23, G12: {many} requests at expiry, 120 at a time: {refreshes} refresh, {good} answered"
    );
    assert_eq!((refreshes, good), (1, many));
}

/// Holds F24.
#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_takes_nobodys_refresh_along() {
    let door = Door::with(&["ada"]).await;
    door.bench.jump(SignedDuration::from_hours(2));
    door.bench.simulator.clear_calls();
    door.bench.simulator.script(Fault::new(FaultKind::Delay { ms: 300 }).on(CallKind::Token));
    let first = tokio::time::timeout(Duration::from_millis(100), door.chat(GEMINI));
    assert!(first.await.is_err(), "the one who began the refresh has left");
    let answers = join_all((0..99).map(|_| door.chat(GEMINI))).await;
    assert!(answers.iter().all(|answer| answer.status() == 200));
    assert_eq!(door.bench.calls(CallKind::Token).len(), 1);
    println!("figure F24: its first asker left: 1 refresh, 99 of 99 answered");
}

/// Holds F58.
#[tokio::test(flavor = "multi_thread")]
async fn settings_change_under_load_and_no_request_notices() {
    let door = Door::with(&["ada", "bob"]).await;
    let changes: usize = size("HEADROOM_CHANGES", 100);
    let (over, served) = (AtomicBool::new(false), AtomicUsize::new(0));
    let streamed = chat(GEMINI, true);
    let load = async {
        while !over.load(Ordering::SeqCst) {
            let answers = join_all((0..8).map(|_| door.post("/v1/chat/completions", &streamed))).await;
            for answer in answers {
                assert_eq!(answer.status(), 200);
                assert!(answer.text().await.unwrap().contains("[DONE]"));
                served.fetch_add(1, Ordering::SeqCst);
            }
        }
    };
    let change = async {
        for n in 0..changes {
            let (key, value) = match n % 5 {
                0 => ("proxy_routing", ["round-robin", "most-remaining", "fill-first"][n % 3].to_owned()),
                1 => ("quota_protection_threshold", (n % 40 + 1).to_string()),
                2 => ("quota_protection_enabled", (n % 2 == 0).to_string()),
                3 => ("refresh_interval_minutes", (n % 100 + 1).to_string()),
                _ => ("quota_cache_ttl_seconds", (n % 100 + 5).to_string()),
            };
            door.bench.set(key, &value).await;
        }
        over.store(true, Ordering::SeqCst);
    };
    tokio::join!(load, change);
    door.bench.set("quota_cache_ttl_seconds", "77").await;
    let args = engine::view::dto::SettingKeyArgs { key: "quota_cache_ttl_seconds".into() };
    assert_eq!(door.bench.client.settings_get(args).await.unwrap().value.as_deref(), Some("77"));
    let served = served.load(Ordering::SeqCst);
    assert!(served > 0);
    println!("figure F58: {changes} changes under load: {served} requests, 0 failed");
}

/// Holds F59.
#[tokio::test(flavor = "multi_thread")]
async fn a_credential_removed_in_the_middle_of_its_answer_is_not_used_again() {
    let door = Door::with(&["ada"]).await;
    let view = door.bench.only(engine::view::dto::Freshness::Peek).await;
    for dripping in [true, false] {
        door.bench.simulator.clear_calls();
        let fault = if dripping {
            FaultKind::Drip { bytes: 200, every_ms: 20 }
        } else {
            FaultKind::Delay { ms: 300 }
        };
        door.bench.simulator.script(Fault::new(fault).on(CallKind::StreamGenerate));
        let mut body = chat(GEMINI, true);
        body["messages"][0]["content"] = json!("sim:long=1500");
        let request = door.http.post(door.url("/v1/chat/completions")).bearer_auth(&door.key).json(&body);
        let answering = engine::tasks::Tasks::default()
            .run(async move { request.send().await.unwrap().text().await.unwrap() });
        let simulator = door.bench.simulator.clone();
        until("the call is under way", || simulator.calls().iter().any(super::generates)).await;
        let args = || CredentialArgs { id: view.id.clone() };
        door.bench.client.credential_remove(args()).await.unwrap();
        let text = answering.await.unwrap();
        assert!(text.contains("[DONE]") != text.contains("\"error\""), "it ends in order: {text}");
        let calls = door.bench.simulator.calls().len();
        let next = door.chat(GEMINI).await;
        assert!([404, 503].contains(&next.status().as_u16()), "{next:?}");
        assert_eq!(door.bench.simulator.calls().len(), calls, "no later call");
        let listed = door.bench.quota(engine::view::dto::Freshness::Peek).await.credentials;
        assert!(listed.is_empty(), "it did not come back: {listed:?}");
        door.bench.client.credential_restore(args()).await.unwrap();
        door.bench.quota(engine::view::dto::Freshness::Refreshed).await;
    }
}
