//! What a failure of the service means for the request and for the credential.

use super::{CLAUDE, Door, GEMINI, chat, events, until};
use jiff::SignedDuration;
use serde_json::Value;
use simulator::{AccountSpec, CallKind, Fault, FaultKind, Group, Scenario};
use std::time::Duration;
use tokio::time::Instant;

fn refuses(name: &str) -> Fault {
    Fault::new(FaultKind::error(name)).on(CallKind::StreamGenerate)
}

/// Holds F6, G8.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_one_credential_fails_with_the_next_answers_at_once() {
    let door = Door::with(&["ada", "bob"]).await;
    for (what, fault) in [
        ("quota empty", FaultKind::error("429.quota_exhausted")),
        ("rate limit", FaultKind::error("429.rate_limit")),
        ("long rate limit", FaultKind::error("429.rate_limit.42s")),
        ("bare 429", FaultKind::error("429.unstructured")),
        ("inner failure", FaultKind::error("500")),
        ("bad gateway", FaultKind::error("502")),
        ("reset before the head", FaultKind::Reset { after: None }),
        ("cut before the first byte", FaultKind::Cut { after: 0 }),
        ("empty answer", FaultKind::Stream { name: "empty_200".into() }),
    ] {
        door.bench.simulator.clear_calls();
        door.bench.simulator.script(Fault::new(fault).on(CallKind::StreamGenerate));
        let began = Instant::now();
        let answer = door.post("/v1/chat/completions", &chat(GEMINI, true)).await;
        assert_eq!(answer.status(), 200, "{what}");
        let text = answer.text().await.unwrap();
        assert_eq!(events(&text).last().map(String::as_str), Some("[DONE]"), "{what}: {text}");
        assert_eq!(text.matches("\"role\":\"assistant\"").count(), 1, "{what}: one answer");
        let calls = door.calls();
        assert_eq!(calls.len(), 2, "{what}");
        assert_ne!(calls[0].account, calls[1].account, "{what}");
        assert!(began.elapsed() < Duration::from_millis(900), "{what}: nothing is waited for");
        for rest in door.bench.client.cooldowns().await.unwrap() {
            let id = engine::view::dto::CooldownArgs { id: rest.id };
            door.bench.client.cooldown_clear(id).await.unwrap();
        }
    }
}

/// Holds F7.
#[tokio::test(flavor = "multi_thread")]
async fn a_401_is_answered_with_one_refreshed_token() {
    let door = Door::with(&["ada"]).await;
    door.bench.simulator.script(refuses("401"));
    let answer = door.chat(GEMINI).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(door.calls().len(), 2);
    assert_eq!(door.bench.calls(CallKind::Token).len(), 1);
}

/// Nobody else can write while this lives: every write of the engine waits, as for a disk that is slow.
struct SlowDisk(rusqlite::Connection);

impl SlowDisk {
    async fn under(door: &Door) -> Self {
        // What is waiting to be written would stand before everything that comes.
        door.bench.requests().await;
        let database = rusqlite::Connection::open(door.bench.dir.path().join("headroom.db")).unwrap();
        database.execute_batch("BEGIN IMMEDIATE").unwrap();
        Self(database)
    }

    fn recovers(self) {
        self.0.execute_batch("ROLLBACK").unwrap();
    }
}

/// Holds F7, G8.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_does_not_wait_until_a_new_access_token_is_on_the_disk() {
    let door = Door::with(&["ada"]).await;
    assert_eq!(door.chat(GEMINI).await.status(), 200);
    door.bench.simulator.script(refuses("401"));
    let disk = SlowDisk::under(&door).await;
    let began = Instant::now();
    assert_eq!(door.chat(GEMINI).await.status(), 200);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    disk.recovers();
}

/// Holds F28.
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_that_was_replaced_is_on_the_disk_before_anything_goes_on() {
    let door = Door::with(&["ada"]).await;
    assert_eq!(door.chat(GEMINI).await.status(), 200);
    door.bench.simulator.script(refuses("401"));
    door.bench.simulator.script(Fault::new(FaultKind::RotateRefreshToken).on(CallKind::Token));
    let disk = SlowDisk::under(&door).await;
    door.bench.simulator.clear_calls();
    let again = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(door.bench.calls(CallKind::Token).len(), 1);
        assert_eq!(door.calls().len(), 1, "the new token is not used yet");
        disk.recovers();
    };
    let (answer, ()) = tokio::join!(door.chat(GEMINI), again);
    assert_eq!((answer.status().as_u16(), door.calls().len()), (200, 2));
}

/// Holds F8.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_401_rests_the_credential_and_goes_on() {
    let door = Door::with(&["ada", "bob"]).await;
    door.bench.simulator.script(refuses("401").times(2));
    let answer = door.chat(GEMINI).await;
    let served = door.served(&answer);
    let calls = door.calls();
    assert_eq!(calls.len(), 3);
    assert!(calls[..2].iter().all(|c| c.account.as_ref() != Some(&served)));
    let rests = door.bench.client.cooldowns().await.unwrap();
    assert!(rests.len() == 1 && rests[0].scope == "credential", "{rests:?}");
}

/// Holds F9.
#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_or_unverified_account_serves_nobody_any_more() {
    for (refusal, state) in [("403.tos_disabled", "blocked"), ("403.validation_required", "blocked")] {
        let door = Door::with(&["ada", "bob"]).await;
        door.bench.simulator.script(refuses(refusal));
        assert_eq!(door.chat(GEMINI).await.status(), 200);
        let refused = door.calls()[0].account.clone().unwrap();
        for _ in 0..5 {
            assert_ne!(door.served(&door.chat(CLAUDE).await), refused);
        }
        let document = door.bench.quota(engine::view::dto::Freshness::Peek).await;
        let view = document.credentials.iter().find(|c| c.name.starts_with(&refused)).unwrap();
        assert_eq!(view.state, state, "{refusal}");
    }
}

/// Holds F14, F16.
#[tokio::test(flavor = "multi_thread")]
async fn an_error_after_the_first_byte_is_told_in_the_stream_and_nothing_is_tried_again() {
    let door = Door::with(&["ada", "bob"]).await;
    for wish in ["sim:truncate", "sim:error=503.unavailable"] {
        let said = |field: &str| {
            let mut body = chat(GEMINI, true);
            body[field] = serde_json::json!(50);
            body["messages"][0]["content"] = serde_json::json!(wish);
            body
        };
        door.bench.simulator.clear_calls();
        let text = door.post("/v1/chat/completions", &said("max_tokens")).await.text().await.unwrap();
        assert!(text.contains("\"error\"") && !text.contains("[DONE]"), "{wish}: {text}");
        assert_eq!(door.calls().len(), 1, "{wish}");

        let text = door.post("/v1/messages", &said("max_tokens")).await.text().await.unwrap();
        assert!(text.contains("event: error") && !text.contains("message_stop"), "{wish}: {text}");
        assert_eq!(door.calls().len(), 2, "{wish}");

        let body = serde_json::json!({"contents": [{"parts": [{"text": wish}]}]});
        let path = format!("/v1beta/models/{GEMINI}:streamGenerateContent?alt=sse");
        let text = door.post(&path, &body).await.text().await.unwrap();
        let last: Value = serde_json::from_str(events(&text).last().unwrap()).unwrap();
        assert!(last["error"]["code"].is_number(), "{wish}: {text}");
        assert_eq!(door.calls().len(), 3, "{wish}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_says_of_a_credential_in_a_stream_holds_for_the_next_request() {
    let door = Door::with(&["ada", "bob"]).await;
    let mut body = chat(GEMINI, true);
    body["messages"][0]["content"] = serde_json::json!("sim:error=429.quota_exhausted");
    let text = door.post("/v1/chat/completions", &body).await.text().await.unwrap();
    assert!(text.contains("\"error\""), "{text}");
    let first = door.calls()[0].account.clone().unwrap();
    for _ in 0..100 {
        if !door.bench.client.cooldowns().await.unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    body["messages"][0]["content"] = serde_json::json!("Go on.");
    let next = door.post("/v1/chat/completions", &body).await;
    assert_ne!(door.served(&next), first);
}

/// Holds F14.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_cut_anywhere_is_never_taken_for_complete() {
    let door = Door::with(&["ada"]).await;
    for after in [200, 400, 600, 800] {
        door.bench.simulator.script(Fault::new(FaultKind::Cut { after }).on(CallKind::StreamGenerate));
        let mut body = chat(GEMINI, true);
        body["messages"][0]["content"] = serde_json::json!("sim:long=4000");
        let text = door.post("/v1/chat/completions", &body).await.text().await.unwrap();
        let done = events(&text).last().map(String::as_str) == Some("[DONE]");
        let calls = door.calls().len();
        // Cut before anything was said: tried again, and complete. After that: told.
        assert!(done == (calls == 2) && (done || text.contains("\"error\"")), "{after}: {calls} {text}");
        door.bench.simulator.clear_calls();
    }
}

/// Holds F4.
#[tokio::test(flavor = "multi_thread")]
async fn when_all_are_out_the_answer_says_why_and_until_when_without_a_call() {
    let door = Door::with(&["ada", "bob"]).await;
    door.bench.simulator.script(refuses("429.quota_exhausted").always());
    // The reading that follows on the refusal would find quota left, and allow one more try.
    for reading in [CallKind::RetrieveUserQuotaSummary, CallKind::FetchAvailableModels] {
        door.bench.simulator.script(Fault::new(FaultKind::error("503.unavailable")).on(reading).always());
    }
    let first = door.chat(GEMINI).await;
    assert_eq!(first.status(), 429);
    assert_eq!(door.calls().len(), 2);
    for (path, kind) in [("/v1/chat/completions", "insufficient_quota"), ("/v1/messages", "rate_limit_error")]
    {
        let mut body = chat(GEMINI, true);
        body["max_tokens"] = serde_json::json!(10);
        let answer = door.post(path, &body).await;
        assert_eq!(answer.status(), 429);
        let seconds: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!(seconds > 60, "{seconds}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["type"], kind);
        let words = body["error"]["message"].as_str().unwrap();
        assert!(
            words.contains("ada@example.com: rests until") && words.contains("bob@example.com"),
            "{words}"
        );
    }
    assert_eq!(door.calls().len(), 2, "no call once it is known");
    // The other group is not touched by it.
    door.bench.simulator.clear_faults();
    assert_eq!(door.chat(CLAUDE).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_quota_is_known_before_anybody_is_asked() {
    let account = AccountSpec::new("ada").used(Group::Gemini, "5h", 1.0, "-1h");
    let door = Door::open(Scenario::default().with(account)).await;
    let answer = door.chat(GEMINI).await;
    assert_eq!(answer.status(), 429);
    let words = answer.text().await.unwrap();
    assert!(words.contains("ada@example.com: quota empty, back at"), "{words}");
    assert!(door.calls().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_service_is_waited_for_and_then_told() {
    let door = Door::with(&["ada", "bob"]).await;
    door.bench.simulator.script(refuses("503.capacity.no_retry_info").times(1));
    let began = Instant::now();
    assert_eq!(door.chat(GEMINI).await.status(), 200);
    assert!(began.elapsed() >= Duration::from_secs(1), "capacity is waited for");
    let calls = door.calls();
    assert!(calls.len() == 2 && calls[0].account == calls[1].account, "it is nobody's fault");
    assert!(door.bench.client.cooldowns().await.unwrap().is_empty());
}

/// Holds F10.
#[tokio::test(flavor = "multi_thread")]
async fn a_bad_request_is_sent_once_and_costs_the_credential_nothing() {
    let door = Door::with(&["ada", "bob"]).await;
    door.bench.simulator.script(refuses("400.prompt_too_long"));
    let answer = door.chat(GEMINI).await;
    assert_eq!(answer.status(), 400);
    assert_eq!(door.calls().len(), 1);
    assert!(door.bench.client.cooldowns().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_signature_is_repaired_once() {
    let door = Door::with(&["ada"]).await;
    door.bench.simulator.script(refuses("400.corrupted_thought_signature"));
    assert_eq!(door.chat(GEMINI).await.status(), 200);
    assert_eq!(door.calls().len(), 2);
    door.bench.simulator.script(refuses("400.corrupted_thought_signature").times(2));
    assert_eq!(door.chat(GEMINI).await.status(), 400);
    assert_eq!(door.calls().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_model_no_active_credential_and_no_consent_are_told_apart() {
    let door = Door::with(&["ada"]).await;
    let unknown = door.chat("gpt-unheard-of").await;
    assert_eq!(unknown.status(), 404);
    let id = door.bench.quota(engine::view::dto::Freshness::Peek).await.credentials[0].id.clone();
    let off = engine::view::dto::CredentialArgs { id };
    door.bench.client.credential_disable(off).await.unwrap();
    let inactive = door.chat(GEMINI).await;
    assert_eq!(inactive.status(), 503);
    assert!(inactive.text().await.unwrap().contains("Switched off by you"));
    assert!(door.calls().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bare_429_is_judged_by_one_reading_and_a_probe_ends_the_rest() {
    let door = Door::with(&["ada"]).await;
    door.bench.jump(SignedDuration::from_secs(120));
    door.bench.simulator.script(refuses("429.quota_exhausted"));
    assert_eq!(door.chat(GEMINI).await.status(), 429);
    let simulator = door.bench.simulator.clone();
    until("one reading is taken", || {
        simulator.calls().iter().filter(|c| c.method == CallKind::RetrieveUserQuotaSummary).count() == 1
    })
    .await;
    // The reading shows quota: one request may try, and is answered.
    let mut status = 0;
    for _ in 0..100 {
        let answer = door.chat(GEMINI).await;
        status = answer.status().as_u16();
        if status == 200 {
            let why = answer.headers()["x-headroom-decision"].to_str().unwrap().to_owned();
            assert!(why.contains("this request tries it"), "{why}");
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(status, 200);
    assert!(door.bench.client.cooldowns().await.unwrap().is_empty());
}

/// Holds F4, G11.
#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_refusals_costs_one_call_a_credential_and_one_probe_each() {
    let names: Vec<_> = (0..10).map(|n| format!("user{n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let door = Door::with(&names).await;
    door.bench.simulator.script(refuses("429.quota_exhausted").always());
    for _ in 0..2 {
        assert_eq!(door.chat(GEMINI).await.status(), 429);
    }
    assert_eq!(door.calls().len(), 10);
    for _ in 0..20 {
        let statuses = futures_util::future::join_all((0..10).map(|_| door.chat(GEMINI))).await;
        assert!(statuses.iter().all(|answer| answer.status() == 429));
    }
    let calls = door.calls().len();
    assert!(calls <= 20, "{calls} calls for ten credentials and a reading of each");
}
