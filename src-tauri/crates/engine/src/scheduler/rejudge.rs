//! Judges protection anew when a setting changes: a new floor holds at once, not with the next reading.

use crate::quota::QuotaSource;
use crate::settings::SettingsKeeper;
use crate::tasks::Tasks;

/// Starts the task.
pub(super) fn start(tasks: &Tasks, source: QuotaSource, settings: SettingsKeeper) {
    tasks.start(|stop| async move {
        let mut changed = settings.watch();
        loop {
            tokio::select! {
                Ok(()) = changed.changed() => source.judge_again().await,
                () = stop.cancelled() => break,
                else => break,
            }
        }
    });
}
