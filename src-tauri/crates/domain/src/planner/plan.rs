//! The plan for one group over all its credentials.

use super::days::{AHEAD, Days};
use super::log::{DemandLog, begin_of, bin_of};
use super::starts::{Curves, Limits, Starts};
use super::week::{Need, bins};
use crate::settings::Hours;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// What a warmup has to gain at least, as a share of a window.
const LEAST: f64 = 0.01;

/// How many phases the windows of many credentials are spread over.
const PHASES: usize = 8;

/// The short window of a credential, as it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Short {
    /// How long it runs.
    pub length: SignedDuration,
    /// What it holds when full, in the unit of the demand.
    pub capacity: f64,
    /// What is left.
    pub left: f64,
    /// When it refills, if it runs.
    pub ends: Option<Timestamp>,
}

/// The long window of a credential, as it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Long {
    /// How long it runs.
    pub length: SignedDuration,
    /// What is left, in the unit of the demand.
    pub left: f64,
    /// When it refills, if it runs.
    pub ends: Option<Timestamp>,
}

/// What is known of one credential's windows for the group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// The window that a warmup brings back early.
    pub short: Short,
    /// The window that may bind instead.
    pub long: Option<Long>,
    /// No warmup before this: it rests, or its daily budget is spent until then.
    pub not_before: Option<Timestamp>,
    /// So many warmups may be sent in the hours ahead.
    pub budget: usize,
}

/// What a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// What was asked for so far, of all credentials together.
    pub log: &'a DemandLog,
    /// Where the person lives.
    pub zone: &'a TimeZone,
    /// The working hours of the settings, where given.
    pub hours: Option<&'a Hours>,
    /// When warmups may be sent, where that is limited.
    pub allowed: Option<&'a Hours>,
    /// The moment of planning.
    pub now: Timestamp,
    /// Every credential that may serve the group.
    pub pools: &'a [Known],
}

/// Why a credential is not to be warmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Too little is known of the person's day.
    NotSure,
    /// The long window will be used up without any warmup.
    WeekBinds,
    /// No start gains enough.
    NoGain,
}

/// The plan for one credential.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// When to warm, first the next; empty where it is held.
    pub starts: Vec<Timestamp>,
    /// What the starts are expected to serve in addition, in the unit of the demand.
    pub gain: f64,
    /// The same in hours of the person's use.
    pub hours: f64,
    /// When the window refills after the first start: by it, and by the first request after that where one is likely.
    pub refills: Vec<Timestamp>,
    /// Why there is no start.
    pub hold: Option<Hold>,
}

impl Plan {
    fn held(hold: Hold) -> Self {
        Self { starts: Vec::new(), gain: 0.0, hours: 0.0, refills: Vec::new(), hold: Some(hold) }
    }
}

/// Plans every credential of the group, in their order.
#[must_use]
pub fn plan(asked: &Asked) -> Vec<Plan> {
    let capacity: f64 = asked.pools.iter().map(|p| p.short.capacity).sum();
    let days = Days::recall(asked.log, asked.zone, asked.hours, capacity, asked.now);
    if days.is_empty() {
        return vec![Plan::held(Hold::NotSure); asked.pools.len()];
    }
    let now = bin_of(asked.now);
    // Asked of the calendar once: the hours are the same for every credential.
    let open: Option<Vec<bool>> = asked.allowed.map(|hours| {
        (0..AHEAD).map(|bin| hours.contains(asked.zone.to_datetime(begin_of(now + bin as i64)))).collect()
    });
    let open = |bin: usize| open.as_ref().is_none_or(|open| open[bin]);
    let mut need: Option<Need> = None;
    // Most of the windows end together, and asking the calendar is what costs.
    let mut needs: Vec<(Timestamp, f64)> = Vec::new();
    let pace = days.pace();
    let mut plans = vec![Plan::held(Hold::NoGain); asked.pools.len()];
    let mut rest = days.clone();
    for batch in batches(asked.pools, now) {
        let Some(&(mut pool)) = batch.first().map(|&place| &asked.pools[place]) else { continue };
        pool.short.capacity *= batch.len() as f64;
        pool.short.left = batch.iter().map(|&place| asked.pools[place].short.left).sum();
        let length = usize::try_from(bins(pool.short.length)).unwrap_or(1);
        let from = pool.short.ends.map_or(0, |ends| ahead(now, ends));
        let earliest = pool.not_before.map_or(0, |at| ahead(now, at));
        let limits = Limits { may: &|bin| bin >= earliest && open(bin), budget: pool.budget };
        let curves = Curves::new(&rest, &days, length, pool.short.capacity);
        let best = curves.best(from, LEAST * pool.short.capacity, &limits);
        let mut binds = |known: &Known| {
            let Some(long) = known.long else { return false };
            let need = need
                .get_or_insert_with(|| Need::learn(asked.log, bins(pool.short.length), capacity, asked.now));
            let until = long.ends.unwrap_or(asked.now + long.length);
            let whole = match needs.iter().find(|(at, _)| *at == until) {
                Some((_, whole)) => *whole,
                None => {
                    let whole = need.until(asked.zone, asked.now, until);
                    needs.push((until, whole));
                    whole
                }
            };
            long.left <= whole * known.short.capacity / capacity
        };
        let held: Vec<bool> = batch.iter().map(|&place| binds(&asked.pools[place])).collect();
        if asked.pools.len() > 1 {
            let all_held = held.iter().all(|held| *held);
            rest.take(&days, &pool, length, from, if all_held { &[] } else { &best.at });
        }
        let part = 1.0 / batch.len() as f64;
        for (place, held) in batch.into_iter().zip(held) {
            let none = Starts::default();
            plans[place] = described(now, if held { &none } else { &best }, held, part, pace);
        }
    }
    plans
}

/// The first bin ahead that begins no earlier than `at`.
fn ahead(now: i64, at: Timestamp) -> usize {
    usize::try_from(bin_of(at - SignedDuration::from_secs(1)) + 1 - now).unwrap_or(0)
}

/// The pools in the order of planning, by when they are free. Many that look the same are planned together: so many
/// credentials need no more than a handful of phases.
fn batches(pools: &[Known], now: i64) -> Vec<Vec<usize>> {
    let free = |place: usize| pools[place].short.ends.map_or(0, |ends| ahead(now, ends));
    let mut order: Vec<usize> = (0..pools.len()).collect();
    order.sort_by_key(|&place| (free(place) == 0, free(place)));
    let most = pools.len().div_ceil(PHASES);
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for place in order {
        let alike = |other: usize| {
            let (one, other_pool) = (&pools[place].short, &pools[other].short);
            free(place) == free(other)
                && one.capacity == other_pool.capacity
                && one.length == other_pool.length
                && pools[place].budget == pools[other].budget
                && pools[place].not_before == pools[other].not_before
        };
        match batches.last_mut() {
            Some(batch) if batch.len() < most && batch.first().is_some_and(|&other| alike(other)) => {
                batch.push(place);
            }
            _ => batches.push(vec![place]),
        }
    }
    batches
}

fn described(now: i64, starts: &Starts, binds: bool, part: f64, pace: f64) -> Plan {
    let hold = if binds {
        Some(Hold::WeekBinds)
    } else if starts.at.is_empty() {
        Some(Hold::NoGain)
    } else {
        None
    };
    let times = |bins: &[usize]| bins.iter().map(|&bin| begin_of(now + bin as i64)).collect();
    let gain = part * (starts.with - starts.without).max(0.0);
    let hours = if pace > 0.0 { gain / pace } else { 0.0 };
    Plan { starts: times(&starts.at), gain, hours, refills: times(&starts.refills), hold }
}
