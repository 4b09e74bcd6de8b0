//! What wakes the scheduler: tokio-cron-scheduler in the program, Tokio's timer where time is simulated.
//!
//! The crate reads the system clock itself and ticks twice a second once started, so it is never started: it says how
//! long it is to the next run of its jobs, and we sleep that long. Whether a job is due is decided by our clock.

use crate::settings::SettingsKeeper;
use crate::tasks::Tasks;
use domain::settings::Settings;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::time::Duration;
use tokio::sync::watch;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

/// The crate cannot compute a next run: look once a minute.
const FALLBACK: Duration = Duration::from_secs(60);

/// Says how long to sleep until a job may be due.
pub trait Triggers: Send + 'static {
    /// How long until the next of these periods is over.
    fn next<'a>(&'a mut self, periods: &'a [Duration]) -> BoxFuture<'a, Duration>;
}

/// The periods of the jobs, as the settings have them.
fn periods(settings: &Settings) -> [Duration; 2] {
    [
        Duration::from_secs(60 * u64::from(settings.refresh_interval_minutes)),
        Duration::from_secs(settings.smart_warmup_scan_interval_seconds.into()),
    ]
}

/// Starts the task that wakes the jobs.
pub(super) fn start(
    tasks: &Tasks,
    mut triggers: Box<dyn Triggers>,
    settings: SettingsKeeper,
) -> watch::Receiver<u64> {
    let (bell, wake) = watch::channel(0);
    tasks.start(|stop| async move {
        let mut changed = settings.watch();
        loop {
            let periods = periods(&settings.current());
            let wait = triggers.next(&periods).await;
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
    jobs: Vec<(Duration, uuid::Uuid)>,
}

impl CronTriggers {
    /// No job yet.
    ///
    /// # Errors
    /// When the crate's own storage does not come up.
    pub async fn new() -> Result<Self, JobSchedulerError> {
        Ok(Self { scheduler: JobScheduler::new().await?, jobs: Vec::new() })
    }

    /// Keeps a job for each period; one whose time has come is added anew, which computes its next run.
    async fn arm(&mut self, periods: &[Duration]) -> Result<Option<Duration>, JobSchedulerError> {
        let now_due = self.scheduler.time_till_next_job().await?.is_none_or(|left| left.is_zero());
        let same = self.jobs.iter().map(|(period, _)| *period).eq(periods.iter().copied());
        if now_due || !same {
            for (_, id) in self.jobs.drain(..) {
                self.scheduler.remove(&id).await?;
            }
            for period in periods {
                let id = self.scheduler.add(Job::new_repeated(*period, |_, _| {})?).await?;
                self.jobs.push((*period, id));
            }
        }
        self.scheduler.time_till_next_job().await
    }
}

impl Triggers for CronTriggers {
    fn next<'a>(&'a mut self, periods: &'a [Duration]) -> BoxFuture<'a, Duration> {
        async move {
            match self.arm(periods).await {
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
    fn next<'a>(&'a mut self, periods: &'a [Duration]) -> BoxFuture<'a, Duration> {
        let shortest = periods.iter().min().copied().unwrap_or(FALLBACK);
        async move { shortest }.boxed()
    }
}
