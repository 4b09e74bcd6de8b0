//! What a failure of the upstream means and what follows from it.
//!
//! A [`Fault`] is what one failed call said, already classed; [`decide`] is the one table that says what
//! happens next. Reading bytes into a fault is `wire`'s; waiting, trying again, keeping cooldowns and the
//! wording of our own answers are the engine's.

mod class;
mod decision;
mod text;

pub use class::{Class, Word};
pub use decision::{
    After, Cooldown, Decision, First, GRACE, Mark, Scope, Until, decide, decide_among_others,
};
pub use text::{holds_secret, plain_text};

use crate::credential::{Blocked, Invalid, State};
use crate::policy::words::{Language, Said, Spoken};
use jiff::{SignedDuration, Timestamp};
use std::fmt;

/// The furthest a delay or reset may be ahead to be believed: the longest known window and a day.
pub const FURTHEST: SignedDuration = SignedDuration::from_hours(8 * 24);

/// What one failed call said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of failure it is.
    pub class: Class,
    /// The HTTP status, or 0 where no answer came (network, time limit).
    pub status: u16,
    /// How long the service asks to wait, zero to [`FURTHEST`]; survives a wrong local clock.
    pub delay: Option<SignedDuration>,
    /// When the quota refills, by the service's clock; prefer `delay`.
    pub reset_at: Option<Timestamp>,
    /// The service's machine word, e.g. `QUOTA_EXHAUSTED`.
    pub reason: Option<String>,
    /// The service's own words: at most 512 bytes, no control characters, nothing that looks like a secret.
    pub message: String,
    /// The same in Simplified Chinese, where the words are ours; the service's own stay as they are.
    pub chinese: Option<String>,
    /// Where the user can act: an https page of the service. Short-lived, never stored for later.
    pub link: Option<String>,
    /// Where the service explains it: an https page of the service.
    pub learn_more: Option<String>,
    /// What else it proves.
    pub evidence: Evidence,
}

/// What a failure proves beside its class.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// The service's id of the quota that was exceeded, e.g. `RequestsPerMinutePerUser`.
    pub quota_id: Option<String>,
    /// The size of that quota, in the quota's own unit.
    pub quota_value: Option<u64>,
    /// The model the service named; may differ from the one that was asked for.
    pub model: Option<String>,
}

impl Evidence {
    /// Whether the exceeded quota is one per day, which comes back at midnight in Los Angeles.
    #[must_use]
    pub fn is_per_day(&self) -> bool {
        self.quota_id.as_deref().is_some_and(is_per_day)
    }
}

/// Whether a quota id names a period of a day.
#[must_use]
pub fn is_per_day(quota_id: &str) -> bool {
    let id = quota_id.to_ascii_lowercase();
    id.contains("perday") || id.contains("daily")
}

impl Fault {
    /// A fault of which only class, status and words are known; the words are cleaned here.
    #[must_use]
    pub fn new(class: Class, status: u16, message: &str) -> Self {
        Self {
            class,
            status,
            delay: None,
            reset_at: None,
            reason: None,
            message: plain_text(message).unwrap_or_default(),
            chinese: None,
            link: None,
            learn_more: None,
            evidence: Evidence::default(),
        }
    }

    /// A fault in words of ours: the service said nothing.
    #[must_use]
    pub fn ours(class: Class, status: u16, words: &Said) -> Self {
        Self { chinese: Some(words.chinese.clone()), ..Self::new(class, status, &words.english) }
    }

    /// The word people read, where one of the four applies. A rate limit of more than five minutes is an
    /// empty quota.
    #[must_use]
    pub fn word(&self) -> Option<Word> {
        if decision::is_long_rate_limit(self) { Some(Word::QuotaEmpty) } else { self.class.word() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.message.is_empty() { "The service refused the request." } else { &self.message })
    }
}

impl Spoken for Fault {
    fn in_chinese(&self) -> String {
        let title = self.class.title(Language::Chinese);
        match &self.chinese {
            Some(words) => words.clone(),
            None if self.message.is_empty() => format!("服务拒绝了请求（{title}）。"),
            None => format!("服务拒绝了请求（{title}），原话：{}", self.message),
        }
    }
}

/// The state a credential falls into by this fault, since `now`; `None` where it keeps the one it has.
#[must_use]
pub fn credential_state(fault: &Fault, now: Timestamp) -> Option<State> {
    let message = (!fault.message.is_empty()).then(|| fault.message.clone());
    let blocked =
        |why| Some(State::Blocked { why, message: message.clone(), link: fault.link.clone(), since: now });
    match fault.class {
        Class::ValidationRequired => blocked(Blocked::Validation),
        Class::AccountSuspended => blocked(Blocked::Terms),
        Class::ServiceDisabled => blocked(Blocked::ServiceDisabled),
        Class::Forbidden => blocked(Blocked::Forbidden),
        Class::ScopeInsufficient => blocked(Blocked::Scope),
        Class::KeyBlocked => blocked(Blocked::KeyRestricted),
        Class::KeyInvalid => Some(State::Invalid { why: Invalid::KeyRefused, since: now }),
        Class::Retired => Some(State::Retired { message, since: now }),
        Class::BadRequest
        | Class::BadSignature
        | Class::LocationUnsupported
        | Class::Unauthenticated
        | Class::ModelNotFound
        | Class::QuotaExhausted
        | Class::RateLimit
        | Class::Unstructured
        | Class::Capacity
        | Class::Transient => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_403_names_the_state_and_keeps_words_and_link() {
        let mut fault = Fault::new(Class::ValidationRequired, 403, "Verify your account.");
        fault.link = Some("https://accounts.google.com/x".into());
        let expected = State::Blocked {
            why: Blocked::Validation,
            message: Some("Verify your account.".into()),
            link: Some("https://accounts.google.com/x".into()),
            since: Timestamp::UNIX_EPOCH,
        };
        assert_eq!(credential_state(&fault, Timestamp::UNIX_EPOCH), Some(expected));
    }

    #[test]
    fn the_services_words_stay_as_they_are_and_ours_are_said_in_both_languages() {
        let said = |fault: &Fault| fault.said();
        assert_eq!(
            said(&Fault::new(Class::Capacity, 529, "No capacity.")),
            Said::new("No capacity.", "服务拒绝了请求（服务已满），原话：No capacity.")
        );
        assert_eq!(
            said(&Fault::new(Class::Capacity, 529, "")),
            Said::new("The service refused the request.", "服务拒绝了请求（服务已满）。")
        );
        let ours = Said::new("nobody answered", "没有应答");
        assert_eq!(said(&Fault::ours(Class::Transient, 0, &ours)), ours);
    }

    #[test]
    fn only_faults_of_the_account_change_its_state() {
        for (class, key) in [
            (Class::AccountSuspended, Some("blocked")),
            (Class::ServiceDisabled, Some("blocked")),
            (Class::Forbidden, Some("blocked")),
            (Class::ScopeInsufficient, Some("blocked")),
            (Class::KeyBlocked, Some("blocked")),
            (Class::KeyInvalid, Some("invalid")),
            (Class::Retired, Some("retired")),
            (Class::Unauthenticated, None),
            (Class::QuotaExhausted, None),
            (Class::LocationUnsupported, None),
            (Class::Transient, None),
        ] {
            let state = credential_state(&Fault::new(class, 403, ""), Timestamp::UNIX_EPOCH);
            assert_eq!(state.as_ref().map(State::key), key, "{}", class.key());
        }
    }

    #[test]
    fn a_period_of_a_day_is_read_from_the_quota_id() {
        assert!(is_per_day("Gemini25ProRequestsPerDayPerUserPerTier"));
        assert!(is_per_day("GenerateRequestsPerDayPerProjectPerModel-FreeTier"));
        assert!(is_per_day("DailyLimit"));
        assert!(!is_per_day("RequestsPerMinutePerUser"));
    }
}
