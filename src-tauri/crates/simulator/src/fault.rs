//! Scripted faults: which call they wait for, how often, and what they do to it.
//!
//! Choosing is here and pure; carrying a fault out on the wire is `wire`'s.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{calls::CallKind, errors, stream};

/// A fault that waits for calls.
///
/// Faults wait in the order they were scripted. A call takes the first that fits of each sort, so that a delay and an
/// error scripted for the same call happen together, and two errors happen one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Only calls of this account or API key, by name or e-mail address; none = anybody's.
    #[serde(default)]
    pub account: Option<String>,
    /// Only these calls; empty = all.
    #[serde(default)]
    pub calls: Vec<CallKind>,
    /// Only calls for this model.
    #[serde(default)]
    pub model: Option<String>,
    /// Calls that fit but are let through first.
    #[serde(default)]
    pub skip: u32,
    /// How often it happens; none = until the faults are cleared.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// What happens.
    pub what: FaultKind,
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants the field's type")]
fn once() -> Option<u32> {
    Some(1)
}

/// What a fault does to a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// A refusal of the catalogue, times moved to now: see [`error_names`](crate::error_names).
    Error {
        /// Its name, e.g. `429.quota_exhausted`.
        name: String,
        /// More headers, e.g. `retry-after`.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// Any answer.
    Raw {
        /// Its status.
        status: u16,
        /// Its content type.
        content_type: String,
        /// More headers.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// Its body.
        body: String,
    },
    /// A captured stream, byte by byte: see [`stream_names`](crate::stream_names).
    Stream {
        /// Its name, e.g. `midstream_error`.
        name: String,
    },
    /// Take the request and never answer.
    Hang,
    /// A JSON body of this many bytes, made while it is read.
    HugeBody {
        /// Its length.
        bytes: u64,
    },
    /// A stream of text events, made while it is read.
    HugeStream {
        /// Number of events; none = endless.
        events: Option<u64>,
        /// Characters of each.
        characters: usize,
    },
    /// A redirect.
    Redirect {
        /// 301, 302, 307 …
        status: u16,
        /// Where to.
        location: String,
    },
    /// Wait, then go on.
    Delay {
        /// Milliseconds of real time.
        ms: u64,
    },
    /// Close the connection in order after this many body bytes, without the end the framing needs.
    Cut {
        /// Body bytes sent before.
        after: u64,
    },
    /// Reset the connection (RST).
    Reset {
        /// Body bytes sent before; none = before the status line.
        after: Option<u64>,
    },
    /// Stop sending after this many body bytes, and keep the connection.
    Stall {
        /// Body bytes sent before.
        after: u64,
    },
    /// Send the body in small pieces.
    Drip {
        /// Bytes of each.
        bytes: usize,
        /// Milliseconds of real time before each.
        every_ms: u64,
    },
    /// Send another content type with the usual body.
    ContentType {
        /// Which.
        value: String,
    },
    /// Shift the `Date` header.
    DateOffset {
        /// By this many seconds.
        seconds: i64,
    },
    /// Let a refresh return a new refresh token; the old one is dead from then on.
    RotateRefreshToken,
}

impl FaultKind {
    /// A refusal of the catalogue.
    pub fn error(name: &str) -> Self {
        FaultKind::Error { name: name.to_owned(), headers: BTreeMap::new() }
    }

    /// A JSON answer.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        FaultKind::Raw {
            status,
            content_type: "application/json; charset=UTF-8".to_owned(),
            headers: BTreeMap::new(),
            body: body.to_string(),
        }
    }

    /// Faults of one sort do not happen to the same call.
    fn sort(&self) -> Sort {
        match self {
            FaultKind::Error { .. }
            | FaultKind::Raw { .. }
            | FaultKind::Stream { .. }
            | FaultKind::Hang
            | FaultKind::HugeBody { .. }
            | FaultKind::HugeStream { .. }
            | FaultKind::Redirect { .. } => Sort::Instead,
            FaultKind::Delay { .. } => Sort::Delay,
            FaultKind::Cut { .. } | FaultKind::Reset { .. } | FaultKind::Stall { .. } => Sort::Break,
            FaultKind::Drip { .. } => Sort::Pace,
            FaultKind::ContentType { .. } => Sort::Type,
            FaultKind::DateOffset { .. } => Sort::Date,
            FaultKind::RotateRefreshToken => Sort::Token,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Instead,
    Delay,
    Break,
    Pace,
    Type,
    Date,
    Token,
}

/// Why a fault cannot be scripted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// A name the catalogue lacks.
    #[error("there is no refusal `{0}`; `error_names()` lists them")]
    Error(String),
    /// A stream that does not exist.
    #[error("there is no stream `{0}`; `stream_names()` lists them")]
    Stream(String),
    /// A status HTTP cannot send.
    #[error("{0} is no status; use 200 to 599")]
    Status(u16),
    /// An account the scenario lacks.
    #[error("the scenario has no account or key `{0}`")]
    Account(String),
}

impl Fault {
    /// A fault that happens once, to whatever call comes next.
    pub fn new(what: FaultKind) -> Self {
        Self { account: None, calls: Vec::new(), model: None, skip: 0, times: once(), what }
    }

    /// Only for this account or API key.
    #[must_use]
    pub fn account(mut self, name: &str) -> Self {
        self.account = Some(name.to_owned());
        self
    }

    /// Only for this kind of call; repeated: for these.
    #[must_use]
    pub fn on(mut self, call: CallKind) -> Self {
        self.calls.push(call);
        self
    }

    /// Only for this model.
    #[must_use]
    pub fn model(mut self, id: &str) -> Self {
        self.model = Some(id.to_owned());
        self
    }

    /// This many times.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Every time.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }

    /// Not before this many fitting calls have passed.
    #[must_use]
    pub fn skip(mut self, calls: u32) -> Self {
        self.skip = calls;
        self
    }

    /// Refuses what cannot be played.
    pub(crate) fn check(&self) -> Result<(), FaultError> {
        let status_is_fine =
            |status: u16| if (200..600).contains(&status) { Ok(()) } else { Err(FaultError::Status(status)) };
        match &self.what {
            FaultKind::Error { name, .. } if errors::find(name).is_none() => {
                Err(FaultError::Error(name.clone()))
            }
            FaultKind::Stream { name } if stream::captured(name).is_none() => {
                Err(FaultError::Stream(name.clone()))
            }
            FaultKind::Raw { status, .. } | FaultKind::Redirect { status, .. } => status_is_fine(*status),
            FaultKind::Error { .. }
            | FaultKind::Stream { .. }
            | FaultKind::Hang
            | FaultKind::HugeBody { .. }
            | FaultKind::HugeStream { .. }
            | FaultKind::Delay { .. }
            | FaultKind::Cut { .. }
            | FaultKind::Reset { .. }
            | FaultKind::Stall { .. }
            | FaultKind::Drip { .. }
            | FaultKind::ContentType { .. }
            | FaultKind::DateOffset { .. }
            | FaultKind::RotateRefreshToken => Ok(()),
        }
    }

    fn fits(&self, target: &Target<'_>) -> bool {
        self.account.as_deref().is_none_or(|wanted| target.names.contains(&wanted))
            && (self.calls.is_empty() || self.calls.contains(&target.call))
            && self.model.as_deref().is_none_or(|wanted| target.model == Some(wanted))
    }
}

/// What is known of a call when faults are chosen.
pub(crate) struct Target<'a> {
    pub call: CallKind,
    /// Name and address of the caller; empty where unknown.
    pub names: &'a [&'a str],
    pub model: Option<&'a str>,
}

/// Faults that wait.
#[derive(Debug, Default)]
pub(crate) struct FaultQueue(Vec<Fault>);

impl FaultQueue {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self(faults)
    }

    pub(crate) fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn waiting(&self) -> &[Fault] {
        &self.0
    }

    /// The faults that happen to this call; they are used up by it.
    pub(crate) fn take(&mut self, target: &Target<'_>) -> Vec<FaultKind> {
        let mut taken: Vec<FaultKind> = Vec::new();
        for fault in self.0.iter_mut().filter(|fault| fault.fits(target) && fault.times != Some(0)) {
            if fault.skip > 0 {
                fault.skip -= 1;
            } else if taken.iter().all(|other| other.sort() != fault.what.sort()) {
                fault.times = fault.times.map(|left| left - 1);
                taken.push(fault.what.clone());
            }
        }
        self.0.retain(|fault| fault.times != Some(0));
        taken
    }
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::*;

    fn target(call: CallKind) -> Target<'static> {
        Target { call, names: &["ada", "ada@example.com"], model: Some("gemini-3-flash") }
    }

    #[track_caller]
    fn check(faults: Vec<Fault>, calls: &[CallKind], expected: &[&[FaultKind]]) {
        let mut queue = FaultQueue::new(faults);
        let taken: Vec<Vec<FaultKind>> = calls.iter().map(|call| queue.take(&target(*call))).collect();
        assert_eq!(taken, expected);
    }

    const GEN: CallKind = CallKind::Generate;

    #[test]
    fn two_errors_happen_one_after_the_other() {
        let (first, second) = (FaultKind::error("500"), FaultKind::error("504"));
        let faults = vec![Fault::new(first.clone()), Fault::new(second.clone())];
        check(faults, &[GEN, GEN, GEN], &[&[first], &[second], &[]]);
    }

    #[test]
    fn a_delay_and_an_error_happen_together() {
        let (delay, error) = (FaultKind::Delay { ms: 5 }, FaultKind::error("500"));
        let faults = vec![Fault::new(delay.clone()), Fault::new(error.clone())];
        check(faults, &[GEN, GEN], &[&[delay, error], &[]]);
    }

    #[test]
    fn a_fault_waits_for_its_call() {
        let error = FaultKind::error("500");
        let faults = vec![Fault::new(error.clone()).on(CallKind::Token).times(2)];
        check(
            faults,
            &[GEN, CallKind::Token, GEN, CallKind::Token, CallKind::Token],
            &[&[], slice::from_ref(&error), &[], slice::from_ref(&error), &[]],
        );
    }

    #[test]
    fn a_fault_may_let_calls_through_first() {
        let error = FaultKind::error("500");
        check(vec![Fault::new(error.clone()).skip(1)], &[GEN, GEN, GEN], &[&[], &[error], &[]]);
    }

    #[test]
    fn a_lasting_fault_stays() {
        let error = FaultKind::error("500");
        check(vec![Fault::new(error.clone()).always()], &[GEN, GEN], &[slice::from_ref(&error); 2]);
    }

    #[test]
    fn a_fault_knows_its_caller_by_name_and_address_and_its_model() {
        let error = FaultKind::error("500");
        let fault = || Fault::new(error.clone());
        for (fault, happens) in [
            (fault().account("ada"), true),
            (fault().account("ada@example.com"), true),
            (fault().account("bob"), false),
            (fault().model("gemini-3-flash"), true),
            (fault().model("claude-sonnet-4-6"), false),
        ] {
            let taken = FaultQueue::new(vec![fault.clone()]).take(&target(GEN));
            assert_eq!(!taken.is_empty(), happens, "{fault:?}");
        }
    }

    #[test]
    fn a_fault_reads_from_its_json() {
        let fault: Fault =
            serde_json::from_str(r#"{"calls":["generate"],"what":{"error":{"name":"500"}}}"#).unwrap();
        assert_eq!(fault, Fault::new(FaultKind::error("500")).on(GEN));
        let hang: Fault = serde_json::from_str(r#"{"times":null,"what":"hang"}"#).unwrap();
        assert_eq!(hang, Fault::new(FaultKind::Hang).always());
    }

    #[test]
    fn what_cannot_be_played_is_refused() {
        let refused = |what| Fault::new(what).check().unwrap_err();
        assert_eq!(refused(FaultKind::error("418")), FaultError::Error("418".into()));
        assert_eq!(refused(FaultKind::Stream { name: "no".into() }), FaultError::Stream("no".into()));
        let raw = FaultKind::Raw {
            status: 99,
            content_type: String::new(),
            headers: BTreeMap::new(),
            body: String::new(),
        };
        assert_eq!(refused(raw), FaultError::Status(99));
    }
}
