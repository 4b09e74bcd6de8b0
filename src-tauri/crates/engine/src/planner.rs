//! Plans warmups around the person's day: learns what was asked for from drops of quota, and tells the warmup table
//! until when it had better wait.
//!
//! The model is `domain::planner`'s; this module gathers what it is made from. Learnt from readings: what was used while
//! a window was empty cannot be seen. While too little is known it holds nothing back.

mod demand;
mod expected;
mod foresee;
mod recorded;

pub(crate) use demand::Demand;
pub(crate) use expected::Expected;

use crate::clock::Clock;
use crate::ledger::{Known as Credential, Ledger, Note, PlannedStart, State};
use crate::settings::SettingsKeeper;
use crate::store::{Store, StoreError};
use domain::catalogue::Group;
use domain::credential::{CredentialId, Provider};
use domain::planner::{Asked, Hold, Known, Long, Plan, Short, plan};
use domain::policy::pair::Pair;
use domain::policy::warmup::{Better, Holds, is_meant};
use domain::quota::{Quota, WindowReading};
use domain::settings::{Floor, Settings};
use foresee::Forecasts;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use tokio::sync::{Mutex, MutexGuard};

/// How far back is learnt.
const BACK: SignedDuration = SignedDuration::from_hours(29 * 24);
/// It is sure from so many days with use on, over so many days.
const DAYS_OF_USE: usize = 3;
const LONG_ENOUGH: SignedDuration = SignedDuration::from_hours(4 * 24);
/// Where nothing is to be started, it is planned again after this.
const AGAIN: SignedDuration = SignedDuration::from_mins(60);
/// A plan holds for so long where nothing it was made from changed.
const FRESH: SignedDuration = SignedDuration::from_mins(60);

/// A start that brings less use, in minutes, is not worth waiting for: the rule without a plan goes on.
const WORTH: u32 = 6;

/// Holds the latest plan. Clones share it.
#[derive(Clone)]
pub(crate) struct Planner {
    store: Store,
    ledger: Ledger,
    settings: SettingsKeeper,
    clock: Arc<dyn Clock>,
    zone: TimeZone,
    /// When the day was learnt, and what.
    demand: Arc<Mutex<Demand>>,
    /// By group's key.
    made: Arc<Mutex<BTreeMap<String, Made>>>,
    /// Forecasts that still hold.
    forecasts: Arc<Mutex<Forecasts>>,
    latest: Arc<std::sync::Mutex<Arc<Latest>>>,
    /// What sent starts are expected to bring; `None` until it was read.
    expected: Arc<Mutex<Option<Vec<Expected>>>>,
}

/// A plan.
#[derive(Debug, Default)]
pub(crate) struct Latest {
    /// What the table is told.
    pub(crate) holds: Holds,
    /// What readers see.
    pub(crate) starts: BTreeMap<(CredentialId, Group), PlannedStart>,
    /// The earliest start ahead.
    pub(crate) next: Option<Timestamp>,
}

/// The plan of one group, and what it was made from.
struct Made {
    at: Timestamp,
    settings: Arc<Settings>,
    /// Whose windows, when they refill where they run, and what the daily budget leaves.
    pools: Vec<Standing>,
    plans: Vec<Plan>,
}

/// What of a credential's windows a plan hangs on.
type Standing = (CredentialId, Option<Timestamp>, usize);

impl Made {
    fn holds(&self, settings: &Arc<Settings>, pools: &[Standing], now: Timestamp) -> bool {
        let is_due = |plan: &Plan| plan.starts.first().is_some_and(|start| *start <= now);
        self.at <= now
            && self.at.duration_until(now) < FRESH
            && Arc::ptr_eq(&self.settings, settings)
            && self.pools == pools
            && !self.plans.iter().any(is_due)
    }
}

impl Planner {
    pub(crate) fn new(
        store: Store,
        ledger: Ledger,
        settings: SettingsKeeper,
        clock: Arc<dyn Clock>,
        zone: TimeZone,
    ) -> Self {
        Self {
            store,
            ledger,
            settings,
            clock,
            zone,
            demand: Arc::default(),
            made: Arc::default(),
            forecasts: Arc::default(),
            latest: Arc::default(),
            expected: Arc::default(),
        }
    }

    /// The latest plan.
    pub(crate) fn latest(&self) -> Arc<Latest> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Plans anew from what is known now.
    pub(crate) async fn look(&self) {
        let now = self.clock.now();
        let settings = self.settings.current();
        let latest = if settings.planner_enabled {
            match self.learn(now).await {
                Ok(demand) => self.plan(&demand, &settings, now).await,
                Err(error) => {
                    tracing::warn!(target: "smart_warmup", %error, "The day could not be learnt; nothing is held back");
                    Latest::default()
                }
            }
        } else {
            Latest::default()
        };
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(latest);
        self.foresee().await;
    }

    /// Forecasts anew what the last readings changed, and tells the ledger what is expected now.
    pub(crate) async fn foresee(&self) {
        let now = self.clock.now();
        let demand = match self.learn(now).await {
            Ok(demand) => demand,
            Err(error) => {
                tracing::warn!(target: "smart_warmup", %error, "The day could not be learnt; nothing is forecast");
                return;
            }
        };
        let state = self.ledger.state();
        let mut foresight =
            self.forecasts.lock().await.look(&demand, &state, &self.settings.current(), &self.zone, now);
        drop(demand);
        foresight.starts = self.latest().starts.clone();
        // A start that no scan would send is no plan.
        let (settings, switches) = (self.settings.current(), self.settings.warmup_switches());
        foresight.starts.retain(|(id, group), _| {
            let quota = state.get(id).and_then(|known| known.quota.as_deref());
            quota.is_some_and(|quota| is_meant(id, quota, group, &settings, &switches))
        });
        if *state.foresight != foresight {
            self.ledger.note(Note::Foreseen(Arc::new(foresight))).await;
        }
    }

    /// What drops teach. Those that came since the last look are added: what is known is not read again.
    async fn learn(&self, now: Timestamp) -> Result<MutexGuard<'_, Demand>, StoreError> {
        let mut demand = self.demand.lock().await;
        let (drops, seen) = self.store.drops_after(demand.seen, now - BACK).await?;
        demand.seen = seen;
        drops.iter().for_each(|drop| demand.learn(drop, &self.zone));
        demand.forget(now - BACK, &self.zone);
        Ok(demand)
    }

    async fn plan(&self, demand: &Demand, settings: &Arc<Settings>, now: Timestamp) -> Latest {
        let state = self.ledger.state();
        let mut made = self.made.lock().await;
        let mut latest = Latest::default();
        for key in demand.groups.keys() {
            let Some(learnt) = demand.sure(key, DAYS_OF_USE, LONG_ENOUGH, now) else { continue };
            let group = Group::from_key(key);
            let pools = pools(&state, &group, learnt.ratio(), settings, now);
            let windows: Vec<_> = pools
                .iter()
                .map(|(k, pool)| (k.credential.id.clone(), pool.short.ends, pool.budget))
                .collect();
            if !made.get(key).is_some_and(|made| made.holds(settings, &windows, now)) {
                let known: Vec<Known> = pools.iter().map(|(_, pool)| *pool).collect();
                let hours = settings.working_hours.as_ref();
                let allowed = Some(&settings.smart_warmup_hours).filter(|hours| !hours.is_any());
                let asked = Asked { log: &learnt.log, zone: &self.zone, hours, allowed, now, pools: &known };
                let plans = plan(&asked);
                made.insert(key.clone(), Made { at: now, settings: settings.clone(), pools: windows, plans });
            }
            let plans = made.get(key).into_iter().flat_map(|made| &made.plans);
            for ((credential, _), plan) in pools.iter().zip(plans) {
                latest.take(&credential.credential.id, &group, plan, now);
            }
        }
        latest
    }
}

/// Plans for windows that nothing limits, from what is learnt: a start for each, where one is worth it.
pub(crate) fn unlimited(
    demand: &Demand,
    group: &Group,
    pools: &[Known],
    zone: &TimeZone,
    now: Timestamp,
) -> Vec<Option<PlannedStart>> {
    let Some(learnt) = demand.sure(group.key(), DAYS_OF_USE, LONG_ENOUGH, now) else {
        return vec![None; pools.len()];
    };
    let asked = Asked { log: &learnt.log, zone, hours: None, allowed: None, now, pools };
    plan(&asked).iter().map(start).collect()
}

/// The start that a plan has in view, where it brings enough.
fn start(plan: &Plan) -> Option<PlannedStart> {
    let gain_minutes = minutes(plan.hours);
    let is_one = plan.hold.is_none() && !plan.starts.is_empty() && gain_minutes >= WORTH;
    is_one.then(|| PlannedStart { starts: plan.starts.clone(), refills: plan.refills.clone(), gain_minutes })
}

impl Latest {
    fn take(&mut self, id: &CredentialId, group: &Group, plan: &Plan, now: Timestamp) {
        let Some(start) = start(plan) else {
            // What was wanted while a window was empty is not seen: no gain in sight does not mean that there is none.
            if plan.hold == Some(Hold::WeekBinds) {
                self.holds.hold(id, group, now + AGAIN, Better::Week);
            }
            return;
        };
        let Some(first) = start.starts.first().copied() else { return };
        let mut refills = start.refills.iter().copied();
        let refills = [refills.next(), refills.next()];
        self.holds.hold(id, group, first, Better::Start { refills, gain_minutes: start.gain_minutes });
        if first > now {
            self.next = Some(self.next.map_or(first, |next| next.min(first)));
        }
        self.starts.insert((id.clone(), group.clone()), start);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to some hours")]
pub(crate) fn minutes(hours: f64) -> u32 {
    (hours * 60.0).round().clamp(0.0, 1e6) as u32
}

/// The windows of a group that count, of every credential that may be warmed, above the floor.
fn pools<'a>(
    state: &'a State,
    group: &Group,
    ratio: Option<f64>,
    settings: &Settings,
    now: Timestamp,
) -> Vec<(&'a Credential, Known)> {
    let usable = |k: &&Arc<Credential>| {
        k.credential.provider == Provider::Antigravity && k.credential.state.is_active()
    };
    let pool = |k: &'a Arc<Credential>| {
        let known = known(k.quota.as_deref()?, group, ratio, now)?;
        let pair = Pair { credential: &k.credential.id, group: Some(group), model: "" };
        let (budget, not_before) = state.warmups.room(pair, settings, now);
        let budget = usize::try_from(budget).unwrap_or(usize::MAX);
        Some((k.as_ref(), Known { not_before, budget, ..above_floor(known, settings) }))
    };
    state.credentials.iter().filter(usable).filter_map(pool).collect()
}

/// What protection keeps back serves nobody.
fn above_floor(known: Known, settings: &Settings) -> Known {
    if !settings.quota_protection_enabled || settings.quota_protection_floor == Floor::Soft {
        return known;
    }
    let kept = f64::from(settings.quota_protection_threshold) / 100.0 * known.short.capacity;
    let short = Short {
        capacity: (known.short.capacity - kept).max(0.01),
        left: (known.short.left - kept).max(0.0),
        ..known.short
    };
    Known { short, ..known }
}

fn known(quota: &Quota, group: &Group, ratio: Option<f64>, now: Timestamp) -> Option<Known> {
    let window = quota.short_window(group)?;
    let left = window.remaining_at(now)?.fraction();
    let length = window.kind.length().filter(|l| *l < SignedDuration::from_hours(24))?;
    let long = |w: &WindowReading| {
        let length = w.kind.length().filter(|l| *l >= SignedDuration::from_hours(24))?;
        let left = w.remaining_at(now)?.fraction() * ratio?;
        Some(Long { length, left, ends: ends(w, now) })
    };
    let long = quota.windows_of(group).filter_map(long).min_by(|a, b| a.left.total_cmp(&b.left));
    let short = Short { length, capacity: 1.0, left, ends: ends(window, now) };
    Some(Known { short, long, not_before: None, budget: usize::MAX })
}

fn ends(window: &WindowReading, now: Timestamp) -> Option<Timestamp> {
    window.reset_at.filter(|_| window.started_at(now) == Some(true))
}
