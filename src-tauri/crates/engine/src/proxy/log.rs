//! What is remembered of a request: who asked, what answered, what it cost. What was said is `prompts`' business.

use domain::credential::{CredentialId, Provider};
use domain::policy::words::Said;
use jiff::Timestamp;

/// One request that went through the proxy, as it is written down when it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRecord {
    /// When it came.
    pub at: Timestamp,
    /// The client key's id.
    pub key_id: String,
    /// What the key was called then.
    pub key_name: String,
    /// Where it came in, without a model's name, e.g. `/v1/messages`.
    pub endpoint: String,
    /// The model the client named.
    pub model_asked: String,
    /// The model that was asked upstream; `None` where nothing was.
    pub model_used: Option<String>,
    /// Whose quota it was; `None` where no credential was asked.
    pub credential: Option<CredentialId>,
    /// The credential's kind.
    pub provider: Option<Provider>,
    /// What it cost, as the service counted.
    pub tokens: Tokens,
    /// From the request's arrival to its end, in milliseconds.
    pub duration_ms: u32,
    /// From the request's arrival to the first byte of the answer's body, in milliseconds; `None` without one.
    pub first_byte_ms: Option<u32>,
    /// The HTTP status the client saw.
    pub status: u16,
    /// What came of it.
    pub outcome: Outcome,
    /// Upstream calls beyond the first.
    pub retries: u32,
    /// Why it went where it went, with the numbers that led to it, in one sentence.
    pub decision: Said,
}

/// What a request cost. `None` is unknown, not nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Read by the model, those from a cache included.
    pub input: Option<u32>,
    /// Written by the model, its reasoning included.
    pub output: Option<u32>,
    /// Of those read: from a cache.
    pub cached: Option<u32>,
    /// Of those written: reasoning.
    pub reasoning: Option<u32>,
}

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was answered to the end.
    Ok,
    /// The client hung up.
    Cancelled,
    /// It was not sent: a key's limits, no model, no credential.
    Refused,
    /// It was sent, and no answer came of it.
    Failed,
    /// The answer broke off in the middle.
    Truncated,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 5] = [Self::Ok, Self::Cancelled, Self::Refused, Self::Failed, Self::Truncated];

    /// The word in the store and in documents.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Truncated => "truncated",
        }
    }

    /// The outcome of a word.
    #[must_use]
    pub fn from_key(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.key() == word)
    }
}
