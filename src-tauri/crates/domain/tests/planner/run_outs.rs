//! How good forecasts of run-outs are, two hours ahead, on invented people.

use crate::invent::{Kind, invent};
use domain::forecast::{Calibration, RunOut, Supply, run_out};
use domain::planner::{Days, DemandLog};
use domain::replay::{Planned, Policy, Request, Trace, World, run};
use jiff::{SignedDuration, Timestamp};

/// The planner, and beside it what was forecast every ten minutes.
struct Watched {
    planned: Planned,
    log: DemandLog,
    trace: Trace,
    calibration: Calibration,
    forecasts: Vec<(Timestamp, Option<RunOut>)>,
    /// It ran out, and counts once until it refills.
    out_until: Timestamp,
    found: Vec<Found>,
}

/// A run-out with what was forecast two hours before.
pub struct Found {
    pub inside: bool,
    pub minutes_off: f64,
}

const AHEAD: SignedDuration = SignedDuration::from_hours(2);

impl Policy for Watched {
    fn name(&self) -> &'static str {
        "watched"
    }

    fn every(&self) -> Option<SignedDuration> {
        self.planned.every()
    }

    fn decide(&mut self, now: Timestamp, world: &World) -> Vec<usize> {
        if self.trace.start.duration_until(now).as_secs() % 600 == 0 {
            let forecast = self.forecast(now, world);
            self.forecasts.push((now, forecast));
        }
        self.planned.decide(now, world)
    }

    fn saw(&mut self, request: &Request, group: usize, world: &World) {
        self.planned.saw(request, group, world);
        self.log.add(request.at, request.cost);
        let left = world.pools[0].share(request.at) * world.pools[0].windows[0].capacity;
        if left + 1e-9 < request.cost && request.at >= self.out_until {
            self.ran_out(request.at);
            self.out_until = world.pools[0].windows[0].ends(request.at).unwrap_or(request.at);
        }
    }
}

impl Watched {
    fn forecast(&self, now: Timestamp, world: &World) -> Option<RunOut> {
        let window = world.pools[0].short()?;
        let days = Days::recall(&self.log, &self.trace.zone, None, window.capacity, now);
        let refills: Vec<(Timestamp, f64)> = window
            .ends(now)
            .map(|ends| (0..4).map(|n| (ends + window.length * n, window.capacity)).collect())
            .unwrap_or_default();
        let supply = Supply {
            left: if now < self.out_until { 0.0 } else { window.left(now) },
            refills: &refills,
            most: None,
            now,
            until: now + SignedDuration::from_hours(12),
            capacity: window.capacity,
            width: self.calibration.width(),
        };
        run_out(&days, &supply)
    }

    fn ran_out(&mut self, at: Timestamp) {
        // In the first week it learns.
        let learnt = self.trace.start.duration_until(at) > SignedDuration::from_hours(7 * 24);
        let before = self.forecasts.iter().rev().find(|(made, _)| *made + AHEAD <= at);
        let Some((_, Some(told))) = before else { return };
        let inside = told.from <= at && at <= told.to;
        self.calibration.learn(inside);
        if learnt {
            let minutes_off = told.at.duration_until(at).as_secs_f64().abs() / 60.0;
            self.found.push(Found { inside, minutes_off });
        }
    }
}

/// All run-outs of people of `kinds` with `seeds`.
pub fn run_outs(kinds: &[Kind], seeds: std::ops::Range<u64>) -> Vec<Found> {
    let mut found = Vec::new();
    for &kind in kinds {
        for seed in seeds.clone() {
            let trace = invent(kind, seed, 28);
            let mut watched = Watched {
                planned: Planned::new(&trace),
                log: DemandLog::since(trace.start),
                trace: trace.clone(),
                calibration: Calibration::default(),
                forecasts: Vec::new(),
                out_until: Timestamp::MIN,
                found: Vec::new(),
            };
            run(&trace, &mut watched);
            found.extend(watched.found);
        }
    }
    found
}

/// The share inside the band, and the median error in minutes.
pub fn judged(found: &[Found]) -> (f64, f64) {
    let inside = found.iter().filter(|f| f.inside).count() as f64 / found.len().max(1) as f64;
    let mut off: Vec<f64> = found.iter().map(|f| f.minutes_off).collect();
    off.sort_by(f64::total_cmp);
    (inside, off.get(off.len() / 2).copied().unwrap_or(f64::INFINITY))
}

#[test]
fn most_run_outs_fall_into_their_band() {
    // `--example forecasts` measures many people; these are few enough for every day.
    let found = run_outs(&[Kind::Office, Kind::Early], 100..102);
    let (inside, off) = judged(&found);
    assert!(found.len() >= 40, "{}", found.len());
    assert!((0.7..=0.9).contains(&inside), "{inside} of {} inside, {off} min", found.len());
    assert!(off <= 25.0, "{off} min at the median");
}
