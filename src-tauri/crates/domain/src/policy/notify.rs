//! What is worth a message, and that it is said once a cycle.
//!
//! A cycle is the time until a window's reset: what was said of it is not said again before. Showing a message belongs
//! to the desktop, keeping what was said to the engine.

mod memory;
mod words;

pub use memory::{Kind, Mark, Memory, Subject};

use crate::catalogue::Group;
use crate::credential::{CredentialId, State};
use crate::forecast::RunOut;
use crate::policy::floor::is_at_or_below;
use crate::quota::Remaining;
use crate::settings::Settings;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// A cycle whose end is not known is taken for so long.
const CYCLE: SignedDuration = SignedDuration::from_hours(5);
/// A forecast is told when it is so near.
const SOON: SignedDuration = SignedDuration::from_hours(2);
/// With less used than this, a pace says little of how long the rest lasts.
const TELLING: f64 = 20.0;
/// A drain that nobody could be told of for so long is no news any more.
const NEWS: SignedDuration = SignedDuration::from_hours(12);
/// More messages of a kind at once are one that counts them.
const APIECE: usize = 3;

/// Everything that may be worth a message.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Every credential there is.
    pub credentials: BTreeSet<CredentialId>,
    /// What is left in each group of the active ones.
    pub pools: Vec<Pool>,
    /// Credentials that need the user.
    pub needs: Vec<(Who, State)>,
    /// Groups that warmups have no effect on.
    pub without_effect: Vec<(Who, Group)>,
    /// Drops that nothing here caused, the last one of each group.
    pub drains: Vec<Drain>,
}

/// A credential and what people call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The credential.
    pub id: CredentialId,
    /// What people call it.
    pub name: String,
}

/// A group of a credential.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// Whose.
    pub who: Who,
    /// Which.
    pub group: Group,
    /// The tightest number, if one is known.
    pub remaining: Option<Remaining>,
    /// When that refills.
    pub reset_at: Option<Timestamp>,
    /// When it is empty at the pace of its use, where that is before the reset.
    pub at_this_pace: Option<End>,
    /// What the person's days say of that: `Some(None)` where it is expected to last, `None` where they are not known.
    pub foreseen: Option<Option<End>>,
}

/// When nothing is left, and until when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct End {
    /// When it is empty.
    pub at: Timestamp,
    /// When the window refills that ends it: another of the group may refill sooner, and helps nothing.
    pub back_at: Option<Timestamp>,
    /// The forecast, where it is one and not only the pace.
    pub forecast: Option<RunOut>,
}

/// A drop of quota that nothing here caused.
#[derive(Debug, Clone, PartialEq)]
pub struct Drain {
    /// Whose.
    pub who: Who,
    /// Which group.
    pub group: Group,
    /// How much, in points.
    pub points: f64,
    /// Between two readings so far apart.
    pub within: SignedDuration,
    /// The later of them.
    pub at: Timestamp,
}

/// One thing worth saying.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// About whom.
    pub who: Who,
    /// What.
    pub what: What,
}

/// What is worth saying.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A group is at the threshold, or below.
    Low {
        /// Which.
        group: Group,
        /// What is left.
        left: Remaining,
        /// When it refills.
        back_at: Option<Timestamp>,
    },
    /// At the pace of its use a group is empty before its reset.
    EmptySoon {
        /// Which.
        group: Group,
        /// When.
        end: End,
    },
    /// A group that was low is not any more.
    Back {
        /// Which.
        group: Group,
        /// What is left.
        left: Remaining,
    },
    /// Warmups of a group have no effect.
    NoEffect {
        /// Which.
        group: Group,
    },
    /// The credential needs the user.
    NeedsUser {
        /// In which state it is.
        state: State,
    },
    /// Quota fell, and nothing here used it.
    Drain {
        /// Of which group.
        group: Group,
        /// How much, in points.
        points: f64,
        /// Between two readings so far apart.
        within: SignedDuration,
    },
}

impl What {
    /// What kind of thing it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Low { .. } => Kind::Low,
            Self::EmptySoon { .. } => Kind::EmptySoon,
            Self::Back { .. } => Kind::Back,
            Self::NoEffect { .. } => Kind::NoEffect,
            Self::NeedsUser { .. } => Kind::NeedsUser,
            Self::Drain { .. } => Kind::Drain,
        }
    }
}

/// A message as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Telling {
    /// One thing.
    One(Message),
    /// Too many of one kind to show each.
    Several {
        /// Which kind.
        kind: Kind,
        /// About whom, in order and each once.
        who: Vec<Who>,
    },
}

impl Telling {
    /// What kind of thing it tells.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::One(message) => message.what.kind(),
            Self::Several { kind, .. } => *kind,
        }
    }
}

/// What the user wants to be told, and when.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The switches, the threshold and the quiet hours.
    pub settings: &'a Settings,
    /// Where the quiet hours are.
    pub zone: &'a TimeZone,
}

impl Rules<'_> {
    fn is_quiet(&self, now: Timestamp) -> bool {
        let hours = self.settings.notify_quiet_hours.as_ref();
        hours.is_some_and(|hours| !hours.is_any() && hours.contains(self.zone.to_datetime(now)))
    }

    fn wants(&self, kind: Kind) -> bool {
        match kind {
            Kind::Low => self.settings.notify_low,
            Kind::EmptySoon => self.settings.notify_empty_soon,
            Kind::Back => self.settings.notify_back,
            Kind::NoEffect => self.settings.notify_warmup_no_effect,
            Kind::NeedsUser => self.settings.notify_needs_user,
            Kind::Drain => self.settings.notify_drain,
        }
    }
}

/// Decides what to say now, and changes what was said accordingly. In quiet hours nothing is said and nothing is
/// forgotten: what still holds afterwards is said then. What is switched off counts as said.
pub fn decide(facts: &Facts, memory: &mut Memory, rules: Rules<'_>, now: Timestamp) -> Vec<Telling> {
    if rules.is_quiet(now) {
        return Vec::new();
    }
    memory.retain(|mark, _| facts.credentials.contains(&mark.credential));
    let mut messages = Vec::new();
    for pool in &facts.pools {
        messages.extend(level(pool, memory, rules.settings.notify_low_threshold, now));
    }
    messages.extend(standing(facts, memory, now));
    messages.extend(facts.drains.iter().filter_map(|drain| drained(drain, &facts.pools, memory, now)));
    messages.retain(|message| rules.wants(message.what.kind()));
    bundled(messages)
}

/// Whether a pool fell to the threshold, is about to be empty, or is back.
fn level(pool: &Pool, memory: &mut Memory, threshold: u32, now: Timestamp) -> Option<Message> {
    // Unknown is no level: it neither falls nor comes back.
    let left = pool.remaining?;
    let until = pool.reset_at.filter(|at| *at > now).unwrap_or(now + CYCLE);
    let say = |what| Some(Message { who: pool.who.clone(), what });
    let (low, soon) = (Subject::of(Kind::Low, pool), Subject::of(Kind::EmptySoon, pool));
    let told = memory.get(&low);
    let is_low = is_at_or_below(left, threshold);
    match told {
        // Said in this cycle.
        Some(mark) if now < mark.until => None,
        Some(_) if !is_low => {
            memory.remove(&low);
            say(What::Back { group: pool.group.clone(), left })
        }
        Some(_) | None if is_low => {
            memory.put(low, Mark { until, seen: now });
            say(What::Low { group: pool.group.clone(), left, back_at: pool.reset_at })
        }
        Some(_) | None => {
            let end = end(pool, left, now)?;
            if memory.get(&soon).is_some_and(|mark| now < mark.until) {
                return None;
            }
            memory.put(soon, Mark { until: end.back_at.unwrap_or(until), seen: now });
            say(What::EmptySoon { group: pool.group.clone(), end })
        }
    }
}

/// When a pool is empty before its reset: by the person's days where they are known, else by the pace.
fn end(pool: &Pool, left: Remaining, now: Timestamp) -> Option<End> {
    let Some(foreseen) = pool.foreseen else {
        return pool.at_this_pace.filter(|end| end.at > now && left.percent() <= 100.0 - TELLING);
    };
    foreseen.filter(|end| {
        let is_soon = end.at > now && now.duration_until(end.at) <= SOON;
        is_soon && end.back_at.is_none_or(|back| end.at < back)
    })
}

/// What holds until somebody acts is said once while it holds.
fn standing(facts: &Facts, memory: &mut Memory, now: Timestamp) -> Vec<Message> {
    let needs = facts.needs.iter().map(|(who, state)| {
        let mark = Subject { kind: Kind::NeedsUser, credential: who.id.clone(), group: String::new() };
        (mark, Message { who: who.clone(), what: What::NeedsUser { state: state.clone() } })
    });
    let idle = facts.without_effect.iter().map(|(who, group)| {
        let mark =
            Subject { kind: Kind::NoEffect, credential: who.id.clone(), group: group.key().to_owned() };
        (mark, Message { who: who.clone(), what: What::NoEffect { group: group.clone() } })
    });
    let holding: Vec<_> = needs.chain(idle).collect();
    memory.retain(|mark, _| {
        !matches!(mark.kind, Kind::NeedsUser | Kind::NoEffect) || holding.iter().any(|(held, _)| held == mark)
    });
    let new = |(mark, message): (Subject, Message)| {
        if memory.get(&mark).is_some() {
            return None;
        }
        memory.put(mark, Mark { until: Timestamp::MAX, seen: now });
        Some(message)
    };
    holding.into_iter().filter_map(new).collect()
}

fn drained(drain: &Drain, pools: &[Pool], memory: &mut Memory, now: Timestamp) -> Option<Message> {
    let mark =
        Subject { kind: Kind::Drain, credential: drain.who.id.clone(), group: drain.group.key().to_owned() };
    let said = memory.get(&mark);
    if drain.at.duration_until(now) >= NEWS || said.is_some_and(|m| drain.at <= m.seen || now < m.until) {
        return None;
    }
    let pool = pools.iter().find(|pool| pool.who.id == drain.who.id && pool.group == drain.group);
    let until = pool.and_then(|pool| pool.reset_at).filter(|at| *at > now).unwrap_or(now + CYCLE);
    memory.put(mark, Mark { until, seen: drain.at });
    let Drain { who, group, points, within, .. } = drain.clone();
    Some(Message { who, what: What::Drain { group, points, within } })
}

/// A kind with too many messages becomes one that counts whom it is about.
fn bundled(messages: Vec<Message>) -> Vec<Telling> {
    let mut told = Vec::new();
    for kind in Kind::ALL {
        let of_kind: Vec<_> = messages.iter().filter(|message| message.what.kind() == kind).collect();
        if of_kind.len() <= APIECE {
            told.extend(of_kind.into_iter().cloned().map(Telling::One));
            continue;
        }
        let mut who: Vec<Who> = Vec::new();
        for message in of_kind {
            if !who.contains(&message.who) {
                who.push(message.who.clone());
            }
        }
        told.push(Telling::Several { kind, who });
    }
    told
}

#[cfg(test)]
mod tests;
