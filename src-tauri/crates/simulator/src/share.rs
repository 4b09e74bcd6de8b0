//! A share of a quota as the upstream prints it.

use serde::{Serialize, Serializer};

/// 0.0–1.0 with seven digits, or in steps; 0 and 1 are whole numbers on the wire, as in the captures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Share(f64);

impl Share {
    /// A share to seven digits, or (early 2026) in steps of 20 % rounded up.
    pub(crate) fn reported(share: f64, stepped: bool) -> Self {
        // In steps a hair less, so that 0.8 stays 0.8.
        let printed =
            if stepped { ((share - 1e-9).max(0.0) * 5.0).ceil() / 5.0 } else { (share * 1e7).round() / 1e7 };
        Self(printed.clamp(0.0, 1.0))
    }

    pub(crate) fn is_zero(self) -> bool {
        self.0 == 0.0
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 {
            to.serialize_u8(if self.is_zero() { 0 } else { 1 })
        } else {
            to.serialize_f64(self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(share: f64, exact: &str, stepped: &str) {
        let printed = |stepped| serde_json::to_string(&Share::reported(share, stepped)).unwrap();
        assert_eq!((printed(false), printed(true)), (exact.to_owned(), stepped.to_owned()));
    }

    #[test]
    fn shares_are_printed_with_seven_digits_or_in_steps() {
        check(0.954_763_123_4, "0.9547631", "1");
        check(1.0, "1", "1");
        check(0.8, "0.8", "0.8");
        check(0.79, "0.79", "0.8");
        check(0.01, "0.01", "0.2");
        check(0.0, "0", "0");
    }
}
