//! What wakes the scheduler: tokio-cron-scheduler in the program, Tokio's timer alone where time is simulated.
//!
//! The crate reads the system clock itself and ticks twice a second once started. So it is never started: it says how
//! long it is to the next run of its jobs, and the driver sleeps that long, at most a minute. Whether a job is due is
//! decided by our clock.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::time::Duration;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

/// Says how long to sleep until a job may be due.
pub trait Triggers: Send + 'static {
    /// Sets the jobs: periods in seconds, and a local time of the day where one is wanted.
    fn set(&mut self, periods: &[Duration], daily: Option<jiff::civil::Time>) -> BoxFuture<'_, ()>;

    /// How long until the next of them; `None` where nothing is set.
    fn next(&mut self) -> BoxFuture<'_, Option<Duration>>;
}

/// The triggers of the program.
pub struct CronTriggers {
    scheduler: JobScheduler,
    wanted: (Vec<Duration>, Option<jiff::civil::Time>),
}

impl CronTriggers {
    /// No job yet.
    ///
    /// # Errors
    /// When the crate's own storage does not come up.
    pub async fn new() -> Result<Self, JobSchedulerError> {
        Ok(Self { scheduler: JobScheduler::new().await?, wanted: (Vec::new(), None) })
    }

    /// Adds the jobs anew, which makes the crate compute their next runs.
    async fn arm(&mut self) -> Result<(), JobSchedulerError> {
        self.scheduler = JobScheduler::new().await?;
        for period in &self.wanted.0 {
            self.scheduler.add(Job::new_repeated(*period, |_, _| {})?).await?;
        }
        if let Some(time) = self.wanted.1 {
            let cron = format!("0 {} {} * * *", time.minute(), time.hour());
            self.scheduler.add(Job::new_tz(cron.as_str(), chrono::Local, |_, _| {})?).await?;
        }
        Ok(())
    }
}

impl Triggers for CronTriggers {
    fn set(&mut self, periods: &[Duration], daily: Option<jiff::civil::Time>) -> BoxFuture<'_, ()> {
        self.wanted = (periods.to_vec(), daily);
        async {}.boxed()
    }

    fn next(&mut self) -> BoxFuture<'_, Option<Duration>> {
        async {
            if let Err(error) = self.arm().await {
                tracing::warn!(%error, "The triggers do not come up; looking once a minute instead");
                return None;
            }
            self.scheduler.time_till_next_job().await.ok().flatten()
        }
        .boxed()
    }
}
