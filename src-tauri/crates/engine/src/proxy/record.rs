//! One request from its arrival to its end, and the task that writes ended ones down.

use super::client_keys::ClientKeys;
use super::log::{Outcome, RequestRecord, Tokens};
use super::prompts::{Prompt, Room, Waiting};
use super::reply::{self, Answer};
use super::state::ProxyState;
use crate::ledger::{Ledger, Note};
use crate::secrets::{Sealed, VaultCell};
use crate::settings::SettingsKeeper;
use crate::store::{ClientKey, Store};
use domain::catalogue::Group;
use domain::credential::{CredentialId, Provider};
use domain::policy::words::{Said, Spoken};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use wire::answer::Usage;
use wire::excerpt::Excerpt;
use wire::refusal::{Dialect, Refusal};

/// Ended requests that may wait to be written; more are not remembered.
const QUEUE: usize = 8_192;
/// So many at once, or those of so long: one transaction for all.
const MOST_AT_ONCE: usize = 512;
const GATHER: Duration = Duration::from_millis(200);
/// That a group or a key is used is told once in this time.
const USED_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// What a client that hung up before the answer would have seen, as other servers write it.
const HUNG_UP: u16 = 499;

/// A request that ended.
struct Ended {
    record: RequestRecord,
    /// Whose quota it used.
    group: Option<Group>,
    /// What was said, where that is kept.
    said: Option<Waiting>,
}

/// Takes ended requests. Clones share one queue.
#[derive(Clone)]
pub(super) struct Recorder {
    queue: mpsc::Sender<Ended>,
    asks: mpsc::Sender<oneshot::Sender<()>>,
    state: Arc<watch::Sender<ProxyState>>,
    room: Room,
}

/// What is written into.
pub(super) struct Books {
    pub(super) store: Store,
    pub(super) vault: VaultCell,
    pub(super) settings: SettingsKeeper,
    pub(super) keys: ClientKeys,
    pub(super) ledger: Ledger,
}

/// Writes down what a [`Recorder`] takes.
pub(super) struct Writing {
    queue: mpsc::Receiver<Ended>,
    /// Those who want to read what was written.
    asked: mpsc::Receiver<oneshot::Sender<()>>,
}

impl Recorder {
    /// Requests under way are counted in `state`.
    pub(super) fn new(state: Arc<watch::Sender<ProxyState>>) -> (Self, Writing) {
        let (sender, queue) = mpsc::channel(QUEUE);
        let (asks, asked) = mpsc::channel(1);
        (Self { queue: sender, asks, state, room: Room::default() }, Writing { queue, asked })
    }

    /// Waits until every request that has ended is written down; only where somebody writes.
    pub(super) async fn settled(&self) {
        let (written, is_written) = oneshot::channel();
        // Whoever wrote has stopped, and has written everything.
        if self.asks.send(written).await.is_ok() {
            let _ = is_written.await;
        }
    }

    /// Counts without waking whoever watches: they look when something else changes.
    fn count(&self, change: impl FnOnce(u32) -> u32) {
        self.state.send_if_modified(|state| {
            state.in_flight = change(state.in_flight);
            false
        });
    }

    /// A request that came with a key at `at`.
    pub(super) fn ticket(&self, key: &ClientKey, endpoint: &str, at: Timestamp, began: Instant) -> Ticket {
        self.count(|before| before.saturating_add(1));
        let record = RequestRecord {
            at,
            key_id: key.id.clone(),
            key_name: key.name.clone(),
            endpoint: endpoint.to_owned(),
            model_asked: String::new(),
            model_used: None,
            credential: None,
            provider: None,
            tokens: Tokens::default(),
            duration_ms: 0,
            first_byte_ms: None,
            status: HUNG_UP,
            outcome: Outcome::Cancelled,
            retries: 0,
            decision: Said::default(),
        };
        Ticket { record: Some(record), group: None, said: None, began, recorder: self.clone() }
    }
}

/// A request under way. One that is dropped without an end was given up by the client.
pub(super) struct Ticket {
    record: Option<RequestRecord>,
    group: Option<Group>,
    said: Option<Prompt>,
    began: Instant,
    recorder: Recorder,
}

impl Ticket {
    /// The model the client named.
    pub(super) fn asks(&mut self, model: &str) {
        self.change(|record| record.model_asked = model.to_owned());
    }

    /// It is kept what it says, and what it will be answered.
    pub(super) fn keeps(&mut self, asked: Excerpt) {
        self.said = Some(Prompt::of(asked));
    }

    /// Whether it is kept what it is answered.
    pub(super) fn listens(&self) -> bool {
        self.said.is_some()
    }

    /// It goes to a credential, for the `calls`-th call.
    pub(super) fn goes_to(
        &mut self,
        credential: &CredentialId,
        provider: Provider,
        group: Option<&Group>,
        model: &str,
        calls: u32,
        decision: &Said,
    ) {
        self.group = group.cloned();
        self.change(|record| {
            record.credential = Some(credential.clone());
            record.provider = Some(provider);
            record.model_used = Some(model.to_owned());
            record.retries = calls.saturating_sub(1);
            record.decision.clone_from(decision);
        });
    }

    /// The first byte of an answer is there.
    pub(super) fn begins(&mut self) {
        let after = self.after();
        self.change(|record| {
            record.first_byte_ms = Some(after);
            record.status = 200;
        });
    }

    /// What an answer said and cost so far.
    pub(super) fn hears(&mut self, answer: &mut wire::answer::Answer) {
        if let Some(said) = &mut self.said
            && let Some(heard) = answer.take_heard()
        {
            said.answer(heard);
        }
        self.costs(answer.usage());
    }

    fn costs(&mut self, usage: Usage) {
        if usage.is_zero() {
            return;
        }
        let count = |tokens: u64| Some(u32::try_from(tokens).unwrap_or(u32::MAX));
        let tokens = Tokens {
            input: count(usage.prompt.saturating_add(usage.tool_use)),
            output: count(usage.answer.saturating_add(usage.thoughts)),
            cached: count(usage.cached),
            reasoning: count(usage.thoughts),
        };
        self.change(|record| record.tokens = tokens);
    }

    /// It ended.
    pub(super) fn ends(mut self, outcome: Outcome) {
        self.change(|record| record.outcome = outcome);
    }

    /// It was answered with a refusal.
    pub(super) fn refused(mut self, refusal: &Refusal<'_>, dialect: Dialect, outcome: Outcome) -> Answer {
        let mut answer = reply::refusal(refusal, dialect);
        let said = refusal.said();
        let credential = self.record.as_ref().and_then(|record| record.credential.clone());
        reply::explain(&mut answer, credential.as_ref().map(CredentialId::as_str), &said.english);
        let status = answer.status().as_u16();
        self.change(|record| {
            record.status = status;
            record.outcome = outcome;
            record.decision = after(std::mem::take(&mut record.decision), said);
        });
        answer
    }

    fn after(&self) -> u32 {
        u32::try_from(self.began.elapsed().as_millis()).unwrap_or(u32::MAX)
    }

    fn change(&mut self, change: impl FnOnce(&mut RequestRecord)) {
        if let Some(record) = &mut self.record {
            change(record);
        }
    }
}

/// What was decided, and after it what came of it.
fn after(decided: Said, said: Said) -> Said {
    if decided.english.is_empty() {
        return said;
    }
    let one = |decided: String, end: &str, said: String| decided + end + &said;
    Said {
        english: one(decided.english, ". ", said.english),
        chinese: one(decided.chinese, "。", said.chinese),
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.recorder.count(|before| before.saturating_sub(1));
        let duration_ms = self.after();
        let Some(record) = self.record.take() else { return };
        let group = self.group.take().filter(|_| matches!(record.outcome, Outcome::Ok | Outcome::Truncated));
        // Too much at once is written down without what was said, rather than held in memory.
        let said = self.said.take().and_then(|said| self.recorder.room.take(said));
        let ended = Ended { record: RequestRecord { duration_ms, ..record }, group, said };
        if self.recorder.queue.try_send(ended).is_err() {
            tracing::warn!("More requests ended than can be written down; one is not remembered");
        }
    }
}

impl Writing {
    /// Writes until `stop`, and then what is left.
    pub(super) async fn run(mut self, books: Books, stop: CancellationToken) {
        let mut told = Told::default();
        let mut batch = Vec::new();
        loop {
            let mut reader = tokio::select! {
                received = self.queue.recv_many(&mut batch, MOST_AT_ONCE) => if received > 0 { None } else { break },
                Some(reader) = self.asked.recv() => Some(reader),
                () = stop.cancelled() => break,
            };
            let until = Instant::now() + GATHER;
            while reader.is_none() && batch.len() < MOST_AT_ONCE {
                let room = MOST_AT_ONCE - batch.len();
                tokio::select! {
                    received = self.queue.recv_many(&mut batch, room) => if received == 0 { break },
                    Some(asking) = self.asked.recv() => reader = Some(asking),
                    () = sleep_until(until) => break,
                    () = stop.cancelled() => break,
                }
            }
            if reader.is_some() {
                while let Ok(ended) = self.queue.try_recv() {
                    batch.push(ended);
                }
            }
            told.tell(&books, &batch).await;
            books.write(std::mem::take(&mut batch)).await;
            if let Some(reader) = reader {
                let _ = reader.send(());
            }
        }
        while let Ok(ended) = self.queue.try_recv() {
            batch.push(ended);
        }
        books.write(batch).await;
    }
}

/// What was told of use, and when: once in a while is enough.
#[derive(Default)]
struct Told {
    groups: HashMap<(CredentialId, Group), Timestamp>,
    keys: HashMap<String, Timestamp>,
}

impl Told {
    async fn tell(&mut self, books: &Books, batch: &[Ended]) {
        for ended in batch {
            let at = ended.record.at;
            if let Some(group) = &ended.group
                && let Some(credential) = &ended.record.credential
                && is_due(&mut self.groups, &(credential.clone(), group.clone()), at)
            {
                books.ledger.note(Note::Served(credential.clone(), group.clone(), at)).await;
            }
            let key = &ended.record.key_id;
            if is_due(&mut self.keys, key, at)
                && let Err(error) = books.keys.used(key).await
            {
                tracing::warn!(%error, "That a client key was used could not be stored");
            }
        }
    }
}

/// Whether use is to be told again; if so, it counts as told.
fn is_due<K: Clone + Eq + std::hash::Hash>(told: &mut HashMap<K, Timestamp>, of: &K, at: Timestamp) -> bool {
    let due = told.get(of).is_none_or(|last| last.duration_until(at) >= USED_EVERY);
    if due {
        told.insert(of.clone(), at);
    }
    due
}

impl Books {
    async fn write(&self, batch: Vec<Ended>) {
        if batch.is_empty() {
            return;
        }
        // Switched off since it came: then it is not kept either.
        let keeps = self.settings.current().proxy_log_prompts;
        let mut records = Vec::with_capacity(batch.len());
        for Ended { record, said, .. } in batch {
            let sealed = match &said {
                Some(said) if keeps => {
                    // Each takes a fraction of a millisecond, and there may be hundreds.
                    tokio::task::yield_now().await;
                    self.seal(said, &record)
                }
                Some(_) | None => None,
            };
            records.push((record, sealed));
        }
        if let Err(error) = self.store.add_requests(records).await {
            tracing::warn!(%error, "Requests could not be written down");
        }
    }

    fn seal(&self, said: &Waiting, record: &RequestRecord) -> Option<Sealed> {
        let sealed = said.prompt.seal(&self.vault, record);
        if let Err(error) = &sealed {
            tracing::warn!(%error, "What was said in a request could not be sealed and is not kept");
        }
        sealed.ok()
    }
}
