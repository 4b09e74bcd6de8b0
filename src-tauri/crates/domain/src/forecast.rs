//! Until when the quota of a group lasts, with a band.
//!
//! Each remembered day, scaled to the pace of the last hours, tells when what is left would be used up. Their weighted
//! middle is the forecast, their spread the band. The band is widened or narrowed by how far earlier forecasts were
//! off: it is calibrated by what came, not by an assumption about chance.

use crate::planner::{BIN, Days};
use jiff::{SignedDuration, Timestamp};

/// Which share of run-outs the band is meant to hold.
pub const COVERS: f64 = 0.8;
/// The pace of today counts as much as so much expected demand, in windows.
const PRIOR: f64 = 0.25;
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
}

/// What a forecast is made from.
#[derive(Debug, Clone, Copy)]
pub struct Supply<'a> {
    /// What is left now, and what comes at each refill ahead: all that can be used from then on.
    pub left: f64,
    /// Refills ahead, in order of time, each with what is left after it where nothing is used before.
    pub refills: &'a [(Timestamp, f64)],
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
        Self(1.25)
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
    let (mut out, mut all) = (0.0, 0.0);
    let horizon = supply.now.duration_until(supply.until).as_secs_f64();
    for (weight, sums, before) in days.ahead() {
        let scale = (days.so_far() + PRIOR * supply.capacity) / (before + PRIOR * supply.capacity);
        let scale = scale.clamp(0.4, 2.5);
        all += weight;
        if let Some(seconds) = used_up(sums, scale, supply).filter(|s| *s <= horizon) {
            ends.push((seconds, weight));
            out += weight;
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
    })
}

/// After how many seconds a day's demand has used up what there is.
fn used_up(sums: &[f64], scale: f64, supply: &Supply<'_>) -> Option<f64> {
    let mut left = supply.left;
    let mut refills = supply.refills.iter().peekable();
    // Nothing is left now: the next time it runs out is after it came back.
    let empty = left <= 0.01 * supply.capacity;
    let back = supply.refills.first().filter(|_| empty).map_or(supply.now, |(at, _)| *at);
    let back = supply.now.duration_until(back).as_secs_f64();
    for (bin, pair) in sums.windows(2).enumerate() {
        let begins = bin as f64 * BIN as f64;
        while let Some((_, fresh)) =
            refills.next_if(|(at, _)| supply.now.duration_until(*at).as_secs_f64() <= begins)
        {
            left = *fresh;
        }
        if begins + BIN as f64 <= back {
            continue;
        }
        let asked = scale * (pair[1] - pair[0]);
        if asked > 0.0 && asked >= left {
            return Some(begins + BIN as f64 * (left / asked).clamp(0.0, 1.0));
        }
        left -= asked;
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
