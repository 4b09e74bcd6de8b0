//! Which engine the window and the tray belong to: one of this process, or the one that already runs on the data
//! directory.
//!
//! Owns the connection and brings it back when it is lost. What the engine does is the engine's.

use std::time::Duration;

use engine::view::dto::{ApiError, ErrorCode};
use engine::{Client, Opened, Options, StartError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Between two tries to reach or become the engine.
const RETRY: Duration = Duration::from_secs(2);

/// The engine as it stands; commands wait while it starts.
pub(crate) struct Backend {
    standing: watch::Sender<Standing>,
}

#[derive(Clone)]
enum Standing {
    Starting,
    Serving { client: Client, revision: u64 },
    Down(ApiError),
}

impl Backend {
    /// Nothing is open yet.
    pub fn new() -> Self {
        Self { standing: watch::Sender::new(Standing::Starting) }
    }

    /// The engine, as soon as it has started.
    ///
    /// # Errors
    ///
    /// `Unreachable` with the reason while there is none.
    pub async fn client(&self) -> Result<Client, ApiError> {
        let mut standing = self.standing.subscribe();
        let known = standing.wait_for(|standing| !matches!(standing, Standing::Starting)).await;
        match known.map(|standing| standing.clone()) {
            Ok(Standing::Serving { client, .. }) => Ok(client),
            Ok(Standing::Down(error)) => Err(error),
            Ok(Standing::Starting) | Err(_) => Err(lost()),
        }
    }

    /// Whether the engine is still starting.
    pub fn starting(&self) -> bool {
        matches!(*self.standing.borrow(), Standing::Starting)
    }

    /// Tells of everything a reader might see differently: a new revision, another engine, none.
    pub fn changes(&self) -> Changes {
        Changes(self.standing.subscribe())
    }

    /// Keeps an engine open until `stop`; its own is stopped in order.
    pub async fn keep(&self, options: impl Fn() -> Options, stop: CancellationToken) {
        loop {
            let opened = tokio::select! {
                opened = engine::open(options()) => opened,
                () = stop.cancelled() => return,
            };
            match opened {
                Ok(Opened::Owner(host)) => {
                    tracing::info!("the engine runs in this process");
                    self.serve(host.client(), &stop).await;
                    host.stop().await;
                }
                Ok(Opened::Running(client)) => {
                    tracing::info!("another process runs the engine; this one is its window and tray");
                    self.serve(client, &stop).await;
                }
                Err(error) => self.down(&error),
            }
            tokio::select! {
                () = tokio::time::sleep(RETRY) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    async fn serve(&self, client: Client, stop: &CancellationToken) {
        let mut changes = client.changes();
        self.standing.send_replace(Standing::Serving { client: client.clone(), revision: 0 });
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                revision = changes.next() => match revision {
                    Some(revision) => {
                        self.standing.send_replace(Standing::Serving { client: client.clone(), revision });
                    }
                    None => break,
                },
            }
        }
        tracing::warn!("the engine has ended; trying to reach or to become one");
        self.standing.send_replace(Standing::Down(lost()));
    }

    fn down(&self, error: &StartError) {
        let error = ApiError::new(ErrorCode::Unreachable, error.to_string());
        // The same failure every two seconds is one line in the log.
        self.standing.send_if_modified(|standing| {
            let same = matches!(standing, Standing::Down(before) if *before == error);
            if !same {
                tracing::error!("{error}");
                *standing = Standing::Down(error);
            }
            !same
        });
    }
}

fn lost() -> ApiError {
    ApiError::new(
        ErrorCode::Unreachable,
        "The engine has ended. Headroom tries to start it again every two seconds; if it stays so, the log says why.",
    )
}

/// See [`Backend::changes`].
pub(crate) struct Changes(watch::Receiver<Standing>);

impl Changes {
    /// Waits for the next change; its revision, 0 where there is no engine. None when the program ends.
    pub async fn next(&mut self) -> Option<u64> {
        self.0.changed().await.ok()?;
        Some(match &*self.0.borrow_and_update() {
            Standing::Serving { revision, .. } => *revision,
            Standing::Starting | Standing::Down(_) => 0,
        })
    }
}
