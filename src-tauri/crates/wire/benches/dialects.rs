//! What a request and a stream cost on their way through the dialects: `cargo bench -p wire`.
//!
//! The sizes are those of the figures to reach: a request of 1 MB with 200 messages and 20 tools, a stream of 2,000
//! events.

#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "what does not fit here has nothing to measure"
)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use domain::credential::Provider;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::hint::black_box;
use wire::answer::{Identity, Source};
use wire::convert::{Envelope, Family, Repair, Target, generate};
use wire::dialect::{Asked, Delivery, Endpoint};
use wire::tool_name::Names;

const EVENTS: usize = 2_000;
const ENDPOINTS: [(&str, Endpoint<'static>); 4] = [
    ("chat", Endpoint::ChatCompletions),
    ("responses", Endpoint::Responses),
    ("messages", Endpoint::Messages),
    ("gemini", Endpoint::Generate { model: "m", delivery: Delivery::Sse }),
];

fn requests(c: &mut Criterion) {
    let mut group = c.benchmark_group("a request of 1 MB");
    for (name, endpoint) in ENDPOINTS {
        let body = large(endpoint).to_string();
        group.throughput(Throughput::Bytes(body.len() as u64));
        for model in ["gemini-3.6-flash-medium", "claude-sonnet-4-6"] {
            let target = Target { provider: Provider::Antigravity, model, catalogue: None };
            let envelope = Envelope { project: Some("p"), request_id: "r", session_id: Some("1") };
            group.bench_function(format!("{name} to {model}"), |b| {
                b.iter(|| {
                    let asked = Asked::read(endpoint, black_box(body.as_bytes())).unwrap();
                    generate(asked.draft(), &target, &envelope, &(), &Repair::none()).unwrap()
                });
            });
        }
    }
}

fn streams(c: &mut Criterion) {
    let mut group = c.benchmark_group("a stream of 2,000 events");
    group.throughput(Throughput::Elements(EVENTS as u64));
    let events = stream();
    for (name, endpoint) in ENDPOINTS {
        let body = small(endpoint).to_string();
        let asked = Asked::read(endpoint, body.as_bytes()).unwrap();
        let identity =
            Identity { stem: "stem".to_owned(), created: Timestamp::UNIX_EPOCH, model: "m".to_owned() };
        group.bench_function(name, |b| {
            b.iter(|| {
                let family = Family::Gemini;
                let source = Source { provider: Provider::Antigravity, family, names: Names::new(family) };
                let mut answer = asked.answer(source, &identity);
                let mut out = Vec::new();
                for event in &events {
                    answer.push(black_box(event), &mut out).unwrap();
                    // What has come out is sent.
                    black_box(&out);
                    out.clear();
                }
                answer.finish(&mut out).unwrap();
            });
        });
    }
}

/// Events as they come, one in each read.
fn stream() -> Vec<Vec<u8>> {
    let event = |i: usize| {
        let mut candidate = json!({"content": {"role": "model", "parts": [{"text": "sixteen letters."}]}});
        if i + 1 == EVENTS {
            candidate["finishReason"] = json!("STOP");
        }
        let usage = json!({"promptTokenCount": 10, "candidatesTokenCount": i, "totalTokenCount": 10 + i});
        let response = json!({"candidates": [candidate], "usageMetadata": usage, "modelVersion": "gemini-3.6-flash-medium",
            "responseId": "fakeRespId0001", "createTime": "2026-09-01T00:00:00.000000Z"});
        format!("data: {}\n\n", json!({"response": response, "traceId": "fake0trace0000001", "metadata": {}}))
            .into_bytes()
    };
    (0..EVENTS).map(event).collect()
}

fn small(endpoint: Endpoint<'_>) -> Value {
    let says = json!([{"role": "user", "content": "hi"}]);
    match endpoint {
        Endpoint::Generate { .. } => json!({"contents": [{"parts": [{"text": "hi"}]}]}),
        Endpoint::Responses => json!({"model": "m", "stream": true, "input": "hi"}),
        _ => json!({"model": "m", "stream": true, "max_tokens": 9_000, "messages": says}),
    }
}

/// 200 messages of 5 kB, every fourth a call and every fifth its result, and 20 tools.
fn large(endpoint: Endpoint<'_>) -> Value {
    let text = "Some words, a \"quote\", and a line.\n".repeat(140);
    let schema = json!({"type": "object", "properties": {
        "path": {"type": "string", "description": "Where.", "minLength": 1}, "lines": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "options": {"type": "object", "additionalProperties": false, "properties": {"deep": {"type": "array", "items": {"enum": ["a", "b"]}}}}},
        "required": ["path"], "additionalProperties": false, "$schema": "http://json-schema.org/draft-07/schema#"});
    let (args, names) = (json!({"path": "a", "lines": 3}), (0..20).map(|i| format!("tool_{i}")));
    let mut said = vec![];
    for i in 0..50 {
        let id = format!("call_{i}");
        said.extend(match endpoint {
            Endpoint::ChatCompletions => [
                json!({"role": "user", "content": text}),
                json!({"role": "assistant", "content": text, "tool_calls": [{"id": id, "type": "function", "function": {"name": "tool_1", "arguments": args.to_string()}}]}),
                json!({"role": "tool", "tool_call_id": id, "content": text}),
                json!({"role": "assistant", "content": text}),
            ],
            Endpoint::Responses => [
                json!({"role": "user", "content": text}),
                json!({"type": "function_call", "call_id": id, "name": "tool_1", "arguments": args.to_string()}),
                json!({"type": "function_call_output", "call_id": id, "output": text}),
                json!({"role": "assistant", "content": [{"type": "output_text", "text": text.repeat(2)}]}),
            ],
            Endpoint::Messages => [
                json!({"role": "user", "content": text}),
                json!({"role": "assistant", "content": [{"type": "text", "text": text}, {"type": "tool_use", "id": id, "name": "tool_1", "input": args}]}),
                json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": text}]}),
                json!({"role": "assistant", "content": text}),
            ],
            _ => [
                json!({"role": "user", "parts": [{"text": text}]}),
                json!({"role": "model", "parts": [{"text": text}, {"functionCall": {"name": "tool_1", "args": args}}]}),
                json!({"role": "user", "parts": [{"functionResponse": {"name": "tool_1", "response": {"result": text}}}]}),
                json!({"role": "model", "parts": [{"text": text}]}),
            ],
        });
    }
    match endpoint {
        Endpoint::Responses => {
            let tools: Vec<_> =
                names.map(|name| json!({"type": "function", "name": name, "parameters": schema})).collect();
            json!({"model": "m", "input": said, "tools": tools})
        }
        Endpoint::Messages => {
            let tools: Vec<_> = names.map(|name| json!({"name": name, "input_schema": schema})).collect();
            json!({"model": "m", "max_tokens": 9_000, "messages": said, "tools": tools})
        }
        Endpoint::Generate { .. } => {
            let tools: Vec<_> = names.map(|name| json!({"name": name, "parameters": schema})).collect();
            json!({"contents": said, "tools": [{"functionDeclarations": tools}]})
        }
        _ => {
            let tools: Vec<_> = names
                .map(|name| json!({"type": "function", "function": {"name": name, "parameters": schema}}))
                .collect();
            json!({"model": "m", "messages": said, "tools": tools})
        }
    }
}

criterion_group!(benches, requests, streams);
criterion_main!(benches);
