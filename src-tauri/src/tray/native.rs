//! The tray on Windows and macOS, by the toolkit. The feature `native-tray` compiles it on Linux too, to try it.

use engine::view::tray::{PauseFor, TrayEntry, TrayModel, TrayRequest};
use tauri::AppHandle;
use tauri::menu::{IsMenuItem, Menu, MenuItemBuilder, PredefinedMenuItem, SubmenuBuilder};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use super::panel::Panel;
use super::{Missing, Told, art};

/// Windows cuts tooltips there.
const TOOLTIP_LENGTH: usize = 127;

/// The icon; None where the system refused it.
pub(super) struct Face {
    app: AppHandle,
    icon: Option<TrayIcon>,
    panel: Panel,
    drawn: TrayModel,
}

impl Face {
    /// Makes the icon and tells whether it can be seen.
    pub async fn show(
        app: &AppHandle,
        model: TrayModel,
        panel: Panel,
        asked: UnboundedSender<TrayRequest>,
        told: Told,
    ) -> Self {
        let (done, made) = oneshot::channel();
        let (handle, first) = (app.clone(), model.clone());
        // Icons are made on the main thread.
        let started = app.run_on_main_thread(move || {
            let _ = done.send(build(&handle, &first, panel, asked));
        });
        let icon = match (started, made.await) {
            (Ok(()), Ok(Ok(icon))) => {
                told.shown();
                Some(icon)
            }
            (Err(error), _) | (Ok(()), Ok(Err(error))) => {
                told.missing(Missing::Refused(error.to_string()));
                None
            }
            (Ok(()), Err(_)) => {
                told.missing(Missing::Refused("the program is ending".to_owned()));
                None
            }
        };
        Self { app: app.clone(), icon, panel, drawn: model }
    }

    /// Shows another model; only what differs is drawn.
    pub async fn draw(&mut self, model: &TrayModel) {
        if let Some(icon) = &self.icon
            && let Err(error) = self.redraw(icon, model)
        {
            tracing::warn!("the tray cannot be drawn: {error}");
        }
        self.drawn = model.clone();
    }

    fn redraw(&self, icon: &TrayIcon, model: &TrayModel) -> tauri::Result<()> {
        if model.icon != self.drawn.icon {
            icon.set_icon(art::one(model.icon, self.panel))?;
            #[cfg(target_os = "macos")]
            icon.set_icon_as_template(true)?;
        }
        // Only a menu bar has room for letters.
        #[cfg(target_os = "macos")]
        if model.label != self.drawn.label {
            icon.set_title(Some(&model.label))?;
        }
        if model.tooltip != self.drawn.tooltip {
            icon.set_tooltip(Some(tooltip(model)))?;
        }
        if model.menu != self.drawn.menu {
            icon.set_menu(Some(menu(&self.app, model)?))?;
        }
        Ok(())
    }

    /// Takes the icon away.
    pub async fn hide(self) {
        if let Some(icon) = self.icon {
            let _ = icon.set_visible(false);
        }
    }
}

fn build(
    app: &AppHandle,
    model: &TrayModel,
    panel: Panel,
    asked: UnboundedSender<TrayRequest>,
) -> tauri::Result<TrayIcon> {
    let clicked = asked.clone();
    let mut builder = TrayIconBuilder::with_id("headroom")
        .tooltip(tooltip(model))
        .menu(&menu(app, model)?)
        .show_menu_on_left_click(cfg!(target_os = "macos"))
        .icon_as_template(cfg!(target_os = "macos"))
        .on_menu_event(move |_, event| {
            if let Some(request) = request(event.id().as_ref()) {
                let _ = asked.send(request);
            }
        })
        .on_tray_icon_event(move |_, event| {
            let left = matches!(
                event,
                TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. }
            );
            if left && !cfg!(target_os = "macos") {
                let _ = clicked.send(TrayRequest::Open);
            }
        });
    if let Some(icon) = art::one(model.icon, panel) {
        builder = builder.icon(icon);
    }
    if cfg!(target_os = "macos") {
        builder = builder.title(&model.label);
    }
    builder.build(app)
}

fn menu(app: &AppHandle, model: &TrayModel) -> tauri::Result<Menu<tauri::Wry>> {
    let menu = Menu::new(app)?;
    for entry in &model.menu {
        menu.append(&*item(app, entry)?)?;
    }
    Ok(menu)
}

fn item(app: &AppHandle, entry: &TrayEntry) -> tauri::Result<Box<dyn IsMenuItem<tauri::Wry>>> {
    Ok(match entry {
        TrayEntry::Separator => Box::new(PredefinedMenuItem::separator(app)?),
        TrayEntry::Text(text) => Box::new(MenuItemBuilder::new(label(text)).enabled(false).build(app)?),
        TrayEntry::Action { request, text } => {
            Box::new(MenuItemBuilder::with_id(id(request), label(text)).build(app)?)
        }
        TrayEntry::Menu { text, entries } => {
            let menu = SubmenuBuilder::new(app, label(text)).build()?;
            for entry in entries {
                menu.append(&*item(app, entry)?)?;
            }
            Box::new(menu)
        }
    })
}

fn tooltip(model: &TrayModel) -> String {
    model.tooltip.chars().take(TOOLTIP_LENGTH).collect()
}

/// In a menu label one ampersand marks a key; two are one.
fn label(text: &str) -> String {
    text.replace('&', "&&")
}

fn id(request: &TrayRequest) -> String {
    match request {
        TrayRequest::Open => "open".to_owned(),
        TrayRequest::Overview => "overview".to_owned(),
        TrayRequest::OpenCredential(id) => format!("credential:{id}"),
        TrayRequest::Refresh => "refresh".to_owned(),
        TrayRequest::Quit => "quit".to_owned(),
        TrayRequest::Warm(None) => "warm".to_owned(),
        TrayRequest::Warm(Some(id)) => format!("warm:{id}"),
        TrayRequest::Pause(how_long) => format!("pause:{}", how_long.key()),
    }
}

fn request(id: &str) -> Option<TrayRequest> {
    match id.split_once(':') {
        None => match id {
            "open" => Some(TrayRequest::Open),
            "overview" => Some(TrayRequest::Overview),
            "refresh" => Some(TrayRequest::Refresh),
            "quit" => Some(TrayRequest::Quit),
            "warm" => Some(TrayRequest::Warm(None)),
            _ => None,
        },
        Some(("credential", id)) => Some(TrayRequest::OpenCredential(id.to_owned())),
        Some(("warm", id)) => Some(TrayRequest::Warm(Some(id.to_owned()))),
        Some(("pause", word)) => {
            PauseFor::ALL.into_iter().find(|one| one.key() == word).map(TrayRequest::Pause)
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_menu_id_leads_back_to_its_request() {
        for asked in [
            TrayRequest::Open,
            TrayRequest::Overview,
            TrayRequest::OpenCredential("a1".to_owned()),
            TrayRequest::Refresh,
            TrayRequest::Quit,
            TrayRequest::Warm(None),
            TrayRequest::Warm(Some("a1".to_owned())),
            TrayRequest::Pause(PauseFor::Hour),
            TrayRequest::Pause(PauseFor::Tomorrow),
            TrayRequest::Pause(PauseFor::Over),
        ] {
            assert_eq!(request(&id(&asked)), Some(asked));
        }
        for id in ["something else", "pause:2h", "else:a1"] {
            assert_eq!(request(id), None, "{id}");
        }
    }
}
