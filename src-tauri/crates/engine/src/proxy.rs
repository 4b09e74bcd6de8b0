//! The proxy that other programs speak to, over the user's own credentials.
//!
//! Formats are `wire`'s, whom a request goes to is `domain::policy`'s decision, what is remembered is `store`'s.

mod admission;
mod attempt;
mod catalogue;
pub mod client_keys;
pub mod consent;
mod conversations;
mod counting;
mod entry;
mod forward;
mod guesses;
mod journey;
pub mod keys;
mod listing;
pub mod log;
mod occupant;
mod probe;
pub mod prompts;
mod record;
mod relay;
mod reply;
mod roster;
mod route;
pub mod state;
mod switch;

pub use client_keys::ClientKeys;
pub use state::ProxyState;

use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::journal::Journal;
use crate::ledger::Ledger;
use crate::quota::QuotaSource;
use crate::refusals::Refusals;
use crate::secrets::VaultCell;
use crate::settings::SettingsKeeper;
use crate::store::{Store, StoreError};
use crate::tasks::Tasks;
use crate::upstream::{Tokens, Upstream};
use admission::Admission;
use conversations::Conversations;
use domain::policy::alias::Destination;
use domain::settings::Alias;
use jiff::tz::TimeZone;
use record::{Books, Recorder, Writing};
use roster::Roster;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use wire::signature::Memory;

/// Signatures that are remembered: each stands two or three times.
const SIGNATURES: usize = 20_000;
const SIGNATURE_BYTES: usize = 8 << 20;

/// What the proxy is made of.
pub struct Parts {
    /// The live state.
    pub ledger: Ledger,
    /// Whose state a refusal changes.
    pub credentials: Credentials,
    /// Readings that judge a refusal.
    pub source: QuotaSource,
    /// What credentials are sent with.
    pub tokens: Tokens,
    /// The service.
    pub upstream: Upstream,
    /// What is wanted.
    pub settings: SettingsKeeper,
    /// Seals what was said, where that is kept.
    pub vault: VaultCell,
    /// Who may ask.
    pub keys: ClientKeys,
    /// Requests, consent.
    pub store: Store,
    /// Where decisions go.
    pub journal: Journal,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The user's time zone.
    pub zone: TimeZone,
    /// Who waits for what was started.
    pub tasks: Tasks,
}

/// The proxy. Clones share it.
#[derive(Clone)]
pub struct Proxy {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    refusals: Refusals,
    roster: Roster,
    admission: Admission,
    conversations: Conversations,
    signatures: RwLock<Memory>,
    recorder: Recorder,
    writing: Mutex<Option<Writing>>,
    /// Nothing is recorded any more after this.
    last_record: CancellationToken,
    state: Arc<watch::Sender<ProxyState>>,
    /// Counts up with every turn that was taken.
    turn: AtomicUsize,
}

impl Proxy {
    /// A proxy that does not listen.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let refusals = Refusals {
            credentials: parts.credentials.clone(),
            ledger: parts.ledger.clone(),
            store: parts.store.clone(),
            journal: parts.journal.clone(),
            clock: parts.clock.clone(),
            zone: parts.zone.clone(),
        };
        let state = Arc::new(watch::Sender::new(ProxyState::default()));
        let (recorder, writing) = Recorder::new(state.clone());
        let inner = Inner {
            refusals,
            roster: Roster::new(parts.ledger.clone(), parts.settings.clone()),
            admission: Admission::new(parts.keys.clone(), parts.clock.clone(), parts.zone.clone()),
            conversations: Conversations::default(),
            signatures: RwLock::new(Memory::new(SIGNATURES, SIGNATURE_BYTES)),
            recorder,
            writing: Mutex::new(Some(writing)),
            last_record: CancellationToken::new(),
            state,
            turn: AtomicUsize::new(0),
            parts,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Begins to follow the settings: from now on it listens where they say so. Its being switched on is the user's
    /// word, however that was done.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn start(&self) -> Result<(), StoreError> {
        let parts = &self.inner.parts;
        if consent::consent_at(&parts.store).await?.is_some() {
            self.agree().await?;
        }
        self.inner.admission.count_today(&parts.store).await?;
        let writing = self.inner.writing.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writing) = writing {
            let stop = self.inner.last_record.clone();
            let books = Books {
                store: parts.store.clone(),
                vault: parts.vault.clone(),
                settings: parts.settings.clone(),
                keys: parts.keys.clone(),
                ledger: parts.ledger.clone(),
            };
            parts.tasks.start(|_| writing.run(books, stop));
        }
        let proxy = self.clone();
        parts.tasks.start(|stop| async move { proxy.follow_switch(stop).await });
        let inner = self.inner.clone();
        parts.tasks.start(|stop| switch::run(inner, stop));
        Ok(())
    }

    /// Waits until every request that has ended is in the store.
    pub async fn settled(&self) {
        let writes = self.inner.writing.lock().unwrap_or_else(PoisonError::into_inner).is_none();
        if writes {
            self.inner.recorder.settled().await;
        }
    }

    /// What the proxy is doing.
    #[must_use]
    pub fn state(&self) -> ProxyState {
        self.inner.state.borrow().clone()
    }

    /// Tells when it begins or ceases to listen.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<ProxyState> {
        self.inner.state.subscribe()
    }

    /// Answers one connection without a socket, as if it listened on `port`.
    #[cfg(feature = "testkit")]
    pub(crate) async fn converse(&self, port: u16, said: Vec<u8>) -> Vec<u8> {
        switch::converse(&self.inner, port, said).await
    }

    /// Where a model's name goes, by the rules in force.
    #[must_use]
    pub fn destination(&self, name: &str) -> Destination {
        let edition = self.inner.roster.edition();
        edition.catalogue.resolve(name, &edition.settings.proxy_aliases)
    }

    /// Where a model's name would go by other rules.
    #[must_use]
    pub fn destination_by(&self, name: &str, aliases: &[Alias]) -> Destination {
        self.inner.roster.edition().catalogue.resolve(name, aliases)
    }
}
