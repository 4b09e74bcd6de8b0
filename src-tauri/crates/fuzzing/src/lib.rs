//! What must hold for any bytes at all: twelve entries to the program, each as a function that panics where its promise
//! is broken.
//!
//! `tests/all.rs` replays the corpora and drives every target with mutated bytes on stable Rust; `src-tauri/fuzz` hands
//! the same functions to libFuzzer.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a target tells a broken promise by a panic"
)]

pub mod mutate;
mod proxy;
mod readings;
mod requests;
pub mod seeds;
mod streams;

/// Reads what comes out of a stream, strictly.
#[path = "../../wire/tests/it/streaming.rs"]
#[expect(dead_code, reason = "a part of it is enough here")]
mod streaming;

/// The clock the fixtures belong to.
mod fixture {
    pub fn t0() -> jiff::Timestamp {
        "2026-09-01T00:00:00Z".parse().unwrap()
    }
}

/// One entry and its promise.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, also of its corpus.
    pub name: &'static str,
    /// Folders of `wire`'s fixtures it starts from, beside its own corpus.
    pub fixtures: &'static [&'static str],
    /// What it is made of: where structure is worth mutating.
    pub form: Form,
    /// Hands it bytes; panics where the promise is broken.
    pub run: fn(&[u8]),
}

/// What the bytes of a target are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One JSON document.
    Json,
    /// Server-sent events with JSON in them.
    Events,
    /// An HTTP/1.1 conversation.
    Http,
}

/// All of them.
pub const TARGETS: [Target; 12] = [
    Target { name: "sse", fixtures: &["streams"], form: Form::Events, run: streams::sse },
    Target { name: "stream_to_openai", fixtures: &["streams"], form: Form::Events, run: streams::openai },
    Target { name: "stream_to_others", fixtures: &["streams"], form: Form::Events, run: streams::others },
    Target {
        name: "openai_request",
        fixtures: &["clients/openai.chat", "clients/openai.responses"],
        form: Form::Json,
        run: requests::openai,
    },
    Target {
        name: "anthropic_request",
        fixtures: &["clients/anthropic"],
        form: Form::Json,
        run: requests::anthropic,
    },
    Target {
        name: "gemini_request",
        fixtures: &["requests", "clients/gemini"],
        form: Form::Json,
        run: requests::gemini,
    },
    Target { name: "schema", fixtures: &["vectors"], form: Form::Json, run: requests::schema },
    Target {
        name: "quota",
        fixtures: &["retrieveUserQuotaSummary", "fetchAvailableModels", "retrieveUserQuota"],
        form: Form::Json,
        run: readings::quota,
    },
    Target { name: "errors", fixtures: &["errors"], form: Form::Json, run: readings::errors },
    Target {
        name: "credential_file",
        fixtures: &["credentials"],
        form: Form::Json,
        run: readings::credential_file,
    },
    Target { name: "settings", fixtures: &[], form: Form::Json, run: readings::settings },
    Target { name: "proxy", fixtures: &[], form: Form::Http, run: proxy::bytes_in },
];
