//! Two readings after a warmup tell whether the window's clock runs.

use super::Inner;
use crate::journal::{Entry, Kind};
use crate::ledger::{Level, Note, Notice};
use crate::store::Conclusion;
use domain::policy::pair::Pair;
use domain::policy::warmup::{Attempt, Outcome, Verified, verified, verified_late};
use domain::policy::words::{Here, Said};
use domain::quota::{Idleness, WindowReading};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(15);
const LATER: Duration = Duration::from_secs(90);
/// Attempts younger than this are verified by their own readings.
const YOUNGEST: SignedDuration = SignedDuration::from_mins(5);
/// The window of an older attempt has ended.
const OLDEST: SignedDuration = SignedDuration::from_hours(5);

impl Inner {
    /// Verifies in a task of its own: the round goes on meanwhile.
    pub(super) fn verify_later(self: &Arc<Self>, attempt: Attempt, name: String) {
        let inner = self.clone();
        self.parts.tasks.start(|stop| async move {
            tokio::select! {
                () = inner.verify(&attempt, &name) => {}
                // It stays "sent": what was not verified is never held against the pair.
                () = stop.cancelled() => {}
            }
        });
    }

    async fn verify(&self, attempt: &Attempt, name: &str) {
        tokio::time::sleep(SOON).await;
        let soon = self.look(attempt).await;
        tokio::time::sleep(LATER - SOON).await;
        let later = self.look(attempt).await;
        let outcome = verified(soon.map(|(idleness, _)| idleness), later.map(|(idleness, _)| idleness));
        let reset_at = later.or(soon).and_then(|(_, reset)| reset);
        self.conclude(attempt, Conclusion { outcome, detail: None, reset_at }).await;
        let now = self.parts.clock.now();
        let what = attempt.group.as_ref().map_or(attempt.model.as_str(), |g| g.title());
        let sentence = Said::of(|language| {
            let here = Here { now, zone: &self.parts.zone, language };
            Verified { what, name, outcome, reset_at, here }.to_string()
        });
        tracing::info!(target: "smart_warmup", credential = %attempt.credential, "{}", sentence.english);
        let entry = Entry {
            kind: Kind::Warmup,
            credential: attempt.credential.clone(),
            name: name.to_owned(),
            subject: attempt.model.clone(),
            verdict: outcome.key(),
            sentence,
            until: reset_at,
        };
        self.parts.journal.write(vec![entry]).await;
        if outcome == Outcome::NoEffect {
            self.tell_no_effect(attempt, name, what, now).await;
        }
    }

    /// Tells what came of attempts that nobody verified, e.g. since the program ended in between.
    pub(super) async fn verify_late(&self) {
        let (state, now) = (self.parts.ledger.state(), self.parts.clock.now());
        let told: Vec<_> = state
            .warmups
            .untold(now - OLDEST, now - YOUNGEST)
            .filter_map(|attempt| {
                let quota = state.get(&attempt.credential)?.quota.clone()?;
                let window = quota.short_window(attempt.group.as_ref()?)?;
                Some((attempt.clone(), verified_late(attempt, window)?, window.reset_at))
            })
            .collect();
        for (attempt, outcome, reset_at) in told {
            self.conclude(&attempt, Conclusion { outcome, detail: None, reset_at }).await;
        }
    }

    /// The short window of the attempt's group in a reading that is younger than the attempt.
    async fn look(&self, attempt: &Attempt) -> Option<(Idleness, Option<Timestamp>)> {
        let asked = self.parts.clock.now();
        self.parts.source.read_since(std::slice::from_ref(&attempt.credential), asked).await;
        let state = self.parts.ledger.state();
        let quota = state.get(&attempt.credential)?.quota.clone()?;
        let window: &WindowReading = quota.short_window(attempt.group.as_ref()?)?;
        (window.observed_at >= asked).then_some((window.idleness, window.reset_at))
    }

    /// Two in a row stop the pair; the user is told.
    async fn tell_no_effect(&self, attempt: &Attempt, name: &str, what: &str, at: Timestamp) {
        let state = self.parts.ledger.state();
        let pair =
            Pair { credential: &attempt.credential, group: attempt.group.as_ref(), model: &attempt.model };
        if !state.warmups.is_without_effect(pair, state.warmup_on_since) {
            return;
        }
        let message = Said::of(|language| {
            language.say(
                format!(
                    "Warming up {what} of {name} had no effect twice in a row, so it is left alone. Warm it up by hand once: if the clock starts, the scan goes on with it."
                ),
                format!(
                    "{name} 的 {what} 连续两次预热没有效果，因此不再预热。请手动预热一次：如果开始计时，扫描会继续预热它。"
                ),
            )
        });
        self.parts
            .ledger
            .note(Note::Notice(Notice { code: "warmup_no_effect", level: Level::Warning, message, at }))
            .await;
    }
}
