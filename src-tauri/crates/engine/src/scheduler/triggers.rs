//! What wakes the scheduler: tokio-cron-scheduler in the program, Tokio's timer where time is simulated.
//!
//! The crate reads the system clock itself and ticks twice a second once started, so it is never started: it says how
//! long it is to the next run of its jobs, and we sleep that long. Whether a job is due is decided by our clock.

use crate::clock::Clock;
use crate::settings::SettingsKeeper;
use crate::tasks::Tasks;
use domain::policy::catchup;
use domain::settings::Settings;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

/// The crate cannot compute a next run: look once a minute.
const FALLBACK: Duration = Duration::from_secs(60);

/// Says how long to sleep until a job may be due.
pub trait Triggers: Send + 'static {
    /// How long until the next of these periods is over.
    fn next<'a>(&'a mut self, wakes: &'a Wakes) -> BoxFuture<'a, Duration>;
}

/// When jobs may be due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wakes {
    /// How often the periodic ones are.
    pub periods: Vec<Duration>,
    /// In how long the daily one is, if there is one.
    pub once: Option<Duration>,
}

/// When jobs may be due, as the settings have them.
fn wakes(settings: &Settings, zone: &TimeZone, now: Timestamp) -> Wakes {
    let mut periods = vec![Duration::from_secs(60 * u64::from(settings.refresh_interval_minutes))];
    let once = match settings.smart_warmup_daily_at {
        Some(daily) => {
            let at = catchup::daily(daily.time(), zone, Some(now), now).at;
            Duration::try_from(now.duration_until(at)).ok()
        }
        None => {
            periods.push(Duration::from_secs(settings.smart_warmup_scan_interval_seconds.into()));
            None
        }
    };
    Wakes { periods, once }
}

/// Starts the task that wakes the jobs.
pub(super) fn start(
    tasks: &Tasks,
    mut triggers: Box<dyn Triggers>,
    settings: SettingsKeeper,
    clock: Arc<dyn Clock>,
    zone: TimeZone,
) -> watch::Receiver<u64> {
    let (bell, wake) = watch::channel(0);
    tasks.start(|stop| async move {
        let mut changed = settings.watch();
        loop {
            let wakes = wakes(&settings.current(), &zone, clock.now());
            let wait = triggers.next(&wakes).await;
            tokio::select! {
                () = tokio::time::sleep(wait) => bell.send_modify(|rung| *rung += 1),
                _ = changed.changed() => {}
                () = stop.cancelled() => break,
            }
        }
    });
    wake
}

/// The triggers of the program.
pub struct CronTriggers {
    scheduler: JobScheduler,
    jobs: Vec<uuid::Uuid>,
    /// What the jobs are for.
    armed: Option<Wakes>,
}

impl CronTriggers {
    /// No job yet.
    ///
    /// # Errors
    /// When the crate's own storage does not come up.
    pub async fn new() -> Result<Self, JobSchedulerError> {
        Ok(Self { scheduler: JobScheduler::new().await?, jobs: Vec::new(), armed: None })
    }

    /// Keeps a job for each period; one whose time has come is added anew, which computes its next run.
    async fn arm(&mut self, wakes: &Wakes) -> Result<Option<Duration>, JobSchedulerError> {
        let now_due = self.scheduler.time_till_next_job().await?.is_none_or(|left| left.is_zero());
        let same = self.armed.as_ref().is_some_and(|armed| armed.periods == wakes.periods);
        if now_due || !same || wakes.once.is_some() {
            for id in self.jobs.drain(..) {
                self.scheduler.remove(&id).await?;
            }
            let repeated = wakes.periods.iter().map(|period| Job::new_repeated(*period, |_, _| {}));
            for job in repeated.chain(wakes.once.map(|wait| Job::new_one_shot(wait, |_, _| {}))) {
                self.jobs.push(self.scheduler.add(job?).await?);
            }
            self.armed = Some(wakes.clone());
        }
        self.scheduler.time_till_next_job().await
    }
}

impl Triggers for CronTriggers {
    fn next<'a>(&'a mut self, wakes: &'a Wakes) -> BoxFuture<'a, Duration> {
        async move {
            match self.arm(wakes).await {
                Ok(Some(wait)) => wait.max(Duration::from_secs(1)),
                Ok(None) => FALLBACK,
                Err(error) => {
                    tracing::warn!(target: "background_scheduler", %error, "The triggers do not work; looking once a minute");
                    FALLBACK
                }
            }
        }
        .boxed()
    }
}

/// Triggers on Tokio's timer alone, which a test can move.
#[derive(Debug, Clone, Copy, Default)]
pub struct TimerTriggers;

impl Triggers for TimerTriggers {
    fn next<'a>(&'a mut self, wakes: &'a Wakes) -> BoxFuture<'a, Duration> {
        let shortest = wakes.periods.iter().copied().chain(wakes.once).min().unwrap_or(FALLBACK);
        async move { shortest }.boxed()
    }
}
