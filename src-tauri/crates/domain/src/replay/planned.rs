//! The planner as a policy of a replay.

use super::allowance::Allowance;
use super::policies::Fixed;
use super::run::Policy;
use super::trace::{Request, Trace};
use super::world::{Pool, World};
use crate::planner::{Asked, BIN, DemandLog, Hold, Known, Long, Plan, Short, plan};
use crate::settings::Hours;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A plan is made again after so long, whatever happens.
const FRESH: SignedDuration = SignedDuration::from_mins(120);
/// Before anything is known, the fixed rule is followed where even a heavy week of 5 days with 3 windows each does not
/// use up the long window.
const HEAVY_WEEK: f64 = 15.0;
/// Without use for so long there is nobody to warm for.
const UNUSED: SignedDuration = SignedDuration::from_hours(72);

/// Warms as the planner says; as the fixed rule while it is not sure; never more often than the fixed rule would.
#[derive(Debug, Clone)]
pub struct Planned {
    zone: TimeZone,
    hours: Option<Hours>,
    start: Timestamp,
    logs: Vec<DemandLog>,
    plans: Vec<Option<(Timestamp, Vec<Plan>)>>,
    unsure: Fixed,
    allowance: Option<Allowance>,
    sent: usize,
}

impl Planned {
    /// Knows of `trace` only what is no secret: where, since when and for whom.
    #[must_use]
    pub fn new(trace: &Trace) -> Self {
        Self {
            zone: trace.zone.clone(),
            hours: trace.working_hours.clone(),
            start: trace.start,
            logs: Vec::new(),
            plans: Vec::new(),
            unsure: Fixed::default(),
            allowance: None,
            sent: 0,
        }
    }

    fn prepare(&mut self, world: &World) {
        let groups = world.groups.len();
        self.logs.resize_with(groups, || DemandLog::since(self.start));
        self.plans.resize_with(groups, || None);
        if self.allowance.is_none() {
            self.allowance = Some(Allowance::new(world.clone(), self.start));
        }
    }

    /// The pools of `group` to warm now.
    fn of_group(&mut self, now: Timestamp, world: &World, group: usize) -> Vec<usize> {
        let mine: Vec<usize> = (0..world.pools.len())
            .filter(|&p| world.pools[p].group == group && world.pools[p].short().is_some())
            .collect();
        let idle = |p: usize| world.pools[p].short().is_some_and(|w| w.ends(now).is_none());
        if !mine.iter().any(|&p| idle(p)) {
            self.plans[group] = None;
            return Vec::new();
        }
        let due = |plan: &Plan| plan.starts.first().is_some_and(|at| *at <= now);
        let stale = self.plans[group].as_ref().is_none_or(|(made, plans)| {
            made.duration_until(now) >= FRESH
                || plans.len() != mine.len()
                || mine.iter().zip(plans).any(|(&p, plan)| idle(p) && due(plan))
        });
        if stale {
            let pools: Vec<Known> = mine.iter().filter_map(|&p| known(&world.pools[p], now)).collect();
            let asked = Asked {
                log: &self.logs[group],
                zone: &self.zone,
                hours: self.hours.as_ref(),
                allowed: None,
                now,
                pools: &pools,
            };
            self.plans[group] = Some((now, plan(&asked)));
        }
        let Some((_, plans)) = &self.plans[group] else { return Vec::new() };
        let mut warm = Vec::new();
        for (&pool, plan) in mine.iter().zip(plans) {
            if idle(pool) && due(plan) {
                warm.push(pool);
            }
        }
        warm
    }

    fn is_unsure(&self, group: usize) -> bool {
        self.plans[group]
            .as_ref()
            .is_some_and(|(_, plans)| plans.iter().any(|p| p.hold == Some(Hold::NotSure)))
    }
}

impl Policy for Planned {
    fn name(&self) -> &'static str {
        "planner"
    }

    fn every(&self) -> Option<SignedDuration> {
        Some(SignedDuration::from_secs(BIN))
    }

    fn decide(&mut self, now: Timestamp, world: &World) -> Vec<usize> {
        self.prepare(world);
        let mut warm: Vec<usize> =
            (0..world.groups.len()).flat_map(|g| self.of_group(now, world, g)).collect();
        let on_the_beat = self.start.duration_until(now).as_secs() % Fixed::EVERY.as_secs() == 0;
        if on_the_beat && self.start.duration_until(now) < UNUSED {
            let fixed = self.unsure.decide(now, world);
            warm.extend(fixed.into_iter().filter(|&p| {
                world.pools.get(p).is_some_and(|pool| self.is_unsure(pool.group) && is_roomy(pool))
            }));
        }
        let allowed = self.allowance.as_mut().map_or(0, |a| a.sent_by(now)).saturating_sub(self.sent);
        warm.truncate(allowed);
        self.sent += warm.len();
        for &pool in &warm {
            if let Some(plans) = world.pools.get(pool).and_then(|p| self.plans.get_mut(p.group)) {
                *plans = None;
            }
        }
        warm
    }

    fn saw(&mut self, request: &Request, group: usize, world: &World) {
        self.prepare(world);
        if let Some(log) = self.logs.get_mut(group) {
            log.add(request.at, request.cost);
        }
        if let Some(allowance) = &mut self.allowance {
            allowance.saw(request, group);
        }
    }
}

fn is_roomy(pool: &Pool) -> bool {
    let short = pool.short().map_or(0.0, |w| w.capacity);
    pool.long().all(|w| w.capacity >= HEAVY_WEEK * short)
}

fn known(pool: &Pool, now: Timestamp) -> Option<Known> {
    let short = pool.short()?;
    let long = pool.long().map(|w| Long { length: w.length, left: w.left(now), ends: w.ends(now) });
    Some(Known {
        short: Short {
            length: short.length,
            capacity: short.capacity,
            left: short.left(now),
            ends: short.ends(now),
        },
        long: long.min_by(|a, b| a.left.total_cmp(&b.left)),
        not_before: None,
        budget: usize::MAX,
    })
}
