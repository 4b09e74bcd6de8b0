//! The beat of one job: when its next run is due, waiting for it, and keeping the books.

use super::agenda::{Agenda, Job, JobStatus, Why};
use crate::clock::Clock;
use crate::pause::Pause;
use crate::settings::SettingsKeeper;
use domain::policy::catchup::{self, Due, Jump};
use domain::policy::words::Said;
use domain::settings::Settings;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A suspended laptop or a changed clock is noticed within this time.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// The beat of one job.
pub(super) struct Beat {
    job: Job,
    agenda: watch::Sender<Agenda>,
    wake: watch::Receiver<u64>,
    settings_changed: watch::Receiver<Arc<Settings>>,
    paused: watch::Receiver<Option<Timestamp>>,
    pub(super) pause: Pause,
    pub(super) settings: SettingsKeeper,
    pub(super) clock: Arc<dyn Clock>,
    /// The due time of the last periodic run.
    last: Option<Timestamp>,
    /// When a run that was missed is caught up with.
    catch_up_at: Option<Timestamp>,
    /// Wall clock and timer at the last look.
    looked: (Timestamp, Instant),
}

impl Beat {
    pub(super) fn new(
        job: Job,
        agenda: watch::Sender<Agenda>,
        wake: watch::Receiver<u64>,
        settings: SettingsKeeper,
        pause: Pause,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let looked = (clock.now(), Instant::now());
        Self {
            job,
            agenda,
            wake,
            settings_changed: settings.watch(),
            settings,
            paused: pause.watch(),
            pause,
            clock,
            last: None,
            catch_up_at: None,
            looked,
        }
    }

    /// Whether the periodic run is due; begins its books if so.
    pub(super) fn is_due(&mut self, every: SignedDuration, now: Timestamp) -> Option<Why> {
        self.begin(catchup::periodic(self.last, every, now), now)
    }

    /// Whether the run at a local time of the day is due; begins its books if so.
    pub(super) fn is_due_daily(&mut self, time: Time, zone: &TimeZone, now: Timestamp) -> Option<Why> {
        self.begin(catchup::daily(time, zone, self.last, now), now)
    }

    fn begin(&mut self, due: Due, now: Timestamp) -> Option<Why> {
        self.last = due.last;
        if !due.is_now(now) {
            self.catch_up_at = None;
            return None;
        }
        // After a sleep the jobs catch up one after the other.
        if due.missed > 0 {
            let jobs = u32::try_from(Job::ALL.len()).unwrap_or(u32::MAX);
            let wait = catchup::spread(self.job as u32, jobs);
            if now < *self.catch_up_at.get_or_insert(now + wait) {
                return None;
            }
        }
        self.catch_up_at = None;
        self.last = Some(due.at);
        let missed = u32::try_from(due.missed).unwrap_or(u32::MAX);
        self.keep(|s| {
            s.missed = s.missed.saturating_add(missed);
            s.runs += 1;
        });
        Some(if missed > 0 { Why::Wake } else { Why::Period })
    }

    /// When the periodic run is due next.
    pub(super) fn next(&self, every: SignedDuration, now: Timestamp) -> Timestamp {
        self.catch_up_at.unwrap_or_else(|| catchup::periodic(self.last, every, now).at)
    }

    /// When the daily run is due next.
    pub(super) fn next_daily(&self, time: Time, zone: &TimeZone, now: Timestamp) -> Timestamp {
        self.catch_up_at.unwrap_or_else(|| catchup::daily(time, zone, self.last, now).at)
    }

    /// The last run, to be kept over a restart.
    pub(super) fn last(&self) -> Option<Timestamp> {
        self.last
    }

    /// The last run as it was kept.
    pub(super) fn resume(&mut self, last: Option<Timestamp>) {
        self.last = last;
    }

    /// Runs `work` and keeps the books of it.
    pub(super) async fn run(&self, why: Why, work: impl Future<Output = Said>) {
        let (at, begun) = (self.clock.now(), Instant::now());
        self.keep(|s| {
            (s.running, s.last_at, s.last_why) = (true, Some(at), Some(why));
            if !matches!(why, Why::Period | Why::Wake) {
                s.event_runs += 1;
            }
        });
        let outcome = work.await;
        let took = SignedDuration::try_from(begun.elapsed()).unwrap_or(SignedDuration::MAX);
        tracing::debug!(target: "background_scheduler", job = self.job.key(), why = why.key(), ?took, "{}", outcome.english);
        self.keep(|s| (s.running, s.last_took, s.last_outcome) = (false, Some(took), Some(outcome)));
    }

    /// Says when the job is due next, or that it is off.
    pub(super) fn announce(&self, next: Option<Timestamp>) {
        self.keep(|s| (s.on, s.next_at) = (next.is_some(), next));
    }

    /// Changes what concerns all jobs.
    pub(super) fn with_agenda(&self, change: impl FnOnce(&mut Agenda)) {
        self.agenda.send_if_modified(|agenda| {
            let before = agenda.clone();
            change(agenda);
            *agenda != before
        });
    }

    /// Waits until `next`, a trigger, a change of the settings, or `event`; a minute at most.
    pub(super) async fn wait(&mut self, next: Timestamp, event: impl Future<Output = ()>) {
        let now = self.clock.now();
        let until = Duration::try_from(now.duration_until(next)).unwrap_or(Duration::ZERO);
        // Never in a tight circle: what is due and stays due is looked at again after a moment.
        let wait = until.clamp(Duration::from_millis(50), LOOK_AGAIN);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = self.wake.changed() => {}
            _ = self.settings_changed.changed() => {}
            _ = self.paused.changed() => {}
            () = event => {}
        }
    }

    /// Whether the wall clock jumped since the last look.
    pub(super) fn jumped(&mut self) -> Option<Jump> {
        let (now, timer) = (self.clock.now(), Instant::now());
        let passed =
            SignedDuration::try_from(timer.duration_since(self.looked.1)).unwrap_or(SignedDuration::MAX);
        let jump = catchup::jump(self.looked.0, now, passed);
        self.looked = (now, timer);
        jump
    }

    fn keep(&self, change: impl FnOnce(&mut JobStatus)) {
        self.with_agenda(|agenda| change(agenda.job_mut(self.job)));
    }
}
