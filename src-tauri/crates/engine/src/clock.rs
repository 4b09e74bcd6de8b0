//! The one source of wall time. Waiting is Tokio's; a test moves both with one lever.

use jiff::Timestamp;
use std::sync::Arc;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The instant it is now.
    fn now(&self) -> Timestamp;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the Clock everything else asks")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that follows Tokio's timer, so that pausing and advancing one moves the other. The wall clock
/// can also be jumped alone.
#[cfg(any(test, feature = "testkit"))]
#[derive(Debug)]
pub struct TimerClock {
    wall: Timestamp,
    since: tokio::time::Instant,
    jumped_ms: std::sync::atomic::AtomicI64,
}

#[cfg(any(test, feature = "testkit"))]
impl TimerClock {
    /// Starts at `wall`; call it inside the runtime.
    #[must_use]
    pub fn starting_at(wall: Timestamp) -> Self {
        Self { wall, since: tokio::time::Instant::now(), jumped_ms: std::sync::atomic::AtomicI64::new(0) }
    }

    /// Moves the wall clock alone, as a user or a sleeping machine does.
    pub fn jump(&self, by: jiff::SignedDuration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.jumped_ms.fetch_add(ms, std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(any(test, feature = "testkit"))]
impl Clock for TimerClock {
    fn now(&self) -> Timestamp {
        let elapsed =
            jiff::SignedDuration::try_from(self.since.elapsed()).unwrap_or(jiff::SignedDuration::MAX);
        self.wall
            + elapsed
            + jiff::SignedDuration::from_millis(self.jumped_ms.load(std::sync::atomic::Ordering::SeqCst))
    }
}
