//! A request on its way: one credential after the other until one answers, or none is left.
//!
//! Who comes next is `domain::policy::select`'s decision, what a failure means `domain::fault`'s. Everything happens
//! in the future that answers the client: when the client goes, all of it goes.

use super::Inner;
use super::admission::may_use;
use super::attempt::{Begun, Rest, Shot, attempt};
use super::conversations::Conversation;
use super::log::Outcome;
use super::probe::Probe;
use super::prompts::ASKED;
use super::record::Ticket;
use super::relay::{Relay, Server};
use super::reply::{self, Answer};
use super::route::Call;
use crate::ledger::{Known, Level, Note, Notice, OwnPair};
use crate::store::ClientKey;
use crate::upstream::{TokenError, Urgency};
use crate::view::dto::Freshness;
use domain::credential::{CredentialId, Provider};
use domain::fault::{Class, Fault, First, decide, decide_among_others};
use domain::policy::select::{Ask, ChoiceSentence, Lineup, MOST_TRIED, NoCandidate, OutSentence, Place, Why};
use domain::policy::words::{Here, Said, Spoken};
use jiff::SignedDuration;
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout};
use wire::answer::{Broken, Identity};
use wire::bad_request::BadRequest;
use wire::convert::{self, Envelope, Repair, Target};
use wire::dialect::Asked;
use wire::refusal::{Cause, Dialect, NoneUsable, Refusal};

/// How long a request may wait for the first list of models of credentials that were never asked.
const FIRST_LIST: Duration = Duration::from_secs(20);
/// Of so many credentials it is said why they are out.
const MOST_REASONS: usize = 12;

/// What stopped a try.
enum Setback {
    Broken(Broken),
    BadRequest(BadRequest),
}

/// What came of trying one credential.
enum Leg {
    Begun(Box<Begun>),
    /// The next one may be tried.
    Next,
    /// No other would do better.
    Over,
}

/// The model a request goes to.
struct Chosen {
    id: String,
    /// The one it would have gone to, which cannot do what is asked.
    instead_of: Option<String>,
}

impl Chosen {
    /// Why a credential is tried after so many others, and why with this model.
    fn said(&self, before: usize, sentence: ChoiceSentence<'_>) -> String {
        let (here, model) = (sentence.here, &self.id);
        let sentence = match &self.instead_of {
            Some(other) => here.say(
                format!("{other} cannot search the web, {model} does it: {sentence}"),
                format!("{other} 不能搜索网页，由 {model} 代替：{sentence}"),
            ),
            None => sentence.to_string(),
        };
        match before {
            0 => sentence,
            before => here.say(
                format!("After {before} tried in vain: {sentence}"),
                format!("试过 {before} 个都不行，再试：{sentence}"),
            ),
        }
    }
}

/// A request with all that stays the same whoever serves it.
struct Journey<'r> {
    inner: &'r Arc<Inner>,
    asked: &'r Asked<'r>,
    model: &'r str,
    session_id: String,
    tried: Vec<CredentialId>,
    /// It is kept what it is answered.
    listens: bool,
    /// With how many it may be tried.
    most: Option<usize>,
    calls: u32,
    /// Which host comes next, by provider.
    hosts: HashMap<Provider, usize>,
    last: Option<Setback>,
}

impl Inner {
    /// Answers a request to a model.
    pub(super) async fn serve(
        self: &Arc<Self>,
        call: &Call,
        key: &ClientKey,
        body: &[u8],
        mut ticket: Ticket,
    ) -> Answer {
        let dialect = call.endpoint().dialect();
        let body = convert::mend(body);
        let asked = match Asked::read(call.endpoint(), &body) {
            Ok(asked) => asked,
            Err(bad) => return ticket.refused(&Refusal::BadRequest(&bad), dialect, Outcome::Refused),
        };
        let name = asked.draft().model();
        ticket.asks(name);
        if self.parts.settings.current().proxy_log_prompts && !call.endpoint().counts() {
            ticket.keeps(asked.draft().excerpt(ASKED));
        }
        let Some(model) = self.model_of(name).await else {
            return ticket.refused(&Refusal::UnknownModel { model: name }, dialect, Outcome::Refused);
        };
        if !may_use(key, &model) {
            return ticket.refused(&Refusal::ModelNotAllowed { model: &model }, dialect, Outcome::Refused);
        }
        if let Err(reached) = self.admission.spend(key) {
            let spent = Refusal::KeySpent { cap: reached.cap.into(), retry_after: reached.next_day_in };
            return ticket.refused(&spent, dialect, Outcome::Refused);
        }
        if call.endpoint().counts() {
            return self.count(&asked, &model, ticket).await;
        }
        let searches = self.searches_for(&asked, &model, key);
        let model =
            Chosen { instead_of: searches.is_some().then(|| model.clone()), id: searches.unwrap_or(model) };
        self.forward(&asked, &model, key, dialect, ticket).await
    }

    /// Where a request that is about a search of the web alone goes instead.
    fn searches_for(&self, asked: &Asked<'_>, model: &str, key: &ClientKey) -> Option<String> {
        if !asked.draft().searches() {
            return None;
        }
        let edition = self.roster.edition();
        edition.catalogue.searches_for(model, |other| may_use(key, other)).map(str::to_owned)
    }

    /// The model a name means. Where none is known and some credential was never asked what it offers, it is asked.
    async fn model_of(&self, name: &str) -> Option<String> {
        let find = || {
            let edition = self.roster.edition();
            let found = edition.catalogue.resolve(name, &edition.settings.proxy_aliases);
            (edition, found)
        };
        let (edition, found) = find();
        if found.known {
            return Some(found.model);
        }
        let never = |known: &&Arc<Known>| {
            known.credential.state.is_active() && known.quota.is_none() && known.failure.is_none()
        };
        let ids: Vec<_> =
            edition.state.credentials.iter().filter(never).map(|k| k.credential.id.clone()).collect();
        if ids.is_empty() {
            return None;
        }
        let _ = timeout(FIRST_LIST, self.parts.source.read(&ids, Freshness::Cached, Urgency::User)).await;
        let (_, found) = find();
        found.known.then_some(found.model)
    }

    async fn forward(
        self: &Arc<Self>,
        asked: &Asked<'_>,
        chosen: &Chosen,
        key: &ClientKey,
        dialect: Dialect,
        mut ticket: Ticket,
    ) -> Answer {
        let model = chosen.id.as_str();
        let conversation = Conversation::of(&key.id, model, asked);
        let mut journey = Journey {
            inner: self,
            asked,
            model,
            session_id: conversation.session_id(),
            tried: Vec::new(),
            listens: ticket.listens(),
            most: None,
            calls: 0,
            hosts: HashMap::new(),
            last: None,
        };
        loop {
            let now = self.parts.clock.now();
            let edition = self.roster.edition();
            let lineup = edition.lineup(model, now);
            let most = *journey.most.get_or_insert_with(|| lineup.others(&[]).min(MOST_TRIED));
            let sticky = self.conversations.get(conversation, Instant::now());
            let turn = self.turn.load(Ordering::Relaxed);
            let ask = Ask { tried: &journey.tried, sticky: sticky.as_ref(), turn };
            let Some(choice) = lineup.choose(&ask).filter(|_| journey.tried.len() < most) else {
                return self.give_up(journey, dialect, ticket);
            };
            // A conversation that stays where it is takes nobody's turn.
            if choice.why == Why::Turn {
                self.turn.fetch_add(1, Ordering::Relaxed);
            }
            let decision = Said::of(|language| {
                let here = Here { now, zone: &self.parts.zone, language };
                chosen.said(journey.tried.len(), ChoiceSentence { choice: &choice, here })
            });
            let place = choice.place;
            journey.tried.push(place.id.clone());
            let Some(known) = edition.state.get(&place.id) else { continue };
            let calls = journey.calls;
            ticket.goes_to(&place.id, place.provider, place.group.as_ref(), model, calls, &decision);
            let leg = journey.leg(place, known, &lineup).await;
            ticket.goes_to(&place.id, place.provider, place.group.as_ref(), model, journey.calls, &decision);
            match leg {
                Leg::Next => {}
                Leg::Over => return self.give_up(journey, dialect, ticket),
                Leg::Begun(begun) => {
                    self.conversations.put(conversation, &place.id, Instant::now());
                    let server =
                        Server { credential: known.credential.clone(), pair: own_pair(place, model) };
                    let mut answer = self.begin(*begun, server, asked, ticket);
                    reply::explain(&mut answer, Some(place.id.as_str()), &decision.english);
                    return answer;
                }
            }
        }
    }

    fn begin(
        self: &Arc<Self>,
        begun: Begun,
        server: Server,
        asked: &Asked<'_>,
        mut ticket: Ticket,
    ) -> Answer {
        let Begun { mut answer, first, rest } = begun;
        ticket.begins();
        self.remember(answer.take_issued());
        let (pieces, outcome) = match rest {
            Rest::Pieces(pieces) => (Some(pieces), None),
            Rest::Complete => (None, Some(Outcome::Ok)),
            Rest::Broken(how) => {
                self.broke(&server, how);
                (None, Some(Outcome::Truncated))
            }
        };
        let ticket = match outcome {
            None => Some(ticket),
            Some(outcome) => {
                ticket.hears(&mut answer);
                ticket.ends(outcome);
                None
            }
        };
        if !asked.draft().streams() {
            return reply::document(first, asked.content_type());
        }
        let relay = Relay::new(self.clone(), server, answer, first, pieces, ticket);
        reply::stream(relay.into_stream(), asked.content_type())
    }

    /// Tells the client that nobody serves it.
    fn give_up(&self, journey: Journey<'_>, dialect: Dialect, ticket: Ticket) -> Answer {
        let now = self.parts.clock.now();
        let lineup = self.roster.edition().lineup(journey.model, now);
        let outcome = if journey.calls == 0 { Outcome::Refused } else { Outcome::Failed };
        let nobody = || lineup.choose(&Ask::default()).is_none().then(|| lineup.nobody(now));
        match &journey.last {
            Some(Setback::BadRequest(bad)) => ticket.refused(&Refusal::BadRequest(bad), dialect, outcome),
            Some(Setback::Broken(Broken::Refused(fault))) => match nobody().filter(|_| is_limit(fault.class))
            {
                Some(nobody) => self.refuse(&nobody, journey.model, dialect, ticket, outcome),
                None => ticket.refused(&Refusal::Fault(fault), dialect, outcome),
            },
            Some(Setback::Broken(how)) => ticket.refused(&Refusal::Broken(how), dialect, outcome),
            None => self.refuse(&lineup.nobody(now), journey.model, dialect, ticket, outcome),
        }
    }

    fn refuse(
        &self,
        nobody: &NoCandidate,
        model: &str,
        dialect: Dialect,
        ticket: Ticket,
        outcome: Outcome,
    ) -> Answer {
        let now = self.parts.clock.now();
        let left = nobody.left();
        let say = |left: &domain::policy::select::Left| {
            let here = |language| Here { now, zone: &self.parts.zone, language };
            let why = Said::of(|language| OutSentence { why: &left.why, here: here(language) });
            (left.name.clone(), why)
        };
        let mut why: Vec<_> = left.iter().take(MOST_REASONS).map(say).collect();
        if left.len() > MOST_REASONS {
            let more = left.len() - MOST_REASONS;
            why.push((format!("+{more}"), Said::new("likewise out", "同样不可用")));
        }
        let refusal = match nobody {
            NoCandidate::UnknownModel => Refusal::UnknownModel { model },
            NoCandidate::NoneActive { .. } => Refusal::NoneActive { model, why: &why },
            NoCandidate::NoneUsable { cause, back_at, .. } => Refusal::NoneUsable(NoneUsable {
                model,
                cause: match cause {
                    domain::policy::select::Cause::QuotaEmpty => Cause::QuotaEmpty,
                    domain::policy::select::Cause::Rate => Cause::Rate,
                    domain::policy::select::Cause::Floor => Cause::Floor,
                },
                retry_after: back_at.map(|at| now.duration_until(at)),
                why: &why,
            }),
        };
        ticket.refused(&refusal, dialect, outcome)
    }
}

fn own_pair(place: &Place, model: &str) -> OwnPair {
    OwnPair { credential: place.id.clone(), group: place.group.clone(), model: model.to_owned() }
}

/// Whether a refusal is about how much was used.
fn is_limit(class: Class) -> bool {
    matches!(class, Class::QuotaExhausted | Class::RateLimit | Class::Unstructured)
}

impl Journey<'_> {
    /// Tries one credential, as often as the table says.
    async fn leg(&mut self, place: &Place, known: &Known, lineup: &Lineup) -> Leg {
        let inner = self.inner;
        let (parts, credential) = (&inner.parts, &known.credential);
        let provider = credential.provider;
        let pair = own_pair(place, self.model);
        let mut probe = None;
        if place.probes {
            probe = Probe::begin(&parts.ledger, &parts.tasks, &pair, parts.clock.now()).await;
            if probe.is_none() {
                return Leg::Next;
            }
        }
        let mut secret = match parts.tokens.secret(&place.id, provider).await {
            Ok(secret) => secret,
            Err(error) => return self.without_token(&error),
        };
        let hosts = parts.upstream.hosts(provider);
        let target = Target {
            provider,
            model: self.model,
            catalogue: known.catalogue.iter().find(|entry| entry.id == self.model),
        };
        let (mut repair, mut repaired) = (Repair::none(), false);
        let mut seen: HashMap<Class, u32> = HashMap::new();
        loop {
            let identity = self.identity();
            let envelope = Envelope {
                project: credential.project.as_deref(),
                request_id: &format!("agent-{}", identity.stem),
                session_id: Some(&self.session_id),
            };
            let prepared = {
                let signatures = inner.signatures.read().unwrap_or_else(PoisonError::into_inner);
                convert::generate(self.asked.draft(), &target, &envelope, &*signatures, &repair)
            };
            let prepared = match prepared {
                Ok(prepared) => prepared,
                Err(bad) => return self.over(Setback::BadRequest(bad)),
            };
            let at = self.hosts.get(&provider).copied().unwrap_or(0);
            let Some(host) = at.checked_rem(hosts.len()).and_then(|at| hosts.get(at)) else {
                return Leg::Next;
            };
            self.calls += 1;
            let listens = self.listens;
            let shot =
                Shot { provider, host, model: self.model, secret: &secret, prepared, identity, listens };
            let how = match attempt(&parts.upstream, self.asked, shot).await {
                Ok(begun) => {
                    parts.upstream.host_worked(provider, host);
                    inner.answered(&pair, probe.take()).await;
                    return Leg::Begun(Box::new(begun));
                }
                Err(how) => how,
            };
            let Some(fault) = how.fault() else {
                inner.agent_refused(provider).await;
                return self.over(Setback::Broken(how));
            };
            tracing::debug!(credential = %place.id, model = self.model, class = fault.class.key(), "A call failed: {}", fault.message);
            if !repaired && let Some(again) = Repair::of(&fault) {
                tracing::info!(credential = %place.id, "The service refused a request; it is sent again {}", again.describe());
                (repair, repaired) = (again, true);
                self.last = Some(Setback::Broken(how));
                continue;
            }
            let now = parts.clock.now();
            let times = seen.entry(fault.class).or_default();
            let before = if fault.class == Class::Unstructured {
                inner.refusals.strikes(pair.pair())
            } else if fault.class == Class::BadSignature {
                // The one try that repairing was is behind us.
                1
            } else {
                *times
            };
            *times += 1;
            let others = self.may_go_on() && lineup.others(&self.tried) > 0;
            let judge = if others { decide_among_others } else { decide };
            let decision = judge(&fault, provider, before, now);
            self.last = Some(Setback::Broken(how));
            if decision.next_host {
                *self.hosts.entry(provider).or_default() += 1;
                // A model that is not found here may be there.
                if fault.class == Class::ModelNotFound && hosts.len() > 1 {
                    continue;
                }
            }
            inner.refusals.mark(credential, &fault).await;
            if let Some(resting) = inner.refusals.rest(credential, pair.pair(), &fault, &decision).await {
                parts.tasks.start(|_| resting.keep());
            }
            // A probe follows on a reading; another one right after it would only open the next.
            if !place.probes && matches!(fault.class, Class::QuotaExhausted | Class::Unstructured) {
                inner.read_soon(&place.id);
            }
            let Some(same) = decision.same else {
                return if decision.rotate { Leg::Next } else { Leg::Over };
            };
            wait(same.delay, same.spread).await;
            match same.first {
                First::Nothing => {}
                First::RepairSignatures => return Leg::Over,
                First::RefreshToken => match parts.tokens.instead_of(&place.id, &secret).await {
                    Ok(other) => secret = other,
                    Err(error) => return self.without_token(&error),
                },
            }
        }
    }

    fn may_go_on(&self) -> bool {
        self.most.is_none_or(|most| self.tried.len() < most)
    }

    fn over(&mut self, setback: Setback) -> Leg {
        self.last = Some(setback);
        Leg::Over
    }

    fn without_token(&mut self, error: &TokenError) -> Leg {
        let class = match error {
            TokenError::Passing(_) | TokenError::Stopping => Class::Transient,
            TokenError::Gone | TokenError::Refused | TokenError::Client(_) | TokenError::Credential(_) => {
                Class::Unauthenticated
            }
        };
        let fault = Fault::ours(class, 0, &error.said());
        self.last = Some(Setback::Broken(Broken::Refused(Box::new(fault))));
        Leg::Next
    }

    fn identity(&self) -> Identity {
        Identity {
            stem: format!("{:032x}", rand::random::<u128>()),
            created: self.inner.parts.clock.now(),
            model: self.asked.draft().model().to_owned(),
        }
    }
}

async fn wait(delay: SignedDuration, spread: SignedDuration) {
    let spread = Duration::try_from(spread).unwrap_or_default().mul_f64(rand::random());
    let delay = Duration::try_from(delay).unwrap_or_default() + spread;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
}

impl Inner {
    /// A request was answered: what was tried with it no longer rests, and bare 429s in a row are over.
    async fn answered(&self, pair: &OwnPair, probe: Option<Probe>) {
        let state = self.parts.ledger.state();
        let had_strikes = state.cooldowns.strikes(&pair.credential, &pair.model) > 0;
        let Some(probe) = probe else {
            if had_strikes {
                self.parts.ledger.note(Note::Answered(pair.clone())).await;
            }
            return;
        };
        probe.answered();
        let mut cooldowns = (*state.cooldowns).clone();
        self.parts.ledger.note(Note::Answered(pair.clone())).await;
        for claim in cooldowns.answered(pair.pair()) {
            if let Err(error) = self.parts.store.delete_cooldown(claim.scope).await {
                tracing::warn!(%error, "A cooldown that is over could not be deleted");
            }
        }
    }

    /// Has one paced reading taken, which judges the refusal. Nobody waits for it.
    fn read_soon(&self, id: &CredentialId) {
        let (source, id, now) = (self.parts.source.clone(), id.clone(), self.parts.clock.now());
        self.parts.tasks.start(|stop| async move {
            tokio::select! {
                () = source.read_since(std::slice::from_ref(&id), now) => {}
                () = stop.cancelled() => {}
            }
        });
    }

    /// The answer to every login of the kind would be the same until this program calls itself something else.
    async fn agent_refused(&self, provider: Provider) {
        let (kind, agent) = (provider.title(), self.parts.upstream.agent(provider));
        let message = Said::of(|language| {
            language.say(
                format!(
                    "The service does not serve {kind} as {agent:?} any more; set its User-Agent in the settings, or look for an update of Headroom."
                ),
                format!("服务不再以 {agent:?} 的身份接受 {kind} 的请求；请在设置中更改 User-Agent，或检查 Headroom 的更新。"),
            )
        });
        tracing::error!("{}", message.english);
        let notice =
            Notice { code: "agent_refused", level: Level::Error, message, at: self.parts.clock.now() };
        self.parts.ledger.note(Note::Notice(notice)).await;
    }
}
