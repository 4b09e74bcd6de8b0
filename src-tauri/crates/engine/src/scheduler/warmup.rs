//! The warmup scan: by period, and when a reading lands that changes what it would decide.

use super::agenda::Why;
use super::beat::Beat;
use crate::ledger::{Ledger, Note};
use crate::store::Store;
use crate::tasks::Tasks;
use crate::warmup::Warmups;
use domain::policy::refresh::AFTER_RESET;
use jiff::{SignedDuration, Timestamp};

/// Where the store keeps since when warmup is on.
const ON_SINCE: &str = "warmup_on_since";
/// A reading after a reset has landed by then.
const LANDED: SignedDuration = SignedDuration::from_secs(10);

/// Starts the job.
pub(super) fn start(tasks: &Tasks, beat: Beat, warmups: Warmups, ledger: Ledger, store: Store) {
    tasks.start(|stop| async move {
        let mut scan = Scan { beat, warmups, ledger, store, was_on: false, ask_at: None, scanned_at: None };
        tokio::select! {
            () = scan.run() => {}
            () = stop.cancelled() => {}
        }
    });
}

struct Scan {
    beat: Beat,
    warmups: Warmups,
    ledger: Ledger,
    store: Store,
    was_on: bool,
    /// When a reading that the last plan asked for may be made.
    ask_at: Option<Timestamp>,
    scanned_at: Option<Timestamp>,
}

impl Scan {
    async fn run(&mut self) {
        loop {
            let next = self.look_and_act().await;
            self.beat.wait(next, std::future::pending()).await;
        }
    }

    async fn look_and_act(&mut self) -> Timestamp {
        let now = self.beat.clock.now();
        let settings = self.beat.settings.current();
        self.switched(settings.smart_warmup_enabled, now).await;
        self.ledger.note(Note::ClaimsExpired(now)).await;
        if !settings.smart_warmup_enabled {
            self.beat.announce(None);
            return now + SignedDuration::from_mins(1);
        }
        let every = SignedDuration::from_secs(settings.smart_warmup_scan_interval_seconds.into());
        let why = self.beat.is_due(every, now).or_else(|| self.event(now));
        if let Some(why) = why {
            self.scanned_at = Some(now);
            let warmups = self.warmups.clone();
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
        let next = self.beat.next(every, now);
        self.beat.announce(Some(next));
        [self.ask_at, self.next_landing(now)].into_iter().flatten().fold(next, Timestamp::min)
    }

    /// Whether something happened since the last scan that it could not know.
    fn event(&mut self, now: Timestamp) -> Option<Why> {
        if self.ask_at.is_some_and(|at| at <= now) {
            self.ask_at = None;
            return Some(Why::Asked);
        }
        let scanned = self.scanned_at?;
        let landed = self.resets().any(|reset| {
            let read = reset + AFTER_RESET + LANDED;
            read > scanned && read <= now
        });
        landed.then_some(Why::Reset)
    }

    fn next_landing(&self, now: Timestamp) -> Option<Timestamp> {
        self.resets().map(|reset| reset + AFTER_RESET + LANDED).filter(|at| *at > now).min()
    }

    /// The resets that were known at the last look.
    fn resets(&self) -> impl Iterator<Item = Timestamp> {
        let state = self.ledger.state();
        let windows: Vec<_> = state
            .credentials
            .iter()
            .filter_map(|k| k.quota.clone())
            .flat_map(|q| q.groups.clone())
            .flat_map(|g| g.windows)
            .filter(|w| w.idleness == domain::quota::Idleness::Started)
            .filter_map(|w| w.reset_at)
            .collect();
        windows.into_iter()
    }

    /// Remembers since when warmup is on, and stops a round when it is switched off.
    async fn switched(&mut self, on: bool, now: Timestamp) {
        if on && !self.was_on {
            let since = match self.store.meta(ON_SINCE).await {
                Ok(Some(text)) => text.parse().ok().unwrap_or(now),
                Ok(None) | Err(_) => now,
            };
            self.note_on(since.min(now)).await;
        }
        if !on && self.was_on {
            self.warmups.cancel();
            if let Err(error) = self.store.put_meta(ON_SINCE, None).await {
                tracing::debug!(%error, "That warmup is off could not be noted");
            }
        }
        self.was_on = on;
    }

    async fn note_on(&self, since: Timestamp) {
        if let Err(error) = self.store.put_meta(ON_SINCE, Some(&since.to_string())).await {
            tracing::debug!(%error, "Since when warmup is on could not be noted");
        }
        self.ledger.note(Note::WarmupOn(since)).await;
    }
}
