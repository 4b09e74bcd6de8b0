//! Background refresh: wakes by due time, by a known reset, and by a change of what it depends on; looks at
//! the current state, reads what is due, and looks again at least once a minute.

use crate::clock::Clock;
use crate::ledger::{Ledger, State};
use crate::quota::QuotaSource;
use crate::settings::SettingsKeeper;
use crate::tasks::Tasks;
use crate::upstream::Urgency;
use crate::view::dto::Freshness;
use domain::credential::CredentialId;
use domain::policy::refresh;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A suspended laptop or a changed clock is noticed within this time.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// What the refresh is up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefreshStatus {
    /// When the next periodic cycle is due; `None` while background refresh is off.
    pub next_at: Option<Timestamp>,
    /// The interval, where the pace made it longer than the user's.
    pub stretched_to: Option<SignedDuration>,
    /// When the last periodic cycle began.
    pub last_at: Option<Timestamp>,
    /// Credentials read after a known reset, in this run.
    pub after_resets: u64,
}

/// Starts background refresh.
#[must_use]
pub fn start(
    tasks: &Tasks,
    source: QuotaSource,
    ledger: Ledger,
    settings: SettingsKeeper,
    clock: Arc<dyn Clock>,
) -> watch::Receiver<RefreshStatus> {
    let (publish, status) = watch::channel(RefreshStatus::default());
    tasks.start(|stop| async move {
        let mut refresh = Refresh { source, ledger, settings, clock, publish, seen_resets: BTreeSet::new() };
        tokio::select! {
            () = refresh.run() => {}
            () = stop.cancelled() => {}
        }
    });
    status
}

struct Refresh {
    source: QuotaSource,
    ledger: Ledger,
    settings: SettingsKeeper,
    clock: Arc<dyn Clock>,
    publish: watch::Sender<RefreshStatus>,
    /// Resets that were read after, so that each is read after once.
    seen_resets: BTreeSet<(Timestamp, CredentialId)>,
}

impl Refresh {
    async fn run(&mut self) {
        let mut settings = self.settings.watch();
        let mut known = self.ledger.watch();
        loop {
            let wait = self.look_and_act().await;
            let mut credentials = known.borrow_and_update().credentials.len();
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = settings.changed() => {}
                // A new credential is read at once; numbers that come in are no reason to look.
                () = async { while known.changed().await.is_ok() {
                    let now = known.borrow_and_update().credentials.len();
                    if std::mem::replace(&mut credentials, now) < now { break }
                } } => {}
            }
        }
    }

    /// Reads what is due and says how long to wait.
    async fn look_and_act(&mut self) -> Duration {
        let settings = self.settings.current();
        if !settings.background_refresh_enabled {
            self.publish.send_if_modified(|s| std::mem::take(&mut s.next_at).is_some());
            return LOOK_AGAIN;
        }
        let now = self.clock.now();
        let state = self.ledger.state();
        let ids = active(&state);
        let wanted = SignedDuration::from_mins(settings.refresh_interval_minutes.into());
        let interval = refresh::interval(
            wanted,
            ids.len(),
            SignedDuration::from_millis(settings.upstream_min_interval_ms.into()),
        );
        let last = self.publish.borrow().last_at;
        let due = refresh::next_cycle(last, interval, now);
        let due = if due <= now {
            self.publish.send_modify(|s| s.last_at = Some(now));
            self.source.read(&ids, Freshness::Refreshed, Urgency::Background).await;
            now + interval
        } else {
            self.read_new(&state).await;
            self.read_after_resets(now).await;
            due
        };
        self.publish.send_if_modified(|s| {
            let (before, stretched) = (s.clone(), (interval > wanted).then_some(interval));
            (s.next_at, s.stretched_to) = (Some(due), stretched);
            *s != before
        });
        let now = self.clock.now();
        let next = self.next_reset(&self.ledger.state(), now).map_or(due, |at| at.min(due));
        Duration::try_from(now.duration_until(next))
            .unwrap_or(Duration::ZERO)
            .clamp(Duration::from_millis(100), LOOK_AGAIN)
    }

    /// Credentials that nobody has read since they came.
    async fn read_new(&self, state: &State) {
        let new: Vec<_> = state
            .credentials
            .iter()
            .filter(|k| k.credential.state.is_active() && k.quota.is_none() && k.failure.is_none())
            .map(|k| k.credential.id.clone())
            .collect();
        if !new.is_empty() {
            self.source.read(&new, Freshness::Refreshed, Urgency::Background).await;
        }
    }

    async fn read_after_resets(&mut self, now: Timestamp) {
        let due: Vec<_> = self
            .resets(&self.ledger.state())
            .into_iter()
            .filter(|(at, _)| *at + refresh::AFTER_RESET <= now)
            .collect();
        let mut ids: Vec<_> = due.iter().map(|(_, id)| id.clone()).collect();
        ids.dedup();
        self.seen_resets.retain(|(at, _)| at.duration_until(now) < SignedDuration::from_hours(1));
        self.seen_resets.extend(due);
        if !ids.is_empty() {
            let read = u64::try_from(ids.len()).unwrap_or(u64::MAX);
            self.publish.send_modify(|s| s.after_resets += read);
            self.source.read(&ids, Freshness::Refreshed, Urgency::Background).await;
        }
    }

    fn next_reset(&self, state: &State, now: Timestamp) -> Option<Timestamp> {
        self.resets(state).into_iter().map(|(at, _)| at + refresh::AFTER_RESET).filter(|at| *at > now).min()
    }

    /// Resets of windows that run, of active credentials, that were not read after yet.
    fn resets(&self, state: &State) -> BTreeSet<(Timestamp, CredentialId)> {
        let mut resets = BTreeSet::new();
        for known in state.credentials.iter().filter(|k| k.credential.state.is_active()) {
            let windows = known.quota.iter().flat_map(|q| &q.groups).flat_map(|g| &g.windows);
            for window in windows.filter(|w| !w.disabled && w.idleness == domain::quota::Idleness::Started) {
                if let Some(reset) = window.reset_at {
                    let reset = (reset, known.credential.id.clone());
                    if !self.seen_resets.contains(&reset) {
                        resets.insert(reset);
                    }
                }
            }
        }
        resets
    }
}

fn active(state: &State) -> Vec<CredentialId> {
    // Those the service refused for their project are looked at by discovery, rarely; the source decides.
    state
        .credentials
        .iter()
        .filter(|k| !matches!(k.credential.state, domain::credential::State::Disabled))
        .map(|k| k.credential.id.clone())
        .collect()
}
