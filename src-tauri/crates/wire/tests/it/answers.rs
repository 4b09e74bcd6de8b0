//! Answers that end oddly, break or arrive damaged.

use crate::fixture::{bytes, files};
use crate::streaming::{STREAMED, answer, answer_to, run, understand, with_crlf};
use domain::fault::Class;
use proptest::prelude::*;
use serde_json::{Value, json};
use wire::answer::Broken;
use wire::dialect::{Delivery, Endpoint};
use wire::refusal::{Dialect, Refusal, reply};

const GEMINI: &str = "gemini-3.6-flash-medium";
const WHOLE: [Endpoint<'static>; 5] = [
    Endpoint::ChatCompletions,
    Endpoint::Completions,
    Endpoint::Responses,
    Endpoint::Messages,
    Endpoint::Generate { model: "m", delivery: Delivery::Whole },
];

#[test]
fn an_answer_without_an_end_is_told_to_be_broken() {
    let stream = bytes("streams/truncated_no_finish.sse");
    for endpoint in STREAMED {
        let (out, ended) = run(answer(endpoint, true, GEMINI), [stream.as_slice()]);
        let broke = ended.unwrap_err();
        assert_eq!((broke.how, broke.told), (Broken::Truncated, true), "{endpoint:?}");
        let seen = understand(endpoint, &out);
        assert_eq!((seen.text.as_str(), seen.end.as_deref()), ("Partial ans", Some("error")), "{endpoint:?}");
    }
}

#[test]
fn an_error_in_the_middle_is_told() {
    let stream = bytes("streams/midstream_error.sse");
    for endpoint in STREAMED {
        let (out, ended) = run(answer(endpoint, true, GEMINI), [stream.as_slice()]);
        assert!(ended.unwrap_err().told);
        let seen = understand(endpoint, &out);
        assert_eq!((seen.text.as_str(), seen.end.as_deref()), ("Partial ans", Some("error")), "{endpoint:?}");
    }
}

#[test]
fn nothing_comes_out_of_what_may_be_tried_elsewhere() {
    let error = |name: &str| {
        let body: Value = serde_json::from_slice(&bytes(name)).unwrap();
        format!("data: {body}\n\n").into_bytes()
    };
    for (stream, expected) in [
        (bytes("streams/empty_200.sse"), Broken::Empty),
        (bytes("streams/version_unsupported.sse"), Broken::Outdated),
        (b"data: <html>\n\n".to_vec(), Broken::Unreadable),
        (b"data: [1]\n\n".to_vec(), Broken::Unreadable),
        (b"data: {\"response\":{\"usageMetadata\":{\"totalTokenCount\":5}}}\n\n".to_vec(), Broken::Empty),
    ] {
        for endpoint in STREAMED {
            let (out, ended) = run(answer(endpoint, true, GEMINI), [stream.as_slice()]);
            let broke = ended.unwrap_err();
            assert_eq!((&broke.how, broke.told, out.len()), (&expected, false, 0), "{endpoint:?}");
        }
    }
    for name in ["errors/429.quota_exhausted.json", "errors/429.array_wrapped.json"] {
        for endpoint in STREAMED {
            let (out, ended) = run(answer(endpoint, true, GEMINI), [error(name).as_slice()]);
            let broke = ended.unwrap_err();
            assert!(matches!(&broke.how, Broken::Refused(fault) if fault.status == 429), "{:?}", broke.how);
            assert!(!broke.told && out.is_empty());
        }
    }
}

#[test]
fn the_word_on_an_old_version_is_held_back_however_it_is_cut() {
    let event = |text: &str, finish: &str| {
        format!(
            "data: {}\n\n",
            json!({"response": {"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": finish}]}})
        )
    };
    let words = ["Your current ", "version of Antigravity", " is out of date"];
    let stream: String = words.iter().map(|words| event(words, "")).chain([event(".", "STOP")]).collect();
    for endpoint in STREAMED {
        let (out, ended) = run(answer(endpoint, true, GEMINI), [stream.as_bytes()]);
        assert_eq!((ended.unwrap_err().how, out.len()), (Broken::Outdated, 0), "{endpoint:?}");
        // The same words in an answer that was counted are an answer.
        let counted = format!(
            "{stream}data: {}\n\n",
            json!({"response": {"candidates": [], "usageMetadata": {"totalTokenCount": 9}}})
        );
        let (out, ended) = run(answer(endpoint, true, GEMINI), [counted.as_bytes()]);
        let text = "Your current version of Antigravity is out of date.";
        assert_eq!((ended, understand(endpoint, &out).text.as_str()), (Ok(()), text), "{endpoint:?}");
    }
}

/// Holds F19.
#[test]
fn every_form_of_stream_is_understood() {
    for (name, text) in [
        ("gemini.text.crlf", "Hello there!"),
        ("multiline_data", "split over two data lines"),
        ("no_trailing_blank_line", "last event without blank line"),
        ("gemini.max_tokens", "Once upon a time"),
        ("warmup.gemini.no_text", ""),
    ] {
        let stream = bytes(&format!("streams/{name}.sse"));
        for endpoint in STREAMED {
            let (out, ended) = run(answer(endpoint, true, GEMINI), stream.chunks(7));
            let seen = understand(endpoint, &out);
            assert_eq!(
                (ended, seen.text.as_str(), seen.end.as_deref()),
                (Ok(()), text, Some("done")),
                "{name} {endpoint:?}"
            );
        }
    }
}

#[test]
fn each_dialect_has_its_word_for_the_end() {
    let end = |endpoint, name: &str| {
        let mut out = Vec::new();
        answer(endpoint, false, GEMINI).whole(&bytes(&format!("generate/{name}.json")), &mut out).unwrap();
        let body: Value = serde_json::from_slice(&out).unwrap();
        let word = match endpoint {
            Endpoint::ChatCompletions | Endpoint::Completions => &body["choices"][0]["finish_reason"],
            Endpoint::Responses if body["status"] == "incomplete" => &body["incomplete_details"]["reason"],
            Endpoint::Responses => &body["status"],
            Endpoint::Messages => &body["stop_reason"],
            _ => &body["candidates"][0]["finishReason"],
        };
        word.as_str().unwrap_or("-").to_owned()
    };
    for (name, words) in [
        ("gemini.text", ["stop", "stop", "completed", "end_turn", "STOP"]),
        ("gemini.tool", ["tool_calls", "stop", "completed", "tool_use", "STOP"]),
        ("gemini.max_tokens_no_text", ["length", "length", "max_output_tokens", "max_tokens", "MAX_TOKENS"]),
        ("gemini.max_tokens_no_parts", ["length", "length", "max_output_tokens", "max_tokens", "MAX_TOKENS"]),
        ("gemini.safety", ["content_filter", "content_filter", "content_filter", "refusal", "SAFETY"]),
        ("gemini.blocked_prompt", ["content_filter", "content_filter", "content_filter", "refusal", "-"]),
        ("with_credits", ["stop", "stop", "completed", "end_turn", "STOP"]),
    ] {
        assert_eq!(WHOLE.map(|endpoint| end(endpoint, name)), words, "{name}");
    }
}

#[test]
fn a_call_that_went_wrong_may_be_tried_again() {
    let body = bytes("generate/gemini.malformed_function_call.json");
    for endpoint in &WHOLE[..4] {
        let mut out = Vec::new();
        let broke = answer(*endpoint, false, GEMINI).whole(&body, &mut out).unwrap_err();
        let Broken::NothingSaid(why) = &broke.how else { panic!("{:?}", broke.how) };
        assert!(why.contains("print(get_weather("), "without the service's prefix: {why}");
        assert!(!broke.told && out.is_empty(), "{endpoint:?}");
    }
}

#[test]
fn a_whole_answer_breaks_without_a_trace() {
    for (body, expected) in [
        (bytes("generate/empty_200.json"), Broken::Empty),
        (bytes("generate/version_unsupported.json"), Broken::Outdated),
        (b"".to_vec(), Broken::Unreadable),
        (b"<html>".to_vec(), Broken::Unreadable),
    ] {
        for endpoint in WHOLE {
            let mut out = Vec::new();
            let broke = answer(endpoint, false, GEMINI).whole(&body, &mut out).unwrap_err();
            assert_eq!((&broke.how, broke.told, out.len()), (&expected, false, 0), "{endpoint:?}");
        }
    }
}

#[test]
fn sources_are_listed_where_the_dialect_has_no_place_for_them() {
    let body = bytes("generate/gemini.grounded.json");
    let text = |endpoint| {
        let mut out = Vec::new();
        answer(endpoint, false, GEMINI).whole(&body, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    for endpoint in &WHOLE[..4] {
        assert!(
            text(*endpoint).contains("\\n\\nSources:\\n- [example.com](https://example.com/a)"),
            "{endpoint:?}"
        );
    }
    assert!(text(WHOLE[4]).contains("groundingMetadata"));
}

#[test]
fn images_are_delivered() {
    let body = bytes("generate/gemini.image.json");
    let whole = |endpoint, asked: &Value| {
        let mut out = Vec::new();
        answer_to(endpoint, asked, "gemini-3.1-flash-image").whole(&body, &mut out).unwrap();
        serde_json::from_slice::<Value>(&out).unwrap()
    };
    let asked = |form: &str| json!({"model": "m", "prompt": "x", "response_format": form});
    let image = whole(Endpoint::Images, &asked("b64_json"));
    assert!(image["data"][0]["b64_json"].as_str().unwrap().starts_with("iVBOR"), "{image}");
    assert_eq!(image["usage"]["output_tokens"], 1290);
    let image = whole(Endpoint::Images, &asked("url"));
    assert!(image["data"][0]["url"].as_str().unwrap().starts_with("data:image/png;base64,iVBOR"), "{image}");
    let chat = whole(Endpoint::ChatCompletions, &crate::streaming::request(Endpoint::ChatCompletions, false));
    let content = chat["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(content.starts_with("![image](data:image/png;base64,iVBOR"), "{content}");
}

#[test]
fn an_answer_without_the_image_that_was_asked_for_is_a_refusal() {
    for (name, expected) in [
        ("gemini.safety", "The model made no image (SAFETY)."),
        ("gemini.text", "The model made no image (STOP)."),
    ] {
        let (mut out, body) = (Vec::new(), bytes(&format!("generate/{name}.json")));
        let broke = answer(Endpoint::Images, false, GEMINI).whole(&body, &mut out).unwrap_err();
        assert_eq!((broke.how.to_string().as_str(), broke.told, out.len()), (expected, false, 0));
        assert_eq!(broke.how.fault().unwrap().class, Class::BadRequest);
        assert_eq!(reply(&Refusal::Broken(&broke.how), Dialect::OpenAi).status, 400);
    }
}

#[test]
fn several_answers_come_as_several_choices() {
    let mut asked = crate::streaming::request(Endpoint::ChatCompletions, false);
    asked["n"] = json!(2);
    let candidate = |index: usize, text: &str| json!({"index": index, "content": {"parts": [{"text": text}]}, "finishReason": "STOP"});
    let body =
        json!({"candidates": [candidate(0, "one"), candidate(1, "two"), candidate(2, "three")]}).to_string();
    let mut out = Vec::new();
    answer_to(Endpoint::ChatCompletions, &asked, GEMINI).whole(body.as_bytes(), &mut out).unwrap();
    let out: Value = serde_json::from_slice(&out).unwrap();
    let texts: Vec<_> =
        out["choices"].as_array().unwrap().iter().map(|c| c["message"]["content"].clone()).collect();
    assert_eq!(texts, ["one", "two"]);
}

#[test]
fn an_idle_connection_is_kept_open_in_the_dialect() {
    let stream = bytes("streams/gemini.text.sse");
    for endpoint in STREAMED {
        let mut answer = answer(endpoint, true, GEMINI);
        let mut out = answer.keep_alive().to_vec();
        answer.push(&stream[..600], &mut out).unwrap();
        assert!(answer.has_begun());
        let ping = answer.keep_alive();
        match endpoint {
            Endpoint::Messages => assert_eq!(ping, b"event: ping\ndata: {\"type\":\"ping\"}\n\n"),
            Endpoint::Generate { .. } => assert_eq!(ping, b""),
            _ => assert_eq!(ping, b": ping\n\n"),
        }
    }
}

/// Holds F14, F15.
#[test]
fn a_damaged_stream_never_breaks_the_dialect() {
    for name in files("streams") {
        let stream = bytes(&name);
        if stream.is_empty() {
            continue;
        }
        for endpoint in STREAMED {
            let (out, ended) = run(answer(endpoint, true, GEMINI), [stream.as_slice()]);
            let whole = understand(endpoint, &out).text;
            assert!(ended.is_ok() || out.is_empty() || whole == "Partial ans", "{name}");
            for i in 0..100 {
                let at = stream.len() * i / 100;
                let (out, ended) = run(answer(endpoint, true, GEMINI), [&stream[..at]]);
                let seen = understand(endpoint, &out);
                assert!(whole.starts_with(&seen.text), "{name} {endpoint:?} cut at {at}");
                match ended {
                    Ok(()) => assert_eq!(seen.end.as_deref(), Some("done"), "{name} cut at {at}"),
                    Err(broke) if broke.told => {
                        assert_eq!(seen.end.as_deref(), Some("error"), "{name} cut at {at}")
                    }
                    Err(_) => assert!(out.is_empty(), "{name} cut at {at}"),
                }
            }
        }
    }
}

#[test]
fn a_field_of_another_type_breaks_nothing_it_does_not_have_to() {
    let body: Value = serde_json::from_slice(&bytes("generate/gemini.text.json")).unwrap();
    for (pointer, value) in [
        ("/response/usageMetadata/promptTokenCount", json!("12")),
        ("/response/usageMetadata/thoughtsTokenCount", json!([1])),
        ("/response/modelVersion", json!(7)),
        ("/response/responseId", json!({})),
        ("/traceId", json!(7)),
        ("/metadata", json!("x")),
    ] {
        let mut body = body.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        let mut out = Vec::new();
        let ended = answer(Endpoint::Messages, false, GEMINI).whole(body.to_string().as_bytes(), &mut out);
        assert_eq!(ended, Ok(()), "{pointer}");
    }
}

/// Any stream of the upstream: thoughts, words, calls, images, signatures, errors and nonsense, in any order.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let words = || {
        prop::sample::select(vec![
            "",
            "a",
            "hello ",
            "17 × 3",
            "\"q\"\\\n",
            "👋",
            "data: x\n\n",
            "version of Antigravity",
        ])
    };
    let part = prop_oneof![
        4 => words().prop_map(|text| json!({"text": text})),
        2 => words().prop_map(|text| json!({"text": text, "thought": true})),
        1 => words().prop_map(|text| json!({"text": text, "thought": true, "thoughtSignature": "Rsig"})),
        1 => Just(json!({"text": "", "thoughtSignature": "Esig"})),
        1 => Just(json!({"functionCall": {"name": "default_api:f", "args": {"a": "b\n"}}, "thoughtSignature": "Esig"})),
        1 => Just(json!({"functionCall": {"id": "toolu_1", "name": "f"}})),
        1 => Just(json!({"inlineData": {"mimeType": "image/png", "data": "AAAA"}})),
        1 => Just(json!({"executableCode": {"code": "x"}})),
    ];
    let finish = prop::option::weighted(
        0.2,
        prop::sample::select(vec!["STOP", "MAX_TOKENS", "SAFETY", "OTHER", "NEW"]),
    );
    let usage = prop::option::of(prop::sample::select(vec![
        json!({"promptTokenCount": 5, "totalTokenCount": 7}),
        json!({}),
        json!({"totalTokenCount": 0}),
    ]));
    let body = (proptest::collection::vec(part, 0..3), finish, usage).prop_map(|(parts, finish, usage)| {
        let mut candidate = json!({"content": {"role": "model", "parts": parts}});
        if let Some(finish) = finish {
            candidate["finishReason"] = json!(finish);
        }
        json!({"candidates": [candidate], "usageMetadata": usage})
    });
    let event = prop_oneof![
        12 => body.clone().prop_map(|body| json!({"response": body, "traceId": "x"}).to_string()),
        2 => body.prop_map(|body| body.to_string()),
        1 => Just(json!({"response": {"promptFeedback": {"blockReason": "SAFETY"}}}).to_string()),
        1 => Just(json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "no"}}).to_string()),
        1 => Just("{\"response\":".to_owned()),
        1 => Just("[DONE]".to_owned()),
        1 => Just("{}".to_owned()),
    ];
    (proptest::collection::vec(event, 0..6), any::<bool>()).prop_map(|(events, crlf)| {
        let stream: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
        if crlf { with_crlf(stream.as_bytes()) } else { stream.into_bytes() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_stream_gives_one_sound_answer_however_it_is_cut(
        stream in stream(),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        for endpoint in STREAMED {
            let (out, ended) = run(answer(endpoint, true, GEMINI), [stream.as_slice()]);
            let pieces = cuts.windows(2).map(|pair| &stream[pair[0]..pair[1]]);
            let (cut_out, cut_ended) = run(answer(endpoint, true, GEMINI), pieces);
            prop_assert_eq!(&cut_ended, &ended);
            let (seen, cut_seen) = (understand(endpoint, &out), understand(endpoint, &cut_out));
            prop_assert_eq!(&cut_out, &out);
            prop_assert_eq!(&seen, &cut_seen);
            match ended {
                Ok(()) => prop_assert_eq!(seen.end.as_deref(), Some("done")),
                Err(broke) if broke.told => prop_assert_eq!(seen.end.as_deref(), Some("error")),
                Err(_) => prop_assert!(out.is_empty()),
            }
        }
    }

    /// Holds F15.
    #[test]
    fn any_bytes_are_an_answer_or_none(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        for endpoint in STREAMED {
            let (out, ended) = run(answer(endpoint, true, GEMINI), body.chunks(11));
            understand(endpoint, &out);
            prop_assert!(ended.is_err());
        }
        for endpoint in WHOLE {
            let mut out = Vec::new();
            prop_assert!(answer(endpoint, false, GEMINI).whole(&body, &mut out).is_err() && out.is_empty());
        }
    }
}
