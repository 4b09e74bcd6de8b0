//! Requests the service would refuse, and the ones our own client sends.

use serde_json::{Value, json};
use simulator::{AccountKind, AccountSpec, Flag, Refusal, Scenario, Tier};

use crate::bench::{Bench, fixture, signed_in};

const GEMINI: &str = "gemini-3.6-flash-medium";
const CLAUDE: &str = "claude-sonnet-4-6";
/// Signatures of the fixtures.
const GEMINI_SIGNATURE: &str = "Eh9GQUtFLUdFTUlOSS1TSUdOQVRVUkUtQ0FMTC1TMDAx";
const CLAUDE_SIGNATURE: &str = "RWlJS0lFWkJTMFV0UTB4QlZVUkZMVk5KUjA1QlZGVlNSUzFVU0VsT1N5MVRNREF5";

fn user(parts: Value) -> Value {
    json!({"role": "user", "parts": parts})
}

fn model(parts: Value) -> Value {
    json!({"role": "model", "parts": parts})
}

fn text(words: &str) -> Value {
    json!({"text": words})
}

fn call(id: &str) -> Value {
    json!({"functionCall": {"id": id, "name": "get_weather", "args": {"city": "Paris"}}})
}

fn result(id: &str) -> Value {
    json!({"functionResponse": {"id": id, "name": "get_weather", "response": {"result": "18 C"}}})
}

fn signed(mut part: Value, signature: &str) -> Value {
    part["thoughtSignature"] = signature.into();
    part
}

fn thought(words: &str) -> Value {
    json!({"text": words, "thought": true})
}

fn saying(contents: Value) -> Value {
    json!({"contents": contents})
}

fn hello() -> Value {
    saying(json!([user(json!([text("hello")]))]))
}

fn with(mut request: Value, field: &str, value: Value) -> Value {
    request[field] = value;
    request
}

fn declaring(functions: Value) -> Value {
    with(hello(), "tools", json!([{"functionDeclarations": functions}]))
}

fn parameters(schema: Value) -> Value {
    declaring(json!([{"name": "f", "parameters": schema}]))
}

async fn send(bench: &Bench, id: &str, request: &Value) -> (u16, Value) {
    let body = json!({"project": "example-project-ada", "model": id, "request": request});
    let answer = bench.assist("ada", "generateContent", &body).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn every_captured_400_has_a_request_that_provokes_it() {
    let weather = || json!([text("Weather?")]);
    let plain_properties = |odd: Value, at: usize| -> Value {
        let all =
            (0..7).map(|i| (format!("p{i}"), if i == at { odd.clone() } else { json!({"type": "STRING"}) }));
        Value::Object(all.collect())
    };
    let functions = |count: usize, odd: Value, at: usize| -> Value {
        let function = |i: usize| {
            let properties = if i == count - 1 {
                plain_properties(odd.clone(), at)
            } else {
                json!({"a": {"type": "STRING"}})
            };
            json!({"name": format!("f{i}"), "parameters": {"type": "OBJECT", "properties": properties}})
        };
        (0..count).map(function).collect()
    };
    let bounded = json!({"type": "INTEGER", "exclusiveMinimum": 0});
    let thinking = |config: Value| {
        with(hello(), "generationConfig", json!({"maxOutputTokens": 4096, "thinkingConfig": config}))
    };

    let cases = [
        ("400.empty_part", GEMINI, saying(json!([user(json!([text("")]))]))),
        ("400.generic", GEMINI, saying(json!([model(json!([text("hi")])), user(json!([text("hi")]))]))),
        ("400.invalid_argument.schema_type", GEMINI, declaring(functions(54, json!("string"), 6))),
        ("400.invalid_argument.unknown_field", GEMINI, declaring(functions(4, bounded, 1))),
        (
            "400.missing_thought_signature",
            GEMINI,
            saying(json!([user(weather()), model(json!([call("call_1")])), user(json!([result("call_1")]))])),
        ),
        (
            "400.corrupted_thought_signature",
            GEMINI,
            saying(json!([
                user(weather()),
                model(json!([signed(call("c"), CLAUDE_SIGNATURE)])),
                user(json!([result("c")]))
            ])),
        ),
        (
            "400.thinking_level_and_budget",
            GEMINI,
            thinking(json!({"thinkingBudget": 1000, "thinkingLevel": "low"})),
        ),
        ("400.prompt_too_long", GEMINI, saying(json!([user(json!([text(&"word".repeat(1_200_000))]))]))),
        ("400.claude.max_tokens_le_budget", CLAUDE, thinking(json!({"thinkingBudget": 4096}))),
        (
            "400.claude.no_prefill",
            CLAUDE,
            saying(json!([user(json!([text("hi")])), model(json!([text("Hello")]))])),
        ),
        (
            "400.claude.invalid_signature",
            CLAUDE,
            saying(json!([
                user(json!([text("hi")])),
                model(json!([signed(thought("Hm."), GEMINI_SIGNATURE), text("Hello")])),
                user(json!([text("more")]))
            ])),
        ),
        (
            "400.claude.tool_result_without_tool_use",
            CLAUDE,
            saying(json!([
                user(weather()),
                model(json!([text("I look.")])),
                user(json!([result("toolu_vrtx_FAKE0001")]))
            ])),
        ),
    ];
    let bench = Bench::ada().await;
    let mut provoked = vec!["400.location".to_owned()];
    for (name, id, request) in cases {
        let expected = (400, fixture(&format!("errors/{name}.json")));
        assert_eq!(send(&bench, id, &request).await, expected, "{name}");
        provoked.push(name.to_owned());
    }
    let abroad = Bench::of(AccountSpec::new("ada").flag(Flag::UnsupportedLocation)).await;
    assert_eq!(send(&abroad, GEMINI, &hello()).await, (400, fixture("errors/400.location.json")));

    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/errors");
    let mut captured: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_str().unwrap().trim_end_matches(".json").to_owned())
        .collect();
    captured.sort();
    provoked.sort();
    assert_eq!(provoked, captured);
}

#[tokio::test]
async fn every_broken_rule_is_named_in_the_log() {
    let ask = || user(json!([text("go")]));
    let config = |config: Value| with(hello(), "generationConfig", config);
    let at = |at: &str| at.to_owned();
    let cases = [
        (GEMINI, saying(json!([])), Refusal::MissingField { at: at("request.contents") }),
        (GEMINI, saying(json!([user(json!([]))])), Refusal::EmptyPart { at: at("request.contents[0]") }),
        (
            GEMINI,
            saying(json!([user(json!([{}]))])),
            Refusal::EmptyPart { at: at("request.contents[0].parts[0]") },
        ),
        (
            GEMINI,
            saying(json!([user(
                json!([{"text": "a", "fileData": {"mimeType": "x/y", "fileUri": "gs://a"}}])
            )])),
            Refusal::PartWithTwoData { at: at("request.contents[0].parts[0]") },
        ),
        (
            GEMINI,
            saying(json!([user(json!([{"inlineData": {"data": "AA=="}}]))])),
            Refusal::MissingField { at: at("request.contents[0].parts[0].inline_data.mime_type") },
        ),
        (GEMINI, saying(json!([{"role": "system", "parts": [text("x")]}])), Refusal::Role { content: 0 }),
        (GEMINI, saying(json!([{"parts": [text("x")]}])), Refusal::Role { content: 0 }),
        (GEMINI, saying(json!([ask(), ask()])), Refusal::RolesNotAlternating { content: 1 }),
        (GEMINI, saying(json!([ask(), model(json!([text("x")]))])), Refusal::Prefill { claude: false }),
        (
            GEMINI,
            saying(json!([
                ask(),
                model(json!([signed(call("a"), GEMINI_SIGNATURE)])),
                user(json!([result("b")]))
            ])),
            Refusal::ResultsDoNotMatchCalls { content: 2 },
        ),
        (
            GEMINI,
            saying(json!([
                ask(),
                model(json!([signed(call("a"), GEMINI_SIGNATURE), call("b")])),
                user(json!([result("a")]))
            ])),
            Refusal::ResultsDoNotMatchCalls { content: 2 },
        ),
        (GEMINI, saying(json!([user(json!([result("a")]))])), Refusal::ResultsDoNotMatchCalls { content: 0 }),
        (
            CLAUDE,
            saying(json!([ask(), model(json!([{"functionCall": {"name": "f", "args": {}}}])), ask()])),
            Refusal::ClaudeToolId { content: 1, part: 0 },
        ),
        (
            CLAUDE,
            saying(json!([ask(), model(json!([call("a"), call("b")])), user(json!([result("a")]))])),
            Refusal::ClaudeCallWithoutResult { content: 1, id: at("b") },
        ),
        (
            CLAUDE,
            saying(json!([ask(), model(json!([call("a")])), user(json!([text("first"), result("a")]))])),
            Refusal::ClaudeResultWithoutCall { content: 2, part: 1, id: at("a") },
        ),
        (
            CLAUDE,
            saying(json!([ask(), model(json!([thought("Hm."), text("x")])), ask()])),
            Refusal::ClaudeSignature { content: 1, part: 0 },
        ),
        (CLAUDE, config(json!({"thinkingConfig": {"thinkingBudget": 1023}})), Refusal::ClaudeBudgetTooSmall),
        (
            CLAUDE,
            config(json!({"temperature": 0.5, "thinkingConfig": {"thinkingBudget": 2000}})),
            Refusal::ClaudeSampling,
        ),
        (
            CLAUDE,
            with(
                config(json!({"thinkingConfig": {"thinkingBudget": 2000}})),
                "toolConfig",
                json!({"functionCallingConfig": {"mode": "ANY"}}),
            ),
            Refusal::ClaudeForcedTool,
        ),
        (
            CLAUDE,
            with(
                saying(json!([ask(), model(json!([call("a")])), user(json!([result("a")]))])),
                "generationConfig",
                json!({"thinkingConfig": {"thinkingBudget": 2000}}),
            ),
            Refusal::ClaudeThinkingBlockMissing { content: 1 },
        ),
        (
            GEMINI,
            config(json!({"maxOutputTokens": 65537})),
            Refusal::OutputLimit { asked: 65537, limit: 65536 },
        ),
        (GEMINI, config(json!({"maxOutputTokens": 0})), Refusal::OutputLimit { asked: 0, limit: 65536 }),
        (GEMINI, declaring(json!([{"name": "1st"}])), Refusal::FunctionName { name: at("1st") }),
        (GEMINI, declaring(json!([{"name": "a b"}])), Refusal::FunctionName { name: at("a b") }),
        (
            GEMINI,
            declaring(json!([{"name": "x".repeat(65)}])),
            Refusal::FunctionName { name: "x".repeat(65) },
        ),
        (CLAUDE, declaring(json!([{"name": "a:b"}])), Refusal::FunctionName { name: at("a:b") }),
        (
            GEMINI,
            declaring(json!([{"name": "f"}, {"name": "f"}])),
            Refusal::DuplicateFunction { name: at("f") },
        ),
        (
            GEMINI,
            with(hello(), "tools", json!([{"googleSearch": {}}, {"functionDeclarations": [{"name": "f"}]}])),
            Refusal::SearchWithFunctions,
        ),
        (
            GEMINI,
            with(
                hello(),
                "contents",
                json!([user(json!([{"functionResponse": {"name": "f", "response": "text"}}]))]),
            ),
            Refusal::InvalidValue {
                at: at("request.contents[0].parts[0].function_response.response"),
                wanted: at("type.googleapis.com/google.protobuf.Struct"),
                value: at("\"text\""),
            },
        ),
        (
            GEMINI,
            with(hello(), "previousResponse", json!(1)),
            Refusal::UnknownField { name: at("previousResponse"), at: at("request") },
        ),
    ];
    let bench = Bench::ada().await;
    for (id, request, expected) in cases {
        let (status, body) = send(&bench, id, &request).await;
        assert_eq!((status, bench.last_call().refusal), (400, Some(expected)), "{request}\n{body}");
        assert_eq!(
            (&body["error"]["code"], &body["error"]["status"]),
            (&json!(400), &json!("INVALID_ARGUMENT"))
        );
    }
}

#[tokio::test]
async fn only_the_documented_schema_subset_is_taken() {
    let object = |properties: Value| json!({"type": "OBJECT", "properties": properties});
    let text_property = |extra: Value| {
        let mut property = json!({"type": "STRING"});
        property.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        object(json!({"a": property}))
    };
    let bench = Bench::ada().await;
    for (schema, for_gemini, for_claude) in [
        (
            object(json!({"a": {"type": "string", "description": "d", "enum": ["x"], "nullable": true}})),
            200,
            200,
        ),
        (object(json!({"a": {"type": "ARRAY", "items": {"type": "NUMBER"}}})), 200, 200),
        (json!({"type": "OBJECT", "properties": {}}), 200, 400),
        (object(json!({"a": {"type": "OBJECT"}})), 200, 400),
        (object(json!({"a": {"type": "ARRAY"}})), 400, 400),
        (object(json!({"a": {}})), 400, 400),
        (json!({"type": "STRING"}), 400, 400),
        (json!({"type": "OBJECT", "properties": {"a": {"type": "STRING"}}, "required": ["b"]}), 400, 400),
        (object(json!({"a": {"type": ["string", "null"]}})), 400, 400),
        (object(json!({"a": {"type": "INTEGER", "enum": ["1"]}})), 400, 400),
        (object(json!({"a": {"type": "INTEGER", "enum": [1]}})), 400, 400),
        (text_property(json!({"$ref": "#/x"})), 400, 400),
        (text_property(json!({"anyOf": []})), 400, 400),
        (text_property(json!({"additionalProperties": false})), 400, 400),
        (text_property(json!({"default": "x"})), 400, 400),
        (text_property(json!({"format": "date"})), 400, 400),
        (text_property(json!({"minLength": 1})), 400, 400),
        (text_property(json!({"const": "x"})), 400, 400),
    ] {
        let gemini = send(&bench, GEMINI, &parameters(schema.clone())).await.0;
        let claude = send(&bench, CLAUDE, &parameters(schema.clone())).await.0;
        assert_eq!((gemini, claude), (for_gemini, for_claude), "{schema}");
    }
    let both = json!([{"name": "f", "parameters": object(json!({})), "parametersJsonSchema": {}}]);
    assert_eq!(send(&bench, GEMINI, &declaring(both)).await.0, 400);
}

#[tokio::test]
async fn a_lost_gemini_signature_may_be_replaced_by_the_sentinel_and_old_turns_need_none() {
    let bench = Bench::ada().await;
    let ask = || user(json!([text("Weather?")]));
    let step = |part: Value| [model(json!([part])), user(json!([result("c")]))];
    let [sentinel_call, sentinel_result] = step(signed(call("c"), "skip_thought_signature_validator"));
    let [bare_call, bare_result] = step(call("c"));
    for (contents, id, status) in [
        (json!([ask(), sentinel_call, sentinel_result]), GEMINI, 200),
        (json!([ask(), bare_call, bare_result, model(json!([text("18 C")])), ask()]), GEMINI, 200),
        (json!([ask(), bare_call, bare_result]), "gemini-2.5-pro", 200),
        (json!([ask(), sentinel_call, sentinel_result, bare_call, bare_result]), GEMINI, 400),
    ] {
        assert_eq!(send(&bench, id, &saying(contents.clone())).await.0, status, "{id} {contents}");
    }
}

#[tokio::test]
async fn results_may_stand_in_a_content_of_either_role() {
    let bench = Bench::ada().await;
    for role in ["user", "model"] {
        let contents = json!([
            user(json!([text("Weather?")])),
            model(json!([signed(call("c"), GEMINI_SIGNATURE)])),
            {"role": role, "parts": [result("c")]}
        ]);
        assert_eq!(send(&bench, GEMINI, &saying(contents)).await.0, 200, "{role}");
    }
}

#[tokio::test]
async fn a_generation_needs_its_project() {
    let bench = Bench::ada().await;
    let body = |project: Option<&str>| {
        let mut body = json!({"model": GEMINI, "request": hello()});
        if let Some(project) = project {
            body["project"] = project.into();
        }
        body
    };
    for (project, status, refusal) in [
        (Some("example-project-ada"), 200, None),
        (Some("example-other"), 403, Some(Refusal::ProjectOfSomebodyElse)),
        (None, 400, Some(Refusal::ProjectMissing)),
    ] {
        let answer = bench.assist("ada", "generateContent", &body(project)).await;
        assert_eq!((answer.status, bench.last_call().refusal), (status, refusal), "{project:?}");
    }
    let without = Bench::of(AccountSpec { project: Some(String::new()), ..AccountSpec::new("ada") }).await;
    assert_eq!(without.assist("ada", "generateContent", &body(None)).await.status, 200, "none was granted");
}

/// The accounts the fixtures' projects belong to.
async fn fixture_bench() -> Bench {
    let pro = AccountSpec { project: Some("example-project-pro1".into()), ..AccountSpec::new("pro") };
    let company =
        AccountSpec { project: Some("example-company-project".into()), ..AccountSpec::new("company") };
    let company = company.kind(AccountKind::GeminiCli).tier(Tier::Standard);
    Bench::with(Scenario::default().with(signed_in(pro)).with(signed_in(company))).await
}

#[tokio::test]
async fn every_request_our_client_sends_is_accepted() {
    let bench = fixture_bench().await;
    for (file, account, method) in [
        ("countTokens", "company", "countTokens"),
        ("fetchAvailableModels", "pro", "fetchAvailableModels"),
        ("fetchAvailableModels.no_project", "pro", "fetchAvailableModels"),
        ("generate.antigravity.claude.thinking", "pro", "generateContent"),
        ("generate.antigravity.claude.tool_turn2", "pro", "generateContent"),
        ("generate.antigravity.gemini", "pro", "generateContent"),
        ("generate.antigravity.gemini.tool_turn2", "pro", "generateContent"),
        ("generate.antigravity.image", "pro", "generateContent"),
        ("generate.antigravity.vision", "pro", "generateContent"),
        ("generate.gemini_cli", "company", "generateContent"),
        ("loadCodeAssist.antigravity", "pro", "loadCodeAssist"),
        ("loadCodeAssist.gemini_cli", "company", "loadCodeAssist"),
        ("onboardUser.antigravity", "pro", "onboardUser"),
        ("onboardUser.gemini_cli.standard", "company", "onboardUser"),
        ("retrieveUserQuota", "company", "retrieveUserQuota"),
        ("retrieveUserQuotaSummary", "pro", "retrieveUserQuotaSummary"),
        ("warmup.claude", "pro", "streamGenerateContent?alt=sse"),
        ("warmup.gemini.bare_minimum", "pro", "streamGenerateContent?alt=sse"),
        ("warmup.gemini", "pro", "streamGenerateContent?alt=sse"),
        ("warmup.image", "pro", "streamGenerateContent?alt=sse"),
    ] {
        let answer = bench.assist(account, method, &fixture(&format!("requests/{file}.json"))).await;
        assert_eq!(answer.status, 200, "{file}: {}", answer.text);
    }
}

#[tokio::test]
async fn every_recommended_translation_of_a_client_request_is_accepted() {
    let bench = fixture_bench().await;
    let cases = fixture("vectors/request_mapping.json");
    let mut sent = 0;
    for case in cases.as_array().unwrap() {
        let Some(mut request) = case.get("upstream_request").cloned().filter(Value::is_object) else {
            continue;
        };
        request["project"] = "example-project-pro1".into();
        let answer = bench.assist("pro", "generateContent", &request).await;
        assert_eq!(answer.status, 200, "{}: {}\n{request}", case["name"], answer.text);
        sent += 1;
    }
    assert!(sent >= 8, "{sent}");
}

#[tokio::test]
async fn rules_can_be_switched_off_but_fields_are_always_checked() {
    let options = simulator::Options { validate: false, ..simulator::Options::default() };
    let scenario = Scenario { options, ..Scenario::default().with(signed_in(AccountSpec::new("ada"))) };
    let bench = Bench::with(scenario).await;
    assert_eq!(send(&bench, CLAUDE, &saying(json!([model(json!([text("x")]))]))).await.0, 200);
    assert_eq!(send(&bench, CLAUDE, &with(hello(), "odd", json!(1))).await.0, 400);
}
