//! The one window: made when somebody wants to see it, destroyed when it is closed.
//!
//! A closed window keeps nothing alive: the page is rebuilt from the engine's state. Only its place and which page it
//! showed are remembered.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tauri::plugin::TauriPlugin;
use tauri::webview::{NewWindowResponse, PageLoadEvent};
use tauri::{AppHandle, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent, Wry};
use tauri_plugin_window_state::StateFlags;
use tokio_util::sync::CancellationToken;

use crate::tray::Presence;

/// The window's label, which the capability names.
pub(crate) const MAIN: &str = "main";
/// How long a panel may take to come, or to come back, before the window stands in for the tray.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is kept of a closed window: the page it showed, as it stands in the address after `#`.
#[derive(Default)]
pub(crate) struct Frame(Mutex<Option<String>>);

impl Frame {
    fn page(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, page: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = page;
    }
}

/// Keeps where the window was and how large, over the end of the program too. Whether it was shown is no part of that:
/// each start says so anew.
pub(crate) fn state() -> TauriPlugin<Wry> {
    let kept = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    tauri_plugin_window_state::Builder::default().with_state_flags(kept).build()
}

/// Brings the window to the front, making it where there is none: on the page it was left on.
pub(crate) fn show(app: &AppHandle) {
    show_page(app, None);
}

/// Brings the window to the front on a page, as it stands in the address after `#`.
pub(crate) fn show_page(app: &AppHandle, page: Option<String>) {
    let handle = app.clone();
    let asked = app.run_on_main_thread(move || {
        let shown = match handle.get_webview_window(MAIN) {
            Some(window) => turn_to(&window, page.as_deref()).and_then(|()| front(&window)),
            None => build(&handle, page.or_else(|| handle.state::<Frame>().page())),
        };
        if let Err(error) = shown {
            tracing::error!("the window cannot be shown: {error}");
        }
    });
    if let Err(error) = asked {
        tracing::error!("the window cannot be shown: {error}");
    }
}

/// Whether there is a window, shown or not.
pub(crate) fn open(app: &AppHandle) -> bool {
    app.get_webview_window(MAIN).is_some()
}

fn front(window: &WebviewWindow) -> tauri::Result<()> {
    window.unminimize()?;
    window.show()?;
    window.set_focus()
}

/// The page listens to its own address.
fn turn_to(window: &WebviewWindow, page: Option<&str>) -> tauri::Result<()> {
    let Some(page) = page else { return Ok(()) };
    window.eval(format!("location.hash = {}", serde_json::Value::from(page)))
}

fn build(app: &AppHandle, page: Option<String>) -> tauri::Result<()> {
    let url =
        page.map_or_else(WebviewUrl::default, |page| WebviewUrl::App(format!("index.html#{page}").into()));
    let window = WebviewWindowBuilder::new(app, MAIN, url)
        .title("Headroom")
        .inner_size(1040.0, 720.0)
        .min_inner_size(480.0, 480.0)
        // Shown with the page in it: an empty window flashes white on a dark desktop.
        .visible(false)
        .on_page_load(|window, load| {
            if matches!(load.event(), PageLoadEvent::Finished)
                && let Err(error) = window.show()
            {
                tracing::error!("the window cannot be shown: {error}");
            }
        })
        .on_navigation(ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    let handle = app.clone();
    window.on_window_event(move |event| {
        if matches!(event, WindowEvent::CloseRequested { .. }) {
            remember(&handle);
        }
    });
    plain(&window)
}

/// Draws without the GPU: a page of bars gains nothing from it, it costs 100 MB where there is none (measured under
/// Xvfb), and WebKitGTK shows an empty window with some drivers.
#[cfg(target_os = "linux")]
fn plain(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

    window.with_webview(|webview| {
        if let Some(settings) = webview.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    })
}

#[cfg(not(target_os = "linux"))]
fn plain(_: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

/// Keeps WebKitGTK away from the GPU it is not to use: the driver and buffers shared with it take 28 MB of this process
/// that stay when the window is closed, and some drivers leave the window empty. A user's own choice stands. Before any
/// thread is started.
#[cfg(target_os = "linux")]
pub(crate) fn without_gpu() {
    // A device that is named is not looked for with the driver's help (`drmRenderNodeDevice` in WebKit's DRMDevice.cpp).
    let variables = [("WEBKIT_DISABLE_DMABUF_RENDERER", "1"), ("WEBKIT_WEB_RENDER_DEVICE_FILE", "/dev/null")];
    for (name, value) in variables {
        // Fails for a name that cannot be one only.
        let _ = webkit2gtk::glib::setenv(name, value, false);
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn without_gpu() {}

fn remember(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    let page = window.url().ok().and_then(|url| url.fragment().map(str::to_owned));
    app.state::<Frame>().keep(page);
}

/// Whether the window may go there: only to the program's own page.
fn ours(url: &Url) -> bool {
    let own = url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost");
    // `tauri dev` serves the page from Vite.
    let dev = cfg!(dev) && url.host_str() == Some("localhost");
    own || dev || url.as_str() == "about:blank"
}

/// Opens the window when the tray cannot be reached and there is no window: a program nobody can reach may not stay.
pub(crate) async fn stand_in(app: AppHandle, stop: CancellationToken) {
    let presence = app.state::<Presence>();
    loop {
        tokio::select! {
            () = presence.missing() => {}
            () = stop.cancelled() => return,
        }
        tokio::select! {
            () = presence.shown() => continue,
            () = tokio::time::sleep(PATIENCE) => {}
            () = stop.cancelled() => return,
        }
        if !open(&app) {
            tracing::warn!("there is no tray to reach Headroom by: opening the window");
            show(&app);
        }
        tokio::select! {
            () = presence.shown() => {}
            () = stop.cancelled() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, allowed: bool) {
        assert_eq!(ours(&url.parse().unwrap()), allowed, "{url}");
    }

    #[test]
    fn the_window_stays_on_its_own_page() {
        check("tauri://localhost/index.html", true);
        check("http://tauri.localhost/", true);
        check("https://example.com/", false);
        check("https://tauri.localhost.example.com/", false);
        check("file:///etc/passwd", false);
        check("data:text/html,hello", false);
        check("javascript:alert(1)", false);
    }
}
