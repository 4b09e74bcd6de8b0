//! What clients get, byte for byte, wherever the upstream's stream is cut.

use crate::fixture::{bytes, json, t0};
use crate::streaming::{answer, answer_to, cut, request, run, with_crlf};
use domain::catalogue::Maker;
use domain::fault::{Class, Fault};
use jiff::SignedDuration;
use serde_json::{Value, json};
use wire::answer::Answer;
use wire::bad_request::BadRequest;
use wire::dialect::{Asked, Delivery, Endpoint};
use wire::openai::models::ModelCard;
use wire::refusal::{Cause, Dialect, NoneUsable, Refusal, reply};
use wire::{anthropic, gemini, openai};

const GEMINI: &str = "gemini-3.6-flash-medium";
const CLAUDE: &str = "claude-sonnet-4-6";
const SSE: Endpoint<'static> = Endpoint::Generate { model: GEMINI, delivery: Delivery::Sse };
const WHOLE: Endpoint<'static> = Endpoint::Generate { model: GEMINI, delivery: Delivery::Whole };

#[test]
fn chat_streams_are_those_of_the_contract() {
    for name in ["gemini.text", "gemini.tool"] {
        check_stream(Endpoint::ChatCompletions, GEMINI, name, &format!("openai.chat/stream.from.{name}.sse"));
    }
}

#[test]
fn response_streams_are_those_of_the_contract() {
    for name in ["gemini.text", "gemini.tool"] {
        check_stream(Endpoint::Responses, GEMINI, name, &format!("openai.responses/stream.from.{name}.sse"));
    }
}

#[test]
fn message_streams_are_those_of_the_contract() {
    for (name, model) in [("gemini.text", GEMINI), ("claude.thinking", CLAUDE), ("claude.tool", CLAUDE)] {
        check_stream(Endpoint::Messages, model, name, &format!("anthropic/stream.from.{name}.sse"));
    }
}

#[test]
fn an_error_in_the_middle_of_a_message_is_an_event() {
    let upstream = bytes("streams/midstream_error.sse");
    let golden = golden("anthropic/stream.midstream_error.sse");
    for stream in [with_crlf(&upstream), upstream] {
        for at in 0..=stream.len() {
            let (out, ended) = run(answer(Endpoint::Messages, true, GEMINI), cut(&stream, at));
            assert_eq!(String::from_utf8(out).unwrap(), golden, "cut at {at}");
            let broke = ended.unwrap_err();
            assert!(broke.told && broke.how.fault().unwrap().class == Class::Transient);
        }
    }
}

#[test]
fn native_streams_are_those_of_the_contract() {
    for name in ["gemini.text", "gemini.tool"] {
        check_stream(SSE, GEMINI, name, &format!("gemini/stream.from.{name}.sse"));
    }
}

#[test]
fn a_native_list_holds_the_events_of_the_stream() {
    let list = Endpoint::Generate { model: GEMINI, delivery: Delivery::List };
    let events = golden("gemini/stream.from.gemini.text.sse");
    let events: Vec<_> =
        events.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap()).collect();
    let (out, ended) = run(answer(list, true, GEMINI), [bytes("streams/gemini.text.sse").as_slice()]);
    assert_eq!(ended, Ok(()));
    assert_eq!(String::from_utf8(out).unwrap(), format!("[{}]", events.join(",\n")));
}

#[test]
fn whole_answers_are_those_of_the_contract() {
    for (endpoint, model, name, expected) in [
        (Endpoint::ChatCompletions, GEMINI, "gemini.text", "openai.chat/response.from.gemini.text.json"),
        (Endpoint::ChatCompletions, CLAUDE, "claude.tool", "openai.chat/response.from.claude.tool.json"),
        (Endpoint::Messages, CLAUDE, "claude.text", "anthropic/response.from.claude.text.json"),
        (WHOLE, GEMINI, "gemini.text", "gemini/response.from.gemini.text.json"),
    ] {
        let mut out = Vec::new();
        let mut whole = answer(endpoint, false, model);
        assert_eq!(whole.whole(&bytes(&format!("generate/{name}.json")), &mut out), Ok(()));
        assert_eq!(compact(&String::from_utf8(out).unwrap()), compact(&golden(expected)), "{expected}");
    }
}

#[test]
fn a_whole_response_is_made_of_a_stream() {
    let golden = compact(&golden("openai.responses/response.from.gemini.text.stream.json"));
    let stream = bytes("streams/gemini.text.sse");
    for at in 0..=stream.len() {
        let (out, ended) = run(answer(Endpoint::Responses, false, GEMINI), cut(&stream, at));
        assert_eq!((ended, String::from_utf8(out).unwrap()), (Ok(()), golden.clone()), "cut at {at}");
    }
}

#[test]
fn a_whole_native_answer_is_made_of_a_stream() {
    let (out, ended) = run(answer(WHOLE, false, GEMINI), [bytes("streams/gemini.text.sse").as_slice()]);
    let body: Value = serde_json::from_slice(&out).unwrap();
    let parts = body["candidates"][0]["content"]["parts"].as_array().unwrap();
    let text: String =
        parts.iter().filter(|part| part["thought"] != true).map(|p| p["text"].as_str().unwrap()).collect();
    assert_eq!(
        (ended, text.as_str(), parts.len()),
        (Ok(()), "Hello there! 你好 👋", 2),
        "thought and text are a part each"
    );
    assert!(parts[1]["thoughtSignature"].is_string(), "{body}");
    assert_eq!(body["candidates"][0]["finishReason"], "STOP");
    assert_eq!(body["usageMetadata"]["totalTokenCount"], 27);
}

#[test]
fn errors_are_those_of_the_contract() {
    let missing = BadRequest::Missing { param: "messages".to_owned() };
    let none = NoneUsable {
        model: CLAUDE,
        cause: Cause::QuotaEmpty,
        retry_after: Some(SignedDuration::from_secs(6_236)),
        why: &[],
    };
    let none = Refusal::NoneUsable(none);
    let full = Fault::new(Class::Capacity, 503, "No capacity available for this model right now.");
    for (refusal, dialect, status, expected) in [
        (Refusal::BadRequest(&missing), Dialect::OpenAi, 400, "openai.chat/error.400.json"),
        (Refusal::BadKey, Dialect::OpenAi, 401, "openai.chat/error.401.json"),
        (none, Dialect::OpenAi, 429, "openai.chat/error.429.json"),
        (none, Dialect::Anthropic, 429, "anthropic/error.429.json"),
        (none, Dialect::Gemini, 429, "gemini/error.429.json"),
        (Refusal::Fault(&full), Dialect::Anthropic, 529, "anthropic/error.529.json"),
    ] {
        let reply = reply(&refusal, dialect);
        assert_eq!(reply.status, status, "{expected}");
        assert_eq!(String::from_utf8(reply.body).unwrap(), compact(&golden(expected)), "{expected}");
        assert_eq!(reply.retry_after.is_some(), status == 429, "{expected}");
    }
}

#[test]
fn model_lists_are_those_of_the_contract() {
    let card = |id: &str, name: &str, maker| ModelCard {
        id: id.to_owned(),
        display_name: name.to_owned(),
        maker,
        created: t0(),
        max_tokens: Some(1_048_576),
        max_output_tokens: Some(65_536),
        thinks: true,
    };
    let gemini = card(GEMINI, "Gemini 3.6 Flash (Medium)", Maker::Google);
    let claude = card(CLAUDE, "Claude Sonnet 4.6 (Thinking)", Maker::Anthropic);
    for (made, expected) in [
        (openai::models::list(&[gemini.clone(), claude.clone()]), "openai.chat/models.json"),
        (anthropic::models::list(&[claude, gemini.clone()]), "anthropic/models.json"),
        (gemini::models::list(std::slice::from_ref(&gemini)), "gemini/models.json"),
        (gemini::models::one(&gemini), "gemini/model.json"),
    ] {
        assert_eq!(String::from_utf8(made).unwrap(), compact(&golden(expected)), "{expected}");
    }
}

#[test]
fn counts_are_those_of_the_contract() {
    for (endpoint, expected) in [
        (Endpoint::CountMessages, "anthropic/count_tokens.response.json"),
        (Endpoint::CountContents { model: GEMINI }, "gemini/countTokens.response.json"),
    ] {
        let body = request(endpoint, false).to_string();
        let asked = Asked::read(endpoint, body.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(asked.count(42)).unwrap(), compact(&golden(expected)), "{expected}");
    }
}

#[test]
fn counts_of_tokens_come_only_where_they_were_asked_for() {
    let mut asked = request(Endpoint::ChatCompletions, true);
    asked.as_object_mut().unwrap().remove("stream_options");
    let stream = bytes("streams/gemini.text.sse");
    let (out, _) = run(answer_to(Endpoint::ChatCompletions, &asked, GEMINI), [stream.as_slice()]);
    assert!(!String::from_utf8(out).unwrap().contains("usage"));
}

#[test]
fn what_was_signed_is_handed_over_to_be_remembered() {
    let issued = |endpoint, name: &str, model| {
        let mut answer: Answer = answer(endpoint, true, model);
        answer.push(&bytes(&format!("streams/{name}.sse")), &mut Vec::new()).unwrap();
        let issued = answer.take_issued();
        assert!(answer.take_issued().is_empty());
        issued
    };
    for endpoint in [Endpoint::ChatCompletions, Endpoint::Messages, Endpoint::Responses, SSE] {
        let claude = issued(endpoint, "claude.thinking", CLAUDE);
        assert!(claude.len() == 1 && claude[0].thought.is_some() && claude[0].call_id.is_none());
        let gemini = issued(endpoint, "gemini.tool", GEMINI);
        assert!(gemini.len() == 1 && gemini[0].thought.is_some() && gemini[0].call_id.is_some());
        let text = issued(endpoint, "gemini.text", GEMINI);
        assert!(text.len() == 1 && text[0].thought.is_none() && text[0].call_id.is_none());
    }
    let call = &issued(Endpoint::ChatCompletions, "gemini.tool", GEMINI)[0];
    assert_eq!(call.call_id.as_deref(), Some("call_FAKE_1"));
}

#[track_caller]
fn check_stream(endpoint: Endpoint<'_>, model: &str, upstream: &str, expected: &str) {
    let upstream = bytes(&format!("streams/{upstream}.sse"));
    let golden = golden(expected);
    for stream in [with_crlf(&upstream), upstream] {
        for at in 0..=stream.len() {
            let (out, ended) = run(answer(endpoint, true, model), cut(&stream, at));
            assert_eq!(ended, Ok(()), "{expected} cut at {at}");
            assert_eq!(String::from_utf8(out).unwrap(), golden, "{expected} cut at {at}");
        }
        let (out, _) = run(answer(endpoint, true, model), stream.chunks(1));
        assert_eq!(String::from_utf8(out).unwrap(), golden, "{expected} byte by byte");
    }
}

/// A golden file, with the ids that the contract leaves to us replaced by ours.
fn golden(name: &str) -> String {
    let text = String::from_utf8(bytes(&format!("clients/{name}"))).unwrap();
    let text = text.replace("call_FAKEGEN0001", "call_FAKE_1").replace("fc_FAKEGEN0001", "fc_FAKE_1");
    if name.ends_with(".sse") { format!("{}\n\n", text.trim_end()) } else { text }
}

/// JSON without space between its tokens, keys in their order.
fn compact(json: &str) -> String {
    let mut out = String::new();
    let (mut in_text, mut escaped) = (false, false);
    for c in json.chars() {
        if in_text || !c.is_whitespace() {
            out.push(c);
        }
        match c {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            _ => {}
        }
    }
    out
}

#[test]
fn the_fixtures_are_all_looked_at() {
    // A golden that is added to the contract fails here until a test above holds it.
    let count = |folder: &str| crate::fixture::files(&format!("clients/{folder}")).len();
    assert_eq!(["anthropic", "gemini", "openai.chat", "openai.responses"].map(count), [9, 7, 8, 3]);
    assert_eq!(json("clients/gemini/countTokens.response.json"), json!({"totalTokens": 42}));
}
