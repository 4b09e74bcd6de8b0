//! Everything the simulated service can do to a call, as a list.

use simulator::{CallKind, FaultKind, error_names, stream_names};
use std::collections::BTreeMap;

/// What is done to which calls.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// Those; none of any other kind.
    pub calls: Vec<CallKind>,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    /// The same to everybody.
    Plain(FaultKind),
    /// An answer of this status and content type that repeats the caller's own secret.
    Repeats(u16, &'static str),
    /// A redirect whose address does.
    RedirectsWith(u16),
}

impl Trouble {
    /// The fault for a caller with this secret.
    pub fn what(&self, secret: &str) -> FaultKind {
        let told = format!("the token {secret} (Bearer ya29.FAKE_CANARY_REPEATED) is not welcome");
        match &self.what {
            What::Plain(kind) => kind.clone(),
            What::Repeats(status, content_type) => FaultKind::Raw {
                status: *status,
                content_type: (*content_type).to_owned(),
                headers: BTreeMap::from([("x-token".to_owned(), secret.to_owned())]),
                body: match *content_type {
                    JSON => serde_json::json!({"error": {"code": status, "message": told, "status": told}})
                        .to_string(),
                    _ => format!("<html><title>{told}</title>{told}</html>"),
                },
            },
            What::RedirectsWith(status) => FaultKind::Redirect {
                status: *status,
                location: format!("https://example.com/?refresh_token={secret}"),
            },
        }
    }
}

const JSON: &str = "application/json; charset=UTF-8";
const HTML: &str = "text/html; charset=UTF-8";
/// The kinds of calls an engine makes in its turns.
const READING: [CallKind; 1] = [CallKind::FetchAvailableModels];
const SIGNING_IN: [CallKind; 1] = [CallKind::Token];
const ANSWERING: [CallKind; 2] = [CallKind::Generate, CallKind::StreamGenerate];

/// Every refusal of the catalogue, every captured stream and every damage to a connection, each where it can happen,
/// and answers that repeat what they were sent.
pub fn troubles() -> Vec<Trouble> {
    let mut all = Vec::new();
    let mut add = |calls: &[CallKind], what: What| all.push(Trouble { calls: calls.to_vec(), what });
    for name in error_names() {
        let kinds: &[&[CallKind]] =
            if name.starts_with("oauth.") { &[&SIGNING_IN] } else { &[&READING, &ANSWERING] };
        for calls in kinds {
            add(calls, What::Plain(FaultKind::error(name)));
        }
    }
    for name in stream_names() {
        add(&ANSWERING, What::Plain(FaultKind::Stream { name: name.to_owned() }));
    }
    for calls in [&SIGNING_IN[..], &READING, &ANSWERING] {
        for what in [
            FaultKind::HugeBody { bytes: 2 << 20 },
            FaultKind::Delay { ms: 300 },
            FaultKind::Cut { after: 20 },
            FaultKind::Reset { after: None },
            FaultKind::Reset { after: Some(20) },
            FaultKind::Drip { bytes: 16, every_ms: 1 },
            FaultKind::ContentType { value: "text/plain".to_owned() },
            FaultKind::DateOffset { seconds: 3_600 },
        ] {
            add(calls, What::Plain(what));
        }
        for status in [400, 401, 403, 404, 429, 500, 503] {
            add(calls, What::Repeats(status, JSON));
            add(calls, What::Repeats(status, HTML));
        }
        add(calls, What::Repeats(200, HTML));
        add(calls, What::RedirectsWith(302));
        add(calls, What::RedirectsWith(307));
    }
    add(&ANSWERING, What::Plain(FaultKind::Hang));
    add(&ANSWERING, What::Plain(FaultKind::Stall { after: 20 }));
    add(&ANSWERING, What::Plain(FaultKind::HugeStream { events: Some(2_000), characters: 100 }));
    add(&SIGNING_IN, What::Plain(FaultKind::RotateRefreshToken));
    all
}
