//! Who serves, through the whole program.

use super::{CLAUDE, Door, GEMINI, chat};
use serde_json::json;
use simulator::{AccountSpec, Group, Scenario};

fn two(ada: AccountSpec, bob: AccountSpec) -> Scenario {
    Scenario::default().with(ada).with(bob)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_soonest_reset_serves_and_idle_windows_are_kept() {
    let door = Door::open(
        two(AccountSpec::new("idle"), AccountSpec::new("late").used(Group::Gemini, "5h", 0.2, "-1h"))
            .with(AccountSpec::new("soon").used(Group::Gemini, "5h", 0.6, "-4h")),
    )
    .await;
    let answer = door.chat(GEMINI).await;
    assert_eq!(door.served(&answer), "soon");
    let why = answer.headers()["x-headroom-decision"].to_str().unwrap();
    assert!(why.contains("the soonest reset of 3"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hard_floor_keeps_the_last_back_and_a_soft_one_tells() {
    let low = AccountSpec::new("low").used(Group::Gemini, "5h", 0.95, "-4h");
    let lower = AccountSpec::new("lower").used(Group::Gemini, "5h", 0.97, "-4h");
    let door = Door::open_with(two(lower, low), &[("quota_protection_enabled", "true")]).await;
    door.bench.quota(engine::view::dto::Freshness::Refreshed).await;
    let refused = door.chat(GEMINI).await;
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    let words = refused.text().await.unwrap();
    assert!(words.contains("protection floor") && words.contains("below the 10 % floor"), "{words}");
    assert!(door.calls().is_empty());
    assert_eq!(door.chat(CLAUDE).await.status(), 200, "other models stay in use");

    door.bench.set("quota_protection_floor", "soft").await;
    let answer = door.chat(GEMINI).await;
    assert_eq!(door.served(&answer), "low", "the least depleted");
    let why = answer.headers()["x-headroom-decision"].to_str().unwrap();
    assert!(why.contains("soft floor"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn below_the_weekly_floor_a_credential_serves_last() {
    let low = AccountSpec::new("low").used(Group::Gemini, "weekly", 0.98, "-6d").used(
        Group::Gemini,
        "5h",
        0.2,
        "-4h",
    );
    let door = Door::open_with(
        two(low, AccountSpec::new("other").used(Group::Gemini, "5h", 0.5, "-1h")),
        &[("quota_protection_enabled", "true")],
    )
    .await;
    door.bench.quota(engine::view::dto::Freshness::Refreshed).await;
    assert_eq!(door.served(&door.chat(GEMINI).await), "other");
    let other = door.bench.quota(engine::view::dto::Freshness::Peek).await.credentials;
    let id = other.iter().find(|c| c.name.starts_with("other")).unwrap().id.clone();
    let off = engine::view::dto::CredentialArgs { id };
    door.bench.client.credential_disable(off).await.unwrap();
    let answer = door.chat(GEMINI).await;
    assert_eq!(door.served(&answer), "low");
    assert!(answer.headers()["x-headroom-decision"].to_str().unwrap().contains("weekly floor"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_stays_with_its_credential() {
    let door = Door::open_with(
        two(AccountSpec::new("ada"), AccountSpec::new("bob")).with(AccountSpec::new("eve")),
        &[("proxy_routing", "round-robin")],
    )
    .await;
    let mut by_beginning = Vec::new();
    for n in 0..6 {
        let mut body = chat(GEMINI, false);
        body["messages"][0]["content"] = json!(format!("Conversation {n}."));
        let first = door.served(&door.post("/v1/chat/completions", &body).await);
        for _ in 0..2 {
            body["messages"].as_array_mut().unwrap().extend([
                json!({"role": "assistant", "content": "Yes."}),
                json!({"role": "user", "content": "And then?"}),
            ]);
            assert_eq!(door.served(&door.post("/v1/chat/completions", &body).await), first);
        }
        by_beginning.push(first);
    }
    by_beginning.sort();
    by_beginning.dedup();
    assert_eq!(by_beginning.len(), 3, "conversations are spread");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_credential_serves_alone() {
    let door = Door::open(two(AccountSpec::new("ada"), AccountSpec::new("bob"))).await;
    let all = door.bench.quota(engine::view::dto::Freshness::Peek).await.credentials;
    let id = all.iter().find(|c| c.name.starts_with("bob")).unwrap().id.clone();
    door.bench.set("proxy_pinned", &id).await;
    door.bench.set("proxy_routing", "pinned").await;
    for _ in 0..3 {
        let answer = door.chat(GEMINI).await;
        assert_eq!(answer.headers()["x-headroom-credential"].to_str().unwrap(), id);
        assert_eq!(door.served(&answer), "bob");
    }
}

/// Holds T30.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_always_comes_from_the_credential_it_names() {
    let door = Door::open_with(
        two(AccountSpec::new("ada"), AccountSpec::new("bob")).with(AccountSpec::new("eve")),
        &[("proxy_routing", "round-robin")],
    )
    .await;
    let all = door.bench.quota(engine::view::dto::Freshness::Peek).await.credentials;
    let mut expected = std::collections::BTreeMap::new();
    for round in 0..10 {
        let answers = (0..12).map(|n| {
            let mut body = chat(GEMINI, true);
            body["messages"][0]["content"] = json!(format!("Number {round} of {n}."));
            let door = &door;
            async move { door.post("/v1/chat/completions", &body).await }
        });
        for answer in futures_util::future::join_all(answers).await {
            let id = answer.headers()["x-headroom-credential"].to_str().unwrap().to_owned();
            *expected.entry(id).or_insert(0) += 1;
            assert!(answer.text().await.unwrap().contains("[DONE]"));
        }
    }
    for view in all {
        let name = view.name.split('@').next().unwrap().to_owned();
        let calls = door.calls().iter().filter(|c| c.account.as_ref() == Some(&name)).count();
        assert_eq!(expected.get(&view.id).copied().unwrap_or(0), calls, "{name}");
    }
}
