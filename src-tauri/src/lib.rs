//! The desktop program: puts engine, window and tray together, and takes them apart again.
//!
//! Only this file composes. What is shown is decided in `engine::view`, what is done in the engine.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use engine::logging::{self, LogTo};
use engine::tasks::Tasks;
use tauri::{AppHandle, Manager, RunEvent};

mod assets;
mod backend;
mod commands;
mod events;
mod face;
mod flags;
mod habits;
mod locale;
mod messages;
mod signals;
mod tray;
#[cfg(feature = "updater")]
mod updates;
mod windows;

use assets::Embedded;
use backend::Backend;
use face::StoreFace;
use flags::Flags;
use locale::Locale;
use tray::Presence;

/// The engine has its own limits for each of its parts; this is for all of them together.
const GOODBYE: Duration = Duration::from_secs(10);

/// Runs the program until it is quit.
#[must_use]
pub fn run() -> ExitCode {
    windows::without_gpu();
    let flags = Flags::parse();
    let defaults = engine::Options::new(PathBuf::new());
    let data_dir = engine::default_data_dir(&*defaults.vars);
    let to = LogTo { data_dir: Some(data_dir.clone()), stderr: true };
    let _log = match logging::init(&*defaults.vars, &to, defaults.clock.clone()) {
        Ok(log) => Some(log),
        Err(error) => {
            // The one line that cannot go to the log.
            let _ = writeln!(std::io::stderr(), "headroom-desktop: {error}; going on without a log");
            None
        }
    };
    match compose(&flags, data_dir, &defaults) {
        Ok(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        Err(error) => {
            tracing::error!("Headroom cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compose(
    flags: &Flags,
    data_dir: PathBuf,
    defaults: &engine::Options,
) -> Result<i32, Box<dyn std::error::Error>> {
    display(&*defaults.vars)?;

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    tauri::async_runtime::set(runtime.handle().clone());
    let _inside = runtime.enter();

    let tasks = Tasks::default();
    let builder = tauri::Builder::default();
    // On Linux messages go over the session bus, where a click comes back.
    #[cfg(not(target_os = "linux"))]
    let builder = builder.plugin(tauri_plugin_notification::init());
    let context = tauri::generate_context!();
    #[cfg(feature = "updater")]
    let builder = match updates::plugin(context.config()) {
        Some(updater) => builder.plugin(updater),
        None => builder,
    };
    let app = builder
        .plugin(single_instance(&data_dir))
        .plugin(tauri_plugin_store::Builder::new().build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_autostart::Builder::new().args(["--hidden"]).app_name("Headroom").build())
        .plugin(windows::state())
        .manage(tasks.clone())
        .manage(Backend::new())
        .manage(Presence::new())
        .manage(Locale::of(&*defaults.vars))
        .manage(windows::Frame::default())
        .invoke_handler(commands::every_command!(tauri::generate_handler))
        .build(context)?;

    start(app.handle(), &tasks, flags, data_dir, defaults);
    let code = app.run_return(|app, event| match event {
        // The last window was closed: the tray stays, where there is one.
        RunEvent::ExitRequested { code: None, api, .. } if app.state::<Presence>().holds() => {
            api.prevent_exit()
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => windows::show(app),
        _ => {}
    });
    if runtime.block_on(tokio::time::timeout(GOODBYE, tasks.finish())).is_err() {
        tracing::error!("not everything ended within {} s; leaving it", GOODBYE.as_secs());
    }
    Ok(code)
}

/// Starts what runs beside the windows.
fn start(app: &AppHandle, tasks: &Tasks, flags: &Flags, data_dir: PathBuf, defaults: &engine::Options) {
    let demo = flags.demo();
    let (vars, clock) = (defaults.vars.clone(), defaults.clock.clone());
    let handle = app.clone();
    let options = move || engine::Options {
        demo,
        assets: Arc::new(Embedded::new(handle.clone())),
        face: Arc::new(StoreFace::new(handle.clone(), data_dir.join("settings.json"))),
        ..engine::Options::new(data_dir.clone())
    };
    let handle = app.clone();
    tasks.start(|stop| async move { handle.state::<Backend>().keep(options, stop).await });
    tasks.start(|stop| events::forward(app.clone(), stop));
    tasks.start(|stop| messages::keep(app.clone(), clock.clone(), stop));
    tasks.start(|stop| habits::keep(app.clone(), stop));
    #[cfg(feature = "updater")]
    tasks.start(|stop| updates::keep(app.clone(), stop));
    tasks.start(|stop| tray::keep(app.clone(), tray::Around { vars, clock }, stop));
    if !flags.hidden {
        tasks.start(|stop| habits::first_window(app.clone(), stop));
    }
    tasks.start(|stop| windows::stand_in(app.clone(), stop));
    tasks.start(|stop| signals::quit(app.clone(), stop));
}

/// A second start shows the window of the first. Who owns the data directory is decided by the engine's lock.
fn single_instance(data_dir: &Path) -> tauri::plugin::TauriPlugin<tauri::Wry> {
    let mut hasher = DefaultHasher::new();
    data_dir.hash(&mut hasher);
    tauri_plugin_single_instance::Builder::new()
        // One per data directory, as there is one engine per data directory.
        .dbus_id(format!("dev.headroom.desktop.d{:016x}", hasher.finish()))
        .callback(|app, arguments, _| {
            if Flags::second_start_shows(&arguments) {
                windows::show(app);
            }
        })
        .build()
}

/// Why there can be no window.
#[derive(Debug, thiserror::Error)]
#[error(
    "there is no display (neither WAYLAND_DISPLAY nor DISPLAY is set); run `headroom serve` and open the page with \
     `headroom ui`"
)]
struct NoDisplay;

fn display(vars: &dyn engine::settings::Vars) -> Result<(), NoDisplay> {
    // The toolkit would panic.
    let named =
        ["WAYLAND_DISPLAY", "DISPLAY"].iter().any(|name| vars.get(name).is_some_and(|set| !set.is_empty()));
    if cfg!(target_os = "linux") && !named { Err(NoDisplay) } else { Ok(()) }
}
