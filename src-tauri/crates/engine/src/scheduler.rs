//! When background work happens: by period, by a known reset, near a floor, on wake from sleep, when asked.
//!
//! What is done belongs to its owners (quota source, warmups, store). Whether a job is due is decided by our clock;
//! the triggers only wake us.

mod agenda;
mod beat;
mod housekeeping;
mod jumps;
mod refresh;
mod rejudge;
mod triggers;
mod warmup;

pub(crate) use housekeeping::REMEMBERED;

pub use agenda::{Agenda, Job, JobStatus, Why};
pub use triggers::{CronTriggers, TimerTriggers, Triggers};

use crate::clock::Clock;
use crate::ledger::Ledger;
use crate::pause::Pause;
use crate::quota::QuotaSource;
use crate::settings::SettingsKeeper;
use crate::store::Store;
use crate::tasks::Tasks;
use crate::warmup::Warmups;
use beat::Beat;
use jiff::tz::TimeZone;
use std::sync::Arc;
use tokio::sync::watch;

/// What the scheduler works with.
pub struct Parts {
    /// Reads quota.
    pub source: QuotaSource,
    /// Warms up.
    pub warmups: Warmups,
    /// The live state.
    pub ledger: Ledger,
    /// What is wanted, and how often.
    pub settings: SettingsKeeper,
    /// The durable truth, to be looked after.
    pub store: Store,
    /// Whether automation rests.
    pub pause: Pause,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The user's time zone.
    pub zone: TimeZone,
    /// What wakes us.
    pub triggers: Box<dyn Triggers>,
}

/// Starts every job, each in a task of its own: a long refresh does not hold a scan up, and no job overlaps itself.
#[must_use]
pub fn start(tasks: &Tasks, parts: Parts) -> watch::Receiver<Agenda> {
    let Parts { source, warmups, ledger, settings, store, pause, clock, zone, triggers } = parts;
    let (agenda, status) = watch::channel(Agenda::default());
    let wake = triggers::start(tasks, triggers, settings.clone(), clock.clone(), zone.clone());
    let landed = watch::Sender::new(Why::Period);
    let beat =
        |job| Beat::new(job, agenda.clone(), wake.clone(), settings.clone(), pause.clone(), clock.clone());
    jumps::start(tasks, ledger.clone(), store.clone(), clock.clone());
    rejudge::start(tasks, source.clone(), settings.clone());
    refresh::start(tasks, beat(Job::Refresh), source, ledger.clone(), landed.clone());
    let scan = warmup::Parts { warmups, ledger: ledger.clone(), store: store.clone(), zone };
    warmup::start(tasks, beat(Job::Warmup), scan, landed.subscribe());
    housekeeping::start(tasks, beat(Job::Housekeeping), store, ledger, settings.clone());
    status
}
