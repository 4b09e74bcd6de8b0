//! What clients ask, and what goes out for it.

use domain::credential::Provider;
use serde_json::Value;
use wire::convert::{Envelope, Repair, Target, count_tokens, generate, mend};
use wire::dialect::{Asked, Delivery, Endpoint};
use wire::schema;

const ENVELOPE: Envelope<'static> =
    Envelope { project: Some("example-project"), request_id: "agent/1/2/3/1", session_id: Some("-1") };
const TARGETS: [Target<'static>; 4] = [
    Target { provider: Provider::Antigravity, model: "gemini-3.6-flash-medium", catalogue: None },
    Target { provider: Provider::Antigravity, model: "claude-sonnet-4-6", catalogue: None },
    Target { provider: Provider::GeminiCli, model: "gemini-2.5-pro", catalogue: None },
    Target { provider: Provider::ApiKey, model: "gemini-2.5-flash", catalogue: None },
];

/// Chat completions, completions, responses, images.
pub fn openai(bytes: &[u8]) {
    for endpoint in [Endpoint::ChatCompletions, Endpoint::Completions, Endpoint::Responses, Endpoint::Images]
    {
        sent_or_refused(endpoint, bytes);
    }
}

/// Messages, and counting them.
pub fn anthropic(bytes: &[u8]) {
    for endpoint in [Endpoint::Messages, Endpoint::CountMessages] {
        sent_or_refused(endpoint, bytes);
    }
}

/// `generateContent`, and counting.
pub fn gemini(bytes: &[u8]) {
    let generate = Endpoint::Generate { model: "m", delivery: Delivery::Whole };
    for endpoint in [generate, Endpoint::CountContents { model: "m" }] {
        sent_or_refused(endpoint, bytes);
    }
}

/// Where a request is taken, every kind of credential gets one that can be read, not much larger than it came.
fn sent_or_refused(endpoint: Endpoint<'_>, bytes: &[u8]) {
    let mended = mend(bytes);
    let Ok(asked) = Asked::read(endpoint, &mended) else { return };
    for target in &TARGETS {
        let prepared = generate(asked.draft(), target, &ENVELOPE, &(), &Repair::none()).unwrap();
        let sent: Value = serde_json::from_slice(&prepared.body).expect("what goes out is JSON");
        let request = sent.get("request").unwrap_or(&sent);
        assert!(!request["contents"].as_array().expect("contents").is_empty());
        assert!(
            prepared.body.len() <= 16 * bytes.len() + 65_536,
            "{} from {}",
            prepared.body.len(),
            bytes.len()
        );
        let counted = count_tokens(asked.draft(), target);
        assert!(serde_json::from_slice::<Value>(&counted).is_ok());
    }
}

/// A schema of any tool: cleaning again changes nothing, nothing grows without end, every kind has a type.
pub fn schema(bytes: &[u8]) {
    let Ok(source) = serde_json::from_slice::<Value>(bytes) else { return };
    for clean in [|source: &Value| schema::parameters(Some(source)), schema::answer] {
        let once = clean(&source);
        let value = serde_json::to_value(&once).unwrap();
        assert_eq!(clean(&value), once, "{value}");
        let written = value.to_string().len();
        assert!(written <= 1 << 20, "{written} bytes of {}", bytes.len());
        let mut filled = once;
        filled.fill_for_claude();
        assert_eq!(clean(&serde_json::to_value(&filled).unwrap()), filled, "filled");
    }
}
