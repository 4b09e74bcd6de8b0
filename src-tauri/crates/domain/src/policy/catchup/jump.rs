//! Whether the wall clock went another way than the time that passed.

use jiff::{SignedDuration, Timestamp};

/// Smaller differences are drift and rounding.
const NOTICED: SignedDuration = SignedDuration::from_secs(60);

/// The wall clock went another way than the timer: everything that depends on it is to be decided anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jump {
    /// Ahead by this much: the computer slept, or the clock was set forward.
    Ahead(SignedDuration),
    /// Back by this much: the clock was set back.
    Back(SignedDuration),
}

/// Compares how far the wall clock went with the time that a timer says passed in between.
#[must_use]
pub fn jump(before: Timestamp, now: Timestamp, passed: SignedDuration) -> Option<Jump> {
    let gap = before.duration_until(now).checked_sub(passed)?;
    if gap > NOTICED {
        Some(Jump::Ahead(gap))
    } else if gap < -NOTICED {
        Some(Jump::Back(-gap))
    } else {
        None
    }
}
