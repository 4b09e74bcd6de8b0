//! Background refresh: every active credential by period, single ones after a known reset, near a floor, or new.

use super::agenda::Why;
use super::beat::Beat;
use crate::ledger::{Known, Ledger, State};
use crate::quota::QuotaSource;
use crate::tasks::Tasks;
use crate::upstream::Urgency;
use crate::view::dto::Freshness;
use domain::credential::{CredentialId, State as Standing};
use domain::policy::catchup::Jump;
use domain::policy::refresh;
use domain::policy::words::Said;
use domain::quota::Idleness;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use tokio::sync::watch;

/// Resets further back than this are of no interest any more.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);

/// Starts the job.
///
/// `landed` tells the scan that readings have landed which change what it would decide, and why they were made.
pub(super) fn start(
    tasks: &Tasks,
    beat: Beat,
    source: QuotaSource,
    ledger: Ledger,
    landed: watch::Sender<Why>,
) {
    tasks.start(|stop| async move {
        let mut refresh = Refresh { beat, source, ledger, landed, read_after: BTreeSet::new() };
        tokio::select! {
            () = refresh.run() => {}
            () = stop.cancelled() => {}
        }
    });
}

struct Refresh {
    beat: Beat,
    source: QuotaSource,
    ledger: Ledger,
    landed: watch::Sender<Why>,
    /// Resets that were read after, so that each is read after once.
    read_after: BTreeSet<(Timestamp, CredentialId)>,
}

impl Refresh {
    async fn run(&mut self) {
        let mut count = self.ledger.count();
        loop {
            // Counted before looking: who comes while others are read is new all the same.
            let mut credentials = *count.borrow_and_update();
            let next = self.look_and_act().await;
            // A new credential is read at once; numbers that come in are no reason to look.
            let newcomer = async {
                loop {
                    let now = *count.borrow_and_update();
                    if std::mem::replace(&mut credentials, now) < now || count.changed().await.is_err() {
                        return;
                    }
                }
            };
            self.beat.wait(next, newcomer).await;
        }
    }

    /// Reads what is due and says when something is due next.
    async fn look_and_act(&mut self) -> Timestamp {
        let now = self.beat.clock.now();
        let settings = self.beat.settings.current();
        if !settings.background_refresh_enabled {
            self.beat.announce(None);
            return now + SignedDuration::from_mins(1);
        }
        if let Some(until) = self.beat.pause.until() {
            self.beat.announce(Some(until));
            return until;
        }
        let woke = matches!(self.beat.jumped(), Some(Jump::Ahead(_)));
        let state = self.ledger.state();
        let everyone = readable(&state);
        let wanted = SignedDuration::from_mins(settings.refresh_interval_minutes.into());
        let pace = SignedDuration::from_millis(settings.upstream_min_interval_ms.into());
        let every = refresh::interval(wanted, everyone.len(), pace);
        self.beat.with_agenda(|agenda| agenda.stretched_to = (every > wanted).then_some(every));
        if let Some(why) = self.beat.is_due(every, now) {
            self.read(why, everyone).await;
        } else if woke && self.beat.next(every, now) > now {
            self.read(Why::Wake, everyone).await;
        } else {
            for (why, ids) in [
                (Why::New, new(&state)),
                (Why::Reset, self.after_resets(&state, now)),
                (Why::NearFloor, near_a_floor(&state, now)),
            ] {
                if !ids.is_empty() {
                    self.read(why, ids).await;
                }
            }
        }
        let (state, now) = (self.ledger.state(), self.beat.clock.now());
        let next = self.beat.next(every, now);
        self.beat.announce(Some(next));
        let reset = self.open_resets(&state, now).into_iter().map(|(at, _)| at + refresh::AFTER_RESET).min();
        let floor = state
            .credentials
            .iter()
            .filter(|k| k.early.is_some())
            .filter_map(|k| read_at(k))
            .map(|at| at + refresh::NEAR_FLOOR)
            .min();
        [reset, floor].into_iter().flatten().fold(next, Timestamp::min)
    }

    async fn read(&self, why: Why, ids: Vec<CredentialId>) {
        let count = ids.len();
        let mut failing = 0;
        self.beat
            .run(why, async {
                tokio::select! {
                    () = self.source.read(&ids, Freshness::Refreshed, Urgency::Background) => {}
                    () = self.beat.pause.begun() => {
                        return Said::of(|language| language.say("paused by you", "已由你暂停"));
                    }
                }
                let state = self.ledger.state();
                failing = ids.iter().filter(|id| state.get(id).is_some_and(|k| k.failure.is_some())).count();
                Said::of(|language| match failing {
                    0 => language.say(format!("read {}", counted(count)), format!("已读取 {count} 个凭据")),
                    failing => language.say(
                        format!("read {}, {failing} failing", counted(count)),
                        format!("已读取 {count} 个凭据，{failing} 个失败"),
                    ),
                })
            })
            .await;
        if matches!(why, Why::Reset | Why::New) && failing < count {
            self.landed.send_replace(why);
        }
    }

    fn after_resets(&mut self, state: &State, now: Timestamp) -> Vec<CredentialId> {
        let due: Vec<_> = self
            .open_resets(state, now)
            .into_iter()
            .filter(|(at, _)| *at + refresh::AFTER_RESET <= now)
            .collect();
        self.read_after.retain(|(at, _)| at.duration_until(now) < REMEMBERED);
        self.read_after.extend(due.iter().cloned());
        let ids: BTreeSet<_> = due.into_iter().map(|(_, id)| id).collect();
        ids.into_iter().collect()
    }

    /// Resets of windows that run, of active credentials, that are to come or were not read after yet. One reading is
    /// enough: if it fails, the next of the cycle tells.
    fn open_resets(&self, state: &State, now: Timestamp) -> BTreeSet<(Timestamp, CredentialId)> {
        let mut resets = BTreeSet::new();
        for known in state.credentials.iter().filter(|k| k.credential.state.is_active()) {
            let windows = known.quota.iter().flat_map(|q| &q.groups).flat_map(|g| &g.windows);
            for window in windows.filter(|w| !w.disabled && w.idleness == Idleness::Started) {
                let recent = window.reset_at.filter(|at| at.duration_until(now) < REMEMBERED);
                let reset = recent.map(|at| (at, known.credential.id.clone()));
                resets.extend(reset.filter(|reset| !self.read_after.contains(reset)));
            }
        }
        resets
    }
}

/// Everyone but those the user switched off: of the others the source leaves alone whom it must, and looks rarely
/// whether a refusal for a project is over.
fn readable(state: &State) -> Vec<CredentialId> {
    let all = state.credentials.iter().map(|k| &k.credential);
    all.filter(|c| c.state != Standing::Disabled).map(|c| c.id.clone()).collect()
}

fn new(state: &State) -> Vec<CredentialId> {
    let unread = |k: &Known| k.credential.state.is_active() && k.quota.is_none() && k.failure.is_none();
    state.credentials.iter().filter(|k| unread(k)).map(|k| k.credential.id.clone()).collect()
}

fn near_a_floor(state: &State, now: Timestamp) -> Vec<CredentialId> {
    let due = |k: &Known| {
        k.early.is_some()
            && k.failure.is_none()
            && read_at(k).is_some_and(|at| at.duration_until(now) >= refresh::NEAR_FLOOR)
    };
    state
        .credentials
        .iter()
        .filter(|k| k.credential.state.is_active() && due(k))
        .map(|k| k.credential.id.clone())
        .collect()
}

fn counted(credentials: usize) -> String {
    if credentials == 1 { "1 credential".to_owned() } else { format!("{credentials} credentials") }
}

fn read_at(known: &Known) -> Option<Timestamp> {
    known.quota.as_ref().and_then(|q| q.summary_at.max(q.list_at))
}
