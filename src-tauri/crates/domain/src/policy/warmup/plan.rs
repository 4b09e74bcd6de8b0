//! A plan: one line a pair, in the order of sending.

use super::by_hand;
use super::inputs::{Candidate, Inputs, Run};
use super::pick::{self, Pick};
use super::table::{Seat, SoFar, Table};
use super::verdict::{Off, Unsure, Verdict};
use crate::catalogue::Group;
use crate::credential::CredentialId;
use crate::policy::models::{Unmatched, unmatched};
use crate::policy::pair::Pair;
use crate::quota::Quota;
use jiff::Timestamp;

/// What a scan decides. Fixed when the scan starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// When it was made.
    pub at: Timestamp,
    /// One line a pair, in the order of sending: credential by credential, ordinary models first.
    pub lines: Vec<Line>,
    /// Readings to be made; with the first that lands the plan is made again.
    pub refreshes: Vec<Refresh>,
    /// Entries of the lists that no credential offers, to be reported when they change.
    pub unmatched: Vec<Unmatched>,
}

/// What is decided for one pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The credential.
    pub credential: CredentialId,
    /// What people call it.
    pub name: String,
    /// The model; `None` where the models of the credential are not known, or do not matter.
    pub model: Option<String>,
    /// The model's group, if any is known.
    pub group: Option<Group>,
    /// It only rides along with a Claude model.
    pub follow: bool,
    /// What is decided, with its reason.
    pub verdict: Verdict,
}

/// A reading that would tell what is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresh {
    /// Of which credential.
    pub credential: CredentialId,
    /// Not before this.
    pub not_before: Timestamp,
}

impl Plan {
    /// The lines that are to be sent, in order.
    pub fn to_send(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.verdict.is_warm())
    }

    /// The lines that a warmup by hand sends only after a confirmation.
    pub fn to_confirm(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.verdict.asks_confirmation())
    }
}

impl Line {
    /// The pair it is about, where it is about one.
    #[must_use]
    pub fn pair(&self) -> Option<Pair<'_>> {
        let model = self.model.as_deref()?;
        Some(Pair { credential: &self.credential, group: self.group.as_ref(), model })
    }
}

/// Decides which windows are started now, and why the others are not. Sends nothing: a rehearsal is the plan alone.
#[must_use]
pub fn plan(inputs: &Inputs<'_>, now: Timestamp) -> Plan {
    let mut plan = Plan { at: now, lines: Vec::new(), refreshes: Vec::new(), unmatched: Vec::new() };
    let mut table = Table::new(inputs, now);
    let mut order: Vec<_> = inputs.candidates.iter().map(|c| (c.credential.name(), c)).collect();
    order.sort_by_cached_key(|(name, c)| (name.to_lowercase(), c.credential.id.clone()));
    for (name, candidate) in order {
        match inputs.run {
            Run::Automatic | Run::Rehearsal => {
                if candidate.has_windows() {
                    plan.scan(&mut table, inputs, candidate, &name);
                }
            }
            Run::ByHand { target, .. } => {
                if target.names(&candidate.credential.id) {
                    by_hand::warm(&mut plan, &table, inputs, candidate, &name, target);
                }
            }
        }
    }
    if inputs.run == Run::Automatic || inputs.run == Run::Rehearsal {
        let lists = [&inputs.settings.warmup_models, &inputs.settings.smart_warmup_follow_models];
        let logins = || inputs.candidates.iter().filter(|c| c.has_windows()).filter_map(|c| c.quota);
        plan.unmatched = lists.into_iter().flat_map(|list| unmatched(list, logins())).collect();
        plan.unmatched.sort();
        plan.unmatched.dedup();
    }
    plan
}

impl Plan {
    fn scan<'a>(
        &mut self,
        table: &mut Table<'a>,
        inputs: &Inputs<'_>,
        candidate: &'a Candidate<'a>,
        name: &str,
    ) {
        let Some(quota) = models_of(candidate) else {
            let verdict = table.off(candidate, None, "").unwrap_or_else(|| never_read(candidate, self.at));
            self.put(candidate, name, None, verdict);
            return;
        };
        let (file, mut so_far) = (table.file(candidate), SoFar::default());
        for Pick { model, follow } in pick::configured(quota, inputs.settings) {
            let seat = Seat { file, quota, model, follow };
            let verdict = table.automatic(&seat, &so_far);
            if verdict.is_warm() {
                so_far.warm.push((model.group.as_ref(), &model.id));
            }
            self.put(candidate, name, Some((seat.pair(), follow)), verdict);
        }
    }

    pub(super) fn put(
        &mut self,
        candidate: &Candidate<'_>,
        name: &str,
        pair: Option<(Pair<'_>, bool)>,
        verdict: Verdict,
    ) {
        if let Verdict::QuotaUnknown { refresh: Some(at), .. } = verdict {
            self.ask(&candidate.credential.id, at);
        }
        self.lines.push(Line {
            credential: candidate.credential.id.clone(),
            name: name.to_owned(),
            model: pair.map(|(pair, _)| pair.model.to_owned()),
            group: pair.and_then(|(pair, _)| pair.group.cloned()),
            follow: pair.is_some_and(|(_, follow)| follow),
            verdict,
        });
    }

    /// Asks for a reading; of several for one credential the latest tells them all.
    pub(super) fn ask(&mut self, credential: &CredentialId, not_before: Timestamp) {
        // Lines come credential by credential.
        match self.refreshes.last_mut() {
            Some(last) if &last.credential == credential => last.not_before = last.not_before.max(not_before),
            Some(_) | None => self.refreshes.push(Refresh { credential: credential.clone(), not_before }),
        }
    }
}

/// A credential's quota, where its models are known.
pub(super) fn models_of<'a>(candidate: &Candidate<'a>) -> Option<&'a Quota> {
    candidate.quota.filter(|q| q.list_at.is_some() || !q.models.is_empty())
}

pub(super) fn never_read(candidate: &Candidate<'_>, now: Timestamp) -> Verdict {
    Verdict::QuotaUnknown { why: Unsure::NeverRead, refresh: (!candidate.asked).then_some(now) }
}

/// The line of a credential that is gone.
pub(super) const GONE: Verdict = Verdict::Off { why: Off::Gone };
