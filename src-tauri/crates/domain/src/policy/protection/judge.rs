//! The judgement of one credential, made anew with every reading.

use super::early::{Early, Outlook};
use super::measure::{Measure, Which};
use super::{Below, Held, Pairs, Rules};
use crate::catalogue::Group;
use crate::credential::CredentialId;
use crate::policy::floor::is_below;
use crate::policy::models::{ModelList, is_offered};
use crate::quota::{ModelReading, Quota, Remaining};
use jiff::Timestamp;

/// What a credential is judged to.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Its models below a floor.
    pub pairs: Pairs,
    /// What is different from before, in the order of the models.
    pub changes: Vec<Change>,
    /// Why it is to be read sooner than the interval says, if it is.
    pub early: Option<Early>,
}

/// One floor of one pair was crossed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The model.
    pub model: String,
    /// Its group, if any is known.
    pub group: Option<Group>,
    /// Which floor.
    pub which: Which,
    /// Which way.
    pub turn: Turn,
}

/// Which way a floor was crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Below it.
    Below(Below),
    /// Back.
    Back {
        /// How it stood.
        was: Below,
        /// Why it is over.
        why: Back,
    },
}

/// Why a pair is back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Back {
    /// Enough is left: the floor and the hysteresis.
    Recovered(Remaining),
    /// The window was reset, and what it holds now is not below the floor.
    Reset(Remaining),
    /// Protection is off.
    SwitchedOff,
    /// No entry of the list means the model any more.
    NotListed,
    /// The login does not offer the model any more.
    NotOffered,
    /// No window of that kind binds the model any more.
    NoWindow,
}

/// Judges every model of an active credential. `previous` is what held before; it is kept where nothing is known.
///
/// `outlook` is how fast the quota is used and when it is read next; it does not protect, it only makes the next
/// reading come sooner.
#[must_use]
pub fn judge(
    previous: Option<&Pairs>,
    credential: &CredentialId,
    quota: &Quota,
    rules: &Rules<'_>,
    outlook: &Outlook<'_>,
    now: Timestamp,
) -> Judgement {
    let mut judgement = Judgement { pairs: Pairs::new(), changes: Vec::new(), early: None };
    let list = ModelList::new(&rules.settings.quota_protection_models, &quota.replaced);
    let on = rules.settings.quota_protection_enabled;
    for model in quota.models.iter().filter(|m| is_offered(m)) {
        let before = held(previous, &model.id);
        let out = match (on, list.contains(&model.id)) {
            (false, _) => Some(Back::SwitchedOff),
            (true, false) => Some(Back::NotListed),
            (true, true) => None,
        };
        let now_held = match out {
            Some(why) => judgement.release(model.group.as_ref(), &model.id, before, why),
            None => {
                let floor = rules.floor(credential, &model.id, &quota.replaced);
                let judged = [
                    (Which::Short, Measure::short(quota, model, now), floor, before.short),
                    (Which::Week, Measure::week(quota, model, now), rules.weekly_floor(), before.week),
                ];
                let [short, week] = judged.map(|(which, measure, floor, was)| {
                    judgement.early =
                        Early::sooner(judgement.early, outlook.early(model, which, measure, floor, now));
                    judgement.turn(model, which, was, step(was, measure, floor, rules, now))
                });
                Held { short, week }
            }
        };
        if now_held != Held::default() {
            judgement.pairs.insert(model.id.clone(), now_held);
        }
    }
    judgement.keep_unseen(previous, quota, on);
    judgement
}

fn held(previous: Option<&Pairs>, model: &str) -> Held {
    previous.and_then(|pairs| pairs.get(model)).copied().unwrap_or_default()
}

/// What a number makes of one floor.
enum Step {
    /// It stays as it was.
    Keep,
    Hold(Below),
    Free(Back),
}

fn step(was: Option<Below>, measure: Measure, floor: u32, rules: &Rules<'_>, now: Timestamp) -> Step {
    let (remaining, reset_at, observed_at) = match measure {
        Measure::None => return Step::Free(Back::NoWindow),
        Measure::Unknown => return Step::Keep,
        Measure::Known { remaining, reset_at, observed_at } => (remaining, reset_at, observed_at),
    };
    let new_window = was.and_then(|below| below.back_at).is_some_and(|reset| observed_at >= reset);
    // A full window is back whatever the sum of floor and hysteresis.
    let line = match was {
        Some(_) if !new_window => floor.saturating_add(rules.settings.quota_protection_hysteresis).min(100),
        Some(_) | None => floor,
    };
    if is_below(remaining, line) {
        let ahead = reset_at.filter(|reset| *reset > now);
        Step::Hold(Below {
            floor,
            remaining,
            back_at: ahead.or_else(|| was.and_then(|below| below.back_at)),
            since: was.map_or(now, |below| below.since),
        })
    } else {
        Step::Free(if new_window { Back::Reset(remaining) } else { Back::Recovered(remaining) })
    }
}

impl Judgement {
    /// Notes what changed at one floor and answers what holds now.
    fn turn(&mut self, model: &ModelReading, which: Which, was: Option<Below>, step: Step) -> Option<Below> {
        match (was, step) {
            (was, Step::Keep) => was,
            (None, Step::Free(_)) => None,
            (Some(_), Step::Hold(below)) => Some(below),
            (None, Step::Hold(below)) => {
                self.note(model.group.as_ref(), &model.id, which, Turn::Below(below));
                Some(below)
            }
            (Some(was), Step::Free(why)) => {
                self.note(model.group.as_ref(), &model.id, which, Turn::Back { was, why });
                None
            }
        }
    }

    fn release(&mut self, group: Option<&Group>, model: &str, was: Held, why: Back) -> Held {
        for (which, was) in [(Which::Short, was.short), (Which::Week, was.week)] {
            if let Some(was) = was {
                self.note(group, model, which, Turn::Back { was, why });
            }
        }
        Held::default()
    }

    /// Models that were judged before and are not in the picture now: kept while the list of models is not known
    /// (after a restart the summary may come first), else let go.
    fn keep_unseen(&mut self, previous: Option<&Pairs>, quota: &Quota, on: bool) {
        for (id, was) in previous.into_iter().flatten() {
            let model = quota.models.iter().find(|m| &m.id == id);
            if model.is_some_and(is_offered) {
                continue;
            }
            if on && quota.list_at.is_none() && model.is_none() {
                self.pairs.insert(id.clone(), *was);
            } else {
                let why = if on { Back::NotOffered } else { Back::SwitchedOff };
                self.release(model.and_then(|m| m.group.as_ref()), id, *was, why);
            }
        }
    }

    fn note(&mut self, group: Option<&Group>, model: &str, which: Which, turn: Turn) {
        self.changes.push(Change { model: model.to_owned(), group: group.cloned(), which, turn });
    }
}
