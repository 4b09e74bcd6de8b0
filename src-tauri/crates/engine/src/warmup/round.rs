//! One round: its lines as readers see them, and the way from the first request to the last.

use super::send::Came;
use super::{Inner, Wanted};
use crate::ledger::Note;
use crate::store::{Conclusion, Intent};
use crate::upstream::Urgency;
use crate::view::dto::{WarmupLine, WarmupRound};
use domain::policy::catchup;
use domain::policy::warmup::{Line, Outcome, Plan, Run, Sent, Target, Verdict, recheck};
use domain::policy::words::Spoken as _;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Who asked for a round, and for what.
#[derive(Debug, Clone)]
pub(super) enum Order {
    Automatic,
    ByHand { target: Wanted, force: bool },
}

impl Order {
    pub(super) fn run(&self) -> Run<'_> {
        match self {
            Self::Automatic => Run::Automatic,
            Self::ByHand { target, force } => {
                let target = match target {
                    Wanted::All => Target::All,
                    Wanted::Credential(id) => Target::Credential(id),
                    Wanted::Pairs(pairs) => Target::Pairs(pairs),
                };
                Run::ByHand { target, force: *force }
            }
        }
    }

    fn by_hand(&self) -> bool {
        matches!(self, Self::ByHand { .. })
    }

    fn urgency(&self) -> Urgency {
        if self.by_hand() { Urgency::User } else { Urgency::Background }
    }
}

/// What became of a line.
enum Became {
    /// It was sent.
    Sent(Outcome, Option<String>),
    /// Something speaks against it since the plan was made.
    Held(String),
    /// The round was stopped before it.
    Stopped,
}

impl Became {
    /// The word in JSON, and why.
    fn told(self) -> (&'static str, Option<String>) {
        match self {
            Self::Sent(Outcome::Sent | Outcome::Started | Outcome::NoEffect, _) => ("sent", None),
            Self::Sent(Outcome::Failed(_), why) => ("refused", why),
            Self::Sent(Outcome::Pending | Outcome::Unknown, why) => ("unknown", why),
            Self::Held(why) => ("stopped", Some(why)),
            Self::Stopped => ("stopped", None),
        }
    }
}

impl Inner {
    /// A plan as readers see it.
    pub(super) fn show(&self, plan: &Plan, order: &Order, dry_run: bool) -> WarmupRound {
        let language = self.parts.settings.language();
        let lines: Vec<_> = plan
            .lines
            .iter()
            .map(|line| WarmupLine {
                credential: line.credential.to_string(),
                name: line.name.clone(),
                model: line.model.clone().unwrap_or_default(),
                group: line.group.as_ref().map(|g| g.key().to_owned()).unwrap_or_default(),
                verdict: line.verdict.key().to_owned(),
                sentence: self.sentence(line, plan.at, language),
                until: line.verdict.until().map(|at| at.to_string()),
                starts_at: line.verdict.starts_at().map(|at| at.to_string()),
                outcome: (line.verdict.is_warm() && !dry_run).then(|| "waiting".to_owned()),
                detail: None,
            })
            .collect();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let total = count(plan.to_send().count());
        WarmupRound {
            id: format!("{:016x}", rand::random::<u64>()),
            by: if order.by_hand() { "manual" } else { "automatic" }.to_owned(),
            at: plan.at.to_string(),
            dry_run,
            done: 0,
            total,
            over: dry_run || total == 0,
            lines,
            unmatched: plan.unmatched.iter().map(|entry| entry.say(language)).collect(),
            summary: plan.summary().say(language),
            needs_force: if order.by_hand() { count(plan.to_confirm().count()) } else { 0 },
        }
    }

    /// Sends a plan: one request at a time, each recorded first, until all are done or somebody stops it.
    pub(super) async fn send_round(
        self: &Arc<Self>,
        plan: Plan,
        order: Order,
        stop: CancellationToken,
    ) -> WarmupRound {
        let shown = self.show(&plan, &order, false);
        let id = shown.id.clone();
        if shown.over {
            return shown;
        }
        self.rounds.begin(shown.clone());
        let begun = Instant::now();
        let mut sent = Sent::default();
        for (place, line) in plan.lines.iter().enumerate().filter(|(_, line)| line.verdict.is_warm()) {
            // A plan of before the computer slept, or before its clock was set, says nothing of now.
            let became = match self.jumped(plan.at, begun) {
                true => Became::Stopped,
                false => self.one(line, &plan, &order, &mut sent, &stop, begun).await,
            };
            let (stopped, was_sent) = (matches!(became, Became::Stopped), matches!(became, Became::Sent(..)));
            let (outcome, detail) = became.told();
            let round = self.rounds.change(&id, |round| {
                round.done += u32::from(!stopped);
                if let Some(line) = round.lines.get_mut(place) {
                    (line.outcome, line.detail) = (Some(outcome.to_owned()), detail);
                }
            });
            if stopped {
                break;
            }
            if let Some(round) = round.filter(|_| was_sent) {
                let model = line.model.as_deref().unwrap_or_default();
                tracing::info!(target: "smart_warmup", "({}/{}) {model} of {}: {outcome}", round.done, round.total, line.name);
            }
        }
        let over = self.rounds.change(&id, |round| {
            round.over = true;
            for line in round.lines.iter_mut().filter(|l| l.outcome.as_deref() == Some("waiting")) {
                line.outcome = Some("stopped".to_owned());
            }
        });
        over.unwrap_or(shown)
    }

    /// Waits for its turn, looks again, records, sends, and writes down what came.
    async fn one(
        self: &Arc<Self>,
        line: &Line,
        plan: &Plan,
        order: &Order,
        sent: &mut Sent,
        stop: &CancellationToken,
        begun: Instant,
    ) -> Became {
        let Some(model) = line.model.clone() else { return Became::Stopped };
        let again = |sent: &Sent| {
            self.with_inputs(order.run(), &[], |inputs, now| recheck(inputs, line, plan.at, sent, now))
        };
        let pass = tokio::select! {
            biased;
            () = stop.cancelled() => return Became::Stopped,
            verdict = self.held(|| again(sent)) => return Became::Held(self.why(line, verdict)),
            pass = self.turn(line, order) => pass,
        };
        // Nothing is awaited between this look and the record but the record itself.
        let verdict = again(sent);
        if !verdict.is_warm() {
            return Became::Held(self.why(line, verdict));
        }
        if self.jumped(plan.at, begun) {
            return Became::Stopped;
        }
        let (by_hand, forced) = match order {
            Order::Automatic => (false, false),
            Order::ByHand { force, .. } => (true, *force),
        };
        let intent =
            Intent { credential: line.credential.clone(), group: line.group.clone(), model, by_hand, forced };
        let attempt = match self.parts.store.record_warmup(intent, self.parts.clock.now()).await {
            Ok(attempt) => attempt,
            // What cannot be recorded must not be sent.
            Err(error) => {
                let language = self.parts.settings.language();
                return Became::Held(error.said().in_language(language).to_owned());
            }
        };
        self.parts.ledger.note(Note::Warmup(attempt.clone())).await;
        let stopping = self.parts.tasks.stopping();
        let Came { outcome, detail } = tokio::select! {
            came = self.send(&attempt) => came,
            // The program ends: the attempt stays recorded, and counts as sent.
            () = stopping.cancelled() => return Became::Stopped,
        };
        pass.used();
        self.conclude(&attempt, Conclusion { outcome, detail: detail.clone(), reset_at: None }).await;
        if outcome == Outcome::Sent {
            sent.succeeded(line);
            self.verify_later(attempt, line.name.clone());
        }
        Became::Sent(outcome, detail)
    }

    /// Whether the wall clock went another way than time since a plan was made.
    fn jumped(&self, planned_at: Timestamp, begun: Instant) -> bool {
        let passed = SignedDuration::try_from(begun.elapsed()).unwrap_or(SignedDuration::MAX);
        catchup::jump(planned_at, self.parts.clock.now(), passed).is_some()
    }

    /// Waits until this is the only request, the batch delay is over, a token is there, and the pacer says go.
    async fn turn(&self, line: &Line, order: &Order) -> super::gate::Pass<'_> {
        let pass = self.gate.pass().await;
        // A token that cannot be had is told when the request is sent.
        let _ = self.parts.tokens.access(&line.credential).await;
        let _ = self.parts.upstream.turn(order.urgency()).await;
        pass
    }

    /// Returns as soon as something speaks against a line: warmup is switched off, a credential is disabled, a pair
    /// begins to rest.
    async fn held(&self, look: impl Fn() -> Verdict) -> Verdict {
        let (mut settings, mut ledger) = (self.parts.settings.watch(), self.parts.ledger.watch());
        let mut pause = self.parts.pause.watch();
        loop {
            settings.borrow_and_update();
            ledger.borrow_and_update();
            pause.borrow_and_update();
            let verdict = look();
            if !verdict.is_warm() {
                return verdict;
            }
            tokio::select! {
                Ok(()) = settings.changed() => {}
                Ok(()) = ledger.changed() => {}
                Ok(()) = pause.changed() => {}
                else => std::future::pending().await,
            }
        }
    }

    fn why(&self, line: &Line, verdict: Verdict) -> String {
        self.sentence(
            &Line { verdict, ..line.clone() },
            self.parts.clock.now(),
            self.parts.settings.language(),
        )
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
