//! The documents of the control API, the window's IPC and `--json`.
//!
//! Instants are RFC 3339 in UTC, shares are fractions 0.0 to 1.0 or null for unknown. Keys are stable: they
//! change only with a reason, in the changelog.

mod archive;
mod proxy;
mod quota;
mod scheduler;
mod whatif;

pub use archive::*;
pub use proxy::*;
pub use quota::*;
pub use scheduler::*;
pub use whatif::*;

use domain::policy::words::{Language, Said};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What the program is doing and how it is set up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct StatusView {
    /// The program's version.
    pub version: String,
    /// Whether this is the demo on the built-in simulated service.
    pub demo: bool,
    /// The data directory.
    pub data_dir: String,
    /// Where the key that encrypts secrets lies.
    pub key_storage: KeyStorageView,
    /// Things the user should know, newest first.
    pub notices: Vec<Notice>,
    /// Whether background refresh is on.
    pub background_refresh: bool,
    /// Until when the user lets background reads and warmups rest; null where they do not.
    pub paused_until: Option<String>,
    /// The credentials that stand first, and whose tightest number the tray's icon shows; none for the tightest of all.
    pub tray_pinned: Vec<String>,
    /// When the next periodic read of quota is due.
    pub next_refresh_at: Option<String>,
    /// How long a full cycle takes where the pace does not allow the interval, in minutes.
    pub stretched_to_minutes: Option<u32>,
    /// Where the web UI and the control API answer.
    pub control_address: Option<String>,
    /// The language of the interface: `en` or `zh-CN`, or `system`.
    pub language: String,
    /// How the window looks: `light` or `dark`, or `system`.
    pub theme: String,
}

/// Where the key that encrypts secrets lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeyStorageView {
    /// In the keychain of the operating system.
    Keychain,
    /// In `secrets.key`, because the user said so.
    File,
    /// In memory only (the demo).
    Memory,
    /// No key: there is no keychain, and the user has not chosen the file.
    Missing,
    /// The keychain holds no key although encrypted records exist, or another one.
    Lost,
}

/// Something the user should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Notice {
    /// Stable name, e.g. `clock_differs`.
    pub code: String,
    /// `info`, `warning` or `error`.
    pub level: String,
    /// What, why and what to do.
    pub message: String,
    /// When it arose.
    pub at: String,
}

/// Arguments of `notifications`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
pub struct NotificationsArgs {
    /// Only those with a higher number.
    #[serde(default)]
    pub after: u32,
}

/// A message for the desktop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct NotificationView {
    /// Counts up from 1 in each run of the engine.
    pub number: u32,
    /// When it was decided.
    pub at: String,
    /// `needs_user`, `low`, `empty_soon`, `back`, `no_effect` or `drain`.
    pub kind: String,
    /// The line that stands out.
    pub title: String,
    /// What to know, and what to do where anything is to be done.
    pub body: String,
    /// The page it leads to, as it stands in the address after `#`.
    pub page: String,
}

/// Arguments that name one credential.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct CredentialArgs {
    /// Our id, or a name or e-mail address that only one credential has.
    pub id: String,
}

/// Arguments of `credential_rename`.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct RenameArgs {
    /// Our id.
    pub id: String,
    /// The new label; null takes it away.
    pub label: Option<String>,
}

/// Arguments of `credential_project`.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct ProjectArgs {
    /// Our id.
    pub id: String,
    /// A Google Cloud project id (not a number).
    pub project: String,
}

/// Arguments of `credential_add_key`. The key goes in and never comes out again.
#[derive(Clone, Serialize, Deserialize, Type)]
pub struct AddKeyArgs {
    /// The user's name for it.
    pub name: String,
    /// The API key of Google AI Studio.
    pub key: String,
}

/// Arguments of `credential_watch`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
pub struct WatchArgs {
    /// The user's name for it.
    #[serde(default)]
    pub name: Option<String>,
}

/// What became of a credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CredentialChange {
    /// Our id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its state now: `active`, `disabled`, `invalid`, `blocked`, `retired` or `removed`.
    pub state: String,
    /// Until when `credential_restore` brings a removed one back.
    pub undo_until: Option<String>,
}

/// Arguments of `import`.
#[derive(Clone, Default, Serialize, Deserialize, Type)]
pub struct ImportArgs {
    /// Files, folders and ZIPs on this machine.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Files whose content comes along, e.g. dropped on the page.
    #[serde(default)]
    pub files: Vec<ImportFile>,
    /// Overrules what the content says.
    #[serde(default)]
    pub provider: Option<String>,
    /// Only say what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// A file whose content comes along.
#[derive(Clone, Serialize, Deserialize, Type)]
pub struct ImportFile {
    /// Its name; never used as a path.
    pub name: String,
    /// Its bytes, base64.
    pub data: String,
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ImportReport {
    /// Nothing was stored.
    pub dry_run: bool,
    /// One line per credential found and per file that holds none.
    pub entries: Vec<ImportEntry>,
    /// What became of the other program's settings, where its data had any; with `dry_run` what it would be.
    #[serde(default)]
    pub settings: Option<SettingsImportReport>,
}

/// One line of an import report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ImportEntry {
    /// The file, with the name inside a ZIP behind `!`.
    pub file: String,
    /// `added`, `updated`, `duplicate` or `rejected`; with `dry_run` what it would be.
    pub outcome: ImportOutcome,
    /// Where the credential belongs.
    pub provider: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// Our id, where it is stored.
    pub id: Option<String>,
    /// Why it was rejected, or what it duplicates.
    pub reason: Option<String>,
    /// It comes in switched off, as the file says.
    pub disabled: bool,
}

/// What became of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ImportOutcome {
    /// A new credential.
    Added,
    /// The same login with a newer token: replaced.
    Updated,
    /// Already there, unchanged.
    Duplicate,
    /// Not a credential this program can use.
    Rejected,
}

/// Arguments of `login_start`.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct LoginArgs {
    /// `antigravity` or `gemini-cli`.
    pub provider: String,
}

/// A sign-in that has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LoginStarted {
    /// Names the sign-in.
    pub flow: String,
    /// Open this in a browser.
    pub url: String,
    /// After this it is over.
    pub expires_at: String,
}

/// Arguments that name a sign-in.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct LoginFlowArgs {
    /// From `login_start`.
    pub flow: String,
}

/// Arguments of `login_paste`.
#[derive(Clone, Serialize, Deserialize, Type)]
pub struct LoginPasteArgs {
    /// From `login_start`.
    pub flow: String,
    /// The address the browser ended on.
    pub callback_url: String,
}

/// How far a sign-in is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum LoginProgress {
    /// The browser has not come back yet.
    Waiting,
    /// The code is being exchanged.
    Exchanging,
    /// Done.
    Done {
        /// The credential it gave.
        id: String,
        /// What people call it.
        name: String,
    },
    /// Over without a credential.
    Failed {
        /// What, why and what to do.
        message: String,
    },
}

/// One setting with its value and where that comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingView {
    /// The name.
    pub key: String,
    /// The value in force; null for a secret.
    pub value: Option<String>,
    /// The default.
    pub default: String,
    /// `default`, `settings`, `environment` or `flag`.
    pub source: String,
    /// The environment variable that overrides it.
    pub environment_variable: Option<String>,
    /// `bool`, `integer`, `choice`, `list` or `text`.
    pub kind: String,
    /// Smallest value of an integer.
    pub min: Option<f64>,
    /// Largest value of an integer.
    pub max: Option<f64>,
    /// The unit of an integer.
    pub unit: Option<String>,
    /// The values of a choice.
    pub choices: Vec<String>,
    /// Write-only: whether one is set is all that is told.
    pub secret: bool,
    /// Whether a secret is set.
    pub is_set: bool,
    /// What it does.
    pub help: String,
    /// Values for single credentials and models.
    pub overrides: Vec<SettingOverride>,
}

/// A setting's value for one credential, and one model of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SettingOverride {
    /// The credential's id.
    pub credential: String,
    /// One model of it, else all.
    pub model: Option<String>,
    /// The value.
    pub value: String,
}

/// Arguments of `settings_get`.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct SettingKeyArgs {
    /// The name.
    pub key: String,
}

/// Arguments of `settings_reset`.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct SettingArgs {
    /// The name.
    pub key: String,
    /// For one credential only.
    #[serde(default)]
    pub credential: Option<String>,
    /// For one model of that credential only.
    #[serde(default)]
    pub model: Option<String>,
}

/// Arguments of `settings_set`.
#[derive(Clone, Serialize, Deserialize, Type)]
pub struct SettingSetArgs {
    /// The name.
    pub key: String,
    /// The new value as text.
    pub value: String,
    /// For one credential only.
    #[serde(default)]
    pub credential: Option<String>,
    /// For one model of that credential only.
    #[serde(default)]
    pub model: Option<String>,
}

/// Settings as a document to keep: no secrets in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SettingsText {
    /// `export`: JSON. `import`: JSON, or the lines of a `.env` file.
    pub text: String,
}

/// What a settings import did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SettingsImportReport {
    /// Keys that were set.
    pub applied: Vec<String>,
    /// Lines that were not, each with its reason.
    pub refused: Vec<SettingRefused>,
}

/// A value that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SettingRefused {
    /// The name as it stood there.
    pub key: String,
    /// Why.
    pub reason: String,
}

/// One check of `headroom doctor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Check {
    /// Stable name, e.g. `data_dir`.
    pub code: String,
    /// `ok`, `warning` or `error`.
    pub level: String,
    /// What was found.
    pub message: String,
    /// What to do, where anything is to be done.
    pub advice: Option<String>,
}

/// A link that opens the web UI once.
#[derive(Clone, Serialize, Deserialize, Type)]
pub struct UiLink {
    /// `http://127.0.0.1:PORT/#t=WORD`; the word works once, for a minute.
    pub url: String,
}

/// Why a command failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// What kind of failure, where a reader does something different for it.
    pub code: ErrorCode,
    /// What, why and what to do.
    pub message: String,
    /// The same in Chinese, where it has a Chinese; only within the engine, which answers in the user's language.
    #[serde(skip)]
    #[specta(skip)]
    chinese: Option<String>,
}

/// Kinds of failure that a reader tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The arguments are not of the command's form, or out of range.
    BadInput,
    /// Nothing matched.
    NotFound,
    /// A cooldown, budget or protection stands against it.
    Refused,
    /// A credential needs the user.
    NeedsUser,
    /// The user has to agree first; the message is what there is to agree to.
    NeedsConsent,
    /// There is no key to encrypt secrets with.
    NoKey,
    /// The engine does not answer.
    Unreachable,
    /// Anything else.
    Failed,
}

impl ApiError {
    /// An error with its kind and its words, for what only programs can cause.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), chinese: None }
    }

    /// An error that a person can meet.
    #[must_use]
    pub fn said(code: ErrorCode, said: Said) -> Self {
        Self { code, message: said.english, chinese: Some(said.chinese) }
    }

    /// In the words of one language.
    #[must_use]
    pub fn in_language(self, language: Language) -> Self {
        let message = match (language, self.chinese) {
            (Language::Chinese, Some(chinese)) => chinese,
            (Language::Chinese | Language::English, _) => self.message,
        };
        Self::new(self.code, message)
    }
}
