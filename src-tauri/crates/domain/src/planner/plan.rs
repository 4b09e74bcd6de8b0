//! The plan for one group over all its credentials.

use super::days::Days;
use super::log::{DemandLog, begin_of, bin_of};
use super::starts::{Curves, Starts};
use super::week::{Need, bins};
use crate::settings::Hours;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// What a warmup has to gain at least, as a share of a window.
const LEAST: f64 = 0.01;

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
    let ahead =
        |at: Timestamp| usize::try_from(bin_of(at - SignedDuration::from_secs(1)) + 1 - now).unwrap_or(0);
    let mut need: Option<Need> = None;
    let mut plans = vec![Plan::held(Hold::NoGain); asked.pools.len()];
    let mut rest = days.clone();
    let mut order: Vec<usize> = (0..asked.pools.len()).collect();
    order.sort_by_key(|&p| asked.pools[p].short.ends.map_or(i64::MAX, |e| e.as_second()));
    for place in order {
        let pool = &asked.pools[place];
        let length = usize::try_from(bins(pool.short.length)).unwrap_or(1);
        let from = pool.short.ends.map_or(0, ahead);
        let curves = Curves::new(&rest, &days, length, pool.short.capacity);
        let starts = match pool.long {
            Some(long) => {
                let need = need.get_or_insert_with(|| {
                    Need::learn(asked.log, bins(pool.short.length), capacity, asked.now)
                });
                let until = long.ends.unwrap_or(asked.now + long.length);
                let mine = need.until(asked.zone, asked.now, until) * pool.short.capacity / capacity;
                (long.left > mine).then(|| curves.best(from, LEAST * pool.short.capacity))
            }
            None => Some(curves.best(from, LEAST * pool.short.capacity)),
        };
        let binds = starts.is_none();
        let starts = starts.unwrap_or_default();
        if asked.pools.len() > 1 {
            rest.take(&days, pool, length, from, &starts.at);
        }
        plans[place] = described(now, &starts, binds, days.pace());
    }
    plans
}

fn described(now: i64, starts: &Starts, binds: bool, pace: f64) -> Plan {
    let hold = if binds {
        Some(Hold::WeekBinds)
    } else if starts.at.is_empty() {
        Some(Hold::NoGain)
    } else {
        None
    };
    let times = |bins: &[usize]| bins.iter().map(|&bin| begin_of(now + bin as i64)).collect();
    let gain = (starts.with - starts.without).max(0.0);
    let hours = if pace > 0.0 { gain / pace } else { 0.0 };
    Plan { starts: times(&starts.at), gain, hours, refills: times(&starts.refills), hold }
}
