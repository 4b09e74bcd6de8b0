//! Messages on the desktop: shows what the engine decided to tell, and opens the page a click asks for.

use std::sync::Arc;

use engine::Clock;
use engine::view::dto::{NotificationView, NotificationsArgs};
use jiff::Timestamp;
use tauri::{AppHandle, Manager};
use tokio_util::sync::CancellationToken;

use crate::backend::Backend;
use crate::locale;
use crate::windows;

#[cfg(not(target_os = "linux"))]
#[path = "messages/native.rs"]
mod post;
#[cfg(target_os = "linux")]
#[path = "messages/bus.rs"]
mod post;

/// Shows messages until `stop`.
pub(crate) async fn keep(app: AppHandle, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut changes = app.state::<Backend>().changes();
    // What an engine told before this program was there, it told somebody else.
    let mut seen = (clock.now(), 0);
    let mut post = post::Post::new(&app);
    loop {
        tokio::select! {
            change = changes.next() => if change.is_none() { return },
            page = post.clicked() => {
                windows::show_page(&app, Some(page));
                continue;
            }
            () = stop.cancelled() => return,
        }
        let messages = new(&app, &mut seen).await;
        if messages.is_empty() {
            continue;
        }
        let language = locale::language(&app).await;
        for message in messages {
            post.show(&message, language).await;
        }
    }
}

/// What was told since, oldest first. Another engine counts anew: instant and number together tell.
async fn new(app: &AppHandle, seen: &mut (Timestamp, u32)) -> Vec<NotificationView> {
    let all =
        async { app.state::<Backend>().client().await?.notifications(NotificationsArgs::default()).await };
    let mut all = all.await.unwrap_or_default();
    all.retain(|one| one.at.parse::<Timestamp>().is_ok_and(|at| (at, one.number) > *seen));
    if let Some(last) = all.last()
        && let Ok(at) = last.at.parse()
    {
        *seen = (at, last.number);
    }
    all
}
