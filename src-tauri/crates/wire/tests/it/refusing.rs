//! What is refused, with which words, and that nothing a client sends breaks anything or is fetched by anybody.

use crate::fixture::json as fixture;
use crate::mapping::{ENVELOPE, sent};
use domain::credential::Provider;
use proptest::prelude::*;
use serde_json::{Value, json};
use wire::bad_request::BadRequest;
use wire::convert::{Repair, Target, generate, mend};
use wire::dialect::{Asked, Delivery, Endpoint};

const NATIVE: Endpoint<'static> = Endpoint::Generate { model: "m", delivery: Delivery::Whole };
const CANARY: &str = "https://canary.example/x";
const GEMINI: Target<'static> =
    Target { provider: Provider::Antigravity, model: "gemini-3.6-flash-medium", catalogue: None };
const CLAUDE: Target<'static> =
    Target { provider: Provider::Antigravity, model: "claude-sonnet-4-6", catalogue: None };

#[test]
fn a_refused_request_says_which_field_and_why() {
    let chat = |body: Value| refused(Endpoint::ChatCompletions, &body);
    check(chat(json!({"model": "m"})), "messages", "messages: field required");
    check(chat(json!({"messages": [{"role": "user", "content": "x"}]})), "model", "model: field required");
    check(
        chat(json!({"model": "m", "messages": []})),
        "messages",
        "messages: must have at least one message",
    );
    let user = |content: Value| json!({"model": "m", "messages": [{"role": "user", "content": content}]});
    check(
        chat(user(json!([{"type": "text", "text": 5}]))),
        "messages[0].content[0].text",
        "messages[0].content[0].text: invalid type: integer `5`, expected a string",
    );
    check(chat(user(json!([{"type": "video"}]))), "messages[0].content[0].type", "not taken here");
    check(chat(json!({"model": "m", "messages": [{"role": "king"}]})), "messages[0].role", "must be system");
    let more = |key: &str, value: Value| {
        let mut body = user(json!("x"));
        body[key] = value;
        body
    };
    check(chat(more("max_tokens", json!(0))), "max_tokens", "at least 1");
    check(chat(more("max_tokens", json!(1.5))), "max_tokens", "a whole number");
    check(chat(more("n", json!(9))), "n", "must be 1 to 8");
    check(chat(more("temperature", json!("hot"))), "temperature", "invalid type");
    check(chat(more("tool_choice", json!("perhaps"))), "tool_choice", "must be auto");
    check(
        chat(more("tool_choice", json!({"type": "function", "function": {"name": "f"}}))),
        "tool_choice",
        "not among the tools",
    );
    let mut streamed = more("n", json!(2));
    streamed["stream"] = json!(true);
    check(chat(streamed), "n", "more than one streamed answer is not offered here");
    check(
        refused(Endpoint::Completions, &json!({"model": "m", "prompt": ["a", "b"]})),
        "prompt",
        "more than one prompt",
    );
    check(
        refused(Endpoint::Completions, &json!({"model": "m", "prompt": [1, 2]})),
        "prompt[0]",
        "expected a string",
    );
    check(
        refused(Endpoint::Responses, &json!({"model": "m", "input": "x", "previous_response_id": "resp_1"})),
        "previous_response_id",
        "Send the whole conversation",
    );
    check(
        refused(
            Endpoint::Responses,
            &json!({"model": "m", "input": "x", "tools": [{"type": "code_interpreter"}]}),
        ),
        "tools",
        "not offered here",
    );
    check(
        refused(Endpoint::Messages, &json!({"model": "m", "messages": []})),
        "max_tokens",
        "field required",
    );
    check(refused(Endpoint::Images, &json!({"model": "m", "prompt": "x", "n": 3})), "n", "Ask once for each");
    check(refused(NATIVE, &json!({"contents": []})), "contents", "at least one content");
    check(
        refused(NATIVE, &json!({"contents": [{"parts": [{"inlineData": {"data": "AA"}}]}]})),
        "contents[0].parts[0].inlineData.mimeType",
        "field required",
    );
}

#[test]
fn what_is_no_json_is_refused_without_a_field() {
    for (endpoint, body) in
        [(Endpoint::ChatCompletions, ""), (NATIVE, "{\"contents\":"), (Endpoint::Messages, "<html>")]
    {
        let bad = Asked::read(endpoint, body.as_bytes()).unwrap_err();
        assert!(matches!(bad, BadRequest::NotJson(_)) && bad.param().is_none(), "{bad}");
    }
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for endpoint in [Endpoint::ChatCompletions, Endpoint::Responses, Endpoint::Messages, NATIVE] {
        assert!(Asked::read(endpoint, deep.as_bytes()).is_err());
    }
}

/// Holds T17.
#[test]
fn nothing_a_client_names_is_fetched_by_anybody() {
    let chat = |part: Value| {
        (Endpoint::ChatCompletions, json!({"model": "m", "messages": [{"role": "user", "content": [part]}]}))
    };
    let responses = |part: Value| {
        (Endpoint::Responses, json!({"model": "m", "input": [{"role": "user", "content": [part]}]}))
    };
    let messages = |block: Value| {
        (
            Endpoint::Messages,
            json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": [block]}]}),
        )
    };
    let native = |part: Value| (NATIVE, json!({"contents": [{"parts": [part]}]}));
    let url_source = json!({"type": "url", "url": CANARY});
    for (endpoint, body) in [
        chat(json!({"type": "image_url", "image_url": {"url": CANARY}})),
        chat(json!({"type": "image_url", "image_url": CANARY})),
        chat(json!({"type": "file", "file": {"file_data": CANARY}})),
        chat(json!({"type": "file", "file": {"file_id": CANARY}})),
        responses(json!({"type": "input_image", "image_url": CANARY})),
        responses(json!({"type": "input_file", "file_url": CANARY})),
        responses(json!({"type": "input_file", "file_data": CANARY})),
        responses(json!({"type": "input_image", "file_id": CANARY})),
        messages(json!({"type": "image", "source": url_source})),
        messages(json!({"type": "document", "source": url_source})),
        messages(
            json!({"type": "tool_result", "tool_use_id": "x", "content": [{"type": "image", "source": url_source}]}),
        ),
        messages(json!({"type": "image", "source": {"type": "file", "file_id": CANARY}})),
        native(json!({"fileData": {"mimeType": "image/png", "fileUri": CANARY}})),
        native(json!({"file_data": {"file_uri": CANARY}})),
        native(
            json!({"functionResponse": {"name": "f", "response": {}, "parts": [{"fileData": {"fileUri": CANARY}}]}}),
        ),
    ] {
        let bad = refused(endpoint, &body);
        assert!(matches!(bad, BadRequest::Address { .. } | BadRequest::KeptFile { .. }), "{body}");
        assert!(!bad.to_string().contains(CANARY));
    }
    let schema = json!({"type": "object", "properties": {"a": {"$ref": format!("{CANARY}#/Foo")}}});
    let tool = json!({"type": "function", "function": {"name": "f", "parameters": schema}});
    for (key, value) in [
        ("tools", json!([tool])),
        ("metadata", json!({"url": CANARY})),
        ("image_url", json!(CANARY)),
        ("mcp_servers", json!([{"url": CANARY}])),
        ("web_search_options", json!({"user_location": CANARY})),
    ] {
        let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}]});
        body[key] = value;
        let sent = sent(Endpoint::ChatCompletions, &body, &GEMINI, &()).to_string();
        assert!(!sent.contains("canary.example"), "{key}: {sent}");
    }
    // Only what is a text to the model may name it.
    let said = json!({"model": "m", "messages": [{"role": "user", "content": CANARY}]});
    let sent = sent(Endpoint::ChatCompletions, &said, &GEMINI, &());
    assert_eq!(sent["request"]["contents"][0]["parts"], json!([{"text": CANARY}]));
}

#[test]
fn half_a_character_does_not_spoil_a_request() {
    let body = br#"{"model":"m","messages":[{"role":"user","content":"cut \ud83d"}]}"#;
    assert!(Asked::read(Endpoint::ChatCompletions, body).is_err());
    let mended = mend(body);
    let asked = Asked::read(Endpoint::ChatCompletions, &mended).unwrap();
    let prepared = generate(asked.draft(), &GEMINI, &ENVELOPE, &(), &Repair::none()).unwrap();
    assert!(String::from_utf8(prepared.body).unwrap().contains("cut \u{fffd}"));
}

/// Holds F56.
#[test]
fn a_request_with_any_field_dropped_or_retyped_is_sent_or_refused() {
    let replacements = [Value::Null, json!(7), json!("x"), json!([]), json!({}), json!(true)];
    for case in fixture("vectors/request_mapping.json").as_array().unwrap() {
        let endpoint = match case["protocol"].as_str().unwrap() {
            "openai.chat" => Endpoint::ChatCompletions,
            "openai.responses" => Endpoint::Responses,
            "anthropic.messages" => Endpoint::Messages,
            _ => NATIVE,
        };
        let body = &case["client_request"];
        for pointer in pointers(body, "") {
            let dropped = without(body, &pointer);
            let retyped = replacements.iter().map(|replacement| {
                let mut body = body.clone();
                *body.pointer_mut(&pointer).unwrap() = replacement.clone();
                body
            });
            for damaged in std::iter::once(dropped).chain(retyped) {
                goes_out_or_not(endpoint, damaged.to_string().as_bytes());
            }
        }
    }
}

/// Where a request is taken, every target gets a readable one.
fn goes_out_or_not(endpoint: Endpoint<'_>, body: &[u8]) {
    let Ok(asked) = Asked::read(endpoint, body) else { return };
    for target in
        [GEMINI, CLAUDE, Target { provider: Provider::GeminiCli, model: "gemini-2.5-pro", catalogue: None }]
    {
        let prepared = generate(asked.draft(), &target, &ENVELOPE, &(), &Repair::none()).unwrap();
        let sent: Value = serde_json::from_slice(&prepared.body).unwrap();
        assert!(!sent["request"]["contents"].as_array().unwrap().is_empty());
    }
}

fn pointers(value: &Value, at: &str) -> Vec<String> {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            fields.iter().map(|(k, v)| (k.replace('~', "~0").replace('/', "~1"), v)).collect()
        }
        Value::Array(list) => list.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        _ => vec![],
    };
    inside
        .into_iter()
        .flat_map(|(key, value)| {
            let here = format!("{at}/{key}");
            let mut all = pointers(value, &here);
            all.push(here);
            all
        })
        .collect()
}

fn without(body: &Value, pointer: &str) -> Value {
    let mut body = body.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match body.pointer_mut(parent).unwrap() {
        Value::Object(fields) => drop(fields.remove(&key.replace("~1", "/").replace("~0", "~"))),
        Value::Array(list) => drop(list.remove(key.parse().unwrap())),
        other => panic!("{other}"),
    }
    body
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn any_document_is_sent_or_refused(
        body in document(),
        endpoint in prop::sample::select(vec![Endpoint::ChatCompletions, Endpoint::Completions, Endpoint::Responses,
            Endpoint::Images, Endpoint::Messages, Endpoint::CountMessages, NATIVE, Endpoint::CountContents { model: "m" }]),
    ) {
        goes_out_or_not(endpoint, body.to_string().as_bytes());
    }

    #[test]
    fn any_bytes_are_refused(body in proptest::collection::vec(any::<u8>(), 0..100)) {
        for endpoint in [Endpoint::ChatCompletions, Endpoint::Responses, Endpoint::Messages, NATIVE] {
            prop_assert!(Asked::read(endpoint, &mend(&body)).is_err());
        }
    }
}

/// Any JSON, made of the fields requests have.
fn document() -> impl Strategy<Value = Value> {
    let names = vec![
        "model",
        "messages",
        "input",
        "contents",
        "role",
        "content",
        "parts",
        "text",
        "type",
        "tool_calls",
        "function",
        "name",
        "arguments",
        "tools",
        "parameters",
        "input_schema",
        "tool_choice",
        "functionCall",
        "functionResponse",
        "args",
        "response",
        "inlineData",
        "generationConfig",
        "thinking",
        "system",
        "prompt",
        "max_tokens",
        "id",
        "source",
        "image_url",
        "url",
        "functionDeclarations",
        "thoughtSignature",
        "properties",
    ];
    let texts = vec![
        "user",
        "assistant",
        "model",
        "tool",
        "text",
        "tool_use",
        "tool_result",
        "function",
        "{}",
        "image",
        "base64",
        "x",
        "",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(texts).prop_map(Value::from),
    ];
    let inner = leaf.prop_recursive(6, 80, 6, move |inner| {
        let name = prop::sample::select(names.clone()).prop_map(str::to_owned);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::btree_map(name, inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    (inner.clone(), inner.clone(), inner).prop_map(|(messages, tools, mut body)| {
        if let Value::Object(fields) = &mut body {
            let list = |value: Value| if value.is_array() { value } else { json!([value]) };
            let messages = list(messages);
            for key in ["messages", "input", "contents"] {
                fields.insert(key.to_owned(), messages.clone());
            }
            fields.insert("tools".to_owned(), list(tools));
            fields.insert("model".to_owned(), json!("m"));
            fields.insert("max_tokens".to_owned(), json!(100));
        }
        body
    })
}

fn refused(endpoint: Endpoint<'_>, body: &Value) -> BadRequest {
    let body = body.to_string();
    match Asked::read(endpoint, body.as_bytes()) {
        Err(bad) => bad,
        Ok(_) => panic!("{endpoint:?} took {body}"),
    }
}

#[track_caller]
fn check(bad: BadRequest, param: &str, words: &str) {
    assert_eq!(bad.param(), Some(param), "{bad}");
    assert!(bad.to_string().contains(words), "{bad}");
}
