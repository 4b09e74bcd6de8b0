//! One warmup at a time, whoever asked for it, with the batch delay between two.

use crate::settings::SettingsKeeper;
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

/// Lets one request through at a time, in the order of asking: a warmup by hand waits for the request under way
/// and not for the rest of a long scan.
pub(super) struct Gate {
    settings: SettingsKeeper,
    /// When the last request ended.
    last: Mutex<Option<Instant>>,
}

/// The right to send one request.
pub(super) struct Pass<'a>(MutexGuard<'a, Option<Instant>>);

impl Gate {
    pub(super) fn new(settings: SettingsKeeper) -> Self {
        Self { settings, last: Mutex::new(None) }
    }

    /// Waits for the request under way and for the batch delay after it.
    pub(super) async fn pass(&self) -> Pass<'_> {
        let last = self.last.lock().await;
        let delay = Duration::from_secs(self.settings.current().smart_warmup_batch_delay_seconds.into());
        if let Some(last) = *last {
            tokio::time::sleep_until(last + delay).await;
        }
        Pass(last)
    }
}

impl Pass<'_> {
    /// A request was sent with it: the next one keeps its distance.
    pub(super) fn used(mut self) {
        *self.0 = Some(Instant::now());
    }
}
