//! Messages for the desktop: looks at what is known after every change, and keeps what was said over a restart.
//!
//! What is worth a message is `domain::policy::notify`'s decision. Showing it belongs to the desktop.

mod facts;

use crate::clock::Clock;
use crate::ledger::Ledger;
use crate::planner::Planner;
use crate::settings::SettingsKeeper;
use crate::store::{Store, StoreError};
use crate::tasks::Tasks;
use domain::credential::CredentialId;
use domain::policy::notify::{self, Kind, Mark, Memory, Rules, Subject, Telling};
use domain::policy::words::{Here, Language};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Where the store keeps what was said.
const SAID: &str = "notified";
/// Readings come in rows; what they tell together is one look.
const SETTLE: Duration = Duration::from_secs(3);
/// A cycle or the quiet hours end without a change of anything.
const LOOK_AGAIN: Duration = Duration::from_secs(300);
/// So many are kept for a desktop that asks late.
const KEPT: usize = 50;

/// A message, with its number and when it was decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbered {
    /// Counts up from 1 in each run of the program.
    pub number: u32,
    /// When.
    pub at: Timestamp,
    /// What there is to say.
    pub telling: Telling,
}

/// The messages of this run. Clones share them.
#[derive(Clone)]
pub struct Notifier {
    told: Arc<watch::Sender<VecDeque<Numbered>>>,
}

/// What the notifier works with.
pub struct Parts {
    /// The live state.
    pub ledger: Ledger,
    /// What the user wants to be told.
    pub settings: SettingsKeeper,
    /// What looks ahead.
    pub(crate) planner: Planner,
    /// The durable truth.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The user's time zone.
    pub zone: TimeZone,
}

impl Default for Notifier {
    fn default() -> Self {
        Self { told: Arc::new(watch::Sender::new(VecDeque::new())) }
    }
}

impl Notifier {
    /// The messages after `number`, oldest first.
    #[must_use]
    pub fn after(&self, number: u32) -> Vec<Numbered> {
        self.told.borrow().iter().filter(|one| one.number > number).cloned().collect()
    }

    /// Tells when there is another.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<VecDeque<Numbered>> {
        self.told.subscribe()
    }

    /// Looks after every change until the program ends.
    ///
    /// # Errors
    /// When what was said before cannot be read.
    pub async fn start(&self, tasks: &Tasks, parts: Parts) -> Result<(), StoreError> {
        let memory = recall(&parts.store).await?;
        let told = self.told.clone();
        tasks.start(|stop| async move {
            tokio::select! {
                () = run(parts, memory, &told) => {}
                () = stop.cancelled() => {}
            }
        });
        Ok(())
    }
}

async fn run(parts: Parts, mut memory: Memory, told: &watch::Sender<VecDeque<Numbered>>) {
    let (mut ledger, mut settings) = (parts.ledger.watch(), parts.settings.watch());
    let mut number = 0;
    loop {
        tokio::select! {
            changed = ledger.changed() => if changed.is_err() { return },
            changed = settings.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
        tokio::time::sleep(SETTLE).await;
        parts.planner.foresee().await;
        let (state, now) = (ledger.borrow_and_update().clone(), parts.clock.now());
        let current = settings.borrow_and_update().clone();
        let before = memory.clone();
        let rules = Rules { settings: &current, zone: &parts.zone };
        let messages = notify::decide(&facts::gather(&state, now), &mut memory, rules, now);
        // Said before it is kept could be said twice.
        if memory != before
            && let Err(error) = parts.store.put_meta(SAID, Some(&written(&memory))).await
        {
            tracing::warn!(%error, "What was told could not be stored; after a restart it may be told again");
        }
        for telling in messages {
            number += 1;
            let here = Here { now, zone: &parts.zone, language: Language::English };
            tracing::info!(target: "notify", kind = telling.kind().key(), "{}: {}", telling.title(here), telling.body(here));
            told.send_modify(|all| {
                all.push_back(Numbered { number, at: now, telling });
                let over = all.len().saturating_sub(KEPT);
                all.drain(..over);
            });
        }
    }
}

async fn recall(store: &Store) -> Result<Memory, StoreError> {
    let kept = store.meta(SAID).await?.unwrap_or_default();
    Ok(kept.lines().filter_map(read).collect())
}

/// One line a mark: kind, credential, group, until, seen.
fn written(memory: &Memory) -> String {
    let line = |(subject, mark): (&Subject, &Mark)| {
        let Subject { kind, credential, group } = subject;
        format!("{}\t{credential}\t{group}\t{}\t{}\n", kind.key(), mark.until, mark.seen)
    };
    memory.iter().map(line).collect()
}

/// A line that is none is no mark: what it stood for may be said once more.
fn read(line: &str) -> Option<(Subject, Mark)> {
    let [kind, credential, group, until, seen] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
    let subject = Subject {
        kind: Kind::from_key(kind)?,
        credential: CredentialId::new(credential),
        group: group.to_owned(),
    };
    Some((subject, Mark { until: until.parse().ok()?, seen: seen.parse().ok()? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_comes_back_as_it_was() {
        let mark = |kind, group: &str, until| {
            let credential = CredentialId::new("c1");
            (
                Subject { kind, credential, group: group.to_owned() },
                Mark { until, seen: Timestamp::UNIX_EPOCH },
            )
        };
        let memory: Memory = [
            mark(Kind::Low, "3p", "2026-03-02T12:00:00Z".parse().unwrap()),
            mark(Kind::NeedsUser, "", Timestamp::MAX),
        ]
        .into_iter()
        .collect();
        let lines = written(&memory);
        assert_eq!(lines.lines().filter_map(read).collect::<Memory>(), memory);
        assert_eq!(read("low\tc1\t3p\tsoon\t0"), None);
        assert_eq!(read(""), None);
    }
}
