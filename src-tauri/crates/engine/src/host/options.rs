//! How an engine is opened.

use crate::clock::{Clock, SystemClock};
use crate::control::{Assets, NoAssets};
use crate::secrets::{Keychain, SystemKeychain};
use crate::settings::{Face, FileFace, ProcessVars, Vars};
use crate::store::{Fate, Living};
use crate::upstream::Transport;
use jiff::tz::TimeZone;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// How an engine is opened.
#[derive(Clone)]
pub struct Options {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// The environment.
    pub vars: Arc<dyn Vars>,
    /// What the command line says.
    pub flags: Flags,
    /// Whether the simulated service stands in for the real one.
    pub demo: Demo,
    /// How long it is meant to run.
    pub mode: Mode,
    /// The web UI's files.
    pub assets: Arc<dyn Assets>,
    /// The settings file people may edit.
    pub face: Arc<dyn Face>,
    /// Where the key for secrets lies, unless the user chose the file.
    pub keychain: Arc<dyn Keychain>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The user's time zone, for sentences and daily hours.
    pub zone: TimeZone,
    /// What carries requests to the service; the network unless said otherwise.
    pub transport: Option<Arc<dyn Transport>>,
    /// Whether time passes by itself.
    pub time: Time,
    /// Whether the database leaves with the process.
    pub in_memory: bool,
    /// Where a test with simulated time kills the program.
    pub fate: Arc<dyn Fate>,
}

impl Options {
    /// The usual: this machine's clock and environment, `settings.json` in the directory, no web UI.
    #[must_use]
    pub fn new(data_dir: PathBuf) -> Self {
        Self {
            vars: Arc::new(ProcessVars),
            flags: Flags::default(),
            demo: Demo::No,
            mode: Mode::Full,
            assets: Arc::new(NoAssets),
            face: Arc::new(FileFace::new(data_dir.join("settings.json"))),
            keychain: Arc::new(SystemKeychain),
            clock: Arc::new(SystemClock),
            zone: TimeZone::system(),
            transport: None,
            time: Time::Real,
            in_memory: false,
            fate: Arc::new(Living),
            data_dir,
        }
    }
}

/// What the command line says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flags {
    /// Where the control API listens.
    pub control: Option<SocketAddr>,
    /// Where the proxy listens; overrules the setting.
    pub listen: Option<SocketAddr>,
}

impl Flags {
    /// The settings that flags overrule.
    pub(crate) fn settings(self) -> Vec<(String, String)> {
        self.listen.map(|address| ("proxy_listen".to_owned(), address.to_string())).into_iter().collect()
    }
}

/// Whether the simulated service stands in for the real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demo {
    /// The user's own data.
    No,
    /// The demo, whatever is stored.
    Yes,
    /// The demo while there is no credential.
    IfEmpty,
}

/// How long an engine is meant to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Until stopped: background work and control API.
    Full,
    /// For one command: it does what it is asked and nothing else.
    OneShot,
}

/// Whether time passes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// It does: the triggers follow the machine's clock, the database has a thread of its own.
    Real,
    /// A test moves it. Nothing waits for another thread or asks the machine's clock: a runtime that is idle
    /// jumps to its next timer.
    Simulated,
}

/// The data directory: `HEADROOM_DATA_DIR`, else the platform's folder for application data.
#[must_use]
pub fn default_data_dir(vars: &dyn Vars) -> PathBuf {
    if let Some(dir) = vars.get("HEADROOM_DATA_DIR").filter(|d| !d.is_empty()) {
        return PathBuf::from(dir);
    }
    directories::ProjectDirs::from("", "", "headroom")
        .map_or_else(|| PathBuf::from(".headroom"), |dirs| dirs.data_dir().to_path_buf())
}
