//! What was said is kept where the user switched that on, and nowhere else.

use super::{Door, GEMINI, chat, events};
use engine::Mode;
use engine::view::dto::{PromptView, RequestPromptsArgs, RequestView, RequestsArgs};
use jiff::SignedDuration;
use serde_json::{Value, json};
use simulator::{CallKind, Fault, FaultKind};
use std::path::Path;

const CANARY: &str = "CANARY-7f3a9c-heron-umbrella";

async fn log(door: &Door) -> Vec<RequestView> {
    door.bench.client.requests(RequestsArgs::default()).await.unwrap()
}

async fn said(door: &Door, records: &[RequestView]) -> Vec<PromptView> {
    let requests = records.iter().map(|record| record.id.clone()).collect();
    door.bench.client.request_prompts(RequestPromptsArgs { requests }).await.unwrap()
}

async fn kept(door: &Door) -> u32 {
    door.bench.client.proxy_status().await.unwrap().prompts
}

/// A chat that holds the canary.
fn asks(stream: bool) -> Value {
    let mut body = chat(GEMINI, stream);
    body["messages"] = json!([
        {"role": "system", "content": "Answer in one line."},
        {"role": "user", "content": CANARY}
    ]);
    body
}

/// Files below a directory that hold a text in clear.
fn holding(dir: &Path, text: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else if let Ok(bytes) = std::fs::read(&path)
            && bytes.windows(text.len()).any(|window| window == text.as_bytes())
        {
            found.push(path);
        }
    }
    found
}

/// Holds T10.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_said_is_kept_unless_that_is_switched_on() {
    let door = Door::with(&["ada"]).await;
    for stream in [true, false] {
        let answer = door.post("/v1/chat/completions", &asks(stream)).await;
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap();
    }
    let records = log(&door).await;
    assert_eq!(records.len(), 2);
    assert!(records.iter().all(|record| !record.has_prompt));
    assert!(said(&door, &records).await.is_empty());
    assert_eq!(kept(&door).await, 0);
    assert_eq!(holding(door.bench.dir.path(), CANARY), [""; 0].map(std::path::PathBuf::from));
}

/// Holds T10.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_is_kept_sealed_and_gone_once_it_is_deleted() {
    let mut door = Door::with(&["ada", "bob"]).await;
    door.bench.set("proxy_log_prompts", "true").await;
    let whole: Value = door.post("/v1/chat/completions", &asks(false)).await.json().await.unwrap();
    let answered = whole["choices"][0]["message"]["content"].as_str().unwrap().to_owned();
    let streamed = door.post("/v1/chat/completions", &asks(true)).await.text().await.unwrap();
    assert_eq!(events(&streamed).last().map(String::as_str), Some("[DONE]"));
    let body = json!({"model": GEMINI, "max_tokens": 100, "stream": true,
        "messages": [{"role": "user", "content": CANARY}]});
    door.post("/v1/messages", &body).await.text().await.unwrap();
    let native = json!({"contents": [{"parts": [{"text": CANARY}]}]});
    let path = format!("/v1beta/models/{GEMINI}:streamGenerateContent?alt=sse");
    door.post(&path, &native).await.text().await.unwrap();
    // One that goes to another credential, and one that nobody answers.
    door.bench.simulator.script(Fault::new(FaultKind::error("429.rate_limit")).on(CallKind::StreamGenerate));
    door.post("/v1/chat/completions", &asks(false)).await.text().await.unwrap();
    let mut nowhere = asks(false);
    nowhere["model"] = json!("no-such-model");
    assert_eq!(door.post("/v1/chat/completions", &nowhere).await.status(), 404);
    // What is only counted is no conversation.
    let counted = json!({"model": GEMINI, "messages": [{"role": "user", "content": CANARY}]});
    door.post("/v1/messages/count_tokens", &counted).await.text().await.unwrap();

    let records = log(&door).await;
    assert_eq!(
        records.iter().map(|r| r.has_prompt).collect::<Vec<_>>(),
        [false, true, true, true, true, true, true]
    );
    let prompts = said(&door, &records).await;
    assert_eq!((prompts.len(), kept(&door).await), (6, 6));
    let first = prompts.last().unwrap();
    assert_eq!(first.asked, format!("system:\nAnswer in one line.\nuser:\n{CANARY}"));
    assert_eq!(first.answered.as_deref(), Some(answered.as_str()));
    let nobody = &prompts[0];
    assert!(nobody.asked.ends_with(CANARY) && nobody.answered.is_none());
    for prompt in &prompts[1..] {
        assert!(prompt.asked.ends_with(CANARY) && prompt.answered.as_deref().is_some_and(|a| !a.is_empty()));
        assert_eq!((prompt.asked_left_out, prompt.answered_left_out), (0, 0));
    }

    let dir = door.bench.dir.path().to_owned();
    assert!(holding(&dir, CANARY).is_empty() && holding(&dir, &answered).is_empty());
    door.bench.restart(Mode::OneShot).await;
    assert_eq!(said(&door, &log(&door).await).await.len(), 6, "the next start opens them");
    assert!(holding(&dir, CANARY).is_empty());

    // Past their hours they are not shown, whether or not they are deleted yet.
    door.bench.jump(SignedDuration::from_hours(25));
    assert_eq!((kept(&door).await, said(&door, &records).await.len()), (0, 0));
    door.bench.jump(SignedDuration::from_hours(-25));
    let deleted = door.bench.client.prompts_delete().await.unwrap().deleted;
    assert_eq!((deleted, kept(&door).await, said(&door, &records).await.len()), (6, 0, 0));
    let left = log(&door).await;
    assert!(left.len() == 7 && left.iter().all(|record| !record.has_prompt), "the records stay");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_much_that_was_said_a_bounded_part_is_kept() {
    let door = Door::open_with(
        simulator::Scenario::default().with(simulator::AccountSpec::new("ada")),
        &[("proxy_log_prompts", "true")],
    )
    .await;
    let mut body = asks(false);
    body["messages"][0]["content"] = json!("ä".repeat(300_000));
    assert_eq!(door.post("/v1/chat/completions", &body).await.status(), 200);
    let prompt = said(&door, &log(&door).await).await.remove(0);
    assert!(prompt.asked.len() <= 64 << 10 && prompt.asked.ends_with(CANARY));
    assert!(prompt.asked_left_out > 500_000, "{}", prompt.asked_left_out);
    // Switched off, it ends with the next request; what is there stays until it is deleted or over.
    door.bench.set("proxy_log_prompts", "false").await;
    assert_eq!(door.chat(GEMINI).await.status(), 200);
    let records = log(&door).await;
    assert_eq!(records.iter().map(|r| r.has_prompt).collect::<Vec<_>>(), [false, true]);
}
