//! The warmup scan: by period or once a day, after the reading that follows a reset or the coming of a login, and when a
//! reading that the last plan asked for is due.

use super::agenda::Why;
use super::beat::Beat;
use crate::ledger::{Ledger, Note};
use crate::store::Store;
use crate::tasks::Tasks;
use crate::warmup::Warmups;
use domain::settings::Settings;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// Where the store keeps since when warmup is on.
const ON_SINCE: &str = "warmup_on_since";
/// Where it keeps the last daily run, so that one is caught up with when the program starts later that day.
const DAILY_RUN: &str = "warmup_daily_run";

/// What a scan works with.
pub(super) struct Parts {
    pub(super) warmups: Warmups,
    pub(super) ledger: Ledger,
    pub(super) store: Store,
    pub(super) zone: TimeZone,
}

/// Starts the job.
pub(super) fn start(tasks: &Tasks, beat: Beat, parts: Parts, landed: watch::Receiver<Why>) {
    tasks.start(|stop| async move {
        let mut scan = Scan { beat, parts, landed, daily: false, was_on: false, ask_at: None };
        tokio::select! {
            () = scan.run() => {}
            () = stop.cancelled() => {}
        }
    });
}

struct Scan {
    beat: Beat,
    parts: Parts,
    /// Tells that readings have landed which it could not know, and why they were made.
    landed: watch::Receiver<Why>,
    /// The books are those of the daily run.
    daily: bool,
    was_on: bool,
    /// When a reading that the last plan asked for may be made.
    ask_at: Option<Timestamp>,
}

impl Scan {
    async fn run(&mut self) {
        loop {
            let next = self.look_and_act().await;
            let mut landed = self.landed.clone();
            let landed = async {
                if landed.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            self.beat.wait(next, landed).await;
        }
    }

    async fn look_and_act(&mut self) -> Timestamp {
        let settings = self.beat.settings.current();
        self.switched(settings.smart_warmup_enabled).await;
        let now = self.beat.clock.now();
        if self.parts.ledger.state().cooldowns.iter().any(|claim| claim.until <= now) {
            self.parts.ledger.note(Note::ClaimsExpired(now)).await;
        }
        self.parts.warmups.verify_late().await;
        if !settings.smart_warmup_enabled {
            self.ask_at = None;
            self.landed.mark_unchanged();
            self.beat.announce(None);
            return now + SignedDuration::from_mins(1);
        }
        if let Some(until) = self.beat.pause.until() {
            self.landed.mark_unchanged();
            self.beat.announce(Some(until));
            return until;
        }
        let due = self.is_due(&settings, now).await;
        if let Some(why) = due.or_else(|| self.event(&settings, now)) {
            // Whatever happened until now is in this plan.
            self.landed.mark_unchanged();
            let warmups = self.parts.warmups.clone();
            let mut ask_at = None;
            self.beat
                .run(why, async {
                    let scanned = warmups.scan().await;
                    ask_at = scanned.ask_at;
                    scanned.summary
                })
                .await;
            self.ask_at = ask_at;
        }
        let now = self.beat.clock.now();
        let next = self.next(&settings, now);
        self.beat.announce(Some(next));
        self.ask_at.into_iter().fold(next, Timestamp::min)
    }

    async fn is_due(&mut self, settings: &Settings, now: Timestamp) -> Option<Why> {
        let Some(daily) = settings.smart_warmup_daily_at else {
            if std::mem::take(&mut self.daily) {
                self.beat.resume(None);
            }
            return self.beat.is_due(interval(settings), now);
        };
        if !std::mem::replace(&mut self.daily, true) {
            let kept = self.parts.store.meta(DAILY_RUN).await.ok().flatten();
            self.beat.resume(kept.and_then(|text| text.parse().ok()));
        }
        let due = self.beat.is_due_daily(daily.time(), &self.parts.zone, now);
        if due.is_some()
            && let Some(last) = self.beat.last()
            && let Err(error) = self.parts.store.put_meta(DAILY_RUN, Some(&last.to_string())).await
        {
            tracing::warn!(target: "smart_warmup", %error, "The daily run could not be noted; after a restart today it would come again");
        }
        due
    }

    fn next(&self, settings: &Settings, now: Timestamp) -> Timestamp {
        match settings.smart_warmup_daily_at {
            Some(daily) => self.beat.next_daily(daily.time(), &self.parts.zone, now),
            None => self.beat.next(interval(settings), now),
        }
    }

    /// Whether something happened since the last scan that it could not know.
    fn event(&mut self, settings: &Settings, now: Timestamp) -> Option<Why> {
        if self.ask_at.is_some_and(|at| at <= now) {
            self.ask_at = None;
            return Some(Why::Asked);
        }
        // Seen is seen, also where it is no reason: else the wait for it would end at once for ever.
        let landed = self.landed.has_changed().unwrap_or(false).then(|| *self.landed.borrow());
        self.landed.mark_unchanged();
        landed.filter(|_| settings.smart_warmup_daily_at.is_none())
    }

    /// Remembers since when warmup is on, and that the user agreed to it by switching it on, however that was done.
    async fn switched(&mut self, on: bool) {
        if on == std::mem::replace(&mut self.was_on, on) {
            return;
        }
        let now = self.beat.clock.now();
        let noted = if on {
            let since = self.parts.store.meta(ON_SINCE).await.ok().flatten();
            let since = since.and_then(|text| text.parse().ok()).unwrap_or(now).min(now);
            self.parts.ledger.note(Note::WarmupOn(since)).await;
            self.beat.resume(None);
            self.daily = false;
            match self.parts.warmups.agree().await {
                Ok(()) => self.parts.store.put_meta(ON_SINCE, Some(&since.to_string())).await,
                failed => failed,
            }
        } else {
            self.parts.store.put_meta(ON_SINCE, None).await
        };
        if let Err(error) = noted {
            tracing::warn!(target: "smart_warmup", %error, "That warmup was switched could not be noted");
        }
    }
}

fn interval(settings: &Settings) -> SignedDuration {
    SignedDuration::from_secs(settings.smart_warmup_scan_interval_seconds.into())
}
