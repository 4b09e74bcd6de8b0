//! When quota is read again, and how long a failing credential is left alone.

use jiff::{SignedDuration, Timestamp};

/// The first pause after a failed read.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// The longest pause the doubling reaches.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// How long after a known reset the window is read again.
pub const AFTER_RESET: SignedDuration = SignedDuration::from_secs(20);
/// How long a model list stands where the summary covers every group.
pub const LIST_STANDS: SignedDuration = SignedDuration::from_hours(1);
/// How long project and tier stand.
pub const DISCOVERY_STANDS: SignedDuration = SignedDuration::from_hours(1);
/// How often a credential that the service refused for its project is tried again by discovery.
pub const DISCOVERY_RETRY: SignedDuration = SignedDuration::from_mins(30);

/// How often a credential near a floor is read (`protection::Early` says which are).
pub const NEAR_FLOOR: SignedDuration = SignedDuration::from_mins(5);

/// Until when automatic reads of a credential pause after its `failures`-th failure in a row (1 = first).
/// A delay that the service named wins over the doubling.
#[must_use]
pub fn pause_until(failures: u32, named: Option<SignedDuration>, now: Timestamp) -> Timestamp {
    let doubled = FIRST_PAUSE * 2_i32.pow(failures.saturating_sub(1).min(5));
    now + named.filter(|d| d.is_positive()).unwrap_or(doubled.min(LONGEST_PAUSE))
}

/// Calls that one credential's refresh takes, as an average over an hour: a summary each time, a model list
/// and a discovery hourly.
fn calls_each(interval: SignedDuration) -> f64 {
    1.0 + 2.0 * (interval.as_secs_f64() / LIST_STANDS.as_secs_f64()).min(1.0)
}

/// The interval between two periodic reads: the user's, or longer where the pace does not allow it for so
/// many credentials. A fifth of the pace is left for the user and for warmups.
#[must_use]
pub fn interval(wanted: SignedDuration, credentials: usize, pace: SignedDuration) -> SignedDuration {
    #[expect(clippy::cast_precision_loss, reason = "a count of credentials is far below 2^52")]
    let needed = credentials as f64 * calls_each(wanted) * pace.as_secs_f64() * 1.2;
    let needed = SignedDuration::try_from_secs_f64(needed).unwrap_or(SignedDuration::MAX);
    wanted.max(needed)
}

/// When the next periodic read is due, given when the last cycle began. A last cycle in the future (the
/// clock was set back) makes it due at once.
#[must_use]
pub fn next_cycle(last: Option<Timestamp>, interval: SignedDuration, now: Timestamp) -> Timestamp {
    match last {
        Some(last) if last <= now => last.checked_add(interval).unwrap_or(now),
        Some(_) | None => now,
    }
}

/// When a credential near a floor is read next, given when it was last read. A last reading in the future (the
/// clock was set back) makes it due at once. Whether the failure cooldown allows it is the quota source's.
#[must_use]
pub fn next_near_floor(last: Option<Timestamp>, now: Timestamp) -> Timestamp {
    next_cycle(last, NEAR_FLOOR, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_pause_doubles_to_a_quarter_of_an_hour() {
        let now = Timestamp::UNIX_EPOCH;
        let minutes = |failures| now.duration_until(pause_until(failures, None, now)).as_secs();
        assert_eq!([1, 2, 3, 4, 5, 6, 60].map(minutes), [30, 60, 120, 240, 480, 900, 900]);
    }

    #[test]
    fn a_delay_the_service_names_wins() {
        let now = Timestamp::UNIX_EPOCH;
        let named = SignedDuration::from_hours(51);
        assert_eq!(pause_until(1, Some(named), now), now + named);
        assert_eq!(pause_until(1, Some(SignedDuration::ZERO), now), now + FIRST_PAUSE);
    }

    #[test]
    fn the_interval_stretches_only_when_the_pace_is_full() {
        let quarter = SignedDuration::from_mins(15);
        let pace = SignedDuration::from_millis(500);
        assert_eq!(interval(quarter, 10, pace), quarter);
        assert_eq!(interval(quarter, 900, pace), quarter);
        assert!(interval(quarter, 1_500, pace) > quarter);
    }

    #[test]
    fn near_a_floor_it_is_read_every_five_minutes() {
        let now = Timestamp::UNIX_EPOCH;
        let minutes = SignedDuration::from_mins;
        assert_eq!(next_near_floor(Some(now), now + minutes(4)), now + minutes(5));
        assert_eq!(next_near_floor(None, now), now);
        assert_eq!(next_near_floor(Some(now + minutes(60)), now), now);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn a_pause_is_never_in_the_past_and_never_shrinks(failures in 1u32..1_000, now in 0i64..4_000_000_000) {
            let now = Timestamp::from_second(now).unwrap();
            let until = pause_until(failures, None, now);
            prop_assert!(until > now);
            prop_assert!(pause_until(failures + 1, None, now) >= until);
        }

        #[test]
        fn a_cycle_is_due_within_one_interval(last in proptest::option::of(0i64..4_000_000_000), now in 0i64..4_000_000_000, mins in 1i64..1_440) {
            let now = Timestamp::from_second(now).unwrap();
            let last = last.map(|s| Timestamp::from_second(s).unwrap());
            let due = next_cycle(last, SignedDuration::from_mins(mins), now);
            prop_assert!(due <= now + SignedDuration::from_mins(mins));
        }
    }
}
