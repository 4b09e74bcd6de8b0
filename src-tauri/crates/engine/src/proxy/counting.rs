//! Counts tokens: the upstream does where it can, else it is an estimate.

use super::Inner;
use super::log::Outcome;
use super::record::Ticket;
use super::reply::{self, Answer};
use domain::policy::select::{Ask, ChoiceSentence};
use domain::policy::words::{Here, Said};
use wire::convert::{self, Target};
use wire::dialect::Asked;

/// What the decision says where nobody counted.
const ESTIMATED: &str = "estimated: four characters a token, 258 tokens an image";

impl Inner {
    /// Answers how many tokens a request has. One credential is asked, once; its refusal changes nothing.
    pub(super) async fn count(&self, asked: &Asked<'_>, model: &str, mut ticket: Ticket) -> Answer {
        let (counted, decision, credential) = match self.ask_for_count(asked, model, &mut ticket).await {
            Some((count, decision, credential)) => (count, decision.english, Some(credential)),
            None => (asked.draft().estimate(), ESTIMATED.to_owned(), None),
        };
        ticket.begins();
        ticket.ends(Outcome::Ok);
        let mut answer = reply::document(asked.count(counted), "application/json");
        reply::explain(&mut answer, credential.as_deref(), &decision);
        answer
    }

    async fn ask_for_count(
        &self,
        asked: &Asked<'_>,
        model: &str,
        ticket: &mut Ticket,
    ) -> Option<(u64, Said, String)> {
        let parts = &self.parts;
        let now = parts.clock.now();
        let edition = self.roster.edition();
        let lineup = edition.lineup(model, now);
        let choice = lineup.choose(&Ask::default()).filter(|choice| !choice.place.probes)?;
        let place = choice.place;
        let known = edition.state.get(&place.id)?;
        let secret = parts.tokens.secret(&place.id, place.provider).await.ok()?;
        let catalogue = known.catalogue.iter().find(|entry| entry.id == model);
        let target = Target { provider: place.provider, model, catalogue };
        let body = convert::count_tokens(asked.draft(), &target);
        let host = parts.upstream.hosts(place.provider).into_iter().next()?;
        let decision = Said::of(|language| {
            let here = Here { now, zone: &parts.zone, language };
            ChoiceSentence { choice: &choice, here }
        });
        ticket.goes_to(&place.id, place.provider, None, model, 1, &decision);
        let answer = parts.upstream.count(place.provider, &host, model, body, &secret).await.ok()?;
        let count = convert::read_count(&answer.body).filter(|_| answer.is_success())?;
        Some((count, decision, place.id.to_string()))
    }
}
