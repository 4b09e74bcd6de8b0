//! One warmup that was tried.

use crate::catalogue::Group;
use crate::credential::CredentialId;
use jiff::Timestamp;

/// The store's number of an attempt; later ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptId(pub i64);

/// One warmup that was tried. Recorded before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The store's number.
    pub id: AttemptId,
    /// Of which credential.
    pub credential: CredentialId,
    /// The model's group, if any is known.
    pub group: Option<Group>,
    /// The model it was sent to.
    pub model: String,
    /// When it was recorded.
    pub at: Timestamp,
    /// Whether the user asked for it.
    pub by_hand: bool,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Recorded, and nothing more is known: under way, or the program ended in between.
    Pending,
    /// Written, without a complete answer.
    Unknown,
    /// Answered well; the readings after it did not tell whether the window started.
    Sent,
    /// Answered well, and the window's clock runs.
    Started,
    /// Answered well, and the window still floats.
    NoEffect,
    /// It failed, and nothing was started by it.
    Failed(Refusal),
}

/// How an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The service refused: 429, 403, a full service.
    Refused,
    /// It never left, or the service answered with something that is no generation.
    NotDone,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Unknown,
        Self::Sent,
        Self::Started,
        Self::NoEffect,
        Self::Failed(Refusal::Refused),
        Self::Failed(Refusal::NotDone),
    ];

    /// The word in the store and in JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Unknown => "unknown",
            Self::Sent => "sent",
            Self::Started => "started",
            Self::NoEffect => "no_effect",
            Self::Failed(Refusal::Refused) => "refused",
            Self::Failed(Refusal::NotDone) => "not_done",
        }
    }

    /// The inverse of [`Outcome::key`].
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.key() == key)
    }

    /// Whether the window may have been started by it. What is not known counts as sent, so that a crash cannot
    /// send twice.
    #[must_use]
    pub fn may_have_started(self) -> bool {
        match self {
            Self::Pending | Self::Unknown | Self::Sent | Self::Started | Self::NoEffect => true,
            Self::Failed(Refusal::Refused | Refusal::NotDone) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_comes_back_as_its_outcome() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::from_key(outcome.key()), Some(outcome));
        }
        assert_eq!(Outcome::from_key("done"), None);
    }
}
