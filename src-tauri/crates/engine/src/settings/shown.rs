//! What is in force, and the one way to replace it.
//!
//! Settings and what they were settled from change together. Readers take either without waiting; whoever is told of
//! new settings finds what they were settled from there already.

use crate::sync::{Arc, PoisonError, RwLock};
use tokio::sync::{Mutex, MutexGuard, watch};

/// The settings `S`, settled from `H`.
pub(super) struct Shown<S, H> {
    settings: watch::Sender<Arc<S>>,
    held: RwLock<Arc<H>>,
    changing: Mutex<()>,
}

impl<S, H> Shown<S, H> {
    /// What is in force at the start.
    pub fn new(settings: S, held: H) -> Self {
        let (settings, _) = watch::channel(Arc::new(settings));
        Self { settings, held: RwLock::new(Arc::new(held)), changing: Mutex::new(()) }
    }

    /// The settings as they are.
    pub fn settings(&self) -> Arc<S> {
        self.settings.borrow().clone()
    }

    /// Tells when they change.
    pub fn watch(&self) -> watch::Receiver<Arc<S>> {
        self.settings.subscribe()
    }

    /// What they were settled from.
    pub fn held(&self) -> Arc<H> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for the turn to change them: from reading what is held to publishing, nobody else changes anything.
    pub async fn turn(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().await
    }

    /// Replaces both and tells everybody. Only in one's turn.
    pub fn publish(&self, settings: S, held: H) {
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(held);
        self.settings.send_replace(Arc::new(settings));
    }
}
