//! The control API: every command of the engine on a loopback listener of its own, beside the web UI's files.
//!
//! Owns the listener, who may use it, and how a request becomes a command. What the commands do is `api`'s;
//! calling them from another process is `client`'s.

mod access;
pub(crate) mod announce;
mod answer;
mod assets;
mod events;
mod refusal;
mod router;

pub use announce::{Announcement, read as announced};
pub use assets::{Asset, Assets, NoAssets};
pub(crate) use events::KEEP_ALIVE;
pub(crate) use router::API;

use crate::listener::{Guard, Listening, accept};
use crate::tasks::Tasks;
use crate::view::dto::{ApiError, UiLink};
use access::Access;
use router::Router;
use secrecy::ExposeSecret;
use serde_json::Value;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// What the control API serves.
pub trait Commands: Clone + Send + Sync + 'static {
    /// Every command's name.
    fn names(&self) -> &'static [&'static str];

    /// Runs one.
    ///
    /// # Errors
    ///
    /// What the command failed with.
    fn dispatch(&self, name: &str, args: Value) -> impl Future<Output = Result<Value, ApiError>> + Send;

    /// Counts up whenever something a reader can see changed.
    fn revision(&self) -> watch::Receiver<u64>;

    /// What is measured, for programs that collect it.
    fn metrics(&self) -> Metrics;
}

/// What is measured.
pub struct Metrics {
    /// OpenMetrics text.
    pub text: String,
    /// Whether it may be read without a token.
    pub open: bool,
}

/// Where the control API listens and what it announces.
pub struct ControlOptions {
    /// A loopback address; none = 127.0.0.1 with a free port.
    pub address: Option<SocketAddr>,
    /// Where `control.json` goes: the data directory the user knows, in the demo too.
    pub data_dir: PathBuf,
    /// The program's version.
    pub version: String,
    /// Where the simulated service answers; the demo only.
    pub simulator: Option<SocketAddr>,
    /// The web UI's files.
    pub assets: Arc<dyn Assets>,
}

/// Why the control API does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The address reaches beyond this machine.
    #[error(
        "the control API answers on this machine only; {0} is not a loopback address, use 127.0.0.1:PORT"
    )]
    NotLoopback(SocketAddr),
    /// The port is taken, or the system refuses.
    #[error("the control API cannot listen on {address}: {source}; is the port in use by another program?")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// `control.json` cannot be written.
    #[error("cannot write control.json in {}: {source}; check that you may write to that folder", data_dir.display())]
    Announce {
        /// The data directory.
        data_dir: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// How long things may take and how many there may be.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// For a whole head, and for a login's body.
    head: Duration,
    /// Between two pieces of a body.
    body_idle: Duration,
    /// Connections at once.
    connections: usize,
    /// For requests under way when the engine stops.
    drain: Duration,
}

const LIMITS: Limits = Limits {
    head: Duration::from_secs(10),
    body_idle: Duration::from_secs(60),
    connections: 256,
    drain: Duration::from_secs(5),
};

/// The running control API.
pub struct ControlServer {
    handle: ControlHandle,
    tasks: Tasks,
    drain: Duration,
    closing: CancellationToken,
    over: CancellationToken,
}

impl ControlServer {
    /// Listens, and announces it in `control.json`.
    ///
    /// # Errors
    ///
    /// [`ControlError`]; then nothing listens.
    pub async fn bind(options: ControlOptions, commands: impl Commands) -> Result<Self, ControlError> {
        Self::bind_with(options, commands, LIMITS).await
    }

    async fn bind_with(
        options: ControlOptions,
        commands: impl Commands,
        limits: Limits,
    ) -> Result<Self, ControlError> {
        let wanted = options.address.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 0).into());
        if !wanted.ip().is_loopback() {
            return Err(ControlError::NotLoopback(wanted));
        }
        let cannot_listen = |source| ControlError::Listen { address: wanted, source };
        let listener = TcpListener::bind(wanted).await.map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;

        let access = Arc::new(Access::new());
        let announcement = Announcement {
            address,
            token: access.token(),
            pid: std::process::id(),
            version: options.version,
            simulator: options.simulator,
        };
        let handle = ControlHandle {
            access: access.clone(),
            announced: Arc::new(Announced { data_dir: options.data_dir, content: Mutex::new(announcement) }),
        };
        handle.announced.write()?;

        let (tasks, closing, over) = (Tasks::default(), CancellationToken::new(), CancellationToken::new());
        let router = Arc::new(Router {
            guard: Guard::new(address.port()),
            access,
            commands,
            assets: options.assets,
            limits,
            tasks: tasks.clone(),
            closing: closing.clone(),
            over: over.clone(),
        });
        let listening = Listening {
            name: "The control API",
            head: limits.head,
            // There is no other.
            idle: limits.head,
            connections: limits.connections,
            keep_alive: false,
            tasks: tasks.clone(),
            closing: closing.clone(),
            over: over.clone(),
        };
        tasks.start(|_| accept(vec![listener], listening, router));
        Ok(Self { handle, tasks, drain: limits.drain, closing, over })
    }

    /// For whoever hands out links.
    #[must_use]
    pub fn handle(&self) -> ControlHandle {
        self.handle.clone()
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.handle.address()
    }

    /// Accepts nothing more, ends event streams, lets requests under way finish for 5 s, then cuts them.
    pub async fn stop(self) {
        // First, so that nobody finds an engine that is about to go.
        announce::forget(&self.handle.announced.data_dir);
        self.closing.cancel();
        if timeout(self.drain, self.tasks.finish()).await.is_err() {
            self.over.cancel();
            self.tasks.finish().await;
        }
    }
}

/// Gives out one-time links and knows where the control API answers. Clones share one server.
#[derive(Clone)]
pub struct ControlHandle {
    access: Arc<Access>,
    announced: Arc<Announced>,
}

impl ControlHandle {
    /// A link to the web UI that works once, within a minute.
    #[must_use]
    pub fn issue_link(&self) -> UiLink {
        let word = self.access.issue_word(Instant::now());
        UiLink { url: format!("http://{}/#t={}", self.address(), word.expose_secret()) }
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.announced.content().address
    }

    /// Says in `control.json` where the simulated service answers, or that there is none any more.
    ///
    /// # Errors
    ///
    /// [`ControlError::Announce`] when the file cannot be written.
    pub fn announce_simulator(&self, simulator: Option<SocketAddr>) -> Result<(), ControlError> {
        self.announced.content().simulator = simulator;
        self.announced.write()
    }
}

struct Announced {
    data_dir: PathBuf,
    content: Mutex<Announcement>,
}

impl Announced {
    fn content(&self) -> std::sync::MutexGuard<'_, Announcement> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> Result<(), ControlError> {
        announce::write(&self.data_dir, &self.content()).map_err(|source| self.unwritable(source))
    }

    fn unwritable(&self, source: io::Error) -> ControlError {
        let data_dir = Path::to_path_buf(&self.data_dir);
        ControlError::Announce { data_dir, source }
    }
}

#[cfg(test)]
pub(crate) mod tests;
