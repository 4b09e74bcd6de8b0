//! Why no credential serves a request.

use super::lineup::Lineup;
use crate::credential::{CredentialId, State};
use crate::policy::cooldown::Reason;
use crate::policy::protection::Below;
use jiff::Timestamp;

/// Nobody may serve a model now.
#[derive(Debug, Clone, PartialEq)]
pub enum NoCandidate {
    /// No catalogue knows the model.
    UnknownModel,
    /// Only credentials offer it that are not in use.
    NoneActive {
        /// Why each is out.
        left: Vec<Left>,
    },
    /// Credentials in use offer it, and none may be used for it now.
    NoneUsable {
        /// What keeps most of them out.
        cause: Cause,
        /// When the first is back, where that is known.
        back_at: Option<Timestamp>,
        /// Why each is out.
        left: Vec<Left>,
    },
}

/// A credential that offers the model and may not serve it.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    /// Which.
    pub id: CredentialId,
    /// What people call it.
    pub name: String,
    /// Why.
    pub why: Out,
}

/// Why a credential may not serve.
#[derive(Debug, Clone, PartialEq)]
pub enum Out {
    /// It is not active.
    State(State),
    /// It is a personal login, and the user did not agree to serve other programs with one.
    NoConsent,
    /// Another one is pinned, or none.
    NotPinned,
    /// Nothing is left.
    Empty {
        /// When it refills, where that is known.
        back_at: Option<Timestamp>,
    },
    /// It rests.
    Resting {
        /// Why.
        reason: Reason,
        /// Until when.
        until: Timestamp,
    },
    /// Below its floor.
    Protected(Below),
}

/// What keeps credentials out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Quota is empty.
    QuotaEmpty,
    /// They rest after being refused.
    Rate,
    /// A floor protects them.
    Floor,
}

impl NoCandidate {
    /// The HTTP status that says it.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::UnknownModel => 404,
            Self::NoneActive { .. } => 503,
            Self::NoneUsable { .. } => 429,
        }
    }

    /// Why each credential that offers the model is out.
    #[must_use]
    pub fn left(&self) -> &[Left] {
        match self {
            Self::UnknownModel => &[],
            Self::NoneActive { left } | Self::NoneUsable { left, .. } => left,
        }
    }
}

impl Out {
    /// What it is a matter of; `None` for what does not pass by time.
    fn cause(&self) -> Option<Cause> {
        match self {
            Self::State(_) | Self::NoConsent | Self::NotPinned => None,
            Self::Empty { .. } | Self::Resting { reason: Reason::QuotaEmpty, .. } => Some(Cause::QuotaEmpty),
            Self::Resting { .. } => Some(Cause::Rate),
            Self::Protected(_) => Some(Cause::Floor),
        }
    }

    fn back_at(&self) -> Option<Timestamp> {
        match self {
            Self::State(_) | Self::NoConsent | Self::NotPinned => None,
            Self::Empty { back_at } => *back_at,
            Self::Resting { until, .. } => Some(*until),
            Self::Protected(below) => below.back_at,
        }
    }
}

impl Lineup {
    /// Why nobody serves, at `now`: for a lineup from which [`Lineup::choose`] takes nobody.
    #[must_use]
    pub fn nobody(&self, now: Timestamp) -> NoCandidate {
        let protected = self.protected.iter().filter(|_| !self.has_soft_floor()).map(|(place, below)| Left {
            id: place.id.clone(),
            name: place.name.clone(),
            why: Out::Protected(*below),
        });
        let left: Vec<_> = self.left.iter().cloned().chain(protected).collect();
        if left.is_empty() && self.places.is_empty() && self.protected.is_empty() {
            return NoCandidate::UnknownModel;
        }
        let causes = |cause| left.iter().filter(|l| l.why.cause() == Some(cause)).count();
        let most =
            [Cause::Floor, Cause::Rate, Cause::QuotaEmpty].into_iter().max_by_key(|cause| causes(*cause));
        match most.filter(|cause| causes(*cause) > 0) {
            None => NoCandidate::NoneActive { left },
            Some(cause) => {
                let back_at = left.iter().filter_map(|l| l.why.back_at()).filter(|at| *at > now).min();
                NoCandidate::NoneUsable { cause, back_at, left }
            }
        }
    }
}
