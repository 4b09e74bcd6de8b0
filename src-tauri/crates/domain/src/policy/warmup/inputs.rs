//! Everything a plan is made from.

use super::history::History;
use super::verdict::Better;
use crate::catalogue::Group;
use crate::credential::{Credential, CredentialId, Provider};
use crate::policy::cooldown::Cooldowns;
use crate::policy::exceptions::Exceptions;
use crate::policy::protection::Protection;
use crate::quota::Quota;
use crate::settings::Settings;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// Everything a plan is made from. Borrowed: nothing is copied for a scan.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The credentials, in any order and of any provider.
    pub candidates: &'a [Candidate<'a>],
    /// The settings.
    pub settings: &'a Settings,
    /// Exceptions from `smart_warmup_enabled`: they switch single credentials and models off.
    pub switches: &'a Exceptions<bool>,
    /// What was warmed before.
    pub history: &'a History,
    /// What was used.
    pub uses: &'a Uses,
    /// What is below a floor.
    pub protection: &'a Protection,
    /// What rests.
    pub cooldowns: &'a Cooldowns,
    /// What the planner holds back.
    pub holds: &'a Holds,
    /// The user's time zone, for the allowed hours.
    pub zone: &'a TimeZone,
    /// When warmup was last switched on; older warmups without effect are forgiven.
    pub switched_on_at: Option<Timestamp>,
    /// The service said that it no longer serves programs of our name and version (`upstream-api` §6.7).
    pub agent_refused: bool,
    /// What the plan is for.
    pub run: Run<'a>,
}

/// One credential as far as a plan needs it.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The credential.
    pub credential: &'a Credential,
    /// What is known of its quota; `None` where nothing was read yet.
    pub quota: Option<&'a Quota>,
    /// A refresh was asked for in this scan already; a second one would not tell more.
    pub asked: bool,
}

impl Candidate<'_> {
    /// Whether its windows can be started by a request.
    pub(super) fn has_windows(&self) -> bool {
        match self.credential.provider {
            Provider::Antigravity => true,
            Provider::GeminiCli | Provider::ApiKey => false,
        }
    }
}

/// What a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run<'a> {
    /// The scheduler's scan.
    Automatic,
    /// What the scan would do if warmup were on. Sends nothing.
    Rehearsal,
    /// The user asks for it.
    ByHand {
        /// What is to be warmed.
        target: Target<'a>,
        /// The user has confirmed what asks for confirmation.
        force: bool,
    },
}

/// What the user wants warmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// Every group of every credential.
    All,
    /// Every group of one credential.
    Credential(&'a CredentialId),
    /// One model of one credential; an id or the beginning of one.
    Model(&'a CredentialId, &'a str),
}

impl Target<'_> {
    pub(super) fn names(&self, credential: &CredentialId) -> bool {
        match self {
            Self::All => true,
            Self::Credential(id) | Self::Model(id, _) => *id == credential,
        }
    }
}

/// When each group was last used through any credential, by the proxy or elsewhere. Own warmups are no use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses(BTreeMap<Group, Timestamp>);

impl Uses {
    /// Notes a use; the latest counts.
    pub fn note(&mut self, group: &Group, at: Timestamp) {
        let latest = self.0.entry(group.clone()).or_insert(at);
        *latest = (*latest).max(at);
    }

    /// The last use of a group.
    #[must_use]
    pub fn last(&self, group: &Group) -> Option<Timestamp> {
        self.0.get(group).copied()
    }
}

/// Until when the planner holds back the warmup of a group of a credential, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holds(BTreeMap<CredentialId, BTreeMap<Group, (Timestamp, Better)>>);

impl Holds {
    /// Holds a group back; a later hold for it replaces this one.
    pub fn hold(&mut self, credential: &CredentialId, group: &Group, until: Timestamp, why: Better) {
        self.0.entry(credential.clone()).or_default().insert(group.clone(), (until, why));
    }

    /// Until when a group is held back, if it is, and why.
    #[must_use]
    pub fn until(&self, credential: &CredentialId, group: &Group) -> Option<(Timestamp, Better)> {
        self.0.get(credential)?.get(group).copied()
    }
}
