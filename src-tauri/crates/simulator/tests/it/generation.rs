//! What models say, whole and streamed.

use serde_json::{Value, json};
use simulator::{AccountSpec, Options, Scenario, Tier};

use crate::bench::{Answer, Bench, fixture, saying, signed_in};

const GEMINI: &str = "gemini-3.6-flash-medium";
const CLAUDE: &str = "claude-sonnet-4-6";

/// The events of a stream.
pub fn events(text: &str) -> Vec<Value> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("data: "));
    lines.map(|data| serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {data}"))).collect()
}

fn candidate(body: &Value) -> &Value {
    &body["response"]["candidates"][0]
}

/// All parts of a stream, and the last finish reason and usage.
fn joined(answer: &Answer) -> (Vec<Value>, Value, Value) {
    let events = events(&answer.text);
    let parts = events
        .iter()
        .flat_map(|event| candidate(event)["content"]["parts"].as_array().cloned().unwrap_or_default());
    let last = events.last().unwrap();
    (parts.collect(), candidate(last)["finishReason"].clone(), last["response"]["usageMetadata"].clone())
}

fn text_of(parts: &[Value]) -> String {
    parts.iter().filter(|part| part["thought"] != true).filter_map(|part| part["text"].as_str()).collect()
}

async fn stream(bench: &Bench, body: &Value) -> Answer {
    let answer = bench.assist("ada", "streamGenerateContent?alt=sse", body).await;
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    answer
}

async fn whole(bench: &Bench, body: &Value) -> Value {
    let answer = bench.assist("ada", "generateContent", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn thinking(mut body: Value, budget: i64) -> Value {
    body["request"]["generationConfig"] =
        json!({"thinkingConfig": {"includeThoughts": true, "thinkingBudget": budget}});
    body
}

fn with_tool(mut body: Value) -> Value {
    body["request"]["tools"] =
        fixture("requests/generate.antigravity.gemini.tool_turn2.json")["request"]["tools"].clone();
    body
}

#[tokio::test]
async fn whole_and_streamed_answers_say_the_same() {
    for id in [GEMINI, CLAUDE, "gpt-oss-120b-medium"] {
        let bench = Bench::ada().await;
        let body = saying("ada", id, "Say hello.");
        let one = whole(&bench, &body).await;
        let (parts, finish, usage) = joined(&stream(&bench, &body).await);
        assert_eq!(text_of(&parts), text_of(candidate(&one)["content"]["parts"].as_array().unwrap()), "{id}");
        assert_eq!((&finish, &usage), (&json!("STOP"), &one["response"]["usageMetadata"]), "{id}");
        assert_eq!(one["response"]["modelVersion"], id);
    }
}

#[tokio::test]
async fn early_chunks_of_a_stream_carry_the_prompt_only() {
    let bench = Bench::ada().await;
    let events = events(&stream(&bench, &saying("ada", GEMINI, "Say hello.")).await.text);
    assert!(events.len() > 2);
    let usage = &events[0]["response"]["usageMetadata"];
    assert_eq!(usage["totalTokenCount"], usage["promptTokenCount"]);
    assert_eq!(usage.get("candidatesTokenCount"), None);
}

#[tokio::test]
async fn gemini_thinks_first_and_signs_the_last_text() {
    let bench = Bench::ada().await;
    let (parts, finish, usage) =
        joined(&stream(&bench, &thinking(saying("ada", GEMINI, "Hello?"), 4000)).await);
    assert_eq!((parts[0]["thought"].as_bool(), &finish), (Some(true), &json!("STOP")));
    let last = parts.last().unwrap();
    assert_eq!((last["text"].as_str(), last["thoughtSignature"].is_string()), (Some(""), true));
    assert_eq!(usage["thoughtsTokenCount"], 9);
    let sum: u64 = ["promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount"]
        .iter()
        .map(|n| usage[n].as_u64().unwrap())
        .sum();
    assert_eq!(usage["totalTokenCount"], sum);
}

#[tokio::test]
async fn claude_thinks_first_and_signs_the_thinking() {
    let bench = Bench::ada().await;
    let (parts, _, usage) = joined(&stream(&bench, &thinking(saying("ada", CLAUDE, "Hello?"), 2000)).await);
    let signed: Vec<_> = parts.iter().filter(|part| part["thoughtSignature"].is_string()).collect();
    assert_eq!((signed.len(), &signed[0]["thought"], &signed[0]["text"]), (1, &json!(true), &json!("")));
    assert!(signed[0]["thoughtSignature"].as_str().unwrap().starts_with('R'));
    assert_eq!(usage.get("thoughtsTokenCount"), None, "Claude's thinking is inside the candidates");
    let silent = whole(&bench, &saying("ada", CLAUDE, "Hello?")).await;
    assert_eq!(candidate(&silent)["content"]["parts"].as_array().unwrap().len(), 1);
}

/// A whole tool step: the model's turn goes back as it came, with its result, and is accepted.
#[tokio::test]
async fn a_tool_step_goes_round_with_its_signatures() {
    for (id, budget) in
        [(GEMINI, 4000), (CLAUDE, 2000), (CLAUDE, 0), ("gpt-oss-120b-medium", 0), ("gemini-2.5-pro", 128)]
    {
        let bench = Bench::ada().await;
        let mut body = with_tool(thinking(saying("ada", id, "Weather? sim:parallel"), budget));
        let first = whole(&bench, &body).await;
        let turn = candidate(&first)["content"].clone();
        let calls: Vec<Value> =
            turn["parts"].as_array().unwrap().iter().filter_map(|p| p.get("functionCall").cloned()).collect();
        assert_eq!(
            (calls.len(), &calls[0]["args"]["city"], &calls[1]["args"]["city"]),
            (2, &json!("Paris"), &json!("Rome")),
            "{id}"
        );
        assert_eq!(calls[0]["id"].is_string(), id == CLAUDE, "{id}");

        let (streamed, finish, _) = joined(&stream(&bench, &body).await);
        let streamed_calls = streamed.iter().filter(|part| part.get("functionCall").is_some()).count();
        assert_eq!((streamed_calls, finish), (2, json!("STOP")), "{id}");

        let results: Vec<Value> = calls
            .iter()
            .map(|call| {
                let mut result = json!({"name": call["name"], "response": {"result": "18 C"}});
                if let Some(call_id) = call.get("id") {
                    result["id"] = call_id.clone();
                }
                json!({"functionResponse": result})
            })
            .collect();
        let contents = body["request"]["contents"].as_array_mut().unwrap();
        contents.extend([turn, json!({"role": "user", "parts": results})]);
        let second = whole(&bench, &body).await;
        let text = text_of(candidate(&second)["content"]["parts"].as_array().unwrap());
        assert!(text.contains("get_weather said") && text.contains("18 C"), "{id}: {text}");
    }
}

#[tokio::test]
async fn a_changed_thinking_block_is_refused() {
    let bench = Bench::ada().await;
    let mut body = thinking(saying("ada", CLAUDE, "Hello?"), 2000);
    let mut turn = candidate(&whole(&bench, &body).await)["content"].clone();
    turn["parts"][0]["text"] = "Something else.".into();
    let again = json!({"role": "user", "parts": [{"text": "And?"}]});
    body["request"]["contents"].as_array_mut().unwrap().extend([turn, again]);
    let refused = bench.assist("ada", "generateContent", &body).await;
    assert!(
        refused.status == 400 && refused.text.contains("Invalid `signature` in `thinking` block"),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn tools_are_called_as_the_mode_says() {
    let bench = Bench::ada().await;
    let two = json!([{"functionDeclarations": [{"name": "first"}, {"name": "second"}]}]);
    for (config, called) in [
        (json!({"mode": "VALIDATED"}), Some("first")),
        (json!({"mode": "ANY", "allowedFunctionNames": ["second"]}), Some("second")),
        (json!({"mode": "NONE"}), None),
    ] {
        let mut body = saying("ada", GEMINI, "go");
        body["request"]["tools"] = two.clone();
        body["request"]["toolConfig"] = json!({"functionCallingConfig": config});
        let answer = whole(&bench, &body).await;
        assert_eq!(
            candidate(&answer)["content"]["parts"][0]["functionCall"]["name"].as_str(),
            called,
            "{config}"
        );
    }
    let answer = whole(&bench, &with_tool(saying("ada", GEMINI, "only sim:text"))).await;
    assert!(candidate(&answer)["content"]["parts"][0]["text"].is_string());
}

#[tokio::test]
async fn a_short_limit_cuts_the_answer() {
    let bench = Bench::ada().await;
    for (request, finish, text, thoughts) in [
        ("warmup.claude", "MAX_TOKENS", Some("Hi! "), None),
        ("warmup.gemini.bare_minimum", "MAX_TOKENS", None, Some(1)),
        ("warmup.gemini", "STOP", Some("Hi! This is the simulator speaking. You said: “hi”"), None),
    ] {
        let mut body = fixture(&format!("requests/{request}.json"));
        body["project"] = "example-project-ada".into();
        let answer = whole(&bench, &body).await;
        assert_eq!(candidate(&answer)["finishReason"], finish, "{request}");
        assert_eq!(candidate(&answer)["content"]["parts"][0]["text"].as_str(), text, "{request}");
        assert_eq!(answer["response"]["usageMetadata"]["thoughtsTokenCount"].as_u64(), thoughts, "{request}");
        let (parts, streamed, _) = joined(&stream(&bench, &body).await);
        assert_eq!((text_of(&parts).as_str(), &streamed), (text.unwrap_or(""), &json!(finish)), "{request}");
    }
}

#[tokio::test]
async fn words_of_the_user_bring_every_kind_of_ending() {
    let bench = Bench::ada().await;
    for (wish, finish) in [
        ("safety", Some("SAFETY")),
        ("malformed", Some("MALFORMED_FUNCTION_CALL")),
        ("no_parts", Some("MAX_TOKENS")),
        ("recitation", Some("RECITATION")),
        ("spii", Some("SPII")),
        ("image", Some("STOP")),
        ("grounded", Some("STOP")),
        ("blocked", None),
        ("empty", None),
        ("truncate", None),
    ] {
        let body = saying("ada", GEMINI, &format!("please sim:{wish}"));
        let answer = whole(&bench, &body).await;
        assert_eq!(candidate(&answer)["finishReason"].as_str(), finish, "{wish}");
        let (_, streamed, _) = joined(&stream(&bench, &body).await);
        assert_eq!(streamed.as_str(), finish, "{wish}");
    }
    let blocked = whole(&bench, &saying("ada", GEMINI, "sim:blocked")).await;
    assert_eq!(blocked["response"]["promptFeedback"]["blockReason"], "PROHIBITED_CONTENT");
    let version = whole(&bench, &saying("ada", GEMINI, "sim:version")).await;
    assert_eq!(version["response"]["usageMetadata"]["totalTokenCount"], 0);
}

#[tokio::test]
async fn an_error_may_come_whole_or_in_the_middle_of_a_stream() {
    let bench = Bench::ada().await;
    let body = saying("ada", GEMINI, "sim:error=503.capacity");
    assert_eq!(bench.assist("ada", "generateContent", &body).await.status, 503);
    let events = events(&stream(&bench, &body).await.text);
    assert_eq!(events.len(), 3);
    assert_eq!(events[2]["error"]["details"][0]["reason"], "MODEL_CAPACITY_EXHAUSTED");
}

#[tokio::test]
async fn image_models_draw_unless_text_is_asked_for() {
    let bench = Bench::ada().await;
    let mut body = fixture("requests/generate.antigravity.image.json");
    body["project"] = "example-project-ada".into();
    let drawn = whole(&bench, &body).await;
    assert_eq!(candidate(&drawn)["content"]["parts"][0]["inlineData"]["mimeType"], "image/png");
    let mut body = fixture("requests/warmup.image.json");
    body["project"] = "example-project-ada".into();
    assert!(candidate(&whole(&bench, &body).await)["content"]["parts"][0]["text"].is_string());
    assert!(bench.windows("ada").await["gemini-5h"].0 < Some(1.0), "images drain the gemini pool");
}

#[tokio::test]
async fn json_is_answered_where_json_is_asked_for() {
    let bench = Bench::ada().await;
    let mut body = saying("ada", GEMINI, "One city.");
    body["request"]["generationConfig"] = json!({"responseMimeType": "application/json"});
    let answer = whole(&bench, &body).await;
    let text = text_of(candidate(&answer)["content"]["parts"].as_array().unwrap());
    assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}");
}

#[tokio::test]
async fn cost_follows_tokens_and_the_subscription() {
    let mut left = Vec::new();
    for tier in [Tier::Free, Tier::Pro, Tier::Ultra] {
        let bench = Bench::of(AccountSpec::new("ada").tier(tier)).await;
        let body = saying("ada", GEMINI, &"word".repeat(100_000));
        assert_eq!(bench.assist("ada", "generateContent", &body).await.status, 200);
        left.push(bench.windows("ada").await["gemini-5h"].0.unwrap());
    }
    assert!(left[0] < 0.81 && left[0] > 0.79 && left[0] < left[1] && left[1] < left[2], "{left:?}");
}

#[tokio::test]
async fn tokens_are_counted_bare_or_wrapped() {
    let request = json!({"request": {"model": "models/gemini-2.5-pro", "contents": [{"role": "user", "parts": [{"text": "12345678"}]}]}});
    for wrapped in [false, true] {
        let options = Options { count_tokens_wrapped: wrapped, ..Options::default() };
        let bench =
            Bench::with(Scenario { options, ..Scenario::default().with(signed_in(AccountSpec::new("ada"))) })
                .await;
        let counted = bench.assist("ada", "countTokens", &request).await.json();
        let expected =
            if wrapped { json!({"response": {"totalTokens": 2}}) } else { json!({"totalTokens": 2}) };
        assert_eq!(counted, expected);
        let mut opus = request.clone();
        opus["request"]["model"] = "claude-opus-4-6-thinking".into();
        assert_eq!(bench.assist("ada", "countTokens", &opus).await.status, 404);
    }
}
