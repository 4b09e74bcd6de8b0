//! One round: its lines as readers see them, and the way from the first request to the last.

use super::Inner;
use super::send::Came;
use crate::ledger::Note;
use crate::store::{Conclusion, Intent};
use crate::view::dto::{WarmupLine, WarmupRound};
use domain::credential::CredentialId;
use domain::policy::warmup::{Line, Outcome, Plan, Run, Sent, Target, Verdict, recheck};
use jiff::Timestamp;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What a round is for.
pub(super) struct Round {
    by_hand: bool,
    force: bool,
    target: Option<(CredentialId, Option<String>)>,
}

impl Round {
    pub(super) fn automatic() -> Self {
        Self { by_hand: false, force: false, target: None }
    }

    pub(super) fn by_hand(target: Option<(CredentialId, Option<String>)>, force: bool) -> Self {
        Self { by_hand: true, force, target }
    }

    fn run(&self) -> Run<'_> {
        let target = match &self.target {
            None => Target::All,
            Some((id, None)) => Target::Credential(id),
            Some((id, Some(model))) => Target::Model(id, model),
        };
        if self.by_hand { Run::ByHand { target, force: self.force } } else { Run::Automatic }
    }
}

/// Until when a verdict holds, where it names a time.
pub(super) fn until(verdict: &Verdict) -> Option<Timestamp> {
    match verdict {
        Verdict::AlreadyRunning { until } | Verdict::Resting { until, .. } => *until,
        Verdict::CoolingDown { until, .. }
        | Verdict::BackingOff { until, .. }
        | Verdict::BudgetSpent { until, .. } => Some(*until),
        Verdict::Planned { at, .. } => Some(*at),
        Verdict::QuotaUnknown { refresh, .. } => *refresh,
        Verdict::Off { .. }
        | Verdict::NotFull { .. }
        | Verdict::WeeklyLow { .. }
        | Verdict::NoEffect { .. }
        | Verdict::Unused { .. }
        | Verdict::FollowSkipped
        | Verdict::SameGroup { .. }
        | Verdict::Warm => None,
    }
}

impl Inner {
    /// A plan as readers see it.
    pub(super) fn show(&self, plan: &Plan, round: &Round, dry_run: bool) -> WarmupRound {
        let lines: Vec<_> = plan
            .lines
            .iter()
            .map(|line| WarmupLine {
                credential: line.credential.to_string(),
                name: line.name.clone(),
                model: line.model.clone().unwrap_or_default(),
                group: line.group.as_ref().map(|g| g.key().to_owned()).unwrap_or_default(),
                verdict: line.verdict.key().to_owned(),
                sentence: self.sentence(line, plan.at),
                until: until(&line.verdict).map(|at| at.to_string()),
                outcome: (line.verdict.is_warm() && !dry_run).then(|| "waiting".to_owned()),
                detail: None,
            })
            .collect();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let total = count(plan.to_send().count());
        WarmupRound {
            id: format!("{:08x}", rand::random::<u32>()),
            by: if round.by_hand { "manual" } else { "automatic" }.to_owned(),
            at: plan.at.to_string(),
            dry_run,
            done: 0,
            total,
            over: dry_run || total == 0,
            lines,
            summary: plan.summary().to_string(),
            needs_force: if round.by_hand { count(plan.to_confirm().count()) } else { 0 },
        }
    }

    /// Sends a plan: one request at a time, each recorded first, until all are done or somebody stops it.
    pub(super) async fn send_round(self: &Arc<Self>, plan: Plan, round: Round) -> WarmupRound {
        let stop = self.parts.tasks.stopping().child_token();
        *self.cancel.lock().unwrap_or_else(PoisonError::into_inner) = stop.clone();
        self.round.send_replace(Some(self.show(&plan, &round, false)));
        let mut sent = Sent::default();
        let mut first = true;
        for (place, line) in plan.lines.iter().enumerate().filter(|(_, line)| line.verdict.is_warm()) {
            if !first && !self.pause_between(&stop).await {
                break;
            }
            first = false;
            let (outcome, detail) = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                came = self.one(line, &round, &mut sent) => came,
            };
            self.progress(place, outcome, detail);
        }
        self.round.send_if_modified(|round| {
            let Some(round) = round.as_mut() else { return false };
            round.over = true;
            for line in round.lines.iter_mut().filter(|l| l.outcome.as_deref() == Some("waiting")) {
                line.outcome = Some("stopped".to_owned());
            }
            true
        });
        self.round.borrow().clone().unwrap_or_else(|| self.show(&plan, &round, false))
    }

    /// Waits the batch delay; `false` when the round is stopped meanwhile.
    async fn pause_between(&self, stop: &CancellationToken) -> bool {
        let delay =
            Duration::from_secs(self.parts.settings.current().smart_warmup_batch_delay_seconds.into());
        tokio::select! {
            () = tokio::time::sleep(delay) => true,
            () = stop.cancelled() => false,
        }
    }

    fn progress(&self, place: usize, outcome: &str, detail: Option<String>) {
        self.round.send_if_modified(|round| {
            let Some(round) = round.as_mut() else { return false };
            round.done += 1;
            if let Some(line) = round.lines.get_mut(place) {
                line.outcome = Some(outcome.to_owned());
                line.detail = detail;
            }
            tracing::info!(target: "smart_warmup", "({}/{}) {}", round.done, round.total, round.lines[place].sentence);
            true
        });
    }

    /// Looks again, records, sends, and writes down what came.
    async fn one(
        self: &Arc<Self>,
        line: &Line,
        round: &Round,
        sent: &mut Sent,
    ) -> (&'static str, Option<String>) {
        let verdict = self.with_inputs(round.run(), &[], |inputs, now| recheck(inputs, line, sent, now));
        if !verdict.is_warm() {
            let held = Line { verdict, ..line.clone() };
            return ("stopped", Some(self.sentence(&held, self.parts.clock.now())));
        }
        let Some(model) = line.model.clone() else { return ("stopped", None) };
        let intent = Intent {
            credential: line.credential.clone(),
            group: line.group.clone(),
            model,
            by_hand: round.by_hand,
            forced: round.force,
        };
        let attempt = match self.parts.store.record_warmup(intent, self.parts.clock.now()).await {
            Ok(attempt) => attempt,
            // What cannot be recorded must not be sent.
            Err(error) => return ("stopped", Some(error.to_string())),
        };
        self.parts.ledger.note(Note::Warmup(attempt.clone())).await;
        let Came { outcome, detail } = self.send(&attempt).await;
        self.conclude(&attempt, Conclusion { outcome, detail: detail.clone(), reset_at: None }).await;
        match outcome {
            Outcome::Sent => {
                sent.succeeded(line);
                self.verify_later(attempt, line.name.clone());
                ("sent", None)
            }
            Outcome::Failed(_) => ("refused", detail),
            Outcome::Pending | Outcome::Unknown | Outcome::Started | Outcome::NoEffect => ("unknown", detail),
        }
    }

    /// Stores what came of an attempt, then shows it.
    pub(super) async fn conclude(&self, attempt: &domain::policy::warmup::Attempt, conclusion: Conclusion) {
        let outcome = conclusion.outcome;
        if let Err(error) = self.parts.store.conclude_warmup(attempt.id, conclusion).await {
            tracing::warn!(target: "smart_warmup", %error, "What came of a warmup could not be stored; it counts as sent");
        }
        self.parts.ledger.note(Note::WarmupConcluded(attempt.credential.clone(), attempt.id, outcome)).await;
    }
}
