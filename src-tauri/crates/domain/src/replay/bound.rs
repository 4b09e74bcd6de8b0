//! The best that any plan could have served, knowing the future.
//!
//! One credential whose long windows do not bind: the exact optimum over all plans whose warmups lie on a grid of
//! 15 s from the trace's start, by dynamic programming over the moments at which the short window is idle.
//! Otherwise an upper bound: no plan serves more, and a plan that serves [`Bound::found`] is known.

mod short;
mod upper;

use super::run::{Warmup, served_with};
use super::trace::Trace;
use super::world::World;
use short::Short;

/// What is known of the best plan.
#[derive(Debug, Clone)]
pub struct Bound {
    /// No plan serves more.
    pub served: f64,
    /// What `warmups` serves.
    pub found: f64,
    /// The best plan found.
    pub warmups: Vec<Warmup>,
}

impl Bound {
    /// Whether the bound is reached by the plan found, to a ten-thousandth.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.served - self.found <= 1e-4 * self.served.max(1e-9)
    }
}

/// Finds the bound of a trace, group by group: groups share no window.
#[must_use]
pub fn bound(trace: &Trace) -> Bound {
    let mut whole = Bound { served: 0.0, found: 0.0, warmups: Vec::new() };
    for name in trace.groups() {
        let demand = trace.demand.iter().filter(|r| r.group == name).cloned().collect();
        let part = of_group(&Trace { demand, ..trace.clone() }, &name);
        whole.served += part.served;
        whole.found += part.found;
        whole.warmups.extend(part.warmups);
    }
    whole.warmups.sort_by_key(|w| (w.at, w.pool));
    whole
}

fn of_group(trace: &Trace, name: &str) -> Bound {
    let world = World::new(trace);
    let pools: Vec<usize> = match world.group(name) {
        Some(group) => (0..world.pools.len()).filter(|&p| world.pools[p].group == group).collect(),
        None => Vec::new(),
    };
    let mut best = Bound { served: 0.0, found: served_with(trace, &[]), warmups: Vec::new() };
    let mut try_plan = |warmups: Vec<Warmup>| {
        let found = served_with(trace, &warmups);
        if found > best.found {
            best.found = found;
            best.warmups = warmups;
        }
    };
    // Each pool planned for what the ones before it leave: refills come one after the other.
    let mut rest = trace.demand.clone();
    let mut staggered = Vec::new();
    // All pools at once, each for its part of every request: refills come together.
    let mut together = Vec::new();
    let total: f64 = pools.iter().filter_map(|&p| Some(world.pools[p].short()?.capacity)).sum();
    for &at in &pools {
        let Some(window) = world.pools[at].short() else { continue };
        let plan = Short::new(trace, &rest, window.length, window.capacity).plan();
        staggered.extend(plan.starts.iter().map(|&start| Warmup { at: start, pool: at }));
        for (request, served) in rest.iter_mut().zip(&plan.taken) {
            request.cost -= served;
        }
        let mut part = trace.demand.clone();
        part.iter_mut().for_each(|r| r.cost *= window.capacity / total);
        let plan = Short::new(trace, &part, window.length, window.capacity).plan();
        together.extend(plan.starts.iter().map(|&start| Warmup { at: start, pool: at }));
    }
    staggered.sort_by_key(|w| (w.at, w.pool));
    together.sort_by_key(|w| (w.at, w.pool));
    try_plan(staggered);
    try_plan(together);
    best.served = upper::upper(trace, &world, &pools).max(best.found);
    best
}
