//! Messages on Windows and macOS, by the toolkit. It does not tell of clicks there; a click on macOS brings the program to
//! the front, which shows the window.

use engine::view::dto::NotificationView;
use engine::view::tray::Language;
use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt;

/// The desktop's place for messages.
pub(super) struct Post {
    app: AppHandle,
}

impl Post {
    /// Nothing is asked of the desktop before there is something to show.
    pub fn new(app: &AppHandle) -> Self {
        Self { app: app.clone() }
    }

    /// Shows a message. Where the desktop refuses, the window and the ledger still tell.
    pub async fn show(&mut self, message: &NotificationView, _: Language) {
        let shown = self.app.notification().builder().title(&message.title).body(&message.body).show();
        if let Err(error) = shown {
            tracing::warn!("a message could not be shown on the desktop: {error}");
        }
    }

    /// Never.
    pub async fn clicked(&mut self) -> String {
        std::future::pending().await
    }
}
