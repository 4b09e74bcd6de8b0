//! The simulator's own clock: where its time comes from, and the lever that moves it.
//!
//! The only place of this crate that reads the system's time. Everything else is given `now`.

use std::{fmt, sync::Arc, sync::Mutex, sync::PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Where the simulator's time comes from. [`Simulator::advance`](crate::Simulator::advance) moves it on top of that.
#[derive(Clone)]
pub enum SimClock {
    /// The time of this machine.
    System,
    /// Stands still at this instant until it is advanced.
    Fixed(Timestamp),
    /// Asks somebody else, so that a program under test and its upstream share one clock.
    Shared(Arc<dyn Fn() -> Timestamp + Send + Sync>),
}

impl fmt::Debug for SimClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SimClock::System => f.write_str("System"),
            SimClock::Fixed(at) => f.debug_tuple("Fixed").field(at).finish(),
            SimClock::Shared(_) => f.write_str("Shared"),
        }
    }
}

/// A source of time and how far it has been moved.
#[derive(Debug)]
pub(crate) struct Clock {
    source: SimClock,
    moved: Mutex<SignedDuration>,
}

impl Clock {
    pub(crate) fn new(source: SimClock) -> Self {
        Self { source, moved: Mutex::new(SignedDuration::ZERO) }
    }

    /// The simulator's now. A sum that leaves the calendar stays at the source's time.
    pub(crate) fn now(&self) -> Timestamp {
        let base = match &self.source {
            SimClock::System => system_now(),
            SimClock::Fixed(at) => *at,
            SimClock::Shared(ask) => ask(),
        };
        let moved = *self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        base.checked_add(moved).unwrap_or(base)
    }

    /// Moves the clock; a negative amount moves it back.
    pub(crate) fn advance(&self, by: SignedDuration) {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        *moved = moved.saturating_add(by);
    }
}

#[expect(clippy::disallowed_methods, reason = "the door to the system's time; everything else takes `now`")]
fn system_now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_by_the_lever_and_also_back() {
        let start: Timestamp = "2026-09-01T00:00:00Z".parse().unwrap();
        let clock = Clock::new(SimClock::Fixed(start));
        clock.advance(SignedDuration::from_hours(5));
        clock.advance(SignedDuration::from_mins(-10));
        assert_eq!(clock.now().to_string(), "2026-09-01T04:50:00Z");
    }

    #[test]
    fn a_shared_clock_follows_its_source() {
        let start: Timestamp = "2026-09-01T00:00:00Z".parse().unwrap();
        let source = Arc::new(Mutex::new(start));
        let asked = Arc::clone(&source);
        let clock = Clock::new(SimClock::Shared(Arc::new(move || *asked.lock().unwrap())));
        clock.advance(SignedDuration::from_secs(1));
        *source.lock().unwrap() = start + SignedDuration::from_secs(60);
        assert_eq!(clock.now(), start + SignedDuration::from_secs(61));
    }
}
