//! Gets hold of an engine: the one that runs, else one that lives as long as the command.

use crate::exit::{Exit, Failure};
use crate::{out, signals};
use engine::clock::SystemClock;
use engine::logging::{self, LogGuard, LogTo};
use engine::settings::{ProcessVars, Vars};
use engine::{Client, Host, Mode, Opened, Options, StartError, lock};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long another short command may take before this one gives up.
const PATIENCE: Duration = Duration::from_secs(20);
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// Which data directory the command is about.
pub struct Place {
    data_dir: PathBuf,
}

impl Place {
    /// The one named, else the usual one.
    pub fn new(data_dir: Option<PathBuf>) -> Self {
        Self { data_dir: data_dir.unwrap_or_else(|| engine::default_data_dir(&ProcessVars)) }
    }

    /// Where it is.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// How an engine on it is opened.
    pub fn options(&self) -> Options {
        Options::new(self.data_dir.clone())
    }

    /// Starts logging to it, and to stderr where asked.
    pub fn log(&self, stderr: bool) -> Result<LogGuard, Failure> {
        let to = LogTo { data_dir: Some(self.data_dir.clone()), stderr };
        logging::init(&ProcessVars, &to, Arc::new(SystemClock)).map_err(Failure::of)
    }

    /// The running engine; commands that make no sense without one need it.
    pub async fn running(&self) -> Result<Client, Failure> {
        Client::find(&self.data_dir).await.ok_or_else(|| {
            Failure::new(
                Exit::Unreachable,
                "no engine is running; start the desktop app, or `headroom serve`",
            )
        })
    }

    /// Runs `work` against the running engine, else against one that ends with it. Ctrl-C ends it early.
    pub async fn with_engine<T>(
        &self,
        work: impl AsyncFnOnce(&Client) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.with_engine_to_end(async |client| {
            tokio::select! {
                done = work(client) => done,
                () = signals::asked_to_stop() => Err(stopped()),
            }
        })
        .await
    }

    /// The same for `work` that looks after Ctrl-C itself.
    pub async fn with_engine_to_end<T>(
        &self,
        work: impl AsyncFnOnce(&Client) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let (client, own) = self.reach().await?;
        let done = work(&client).await;
        if let Some(own) = own {
            own.end().await;
        }
        done
    }

    async fn reach(&self) -> Result<(Client, Option<Own>), Failure> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(client) = Client::find(&self.data_dir).await {
                return Ok((client, None));
            }
            // A short-lived engine listens nowhere: wait for its end.
            if !lock::is_held(&self.data_dir) || Instant::now() >= deadline {
                // Its lines belong to the log; the terminal gets results and messages only.
                let log =
                    self.log(ProcessVars.get("HEADROOM_LOG").is_some_and(|filter| !filter.is_empty()))?;
                return self.open(deadline, log).await;
            }
            sleep(ASK_AGAIN).await;
        }
    }

    async fn open(&self, deadline: Instant, log: LogGuard) -> Result<(Client, Option<Own>), Failure> {
        loop {
            match engine::open(Options { mode: Mode::OneShot, ..self.options() }).await {
                Ok(Opened::Owner(host)) => return Ok((host.client(), Some(Own { host, _log: log }))),
                Ok(Opened::Running(client)) => return Ok((client, None)),
                Err(StartError::Taken { .. }) if Instant::now() < deadline => sleep(ASK_AGAIN).await,
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Why a command that was interrupted failed.
pub fn stopped() -> Failure {
    Failure::of("stopped before it was done")
}

struct Own {
    host: Host,
    _log: LogGuard,
}

impl Own {
    // A token that was renewed is still stored; a second Ctrl-C does not wait for it.
    async fn end(self) {
        tokio::select! {
            () = self.host.stop() => {}
            () = signals::asked_to_stop() => out::message("Stopped at once."),
        }
    }
}
