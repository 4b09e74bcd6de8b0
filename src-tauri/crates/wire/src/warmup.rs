//! The smallest generation request, and whether its answer means that a window's clock was started.
//!
//! When to send one, and recording it before it is sent, are the engine's.

use crate::json::{self, Fields};
use domain::catalogue::Group;
use serde_json::{Value, json};

/// Ids that make a request one of a kind; chance is the caller's.
#[derive(Debug, Clone)]
pub struct Ids {
    /// A UUID for the conversation.
    pub conversation: String,
    /// A UUID for the trajectory.
    pub trajectory: String,
    /// Milliseconds since 1970.
    pub unix_ms: i64,
}

/// The body of a warmup for an Antigravity login. Text and size do not matter to the service: any billed request
/// starts the windows.
#[must_use]
pub fn request(project: Option<&str>, model: &str, group: Option<&Group>, ids: &Ids) -> Vec<u8> {
    let image = model.contains("-image");
    let config = if image {
        json!({ "maxOutputTokens": 10, "temperature": 0, "responseModalities": ["TEXT"] })
    } else if group == Some(&Group::Gemini) {
        // With thinking on, a small limit is used up before the first word. Pro models think at least a little.
        let budget = if model.contains("flash") { 0 } else { 128 };
        json!({
            "maxOutputTokens": if budget == 0 { 16 } else { 144 },
            "thinkingConfig": { "includeThoughts": false, "thinkingBudget": budget },
        })
    } else {
        json!({ "maxOutputTokens": 1 })
    };
    let Ids { conversation, trajectory, unix_ms } = ids;
    let (kind, id) = if image {
        ("image_gen", format!("image_gen/{unix_ms}/{trajectory}/12"))
    } else {
        ("agent", format!("agent/{conversation}/{unix_ms}/{trajectory}/1"))
    };
    let mut body = json!({
        "requestId": id,
        "request": {
            "contents": [{ "role": "user", "parts": [{ "text": "hi" }] }],
            "generationConfig": config,
        },
        "model": model,
        "userAgent": "antigravity",
        "requestType": kind,
    });
    if let Some(project) = project {
        body["project"] = json!(project);
    }
    body.to_string().into_bytes()
}

/// What an answer with status 2xx means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// At least one candidate, or tokens were counted: the request was billed.
    Well,
    /// Nothing came: it may be tried again.
    Empty,
    /// The service does not serve this User-Agent any more: the setting is wrong, not the credential.
    Outdated,
}

/// Judges the body of a stream, or of a whole answer, that was read to its end.
#[must_use]
pub fn judge(body: &[u8]) -> Answered {
    let mut answered = Answered::Empty;
    for document in documents(body) {
        let Some(root) = Fields::of(&document) else { continue };
        let response = root.get("response").and_then(Fields::of).unwrap_or(root);
        let candidates = response.get("candidates").and_then(Value::as_array);
        let counted =
            response.get("usageMetadata").and_then(|u| u.get("totalTokenCount")).and_then(Value::as_i64);
        if candidates.is_some_and(|c| c.iter().any(says_outdated)) && counted.unwrap_or(0) == 0 {
            return Answered::Outdated;
        }
        if candidates.is_some_and(|c| !c.is_empty()) || counted.unwrap_or(0) > 0 {
            answered = Answered::Well;
        }
    }
    answered
}

/// The events of a stream, or the one document of a whole answer.
fn documents(body: &[u8]) -> Vec<Value> {
    let text = String::from_utf8_lossy(body);
    let lines: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("data:")).collect();
    if lines.is_empty() {
        return json::document(body).into_iter().collect();
    }
    lines.iter().filter_map(|line| json::document(line.trim().as_bytes()).ok()).collect()
}

fn says_outdated(candidate: &Value) -> bool {
    let parts = candidate.get("content").and_then(|c| c.get("parts")).and_then(Value::as_array);
    let texts = parts.into_iter().flatten().filter_map(|p| p.get("text")?.as_str());
    texts.into_iter().any(|text| text.to_lowercase().contains("version of antigravity"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_requests_are_those_of_the_contract() {
        for (fixture, model, group) in [
            (
                include_str!("../tests/fixtures/requests/warmup.claude.json"),
                "claude-sonnet-4-6",
                Group::ThirdParty,
            ),
            (
                include_str!("../tests/fixtures/requests/warmup.gemini.json"),
                "gemini-3.6-flash-low",
                Group::Gemini,
            ),
            (
                include_str!("../tests/fixtures/requests/warmup.image.json"),
                "gemini-3.1-flash-image",
                Group::Gemini,
            ),
        ] {
            let built = request(Some("example-project-pro1"), model, Some(&group), &ids());
            let (built, expected): (Value, Value) =
                (serde_json::from_slice(&built).unwrap(), serde_json::from_str(fixture).unwrap());
            assert_eq!(built, expected, "{model}");
        }
    }

    #[test]
    fn a_pro_model_keeps_the_least_thinking_it_takes() {
        let built: Value =
            serde_json::from_slice(&request(None, "gemini-pro-agent", Some(&Group::Gemini), &ids())).unwrap();
        assert_eq!(built["request"]["generationConfig"]["thinkingConfig"]["thinkingBudget"], 128);
        assert!(built.get("project").is_none());
    }

    #[test]
    fn answers_are_told_apart() {
        let stream = |name: &str| {
            std::fs::read(format!("{}/tests/fixtures/streams/{name}.sse", env!("CARGO_MANIFEST_DIR")))
                .unwrap()
        };
        for (name, expected) in [
            ("warmup.gemini", Answered::Well),
            ("warmup.gemini.no_text", Answered::Well),
            ("version_unsupported", Answered::Outdated),
            ("empty_200", Answered::Empty),
        ] {
            assert_eq!(judge(&stream(name)), expected, "{name}");
        }
        let whole = include_bytes!("../tests/fixtures/generate/claude.warmup.json");
        assert_eq!(judge(whole), Answered::Well);
    }

    fn ids() -> Ids {
        Ids {
            conversation: "00000000-0000-4000-8000-000000000001".into(),
            trajectory: "00000000-0000-4000-8000-000000000002".into(),
            unix_ms: 1_788_220_800_000,
        }
    }
}
