//! Whether a warmup did what it was for.

use super::attempt::{Attempt, Outcome};
use crate::quota::{Idleness, WindowReading};
use jiff::SignedDuration;

/// What two readings after a warmup that was answered well say, about 15 s and 90 s after it; `None` where a
/// reading failed. Only a window that still floats in both had no effect; what cannot be told is not held against
/// the pair.
#[must_use]
pub fn verified(soon: Option<Idleness>, later: Option<Idleness>) -> Outcome {
    match (soon, later) {
        (_, Some(Idleness::Started)) => Outcome::Started,
        (Some(Idleness::Idle), Some(Idleness::Idle)) => Outcome::NoEffect,
        (Some(Idleness::Started), None | Some(Idleness::NotSure | Idleness::Unknown)) => Outcome::Started,
        (
            None | Some(Idleness::Idle | Idleness::NotSure | Idleness::Unknown | Idleness::Started),
            None | Some(Idleness::Idle | Idleness::NotSure | Idleness::Unknown),
        ) => Outcome::Sent,
    }
}

/// How far apart an attempt and the start of the window it started may lie: its answer takes a while, and the
/// service rounds.
const NEAR: SignedDuration = SignedDuration::from_mins(2);

/// What a later reading says about an attempt that nobody verified, e.g. since the program ended: only that the window
/// started with it. A window that floats says nothing, as it may have ended since.
#[must_use]
pub fn verified_late(attempt: &Attempt, window: &WindowReading) -> Option<Outcome> {
    let length = window.kind.length()?;
    let started = window.reset_at?.checked_sub(length).ok()?;
    let near = attempt.at.duration_until(started).abs() <= NEAR;
    (window.idleness == Idleness::Started && window.observed_at > attempt.at && near)
        .then_some(Outcome::Started)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_window_that_floats_twice_had_no_effect() {
        use Idleness::{Idle, NotSure, Started, Unknown};
        for (soon, later, outcome) in [
            (Some(NotSure), Some(Started), Outcome::Started),
            (None, Some(Started), Outcome::Started),
            (Some(Started), None, Outcome::Started),
            (Some(Idle), Some(Idle), Outcome::NoEffect),
            (Some(Idle), Some(NotSure), Outcome::Sent),
            (Some(NotSure), Some(Idle), Outcome::Sent),
            (Some(Started), Some(Idle), Outcome::Sent),
            (None, Some(Idle), Outcome::Sent),
            (Some(Idle), None, Outcome::Sent),
            (Some(Unknown), Some(Unknown), Outcome::Sent),
            (None, None, Outcome::Sent),
        ] {
            assert_eq!(verified(soon, later), outcome, "{soon:?} then {later:?}");
        }
    }
}
