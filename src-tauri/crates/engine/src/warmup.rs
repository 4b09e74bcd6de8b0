//! Warmups: plans a round, sends it one request at a time, and verifies what came of it.
//!
//! Who is warmed is `domain::policy::warmup`'s decision, when a scan is due the scheduler's. Every attempt is
//! recorded before it is sent: budgets and rests hold whichever way a warmup was asked for.

mod inputs;
mod round;
mod send;
mod verify;

use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::journal::{Entry, Journal, Kind};
use crate::ledger::Ledger;
use crate::quota::QuotaSource;
use crate::settings::SettingsKeeper;
use crate::store::Store;
use crate::tasks::Tasks;
use crate::upstream::{Tokens, Upstream};
use crate::view::dto::WarmupRound;
use domain::credential::CredentialId;
use domain::policy::warmup::{Plan, Run, Sentence, Target, plan};
use domain::policy::words::Here;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use round::Round;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What warmups are made of.
pub struct Parts {
    /// The live state.
    pub ledger: Ledger,
    /// Whose state a refusal changes.
    pub credentials: Credentials,
    /// Fresh readings.
    pub source: QuotaSource,
    /// Access tokens.
    pub tokens: Tokens,
    /// The service.
    pub upstream: Upstream,
    /// What is wanted.
    pub settings: SettingsKeeper,
    /// The durable truth.
    pub store: Store,
    /// Where decisions go.
    pub journal: Journal,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The user's time zone.
    pub zone: TimeZone,
    /// Who waits for what was started.
    pub tasks: Tasks,
}

/// Warms up. Clones share the round.
#[derive(Clone)]
pub struct Warmups {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    round: watch::Sender<Option<WarmupRound>>,
    /// Strictly one round at a time.
    one: tokio::sync::Mutex<()>,
    cancel: Mutex<CancellationToken>,
}

/// What came of a scan.
pub struct Scanned {
    /// The scan in one line.
    pub summary: String,
    /// Readings that would tell more, and from when on they do.
    pub ask_at: Option<Timestamp>,
}

impl Warmups {
    /// No round yet.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let (round, cancel) = (watch::Sender::new(None), Mutex::default());
        Self { inner: Arc::new(Inner { parts, round, one: tokio::sync::Mutex::default(), cancel }) }
    }

    /// The round under way, or the last one of this run of the program.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Option<WarmupRound>> {
        self.inner.round.subscribe()
    }

    /// Stops the round before its next request.
    pub fn cancel(&self) {
        self.inner.cancel.lock().unwrap_or_else(PoisonError::into_inner).cancel();
    }

    /// The scheduler's scan: plans, reads what is not known once, plans again, and sends.
    pub async fn scan(&self) -> Scanned {
        let _one = self.inner.one.lock().await;
        let (mut plan, mut asked) = (self.inner.plan(Run::Automatic, &[]), Vec::new());
        let now = self.inner.parts.clock.now();
        let due: Vec<_> =
            plan.refreshes.iter().filter(|r| r.not_before <= now).map(|r| r.credential.clone()).collect();
        if !due.is_empty() {
            self.inner.parts.source.read_since(&due, now).await;
            asked = due;
            plan = self.inner.plan(Run::Automatic, &asked);
        }
        let ask_at =
            plan.refreshes.iter().filter(|r| !asked.contains(&r.credential)).map(|r| r.not_before).min();
        self.inner.note(&plan).await;
        let summary = plan.summary().to_string();
        tracing::info!(target: "smart_warmup", "Scan: {summary}");
        for ride in plan.rides() {
            tracing::info!(target: "smart_warmup", "{ride}");
        }
        for entry in &plan.unmatched {
            tracing::debug!(target: "smart_warmup", "{entry}");
        }
        if plan.to_send().next().is_some() {
            self.inner.send_round(plan, Round::automatic()).await;
        }
        Scanned { summary, ask_at }
    }

    /// What a scan would do now if warmup were on; sends nothing.
    #[must_use]
    pub fn rehearse(&self) -> WarmupRound {
        let plan = self.inner.plan(Run::Rehearsal, &[]);
        self.inner.show(&plan, &Round::automatic(), true)
    }

    /// A warmup the user asked for. Reads the quota first; answers when the round is over.
    pub async fn by_hand(
        &self,
        target: Option<(CredentialId, Option<String>)>,
        force: bool,
        dry_run: bool,
    ) -> WarmupRound {
        let inner = &self.inner;
        let ids: Vec<_> = match &target {
            Some((id, _)) => vec![id.clone()],
            None => inner.parts.ledger.state().credentials.iter().map(|k| k.credential.id.clone()).collect(),
        };
        let _one = inner.one.lock().await;
        inner
            .parts
            .source
            .read(&ids, crate::view::dto::Freshness::Cached, crate::upstream::Urgency::User)
            .await;
        let named = match &target {
            None => Target::All,
            Some((id, None)) => Target::Credential(id),
            Some((id, Some(model))) => Target::Model(id, model),
        };
        let plan = inner.plan(Run::ByHand { target: named, force }, &[]);
        let round = Round::by_hand(target.clone(), force);
        if dry_run || plan.to_send().next().is_none() {
            return inner.show(&plan, &round, dry_run);
        }
        inner.note(&plan).await;
        inner.send_round(plan, round).await
    }
}

impl Inner {
    fn plan(&self, run: Run<'_>, asked: &[CredentialId]) -> Plan {
        self.with_inputs(run, asked, |inputs, now| plan(inputs, now))
    }

    /// Writes the plan into the ledger: one entry per change of a line.
    async fn note(&self, plan: &Plan) {
        let entries = plan
            .lines
            .iter()
            .map(|line| Entry {
                kind: Kind::Warmup,
                credential: line.credential.clone(),
                name: line.name.clone(),
                subject: line.model.clone().unwrap_or_default(),
                verdict: line.verdict.key(),
                sentence: self.sentence(line, plan.at),
                until: round::until(&line.verdict),
            })
            .collect();
        self.parts.journal.write(entries).await;
    }

    fn sentence(&self, line: &domain::policy::warmup::Line, now: Timestamp) -> String {
        let again = round::until(&line.verdict).is_none().then(|| self.next_scan(now));
        let again = again.flatten().filter(|_| !line.verdict.is_warm());
        Sentence { line, again, here: Here { now, zone: &self.parts.zone } }.to_string()
    }

    fn next_scan(&self, now: Timestamp) -> Option<Timestamp> {
        let settings = self.parts.settings.current();
        let every = jiff::SignedDuration::from_secs(settings.smart_warmup_scan_interval_seconds.into());
        settings.smart_warmup_enabled.then(|| now + every)
    }
}
