//! The tray on Linux: a StatusNotifierItem and its menu, spoken over D-Bus.
//!
//! No GTK and no appindicator library, so none can be missing. Where nothing shows such items yet, it waits for one.

use engine::view::tray::{TrayEntry, TrayModel, TrayRequest};
use ksni::menu::{StandardItem, SubMenu};
use ksni::{Error, Handle, Icon, MenuItem, OfflineReason, ToolTip, TrayMethods};
use tauri::AppHandle;
use tokio::sync::mpsc::UnboundedSender;

use super::panel::Panel;
use super::{Missing, Told, art};

/// The icon on the bus; None where there is no bus.
pub(super) struct Face(Option<Handle<Item>>);

#[derive(Clone)]
struct Item {
    model: TrayModel,
    panel: Panel,
    asked: UnboundedSender<TrayRequest>,
    told: Told,
}

impl Face {
    /// Puts the icon on the bus and tells whether it can be seen.
    pub async fn show(
        _app: &AppHandle,
        model: TrayModel,
        panel: Panel,
        asked: UnboundedSender<TrayRequest>,
        told: Told,
    ) -> Self {
        let item = Item { model, panel, asked, told: told.clone() };
        match item.clone().spawn().await {
            Ok(handle) => {
                told.shown();
                return Self(Some(handle));
            }
            Err(error) => told.missing(missing(&error)),
        }
        // The panel may start later than we do: this one waits for it, at no cost.
        match item.assume_sni_available(true).spawn().await {
            Ok(handle) => Self(Some(handle)),
            Err(error) => {
                told.missing(missing(&error));
                Self(None)
            }
        }
    }

    /// Shows another model; only what differs goes over the bus.
    pub async fn draw(&mut self, model: &TrayModel) {
        if let Some(handle) = &self.0 {
            handle.update(|item| item.model = model.clone()).await;
        }
    }

    /// Takes the icon away.
    pub async fn hide(self) {
        if let Some(handle) = self.0 {
            handle.shutdown().await;
        }
    }
}

fn missing(error: &Error) -> Missing {
    match error {
        Error::Watcher(_) | Error::WontShow => Missing::NoHost,
        Error::Dbus(error) => Missing::NoBus(error.to_string()),
        // The library may add kinds.
        other => Missing::Refused(other.to_string()),
    }
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        "headroom-desktop".to_owned()
    }

    fn title(&self) -> String {
        self.model.title.clone()
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        art::sizes(self.model.icon, self.panel)
            .iter()
            .filter_map(|image| {
                Some(Icon {
                    width: i32::try_from(image.width()).ok()?,
                    height: i32::try_from(image.height()).ok()?,
                    // The bus wants ARGB.
                    data: image.rgba().chunks_exact(4).flat_map(|p| [p[3], p[0], p[1], p[2]]).collect(),
                })
            })
            .collect()
    }

    fn tool_tip(&self) -> ToolTip {
        let lines = self.model.menu.iter().filter_map(|entry| match entry {
            TrayEntry::Text(text)
            | TrayEntry::Action { text, request: TrayRequest::Overview | TrayRequest::OpenCredential(_) } => {
                Some(escape(text))
            }
            TrayEntry::Separator | TrayEntry::Menu { .. } | TrayEntry::Action { .. } => None,
        });
        ToolTip {
            title: self.model.title.clone(),
            description: lines.collect::<Vec<_>>().join("<br/>"),
            ..ToolTip::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.ask(TrayRequest::Open);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        self.model.menu.iter().map(entry).collect()
    }

    fn watcher_online(&self) {
        self.told.shown();
    }

    fn watcher_offline(&self, reason: OfflineReason) -> bool {
        let why = if let OfflineReason::Error(error) = &reason { missing(error) } else { Missing::NoHost };
        self.told.missing(why);
        true
    }
}

impl Item {
    fn ask(&self, request: TrayRequest) {
        // Nobody listens any more only while the program ends.
        let _ = self.asked.send(request);
    }
}

fn entry(one: &TrayEntry) -> MenuItem<Item> {
    match one {
        TrayEntry::Separator => MenuItem::Separator,
        TrayEntry::Text(text) => {
            StandardItem { label: label(text), enabled: false, ..StandardItem::default() }.into()
        }
        TrayEntry::Menu { text, entries } => {
            SubMenu { label: label(text), submenu: entries.iter().map(entry).collect(), ..SubMenu::default() }
                .into()
        }
        TrayEntry::Action { request, text } => {
            let request = request.clone();
            StandardItem {
                label: label(text),
                activate: Box::new(move |item: &mut Item| item.ask(request.clone())),
                ..StandardItem::default()
            }
            .into()
        }
    }
}

/// In a menu label one underscore marks a key; two are one.
fn label(text: &str) -> String {
    text.replace('_', "__")
}

/// The tooltip's text may hold markup, and names come from outside.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_bring_markup_or_keys() {
        assert_eq!(escape("<b>Ada & Bob</b>"), "&lt;b&gt;Ada &amp; Bob&lt;/b&gt;");
        assert_eq!(label("ada_l@example.com"), "ada__l@example.com");
    }
}
