//! What is looked at again before each request of a plan.

use super::inputs::{Inputs, Run};
use super::pick::is_claude;
use super::plan::{GONE, Line, models_of, never_read};
use super::table::Table;
use super::verdict::Verdict;
use crate::credential::CredentialId;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What a run has sent with success so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    claude: BTreeSet<CredentialId>,
}

impl Sent {
    /// Notes that a line's request was answered well.
    pub fn succeeded(&mut self, line: &Line) {
        if line.model.as_deref().is_some_and(is_claude) {
            self.claude.insert(line.credential.clone());
        }
    }
}

/// Looks again at a line that is to be sent, with the inputs as they are now: rows 1, 6, 8 and 9, and whether what
/// a follow model rides along with has succeeded; row 7 for what was sent by hand since the plan was made, so that a scan
/// does not warm the same window once more; and row 2 where the quota is not known any more, as after a clock that was
/// set back: what is unknown decides nothing. Answers [`Verdict::Warm`] where it may still go.
#[must_use]
pub fn recheck(
    inputs: &Inputs<'_>,
    line: &Line,
    planned_at: Timestamp,
    sent: &Sent,
    now: Timestamp,
) -> Verdict {
    let candidate = inputs.candidates.iter().find(|c| c.credential.id == line.credential);
    let (Some(candidate), Some(pair)) = (candidate, line.pair()) else { return GONE };
    let by_hand = match inputs.run {
        Run::Automatic | Run::Rehearsal => false,
        Run::ByHand { .. } => true,
    };
    let table = Table::new(inputs, now);
    let file = table.file(candidate);
    let verdict = table.again(&file, pair);
    if by_hand || !verdict.is_warm() {
        return verdict;
    }
    if models_of(candidate).is_none() {
        return never_read(candidate, now);
    }
    if let Some(meanwhile) = table.warmed_since(&file, pair, planned_at) {
        return meanwhile;
    }
    if line.follow && !sent.claude.contains(&line.credential) {
        return Verdict::FollowSkipped;
    }
    verdict
}
