//! A share of a quota.

use std::cmp::Ordering;

/// The share of a quota that is left: always 0.0 to 1.0, never NaN. An unknown share is `None` of this.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Remaining(f64);

impl Remaining {
    /// Nothing left.
    pub const EMPTY: Self = Self(0.0);
    /// Everything left.
    pub const FULL: Self = Self(1.0);
    /// From here on a window counts as full. The service rounds; 20-point steps hide small use altogether.
    const FULL_FROM: f64 = 0.9999;

    /// Takes the service's number; clamps what is out of range. `None` for what is not a number.
    #[must_use]
    pub fn clamped(fraction: f64) -> Option<Self> {
        (!fraction.is_nan()).then(|| Self(fraction.clamp(0.0, 1.0)))
    }

    /// The share as a fraction, 0.0 to 1.0.
    #[must_use]
    pub fn fraction(self) -> f64 {
        self.0
    }

    /// The share in percent, 0.0 to 100.0.
    #[must_use]
    pub fn percent(self) -> f64 {
        self.0 * 100.0
    }

    /// At least 99.99 % left.
    #[must_use]
    pub fn is_full(self) -> bool {
        self.0 >= Self::FULL_FROM
    }

    /// Exactly nothing left.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 <= 0.0
    }

    /// How far apart two shares are, in points (0.0 to 100.0).
    #[must_use]
    pub fn points_from(self, other: Self) -> f64 {
        (self.percent() - other.percent()).abs()
    }
}

impl Eq for Remaining {}

impl PartialOrd for Remaining {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Remaining {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_number_is_unknown() {
        assert_eq!(Remaining::clamped(f64::NAN), None);
        assert_eq!(Remaining::clamped(f64::INFINITY), Some(Remaining::FULL));
        assert_eq!(Remaining::clamped(-1.0), Some(Remaining::EMPTY));
        assert_eq!(Remaining::clamped(1.7), Some(Remaining::FULL));
    }

    #[test]
    fn full_begins_at_a_hundredth_of_a_percent_below() {
        assert!(Remaining(0.9999).is_full());
        assert!(!Remaining(0.9996).is_full());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        /// Holds F55.
        #[test]
        fn every_number_lands_in_range(raw in proptest::num::f64::ANY) {
            match Remaining::clamped(raw) {
                None => prop_assert!(raw.is_nan()),
                Some(r) => prop_assert!((0.0..=1.0).contains(&r.fraction())),
            }
        }
    }
}
