//! Looks for a newer Headroom where a maintainer configured an address and a key (`docs/RELEASING.md`).
//!
//! Compiled in with the feature `updater` only. The look fetches a list of versions; a program is fetched when the
//! person says yes. What the key did not sign, and what is not newer, the plugin refuses.

use std::collections::BTreeSet;
use std::time::Duration;

use engine::view::tray::Language;
use serde_json::Value;
use tauri::{AppHandle, Config};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons};
use tauri_plugin_updater::{Update, UpdaterExt};
use tokio_util::sync::CancellationToken;

use crate::locale;

/// The start is not the moment for it.
const FIRST: Duration = Duration::from_secs(5 * 60);
const EVERY: Duration = Duration::from_secs(24 * 3600);
/// A list that takes longer is looked for again the next day.
const PROMPT: Duration = Duration::from_secs(30);

/// The plugin, where both a key and an address are configured: without them it would not start.
pub(crate) fn plugin(
    config: &Config,
) -> Option<tauri::plugin::TauriPlugin<tauri::Wry, tauri_plugin_updater::Config>> {
    is_configured(config.plugins.0.get("updater")).then(|| tauri_plugin_updater::Builder::new().build())
}

fn is_configured(updater: Option<&Value>) -> bool {
    let key = updater.and_then(|u| u.get("pubkey")?.as_str()).is_some_and(|key| !key.trim().is_empty());
    let address = updater.and_then(|u| u.get("endpoints")?.as_array()).is_some_and(|list| !list.is_empty());
    key && address
}

/// Looks once a day, and asks about each version once, until `stop`.
pub(crate) async fn keep(app: AppHandle, stop: CancellationToken) {
    if !is_configured(app.config().plugins.0.get("updater")) {
        return;
    }
    let mut declined = BTreeSet::new();
    let mut wait = FIRST;
    loop {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.cancelled() => return,
        }
        wait = EVERY;
        let Some(update) = look(&app).await else { continue };
        if declined.contains(&update.version) {
            continue;
        }
        if !ask(&app, &update, locale::language(&app).await).await {
            declined.insert(update.version.clone());
            continue;
        }
        match update.download_and_install(|_, _| {}, || {}).await {
            // Ends this program; the engine puts its work down as with every exit.
            Ok(()) => app.request_restart(),
            Err(error) => {
                tracing::warn!("version {} was not installed: {error}", update.version);
                let text = locale::language(&app).await.say(
                    format!(
                        "Headroom {} was not installed: {error}. This version is as it was.",
                        update.version
                    ),
                    format!("未能安装 Headroom {}：{error}。当前版本没有改变。", update.version),
                );
                app.dialog().message(text).title("Headroom").show(|_| {});
            }
        }
    }
}

async fn look(app: &AppHandle) -> Option<Update> {
    let found = async { app.updater_builder().timeout(PROMPT).build()?.check().await };
    match found.await {
        Ok(update) => update,
        Err(error) => {
            tracing::info!("whether there is a newer version could not be told: {error}");
            None
        }
    }
}

/// What the person says; an answer that never comes is no.
async fn ask(app: &AppHandle, update: &Update, language: Language) -> bool {
    let (new, now) = (&update.version, &update.current_version);
    let text = language.say(
        format!(
            "Headroom {new} is available (this is {now}). Download it, check its signature and install it? Headroom starts again afterwards."
        ),
        format!("Headroom {new} 可用（当前 {now}）。下载、核对签名并安装？安装后 Headroom 会重新启动。"),
    );
    let (yes, no) = (language.say("Install", "安装"), language.say("Later", "以后"));
    let (answer, said) = tokio::sync::oneshot::channel();
    app.dialog()
        .message(text)
        .title("Headroom")
        .buttons(MessageDialogButtons::OkCancelCustom(yes.to_owned(), no.to_owned()))
        // Nobody waiting is not an error: the program is leaving.
        .show(move |yes| _ = answer.send(yes));
    said.await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn without_a_key_and_an_address_nothing_is_looked_for() {
        let full = json!({ "pubkey": "dW50cnVzdGVk", "endpoints": ["https://updates.example/latest.json"] });
        assert!(is_configured(Some(&full)));
        for lacking in [
            json!(null),
            json!({}),
            json!({ "pubkey": "dW50cnVzdGVk" }),
            json!({ "pubkey": " ", "endpoints": ["https://updates.example/latest.json"] }),
            json!({ "pubkey": "dW50cnVzdGVk", "endpoints": [] }),
        ] {
            assert!(!is_configured(Some(&lacking)), "{lacking}");
        }
        assert!(!is_configured(None));
    }
}
