//! What is expected of the hours ahead. Made by the planner, read by every face.

use domain::catalogue::Group;
use domain::credential::CredentialId;
use domain::forecast::RunOut;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Until when quota lasts, and which starts are planned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Foresight {
    /// When all credentials together run out of a group, where that is likely.
    pub together: BTreeMap<Group, RunOut>,
    /// By credential and group: when it runs out; `None` where it is expected to last, no entry where too little is
    /// known.
    pub each: BTreeMap<(CredentialId, Group), Option<RunOut>>,
    /// The planned starts, by credential and group.
    pub starts: BTreeMap<(CredentialId, Group), PlannedStart>,
}

/// A start that is planned for one group of one credential.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedStart {
    /// When its window is to be started, as long as nobody uses it before; the next first, never empty.
    pub starts: Vec<Timestamp>,
    /// When it refills after the first start.
    pub refills: Vec<Timestamp>,
    /// The use it is expected to bring, in minutes.
    pub gain_minutes: u32,
}

impl Foresight {
    /// When a group of a credential runs out, where that is expected after `now`.
    #[must_use]
    pub fn run_out(&self, id: &CredentialId, group: &Group, now: Timestamp) -> Option<RunOut> {
        self.each.get(&(id.clone(), group.clone())).copied().flatten().filter(|out| out.at > now)
    }
}
