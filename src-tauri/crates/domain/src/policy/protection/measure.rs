//! Which number of a reading is set against which floor.

use crate::catalogue::Group;
use crate::quota::{ModelReading, Quota, Remaining, WindowReading};
use jiff::{SignedDuration, Timestamp};

/// Windows of this length and more are the weekly ones: what they lack comes back in days.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Which of the two floors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Which {
    /// The short window's.
    Short,
    /// The weekly window's.
    Week,
}

/// A number to be set against a floor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Measure {
    /// No number of that kind exists; its floor says nothing.
    None,
    /// There is one, and it is unknown now.
    Unknown,
    /// It is known.
    Known { remaining: Remaining, reset_at: Option<Timestamp>, observed_at: Timestamp },
}

impl Measure {
    /// The short window's number; where no window of a known length binds the model, the single number.
    pub(super) fn short(quota: &Quota, model: &ModelReading, now: Timestamp) -> Self {
        let shortest = model.group.as_ref().and_then(|group| quota.short_window(group));
        match shortest {
            // The weekly window alone is never a hard floor.
            Some(window) if is_weekly(window) => Self::None,
            Some(window) => Self::of(window, now),
            None => {
                let single = quota.effective(model, now);
                single.remaining.map_or(Self::Unknown, |remaining| Self::Known {
                    remaining,
                    reset_at: single.reset_at,
                    observed_at: single.observed_at,
                })
            }
        }
    }

    /// The weekly window's number.
    pub(super) fn week(quota: &Quota, model: &ModelReading, now: Timestamp) -> Self {
        let window = model.group.as_ref().and_then(|group| weekly_window(quota, group, now));
        window.map_or(Self::None, |window| Self::of(window, now))
    }

    fn of(window: &WindowReading, now: Timestamp) -> Self {
        window.remaining_at(now).map_or(Self::Unknown, |remaining| Self::Known {
            remaining,
            reset_at: window.reset_at,
            observed_at: window.observed_at,
        })
    }
}

fn is_weekly(window: &WindowReading) -> bool {
    window.kind.length().is_some_and(|length| length >= WEEK)
}

/// The weekly window of a group: of those that bind it and are a week long or longer, the one with the smallest
/// known share.
pub(crate) fn weekly_window<'a>(
    quota: &'a Quota,
    group: &'a Group,
    now: Timestamp,
) -> Option<&'a WindowReading> {
    let weekly = quota.windows_of(group).filter(|w| is_weekly(w));
    weekly.min_by_key(|w| (w.remaining_at(now).is_none(), w.remaining_at(now)))
}
