//! The task that may change the state, and the handle everyone else holds.

use super::{Note, State};
use crate::tasks::Tasks;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

/// Notes that may wait; more, and whoever writes them waits too.
const QUEUE: usize = 256;

/// A handle on the live state.
#[derive(Debug, Clone)]
pub struct Ledger {
    notes: mpsc::Sender<(Vec<Note>, oneshot::Sender<()>)>,
    show: watch::Receiver<Arc<State>>,
}

impl Ledger {
    /// Starts the task that owns the state.
    #[must_use]
    pub fn start(tasks: &Tasks, state: State) -> Self {
        let (notes, mut inbox) = mpsc::channel::<(Vec<Note>, oneshot::Sender<()>)>(QUEUE);
        let (publish, show) = watch::channel(Arc::new(state));
        tasks.start(|stop| async move {
            loop {
                let (batch, done) = tokio::select! {
                    received = inbox.recv() => match received { Some(received) => received, None => break },
                    () = stop.cancelled() => break,
                };
                publish.send_modify(|state| {
                    let state = Arc::make_mut(state);
                    batch.into_iter().for_each(|note| state.apply(note));
                });
                // Nobody waiting for the receipt is not an error.
                let _ = done.send(());
            }
        });
        Self { notes, show }
    }

    /// Writes a note and returns when the state shows it (or the engine is going down).
    pub async fn note(&self, note: Note) {
        self.notes(vec![note]).await;
    }

    /// Writes several notes at once: no reader sees some of them only.
    pub async fn notes(&self, notes: Vec<Note>) {
        let (done, seen) = oneshot::channel();
        if self.notes.send((notes, done)).await.is_ok() {
            let _ = seen.await;
        }
    }

    /// The state as it is.
    #[must_use]
    pub fn state(&self) -> Arc<State> {
        self.show.borrow().clone()
    }

    /// Tells when the state changes.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Arc<State>> {
        self.show.clone()
    }
}
