//! A share of a quota set against a floor in whole percent.

use crate::quota::Remaining;

/// Two shares closer than this, in points, are the same: what is written as 7 % is 7.000000000000001 %.
const SAME: f64 = 1e-9;

/// Whether a share is below a floor in percent.
#[must_use]
pub fn is_below(remaining: Remaining, floor: u32) -> bool {
    remaining.percent() < f64::from(floor) - SAME
}

/// Whether a share is at a floor in percent, or below it.
#[must_use]
pub fn is_at_or_below(remaining: Remaining, floor: u32) -> bool {
    remaining.percent() <= f64::from(floor) + SAME
}

/// Whether a share is above a floor in percent.
#[must_use]
pub fn is_above(remaining: Remaining, floor: u32) -> bool {
    !is_at_or_below(remaining, floor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_whole_percent_is_at_its_own_floor() {
        for floor in 0..=100 {
            let share = Remaining::clamped(f64::from(floor) / 100.0).unwrap();
            assert!(!is_below(share, floor) && is_at_or_below(share, floor), "{floor}");
        }
    }
}
