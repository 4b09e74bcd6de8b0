//! One policy through one trace.

use super::trace::{Request, Trace};
use super::world::World;
use jiff::{SignedDuration, Timestamp};

/// Decides which pools to warm.
pub trait Policy {
    /// Its word in results.
    fn name(&self) -> &'static str;

    /// How often it looks, from the trace's start on; `None` never.
    fn every(&self) -> Option<SignedDuration>;

    /// The pools to warm at `now`, by their place. Everything before `now` has been told.
    fn decide(&mut self, now: Timestamp, world: &World) -> Vec<usize>;

    /// Hears of a request that has happened, served or lost. `world` is as it was before it.
    fn saw(&mut self, request: &Request, group: usize, world: &World);
}

/// A warmup that a policy sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warmup {
    /// When.
    pub at: Timestamp,
    /// Which pool, by its place.
    pub pool: usize,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The policy's word.
    pub name: &'static str,
    /// Cost served.
    pub served: f64,
    /// Cost asked for.
    pub demand: f64,
    /// In order of time.
    pub warmups: Vec<Warmup>,
    /// When a request was turned away first after one was served, per group: the group ran out.
    pub run_outs: Vec<(Timestamp, usize)>,
}

impl Outcome {
    /// Served cost by cost asked for; 1 where nothing was asked for.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.demand > 0.0 { self.served / self.demand } else { 1.0 }
    }
}

/// Plays `trace` with `policy`. At the same moment the policy acts first: it has not seen the request.
pub fn run(trace: &Trace, policy: &mut dyn Policy) -> Outcome {
    run_in(World::new(trace), trace, policy)
}

/// The same in a `world` of its own, e.g. with another order of credentials.
pub fn run_in(mut world: World, trace: &Trace, policy: &mut dyn Policy) -> Outcome {
    let mut outcome =
        Outcome { name: policy.name(), served: 0.0, demand: 0.0, warmups: Vec::new(), run_outs: Vec::new() };
    let mut flowing = vec![false; world.groups.len()];
    let every = policy.every();
    let mut tick = trace.start;
    let mut requests = trace.demand.iter().peekable();
    loop {
        let acts = every.filter(|_| tick < trace.end).map(|_| tick);
        let act_first = match (acts, requests.peek()) {
            (None, None) => return outcome,
            (Some(tick), Some(request)) => tick <= request.at,
            (Some(_), None) => true,
            (None, Some(_)) => false,
        };
        if act_first {
            for pool in policy.decide(tick, &world) {
                if let Some(p) = world.pools.get_mut(pool) {
                    p.start(tick);
                    outcome.warmups.push(Warmup { at: tick, pool });
                }
            }
            tick += every.unwrap_or(SignedDuration::from_hours(24));
        } else if let Some(request) = requests.next() {
            outcome.demand += request.cost;
            let Some(group) = world.group(&request.group) else { continue };
            policy.saw(request, group, &world);
            let (served, _) = world.request(request.at, group, request.cost);
            outcome.served += if served { request.cost } else { 0.0 };
            if let Some(flows) = flowing.get_mut(group) {
                if *flows && !served {
                    outcome.run_outs.push((request.at, group));
                }
                *flows = served;
            }
        }
    }
}

/// The cost served where exactly `warmups` are sent, in order of time.
#[must_use]
pub fn served_with(trace: &Trace, warmups: &[Warmup]) -> f64 {
    let mut world = World::new(trace);
    let mut warmups = warmups.iter().peekable();
    let mut served = 0.0;
    for request in &trace.demand {
        while let Some(warmup) = warmups.next_if(|w| w.at <= request.at) {
            if let Some(pool) = world.pools.get_mut(warmup.pool) {
                pool.start(warmup.at);
            }
        }
        if let Some(group) = world.group(&request.group)
            && world.request(request.at, group, request.cost).0
        {
            served += request.cost;
        }
    }
    served
}
