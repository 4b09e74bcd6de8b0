//! Forecasts of run-outs, kept as long as what they were made from holds.

use super::{DAYS_OF_USE, Demand, LONG_ENOUGH, pools};
use crate::ledger::{Foresight, State};
use domain::catalogue::Group;
use domain::credential::CredentialId;
use domain::forecast::{Calibration, RunOut, Supply, run_out};
use domain::planner::{Days, DemandLog, Known};
use domain::settings::Settings;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How far ahead is looked.
const AHEAD: SignedDuration = SignedDuration::from_hours(12);
/// A forecast holds for so long where hardly anything was used: that nothing was is news after a while.
const FRESH: SignedDuration = SignedDuration::from_mins(30);

/// So little use, as a share of what the windows hold, is no reason to forecast anew.
const LITTLE: f64 = 0.01;

/// Whose: a credential's, or all together.
type Whose = (Option<CredentialId>, Group);

/// The forecasts that hold, and the settings they were made under.
#[derive(Debug, Default)]
pub(super) struct Forecasts {
    made: BTreeMap<Whose, Made>,
    settings: Option<Arc<Settings>>,
}

/// A forecast, and what it was made from.
#[derive(Debug)]
struct Made {
    at: Timestamp,
    from: Windows,
    told: Option<RunOut>,
}

/// What there is to use.
#[derive(Debug, Clone)]
struct Windows {
    left: f64,
    most: Option<f64>,
    capacity: f64,
    refills: Vec<(Timestamp, f64)>,
}

impl Windows {
    fn of(pools: &[Known], now: Timestamp) -> Self {
        let mut refills: Vec<(Timestamp, f64)> = Vec::new();
        for pool in pools {
            let Some(first) = pool.short.ends else { continue };
            let mut at = first;
            while at < now + AHEAD {
                refills.push((at, pool.short.capacity));
                at += pool.short.length;
            }
        }
        refills.sort_by_key(|(at, _)| *at);
        Self {
            left: pools.iter().map(|p| p.short.left).sum(),
            most: pools.iter().map(|p| p.long.map(|long| long.left)).sum(),
            capacity: pools.iter().map(|p| p.short.capacity).sum(),
            refills,
        }
    }

    /// Whether hardly anything changed since `before`: the same refills, and little used.
    fn hardly_differs(&self, before: &Self) -> bool {
        let little = |now: f64, then: f64| (now - then).abs() <= LITTLE * self.capacity;
        let most = match (self.most, before.most) {
            (Some(now), Some(then)) => little(now, then),
            (now, then) => now == then,
        };
        self.refills == before.refills && little(self.left, before.left) && most
    }

    fn run_out(
        &self,
        log: &DemandLog,
        settings: &Settings,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Option<RunOut> {
        let supply = Supply {
            left: self.left,
            refills: &self.refills,
            most: self.most,
            now,
            until: now + AHEAD,
            capacity: self.capacity,
            width: Calibration::default().width(),
        };
        run_out(&Days::recall(log, zone, settings.working_hours.as_ref(), self.capacity, now), &supply)
    }
}

impl Forecasts {
    /// Everything that is expected now; made anew only where more than a little was used, or some time has gone.
    pub(super) fn look(
        &mut self,
        demand: &Demand,
        state: &State,
        settings: &Arc<Settings>,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Foresight {
        // Other working hours make other days.
        if !self.settings.as_ref().is_some_and(|before| Arc::ptr_eq(before, settings)) {
            *self = Self { settings: Some(settings.clone()), made: BTreeMap::new() };
        }
        let mut foresight = Foresight::default();
        let mut holding = BTreeMap::new();
        for key in demand.groups.keys() {
            let Some(learnt) = demand.sure(key, DAYS_OF_USE, LONG_ENOUGH, now) else { continue };
            let group = Group::from_key(key);
            let pools = pools(state, &group, learnt.ratio(), settings, now);
            let mut tell = |whose: Option<CredentialId>, log: &DemandLog, pools: &[Known]| {
                let windows = Windows::of(pools, now);
                let whose = (whose, group.clone());
                let made = match self.made.remove(&whose).filter(|made| made.holds(&windows, now)) {
                    Some(made) => made,
                    None => {
                        let told = windows.run_out(log, settings, zone, now);
                        Made { at: now, from: windows, told }
                    }
                };
                let told = made.told;
                holding.insert(whose, made);
                told
            };
            for (credential, pool) in &pools {
                let id = &credential.credential.id;
                let log = learnt.own.get(id);
                let told = log.and_then(|log| tell(Some(id.clone()), log, &[*pool]));
                foresight.each.insert((id.clone(), group.clone()), told);
            }
            let all: Vec<Known> = pools.iter().map(|(_, pool)| *pool).collect();
            if !all.is_empty()
                && let Some(told) = tell(None, &learnt.log, &all)
            {
                foresight.together.insert(group, told);
            }
        }
        self.made = holding;
        foresight
    }
}

impl Made {
    fn holds(&self, from: &Windows, now: Timestamp) -> bool {
        self.at <= now
            && self.at.duration_until(now) < FRESH
            && from.hardly_differs(&self.from)
            && self.told.is_none_or(|told| told.at > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        "2026-09-01T09:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
    }

    fn windows(left: f64, most: Option<f64>, refill: i64) -> Windows {
        Windows { left, most, capacity: 1.0, refills: vec![(at(refill), 1.0)] }
    }

    #[test]
    fn a_forecast_holds_while_hardly_anything_is_used_and_nothing_else_changes() {
        let run_out = RunOut { at: at(90), from: at(60), to: at(120), chance: 0.9, by_long: false };
        let made = Made { at: at(0), from: windows(0.5, Some(3.0), 240), told: Some(run_out) };
        assert!(made.holds(&windows(0.495, Some(2.995), 240), at(29)));
        for (what, windows, now) in [
            ("old", windows(0.5, Some(3.0), 240), at(30)),
            ("a clock set back", windows(0.5, Some(3.0), 240), at(-1)),
            ("used", windows(0.48, Some(3.0), 240), at(5)),
            ("the week used", windows(0.5, Some(2.9), 240), at(5)),
            ("the week not known any more", windows(0.5, None, 240), at(5)),
            ("another refill", windows(0.5, Some(3.0), 241), at(5)),
        ] {
            assert!(!made.holds(&windows, now), "{what}");
        }
        let over = Made { told: Some(RunOut { at: at(10), ..run_out }), ..made };
        assert!(!over.holds(&windows(0.5, Some(3.0), 240), at(10)), "what was foretold is over");
    }
}
