//! A request from its first byte to its answer: read, admitted, given a model, tried with one credential after the other
//! until one answers, or refused with the reason.
//!
//! Who comes next is `domain::policy::select`'s decision; trying one is `journey`'s. Everything happens in the future that
//! answers the client: when the client goes, all of it goes.

use super::Inner;
use super::admission::may_use;
use super::attempt::{Begun, Rest};
use super::conversations::Conversation;
use super::journey::{Journey, Leg, Setback, own_pair};
use super::log::Outcome;
use super::prompts::ASKED;
use super::record::Ticket;
use super::relay::{Relay, Server};
use super::reply::{self, Answer};
use super::route::Call;
use crate::ledger::Known;
use crate::store::ClientKey;
use crate::upstream::Urgency;
use crate::view::dto::Freshness;
use domain::fault::Class;
use domain::policy::select::{Ask, ChoiceSentence, Left, MOST_TRIED, NoCandidate, OutSentence, Why};
use domain::policy::words::{Here, Said};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use wire::answer::Broken;
use wire::convert;
use wire::dialect::Asked;
use wire::refusal::{Cause, Dialect, NoneUsable, Refusal};

/// How long a request may wait for the first list of models of credentials that were never asked.
const FIRST_LIST: Duration = Duration::from_secs(20);
/// Of so many credentials it is said why they are out.
const MOST_REASONS: usize = 12;

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
        let mut journey = Journey::new(self, asked, model, conversation.session_id(), ticket.listens());
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
        let say = |left: &Left| {
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

/// Whether a refusal is about how much was used.
fn is_limit(class: Class) -> bool {
    matches!(class, Class::QuotaExhausted | Class::RateLimit | Class::Unstructured)
}
