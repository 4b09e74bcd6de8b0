//! Forecasts of run-outs, kept as long as what they were made from holds.

use super::demand::Demand;
use super::{DAYS_OF_USE, LONG_ENOUGH, pools};
use crate::ledger::{Foresight, State};
use domain::catalogue::Group;
use domain::credential::CredentialId;
use domain::forecast::{Calibration, RunOut, Supply, run_out};
use domain::planner::{Days, DemandLog, Known};
use domain::settings::Settings;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// How far ahead is looked.
const AHEAD: SignedDuration = SignedDuration::from_hours(12);
/// A forecast holds for so long where hardly anything was used: that nothing was is news after a while.
const FRESH: SignedDuration = SignedDuration::from_mins(30);

/// So little use, as a share of a window, moves no run-out by more than its band is wide.
const LITTLE: f64 = 0.01;

/// Whose: a credential's, or all together.
type Whose = (Option<CredentialId>, Group);

/// The forecasts that hold.
#[derive(Debug, Default)]
pub(super) struct Forecasts(BTreeMap<Whose, Made>);

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
        settings: &Settings,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Foresight {
        let mut foresight = Foresight::default();
        let mut holding = BTreeMap::new();
        for key in demand.groups.keys() {
            let Some(learnt) = demand.sure(key, DAYS_OF_USE, LONG_ENOUGH, now) else { continue };
            let group = Group::from_key(key);
            let pools = pools(state, &group, learnt.ratio(), settings, now);
            let mut tell = |whose: Option<CredentialId>, log: &DemandLog, pools: &[Known]| {
                let windows = Windows::of(pools, now);
                let whose = (whose, group.clone());
                let made = match self.0.remove(&whose).filter(|made| made.holds(&windows, now)) {
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
        self.0 = holding;
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
