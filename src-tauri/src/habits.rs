//! What the settings say about how the program starts: with the desktop or not, with a window or not.

use std::time::Duration;

use engine::view::dto::{ApiError, SettingKeyArgs};
use tauri::{AppHandle, Manager};
use tauri_plugin_autostart::ManagerExt;
use tokio_util::sync::CancellationToken;

use crate::backend::Backend;
use crate::windows;

/// An engine that takes longer does not hold the window up.
const PROMPT: Duration = Duration::from_secs(5);

/// Shows the window at the start, unless the settings say that the tray is enough.
pub(crate) async fn first_window(app: AppHandle, stop: CancellationToken) {
    let hidden = tokio::select! {
        hidden = tokio::time::timeout(PROMPT, is_on(&app, "start_hidden")) => hidden,
        () = stop.cancelled() => return,
    };
    // Without an engine the window says why.
    if !matches!(hidden, Ok(Ok(true))) {
        windows::show(&app);
    }
}

/// Keeps the desktop's list of programs that start with it as the setting says, until `stop`.
pub(crate) async fn keep(app: AppHandle, stop: CancellationToken) {
    let mut changes = app.state::<Backend>().changes();
    let mut applied = None;
    loop {
        if let Ok(Some(wanted)) = autostart(&app).await
            && applied != Some(wanted)
        {
            match apply(&app, wanted) {
                Ok(()) => applied = Some(wanted),
                Err(error) => {
                    tracing::warn!("whether Headroom starts with the desktop could not be changed: {error}");
                    applied = Some(wanted);
                }
            }
        }
        tokio::select! {
            change = changes.next() => if change.is_none() { return },
            () = stop.cancelled() => return,
        }
    }
}

/// What the user's own settings want; None in the demo, whose settings are invented.
async fn autostart(app: &AppHandle) -> Result<Option<bool>, ApiError> {
    if app.state::<Backend>().client().await?.status().await?.demo {
        return Ok(None);
    }
    is_on(app, "autostart").await.map(Some)
}

async fn is_on(app: &AppHandle, key: &str) -> Result<bool, ApiError> {
    let client = app.state::<Backend>().client().await?;
    let setting = client.settings_get(SettingKeyArgs { key: key.to_owned() }).await?;
    Ok(setting.value.as_deref() == Some("true"))
}

fn apply(app: &AppHandle, wanted: bool) -> Result<(), tauri_plugin_autostart::Error> {
    let list = app.autolaunch();
    match (wanted, list.is_enabled()?) {
        (true, false) => list.enable(),
        (false, true) => list.disable(),
        (true, true) | (false, false) => Ok(()),
    }
}
