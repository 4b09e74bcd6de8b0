//! API keys of AI Studio.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::{ApiKeySpec, ApiKeyState, CallKind, Scenario};

use crate::{
    bench::{Answer, Bench, minutes},
    generation::events,
};

const MODEL: &str = "/v1beta/models/gemini-2.5-flash";

async fn bench(key: ApiKeySpec) -> Bench {
    Bench::with(Scenario { api_keys: vec![key], ..Scenario::default() }).await
}

fn key() -> ApiKeySpec {
    ApiKeySpec::new("studio")
}

fn hello() -> Value {
    json!({"contents": [{"parts": [{"text": "hello"}]}]})
}

async fn post(bench: &Bench, path: &str, body: &Value) -> Answer {
    bench
        .send(bench.request(Method::POST, path).header("x-goog-api-key", "FAKE_API_KEY_STUDIO").json(body))
        .await
}

async fn get(bench: &Bench, path: &str) -> Answer {
    bench.send(bench.request(Method::GET, path).header("x-goog-api-key", "FAKE_API_KEY_STUDIO")).await
}

#[tokio::test]
async fn a_key_generates_streams_and_counts_without_an_envelope() {
    let bench = bench(key()).await;
    let whole = post(&bench, &format!("{MODEL}:generateContent"), &hello()).await.json();
    assert_eq!(whole["candidates"][0]["finishReason"], "STOP");
    assert_eq!(whole.get("response"), None);
    let streamed = post(&bench, &format!("{MODEL}:streamGenerateContent?alt=sse"), &hello()).await;
    assert_eq!(events(&streamed.text).last().unwrap()["candidates"][0]["finishReason"], "STOP");
    for body in [
        hello(),
        json!({"generateContentRequest": {"model": "models/gemini-2.5-flash", "contents": hello()["contents"]}}),
    ] {
        assert_eq!(
            post(&bench, &format!("{MODEL}:countTokens"), &body).await.json(),
            json!({"totalTokens": 2})
        );
    }
    let calls: Vec<_> =
        bench.sim.calls().into_iter().map(|call| (call.method, call.account, call.model)).collect();
    let expected = [CallKind::KeyGenerate, CallKind::KeyStream, CallKind::KeyCount, CallKind::KeyCount]
        .map(|method| (method, Some("studio".to_owned()), Some("gemini-2.5-flash".to_owned())));
    assert_eq!(calls, expected);
}

#[tokio::test]
async fn the_model_list_comes_in_pages() {
    let bench = bench(key()).await;
    let all = get(&bench, "/v1beta/models?pageSize=1000").await.json();
    let names = |page: &Value| -> Vec<String> {
        page["models"]
            .as_array()
            .unwrap()
            .iter()
            .map(|model| model["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(all.get("nextPageToken"), None);
    let mut paged = Vec::new();
    let mut token = String::new();
    loop {
        let page = get(&bench, &format!("/v1beta/models?pageSize=4&pageToken={token}")).await.json();
        paged.extend(names(&page));
        match page["nextPageToken"].as_str() {
            Some(next) => token = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(paged, names(&all));
    assert_eq!(get(&bench, MODEL).await.json()["displayName"], "Gemini 2.5 Flash");
    assert_eq!(get(&bench, "/v1beta/models/gemini-9").await.status, 404);
    assert_eq!(
        post(&bench, "/v1beta/models/gemini-embedding-001:generateContent", &hello()).await.status,
        404
    );
}

#[tokio::test]
async fn a_key_that_does_not_work_is_told_why() {
    for (state, status, reason) in [
        (ApiKeyState::Invalid, 400, Some("API_KEY_INVALID")),
        (ApiKeyState::ServiceDisabled, 403, Some("SERVICE_DISABLED")),
        (ApiKeyState::Blocked, 403, Some("API_KEY_SERVICE_BLOCKED")),
        (ApiKeyState::Referrer, 403, Some("API_KEY_HTTP_REFERRER_BLOCKED")),
        (ApiKeyState::Overloaded, 503, None),
    ] {
        let bench = bench(ApiKeySpec { state, ..key() }).await;
        let answer = post(&bench, &format!("{MODEL}:generateContent"), &hello()).await;
        assert_eq!((answer.status, answer.reason().as_deref()), (status, reason), "{state:?}");
    }
}

#[tokio::test]
async fn an_unknown_key_and_a_key_in_the_query_are_refused() {
    let bench = bench(key()).await;
    let path = format!("{MODEL}:generateContent");
    let unknown = bench
        .send(bench.request(Method::POST, &path).header("x-goog-api-key", "FAKE_OTHER").json(&hello()))
        .await;
    assert_eq!((unknown.status, unknown.reason().as_deref()), (400, Some("API_KEY_INVALID")));
    let query = format!("{path}?key=FAKE_API_KEY_STUDIO");
    let in_query = bench.send(bench.request(Method::POST, &query).json(&hello())).await;
    assert_eq!(in_query.status, 403);
}

#[tokio::test]
async fn a_spent_key_is_told_which_limit_and_until_when() {
    let bench = bench(ApiKeySpec { per_minute: Some(1), per_day: Some(2), ..key() }).await;
    let path = format!("{MODEL}:generateContent");
    let violation = |answer: &Answer| answer.json()["error"]["details"][0]["violations"][0].clone();
    assert_eq!(post(&bench, &path, &hello()).await.status, 200);
    let minute = post(&bench, &path, &hello()).await;
    assert_eq!((minute.status, &violation(&minute)["quotaValue"]), (429, &json!("1")));
    assert!(violation(&minute)["quotaId"].as_str().unwrap().contains("PerMinute"));
    assert_eq!(minute.json()["error"]["details"][2]["retryDelay"], "60s");
    bench.sim.advance(minutes(1));
    assert_eq!(post(&bench, &path, &hello()).await.status, 200);
    bench.sim.advance(minutes(1));
    let day = post(&bench, &path, &hello()).await;
    assert!(violation(&day)["quotaId"].as_str().unwrap().contains("PerDay"));
    // 00:02 UTC is 17:02 the day before in Los Angeles.
    assert_eq!(day.json()["error"]["details"][2]["retryDelay"], "25080s");
    bench.sim.advance(minutes(7 * 60));
    assert_eq!(post(&bench, &path, &hello()).await.status, 200);
}

#[tokio::test]
async fn session_and_labels_are_not_part_of_this_api() {
    let bench = bench(key()).await;
    for field in ["sessionId", "labels", "project"] {
        let mut body = hello();
        body[field] = json!({});
        let answer = post(&bench, &format!("{MODEL}:generateContent"), &body).await;
        assert!(answer.status == 400 && answer.text.contains(field), "{field}: {}", answer.text);
    }
}
