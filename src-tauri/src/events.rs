//! Tells the window that something a reader can see has changed. The page asks again; nothing is patched.

use serde::Serialize;
use tauri::{AppHandle, Emitter, Manager};
use tokio_util::sync::CancellationToken;

use crate::backend::Backend;
use crate::tray::Presence;

/// The event's name, known to `ui/src/lib/ipc/tauri.ts`.
const CHANGED: &str = "changed";

#[derive(Debug, Clone, Serialize)]
struct Changed {
    revision: u64,
}

/// Passes changes of the engine and of the tray on until `stop`.
pub(crate) async fn forward(app: AppHandle, stop: CancellationToken) {
    let mut changes = app.state::<Backend>().changes();
    let mut tray = app.state::<Presence>().changes();
    let mut revision = 0;
    loop {
        tokio::select! {
            next = changes.next() => match next {
                Some(next) => revision = next,
                None => return,
            },
            // `status` tells of a missing tray.
            () = tray.next() => {}
            () = stop.cancelled() => return,
        }
        if let Err(error) = app.emit(CHANGED, Changed { revision }) {
            tracing::warn!("the window was not told of a change: {error}");
        }
    }
}
