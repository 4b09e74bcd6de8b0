//! What a start brought, seen from afterwards.

use super::log::{BIN, DAY, DemandLog, bin_of};
use super::week::bins;
use jiff::{SignedDuration, Timestamp};

/// The use, in hours, that starting an idle window at `at` brought in the day after it: what such a window serves of
/// the demand in `log`, less what it would have served where the first request starts it.
#[must_use]
pub fn gained(log: &DemandLog, at: Timestamp, length: SignedDuration, capacity: f64) -> f64 {
    let (first, length) = (bin_of(at), bins(length));
    let asked = |bin: i64| f64::from(log.at(bin));
    let served = |started: bool| {
        let (mut ends, mut left) = if started { (first + length, capacity) } else { (first, 0.0) };
        let mut sum = 0.0;
        for bin in first..first + DAY as i64 {
            let wants = asked(bin);
            if wants > 0.0 && bin >= ends {
                (ends, left) = (bin + length, capacity);
            }
            let takes = if bin < ends { wants.min(left) } else { 0.0 };
            left -= takes;
            sum += takes;
        }
        sum
    };
    let half_hour = 1_800 / BIN;
    let halves = (first..first + DAY as i64).step_by(usize::try_from(half_hour).unwrap_or(1));
    let used = halves.filter(|&half| (half..half + half_hour).any(|bin| asked(bin) > 0.0)).count();
    let all: f64 = (first..first + DAY as i64).map(asked).sum();
    if all > 0.0 { (served(true) - served(false)) / all * used as f64 / 2.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_two_hours_before_work_brings_what_the_refill_serves() {
        let at = |hour: i64| Timestamp::from_second(hour * 3600).unwrap();
        let mut log = DemandLog::since(at(0));
        // Half a window an hour from 9 to 17.
        for bin in 9 * 12..17 * 12 {
            log.add(at(0) + SignedDuration::from_secs(bin * BIN), 0.5 / 12.0);
        }
        let five = SignedDuration::from_hours(5);
        // Started at 6: full until 11, again until 16, and half a window after: two and a half. By requests: from 9
        // and from 14, two.
        let hours = gained(&log, at(6), five, 1.0);
        assert!((hours - 1.0).abs() < 0.01, "{hours}");
        assert_eq!(gained(&log, at(9), five, 1.0), 0.0, "work starts it anyway");
        assert_eq!(gained(&DemandLog::since(at(0)), at(6), five, 1.0), 0.0, "nobody came");
    }
}
