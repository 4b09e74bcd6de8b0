//! Plans warmups around the person's day: learns what was asked for from drops of quota, and tells the warmup table
//! until when it had better wait.
//!
//! The model is `domain::planner`'s; this module gathers what it is made from. Learnt from readings: what was used while
//! a window was empty cannot be seen. While too little is known it holds nothing back.

mod demand;

use crate::clock::Clock;
use crate::ledger::{Known as Credential, Ledger};
use crate::settings::SettingsKeeper;
use crate::store::{Store, StoreError};
use crate::view::dto::PlannedStart;
use demand::{Demand, Learnt};
use domain::catalogue::Group;
use domain::credential::{CredentialId, Provider};
use domain::planner::{Asked, Hold, Known, Long, Plan, Short, plan};
use domain::policy::warmup::{Better, Holds};
use domain::quota::{Quota, WindowReading};
use domain::settings::Settings;
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
    latest: Arc<std::sync::Mutex<Arc<Latest>>>,
}

/// A plan.
#[derive(Debug, Default)]
pub(crate) struct Latest {
    /// What the table is told.
    pub(crate) holds: Holds,
    /// What readers see.
    pub(crate) starts: Vec<PlannedStart>,
    /// The earliest start ahead.
    pub(crate) next: Option<Timestamp>,
}

/// The plan of one group, and what it was made from.
struct Made {
    at: Timestamp,
    settings: Arc<Settings>,
    /// Whose windows, and when they refill where they run.
    pools: Vec<(CredentialId, Option<Timestamp>)>,
    plans: Vec<Plan>,
}

impl Made {
    fn holds(
        &self,
        settings: &Arc<Settings>,
        pools: &[(CredentialId, Option<Timestamp>)],
        now: Timestamp,
    ) -> bool {
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
            latest: Arc::default(),
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
                Ok(demand) => self.plan(&demand.groups, &settings, now).await,
                Err(error) => {
                    tracing::warn!(target: "smart_warmup", %error, "The day could not be learnt; nothing is held back");
                    Latest::default()
                }
            }
        } else {
            Latest::default()
        };
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(latest);
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

    async fn plan(
        &self,
        learnt: &BTreeMap<String, Learnt>,
        settings: &Arc<Settings>,
        now: Timestamp,
    ) -> Latest {
        let state = self.ledger.state();
        let mut made = self.made.lock().await;
        let mut latest = Latest::default();
        for (key, learnt) in learnt {
            let begins = learnt.log.begins();
            if learnt.days.len() < DAYS_OF_USE || begins.duration_until(now) < LONG_ENOUGH {
                continue;
            }
            let group = Group::from_key(key);
            let ratio = (learnt.long > 0.0).then(|| learnt.short / learnt.long);
            let pools: Vec<(&Credential, Known)> = state
                .credentials
                .iter()
                .filter(|k| k.credential.provider == Provider::Antigravity && k.credential.state.is_active())
                .filter_map(|k| Some((k.as_ref(), known(k.quota.as_deref()?, &group, ratio, now)?)))
                .collect();
            let windows: Vec<_> =
                pools.iter().map(|(k, pool)| (k.credential.id.clone(), pool.short.ends)).collect();
            if !made.get(key).is_some_and(|made| made.holds(settings, &windows, now)) {
                let known: Vec<Known> = pools.iter().map(|(_, pool)| *pool).collect();
                let hours = settings.working_hours.as_ref();
                let asked = Asked { log: &learnt.log, zone: &self.zone, hours, now, pools: &known };
                let plans = plan(&asked);
                made.insert(key.clone(), Made { at: now, settings: settings.clone(), pools: windows, plans });
            }
            let plans = made.get(key).into_iter().flat_map(|made| &made.plans);
            for ((credential, _), plan) in pools.iter().zip(plans) {
                latest.take(&credential.credential.id, &credential.credential.name(), &group, plan, now);
            }
        }
        latest
    }
}

impl Latest {
    fn take(&mut self, id: &CredentialId, name: &str, group: &Group, plan: &Plan, now: Timestamp) {
        let (until, why) = match (plan.starts.first(), plan.hold) {
            (_, Some(Hold::NotSure)) => return,
            (Some(start), _) => {
                let mut refills = plan.refills.iter().copied();
                let refills = [refills.next(), refills.next()];
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "0 to some hours"
                )]
                let gain_minutes = (plan.hours * 60.0).round().clamp(0.0, 1e6) as u32;
                (*start, Better::Start { refills, gain_minutes })
            }
            (None, Some(Hold::WeekBinds)) => (now + AGAIN, Better::Week),
            // What was wanted while a window was empty is not seen: no gain in sight does not mean that there is none.
            (None, Some(Hold::NoGain) | None) => return,
        };
        self.holds.hold(id, group, until, why);
        if plan.starts.first().is_some_and(|start| *start > now) {
            self.next = Some(self.next.map_or(until, |next| next.min(until)));
        }
        self.starts.push(PlannedStart {
            credential: id.to_string(),
            name: name.to_owned(),
            group: group.key().to_owned(),
            starts: plan.starts.iter().map(ToString::to_string).collect(),
            refills: plan.refills.iter().map(ToString::to_string).collect(),
            gain_hours: plan.hours,
            hold: plan.hold.map(|h| key(h).to_owned()),
        });
    }
}

fn key(hold: Hold) -> &'static str {
    match hold {
        Hold::NotSure => "not_sure",
        Hold::WeekBinds => "week_binds",
        Hold::NoGain => "no_gain",
    }
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
    Some(Known { short: Short { length, capacity: 1.0, left, ends: ends(window, now) }, long })
}

fn ends(window: &WindowReading, now: Timestamp) -> Option<Timestamp> {
    window.reset_at.filter(|_| window.started_at(now) == Some(true))
}
