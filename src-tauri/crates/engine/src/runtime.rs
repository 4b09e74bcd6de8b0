//! Everything that runs on one set of data: the user's own, or the demo's.
//!
//! Puts the parts together and takes them down again. Which data it is, who else may use it and how it is
//! reached belong to `host`.

use crate::clock::Clock;
use crate::connect::Connector;
use crate::credentials::Credentials;
use crate::journal::Journal;
use crate::ledger::{Ledger, Level, Note, Notice, State};
use crate::login::Logins;
use crate::notify::Notifier;
use crate::pause::Pause;
use crate::proxy::{ClientKeys, Proxy};
use crate::quota::QuotaSource;
use crate::scheduler::{self, Agenda, Triggers};
use crate::secrets::VaultCell;
use crate::settings::SettingsKeeper;
use crate::store::{Store, StoreError};
use crate::tasks::Tasks;
use crate::upstream::{Pacer, Tokens, Transport, Upstream, Urgency};
use crate::view::dto::Freshness;
use crate::warmup::Warmups;
use domain::catalogue::Group;
use domain::credential::CredentialId;
use domain::policy::cooldown::Cooldowns;
use domain::policy::warmup::{self, History};
use domain::policy::words::Said;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use simulator::Simulator;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::watch;

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
    /// The user's time zone.
    pub(crate) zone: TimeZone,
    /// The way to the service.
    pub(crate) transport: Arc<dyn Transport>,
    /// What the user should know from the start.
    pub(crate) notices: Vec<Notice>,
    /// What wakes background work. A short-lived engine has none: it does what it is asked and nothing else.
    pub(crate) triggers: Option<Box<dyn Triggers>>,
    /// The simulated service, in the demo.
    pub(crate) simulator: Option<Simulator>,
}

/// The parts, put together.
pub(crate) struct Runtime {
    pub(crate) ledger: Ledger,
    pub(crate) credentials: Credentials,
    pub(crate) source: QuotaSource,
    pub(crate) logins: Logins,
    pub(crate) warmups: Warmups,
    pub(crate) pause: Pause,
    pub(crate) notifier: Notifier,
    pub(crate) proxy: Proxy,
    pub(crate) zone: TimeZone,
    pub(crate) settings: SettingsKeeper,
    pub(crate) vault: VaultCell,
    pub(crate) store: Store,
    pub(crate) journal: Journal,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) agenda: watch::Receiver<Agenda>,
    pub(crate) client_keys: ClientKeys,
    pub(crate) connector: Connector,
    simulator: Option<Simulator>,
    tasks: Tasks,
}

impl Runtime {
    /// Loads what is stored and starts the work.
    pub(crate) async fn start(material: Material) -> Result<Self, StoreError> {
        let Material { store, vault, settings, clock, zone, transport, notices, triggers, simulator } =
            material;
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
        remember(&mut state, &store, clock.now()).await?;
        let ledger = Ledger::start(&tasks, state);
        let journal = Journal::new(store.clone(), clock.clone());
        let credentials = Credentials::new(store.clone(), vault.clone(), ledger.clone(), clock.clone());
        let pacer = Pacer::start(&tasks, &settings);
        let upstream = Upstream::new(settings.clone(), clock.clone(), pacer, transport);
        let tokens = Tokens::new(credentials.clone(), upstream.clone(), clock.clone(), &tasks);
        let source = QuotaSource::new(
            crate::quota::Parts {
                ledger: ledger.clone(),
                credentials: credentials.clone(),
                tokens: tokens.clone(),
                upstream: upstream.clone(),
                settings: settings.clone(),
                clock: clock.clone(),
                store: store.clone(),
                journal: journal.clone(),
                zone: zone.clone(),
            },
            &tasks,
        );
        let pause = Pause::load(store.clone(), journal.clone(), clock.clone(), zone.clone()).await?;
        let warmups = Warmups::new(crate::warmup::Parts {
            pause: pause.clone(),
            ledger: ledger.clone(),
            credentials: credentials.clone(),
            source: source.clone(),
            tokens: tokens.clone(),
            upstream: upstream.clone(),
            settings: settings.clone(),
            store: store.clone(),
            journal: journal.clone(),
            clock: clock.clone(),
            zone: zone.clone(),
            tasks: tasks.clone(),
        });
        let client_keys = ClientKeys::load(store.clone(), clock.clone()).await?;
        let proxy = Proxy::new(crate::proxy::Parts {
            ledger: ledger.clone(),
            credentials: credentials.clone(),
            source: source.clone(),
            tokens,
            upstream: upstream.clone(),
            settings: settings.clone(),
            vault: vault.clone(),
            keys: client_keys.clone(),
            store: store.clone(),
            journal: journal.clone(),
            clock: clock.clone(),
            zone: zone.clone(),
            tasks: tasks.clone(),
        });
        // A short-lived engine serves nobody.
        if triggers.is_some() {
            proxy.start().await?;
            // The demo's events are invented: nothing of the user's is started for them.
            if simulator.is_none() {
                crate::hooks::start(&tasks, ledger.clone(), settings.clone(), clock.clone());
            }
        }
        let logins = Logins::new(
            credentials.clone(),
            ledger.clone(),
            source.clone(),
            upstream,
            settings.clone(),
            clock.clone(),
            tasks.clone(),
        );
        let notifier = Notifier::default();
        // A short-lived engine tells nobody anything.
        if triggers.is_some() {
            let parts = crate::notify::Parts {
                ledger: ledger.clone(),
                settings: settings.clone(),
                planner: warmups.planner(),
                store: store.clone(),
                clock: clock.clone(),
                zone: zone.clone(),
            };
            notifier.start(&tasks, parts).await?;
        }
        let agenda = match triggers {
            Some(triggers) => scheduler::start(
                &tasks,
                scheduler::Parts {
                    source: source.clone(),
                    warmups: warmups.clone(),
                    ledger: ledger.clone(),
                    settings: settings.clone(),
                    store: store.clone(),
                    pause: pause.clone(),
                    clock: clock.clone(),
                    zone: zone.clone(),
                    triggers,
                },
            ),
            None => watch::Sender::new(Agenda::default()).subscribe(),
        };
        Ok(Self {
            connector: Connector::new(store.clone(), client_keys.clone()),
            ledger,
            credentials,
            source,
            logins,
            warmups,
            pause,
            notifier,
            proxy,
            zone,
            settings,
            vault,
            store,
            journal,
            clock,
            agenda,
            client_keys,
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
        self.journal.flush().await;
        self.store.clone().close().await;
    }
}

/// Brings back what outlives a restart: rests, protection, warmups, and when groups were last used.
async fn remember(state: &mut State, store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let since = now - scheduler::REMEMBERED;
    let mut cooldowns: Cooldowns = store.cooldowns().await?.into_iter().collect();
    cooldowns.clamp(now);
    cooldowns.expire(now);
    store.clamp_warmups(now).await.or_else(read_only_is_fine)?;
    let warmups: History = store.deciding_warmups(since, warmup::REMEMBERED).await?.into_iter().collect();
    for drop in store.drops(None, since).await?.into_iter().filter(|d| d.by != "warmup") {
        state.apply(Note::Used(Group::from_key(&drop.group), drop.to));
    }
    state.cooldowns = Arc::new(cooldowns);
    state.protection = Arc::new(store.protections().await?.into_iter().collect());
    state.warmups = Arc::new(warmups);
    Ok(())
}

/// A database that cannot be written is shown all the same.
fn read_only_is_fine(error: StoreError) -> Result<(), StoreError> {
    if matches!(error, StoreError::ReadOnly) { Ok(()) } else { Err(error) }
}

fn damaged_notice(damaged: &[crate::store::Damaged], clock: &Arc<dyn Clock>) -> Option<Notice> {
    (!damaged.is_empty()).then(|| Notice {
        code: "damaged_credentials",
        level: Level::Error,
        message: Said::of(|language| {
            let count = damaged.len();
            language.say(
                format!(
                    "{count} stored credential(s) cannot be read and are left as they are. `headroom doctor` names them; import them again."
                ),
                format!("有 {count} 个已存的凭据无法读取，保持原样。`headroom doctor` 会列出它们；请重新导入。"),
            )
        }),
        at: clock.now(),
    })
}
