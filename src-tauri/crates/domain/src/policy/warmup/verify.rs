//! Whether a warmup did what it was for.

use super::attempt::Outcome;
use crate::quota::Idleness;

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
