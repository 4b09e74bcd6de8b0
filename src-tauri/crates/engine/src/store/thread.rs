//! The one place that touches the database: a thread of its own, or for a database in memory the caller's.

use super::StoreError;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Does work on the database, one job after the other.
pub(super) enum Worker {
    /// Waiting for a disk belongs on a thread of its own. It ends when this is closed or dropped.
    Thread(Mutex<Option<Running>>),
    /// Nothing to wait for. Also keeps simulated time still: a runtime that waits for another thread counts as
    /// idle and would jump to its next timer.
    Here {
        /// Gone when it is closed.
        connection: Mutex<Option<Connection>>,
        /// Where a test kills the program.
        fate: Arc<dyn Fate>,
    },
}

/// Decides before each piece of work whether the program is killed there. A test of crashes says so; everything else
/// lives.
pub trait Fate: Send + Sync + 'static {
    /// What happens at the next piece of work.
    fn next(&self) -> Next;
}

/// What happens at a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is done, and whoever asked goes on.
    Live,
    /// The program is killed before it: it is not done, and nobody goes on.
    DieBefore,
    /// The program is killed after it: it is done, and nobody goes on.
    DieAfter,
}

/// Nobody kills anything.
#[derive(Debug, Clone, Copy)]
pub struct Living;

impl Fate for Living {
    fn next(&self) -> Next {
        Next::Live
    }
}

pub(super) struct Running {
    jobs: mpsc::Sender<Job>,
    thread: JoinHandle<()>,
}

impl Worker {
    /// Does its work on the thread of whoever asks.
    pub fn here(connection: Connection, fate: Arc<dyn Fate>) -> Self {
        Self::Here { connection: Mutex::new(Some(connection)), fate }
    }

    /// Starts a thread, which owns `connection` from now on.
    pub fn start(mut connection: Connection) -> Result<Self, StoreError> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                for job in inbox {
                    // A panic fails its own job (whose answer is dropped and whose transaction rolls back);
                    // the others go on.
                    if catch_unwind(AssertUnwindSafe(|| job(&mut connection))).is_err() {
                        tracing::error!("A job of the database panicked");
                    }
                }
                if let Err((_, error)) = connection.close() {
                    tracing::warn!(%error, "The database did not close cleanly");
                }
            })
            .map_err(|error| StoreError::Failed(format!("its thread did not start: {error}")))?;
        Ok(Self::Thread(Mutex::new(Some(Running { jobs, thread }))))
    }

    /// Does `work`. It is done to its end even when nobody waits for it any more.
    pub async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (done, answer) = oneshot::channel();
        match self {
            Self::Here { connection, fate } => {
                let next = fate.next();
                if next == Next::DieBefore {
                    return std::future::pending().await;
                }
                let done = work(lock(connection).as_mut().ok_or(StoreError::Closed)?);
                return if next == Next::DieAfter { std::future::pending().await } else { done };
            }
            Self::Thread(running) => {
                let job: Job = Box::new(move |connection| {
                    // Nobody waiting is not an error.
                    let _ = done.send(work(connection));
                });
                lock(running).as_ref().and_then(|r| r.jobs.send(job).ok()).ok_or(StoreError::Closed)?;
            }
        }
        answer.await.unwrap_or_else(|_| Err(StoreError::Failed("a job stopped in the middle".to_owned())))
    }

    /// Finishes what was asked for, closes the database and waits for the thread's end.
    pub async fn close(&self) {
        let running = match self {
            Self::Here { connection, .. } => {
                lock(connection).take();
                return;
            }
            Self::Thread(running) => lock(running).take(),
        };
        let Some(Running { jobs, thread }) = running else { return };
        drop(jobs);
        let ended = tokio::task::spawn_blocking(move || thread.join()).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::error!("The database's thread did not end well");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
