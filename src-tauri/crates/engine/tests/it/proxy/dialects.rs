//! Every dialect: text, streams, tools, counts, listings.

use super::{CLAUDE, Door, GEMINI, STUDIO, chat, events};
use engine::testkit::ClientKeySpec;
use serde_json::{Value, json};
use simulator::{AccountKind, AccountSpec, ApiKeySpec, CallKind, Scenario};

#[tokio::test(flavor = "multi_thread")]
async fn openai_clients_get_text_whole_and_as_it_comes() {
    let door = Door::with(&["ada"]).await;
    for model in [GEMINI, CLAUDE] {
        let answer = door.chat(model).await;
        assert_eq!(answer.status(), 200);
        assert!(!answer.headers()["x-headroom-credential"].is_empty());
        assert!(answer.headers()["x-headroom-decision"].to_str().unwrap().contains("the only candidate"));
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["model"], model);
        assert!(!body["choices"][0]["message"]["content"].as_str().unwrap().is_empty(), "{body}");
        assert_eq!(body["choices"][0]["finish_reason"], "stop");
        assert!(body["usage"]["total_tokens"].as_u64().unwrap() > 0);

        let answer = door.post("/v1/chat/completions", &chat(model, true)).await;
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let text = answer.text().await.unwrap();
        let events = events(&text);
        assert_eq!(events.last().map(String::as_str), Some("[DONE]"), "{text}");
        let said: String = events[..events.len() - 1]
            .iter()
            .map(|event| serde_json::from_str::<Value>(event).unwrap())
            .filter_map(|event| event["choices"][0]["delta"]["content"].as_str().map(str::to_owned))
            .collect();
        assert!(!said.is_empty(), "{text}");
    }
    let old = door.post("/v1/completions", &json!({"model": GEMINI, "prompt": "Say hello."})).await;
    let old: Value = old.json().await.unwrap();
    assert!(!old["choices"][0]["text"].as_str().unwrap().is_empty(), "{old}");
    let image = json!({"model": "gemini-3.1-flash-image", "prompt": "a red dot"});
    let image = door.post("/v1/images/generations", &image).await;
    let (status, body): (_, Value) = (image.status(), image.json().await.unwrap());
    assert!(status == 200 && body["data"][0]["b64_json"].is_string(), "{status} {body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn openai_clients_call_tools_and_send_the_results_back() {
    let door = Door::with(&["ada"]).await;
    for model in [GEMINI, CLAUDE] {
        let tools = json!([{"type": "function", "function": {"name": "get_weather", "description": "Weather.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]);
        let question = json!({"role": "user", "content": "How is the weather in Paris?"});
        let ask = |messages: Value| json!({"model": model, "messages": messages, "tools": tools});
        let first: Value =
            door.post("/v1/chat/completions", &ask(json!([question]))).await.json().await.unwrap();
        let message = first["choices"][0]["message"].clone();
        assert_eq!(first["choices"][0]["finish_reason"], "tool_calls", "{first}");
        let call = &message["tool_calls"][0];
        assert_eq!(call["function"]["name"], "get_weather");
        // The simulated service wants its signature back, which this dialect cannot carry.
        let result = json!({"role": "tool", "tool_call_id": call["id"], "content": "{\"degrees\": 21}"});
        let second = door.post("/v1/chat/completions", &ask(json!([question, message, result]))).await;
        let (status, second): (_, Value) = (second.status(), second.json().await.unwrap());
        assert_eq!(status, 200, "{second}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_clients_get_items_in_order() {
    let door = Door::with(&["ada"]).await;
    for model in [GEMINI, CLAUDE] {
        let whole = json!({"model": model, "input": "Say hello."});
        let whole: Value = door.post("/v1/responses", &whole).await.json().await.unwrap();
        assert_eq!(whole["status"], "completed", "{whole}");
        let streamed = json!({"model": model, "input": "Say hello.", "stream": true});
        let text = door.post("/v1/responses", &streamed).await.text().await.unwrap();
        let kinds: Vec<String> = events(&text)
            .iter()
            .map(|event| serde_json::from_str::<Value>(event).unwrap()["type"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(kinds.first().map(String::as_str), Some("response.created"));
        assert_eq!(kinds.last().map(String::as_str), Some("response.completed"), "{text}");
        let tool = json!({"model": model, "input": "How is the weather?", "tools": [{"type": "function",
            "name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}]});
        let called: Value = door.post("/v1/responses", &tool).await.json().await.unwrap();
        let items = called["output"].as_array().unwrap();
        assert!(items.iter().any(|item| item["type"] == "function_call"), "{called}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn anthropic_clients_get_text_streams_and_tools() {
    let door = Door::with(&["ada"]).await;
    let send = |body: Value| {
        let request = door.http.post(door.url("/v1/messages")).header("x-api-key", &door.key);
        request.header("anthropic-version", "2023-06-01").json(&body).send()
    };
    for model in [GEMINI, CLAUDE] {
        let question = json!({"model": model, "max_tokens": 500, "messages": [{"role": "user", "content": "Say hello."}]});
        let whole: Value = send(question.clone()).await.unwrap().json().await.unwrap();
        assert_eq!(
            (&whole["type"], &whole["stop_reason"]),
            (&json!("message"), &json!("end_turn")),
            "{whole}"
        );
        let mut streamed = question.clone();
        streamed["stream"] = json!(true);
        let text = send(streamed).await.unwrap().text().await.unwrap();
        let names: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
        assert_eq!((names.first(), names.last()), (Some(&"message_start"), Some(&"message_stop")), "{text}");
        let mut tool = question;
        tool["tools"] = json!([{"name": "get_weather", "input_schema": {"type": "object",
            "properties": {"city": {"type": "string"}}}}]);
        let called: Value = send(tool).await.unwrap().json().await.unwrap();
        assert_eq!(called["stop_reason"], "tool_use", "{called}");
        let count = json!({"model": model, "messages": [{"role": "user", "content": "Say hello."}]});
        let counted: Value = door.post("/v1/messages/count_tokens", &count).await.json().await.unwrap();
        assert!(counted["input_tokens"].as_u64().unwrap() > 0, "{counted}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gemini_clients_get_their_own_form_back() {
    let door = Door::with(&["ada"]).await;
    let body = json!({"contents": [{"role": "user", "parts": [{"text": "Say hello."}]}]});
    for model in [GEMINI, CLAUDE] {
        let at = |method: &str| format!("/v1beta/models/{model}:{method}");
        let whole: Value = door.post(&at("generateContent"), &body).await.json().await.unwrap();
        assert!(
            !whole["candidates"][0]["content"]["parts"][0]["text"].as_str().unwrap().is_empty(),
            "{whole}"
        );
        let sse = door.post(&at("streamGenerateContent?alt=sse"), &body).await.text().await.unwrap();
        assert!(sse.starts_with("data: {\"candidates\"") && !sse.contains("[DONE]"), "{sse}");
        let list = door.post(&at("streamGenerateContent"), &body).await;
        assert_eq!(list.headers()["content-type"], "application/json");
        let list: Value = list.json().await.unwrap();
        assert!(!list.as_array().unwrap().is_empty());
        let count: Value = door.post(&at("countTokens"), &body).await.json().await.unwrap();
        assert!(count["totalTokens"].as_u64().unwrap() > 0, "{count}");
        let mut tools = body.clone();
        tools["tools"] = json!([{"functionDeclarations": [{"name": "get_weather",
            "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}}]}]);
        let called: Value = door.post(&at("generateContent"), &tools).await.json().await.unwrap();
        let parts = called["candidates"][0]["content"]["parts"].as_array().unwrap();
        assert!(parts.iter().any(|part| part["functionCall"]["name"] == "get_weather"), "{called}");
    }
    let by_header = door.http.post(door.url(&format!("/v1/models/{GEMINI}:generateContent")));
    let answer = by_header.header("x-goog-api-key", &door.key).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 200, "newer clients say /v1/");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_three_kinds_of_credential_serve() {
    let cli = AccountSpec::new("cli").kind(AccountKind::GeminiCli).tier(simulator::Tier::Standard);
    let scenario = Scenario { api_keys: vec![ApiKeySpec::new("studio")], ..Scenario::default() }.with(cli);
    let door = Door::open(scenario).await;
    assert_eq!(door.served(&door.chat(STUDIO).await), "cli");
    door.bench.set("provider_order", "api-key").await;
    // Another conversation: the first one stays where it is.
    let other = json!({"model": STUDIO, "messages": [{"role": "user", "content": "Say goodbye."}]});
    assert_eq!(door.served(&door.post("/v1/chat/completions", &other).await), "studio");
    let methods: Vec<_> = door.calls().iter().map(|call| call.method).collect();
    assert_eq!(methods, [CallKind::StreamGenerate, CallKind::KeyStream]);
}

#[tokio::test(flavor = "multi_thread")]
async fn models_are_listed_in_three_shapes_and_by_the_users_names() {
    let door = Door::with(&["ada"]).await;
    door.bench.set("proxy_aliases", &format!("my-model={GEMINI},claude-haiku-*={GEMINI}")).await;
    let get = |path: &str| door.http.get(door.url(path)).bearer_auth(&door.key);
    let openai: Value = get("/v1/models").send().await.unwrap().json().await.unwrap();
    let ids: Vec<_> = openai["data"].as_array().unwrap().iter().map(|m| m["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&GEMINI) && ids.contains(&CLAUDE) && ids.contains(&"my-model"), "{ids:?}");
    let anthropic = get("/v1/models").header("anthropic-version", "2023-06-01").send().await.unwrap();
    let anthropic: Value = anthropic.json().await.unwrap();
    assert_eq!(anthropic["has_more"], false, "{anthropic}");
    let gemini: Value = get("/v1beta/models").send().await.unwrap().json().await.unwrap();
    assert!(gemini["models"][0]["name"].as_str().unwrap().starts_with("models/"), "{gemini}");
    let by_query = door.http.get(door.url(&format!("/v1beta/models/{GEMINI}?key={}", door.key)));
    let one: Value = by_query.send().await.unwrap().json().await.unwrap();
    assert_eq!(one["name"], format!("models/{GEMINI}"));
    assert_eq!(get("/v1/models/none").send().await.unwrap().status(), 404);

    for name in ["my-model", "claude-haiku-4-5-20251001", &format!("models/{GEMINI}")] {
        let answer = door.chat(name).await;
        assert_eq!(answer.status(), 200, "{name}");
        assert_eq!(door.calls().last().unwrap().model.as_deref(), Some(GEMINI), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_reaches_no_further_than_its_models_and_its_cap() {
    let door = Door::with(&["ada"]).await;
    let spec = ClientKeySpec { name: "narrow".into(), models: vec!["claude".into()], daily_cap: Some(2) };
    let key = door.bench.client_key(spec).await;
    let ask = async |model| door.post_as(&key, "/v1/chat/completions", &chat(model, false)).await;
    let denied = ask(GEMINI).await;
    assert_eq!(denied.status(), 403);
    assert!(denied.text().await.unwrap().contains(GEMINI));
    for _ in 0..2 {
        assert_eq!(ask(CLAUDE).await.status(), 200);
    }
    let spent = ask(CLAUDE).await;
    assert_eq!(spent.status(), 429);
    assert!(spent.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 0);
    assert_eq!(door.calls().len(), 2);
    let list = door.http.get(door.url("/v1/models")).bearer_auth(&key).send().await.unwrap();
    let list: Value = list.json().await.unwrap();
    let ids: Vec<_> = list["data"].as_array().unwrap().iter().map(|m| m["id"].as_str().unwrap()).collect();
    assert!(!ids.is_empty() && ids.iter().all(|id| id.starts_with("claude")), "{ids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_of_the_web_goes_to_a_model_that_can() {
    const LITE: &str = "gemini-3.1-flash-lite";
    let door = Door::with(&["ada"]).await;
    let limited = ClientKeySpec { models: vec!["claude".into()], ..ClientKeySpec::named("limited") };
    let limited = door.bench.client_key(limited).await;
    let search = |model: &str| {
        json!({"model": model, "max_tokens": 500, "messages": [{"role": "user", "content": "Today? sim:grounded"}],
            "tools": [{"type": "web_search_20250305", "name": "web_search", "max_uses": 8}]})
    };
    for (key, asked, used) in [
        (&door.key, CLAUDE, LITE),
        (&door.key, GEMINI, GEMINI),
        (&door.key, LITE, LITE),
        (&limited, CLAUDE, CLAUDE),
    ] {
        door.bench.simulator.clear_calls();
        let answer = door.post_as(key, "/v1/messages", &search(asked)).await;
        let decision = answer.headers()["x-headroom-decision"].to_str().unwrap().to_owned();
        let (status, body): (_, Value) = (answer.status(), answer.json().await.unwrap());
        assert_eq!((status.as_u16(), &body["model"]), (200, &json!(asked)), "{body}");
        let call = &door.calls()[0];
        assert_eq!(call.model.as_deref(), Some(used));
        assert_eq!(decision.contains("cannot search the web"), asked != used, "{decision}");
        let sent = call.json();
        let searches = used != CLAUDE;
        assert_eq!(sent["requestType"] == "web_search", searches, "{sent}");
        assert_eq!(sent["request"]["tools"][0]["googleSearch"].is_object(), searches, "{sent}");
    }
    let mut both = search(CLAUDE);
    both["tools"].as_array_mut().unwrap().push(json!({"name": "look", "input_schema": {"type": "object"}}));
    door.bench.simulator.clear_calls();
    assert_eq!(door.post("/v1/messages", &both).await.status(), 200);
    assert_eq!(door.calls()[0].model.as_deref(), Some(CLAUDE), "beside other tools it is left out");
}
