//! Answers sent through the converters, and what comes out of them read back by a reader of its own.

use crate::fixture::t0;
use domain::credential::Provider;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use wire::answer::{Answer, Broke, Identity, Source};
use wire::convert::Family;
use wire::dialect::{Asked, Delivery, Endpoint};
use wire::tool_name::Names;

/// What the fixtures call an answer.
pub const STEM: &str = "FAKE";

/// The endpoints whose answers can be streamed.
pub const STREAMED: [Endpoint<'static>; 6] = [
    Endpoint::ChatCompletions,
    Endpoint::Completions,
    Endpoint::Responses,
    Endpoint::Messages,
    Endpoint::Generate { model: "m", delivery: Delivery::Sse },
    Endpoint::Generate { model: "m", delivery: Delivery::List },
];

/// A small request for an endpoint.
pub fn request(endpoint: Endpoint<'_>, streams: bool) -> Value {
    match endpoint {
        Endpoint::ChatCompletions => {
            json!({"model": "m", "stream": streams, "stream_options": {"include_usage": true},
            "messages": [{"role": "user", "content": "hi"}]})
        }
        Endpoint::Completions => json!({"model": "m", "stream": streams, "prompt": "hi"}),
        Endpoint::Responses => json!({"model": "m", "stream": streams, "input": "hi"}),
        Endpoint::Images => json!({"model": "m", "prompt": "hi"}),
        Endpoint::Messages | Endpoint::CountMessages => {
            json!({"model": "m", "stream": streams, "max_tokens": 100, "messages": [{"role": "user", "content": "hi"}]})
        }
        Endpoint::Generate { .. } | Endpoint::CountContents { .. } => {
            json!({"contents": [{"parts": [{"text": "hi"}]}]})
        }
    }
}

/// An answer about to begin.
pub fn answer(endpoint: Endpoint<'_>, streams: bool, model: &str) -> Answer {
    answer_to(endpoint, &request(endpoint, streams), model)
}

/// An answer to a request about to begin.
pub fn answer_to(endpoint: Endpoint<'_>, request: &Value, model: &str) -> Answer {
    let body = request.to_string();
    let family = Family::of(model, None);
    let source = Source { provider: Provider::Antigravity, family, names: Names::new(family) };
    Asked::read(endpoint, body.as_bytes()).unwrap().answer(source, &identity(model))
}

/// What answers of the tests call themselves.
pub fn identity(model: &str) -> Identity {
    Identity { stem: STEM.to_owned(), created: t0(), model: model.to_owned() }
}

/// What comes out of a stream that arrives in these pieces.
pub fn run<'b>(
    mut answer: Answer,
    pieces: impl IntoIterator<Item = &'b [u8]>,
) -> (Vec<u8>, Result<(), Broke>) {
    let mut out = Vec::new();
    for piece in pieces {
        if let Err(broke) = answer.push(piece, &mut out) {
            return (out, Err(broke));
        }
    }
    let ended = answer.finish(&mut out);
    (out, ended)
}

/// The two pieces of a stream.
pub fn cut(stream: &[u8], at: usize) -> [&[u8]; 2] {
    let (begin, end) = stream.split_at(at);
    [begin, end]
}

/// A stream with the other line ends.
pub fn with_crlf(stream: &[u8]) -> Vec<u8> {
    String::from_utf8(stream.to_vec()).unwrap().replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()
}

/// What a client understands of a streamed answer.
#[derive(Debug, Default, PartialEq)]
pub struct Understood {
    pub text: String,
    pub thoughts: String,
    pub calls: Vec<(String, String, String)>,
    /// How it ended: the dialect's word, or `error`; nothing where it has not ended.
    pub end: Option<String>,
}

/// Reads a streamed answer as a strict client: what is against the dialect's grammar is a failure.
pub fn understand(endpoint: Endpoint<'_>, out: &[u8]) -> Understood {
    match endpoint {
        Endpoint::ChatCompletions => chat(&events(out)),
        Endpoint::Completions => completions(&events(out)),
        Endpoint::Responses => responses(&events(out)),
        Endpoint::Messages => messages(&events(out)),
        Endpoint::Generate { delivery: Delivery::Sse, .. } => {
            let list = events(out).into_iter().map(|(kind, data)| {
                assert_eq!(kind, None);
                native_event(&data)
            });
            native(list.collect())
        }
        Endpoint::Generate { delivery: Delivery::List, .. } => {
            let text = std::str::from_utf8(out).unwrap();
            if text.is_empty() {
                return Understood::default();
            }
            // A list that has not ended yet is a list once it is closed.
            let list = format!("{text}]");
            let closed: Vec<&RawValue> =
                serde_json::from_str(text).or_else(|_| serde_json::from_str(&list)).unwrap();
            native(closed.into_iter().map(|event| native_event(event.get())).collect())
        }
        Endpoint::Images
        | Endpoint::CountMessages
        | Endpoint::Generate { delivery: Delivery::Whole, .. }
        | Endpoint::CountContents { .. } => panic!("{endpoint:?} does not stream"),
    }
}

/// Events by name and data; each has one line of data and a blank line after it.
pub fn events(out: &[u8]) -> Vec<(Option<String>, String)> {
    let text = std::str::from_utf8(out).unwrap();
    assert!(text.is_empty() || text.ends_with("\n\n"), "{text:?}");
    let read = |block: &str| {
        let (kind, data) = match block.split_once('\n') {
            Some((kind, data)) => (Some(kind.strip_prefix("event: ").unwrap().to_owned()), data),
            None => (None, block),
        };
        let data = data.strip_prefix("data: ").unwrap_or_else(|| panic!("{block:?}"));
        assert!(!data.contains('\n'));
        (kind, data.to_owned())
    };
    text.split_terminator("\n\n").map(read).collect()
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn chat(events: &[(Option<String>, String)]) -> Understood {
    let mut seen = Understood::default();
    let (mut finished, mut counted) = (false, false);
    for (i, (kind, data)) in events.iter().enumerate() {
        assert_eq!((kind, &seen.end), (&None, &None), "after the end: {data}");
        if data == "[DONE]" {
            assert!(finished && counted);
            seen.end = Some("done".to_owned());
            continue;
        }
        let chunk: Value = serde_json::from_str(data).unwrap();
        if chunk.get("error").is_some() {
            assert!(chunk["error"]["message"].is_string());
            seen.end = Some("error".to_owned());
            continue;
        }
        assert_eq!(
            (&chunk["id"], &chunk["object"]),
            (&json!("chatcmpl-FAKE"), &json!("chat.completion.chunk"))
        );
        if chunk.get("usage").is_some() {
            assert!(finished && chunk["choices"] == json!([]));
            counted = true;
            continue;
        }
        assert!(!finished, "after the finish: {data}");
        let delta = &chunk["choices"][0]["delta"];
        assert_eq!(i == 0, delta.get("role").is_some(), "{data}");
        seen.text += text_of(&delta["content"]);
        seen.thoughts += text_of(&delta["reasoning_content"]);
        for call in delta["tool_calls"].as_array().into_iter().flatten() {
            assert_eq!(call["index"], seen.calls.len());
            let function = &call["function"];
            let [id, name, args] = [&call["id"], &function["name"], &function["arguments"]]
                .map(|field| field.as_str().unwrap().to_owned());
            seen.calls.push((id, name, args));
        }
        finished = chunk["choices"][0]["finish_reason"].is_string();
    }
    seen
}

fn completions(events: &[(Option<String>, String)]) -> Understood {
    let mut seen = Understood::default();
    let mut finished = false;
    for (_, data) in events {
        assert_eq!(seen.end, None, "after the end: {data}");
        if data == "[DONE]" {
            assert!(finished);
            seen.end = Some("done".to_owned());
            continue;
        }
        let chunk: Value = serde_json::from_str(data).unwrap();
        if chunk.get("error").is_some() {
            seen.end = Some("error".to_owned());
            continue;
        }
        assert!(!finished && chunk["object"] == "text_completion");
        seen.text += chunk["choices"][0]["text"].as_str().unwrap();
        finished = chunk["choices"][0]["finish_reason"].is_string();
    }
    seen
}

fn messages(events: &[(Option<String>, String)]) -> Understood {
    let mut seen = Understood::default();
    let (mut open, mut next, mut stopping): (Option<Value>, u64, bool) = (None, 0, false);
    let (mut json, mut signed) = (String::new(), false);
    for (i, (kind, data)) in events.iter().enumerate() {
        assert_eq!(seen.end, None, "after the end: {data}");
        let event: Value = serde_json::from_str(data).unwrap();
        let kind = kind.as_deref().unwrap();
        assert_eq!(event["type"], kind);
        assert_eq!(i == 0, kind == "message_start", "{data}");
        match kind {
            "message_start" => assert_eq!(event["message"]["content"], json!([])),
            "content_block_start" => {
                assert!(open.is_none() && !stopping && event["index"] == next, "{data}");
                (open, json, signed) = (Some(event["content_block"].clone()), String::new(), false);
            }
            "content_block_delta" => {
                assert_eq!(event["index"], next);
                let (delta, block) = (&event["delta"], open.as_ref().unwrap());
                assert!(!signed, "nothing follows a signature: {data}");
                match (delta["type"].as_str().unwrap(), block["type"].as_str().unwrap()) {
                    ("text_delta", "text") => seen.text += delta["text"].as_str().unwrap(),
                    ("thinking_delta", "thinking") => seen.thoughts += delta["thinking"].as_str().unwrap(),
                    ("signature_delta", "thinking") => signed = delta["signature"].is_string(),
                    ("input_json_delta", "tool_use") => json += delta["partial_json"].as_str().unwrap(),
                    other => panic!("{other:?}"),
                }
            }
            "content_block_stop" => {
                assert_eq!(event["index"], next);
                next += 1;
                let block = open.take().unwrap();
                if block["type"] == "tool_use" {
                    let [id, name] =
                        [&block["id"], &block["name"]].map(|field| field.as_str().unwrap().to_owned());
                    seen.calls.push((id, name, json.clone()));
                }
            }
            "message_delta" => {
                assert!(open.is_none() && next > 0 && !stopping);
                stopping = true;
            }
            "message_stop" => {
                assert!(stopping);
                seen.end = Some("done".to_owned());
            }
            "error" => {
                assert!(open.is_none() && event["error"]["message"].is_string());
                seen.end = Some("error".to_owned());
            }
            other => panic!("{other}"),
        }
    }
    seen
}

fn responses(events: &[(Option<String>, String)]) -> Understood {
    let mut seen = Understood::default();
    let (mut open, mut items): (Option<Value>, Vec<Value>) = (None, vec![]);
    for (i, (kind, data)) in events.iter().enumerate() {
        assert_eq!(seen.end, None, "after the end: {data}");
        let event: Value = serde_json::from_str(data).unwrap();
        let kind = kind.as_deref().unwrap();
        assert_eq!((&event["type"], &event["sequence_number"]), (&json!(kind), &json!(i)));
        let opening = ["response.created", "response.in_progress"];
        assert_eq!(i < 2, opening.contains(&kind), "{data}");
        if event.get("output_index").is_some() {
            assert_eq!(event["output_index"], items.len());
        }
        if let Some(id) = event.get("item_id") {
            assert_eq!(Some(id), open.as_ref().map(|item| &item["id"]));
        }
        match kind {
            "response.output_item.added" => {
                assert!(open.is_none());
                open = Some(event["item"].clone());
            }
            "response.reasoning_summary_text.delta" => seen.thoughts += event["delta"].as_str().unwrap(),
            "response.output_text.delta" => seen.text += event["delta"].as_str().unwrap(),
            "response.output_item.done" => {
                let item = &event["item"];
                assert_eq!(Some(&item["id"]), open.take().as_ref().map(|item| &item["id"]));
                if item["type"] == "function_call" {
                    let fields = [&item["call_id"], &item["name"], &item["arguments"]];
                    let [id, name, args] = fields.map(|field| field.as_str().unwrap().to_owned());
                    seen.calls.push((id, name, args));
                }
                items.push(item.clone());
            }
            "response.completed" | "response.incomplete" => {
                assert!(open.is_none());
                assert_eq!(event["response"]["output"], json!(items));
                seen.end = Some("done".to_owned());
            }
            "response.failed" => {
                assert!(event["response"]["error"]["message"].is_string());
                seen.end = Some("error".to_owned());
            }
            _ => {}
        }
    }
    let texts = items
        .iter()
        .filter(|item| item["type"] == "message")
        .map(|item| text_of(&item["content"][0]["text"]));
    let whole: String = texts.collect();
    if seen.end.as_deref() == Some("done") {
        assert_eq!(whole, seen.text);
    }
    seen
}

/// An event as it came. A number that no double holds is a number all the same, and read without its exponent.
fn native_event(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| {
        assert!(error.to_string().starts_with("number out of range"), "{error}: {text}");
        serde_json::from_str(&without_large_exponents(text)).unwrap()
    })
}

fn without_large_exponents(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['e', 'E']) {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let exponent = after.trim_start_matches(['+', '-']);
        let digits = exponent.bytes().take_while(u8::is_ascii_digit).count();
        out.push_str(before);
        if digits >= 3 && before.ends_with(|c: char| c.is_ascii_digit()) {
            rest = &exponent[digits..];
        } else {
            out.push_str(&rest[at..=at]);
            rest = after;
        }
    }
    out + rest
}

fn native(list: Vec<Value>) -> Understood {
    let mut seen = Understood::default();
    for (i, body) in list.iter().enumerate() {
        assert_ne!(seen.end.as_deref(), Some("error"), "after the end: {body}");
        if body.get("error").is_some() {
            assert!(i + 1 == list.len() && body["error"]["message"].is_string());
            seen.end = Some("error".to_owned());
            continue;
        }
        // Not the envelope, which says something only in its `response`; a field of an event may happen to be called so.
        let says = |key: &&str| !body[*key].is_null();
        assert!(["candidates", "promptFeedback", "usageMetadata"].iter().any(says), "{body}");
        for part in body["candidates"][0]["content"]["parts"].as_array().into_iter().flatten() {
            let words = text_of(&part["text"]);
            if part["thought"] == true {
                seen.thoughts += words
            } else {
                seen.text += words
            }
            if let Some(call) = part.get("functionCall") {
                let id = text_of(&call["id"]).to_owned();
                seen.calls.push((id, text_of(&call["name"]).to_owned(), call["args"].to_string()));
            }
        }
        if body["candidates"][0]["finishReason"].is_string()
            || body["promptFeedback"]["blockReason"].is_string()
        {
            seen.end = Some("done".to_owned());
        }
    }
    seen
}
