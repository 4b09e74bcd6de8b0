//! How much of a long window the person needs without any warmup.
//!
//! Where that is all of it, a warmup only spends the week sooner.

use super::days::fit;
use super::log::{BIN, DAY, DemandLog, begin_of, bin_of};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// How many days back count.
const BACK: i64 = 28;
const HALF_LIFE: f64 = 10.0;

/// What the person is served without warmups, day by day, learnt from the log.
#[derive(Debug, Clone)]
pub(super) struct Need {
    /// Served up to the beginning of each bin of the log.
    sums: Vec<f64>,
    first: i64,
}

impl Need {
    /// Plays the log through one window of `length` bins that holds `capacity`, started by requests alone.
    pub(super) fn learn(log: &DemandLog, length: i64, capacity: f64, now: Timestamp) -> Self {
        let first = log.first_bin().max(bin_of(now) - (BACK + 1) * DAY as i64);
        let (mut ends, mut left, mut sum) = (i64::MIN, 0.0, 0.0);
        let mut sums = vec![0.0];
        for bin in first..bin_of(now) {
            let asked = f64::from(log.at(bin));
            if asked > 0.0 && bin >= ends {
                (ends, left) = (bin + length, capacity);
            }
            let served = asked.min(left);
            left -= served;
            sum += served;
            sums.push(sum);
        }
        Self { sums, first }
    }

    fn between(&self, from: i64, to: i64) -> f64 {
        let at = |bin: i64| {
            let place = usize::try_from(bin - self.first).unwrap_or(0).min(self.sums.len() - 1);
            self.sums[place]
        };
        at(to) - at(from)
    }

    /// What is expected to be used from `now` until `until`.
    pub(super) fn until(&self, zone: &TimeZone, now: Timestamp, until: Timestamp) -> f64 {
        let now = bin_of(now);
        let weekday = |bin: i64| zone.to_datetime(begin_of(bin) - SignedDuration::from_hours(4)).weekday();
        let mut need = 0.0;
        let mut from = now;
        let end = bin_of(until);
        while from < end {
            let to = (from + DAY as i64).min(end);
            let middle = from + DAY as i64 / 2;
            let ahead = (from - now) / DAY as i64;
            let (mut sum, mut weights) = (0.0, 0.25);
            for back in ahead + 1..=ahead + BACK {
                let shift = back * DAY as i64;
                if from - shift < self.first {
                    break;
                }
                let weight = 0.5_f64.powf((back - ahead) as f64 / HALF_LIFE)
                    * fit(weekday(middle), weekday(middle - shift));
                sum += weight * self.between(from - shift, to - shift);
                weights += weight;
            }
            need += sum / weights;
            from = to;
        }
        need
    }
}

/// A length in bins.
pub(super) fn bins(length: SignedDuration) -> i64 {
    (length.as_secs() / BIN).max(1)
}
