//! The log of everything the simulator was asked, for tests that count.
//!
//! It never holds an `Authorization` header. Answering is elsewhere; this only remembers.

use std::collections::VecDeque;

use hyper::body::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::refusal::Refusal;

/// What was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// `GET /authorize`.
    Authorize,
    /// `POST /token`.
    Token,
    /// `POST /revoke`.
    Revoke,
    /// `GET /userinfo`.
    UserInfo,
    /// `loadCodeAssist`.
    LoadCodeAssist,
    /// `onboardUser`.
    OnboardUser,
    /// `GET /v1internal/{operation}`.
    Operation,
    /// `fetchAvailableModels`.
    FetchAvailableModels,
    /// `retrieveUserQuotaSummary`.
    RetrieveUserQuotaSummary,
    /// `retrieveUserQuota`.
    RetrieveUserQuota,
    /// `generateContent`.
    Generate,
    /// `streamGenerateContent`.
    StreamGenerate,
    /// `countTokens`.
    CountTokens,
    /// AI Studio: `GET /v1beta/models`.
    KeyModels,
    /// AI Studio: `generateContent`.
    KeyGenerate,
    /// AI Studio: `streamGenerateContent`.
    KeyStream,
    /// AI Studio: `countTokens`.
    KeyCount,
    /// A path the service does not have.
    Unknown,
}

/// How an exchange ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Still running.
    #[default]
    Open,
    /// Answered to the last byte.
    Complete,
    /// The client left before that.
    Cancelled,
    /// A fault broke it off.
    Broken,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Counts up from 1 over the simulator's life.
    pub number: u64,
    /// When it came in, by the simulator's clock.
    pub at: Timestamp,
    /// When it came in, in milliseconds of real time since the start: for checks of pacing.
    pub started: u64,
    /// When it ended, likewise; none while it runs.
    pub ended: Option<u64>,
    /// How it ended.
    pub end: End,
    /// What was called.
    pub method: CallKind,
    /// Name of the account or API key, where the call shows it.
    pub account: Option<String>,
    /// The model asked for.
    pub model: Option<String>,
    /// The project named.
    pub project: Option<String>,
    /// Status of the answer; none where none was sent (yet).
    pub status: Option<u16>,
    /// Body bytes handed to the network.
    pub bytes_sent: u64,
    /// The User-Agent.
    pub user_agent: Option<String>,
    /// Whether `x-goog-user-project` was sent.
    pub user_project_header: bool,
    /// `enabledCreditTypes` of the request.
    pub credits_asked: Vec<String>,
    /// Whether a scripted fault took part.
    pub scripted: bool,
    /// Why the simulator refused it of its own accord.
    pub refusal: Option<Refusal>,
    /// The request body; empty where it was longer than the scenario keeps.
    #[serde(with = "body_text")]
    pub body: Bytes,
    /// Path and query.
    pub path: String,
}

impl Call {
    /// The request body as JSON; `null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

/// Bodies travel as text in the call log's JSON.
mod body_text {
    use super::{Bytes, Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(body: &Bytes, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&String::from_utf8_lossy(body))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Bytes, D::Error> {
        Ok(Bytes::from(String::deserialize(from)?))
    }
}

/// Bodies in the log take at most this many bytes together; the oldest are forgotten first, their calls are not.
const BODY_BYTES: usize = 64 * 1024 * 1024;

/// The calls kept, oldest first.
#[derive(Debug)]
pub(crate) struct CallLog {
    calls: VecDeque<Call>,
    next: u64,
    kept: usize,
    /// Body bytes held.
    held: usize,
    /// Calls up to this number have lost their bodies.
    bare: u64,
}

impl CallLog {
    pub(crate) fn new(kept: usize) -> Self {
        Self { calls: VecDeque::new(), next: 1, kept, held: 0, bare: 0 }
    }

    /// Notes a call and gives it its number.
    pub(crate) fn open(&mut self, mut call: Call) -> u64 {
        let number = self.next;
        self.next += 1;
        call.number = number;
        self.held += call.body.len();
        self.calls.push_back(call);
        while self.calls.len() > self.kept {
            self.held -= self.calls.pop_front().map_or(0, |call| call.body.len());
        }
        self.forget_bodies(BODY_BYTES);
        number
    }

    fn forget_bodies(&mut self, most: usize) {
        while self.held > most && self.bare < self.next {
            self.bare += 1;
            let body = self.get_mut(self.bare).map(|call| std::mem::take(&mut call.body));
            self.held -= body.map_or(0, |body| body.len());
        }
    }

    /// The call of this number, unless it was cleared or pushed out.
    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut Call> {
        let first = self.calls.front()?.number;
        let index = usize::try_from(number.checked_sub(first)?).ok()?;
        self.calls.get_mut(index)
    }

    pub(crate) fn all(&self) -> Vec<Call> {
        self.calls.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.calls.clear();
        self.held = 0;
    }
}

#[cfg(test)]
pub(crate) fn blank(method: CallKind) -> Call {
    Call {
        number: 0,
        at: Timestamp::UNIX_EPOCH,
        started: 0,
        ended: None,
        end: End::Open,
        method,
        account: None,
        model: None,
        project: None,
        status: None,
        bytes_sent: 0,
        user_agent: None,
        user_project_header: false,
        credits_asked: Vec::new(),
        scripted: false,
        refusal: None,
        body: Bytes::new(),
        path: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_found_by_its_number_until_it_is_pushed_out_or_cleared() {
        let mut log = CallLog::new(2);
        let numbers: Vec<u64> = (0..3).map(|_| log.open(blank(CallKind::Token))).collect();
        assert_eq!(numbers, [1, 2, 3]);
        let found = |log: &mut CallLog| [1, 2, 3, 4].map(|n| log.get_mut(n).map(|call| call.number));
        assert_eq!(found(&mut log), [None, Some(2), Some(3), None]);
        log.clear();
        assert_eq!(log.open(blank(CallKind::Token)), 4);
        assert_eq!(found(&mut log), [None, None, None, Some(4)]);
    }

    #[test]
    fn the_oldest_bodies_are_forgotten_first() {
        let mut log = CallLog::new(9);
        for _ in 0..4 {
            log.open(Call { body: Bytes::from_static(b"12345"), ..blank(CallKind::Generate) });
        }
        log.forget_bodies(10);
        assert_eq!(log.all().iter().map(|call| call.body.len()).collect::<Vec<_>>(), [0, 0, 5, 5]);
        log.forget_bodies(9);
        assert_eq!(log.all().iter().map(|call| call.body.len()).collect::<Vec<_>>(), [0, 0, 0, 5]);
    }

    #[test]
    fn a_call_survives_its_json() {
        let mut call = blank(CallKind::Generate);
        call.body = Bytes::from_static(br#"{"model":"m"}"#);
        call.refusal = Some(Refusal::UnknownField { name: "x".into(), at: "request".into() });
        let text = serde_json::to_string(&call).unwrap();
        let back: Call = serde_json::from_str(&text).unwrap();
        assert_eq!((back.json()["model"].as_str(), &back), (Some("m"), &call));
    }
}
