//! Until when the quota of a group lasts, with a band.
//!
//! Each remembered day, scaled to the pace of the last hours, tells when what is left would be used up. Their weighted
//! middle is the forecast, their spread the band. The band is widened or narrowed by how far earlier forecasts were
//! off: it is calibrated by what came, not by an assumption about chance.

mod words;

pub use words::Lasts;

use crate::planner::{BIN, Days};
use jiff::{SignedDuration, Timestamp};

/// Which share of run-outs the band is meant to hold.
pub const COVERS: f64 = 0.8;
/// The pace of today counts as much as so much expected demand, in windows.
const PRIOR: f64 = 1.2;
/// How far a band moves after a run-out outside (or inside) it.
const STEP: f64 = 0.1;

/// When it runs out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunOut {
    /// The middle.
    pub at: Timestamp,
    /// The band.
    pub from: Timestamp,
    /// See `from`.
    pub to: Timestamp,
    /// How likely it is that it runs out at all before `until`.
    pub chance: f64,
    /// A long window ends it, which then takes its own time to refill.
    pub by_long: bool,
}

/// What a forecast is made from.
#[derive(Debug, Clone, Copy)]
pub struct Supply<'a> {
    /// What is left now.
    pub left: f64,
    /// Refills ahead, in order of time, each with what it brings; never more is left than `capacity`.
    pub refills: &'a [(Timestamp, f64)],
    /// What the long windows leave until they refill, where they are known: nothing can be used beyond it.
    pub most: Option<f64>,
    /// The present.
    pub now: Timestamp,
    /// Not looked further than this.
    pub until: Timestamp,
    /// What all windows hold together.
    pub capacity: f64,
    /// How wide the band is, by what earlier forecasts taught ([`Calibration::width`]).
    pub width: f64,
}

/// How wide bands have to be, learnt from run-outs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration(f64);

impl Default for Calibration {
    fn default() -> Self {
        Self(1.0)
    }
}

impl Calibration {
    /// The factor for [`Supply::width`].
    #[must_use]
    pub fn width(self) -> f64 {
        self.0
    }

    /// Learns from a run-out: whether it fell into its band.
    pub fn learn(&mut self, inside: bool) {
        // In balance where COVERS of them fall inside.
        let step = if inside { -STEP * (1.0 - COVERS) } else { STEP * COVERS };
        self.0 = (self.0 * step.exp()).clamp(0.2, 5.0);
    }
}

/// Forecasts the first moment at which nothing is left; `None` where that is not likely, or nothing is known.
#[must_use]
pub fn run_out(days: &Days, supply: &Supply<'_>) -> Option<RunOut> {
    let mut ends: Vec<(f64, f64)> = Vec::new();
    let (mut out, mut by_long, mut all) = (0.0, 0.0, 0.0);
    let horizon = supply.now.duration_until(supply.until).as_secs_f64();
    for (weight, sums, before) in days.ahead() {
        let scale = (days.so_far() + PRIOR * supply.capacity) / (before + PRIOR * supply.capacity);
        let scale = scale.clamp(0.4, 2.5);
        all += weight;
        if let Some((seconds, long)) = used_up(sums, scale, supply).filter(|(s, _)| *s <= horizon) {
            ends.push((seconds, weight));
            out += weight;
            by_long += if long { weight } else { 0.0 };
        }
    }
    let chance = if all > 0.0 { out / all } else { 0.0 };
    if chance < 0.5 {
        return None;
    }
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let at = quantile(&ends, out * 0.5);
    let low = at - quantile(&ends, out * (0.5 - COVERS / 2.0));
    let high = quantile(&ends, out * (0.5 + COVERS / 2.0)) - at;
    // Few days agree too well: a tenth of the way ahead is never sure.
    let least = (at * 0.1).max(240.0);
    let time = |seconds: f64| supply.now + SignedDuration::from_secs(seconds.max(0.0) as i64);
    Some(RunOut {
        at: time(at),
        from: time(at - supply.width * low.max(least)),
        to: time(at + supply.width * high.max(least)),
        chance,
        by_long: by_long > out / 2.0,
    })
}

/// After how many seconds a day's demand has used up what there is, and whether it is the long windows that end it.
fn used_up(sums: &[f64], scale: f64, supply: &Supply<'_>) -> Option<(f64, bool)> {
    let mut left = supply.left;
    let mut most = supply.most.unwrap_or(f64::INFINITY);
    let mut refills = supply.refills.iter().peekable();
    // Nothing is left now: the next time it runs out is after it came back.
    let empty = left <= 0.01 * supply.capacity;
    let back = supply.refills.first().filter(|_| empty).map_or(supply.now, |(at, _)| *at);
    let back = supply.now.duration_until(back).as_secs_f64();
    for (bin, pair) in sums.windows(2).enumerate() {
        let begins = bin as f64 * BIN as f64;
        // What refills within a bin is there for all of it: else a person who waits for the refill would seem to run
        // out again in that very bin.
        while let Some((_, fresh)) =
            refills.next_if(|(at, _)| supply.now.duration_until(*at).as_secs_f64() < begins + BIN as f64)
        {
            left = (left + *fresh).min(supply.capacity);
        }
        if begins + BIN as f64 <= back {
            continue;
        }
        let asked = scale * (pair[1] - pair[0]);
        let usable = left.min(most);
        if asked > 0.0 && asked >= usable {
            return Some((begins + BIN as f64 * (usable / asked).clamp(0.0, 1.0), most < left));
        }
        left -= asked;
        most -= asked;
    }
    None
}

/// Where the weights before reach `weight`, between neighbours in proportion.
fn quantile(sorted: &[(f64, f64)], weight: f64) -> f64 {
    let mut before = 0.0;
    let mut last: Option<(f64, f64)> = None;
    for &(value, own) in sorted {
        let middle = before + own / 2.0;
        if middle >= weight {
            return match last {
                Some((lower, at)) => lower + (value - lower) * (weight - at) / (middle - at).max(1e-12),
                None => value,
            };
        }
        last = Some((value, middle));
        before += own;
    }
    last.map_or(0.0, |(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planner::DemandLog;
    use jiff::ToSpan;
    use jiff::tz::TimeZone;

    /// Two weeks in which the person uses half a window an hour from 09:00 to 17:00.
    fn days(now: Timestamp) -> Days {
        let first: Timestamp = "2026-09-01T00:00:00Z".parse().unwrap();
        let mut log = DemandLog::since(first);
        for bin in 0..15 * 288 {
            let at = first + SignedDuration::from_mins(5 * bin);
            if at < now && (9..17).contains(&TimeZone::UTC.to_datetime(at).hour()) {
                log.add(at, 0.5 / 12.0);
            }
        }
        Days::recall(&log, &TimeZone::UTC, None, 1.0, now)
    }

    fn minutes_ahead(left: f64, refill_in: i64) -> Option<f64> {
        told(left, refill_in, None).map(|(minutes, _)| minutes)
    }

    /// In how many minutes, and whether by the long windows.
    fn told(left: f64, refill_in: i64, most: Option<f64>) -> Option<(f64, bool)> {
        let now: Timestamp = "2026-09-15T11:00:00Z".parse().unwrap();
        let supply = Supply {
            left,
            refills: &[(now + SignedDuration::from_mins(refill_in), 1.0)],
            most,
            now,
            until: now.checked_add(12.hours()).unwrap(),
            capacity: 1.0_f64.max(left),
            width: 1.0,
        };
        run_out(&days(now), &supply)
            .map(|told| (now.duration_until(told.at).as_secs_f64() / 60.0, told.by_long))
    }

    #[test]
    fn it_lasts_as_long_as_such_days_take_to_use_it() {
        let told = minutes_ahead(0.5, 240).unwrap();
        assert!((told - 60.0).abs() < 10.0, "{told}");
    }

    #[test]
    fn what_is_empty_now_runs_out_again_only_after_its_refill_is_used() {
        // A whole window at half a window an hour: two hours after the refill, on a bin's edge or within a bin.
        for refill_in in [60, 62, 64] {
            let told = minutes_ahead(0.0, refill_in).unwrap();
            assert!((told - refill_in as f64 - 120.0).abs() < 15.0, "refill in {refill_in} min: {told}");
        }
    }

    #[test]
    fn what_is_not_used_in_half_a_day_is_no_run_out() {
        // Three windows' worth of work are left before the evening.
        assert_eq!(minutes_ahead(4.0, 700), None);
    }

    #[test]
    fn a_long_window_that_holds_less_ends_it_sooner() {
        let (minutes, by_long) = told(0.5, 30, Some(0.25)).unwrap();
        assert!((minutes - 30.0).abs() < 10.0, "{minutes}");
        assert!(by_long);
        let (_, by_long) = told(0.5, 240, Some(5.0)).unwrap();
        assert!(!by_long);
    }
}
