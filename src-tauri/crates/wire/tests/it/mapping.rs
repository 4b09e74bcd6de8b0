//! Vectors of requests: what a client sends and what goes out for it.

use crate::fixture::{bytes, cases, json, seen, t0};
use domain::credential::Provider;
use serde_json::{Value, json};
use wire::convert::{Envelope, Repair, Target, count_tokens, generate, read_count};
use wire::dialect::{Asked, Delivery, Endpoint};
use wire::signature::Signatures;
use wire::upstream::models::{self, CatalogueEntry};

/// The ids of the fixtures.
pub const ENVELOPE: Envelope<'static> = Envelope {
    project: Some("example-project-pro1"),
    request_id: "agent/00000000-0000-4000-8000-000000000001/1788220800000/00000000-0000-4000-8000-000000000002/1",
    session_id: Some("-3750763034362890000"),
};

/// The catalogue of the fixtures.
pub fn catalogue() -> Vec<CatalogueEntry> {
    models::parse(&bytes("fetchAvailableModels/pro.json"), seen(t0())).unwrap().catalogue
}

/// A target with what the catalogue says.
pub fn target<'a>(provider: Provider, model: &'a str, catalogue: &'a [CatalogueEntry]) -> Target<'a> {
    Target { provider, model, catalogue: catalogue.iter().find(|entry| entry.id == model) }
}

/// The request that goes out for a client's.
pub fn sent(endpoint: Endpoint<'_>, body: &Value, target: &Target<'_>, known: &dyn Signatures) -> Value {
    let body = body.to_string();
    let asked = Asked::read(endpoint, body.as_bytes()).unwrap_or_else(|bad| panic!("{bad} for {body}"));
    let prepared = generate(asked.draft(), target, &ENVELOPE, known, &Repair::none()).unwrap();
    serde_json::from_slice(&prepared.body).unwrap()
}

#[test]
fn every_request_vector_holds() {
    let catalogue = catalogue();
    for case in cases("vectors/request_mapping.json") {
        let client = &case["client_request"];
        let path = client["_path"].as_str().unwrap_or_default();
        let endpoint = match case["protocol"].as_str().unwrap() {
            "openai.chat" => Endpoint::ChatCompletions,
            "openai.responses" => Endpoint::Responses,
            "anthropic.messages" => Endpoint::Messages,
            "gemini" => {
                let (model, _) = path.strip_prefix("/v1beta/models/").unwrap().split_once(':').unwrap();
                Endpoint::Generate { model, delivery: Delivery::Sse }
            }
            other => panic!("{other}"),
        };
        let body = client.to_string();
        let model = Asked::read(endpoint, body.as_bytes()).unwrap().draft().model().to_owned();
        let target = target(Provider::Antigravity, &model, &catalogue);
        let mut sent = sent(endpoint, client, &target, &());
        sent["project"] = json!("<project of the chosen credential>");
        sent["requestId"] = json!("<generated>");
        sent["request"]["sessionId"] = json!("<generated>");
        assert_eq!(sent, case["upstream_request"], "{}", case["name"]);
    }
}

#[test]
fn requests_of_the_contract_come_out_of_what_clients_send() {
    let catalogue = catalogue();
    let antigravity = |model: &'static str| target(Provider::Antigravity, model, &catalogue);
    let native = |model| Endpoint::Generate { model, delivery: Delivery::Whole };
    let with_session = |session: &str, mut expected: Value| {
        expected["request"]["sessionId"] = json!(session);
        expected
    };
    let session = ENVELOPE.session_id.unwrap();
    for name in ["gemini", "gemini.tool_turn2", "vision"] {
        let expected = json(&format!("requests/generate.antigravity.{name}.json"));
        let sent = sent(
            native("gemini-3.6-flash-medium"),
            &expected["request"],
            &antigravity("gemini-3.6-flash-medium"),
            &(),
        );
        assert_eq!(sent, with_session(session, expected), "{name}");
    }
    for name in ["claude.thinking", "claude.tool_turn2"] {
        let expected = json(&format!("requests/generate.antigravity.{name}.json"));
        let target = antigravity("claude-sonnet-4-6");
        let sent = sent(native("claude-sonnet-4-6"), &expected["request"], &target, &());
        assert_eq!(sent, with_session(session, expected), "{name}");
    }
    let asked = json!({"model": "gemini-3.1-flash-image", "prompt": "A red square", "size": "1024x1024"});
    let mut image = sent(Endpoint::Images, &asked, &antigravity("gemini-3.1-flash-image"), &());
    let expected = json("requests/generate.antigravity.image.json");
    image["requestId"] = expected["requestId"].clone();
    assert_eq!(image, with_session(session, expected));
}

#[test]
fn each_provider_has_its_envelope() {
    let expected = json("requests/generate.gemini_cli.json");
    let body = expected["request"].to_string();
    let endpoint = Endpoint::Generate { model: "gemini-2.5-pro", delivery: Delivery::Whole };
    let asked = Asked::read(endpoint, body.as_bytes()).unwrap();
    let envelope = Envelope {
        project: Some("example-company-project"),
        request_id: "00000000-0000-4000-8000-000000000003########0",
        session_id: Some("00000000-0000-4000-8000-000000000004"),
    };
    let made = |provider| {
        let target = Target { provider, model: "gemini-2.5-pro", catalogue: None };
        let prepared = generate(asked.draft(), &target, &envelope, &(), &Repair::none()).unwrap();
        serde_json::from_slice::<Value>(&prepared.body).unwrap()
    };
    assert_eq!(made(Provider::GeminiCli), expected);
    let mut inner = expected["request"].clone();
    inner.as_object_mut().unwrap().remove("session_id");
    assert_eq!(made(Provider::ApiKey), inner);
}

#[test]
fn tokens_are_counted_without_thoughts_and_settings() {
    let body =
        json!({"contents": [{"parts": [{"text": "Count me."}]}], "generationConfig": {"temperature": 1}});
    let endpoint = Endpoint::CountContents { model: "gemini-2.5-pro" };
    let counted = |body: &Value, provider| {
        let body = body.to_string();
        let asked = Asked::read(endpoint, body.as_bytes()).unwrap();
        let target = Target { provider, model: "gemini-2.5-pro", catalogue: None };
        serde_json::from_slice::<Value>(&count_tokens(asked.draft(), &target)).unwrap()
    };
    let expected = json("requests/countTokens.json");
    assert_eq!(counted(&body, Provider::Antigravity), expected);
    assert_eq!(counted(&json!({"generateContentRequest": body}), Provider::GeminiCli), expected);
    assert_eq!(counted(&body, Provider::ApiKey), json!({"generateContentRequest": expected["request"]}));
    for answer in ["response", "response_wrapped"] {
        assert_eq!(read_count(&bytes(&format!("countTokens/{answer}.json"))), Some(42));
    }
    assert_eq!(read_count(b"{\"error\":{}}"), None);
}
