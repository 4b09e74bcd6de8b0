//! Reads quota: in memory first, one flight per credential and step, summaries before lists.

use super::failure::ReadError;
use super::landing::Landing;
use super::steps::Steps;
use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::journal::Journal;
use crate::ledger::{Failure, Known, Ledger, Level, Note, Notice};
use crate::settings::SettingsKeeper;
use crate::store::Store;
use crate::tasks::Tasks;
use crate::upstream::single_flight::SingleFlight;
use crate::upstream::{Answer, Api, CallError, TokenError, Tokens, Upstream, Urgency};
use crate::view::dto::Freshness;
use domain::credential::{CredentialId, Provider, State};
use domain::policy::refresh;
use domain::policy::words::Said;
use domain::quota::{ListPart, SummaryPart};
use futures_util::StreamExt;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use std::sync::{Arc, Mutex, PoisonError};

/// One step of a read; each has its own flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Step {
    /// The summary, or Gemini CLI's buckets.
    Numbers,
    /// The model list.
    List,
    /// Project and tier.
    Discovery,
}

/// What a reader asked for: nothing older than this, and on whose behalf.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask {
    not_before: Timestamp,
    pub(super) urgency: Urgency,
    /// The user's own refresh goes once through the failure cooldown.
    through_pause: bool,
    /// The user says that what the service asked for is done.
    pub(super) says_done: bool,
}

/// Reads quota. Clones share everything.
#[derive(Clone)]
pub struct QuotaSource {
    pub(super) inner: Arc<Inner>,
}

/// What a source is made of.
pub struct Parts {
    /// Where what it learns goes.
    pub ledger: Ledger,
    /// Whose state and project change.
    pub credentials: Credentials,
    /// Access tokens.
    pub tokens: Tokens,
    /// The service.
    pub upstream: Upstream,
    /// How fresh, how many at once.
    pub settings: SettingsKeeper,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where history goes.
    pub store: Store,
    /// Where decisions go.
    pub journal: Journal,
    /// The user's time zone.
    pub zone: TimeZone,
}

pub(super) struct Inner {
    pub(super) ledger: Ledger,
    pub(super) credentials: Credentials,
    pub(super) tokens: Tokens,
    pub(super) upstream: Upstream,
    pub(super) settings: SettingsKeeper,
    pub(super) clock: Arc<dyn Clock>,
    landing: Landing,
    flights: SingleFlight<(CredentialId, Step), ()>,
}

impl QuotaSource {
    /// A source with nothing in memory.
    #[must_use]
    pub fn new(parts: Parts, tasks: &Tasks) -> Self {
        let Parts { ledger, credentials, tokens, upstream, settings, clock, store, journal, zone } = parts;
        let landing = Landing {
            ledger: ledger.clone(),
            settings: settings.clone(),
            store,
            journal,
            clock: clock.clone(),
            zone,
            samples: Mutex::default(),
            steps: Steps::default(),
        };
        let flights = SingleFlight::new(tasks);
        let inner = Inner { ledger, credentials, tokens, upstream, settings, clock, landing, flights };
        Self { inner: Arc::new(inner) }
    }

    /// Brings what memory holds of `ids` up to `freshness`. Answers through the ledger: a failing credential
    /// never stops the others. Credentials that are not active are left alone.
    pub async fn read(&self, ids: &[CredentialId], freshness: Freshness, urgency: Urgency) {
        let now = self.inner.clock.now();
        let not_before = match freshness {
            Freshness::Peek => return,
            Freshness::Cached => {
                now - SignedDuration::from_secs(self.inner.settings.current().quota_cache_ttl_seconds.into())
            }
            Freshness::Refreshed => now,
        };
        let through_pause = freshness == Freshness::Refreshed && urgency == Urgency::User;
        let ask = Ask { not_before, urgency, through_pause, says_done: false };
        // All summaries before the first list: the number that counts comes first, for everyone.
        for step in [Step::Numbers, Step::List, Step::Discovery] {
            self.each(ids, step, ask).await;
        }
    }

    /// Brings `ids` up to a reading that is not older than `not_before`.
    pub async fn read_since(&self, ids: &[CredentialId], not_before: Timestamp) {
        let ask = Ask { not_before, urgency: Urgency::Background, through_pause: false, says_done: false };
        self.each(ids, Step::Numbers, ask).await;
        self.each(ids, Step::List, ask).await;
    }

    /// Judges what is protected anew by what is known: the settings changed.
    pub async fn judge_again(&self) {
        for known in &self.inner.ledger.state().credentials {
            self.inner.landing.judge(known).await;
        }
    }

    /// The user says that the hindrance is gone: asks for project and tier anew, whatever the state, and
    /// reads once. The state is active again when the service lets us in.
    pub async fn check(&self, id: &CredentialId) {
        let not_before = self.inner.clock.now();
        let ask = Ask { not_before, urgency: Urgency::User, through_pause: true, says_done: true };
        let inner = self.inner.clone();
        let key = id.clone();
        let work = || async move { inner.run(&key, ask, Step::Discovery).await };
        if !id.is_watched_only() {
            self.inner.flights.join((id.clone(), Step::Discovery), work).await;
        }
        self.read(std::slice::from_ref(id), Freshness::Refreshed, Urgency::User).await;
    }

    /// Forgets what is kept beside the ledger of a credential that is gone or has new secrets.
    pub fn forget(&self, id: &CredentialId) {
        self.inner.tokens.forget(id);
        self.inner.landing.samples.lock().unwrap_or_else(PoisonError::into_inner).forget(id);
        self.inner.landing.steps.forget(id);
    }

    async fn each(&self, ids: &[CredentialId], step: Step, ask: Ask) {
        let at_once = self.inner.settings.current().background_refresh_max_concurrent;
        futures_util::stream::iter(ids.to_vec())
            .for_each_concurrent(usize::try_from(at_once).unwrap_or(1), |id| async move {
                if !self.inner.wants(&id, step, ask) {
                    return;
                }
                let (inner, key) = (self.inner.clone(), id.clone());
                let work = || async move {
                    // Whoever landed just before may have read it already.
                    if inner.wants(&key, step, ask) {
                        inner.run(&key, ask, step).await;
                    }
                };
                self.inner.flights.join((id, step), work).await;
            })
            .await;
    }
}

impl Inner {
    /// Whether `step` has anything to do for this credential.
    fn wants(&self, id: &CredentialId, step: Step, ask: Ask) -> bool {
        let state = self.ledger.state();
        let Some(known) = state.get(id) else { return false };
        let now = self.clock.now();
        if !known.credential.state.is_active() {
            return step == Step::Discovery && asks_about_refusal(known, now);
        }
        // A failure after the question was asked is an answer to it.
        let paused = known
            .failure
            .as_ref()
            .is_some_and(|f| f.at >= ask.not_before || (now < f.until && !ask.through_pause));
        if paused {
            return false;
        }
        // What failed beside good numbers has a pause of its own.
        let aside = known.aside.is_some_and(|(_, until)| now < until && !ask.through_pause);
        if aside && step != Step::Numbers {
            return false;
        }
        // There is nothing to ask the service with.
        if id.is_watched_only() && step != Step::Numbers {
            return false;
        }
        let older = |at: Option<Timestamp>| at.is_none_or(|at| at < ask.not_before);
        let stands =
            |at: Option<Timestamp>| at.is_some_and(|at| at.duration_until(now) < refresh::LIST_STANDS);
        let quota = known.quota.as_deref();
        match (known.credential.provider, step) {
            (Provider::ApiKey, Step::List) => !stands(quota.and_then(|q| q.list_at)),
            (Provider::ApiKey, Step::Numbers | Step::Discovery) | (Provider::GeminiCli, Step::List) => false,
            (Provider::Antigravity, Step::Numbers) => {
                !known.no_summary && older(quota.and_then(|q| q.summary_at))
            }
            (Provider::GeminiCli, Step::Numbers) => older(quota.and_then(|q| q.summary_at)),
            (Provider::Antigravity, Step::List) => {
                let list_at = quota.and_then(|q| q.list_at);
                if quota.is_some_and(|q| list_at.is_some() && q.summary_covers_all()) {
                    !stands(list_at)
                } else {
                    older(list_at)
                }
            }
            (Provider::Antigravity | Provider::GeminiCli, Step::Discovery) => {
                discovery_due(known, refresh::DISCOVERY_STANDS, now)
                    || known.credential.email.is_none() && known.credential.discovered_at.is_none()
            }
        }
    }

    async fn run(&self, id: &CredentialId, ask: Ask, step: Step) {
        let before = self.ledger.state().get(id).and_then(|k| k.quota.clone());
        self.ledger.note(Note::Reading(id.clone())).await;
        let result = match step {
            Step::Numbers => self.numbers(id, ask).await,
            Step::List => self.list(id, ask).await,
            Step::Discovery => self.discover(id, ask).await,
        };
        let mut notes = vec![Note::ReadingDone(id.clone())];
        let landed = result.is_ok() && step != Step::Discovery;
        match result {
            Ok(()) if step == Step::Discovery => {}
            Ok(()) => {
                notes.push(Note::ReadWell(id.clone()));
                if step == Step::List {
                    notes.push(Note::Aside(id.clone(), None));
                }
            }
            Err(error) => notes.extend(self.failed(id, step, &error).await),
        }
        self.ledger.notes(notes).await;
        if landed {
            self.landing.landed(id, before).await;
        }
    }

    async fn numbers(&self, id: &CredentialId, ask: Ask) -> Result<(), ReadError> {
        let Some(credential) = self.credentials.get(id) else { return Ok(()) };
        if self.official_report(&credential).await? {
            return Ok(());
        }
        // Without a project the model list of an exhausted account reads 100 %: ask for it first.
        if credential.discovered_at.is_none() && credential.project.is_none() {
            self.discover(id, ask).await?;
        }
        let Some(credential) = self.credentials.get(id).filter(|c| c.state.is_active()) else {
            return Ok(());
        };
        let project = credential.project.as_deref();
        let note = match credential.provider {
            Provider::Antigravity => {
                let body = wire::upstream::summary::request(project);
                let answer = match self.ask(id, Api::Summary, body, ask.urgency).await {
                    // The service knows no summary for this login: the list is all there is.
                    Err(ReadError::Refused(fault)) if matches!(fault.status, 400 | 404) => {
                        tracing::debug!(credential = %id, "No quota summary for this login; reading the model list instead");
                        self.ledger.note(Note::NoSummary(id.clone())).await;
                        return Ok(());
                    }
                    answer => answer?,
                };
                let summary = wire::upstream::summary::parse(&answer.body, answer.seen())?;
                Note::Summary(
                    id.clone(),
                    Box::new(SummaryPart {
                        groups: summary.groups,
                        models: summary.models,
                        at: answer.received_at,
                    }),
                )
            }
            Provider::GeminiCli => {
                let answer = self
                    .ask(id, Api::Buckets, wire::upstream::buckets::request(project), ask.urgency)
                    .await?;
                let buckets = wire::upstream::buckets::parse(&answer.body, answer.seen())?;
                Note::Summary(
                    id.clone(),
                    Box::new(SummaryPart {
                        groups: Vec::new(),
                        models: buckets.models,
                        at: answer.received_at,
                    }),
                )
            }
            Provider::ApiKey => return Ok(()),
        };
        self.ledger.note(note).await;
        self.credentials.set_last_quota_refresh(id, self.clock.now()).await?;
        Ok(())
    }

    async fn list(&self, id: &CredentialId, ask: Ask) -> Result<(), ReadError> {
        let Some(credential) = self.credentials.get(id) else { return Ok(()) };
        let (part, catalogue) = match credential.provider {
            Provider::Antigravity => {
                let body = wire::upstream::models::request(credential.project.as_deref());
                let answer = self.ask(id, Api::Models, body, ask.urgency).await?;
                let list = wire::upstream::models::parse(&answer.body, answer.seen())?;
                let catalogue = Note::Catalogue(id.clone(), Arc::new(list.catalogue));
                let part = ListPart { models: list.models, replaced: list.replaced, at: answer.received_at };
                (part, Some(catalogue))
            }
            Provider::ApiKey => (self.key_list(id, ask.urgency).await?, None),
            Provider::GeminiCli => return Ok(()),
        };
        let counts = catalogue.is_some();
        let list = Note::List(id.clone(), Box::new(part));
        self.ledger.notes(catalogue.into_iter().chain([list]).collect()).await;
        if counts {
            self.credentials.set_last_quota_refresh(id, self.clock.now()).await?;
        }
        Ok(())
    }

    async fn key_list(&self, id: &CredentialId, urgency: Urgency) -> Result<ListPart, ReadError> {
        let secrets = self.credentials.secrets(id.as_str()).await?;
        let key = secrets.get(&crate::secrets::SecretName::ApiKey).ok_or(TokenError::Refused)?;
        let mut part = ListPart { models: Vec::new(), replaced: Vec::new(), at: self.clock.now() };
        let mut page: Option<String> = None;
        // More pages than this is a service that never ends its list.
        for _ in 0..10 {
            let answer = self.upstream.key_models(key, page.as_deref(), urgency).await?;
            self.compare_clocks(&answer).await;
            if !answer.is_success() {
                return Err(refused(&answer, Provider::ApiKey));
            }
            let models = wire::upstream::keys::parse_models(&answer.body, answer.seen())?;
            part.models.extend(models.models);
            page = models.next_page;
            if page.is_none() {
                break;
            }
        }
        Ok(part)
    }

    /// Calls with a token; a 401 gets one other token and one more try.
    pub(super) async fn ask(
        &self,
        id: &CredentialId,
        api: Api,
        body: Vec<u8>,
        urgency: Urgency,
    ) -> Result<Answer, ReadError> {
        let provider = self.credentials.get(id).ok_or(TokenError::Gone)?.provider;
        let (upstream, body) = (&self.upstream, &body);
        let call =
            |token| async move { upstream.internal(provider, api, body.clone(), &token, urgency).await };
        let answer = self.with_token(id, call).await?;
        if answer.is_success() { Ok(answer) } else { Err(refused(&answer, provider)) }
    }

    /// Runs `call` with a token; a 401 gets one other token and one more try. The answer may be a refusal.
    pub(super) async fn with_token<F>(
        &self,
        id: &CredentialId,
        call: impl Fn(SecretString) -> F + Send + Sync,
    ) -> Result<Answer, ReadError>
    where
        F: Future<Output = Result<Answer, CallError>> + Send,
    {
        let token = self.tokens.access(id).await?;
        let mut answer = call(token.clone()).await?;
        if answer.status == 401 {
            let other = self.tokens.instead_of(id, &token).await?;
            answer = call(other).await?;
        }
        self.compare_clocks(&answer).await;
        Ok(answer)
    }

    /// Tells the user where the clocks differ so far that resets had to be corrected.
    async fn compare_clocks(&self, answer: &Answer) {
        const CODE: &str = "clock_differs";
        let skew = answer.skew();
        let told = self.ledger.state().notices.iter().any(|n| n.code == CODE);
        if skew.is_zero() {
            if told {
                self.ledger.note(Note::NoticeOver(CODE)).await;
            }
        } else if !told {
            let (seconds, behind) = (skew.as_secs().abs(), skew.is_positive());
            let message = Said::of(|language| {
                let (english, chinese) = if behind { ("behind", "慢") } else { ("ahead of", "快") };
                language.say(
                    format!(
                        "This computer's clock is {seconds} s {english} the service's. Resets are corrected by that; set the clock right."
                    ),
                    format!("这台电脑的时钟比服务{chinese} {seconds} 秒。重置时间已据此修正；请校准时钟。"),
                )
            });
            self.ledger
                .note(Note::Notice(Notice {
                    code: CODE,
                    level: Level::Warning,
                    message,
                    at: answer.received_at,
                }))
                .await;
        }
    }

    /// What follows from a failure: the credential's state where the service says so, and a pause.
    async fn failed(&self, id: &CredentialId, step: Step, error: &ReadError) -> Vec<Note> {
        let now = self.clock.now();
        let state = self.ledger.state();
        let Some(known) = state.get(id) else { return Vec::new() };
        let new_state = if let ReadError::Refused(fault) = error {
            domain::fault::credential_state(fault, now)
        } else {
            None
        };
        // A change of state is told where it happens; the refusal behind it is no second message.
        let told = new_state.is_some() || matches!(error, ReadError::State(_));
        if let Some(state) = new_state
            && let Err(error) = self.credentials.mark(id, state).await
        {
            tracing::error!(credential = %id, %error, "The credential's state could not be stored");
        }
        // A list or a discovery that fails beside a good summary costs no number: it is tried again in time.
        let summary_stands =
            step != Step::Numbers && known.quota.as_ref().is_some_and(|q| q.summary_covers_all());
        if summary_stands || step == Step::Discovery && known.quota.is_some() {
            let times = known.aside.map_or(0, |(times, _)| times) + 1;
            tracing::debug!(credential = %id, ?step, times, %error, "A side reading failed");
            let until = refresh::pause_until(times, error.named_pause(), now);
            return vec![Note::Aside(id.clone(), Some((times, until)))];
        }
        let times = known.failure.as_ref().map_or(0, |f| f.times) + 1;
        if times == 1 && !told {
            tracing::warn!(credential = %id, %error, "Quota could not be read");
        } else {
            tracing::debug!(credential = %id, times, %error, "Quota could not be read");
        }
        let until = refresh::pause_until(times, error.named_pause(), now);
        vec![Note::ReadFailed(id.clone(), Failure { message: error.to_string(), times, at: now, until })]
    }
}

/// What a refusal says.
pub(super) fn refused(answer: &Answer, provider: Provider) -> ReadError {
    let now = answer.date.unwrap_or(answer.received_at);
    let answer = wire::fault::Answer {
        status: answer.status,
        retry_after: answer.retry_after.as_deref(),
        body: &answer.body,
        now,
    };
    ReadError::Refused(Box::new(wire::fault::read(answer, provider)))
}

fn discovery_due(known: &Known, stands: SignedDuration, now: Timestamp) -> bool {
    known.credential.discovered_at.is_none_or(|at| at > now || at.duration_until(now) >= stands)
}

/// Whether discovery is asked about a credential that the service refused: at once where it never was, which may
/// tell more of the refusal; else to lift one, half an hour after it and after the last try.
fn asks_about_refusal(known: &Known, now: Timestamp) -> bool {
    let State::Blocked { .. } = known.credential.state else { return false };
    known.credential.discovered_at.is_none()
        || discovery_may_lift(&known.credential.state, now)
            && discovery_due(known, refresh::DISCOVERY_RETRY, now)
}

/// Whether a good discovery makes the credential active again: half an hour after the refusal, so that the two do
/// not chase each other. Validation and terms wait for the user.
pub(super) fn discovery_may_lift(state: &State, now: Timestamp) -> bool {
    use domain::credential::Blocked;
    match state {
        State::Blocked { since, .. } if since.duration_until(now) < refresh::DISCOVERY_RETRY => false,
        State::Blocked { why, .. } => match why {
            Blocked::ServiceDisabled | Blocked::Forbidden => true,
            Blocked::Validation
            | Blocked::Terms
            | Blocked::Scope
            | Blocked::Ineligible
            | Blocked::KeyRestricted => false,
        },
        State::Active | State::Disabled | State::Invalid { .. } | State::Retired { .. } => false,
    }
}
