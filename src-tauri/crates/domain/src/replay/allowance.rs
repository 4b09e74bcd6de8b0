//! What the fixed rule would have sent by now: the planner never sends more.

use super::policies::Fixed;
use super::run::Policy;
use super::trace::Request;
use super::world::World;
use jiff::Timestamp;

/// The fixed rule played beside the real thing, on the demand seen so far.
#[derive(Debug, Clone)]
pub struct Allowance {
    world: World,
    fixed: Fixed,
    next: Timestamp,
    sent: usize,
}

impl Allowance {
    /// From `start` on, with nothing started.
    #[must_use]
    pub fn new(world: World, start: Timestamp) -> Self {
        Self { world, fixed: Fixed::default(), next: start, sent: 0 }
    }

    /// How many warmups it would have sent up to `now`, that moment included.
    pub fn sent_by(&mut self, now: Timestamp) -> usize {
        while self.next <= now {
            for pool in self.fixed.decide(self.next, &self.world) {
                if let Some(p) = self.world.pools.get_mut(pool) {
                    p.start(self.next);
                    self.sent += 1;
                }
            }
            self.next += Fixed::EVERY;
        }
        self.sent
    }

    /// Takes a request that has happened.
    pub fn saw(&mut self, request: &Request, group: usize) {
        self.sent_by(request.at);
        self.world.request(request.at, group, request.cost);
    }
}
