//! One claim: what rests, why, by which evidence, until when.

use crate::catalogue::Group;
use crate::credential::CredentialId;
use crate::fault::{self, Class, Fault, Until, Word};
use crate::policy::pair::Pair;
use jiff::Timestamp;

/// Something rests.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// What.
    pub scope: Scope,
    /// Why.
    pub reason: Reason,
    /// The answer that says so.
    pub proof: Proof,
    /// Since when.
    pub since: Timestamp,
    /// When it ends by itself.
    pub until: Timestamp,
    /// The latest evidence for it, which a reading has to be younger than.
    pub seen_at: Timestamp,
    /// Whether one request may try whether it still holds.
    pub probe: Probe,
}

/// What rests.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Of which credential.
    pub credential: CredentialId,
    /// How much of it.
    pub part: Part,
}

/// How much of a credential rests.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// Everything.
    Whole,
    /// The models of a group.
    Group(Group),
    /// One model.
    Model(String),
}

impl Part {
    /// Whether a pair of the same credential rests with it.
    #[must_use]
    pub fn touches(&self, pair: Pair<'_>) -> bool {
        match self {
            Self::Whole => true,
            Self::Group(group) => pair.group == Some(group),
            Self::Model(model) => pair.model == model,
        }
    }
}

/// Why something rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A window is empty.
    QuotaEmpty,
    /// Too fast.
    Rate,
    /// The service declined although quota is left.
    Refused,
    /// The service does not know the model for this login.
    NotOffered,
    /// The service did not accept the token, twice.
    Unauthenticated,
}

/// What ends a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The window's reset, at the claim's deadline.
    Reset,
    /// The claim's deadline.
    Time,
    /// The user clears it.
    Click,
    /// A request that is sent although it rests, after a reading that shows quota, is answered.
    Probe,
    /// The user signs in again.
    SignIn,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 5] =
        [Self::QuotaEmpty, Self::Rate, Self::Refused, Self::NotOffered, Self::Unauthenticated];

    /// The word in the store, in JSON and in logs.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::QuotaEmpty => "quota_empty",
            Self::Rate => "rate",
            Self::Refused => "refused",
            Self::NotOffered => "not_offered",
            Self::Unauthenticated => "unauthenticated",
        }
    }

    /// The inverse of [`Reason::key`].
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.key() == key)
    }

    /// What ends such a claim, the usual end first.
    #[must_use]
    pub fn ends_by(self) -> &'static [Ending] {
        match self {
            Self::QuotaEmpty => &[Ending::Reset, Ending::Click, Ending::Probe],
            Self::Rate | Self::Refused | Self::NotOffered => &[Ending::Time, Ending::Click],
            Self::Unauthenticated => &[Ending::Time, Ending::Click, Ending::SignIn],
        }
    }

    fn of(fault: &Fault) -> Self {
        match (fault.word(), fault.class) {
            (Some(Word::QuotaEmpty), _) => Self::QuotaEmpty,
            (Some(Word::Rate | Word::Capacity), _) => Self::Rate,
            (_, Class::ModelNotFound) => Self::NotOffered,
            (Some(Word::Refused), _) => Self::Refused,
            (None, _) => Self::Unauthenticated,
        }
    }
}

/// The answer of the service that a claim rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What kind of failure.
    pub class: Class,
    /// The HTTP status; 0 where no answer came.
    pub status: u16,
    /// The service's own words, cleaned; may be empty.
    pub message: String,
    /// Bare 429s in a row, this one included; 1 for everything else.
    pub times: u32,
}

/// Whether one request may try whether a claim still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// No: nothing speaks against the claim.
    Shut,
    /// Yes: a reading younger than the evidence shows quota.
    Open,
    /// It is under way; a second one is not sent.
    Sent,
}

impl Claim {
    /// The claim that follows from a failure; `None` where nothing rests by time. What waits for the user or for
    /// project discovery is no claim but the credential's state.
    ///
    /// `strikes` is [`super::Cooldowns::strikes`] before this failure; `now` is our clock.
    #[must_use]
    pub fn of(
        fault: &Fault,
        decision: &fault::Decision,
        pair: Pair<'_>,
        strikes: u32,
        now: Timestamp,
    ) -> Option<Self> {
        let cooldown = decision.cooldown?;
        let until = match cooldown.until {
            Until::At(until) => until,
            Until::Discovery { .. } | Until::UserActs => return None,
        };
        let model = || Part::Model(pair.model.to_owned());
        let part = match cooldown.scope {
            fault::Scope::None => return None,
            fault::Scope::Credential => Part::Whole,
            // A model without a known group rests alone.
            fault::Scope::Group => pair.group.map_or_else(model, |group| Part::Group(group.clone())),
            fault::Scope::Model => model(),
        };
        let times = if fault.class == Class::Unstructured { strikes.saturating_add(1) } else { 1 };
        Some(Self {
            scope: Scope { credential: pair.credential.clone(), part },
            reason: Reason::of(fault),
            proof: Proof { class: fault.class, status: fault.status, message: fault.message.clone(), times },
            since: now,
            until,
            seen_at: now,
            probe: Probe::Shut,
        })
    }
}
