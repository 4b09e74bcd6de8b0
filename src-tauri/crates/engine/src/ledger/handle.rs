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
    count: watch::Receiver<usize>,
}

impl Ledger {
    /// Starts the task that owns the state.
    #[must_use]
    pub fn start(tasks: &Tasks, state: State) -> Self {
        let (notes, mut inbox) = mpsc::channel::<(Vec<Note>, oneshot::Sender<()>)>(QUEUE);
        let (counted, count) = watch::channel(state.credential_count());
        let (publish, show) = watch::channel(Arc::new(state));
        tasks.start(|stop| async move {
            loop {
                let (batch, done) = tokio::select! {
                    received = inbox.recv() => match received { Some(received) => received, None => break },
                    () = stop.cancelled() => break,
                };
                let mut credentials = 0;
                publish.send_modify(|state| {
                    let state = Arc::make_mut(state);
                    batch.into_iter().for_each(|note| state.apply(note));
                    credentials = state.credential_count();
                });
                counted.send_if_modified(|known| std::mem::replace(known, credentials) != credentials);
                // Nobody waiting for the receipt is not an error.
                let _ = done.send(());
            }
        });
        Self { notes, show, count }
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

    /// How many credentials there are; tells when one comes or goes, and nothing else.
    #[must_use]
    pub fn count(&self) -> watch::Receiver<usize> {
        self.count.clone()
    }

    /// Tells when the state changes.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Arc<State>> {
        self.show.clone()
    }
}
