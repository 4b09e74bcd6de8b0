//! What can happen to the state.

use super::foresight::Foresight;
use super::state::{Drained, Failure, Notice};
use domain::catalogue::Group;
use domain::credential::{Credential, CredentialId, Tier};
use domain::policy::cooldown::{Claim, Scope};
use domain::policy::pair::Pair;
use domain::policy::protection::{Early, Pairs};
use domain::policy::warmup::{Attempt, AttemptId, Outcome};
use domain::quota::{ListPart, SummaryPart};
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use wire::upstream::models::CatalogueEntry;

/// Everything that can happen to the state.
#[derive(Debug, Clone)]
pub enum Note {
    /// A credential is new.
    Credential(Box<Credential>),
    /// One thing about a credential changed.
    Changed(CredentialId, Change),
    /// A credential is gone.
    Removed(CredentialId),
    /// A read began.
    Reading(CredentialId),
    /// A read ended, however.
    ReadingDone(CredentialId),
    /// A summary (or Gemini CLI's buckets) came.
    Summary(CredentialId, Box<SummaryPart>),
    /// The service said that it has no summary for this login.
    NoSummary(CredentialId),
    /// A model list came.
    List(CredentialId, Box<ListPart>),
    /// What the models of a list can.
    Catalogue(CredentialId, Arc<Vec<CatalogueEntry>>),
    /// A read succeeded: the failure, if any, is over.
    ReadWell(CredentialId),
    /// A read failed.
    ReadFailed(CredentialId, Failure),
    /// A reading beside the numbers failed, and is not tried again until then; or it succeeded.
    Aside(CredentialId, Option<(u32, Timestamp)>),
    /// Something rests.
    Rests(Claim),
    /// What was read of a credential is weighed against what rests of it.
    ClaimsRead(CredentialId, Timestamp),
    /// A request is about to try whether a pair still rests; the switch tells whether it is the one that may.
    ProbeSent(OwnPair, Timestamp, Arc<AtomicBool>),
    /// That request came to nothing.
    ProbeUndecided(OwnPair),
    /// A request for a pair was answered.
    Answered(OwnPair),
    /// The user clears what rests.
    ClaimCleared(Scope),
    /// Rests whose time has come are over.
    ClaimsExpired(Timestamp),
    /// Why a credential is read sooner than the interval says, if it is.
    Early(CredentialId, Option<Early>),
    /// What a credential was judged to be below.
    Protected(CredentialId, Pairs),
    /// A warmup was recorded.
    Warmup(Attempt),
    /// What came of a warmup.
    WarmupConcluded(CredentialId, AttemptId, Outcome),
    /// Warmup was switched on.
    WarmupOn(Timestamp),
    /// Warmups older than this decide nothing any more.
    OldForgotten(Timestamp),
    /// The wall clock was set back to this: nothing recorded is still to come.
    ClockSetBack(Timestamp),
    /// The proxy served a request with a group of a credential.
    Served(CredentialId, Group, Timestamp),
    /// Quota of a group fell, and nothing here used it.
    Drained(CredentialId, Group, Drained),
    /// A group was used elsewhere.
    Used(Group, Timestamp),
    /// What is expected of the hours ahead.
    Foreseen(Arc<Foresight>),
    /// Something the user should know.
    Notice(Notice),
    /// It no longer holds.
    NoticeOver(&'static str),
}

/// A pair that outlives what it was looked up in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPair {
    /// The credential.
    pub credential: CredentialId,
    /// The pool the model draws on, if any is known.
    pub group: Option<Group>,
    /// The model's upstream id.
    pub model: String,
}

impl OwnPair {
    /// The pair itself.
    #[must_use]
    pub fn pair(&self) -> Pair<'_> {
        Pair { credential: &self.credential, group: self.group.as_ref(), model: &self.model }
    }
}

impl Note {
    /// Whether it may change who serves a request.
    pub(super) fn matters_to_routing(&self) -> bool {
        match self {
            Self::Credential(_)
            | Self::Removed(_)
            | Self::Summary(..)
            | Self::NoSummary(_)
            | Self::List(..)
            | Self::Catalogue(..)
            | Self::Rests(_)
            | Self::ClaimsRead(..)
            | Self::ProbeSent(..)
            | Self::ProbeUndecided(_)
            | Self::Answered(_)
            | Self::ClaimCleared(_)
            | Self::ClaimsExpired(_)
            | Self::Protected(..)
            | Self::ClockSetBack(_) => true,
            Self::Changed(_, change) => !matches!(change, Change::LastQuotaRefresh(_)),
            Self::Reading(_)
            | Self::ReadingDone(_)
            | Self::ReadWell(_)
            | Self::ReadFailed(..)
            | Self::Aside(..)
            | Self::Early(..)
            | Self::Warmup(_)
            | Self::WarmupConcluded(..)
            | Self::WarmupOn(_)
            | Self::OldForgotten(_)
            | Self::Served(..)
            | Self::Drained(..)
            | Self::Used(..)
            | Self::Foreseen(_)
            | Self::Notice(_)
            | Self::NoticeOver(_) => false,
        }
    }
}

/// One thing about a credential that changes by itself, so that two changes at once are both kept.
#[derive(Debug, Clone)]
pub enum Change {
    /// Whether it can be used.
    State(domain::credential::State),
    /// The user's own name for it.
    Label(Option<String>),
    /// The e-mail address the service told.
    Email(String),
    /// Project and subscription the service told.
    Discovery {
        /// The project.
        project: Option<String>,
        /// The subscription.
        tier: Option<Tier>,
        /// When.
        at: Timestamp,
    },
    /// Quota was read with success.
    LastQuotaRefresh(Timestamp),
}

impl Change {
    pub(super) fn to(self, credential: &mut Credential) {
        match self {
            Self::State(state) => credential.state = state,
            Self::Label(label) => credential.label = label,
            Self::Email(email) => credential.email = Some(email),
            Self::Discovery { project, tier, at } => {
                credential.project = project;
                credential.tier = tier;
                credential.discovered_at = Some(at);
            }
            Self::LastQuotaRefresh(at) => credential.last_quota_refresh = Some(at),
        }
    }
}
