//! What a network can do to an answer, byte by byte.

use super::{Door, GEMINI, chat, events};
use crate::relay::{Relay, Way};
use serde_json::{Value, json};
use std::time::Duration;

/// Holds F14.
#[tokio::test(flavor = "multi_thread")]
async fn wherever_the_connection_breaks_the_answer_is_whole_or_told_to_be_broken() {
    let relay = Relay::start().await;
    let door = Door::behind(&relay, &["ada", "bob"]).await;
    relay.set(Way::Through);
    let whole = ask(&door, 0).await;
    assert!(whole.complete, "{whole:?}");
    let length = relay.answered();
    let mut told = 0;
    let mut again = 0;
    for step in 0..100 {
        let after = length * step / 100;
        for (dialect, way) in
            [Way::Closed(after), Way::HalfClosed(after), Way::Reset(after)].into_iter().enumerate()
        {
            door.bench.simulator.clear_calls();
            relay.set(way);
            let got = ask(&door, (dialect + step) % 3).await;
            let calls = door.calls().len();
            assert!(
                whole.text.starts_with(&got.text),
                "{way:?}: {} is no beginning of {}",
                got.text,
                whole.text
            );
            assert!(!(got.complete && got.broken), "{way:?}: {got:?}");
            assert!(got.complete || got.broken || got.status != 200, "{way:?}: {got:?}");
            if got.broken && !got.text.is_empty() {
                assert_eq!(calls, 1, "{way:?}: nothing is tried again once something was said");
                told += 1;
            }
            assert!(calls <= 2, "{way:?}: {calls} calls");
            again += usize::from(got.complete && got.text != whole.text);
            relay.set(Way::Through);
            for rest in door.bench.client.cooldowns().await.unwrap() {
                door.bench
                    .client
                    .cooldown_clear(engine::view::dto::CooldownArgs { id: rest.id })
                    .await
                    .unwrap();
            }
        }
    }
    assert!(told > 30, "{told} broke in the middle");
    assert_eq!(again, 0);
    println!(
        "figure F14: 100 places × closed, half-closed, reset: 300 answers whole or told, {told} in the middle, no text twice"
    );
}

/// Holds F13.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_drips_arrives_whole() {
    let relay = Relay::start().await;
    let door = Door::behind(&relay, &["ada"]).await;
    let whole = ask(&door, 0).await;
    relay.set(Way::Dripping(7, Duration::from_millis(1)));
    let dripped = ask(&door, 0).await;
    relay.set(Way::Delayed(Duration::from_millis(300)));
    let late = ask(&door, 0).await;
    assert!(dripped.complete && late.complete);
    assert_eq!((&dripped.text, &late.text), (&whole.text, &whole.text));
}

#[derive(Debug)]
struct Got {
    status: u16,
    text: String,
    complete: bool,
    broken: bool,
}

/// The same question in one of three dialects, streamed.
async fn ask(door: &Door, dialect: usize) -> Got {
    let question = "sim:long=400";
    let mut body = chat(GEMINI, true);
    body["messages"][0]["content"] = json!(question);
    let (path, body) = match dialect {
        0 => ("/v1/chat/completions".to_owned(), body),
        1 => {
            body["max_tokens"] = json!(4_000);
            ("/v1/messages".to_owned(), body)
        }
        _ => (
            format!("/v1beta/models/{GEMINI}:streamGenerateContent?alt=sse"),
            json!({"contents": [{"parts": [{"text": question}]}]}),
        ),
    };
    let answer = door.post(&path, &body).await;
    let status = answer.status().as_u16();
    // The connection to the client is closed in order whatever the upstream does.
    let bytes = answer.text().await.unwrap();
    let data: Vec<Value> = events(&bytes).iter().filter_map(|data| serde_json::from_str(data).ok()).collect();
    let text = data.iter().filter_map(|event| said(event, dialect)).collect();
    let complete = match dialect {
        0 => bytes.contains("[DONE]"),
        1 => bytes.contains("message_stop"),
        _ => bytes.contains("\"finishReason\""),
    };
    let broken = data.iter().any(|event| event.get("error").is_some())
        || (status != 200 && bytes.contains("\"error\""));
    Got { status, text, complete, broken }
}

fn said(event: &Value, dialect: usize) -> Option<String> {
    let place = match dialect {
        0 => event.pointer("/choices/0/delta/content"),
        1 => event.pointer("/delta/text"),
        _ => {
            event.pointer("/candidates/0/content/parts/0").filter(|p| p.get("thought").is_none())?.get("text")
        }
    };
    place.and_then(Value::as_str).map(str::to_owned)
}
