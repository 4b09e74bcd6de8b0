//! Gathers from the live state what may be worth a message.

use crate::ledger::{Known, State};
use domain::catalogue::Group;
use domain::forecast::RunOut;
use domain::policy::notify::{Drain, End, Facts, Pool, Who};
use domain::policy::pair::Pair;
use domain::quota::Quota;
use jiff::Timestamp;

/// Everything as it is now.
pub(super) fn gather(state: &State, now: Timestamp) -> Facts {
    let mut facts = Facts::default();
    for known in &state.credentials {
        let who = Who { id: known.credential.id.clone(), name: known.credential.name() };
        facts.credentials.insert(who.id.clone());
        if known.credential.state.needs_user() {
            facts.needs.push((who, known.credential.state.clone()));
            continue;
        }
        if !known.credential.state.is_active() {
            continue;
        }
        facts.drains.extend(drains(known, &who));
        let Some(quota) = known.quota.as_deref() else { continue };
        for reading in &quota.groups {
            let group = &reading.group;
            let foreseen = state.foresight.each.get(&(who.id.clone(), group.clone()));
            let foreseen = foreseen.map(|told| told.map(|told| end(quota, group, told)));
            facts.pools.push(Pool { foreseen, ..pool(quota, group, &who, now) });
            let pair = Pair { credential: &who.id, group: Some(group), model: "" };
            if state.warmups.is_without_effect(pair, state.warmup_on_since) {
                facts.without_effect.push((who.clone(), group.clone()));
            }
        }
    }
    facts
}

fn pool(quota: &Quota, group: &Group, who: &Who, now: Timestamp) -> Pool {
    let binding = quota.binding(group, now);
    let at_this_pace = quota
        .windows_of(group)
        .filter_map(|w| Some(End { at: w.pace(now)?.runs_out_at?, back_at: w.reset_at, forecast: None }))
        .min_by_key(|end| end.at);
    Pool {
        who: who.clone(),
        group: group.clone(),
        remaining: binding.and_then(|window| window.remaining_at(now)),
        reset_at: quota.refills_at(group, now).or(binding.and_then(|window| window.reset_at)),
        at_this_pace,
        foreseen: None,
    }
}

/// A forecast, with the refill of the window that ends it.
fn end(quota: &Quota, group: &Group, told: RunOut) -> End {
    let short = quota.short_window(group);
    let back_at = if told.by_long {
        let long = quota.windows_of(group).filter(|w| short.is_none_or(|short| w.bucket != short.bucket));
        long.filter_map(|w| w.reset_at).max()
    } else {
        short.and_then(|w| w.reset_at)
    };
    End { at: told.at, back_at, forecast: Some(told) }
}

fn drains<'a>(known: &'a Known, who: &'a Who) -> impl Iterator<Item = Drain> + 'a {
    known.drained.iter().map(|(group, drained)| Drain {
        who: who.clone(),
        group: group.clone(),
        points: drained.points,
        within: drained.within,
        at: drained.at,
    })
}
