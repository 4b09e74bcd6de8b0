//! Everything that runs on one set of data: the user's own, or the demo's.
//!
//! Puts the parts together and takes them down again. Which data it is, who else may use it and how it is
//! reached belong to `host`.

use crate::clock::Clock;
use crate::credentials::{Credentials, UNDO};
use crate::ledger::{Ledger, Level, Note, Notice, State};
use crate::login::Logins;
use crate::quota::QuotaSource;
use crate::scheduler::{self, RefreshStatus};
use crate::secrets::VaultCell;
use crate::settings::SettingsKeeper;
use crate::store::{Store, StoreError};
use crate::tasks::Tasks;
use crate::upstream::{Pacer, Tokens, Transport, Upstream, Urgency};
use crate::view::dto::Freshness;
use domain::credential::CredentialId;
use simulator::Simulator;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often the database is looked after: removed credentials past their undo, the daily backup.
const HOUSEKEEPING: Duration = Duration::from_secs(600);

/// What a runtime is made of.
pub(crate) struct Material {
    /// The durable truth.
    pub(crate) store: Store,
    /// The key for secrets, or why there is none.
    pub(crate) vault: VaultCell,
    /// The settings.
    pub(crate) settings: SettingsKeeper,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    /// The way to the service.
    pub(crate) transport: Arc<dyn Transport>,
    /// What the user should know from the start.
    pub(crate) notices: Vec<Notice>,
    /// Whether background work runs. A short-lived engine does what it is asked and nothing else.
    pub(crate) scheduled: bool,
    /// The simulated service, in the demo.
    pub(crate) simulator: Option<Simulator>,
}

/// The parts, put together.
pub(crate) struct Runtime {
    pub(crate) ledger: Ledger,
    pub(crate) credentials: Credentials,
    pub(crate) source: QuotaSource,
    pub(crate) logins: Logins,
    pub(crate) settings: SettingsKeeper,
    pub(crate) vault: VaultCell,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) refresh: watch::Receiver<RefreshStatus>,
    simulator: Option<Simulator>,
    tasks: Tasks,
}

impl Runtime {
    /// Loads what is stored and starts the work.
    pub(crate) async fn start(material: Material) -> Result<Self, StoreError> {
        let Material { store, vault, settings, clock, transport, notices, scheduled, simulator } = material;
        let tasks = Tasks::default();
        let loaded = store.credentials().await?;
        let mut state = State::default();
        for credential in loaded.credentials {
            state.apply(Note::Credential(Box::new(credential)));
        }
        for damaged in &loaded.damaged {
            tracing::error!(credential = %damaged.id, why = %damaged.why, "A stored credential is damaged");
        }
        if let Some(notice) = damaged_notice(&loaded.damaged, &clock) {
            state.apply(Note::Notice(notice));
        }
        notices.into_iter().for_each(|notice| state.apply(Note::Notice(notice)));
        let ledger = Ledger::start(&tasks, state);
        let credentials = Credentials::new(store.clone(), vault.clone(), ledger.clone(), clock.clone());
        let pacer = Pacer::start(&tasks, &settings);
        let upstream = Upstream::new(settings.clone(), clock.clone(), pacer, transport);
        let tokens = Tokens::new(credentials.clone(), upstream.clone(), clock.clone(), &tasks);
        let source = QuotaSource::new(
            crate::quota::Parts {
                ledger: ledger.clone(),
                credentials: credentials.clone(),
                tokens,
                upstream: upstream.clone(),
                settings: settings.clone(),
                clock: clock.clone(),
                store: store.clone(),
            },
            &tasks,
        );
        let logins = Logins::new(
            credentials.clone(),
            ledger.clone(),
            source.clone(),
            upstream,
            settings.clone(),
            clock.clone(),
            tasks.clone(),
        );
        let refresh = if scheduled {
            housekeep(&tasks, store.clone(), clock.clone());
            scheduler::start(&tasks, source.clone(), ledger.clone(), settings.clone(), clock.clone())
        } else {
            watch::Sender::new(RefreshStatus::default()).subscribe()
        };
        Ok(Self {
            ledger,
            credentials,
            source,
            logins,
            settings,
            vault,
            store,
            clock,
            refresh,
            simulator,
            tasks,
        })
    }

    /// Whether the numbers are invented.
    pub(crate) fn is_demo(&self) -> bool {
        self.simulator.is_some()
    }

    /// Where the simulated service answers, in the demo.
    pub(crate) fn simulator_address(&self) -> Option<SocketAddr> {
        self.simulator.as_ref().map(Simulator::address)
    }

    /// Reads a credential's quota in a task of its own: nobody waits for it here.
    pub(crate) fn refresh_soon(&self, id: &CredentialId) {
        let (source, id) = (self.source.clone(), id.clone());
        self.tasks.start(|stop| async move {
            tokio::select! {
                () = source.read(std::slice::from_ref(&id), Freshness::Refreshed, Urgency::User) => {}
                () = stop.cancelled() => {}
            }
        });
    }

    /// Ends the work, waits for it, and closes the database.
    pub(crate) async fn stop(&self) {
        self.tasks.finish().await;
        if let Some(simulator) = &self.simulator {
            simulator.stop().await;
        }
        self.store.clone().close().await;
    }
}

fn damaged_notice(damaged: &[crate::store::Damaged], clock: &Arc<dyn Clock>) -> Option<Notice> {
    (!damaged.is_empty()).then(|| Notice {
        code: "damaged_credentials",
        level: Level::Error,
        message: format!(
            "{} stored credential(s) cannot be read and are left as they are. `headroom doctor` names them; import them again.",
            damaged.len()
        ),
        at: clock.now(),
    })
}

fn housekeep(tasks: &Tasks, store: Store, clock: Arc<dyn Clock>) {
    tasks.start(|stop| async move {
        loop {
            let now = clock.now();
            let done = async {
                store.purge_removed(now - UNDO).await?;
                store.back_up_if_due(now).await.map(drop)
            };
            if let Err(error) = done.await {
                tracing::warn!(%error, "The database could not be looked after");
            }
            tokio::select! {
                () = tokio::time::sleep(HOUSEKEEPING) => {}
                () = stop.cancelled() => break,
            }
        }
    });
}
