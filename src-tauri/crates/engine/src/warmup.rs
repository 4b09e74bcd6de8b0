//! Warmups: plans a round, sends it one request at a time, and verifies what came of it.
//!
//! Who is warmed is `domain::policy::warmup`'s decision, when a scan is due the scheduler's. Every attempt is
//! recorded before it is sent: budgets and rests hold whichever way a warmup was asked for.

mod consent;
mod gate;
mod inputs;
mod round;
mod rounds;
mod send;
mod verify;

pub use consent::warmup_consent;

use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::journal::{Entry, Journal, Kind};
use crate::ledger::Ledger;
use crate::pause::Pause;
use crate::planner::Planner;
use crate::quota::QuotaSource;
use crate::refusals::Refusals;
use crate::settings::SettingsKeeper;
use crate::store::{Store, StoreError};
use crate::tasks::Tasks;
use crate::upstream::{Tokens, Upstream, Urgency};
use crate::view::dto::{Freshness, WarmupRound};
use domain::credential::CredentialId;
use domain::policy::models::Unmatched;
use domain::policy::warmup::{Line, Plan, Run, Sentence, plan};
use domain::policy::words::{Here, Language, Said};
use gate::Gate;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use round::Order;
use rounds::Rounds;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

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
    /// Whether automation rests.
    pub pause: Pause,
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

/// Warms up. Clones share everything.
#[derive(Clone)]
pub struct Warmups {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    refusals: Refusals,
    rounds: Rounds,
    gate: Gate,
    planner: Planner,
    /// The User-Agent that the service said it does not serve any more.
    refused_agent: Mutex<Option<String>>,
    /// The entries of the lists that no credential offers, as they were last told.
    told: Mutex<Vec<Unmatched>>,
}

/// What came of a scan.
pub struct Scanned {
    /// The scan in one line.
    pub summary: Said,
    /// Readings that would tell more, and from when on they do.
    pub ask_at: Option<Timestamp>,
}

/// What is to be warmed by hand.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// One request a group of every credential.
    All,
    /// One request a group of a credential.
    Credential(CredentialId),
    /// One model of a credential, or several of these.
    Pairs(Vec<(CredentialId, String)>),
}

/// What the user wants warmed.
#[derive(Debug, Clone)]
pub struct ByHand {
    /// What is to be warmed.
    pub target: Wanted,
    /// Beyond what asks for confirmation.
    pub force: bool,
    /// Only say what would be sent.
    pub dry_run: bool,
}

impl Warmups {
    /// No round yet.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let (rounds, gate) = (Rounds::new(parts.tasks.stopping()), Gate::new(parts.settings.clone()));
        let (refused_agent, told) = (Mutex::default(), Mutex::default());
        let refusals = Refusals {
            credentials: parts.credentials.clone(),
            ledger: parts.ledger.clone(),
            store: parts.store.clone(),
            journal: parts.journal.clone(),
            clock: parts.clock.clone(),
            zone: parts.zone.clone(),
        };
        let planner = Planner::new(
            parts.store.clone(),
            parts.ledger.clone(),
            parts.settings.clone(),
            parts.clock.clone(),
            parts.zone.clone(),
        );
        Self { inner: Arc::new(Inner { parts, refusals, rounds, gate, planner, refused_agent, told }) }
    }

    /// Tells when a round begins, goes on or ends.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Vec<WarmupRound>> {
        self.inner.rounds.watch()
    }

    /// The round under way, or the last one of this run of the program.
    #[must_use]
    pub fn round(&self) -> Option<WarmupRound> {
        self.inner.rounds.latest()
    }

    /// Stops every round before its next request.
    pub fn cancel(&self) {
        self.inner.rounds.cancel();
    }

    /// The scheduler's scan: plans, reads what is not known once, plans again, and sends.
    pub async fn scan(&self) -> Scanned {
        let inner = &self.inner;
        inner.planner.look().await;
        let (mut plan, mut asked) = (inner.plan(Run::Automatic, &[]), Vec::new());
        let now = inner.parts.clock.now();
        let due: Vec<_> =
            plan.refreshes.iter().filter(|r| r.not_before <= now).map(|r| r.credential.clone()).collect();
        if !due.is_empty() {
            tokio::select! {
                () = inner.parts.source.read_since(&due, now) => {}
                () = inner.switched_off() => {}
                () = inner.parts.pause.begun() => {}
            }
            asked = due;
            inner.planner.look().await;
            plan = inner.plan(Run::Automatic, &asked);
        }
        let ask_at = plan.refreshes.iter().filter(|r| !asked.contains(&r.credential)).map(|r| r.not_before);
        // A planned start comes at its time, not with the next beat.
        let ask_at = ask_at.chain(inner.planner.latest().next).min();
        inner.note(&plan).await;
        let summary = Said::of(|language| plan.summary().say(language));
        tracing::info!(target: "smart_warmup", "Scan: {}", summary.english);
        for ride in plan.rides() {
            tracing::info!(target: "smart_warmup", "{ride}");
        }
        inner.tell_unmatched(&plan);
        if let Err(error) = inner.expectations(&plan).await {
            tracing::warn!(target: "smart_warmup", %error, "What planned starts bring could not be kept");
        }
        if plan.to_send().next().is_some() {
            inner.send_round(plan, Order::Automatic, inner.rounds.stop()).await;
        }
        Scanned { summary, ask_at }
    }

    /// Tells what came of attempts that the program did not live to verify.
    pub async fn verify_late(&self) {
        self.inner.verify_late().await;
    }

    /// What a scan would do now if warmup were on; sends nothing.
    pub async fn rehearse(&self) -> WarmupRound {
        self.inner.planner.look().await;
        let plan = self.inner.plan(Run::Rehearsal, &[]);
        self.inner.show(&plan, &Order::Automatic, true)
    }

    /// Looks ahead anew: until when quota lasts.
    pub async fn foresee(&self) {
        self.inner.planner.foresee().await;
    }

    /// What looks ahead.
    pub(crate) fn planner(&self) -> Planner {
        self.inner.planner.clone()
    }

    /// A warmup the user asked for. Reads the quota first; answers when the round is over. It goes on when whoever
    /// asked has gone: `None` only where the program is stopping.
    pub async fn by_hand(&self, wanted: ByHand) -> Option<WarmupRound> {
        let inner = self.inner.clone();
        self.inner.parts.tasks.run(async move { inner.by_hand(wanted).await }).await.ok()
    }
}

impl Inner {
    async fn by_hand(self: &Arc<Self>, wanted: ByHand) -> WarmupRound {
        let ids: Vec<CredentialId> = match &wanted.target {
            Wanted::All => {
                self.parts.ledger.state().credentials.iter().map(|k| k.credential.id.clone()).collect()
            }
            Wanted::Credential(id) => vec![id.clone()],
            Wanted::Pairs(pairs) => {
                pairs.iter().map(|(id, _)| id.clone()).collect::<BTreeSet<_>>().into_iter().collect()
            }
        };
        let dry_run = wanted.dry_run;
        // From here on "stop" means this round too.
        let stop = self.rounds.stop();
        tokio::select! {
            () = self.parts.source.read(&ids, Freshness::Cached, Urgency::User) => {}
            () = stop.cancelled() => {}
        }
        let order = Order::ByHand { target: wanted.target, force: wanted.force };
        let plan = self.plan(order.run(), &[]);
        if dry_run {
            return self.show(&plan, &order, dry_run);
        }
        self.note(&plan).await;
        self.send_round(plan, order, stop).await
    }

    fn plan(&self, run: Run<'_>, asked: &[CredentialId]) -> Plan {
        self.with_inputs(run, asked, plan)
    }

    /// Tells what came of earlier planned starts, and remembers what is expected of those that are sent now.
    async fn expectations(&self, plan: &Plan) -> Result<(), StoreError> {
        let told = self.planner.tell().await?;
        if !told.is_empty() {
            self.parts.journal.write(told).await;
        }
        if plan.to_send().next().is_some() { self.planner.expect(plan).await } else { Ok(()) }
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
                sentence: Said::of(|language| self.sentence(line, plan.at, language)),
                until: line.verdict.until(),
            })
            .collect();
        self.parts.journal.write(entries).await;
    }

    fn sentence(&self, line: &Line, now: Timestamp, language: Language) -> String {
        let again = line.verdict.until().is_none().then(|| self.next_scan(now));
        let again = again.flatten().filter(|_| !line.verdict.is_warm());
        Sentence { line, again, here: Here { now, zone: &self.parts.zone, language } }.to_string()
    }

    /// When the next scan looks, where one by period will.
    fn next_scan(&self, now: Timestamp) -> Option<Timestamp> {
        let settings = self.parts.settings.current();
        let every = jiff::SignedDuration::from_secs(settings.smart_warmup_scan_interval_seconds.into());
        let by_period = settings.smart_warmup_enabled && settings.smart_warmup_daily_at.is_none();
        by_period.then(|| now + every)
    }

    /// Says once which entries of the lists no credential offers, and which ids come nearest.
    fn tell_unmatched(&self, plan: &Plan) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in plan.unmatched.iter().filter(|entry| !told.contains(entry)) {
            tracing::info!(target: "smart_warmup", "{entry}");
        }
        *told = plan.unmatched.clone();
    }

    /// Returns when warmup is switched off.
    async fn switched_off(&self) {
        let mut settings = self.parts.settings.watch();
        while settings.borrow_and_update().smart_warmup_enabled {
            if settings.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
