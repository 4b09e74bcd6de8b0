//! What was asked for, by time.

use jiff::{SignedDuration, Timestamp};

/// The grain of time in which demand is kept and windows are planned, in seconds.
pub const BIN: i64 = 300;
/// The bins of a day.
pub(super) const DAY: usize = 288;
/// How long demand is kept, in bins: 5 weeks.
const KEPT: usize = 35 * DAY;

/// The demand for one group in bins of [`BIN`] seconds, in any unit that windows are measured in too.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DemandLog {
    /// The first bin, counted from 1970.
    first: i64,
    bins: Vec<f32>,
    total: f64,
}

/// The bin that `at` lies in.
pub(super) fn bin_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(BIN)
}

/// When a bin begins.
pub(super) fn begin_of(bin: i64) -> Timestamp {
    Timestamp::from_second(bin.saturating_mul(BIN)).unwrap_or(Timestamp::MAX)
}

impl DemandLog {
    /// Knows nothing yet; what comes is complete from `since` on.
    #[must_use]
    pub fn since(since: Timestamp) -> Self {
        Self { first: bin_of(since), bins: Vec::new(), total: 0.0 }
    }

    /// Notes what was asked for at `at`. What lies before the log's beginning is left out.
    pub fn add(&mut self, at: Timestamp, cost: f64) {
        let Ok(place) = usize::try_from(bin_of(at) - self.first) else { return };
        if place >= self.bins.len() {
            if place > 2 * KEPT {
                // A long pause, or a clock gone wrong: nothing before it matters any more.
                *self = Self::since(at - SignedDuration::from_hours(24));
                return self.add(at, cost);
            }
            self.bins.resize(place + 1, 0.0);
        }
        if let Some(bin) = self.bins.get_mut(place) {
            *bin += cost as f32;
            self.total += cost;
        }
        if self.bins.len() > 2 * KEPT {
            self.bins.drain(..KEPT);
            self.first += KEPT as i64;
        }
    }

    /// What was asked for from `from` to before `to`, by whole bins.
    #[must_use]
    pub fn between(&self, from: Timestamp, to: Timestamp) -> f64 {
        (bin_of(from)..bin_of(to)).map(|bin| f64::from(self.at(bin))).sum()
    }

    /// Everything that was asked for, by bins with any.
    pub fn entries(&self) -> impl Iterator<Item = (Timestamp, f64)> {
        let at = |place: usize| begin_of(self.first + i64::try_from(place).unwrap_or(0));
        let asked = self.bins.iter().enumerate().filter(|(_, cost)| **cost > 0.0);
        asked.map(move |(place, cost)| (at(place), f64::from(*cost)))
    }

    /// Since when it is complete.
    #[must_use]
    pub fn begins(&self) -> Timestamp {
        begin_of(self.first)
    }

    /// Whether anything was ever asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total <= 0.0
    }

    pub(super) fn first_bin(&self) -> i64 {
        self.first
    }

    /// What was asked for in a bin.
    pub(super) fn at(&self, bin: i64) -> f32 {
        usize::try_from(bin - self.first).ok().and_then(|place| self.bins.get(place)).copied().unwrap_or(0.0)
    }
}
