//! The best starts of one window over the hours ahead: dynamic programming over the moments at which it is idle.
//!
//! Exact for the expectation of what each window serves, where a request in an idle moment comes independently of
//! the moments before. What is simplified is only that independence.

use super::days::{AHEAD, Days};

/// How far a remembered demand may be off, as factors.
const SCALES: [f64; 3] = [0.8, 1.0, 1.25];

/// What a window started in each bin ahead is expected to serve, if the person works at all.
#[derive(Debug, Clone)]
pub struct Curves {
    /// By bin ahead: what a window serves that starts there.
    value: Vec<f64>,
    /// The same where a request in that bin starts it: that request is sure.
    value_asked: Vec<f64>,
    /// By bin ahead: how likely a request comes in it.
    asked: Vec<f64>,
    /// By bin ahead: how likely this is a stretch of use at all.
    chance: Vec<f64>,
    length: usize,
}

/// What limits warmups.
pub struct Limits<'a> {
    /// Whether one may be sent in a bin ahead.
    pub may: &'a dyn Fn(usize) -> bool,
    /// So many may be sent at most.
    pub budget: usize,
}

/// The best starts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Starts {
    /// Bins ahead at which to warm, as long as no request comes before.
    pub at: Vec<usize>,
    /// Bins ahead at which the window refills: after the first warmup, and as requests start it from then on.
    pub refills: Vec<usize>,
    /// What is expected to be served with and without warming, over the hours ahead.
    pub with: f64,
    /// See `with`.
    pub without: f64,
}

impl Curves {
    /// For a window of `length` bins that holds `capacity`.
    #[must_use]
    ///
    /// `rest` is what the credentials before it leave of `days`.
    pub fn new(rest: &Days, days: &Days, length: usize, capacity: f64) -> Self {
        let mut value = vec![0.0; AHEAD];
        let mut asked = vec![0.0; AHEAD];
        let mut demand = vec![0.0; AHEAD];
        let mut chance = vec![0.0; AHEAD];
        let mut weights = vec![0.0; AHEAD];
        for ((weight, all), (_, sums)) in days.iter().zip(rest.iter()) {
            let idle = all.last().is_none_or(|s| *s <= 0.0);
            let part = |bin: usize| weight[usize::from(bin >= days.turn())];
            for bin in 0..AHEAD {
                chance[bin] += part(bin);
                if idle {
                    continue;
                }
                let middle = part((bin + length / 2).min(AHEAD - 1));
                let asks = sums[(bin + length).min(AHEAD)] - sums[bin];
                let serves: f64 = SCALES.iter().map(|s| (s * asks).min(capacity)).sum();
                value[bin] += middle * serves / SCALES.len() as f64;
                weights[bin] += middle;
                demand[bin] += middle * (sums[bin + 1] - sums[bin]);
                asked[bin] += if all[bin + 1] > all[bin] { part(bin) } else { 0.0 };
            }
        }
        for bin in 0..AHEAD {
            let all = chance[bin] + days.doubt();
            chance[bin] = weights[bin] / all.max(1e-12);
            let active = weights[bin].max(1e-12);
            value[bin] /= active;
            demand[bin] /= active;
            asked[bin] = (asked[bin] / active).min(1.0);
        }
        let width = (8.0 / days.breadth().max(1.0).sqrt()).max(2.0);
        let (value, asked, demand) = (smooth(&value, width), smooth(&asked, width), smooth(&demand, width));
        // Expected over all days is `demand`; where a request did come it is more by what did not come elsewhere.
        let sure = |bin: usize| demand[bin] * (1.0 / asked[bin].max(1e-3) - 1.0).max(0.0);
        let value_asked = (0..AHEAD).map(|bin| (value[bin] + sure(bin)).min(capacity)).collect();
        Self { value, value_asked, asked, chance, length }
    }

    /// The best starts from bin `from` on, at which the window is idle. A warmup has to gain `least`.
    #[must_use]
    pub fn best(&self, from: usize, least: f64, limits: &Limits<'_>) -> Starts {
        let may: Vec<bool> = (0..AHEAD).map(limits.may).collect();
        // More than fit are no limit.
        let budget = limits.budget.min(AHEAD / self.length.max(1) + 1);
        let end = AHEAD + self.length + 1;
        // What is served without any warmup, then with one at most, and so on.
        let (without, _) = self.served(from, least, &|_| false, &vec![0.0; end]);
        let mut layers: Vec<Vec<bool>> = Vec::new();
        let mut with = without.clone();
        for _ in 0..budget {
            let (served, warm) = self.served(from, least, &|bin| may[bin], &with);
            // One more warmup changes nothing: no further one does.
            let is_last = served == with;
            with = served;
            layers.push(warm);
            if is_last {
                break;
            }
        }
        self.described(from, &layers, &with, &without)
    }

    /// What is served from each bin on where one warmup may be sent that leaves `after`, and whether it is sent.
    fn served(
        &self,
        from: usize,
        least: f64,
        may: &dyn Fn(usize) -> bool,
        after_warmup: &[f64],
    ) -> (Vec<f64>, Vec<bool>) {
        let mut served = vec![0.0; AHEAD + self.length + 1];
        let mut warm = vec![false; AHEAD];
        for bin in (from..AHEAD).rev() {
            let after = bin + self.length;
            let asked = self.asked[bin];
            let chance = self.chance[(bin + self.length / 2).min(AHEAD - 1)].max(1e-3);
            let now = self.value[bin] + after_warmup[after] - least / chance;
            let wait = served[bin + 1];
            warm[bin] = now > wait && may(bin);
            let best = if warm[bin] { now } else { wait };
            served[bin] = asked * (self.value_asked[bin] + served[after]) + (1.0 - asked) * best;
        }
        (served, warm)
    }

    fn described(&self, from: usize, layers: &[Vec<bool>], with: &[f64], without: &[f64]) -> Starts {
        let mut at = Vec::new();
        let mut bin = from;
        let mut budget = layers.len();
        while bin < AHEAD {
            if budget.checked_sub(1).and_then(|last| layers.get(last)).is_some_and(|warm| warm[bin]) {
                at.push(bin);
                budget -= 1;
                bin += self.length;
            } else if self.asked[bin] > 0.5 {
                bin += self.length;
            } else {
                bin += 1;
            }
        }
        let mut refills = Vec::new();
        let mut refill = at.first().map(|first| first + self.length);
        while let Some(bin) = refill.filter(|bin| *bin < AHEAD && refills.len() < 3) {
            refills.push(bin);
            // Somebody is at work then: half an hour does not pass without a request.
            let likely = self.asked[bin..(bin + 6).min(AHEAD)].iter().any(|asked| *asked > 0.3);
            refill = likely.then_some(bin + self.length);
        }
        let chance = at.first().map_or(0.0, |b| self.chance[(b + self.length / 2).min(AHEAD - 1)]);
        Starts {
            at,
            refills,
            with: chance * with[from.min(AHEAD)],
            without: chance * without[from.min(AHEAD)],
        }
    }
}

/// A triangle of `width` bins to each side.
fn smooth(values: &[f64], width: f64) -> Vec<f64> {
    let reach = width.ceil() as isize;
    let kernel: Vec<f64> =
        (-reach..=reach).map(|d| (1.0 - (d as f64).abs() / (width + 1.0)).max(0.0)).collect();
    let at = |bin: isize| values[bin.clamp(0, values.len() as isize - 1) as usize];
    (0..values.len() as isize)
        .map(|bin| {
            let sum: f64 = kernel.iter().enumerate().map(|(k, w)| w * at(bin + k as isize - reach)).sum();
            sum / kernel.iter().sum::<f64>()
        })
        .collect()
}
