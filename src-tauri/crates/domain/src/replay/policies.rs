//! The simple policies: never, and the fixed rule.

use super::run::Policy;
use super::trace::Request;
use super::world::World;
use jiff::{SignedDuration, Timestamp};

/// Warms nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Idle;

impl Policy for Idle {
    fn name(&self) -> &'static str {
        "none"
    }

    fn every(&self) -> Option<SignedDuration> {
        None
    }

    fn decide(&mut self, _: Timestamp, _: &World) -> Vec<usize> {
        Vec::new()
    }

    fn saw(&mut self, _: &Request, _: usize, _: &World) {}
}

/// Warms whatever is idle, every four hours at most: the rule without a plan.
#[derive(Debug, Clone, Default)]
pub struct Fixed {
    last: Vec<Option<Timestamp>>,
}

impl Fixed {
    /// How often it looks.
    pub const EVERY: SignedDuration = SignedDuration::from_secs(600);
    /// How long it leaves a pool alone after warming it.
    pub const COOLDOWN: SignedDuration = SignedDuration::from_secs(14_400);
}

impl Policy for Fixed {
    fn name(&self) -> &'static str {
        "fixed"
    }

    fn every(&self) -> Option<SignedDuration> {
        Some(Self::EVERY)
    }

    fn decide(&mut self, now: Timestamp, world: &World) -> Vec<usize> {
        self.last.resize(world.pools.len(), None);
        let mut warmed = Vec::new();
        for ((at, pool), last) in world.pools.iter().enumerate().zip(&mut self.last) {
            let idle = pool.short().is_some_and(|w| w.ends(now).is_none());
            if idle && last.is_none_or(|last| last.duration_until(now) >= Self::COOLDOWN) {
                *last = Some(now);
                warmed.push(at);
            }
        }
        warmed
    }

    fn saw(&mut self, _: &Request, _: usize, _: &World) {}
}
