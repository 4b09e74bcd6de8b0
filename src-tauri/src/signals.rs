//! Ends the program in order when the session or the user's terminal asks for it.

use tauri::AppHandle;
use tokio_util::sync::CancellationToken;

/// Quits on the first signal, until `stop`.
#[cfg(unix)]
pub(crate) async fn quit(app: AppHandle, stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};

    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)) =
        (signal(kinds[0]), signal(kinds[1]), signal(kinds[2]))
    else {
        tracing::warn!("signals cannot be caught: a signal ends Headroom at once");
        return;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
        () = stop.cancelled() => return,
    }
    tracing::info!("asked to quit by a signal");
    app.exit(0);
}

/// Quits on Ctrl-C, until `stop`.
#[cfg(not(unix))]
pub(crate) async fn quit(app: AppHandle, stop: CancellationToken) {
    tokio::select! {
        asked = tokio::signal::ctrl_c() => if asked.is_ok() { app.exit(0) },
        () = stop.cancelled() => {}
    }
}
