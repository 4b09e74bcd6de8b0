//! Who owns the data directory, what runs on it, and how it is reached.
//!
//! One host owns a directory at a time (`lock`). It runs the user's data, or the demo until the first import
//! ends it; readers keep their handle over that change.

mod options;

pub use options::{Demo, Flags, Mode, Options, Time, default_data_dir};

use crate::client::Client;
use crate::control::{Commands, ControlError, ControlHandle, ControlOptions, ControlServer, Metrics};
use crate::ledger::{Level, Notice};
use crate::lock::{self, Lock, LockError};
use crate::runtime::{Material, Runtime};
use crate::scheduler::{CronTriggers, TimerTriggers, Triggers};
use crate::secrets::VaultCell;
use crate::settings::{SettingsError, SettingsKeeper};
use crate::store::{Store, StoreError};
use crate::tasks::Tasks;
use crate::upstream::{Network, Transport};
use crate::view::dto::{ApiError, ErrorCode, UiLink};
use domain::policy::words::Said;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// An engine that is just starting answers within this time.
const STARTING: Duration = Duration::from_secs(5);
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// What opening a data directory gave.
pub enum Opened {
    /// This process owns it now.
    Owner(Host),
    /// Another process does; this is a way to talk to it.
    Running(Client),
}

/// Why a data directory cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another process owns it and does not answer.
    #[error("another Headroom{} uses this data directory and does not answer; stop it and try again", pid.map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    Taken {
        /// Its process, where known.
        pid: Option<u32>,
    },
    /// The directory cannot be locked.
    #[error("{0}")]
    Lock(LockError),
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The settings cannot be loaded.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The control API cannot listen.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The triggers of the scheduler do not come up.
    #[error("the scheduler cannot start: {0}")]
    Triggers(String),
    /// The demo's simulated service does not start.
    #[error("the demo cannot start: {0}")]
    Demo(String),
}

/// The engine on a data directory. Clones share it.
#[derive(Clone)]
pub struct Host {
    inner: Arc<Inner>,
}

struct Inner {
    options: Options,
    runtime: watch::Sender<Arc<Runtime>>,
    revision: watch::Sender<u64>,
    control: OnceLock<ControlHandle>,
    server: Mutex<Option<ControlServer>>,
    /// Given back last, when nothing touches the directory any more.
    lock: Mutex<Option<Lock>>,
    /// Two imports at once end the demo once.
    leaving: tokio::sync::Mutex<()>,
    tasks: Tasks,
}

/// Opens a data directory: owns it, or finds the engine that does.
///
/// # Errors
/// [`StartError`]; then nothing is left running and the lock is given back.
pub async fn open(options: Options) -> Result<Opened, StartError> {
    // A second call in one process finds the provider installed, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let lock = match lock::acquire(&options.data_dir) {
        Ok(lock) => lock,
        Err(LockError::Taken { pid }) => return running(&options, pid).await,
        Err(error) => return Err(StartError::Lock(error)),
    };
    Host::start(options, lock).await.map(Opened::Owner)
}

async fn running(options: &Options, pid: Option<u32>) -> Result<Opened, StartError> {
    let found = tokio::time::timeout(STARTING, async {
        loop {
            if let Some(client) = Client::find(&options.data_dir).await {
                return client;
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
    });
    found.await.map(Opened::Running).map_err(|_| StartError::Taken { pid })
}

impl Host {
    async fn start(options: Options, lock: Lock) -> Result<Self, StartError> {
        let runtime = first_runtime(&options).await?;
        let simulator = runtime.simulator_address();
        let host = Self {
            inner: Arc::new(Inner {
                runtime: watch::Sender::new(Arc::new(runtime)),
                revision: watch::Sender::new(0),
                control: OnceLock::new(),
                server: Mutex::new(None),
                lock: Mutex::new(Some(lock)),
                leaving: tokio::sync::Mutex::new(()),
                tasks: Tasks::default(),
                options,
            }),
        };
        host.count_changes();
        if host.inner.options.mode == Mode::Full
            && let Err(error) = host.listen(simulator).await
        {
            host.clone().stop().await;
            return Err(error.into());
        }
        Ok(host)
    }

    async fn listen(&self, simulator: Option<SocketAddr>) -> Result<(), ControlError> {
        let options = &self.inner.options;
        let server = ControlServer::bind(
            ControlOptions {
                address: options.flags.control,
                data_dir: options.data_dir.clone(),
                version: crate::VERSION.to_owned(),
                simulator,
                assets: options.assets.clone(),
            },
            self.clone(),
        )
        .await?;
        let _ = self.inner.control.set(server.handle());
        *self.inner.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(server);
        Ok(())
    }

    /// A handle for whoever calls commands in this process.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::local(self.clone())
    }

    /// Counts up whenever something a reader can see changed.
    #[must_use]
    pub fn revision(&self) -> watch::Receiver<u64> {
        self.inner.revision.subscribe()
    }

    /// Where the control API and the web UI answer; `None` in a short-lived engine.
    #[must_use]
    pub fn control_address(&self) -> Option<SocketAddr> {
        self.inner.control.get().map(ControlHandle::address)
    }

    /// Ends everything in order: listeners, work, database, lock.
    pub async fn stop(self) {
        let server = self.inner.server.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(server) = server {
            server.stop().await;
        }
        self.inner.tasks.finish().await;
        self.runtime().stop().await;
        self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    pub(crate) fn runtime(&self) -> Arc<Runtime> {
        self.inner.runtime.borrow().clone()
    }

    pub(crate) fn data_dir(&self) -> &Path {
        &self.inner.options.data_dir
    }

    pub(crate) fn options(&self) -> &Options {
        &self.inner.options
    }

    pub(crate) fn issue_link(&self) -> Option<UiLink> {
        self.inner.control.get().map(ControlHandle::issue_link)
    }

    /// Goes on with the user's own data where the demo ran; answers whether it did.
    pub(crate) async fn leave_demo(&self) -> Result<bool, ApiError> {
        let _one_at_a_time = self.inner.leaving.lock().await;
        let demo = self.runtime();
        if !demo.is_demo() {
            return Ok(false);
        }
        let failed = |error: &dyn std::fmt::Display| ApiError::new(ErrorCode::Failed, error.to_string());
        let material = own_material(&self.inner.options).await.map_err(|e| failed(&e))?;
        let own = Runtime::start(material).await.map_err(|e| failed(&e))?;
        self.inner.runtime.send_replace(Arc::new(own));
        demo.stop().await;
        if let Some(control) = self.inner.control.get()
            && let Err(error) = control.announce_simulator(None)
        {
            tracing::warn!(%error, "control.json still names the simulated service");
        }
        tracing::info!("The demo is over; from here on it is your own data");
        Ok(true)
    }

    /// Goes on with the demo where there is no credential yet; answers whether it did.
    pub(crate) async fn enter_demo(&self) -> Result<bool, ApiError> {
        let _one_at_a_time = self.inner.leaving.lock().await;
        let own = self.runtime();
        let failed = |error: &dyn std::fmt::Display| ApiError::new(ErrorCode::Failed, error.to_string());
        if own.is_demo() || !is_empty(&own.store).await.map_err(|e| failed(&e))? {
            return Ok(false);
        }
        let demo = crate::demo::start(&self.inner.options).await.map_err(|e| failed(&e))?;
        let simulator = demo.simulator_address();
        self.inner.runtime.send_replace(Arc::new(demo));
        own.stop().await;
        if let Some(control) = self.inner.control.get()
            && let Err(error) = control.announce_simulator(simulator)
        {
            tracing::warn!(%error, "control.json does not name the simulated service");
        }
        tracing::info!("The demo has begun: invented credentials on a simulated service");
        Ok(true)
    }

    /// Starts anew on the data there is, after it changed beneath: for a moment nothing answers.
    pub(crate) async fn start_over(&self) -> Result<(), ApiError> {
        let _one_at_a_time = self.inner.leaving.lock().await;
        self.runtime().stop().await;
        let failed = |error: &dyn std::fmt::Display| {
            ApiError::new(ErrorCode::Failed, format!("{error}; start Headroom again, everything is stored"))
        };
        let material = own_material(&self.inner.options).await.map_err(|e| failed(&e))?;
        let own = Runtime::start(material).await.map_err(|e| failed(&e))?;
        self.inner.runtime.send_replace(Arc::new(own));
        Ok(())
    }

    fn count_changes(&self) {
        let mut runtime = self.inner.runtime.subscribe();
        let revision = self.inner.revision.clone();
        self.inner.tasks.start(|stop| async move {
            loop {
                let current = runtime.borrow_and_update().clone();
                let (mut ledger, mut settings) = (current.ledger.watch(), current.settings.watch());
                let mut agenda = current.agenda.clone();
                let (mut round, mut pause) = (current.warmups.watch(), current.pause.watch());
                let mut told = current.notifier.watch();
                let (mut keys, mut proxy) = (current.client_keys.watch(), current.proxy.watch());
                drop(current);
                loop {
                    tokio::select! {
                        changed = runtime.changed() => { if changed.is_err() { return } break }
                        Ok(()) = ledger.changed() => {}
                        Ok(()) = settings.changed() => {}
                        Ok(()) = agenda.changed() => {}
                        Ok(()) = round.changed() => {}
                        Ok(()) = pause.changed() => {}
                        Ok(()) = told.changed() => {}
                        Ok(()) = keys.changed() => {}
                        Ok(()) = proxy.changed() => {}
                        () = stop.cancelled() => return,
                    }
                    revision.send_modify(|r| *r += 1);
                }
                revision.send_modify(|r| *r += 1);
            }
        });
    }
}

impl Commands for Host {
    fn names(&self) -> &'static [&'static str] {
        crate::api::COMMANDS
    }

    async fn dispatch(&self, name: &str, args: Value) -> Result<Value, ApiError> {
        crate::api::dispatch(self, name, args).await
    }

    fn revision(&self) -> watch::Receiver<u64> {
        self.inner.revision.subscribe()
    }

    fn metrics(&self) -> Metrics {
        let runtime = self.runtime();
        let (state, now) = (runtime.ledger.state(), runtime.clock.now());
        Metrics {
            text: crate::metrics::write(&state, runtime.is_demo(), now),
            open: runtime.settings.current().metrics_enabled,
        }
    }
}

async fn first_runtime(options: &Options) -> Result<Runtime, StartError> {
    if options.demo == Demo::Yes {
        return crate::demo::start(options).await;
    }
    let material = own_material(options).await?;
    if options.demo == Demo::IfEmpty && is_empty(&material.store).await? {
        material.store.close().await;
        return crate::demo::start(options).await;
    }
    Ok(Runtime::start(material).await?)
}

/// Whether there is no credential: a damaged or removed one is one all the same.
async fn is_empty(store: &Store) -> Result<bool, StoreError> {
    let loaded = store.credentials().await?;
    Ok(loaded.credentials.is_empty() && loaded.damaged.is_empty() && store.removed().await?.is_empty())
}

/// The user's own data.
async fn own_material(options: &Options) -> Result<Material, StartError> {
    let now = options.clock.now();
    let (store, store_notes) = match options.time {
        _ if options.in_memory => (Store::in_memory()?, Vec::new()),
        Time::Real => Store::open(&options.data_dir, now)?,
        Time::Simulated => Store::open_here(&options.data_dir, now, options.fate.clone())?,
    };
    let (settings, problems) = SettingsKeeper::load(
        store.clone(),
        options.vars.clone(),
        options.flags.settings(),
        options.face.clone(),
        now,
    )
    .await?;
    let vault = VaultCell::open(settings.current().key_storage, &store, options.keychain.clone()).await?;
    settings.bind(vault.clone());
    let mut notices: Vec<_> =
        store_notes.iter().map(|n| notice(n.code(), Level::Error, n.message(), now)).collect();
    let problems = crate::settings::summary(&problems);
    notices.extend(problems.into_iter().map(|(code, words)| notice(code, Level::Warning, words, now)));
    notices.extend(vault.why_not().map(no_key).map(|words| notice("no_key", Level::Error, words, now)));
    for notice in &notices {
        tracing::warn!(code = notice.code, "{}", notice.message.english);
    }
    let triggers = triggers(options).await?;
    let transport = network(&settings, options);
    Ok(Material {
        store,
        vault,
        settings,
        clock: options.clock.clone(),
        zone: options.zone.clone(),
        transport,
        notices,
        triggers,
        simulator: None,
    })
}

/// What wakes background work, in an engine that runs until it is stopped.
pub(crate) async fn triggers(options: &Options) -> Result<Option<Box<dyn Triggers>>, StartError> {
    match (options.mode, options.time) {
        (Mode::OneShot, _) => return Ok(None),
        (Mode::Full, Time::Simulated) => return Ok(Some(Box::new(TimerTriggers))),
        (Mode::Full, Time::Real) => {}
    }
    let triggers = CronTriggers::new().await.map_err(|error| StartError::Triggers(error.to_string()))?;
    Ok(Some(Box::new(triggers)))
}

/// What carries requests: the network as the settings of this data say, unless something else is given.
pub(crate) fn network(settings: &SettingsKeeper, options: &Options) -> Arc<dyn Transport> {
    let network =
        || -> Arc<dyn Transport> { Arc::new(Network::new(settings.clone(), options.clock.clone())) };
    options.transport.clone().unwrap_or_else(network)
}

fn no_key(why: Said) -> Said {
    Said { chinese: format!("没有可用来加密登录信息的密钥：{}", why.chinese), ..why }
}

fn notice(code: &'static str, level: Level, message: Said, at: jiff::Timestamp) -> Notice {
    Notice { code, level, message, at }
}
