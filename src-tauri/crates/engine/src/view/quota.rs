//! The quota document: what the ledger knows, in the words and numbers readers get.

use super::dto::{
    CredentialView, FailureView, GroupView, Headline, LastsView, ModelView, PlannedView, QuotaDocument,
    WindowView,
};
use crate::ledger::{Known, State};
use domain::catalogue::Group;
use domain::credential::State as Condition;
use domain::forecast::{Lasts, RunOut};
use domain::policy::pair::Pair;
use domain::policy::protection::Standing;
use domain::policy::warmup::{Key, Start};
use domain::policy::words::{Here, Language};
use domain::quota::{GroupReading, ModelReading, Quota, Remaining, WindowReading};
use jiff::Timestamp;

/// The document for `only` one credential, or for all.
#[must_use]
pub fn document(state: &State, demo: bool, only: Option<&str>, here: Here<'_>) -> QuotaDocument {
    let (now, language) = (here.now, here.language);
    let credentials: Vec<_> = state
        .credentials
        .iter()
        .filter(|k| only.is_none_or(|id| k.credential.id.as_str() == id))
        .map(|known| credential(state, known, here))
        .collect();
    QuotaDocument {
        at: now.to_string(),
        sentence: super::sentence::overview(state, now, language),
        lasts: state
            .foresight
            .together
            .iter()
            .filter(|(_, told)| told.at > now)
            .map(|(group, told)| lasts(group, None, told, here))
            .collect(),
        demo,
        credentials,
    }
}

fn lasts(group: &Group, name: Option<&str>, told: &RunOut, here: Here<'_>) -> LastsView {
    LastsView {
        group: group.key().to_owned(),
        at: told.at.to_string(),
        from: told.from.to_string(),
        to: told.to.to_string(),
        chance: told.chance,
        sentence: Lasts { group, name, run_out: told, here }.to_string(),
    }
}

fn planned(state: &State, known: &Known, group: &Group, here: Here<'_>) -> Option<PlannedView> {
    let start = state.foresight.starts.get(&(known.credential.id.clone(), group.clone()))?;
    let at = start.starts.first().copied().filter(|at| *at > here.now)?;
    let (name, gain_minutes) = (known.credential.name(), start.gain_minutes);
    let refills = [start.refills.first().copied(), start.refills.get(1).copied()];
    Some(PlannedView {
        starts: start.starts.iter().map(ToString::to_string).collect(),
        refills: start.refills.iter().map(ToString::to_string).collect(),
        gain_hours: f64::from(gain_minutes) / 60.0,
        sentence: Start { group, name: &name, at, refills, gain_minutes, here }.to_string(),
    })
}

fn credential(state: &State, known: &Known, here: Here<'_>) -> CredentialView {
    let (now, language) = (here.now, here.language);
    let c = &known.credential;
    let (link, since) = match &c.state {
        Condition::Active | Condition::Disabled => (None, None),
        Condition::Invalid { since, .. } | Condition::Retired { since, .. } => (None, Some(*since)),
        Condition::Blocked { link, since, .. } => (link.clone(), Some(*since)),
    };
    let quota = known.quota.as_deref();
    CredentialView {
        id: c.id.to_string(),
        name: c.name(),
        provider: c.provider.key().to_owned(),
        state: c.state.key().to_owned(),
        state_reason: c.state.reason(language),
        state_since: since.map(|at| at.to_string()),
        needs_user: c.state.needs_user(),
        link,
        tier: c.tier.as_ref().map(|t| t.name.clone()),
        last_quota_refresh: c.last_quota_refresh.map(|at| at.to_string()),
        reading: known.reading > 0,
        failure: known.failure.as_ref().filter(|_| c.state.is_active()).map(|f| FailureView {
            message: f.message.in_language(language).to_owned(),
            at: f.at.to_string(),
            retry_at: f.until.to_string(),
        }),
        headline: quota.and_then(|q| headline(q, now)),
        groups: quota
            .map(|q| q.groups.iter().map(|g| group(state, known, q, g, here)).collect())
            .unwrap_or_default(),
        models: quota
            .map(|q| {
                q.models
                    .iter()
                    .filter(|m| !m.hidden)
                    .map(|m| model(state, known, q, m, now, language))
                    .collect()
            })
            .unwrap_or_default(),
    }
}

/// The last attempt failed, or the credential is not read at all.
fn is_stale(known: &Known) -> bool {
    known.failure.is_some() || !known.credential.state.is_active()
}

fn headline(quota: &Quota, now: Timestamp) -> Option<Headline> {
    let (group, tightest) = quota.tightest(now)?;
    let started = group.as_ref().and_then(|g| quota.binding(g, now)).and_then(|w| w.started_at(now));
    Some(Headline {
        remaining: tightest.remaining.map(Remaining::fraction),
        group: group.map(|g| g.title().to_owned()),
        window: tightest.window.map(|w| w.as_str().to_owned()),
        reset_at: tightest.reset_at.map(|at| at.to_string()),
        started,
    })
}

fn group(state: &State, known: &Known, quota: &Quota, reading: &GroupReading, here: Here<'_>) -> GroupView {
    let (now, stale) = (here.now, is_stale(known));
    let (id, name) = (&known.credential.id, known.credential.name());
    let told = state.foresight.run_out(id, &reading.group, now);
    // What is empty now says when it is back.
    let told = told.filter(|_| binding_left(quota, &reading.group, now).is_some_and(|left| !left.is_empty()));
    let binding = quota.binding(&reading.group, now);
    let mut windows: Vec<_> = reading.windows.iter().collect();
    windows.sort_by_key(|w| (w.kind.length().is_none(), w.kind.length()));
    GroupView {
        key: reading.group.key().to_owned(),
        name: reading.name.clone(),
        remaining: binding.and_then(|w| w.remaining_at(now)).map(Remaining::fraction),
        reset_at: quota
            .refills_at(&reading.group, now)
            .or(binding.and_then(|w| w.reset_at))
            .map(|at| at.to_string()),
        binding: binding.map(|w| w.kind.as_str().to_owned()),
        windows: windows.into_iter().map(|w| window(w, &reading.group, stale, now)).collect(),
        lasts: told.map(|told| lasts(&reading.group, Some(&name), &told, here)),
        planned: planned(state, known, &reading.group, here),
    }
}

fn binding_left(quota: &Quota, group: &Group, now: Timestamp) -> Option<Remaining> {
    quota.binding(group, now)?.remaining_at(now)
}

fn window(reading: &WindowReading, group: &Group, stale: bool, now: Timestamp) -> WindowView {
    let pace = reading.pace(now);
    WindowView {
        window: reading.kind.as_str().to_owned(),
        length_seconds: reading.kind.length().map(|l| l.as_secs_f64()),
        remaining: reading.remaining_at(now).map(Remaining::fraction),
        reset_at: reading.reset_at.map(|at| at.to_string()),
        started: reading.started_at(now),
        binds: reading.binds(group),
        points_per_hour: pace.map(|pace| pace.points_per_hour),
        runs_out_at: pace.and_then(|pace| pace.runs_out_at).map(|at| at.to_string()),
        source: reading.source.key().to_owned(),
        observed_at: reading.observed_at.to_string(),
        stale: stale || reading.is_over(now),
    }
}

fn model(
    state: &State,
    known: &Known,
    quota: &Quota,
    reading: &ModelReading,
    now: Timestamp,
    language: Language,
) -> ModelView {
    let stale = is_stale(known);
    let pair = Pair { credential: &known.credential.id, group: reading.group.as_ref(), model: &reading.id };
    let resting = state.cooldowns.resting(pair, now);
    let key = if reading.group.is_some() { Key::Group } else { Key::Model };
    let effective = quota.effective(reading, now);
    let over = reading.reset_at.is_some_and(|reset| now >= reset);
    ModelView {
        id: reading.id.clone(),
        display_name: reading.display_name.clone(),
        group: reading.group.as_ref().map(|g| g.key().to_owned()),
        remaining: reading.own.filter(|_| !over).map(Remaining::fraction),
        effective_remaining: effective.remaining.map(Remaining::fraction),
        reset_at: effective.reset_at.map(|at| at.to_string()),
        source: effective.source.key().to_owned(),
        observed_at: effective.observed_at.to_string(),
        stale: stale || over,
        contradicts: quota.contradicts(reading, now),
        protected: matches!(state.protection.standing(pair.credential, pair.model), Standing::Protected(_)),
        cooldown_until: resting.map(|claim| claim.until.to_string()),
        cooldown_reason: resting.map(|claim| claim.reason.text(language).to_owned()),
        last_warmup_at: state.warmups.last_warmup(pair, key).map(|at| at.to_string()),
    }
}
