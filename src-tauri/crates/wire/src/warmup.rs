//! The smallest generation request, and whether its answer means that a window's clock was started.
//!
//! When to send one, and recording it before it is sent, are the engine's.

use crate::answer::{Frame, Reason, Usage, says_outdated};
use crate::fault::{self, Answer};
use crate::sse;
use domain::catalogue::Group;
use domain::credential::Provider;
use domain::fault::Fault;
use jiff::Timestamp;
use serde_json::json;

/// The longest event that is read, in bytes; a warmup's has a few hundred.
const LONGEST: usize = 1024 * 1024;

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
    let seen = Seen::of(body);
    if seen.usage.is_zero() && seen.stopped && says_outdated(&seen.text) {
        Answered::Outdated
    } else if seen.answers > 0 || seen.usage.total > 0 {
        Answered::Well
    } else {
        Answered::Empty
    }
}

/// The error inside of an answer with status 2xx, where nothing else came: it means what it would mean as a status.
#[must_use]
pub fn refusal(body: &[u8], provider: Provider, now: Timestamp) -> Option<Fault> {
    let seen = Seen::of(body);
    let error = seen.error.filter(|_| seen.answers == 0)?;
    Some(fault::read(Answer { status: 200, retry_after: None, body: &error, now }, provider))
}

/// What an answer held.
#[derive(Default)]
struct Seen {
    answers: usize,
    usage: Usage,
    text: String,
    stopped: bool,
    error: Option<Vec<u8>>,
}

impl Seen {
    fn of(body: &[u8]) -> Self {
        let mut seen = Self::default();
        if matches!(body.trim_ascii_start().first(), Some(b'{' | b'[')) {
            seen.take(body);
            return seen;
        }
        let mut reader = sse::Reader::with_limit(LONGEST);
        let read = reader.push(body, |event| seen.take(event));
        match read.and_then(|()| reader.end(|event| seen.take(event))) {
            Ok(()) => seen,
            // No answer to a warmup is that long.
            Err(sse::TooLong { .. }) => Self::default(),
        }
    }

    fn take(&mut self, data: &[u8]) {
        let body = match Frame::read(data) {
            Some(Frame::Body(body)) => body,
            Some(Frame::Error) => {
                self.error.get_or_insert_with(|| data.to_vec());
                return;
            }
            None => return,
        };
        self.usage = body.usage_metadata.unwrap_or(self.usage);
        self.answers += body.candidates().len();
        for candidate in body.candidates() {
            let reason = candidate.finish_reason.as_deref().and_then(Reason::from_word);
            self.stopped |= reason == Some(Reason::Stop);
        }
        for text in body.parts().filter_map(|part| part.text.as_deref()) {
            self.text.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

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
        let generated = |name: &str| {
            std::fs::read(format!("{}/tests/fixtures/generate/{name}.json", env!("CARGO_MANIFEST_DIR")))
                .unwrap()
        };
        for (name, expected) in [
            ("claude.warmup", Answered::Well),
            ("gemini.max_tokens_no_parts", Answered::Well),
            ("version_unsupported", Answered::Outdated),
        ] {
            assert_eq!(judge(&generated(name)), expected, "{name}");
        }
        assert_eq!(judge(b"<html>Sign in</html>"), Answered::Empty);
    }

    #[test]
    fn an_error_under_a_success_is_that_error() {
        let body = include_bytes!("../tests/fixtures/errors/429.quota_exhausted.json");
        let event = [b"data: ".as_slice(), body.trim_ascii()].concat();
        let event: Vec<u8> = event.into_iter().filter(|byte| *byte != b'\n').collect();
        let fault = refusal(&event, Provider::Antigravity, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!((fault.class, judge(&event)), (domain::fault::Class::QuotaExhausted, Answered::Empty));
        let stream =
            std::fs::read(format!("{}/tests/fixtures/streams/warmup.gemini.sse", env!("CARGO_MANIFEST_DIR")))
                .unwrap();
        assert_eq!(refusal(&stream, Provider::Antigravity, Timestamp::UNIX_EPOCH), None);
    }

    fn ids() -> Ids {
        Ids {
            conversation: "00000000-0000-4000-8000-000000000001".into(),
            trajectory: "00000000-0000-4000-8000-000000000002".into(),
            unix_ms: 1_788_220_800_000,
        }
    }
}
