//! Why a credential is read sooner than the interval says.

use super::measure::{Measure, Which};
use crate::catalogue::Group;
use crate::policy::floor::is_below;
use crate::quota::{ModelReading, Remaining};
use jiff::{SignedDuration, Timestamp};

/// Up to this many points above a floor a credential is read more often.
const NEAR: u32 = 5;

/// Why a credential is read sooner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Early {
    /// It is within 5 points above a floor.
    Near {
        /// What is left.
        remaining: Remaining,
        /// The floor in percent.
        floor: u32,
    },
    /// The forecast crosses a floor before the next reading.
    Crosses {
        /// When.
        at: Timestamp,
        /// The floor in percent.
        floor: u32,
    },
}

impl Early {
    /// Of two reasons the one that presses more: a crossing, the earlier one; then the smallest distance.
    pub(super) fn sooner(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        let (Some(a), Some(b)) = (one, other) else { return one.or(other) };
        Some(match (a, b) {
            (Self::Crosses { at: first, .. }, Self::Crosses { at: second, .. }) => {
                if second < first {
                    b
                } else {
                    a
                }
            }
            (Self::Crosses { .. }, Self::Near { .. }) => a,
            (Self::Near { .. }, Self::Crosses { .. }) => b,
            (Self::Near { remaining: ra, floor: fa }, Self::Near { remaining: rb, floor: fb }) => {
                let above = |left: Remaining, floor: u32| left.percent() - f64::from(floor);
                if above(rb, fb) < above(ra, fa) { b } else { a }
            }
        })
    }
}

/// How a credential's quota is being used.
#[derive(Debug, Clone, Copy)]
pub struct Outlook<'a> {
    /// How fast each group's window is used, in points per hour; missing where no forecast is possible.
    pub burn: &'a [(Group, Which, f64)],
    /// When the credential is read next by the interval.
    pub next_reading: Timestamp,
}

impl Outlook<'_> {
    /// Whether one number makes the next reading come sooner.
    pub(super) fn early(
        &self,
        model: &ModelReading,
        which: Which,
        measure: Measure,
        floor: u32,
        now: Timestamp,
    ) -> Option<Early> {
        let (remaining, reset_at, observed_at) = match measure {
            Measure::None | Measure::Unknown => return None,
            Measure::Known { remaining, reset_at, observed_at } => (remaining, reset_at, observed_at),
        };
        // A weekly floor of 0 protects nothing.
        if floor == 0 || is_below(remaining, floor) {
            return None;
        }
        let above = remaining.percent() - f64::from(floor);
        let of_window =
            |(group, kind, _): &&(Group, Which, f64)| *kind == which && model.group.as_ref() == Some(group);
        let rate =
            self.burn.iter().find(of_window).map(|(_, _, points)| *points).filter(|points| *points > 0.0);
        let hours = rate.map(|points| above / points);
        let crossing = hours
            .and_then(|h| SignedDuration::try_from_secs_f64(h * 3_600.0).ok())
            .and_then(|until| observed_at.checked_add(until).ok());
        // What refills before it is used up does not cross.
        let crossing = crossing
            .filter(|at| *at < self.next_reading && reset_at.is_none_or(|reset| *at < reset))
            .map(|at| Early::Crosses { at: at.max(now), floor });
        crossing.or_else(|| {
            (!crate::policy::floor::is_above(remaining, floor + NEAR))
                .then_some(Early::Near { remaining, floor })
        })
    }
}
