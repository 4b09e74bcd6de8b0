//! Messages over the session bus (`org.freedesktop.Notifications`): the one way on which a click comes back, and it
//! needs no further library.

use std::collections::HashMap;

use engine::view::dto::NotificationView;
use engine::view::tray::Language;
use futures_util::StreamExt;
use tauri::AppHandle;
use zbus::proxy::SignalStream;
use zbus::zvariant::Value;
use zbus::{Connection, Proxy};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// The action of a click on the message itself.
const CLICK: &str = "default";
/// As long as the desktop shows messages.
const USUAL: i32 = -1;
/// More are not remembered: the oldest were not clicked for long.
const REMEMBERED: usize = 50;

/// The desktop's place for messages.
pub(super) struct Post {
    bus: Option<Bus>,
    /// The pages of the messages that are shown, by the desktop's number.
    pages: Vec<(u32, String)>,
}

struct Bus {
    proxy: Proxy<'static>,
    clicks: SignalStream<'static>,
    markup: bool,
}

impl Post {
    /// Nothing is asked of the bus before there is something to show.
    pub fn new(_app: &AppHandle) -> Self {
        Self { bus: None, pages: Vec::new() }
    }

    /// Shows a message. Where nothing shows messages, the window and the ledger still tell.
    pub async fn show(&mut self, message: &NotificationView, language: Language) {
        match self.send(message, language).await {
            Ok(number) => {
                self.pages.retain(|(shown, _)| *shown != number);
                self.pages.push((number, message.page.clone()));
                let over = self.pages.len().saturating_sub(REMEMBERED);
                self.pages.drain(..over);
            }
            Err(error) => {
                // The next one asks the bus anew: a daemon may have come.
                self.bus = None;
                tracing::warn!("a message could not be shown on the desktop: {error}");
            }
        }
    }

    /// Waits for a click on a message; its page.
    pub async fn clicked(&mut self) -> String {
        loop {
            let Some(bus) = &mut self.bus else { return std::future::pending().await };
            let Some(signal) = bus.clicks.next().await else {
                self.bus = None;
                continue;
            };
            let Ok((number, action)) = signal.body().deserialize::<(u32, String)>() else { continue };
            let page = self.pages.iter().find(|(shown, _)| *shown == number).map(|(_, page)| page.clone());
            if let Some(page) = page.filter(|_| action == CLICK) {
                return page;
            }
        }
    }

    async fn send(&mut self, message: &NotificationView, language: Language) -> zbus::Result<u32> {
        if self.bus.is_none() {
            self.bus = Some(Bus::open().await?);
        }
        let Some(bus) = &self.bus else { return Err(zbus::Error::InvalidReply) };
        let body = if bus.markup { escape(&message.body) } else { message.body.clone() };
        // 2 stays until somebody has seen it.
        let urgency: u8 = if message.kind == "needs_user" { 2 } else { 1 };
        let hints = HashMap::from([
            ("urgency", Value::from(urgency)),
            ("desktop-entry", Value::from("Headroom")),
            ("category", Value::from("device")),
        ]);
        let actions = [CLICK, language.say("Open", "打开")];
        let (replaces, icon) = (0_u32, "dev.headroom.desktop");
        bus.proxy
            .call(
                "Notify",
                &("Headroom", replaces, icon, message.title.as_str(), body, actions.as_slice(), hints, USUAL),
            )
            .await
    }
}

impl Bus {
    async fn open() -> zbus::Result<Self> {
        let connection = Connection::session().await?;
        let proxy = Proxy::new(&connection, NAME, PATH, NAME).await?;
        let clicks = proxy.receive_signal("ActionInvoked").await?;
        let can: Vec<String> = proxy.call("GetCapabilities", &()).await?;
        Ok(Self { proxy, clicks, markup: can.iter().any(|one| one == "body-markup") })
    }
}

/// The text may hold markup, and names come from outside.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
