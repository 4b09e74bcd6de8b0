//! Four weeks of invented history, so that charts, lists and the planner of the demo have something to go by.
//!
//! Every login with windows is used on every day, each a little differently. Nothing of it is ever read as current quota.

use super::weeks::{self, Habits, Planned, Warmup};
use crate::journal::Kind;
use crate::ledger::Known;
use crate::planner::Expected;
use crate::runtime::Runtime;
use crate::store::{Conclusion, Decision, Intent, Sample, StoreError};
use domain::catalogue::Group;
use domain::credential::{CredentialId, Provider};
use domain::policy::warmup::{Came, Outcome, Refusal, Start, Verified};
use domain::policy::words::{Here, Said};
use jiff::SignedDuration;
use simulator::Scenario;
use std::sync::Arc;

/// How far back it goes.
const DAYS: i32 = 28;

/// Invents the weeks before now for every login of the scenario whose windows were used.
pub(super) async fn invent(runtime: &Runtime, scenario: &Scenario) -> Result<(), StoreError> {
    let now = runtime.clock.now();
    let state = runtime.ledger.state();
    let used: Vec<String> =
        scenario.accounts.iter().filter(|one| !one.groups.is_empty()).map(|one| one.address()).collect();
    let has_weeks = |known: &&Arc<Known>| {
        known.credential.provider == Provider::Antigravity
            && known.credential.email.as_ref().is_some_and(|email| used.contains(email))
    };
    for (place, known) in state.credentials.iter().filter(has_weeks).enumerate() {
        let person = Person { id: known.credential.id.clone(), name: known.credential.name() };
        let busy = 0.2 * f64::from(u8::try_from(place).unwrap_or(0));
        // Claude is what runs out: there a planned start has something to gain.
        for (group, wish, week_holds) in
            [(Group::Gemini, 0.8 + busy, 10.0), (Group::ThirdParty, 3.4 + busy, 24.0)]
        {
            let habits = Habits {
                id: &person.id,
                group: &group,
                wish,
                week_holds,
                luck: i64::try_from(place).unwrap_or(0),
            };
            let weeks = weeks::play(&habits, DAYS, now, &runtime.zone);
            let sample = |window: &str, remaining, at| Sample {
                credential: person.id.clone(),
                subject: group.key().to_owned(),
                window: Some(window.to_owned()),
                remaining: Some(remaining),
                at,
                source: "summary".to_owned(),
            };
            let samples = weeks
                .hours
                .iter()
                .flat_map(|h| [sample("5h", h.short, h.at), sample("weekly", h.week, h.at)]);
            runtime.store.add_samples(samples.collect()).await?;
            runtime.store.add_drops(weeks.drops).await?;
            for warmup in &weeks.warmups {
                keep(runtime, &person, &group, warmup).await?;
            }
        }
    }
    Ok(())
}

struct Person {
    id: CredentialId,
    name: String,
}

/// A warmup, and what was said of it: the plan before it, what came of the request, and a day later of the start.
async fn keep(runtime: &Runtime, person: &Person, group: &Group, warmup: &Warmup) -> Result<(), StoreError> {
    let model = match group {
        Group::Gemini => "gemini-3.8-flash-low",
        Group::ThirdParty | Group::Other(_) => "claude-sonnet-4-6",
    };
    let intent = Intent {
        credential: person.id.clone(),
        group: Some(group.clone()),
        model: model.to_owned(),
        by_hand: false,
        forced: false,
    };
    let at = warmup.at;
    let attempt = runtime.store.record_warmup(intent, at).await?;
    let (outcome, detail, reset_at) = if warmup.refused {
        // As the service puts it, whatever the language here.
        let why = "429: Resource has been exhausted (e.g. check quota).".to_owned();
        (Outcome::Failed(Refusal::Refused), Some(why), None)
    } else {
        (Outcome::Started, None, Some(at + weeks::SHORT))
    };
    runtime.store.conclude_warmup(attempt.id, Conclusion { outcome, detail, reset_at }).await?;
    let decision = |subject: &str, verdict: &str, sentence: Said, until, at| Decision {
        kind: Kind::Warmup.key(),
        credential: person.id.to_string(),
        name: person.name.clone(),
        subject: subject.to_owned(),
        verdict: verdict.to_owned(),
        sentence,
        until,
        at,
    };
    let (name, zone) = (person.name.as_str(), &runtime.zone);
    let mut decisions = Vec::new();
    if let Some(Planned { said, refills, gain_minutes, .. }) = warmup.planned {
        let sentence = Said::of(|language| {
            let here = Here { now: said, zone, language };
            Start { group, name, at, refills, gain_minutes, here }.to_string()
        });
        decisions.push(decision(model, "planned", sentence, Some(at), said));
    }
    if !warmup.refused {
        let told = at + SignedDuration::from_secs(90);
        let sentence = Said::of(|language| {
            let here = Here { now: told, zone, language };
            Verified { what: group.title(), name, outcome, reset_at, here }.to_string()
        });
        decisions.push(decision(model, outcome.key(), sentence, reset_at, told));
    }
    if let Some(planned) = warmup.planned.as_ref().filter(|_| !warmup.refused) {
        let expected_minutes = planned.gain_minutes;
        let Some(came_minutes) = planned.came_minutes else {
            // The engine tells when its day is over.
            let (credential, group) = (person.id.clone(), group.clone());
            let start = Expected { credential, group, at, minutes: expected_minutes };
            runtime.warmups.planner().remember(vec![start]).await?;
            return runtime.store.add_decisions(decisions).await;
        };
        let told = at + SignedDuration::from_hours(24);
        let sentence = Said::of(|language| {
            let here = Here { now: told, zone, language };
            Came { group, name, at, expected_minutes, came_minutes, here }.to_string()
        });
        decisions.push(decision(group.key(), "came", sentence, None, told));
    }
    runtime.store.add_decisions(decisions).await
}
