//! Floors that the service's reporting step cannot show.
//!
//! From January to May 2026 the service told its numbers in steps of 20 points: 100, 80, 60 … A floor of 10 % is
//! never met then; what is shown goes from 20 % to 0.

use crate::policy::words::Language;
use crate::quota::Remaining;
use std::collections::BTreeSet;

/// Fewer different numbers prove no step.
const LEAST_PROOF: usize = 3;
/// Steps below this hide nothing that matters.
const SMALLEST: u32 = 5;

/// The step in points that a window's numbers were reported in, where they show one: at least three different
/// numbers, all multiples of it. The largest such step counts.
#[must_use]
pub fn reporting_step(seen: impl IntoIterator<Item = Remaining>) -> Option<u32> {
    let mut shown = BTreeSet::new();
    for share in seen {
        let whole = share.percent().round();
        if (share.percent() - whole).abs() > 1e-6 {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share is 0 to 100 %")]
        shown.insert(whole as u32);
    }
    let step = shown.iter().fold(100, |step, share| divisor(step, *share));
    (shown.len() >= LEAST_PROOF && step >= SMALLEST).then_some(step)
}

/// The greatest common divisor.
fn divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// A floor that is never met before the window is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unseen {
    /// The floor in percent.
    pub floor: u32,
    /// The step in points.
    pub step: u32,
    /// The smallest floor that is met in time.
    pub useful: u32,
}

/// Whether a floor in percent is one that numbers in steps of `step` points cannot show: the least they show above
/// 0 is not below it.
#[must_use]
pub fn unseen(floor: u32, step: u32) -> Option<Unseen> {
    (floor <= step && step < 99).then_some(Unseen { floor, step, useful: step + 1 })
}

impl Unseen {
    /// As a sentence without its end.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        let Self { floor, step, useful } = self;
        language.say(
            format!(
                "the service reports this quota in steps of {step} points, which never show a floor of {floor} %; \
                 the next useful value is {useful} %"
            ),
            format!(
                "服务以 {step} 个百分点为一级报告这项额度，永远显示不出 {floor}% 的下限；下一个有用的值是 {useful}%"
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::left;
    use proptest::prelude::*;

    #[test]
    fn a_step_takes_three_numbers_and_no_exception() {
        for (percents, step) in [
            (&[100.0, 80.0, 60.0][..], Some(20)),
            (&[100.0, 80.0, 80.0, 60.0, 40.0, 0.0], Some(20)),
            (&[100.0, 60.0, 20.0], Some(20)),
            (&[100.0, 90.0, 80.0], Some(10)),
            (&[100.0, 99.0, 97.0], None),
            (&[100.0, 80.0], None),
            (&[100.0, 80.0, 60.0, 55.47763], None),
            (&[], None),
        ] {
            assert_eq!(reporting_step(percents.iter().map(|p| left(*p))), step, "{percents:?}");
        }
    }

    #[test]
    fn a_floor_within_one_step_is_pointed_out() {
        assert_eq!(unseen(10, 20), Some(Unseen { floor: 10, step: 20, useful: 21 }));
        assert_eq!(unseen(20, 20), Some(Unseen { floor: 20, step: 20, useful: 21 }));
        assert_eq!(unseen(21, 20), None);
        assert_eq!(unseen(50, 100), None);
        assert!(unseen(10, 20).unwrap().say(Language::English).contains("the next useful value is 21 %"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn the_useful_floor_is_met_before_the_window_is_empty(floor in 1u32..=99, steps in 2u32..=20) {
            let step = 100 / steps;
            if let Some(found) = unseen(floor, step) {
                prop_assert!(found.step < found.useful && found.useful > floor);
            } else {
                prop_assert!(step < floor);
            }
        }
    }
}
