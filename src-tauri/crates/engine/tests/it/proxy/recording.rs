//! What is written down of requests, and when it can be read.

use super::{Door, GEMINI, chat};
use engine::proxy::log::Outcome;
use engine::view::dto::{RequestStatisticsArgs, RequestsArgs};
use simulator::{CallKind, Fault, FaultKind};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_shown_as_soon_as_it_has_ended() {
    let door = Door::with(&["ada"]).await;
    let client = &door.bench.client;
    for number in 1..=10 {
        if number % 2 == 0 {
            door.post("/v1/chat/completions", &chat(GEMINI, true)).await.text().await.unwrap();
        } else {
            door.chat("gpt-unheard-of").await;
        }
        assert_eq!(client.requests(RequestsArgs::default()).await.unwrap().len(), number);
    }
    let sums = client.request_statistics(RequestStatisticsArgs::default()).await.unwrap();
    assert_eq!((sums.total.requests, client.keys_list().await.unwrap()[0].requests_today), (10, 10));
}

/// Holds T24.
#[tokio::test(flavor = "multi_thread")]
async fn requests_are_written_down_without_what_was_said() {
    let door = Door::with(&["ada", "bob"]).await;
    door.bench.simulator.script(Fault::new(FaultKind::error("500")).on(CallKind::StreamGenerate));
    door.post("/v1/chat/completions", &chat(GEMINI, true)).await.text().await.unwrap();
    door.chat("gpt-unheard-of").await;
    let records = door.bench.requests().await;
    let refused = records.iter().find(|r| r.outcome == Outcome::Refused).unwrap();
    assert_eq!((refused.status, refused.model_asked.as_str()), (404, "gpt-unheard-of"));
    let ok = records.iter().find(|r| r.outcome == Outcome::Ok).unwrap();
    assert_eq!((ok.status, ok.retries, ok.model_used.as_deref()), (200, 1, Some(GEMINI)));
    assert!(ok.first_byte_ms.is_some() && ok.tokens.output.is_some() && ok.credential.is_some());
    assert!(ok.decision.english.starts_with("After 1 tried in vain"), "{:?}", ok.decision);
    assert!(ok.decision.chinese.starts_with("试过 1 个都不行，再试："), "{:?}", ok.decision);
    let why = &refused.decision.chinese;
    assert!(why.starts_with("模型 gpt-unheard-of 不存在"), "{why}");
    assert!(!format!("{records:?}").contains("Say hello"));
}
