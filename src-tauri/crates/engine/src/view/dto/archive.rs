//! Documents of archives: everything of a user in one encrypted file.

use super::{ImportEntry, SettingsImportReport};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Arguments of `archive_export`.
#[derive(Clone, Serialize, Deserialize, Type)]
pub struct ArchiveExportArgs {
    /// Where the file goes, as an absolute path.
    pub path: String,
    /// What opens it again; at least eight characters. It is kept nowhere.
    pub passphrase: String,
    /// Whether a file that is there already may be replaced.
    #[serde(default)]
    pub replace: bool,
}

/// An archive that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ArchiveExported {
    /// The file.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u32,
    /// How many credentials are in it.
    pub credentials: u32,
}

/// Arguments of `archive_import`.
#[derive(Clone, Serialize, Deserialize, Type)]
pub struct ArchiveImportArgs {
    /// The file, as an absolute path.
    pub path: String,
    /// What it was sealed with.
    pub passphrase: String,
}

/// What came over from an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ArchiveReport {
    /// When it was written.
    pub exported_at: String,
    /// The version that wrote it.
    pub version: String,
    /// One line a credential.
    pub credentials: Vec<ImportEntry>,
    /// What became of the settings.
    pub settings: SettingsImportReport,
    /// Measurements of quota that came over.
    pub samples: u32,
    /// Warmups that came over.
    pub warmups: u32,
    /// Decisions that came over.
    pub decisions: u32,
    /// Requests through the proxy that came over.
    pub requests: u32,
    /// Client keys that came over; they keep working for the programs that have them.
    pub client_keys: u32,
}
