//! Why the database could not do something, and what to do about it.

use domain::credential::CredentialId;
use rusqlite::ErrorCode;
use std::io;
use std::path::{Path, PathBuf};

/// A failure of the durable store. What was stored before is still there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A later version has changed the database's form.
    #[error(
        "the database was written by a newer version of Headroom (form {found}, this version knows {known}) and was not touched; update Headroom, or go back to the newest backup: headroom doctor --restore"
    )]
    Newer {
        /// The form found.
        found: u32,
        /// The newest form this version knows.
        known: u32,
    },
    /// The disk is full.
    #[error("the disk is full: nothing was changed; free some space and try again")]
    Full,
    /// The directory or the file cannot be written.
    #[error(
        "the data directory cannot be written, so nothing can be changed; make it writable and start Headroom again"
    )]
    ReadOnly,
    /// The file is damaged.
    #[error(
        "the database is damaged ({0}); start Headroom again, it then restores the newest backup and keeps the damaged file"
    )]
    Damaged(String),
    /// A file or directory could not be used.
    #[error("could not {doing} {}: {why}", .path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// The database refused a statement.
    #[error("the database failed: {0}")]
    Failed(String),
    /// Headroom is going down, or the store was closed.
    #[error("the database is closed")]
    Closed,
    /// There is no such credential.
    #[error("there is no credential {0}")]
    NoCredential(CredentialId),
    /// A credential with this id is there already.
    #[error("there is a credential {0} already")]
    Exists(CredentialId),
    /// A client key of this name is in use.
    #[error("there is a client key named {0:?} already; choose another name, or revoke that one first")]
    KeyExists(String),
}

impl StoreError {
    pub(super) fn file(doing: &'static str, path: &Path, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::StorageFull {
            Self::Full
        } else {
            Self::File { doing, path: path.to_owned(), why: error.to_string() }
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}
