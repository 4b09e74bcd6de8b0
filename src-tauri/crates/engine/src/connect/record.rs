//! What was written into a program's files, so that it can be taken back.

use super::Format;
use crate::store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::path::PathBuf;

/// What was written for one program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// Its files.
    pub files: Vec<RecordFile>,
    /// The id of the client key that was made for it; `None` where one was given.
    pub made_key: Option<String>,
}

/// What was written into one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RecordFile {
    pub path: PathBuf,
    format: String,
    /// A copy of what it held before; `None` where it was not there.
    pub backup: Option<PathBuf>,
    /// The SHA-256 of what was written.
    written: String,
    /// The places of our values.
    pub places: Vec<Vec<String>>,
}

impl RecordFile {
    pub fn new(
        path: PathBuf,
        format: Format,
        backup: Option<PathBuf>,
        written: &str,
        places: Vec<Vec<String>>,
    ) -> Self {
        Self { path, format: format.key().to_owned(), backup, written: hash(written), places }
    }

    /// Whether a text is what was written.
    pub fn wrote(&self, text: &str) -> bool {
        self.written == hash(text)
    }

    pub fn format(&self) -> Option<Format> {
        Format::from_key(&self.format)
    }
}

impl Record {
    pub fn of(&self, path: &std::path::Path) -> Option<&RecordFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The record of a program. One that cannot be read is none.
    pub async fn load(store: &Store, program: &str) -> Result<Option<Self>, StoreError> {
        let text = store.meta(&name(program)).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Keeps the record of a program, or with `None` forgets it.
    pub async fn keep(record: Option<&Self>, store: &Store, program: &str) -> Result<(), StoreError> {
        let text = record.and_then(|record| serde_json::to_string(record).ok());
        store.put_meta(&name(program), text.as_deref()).await
    }
}

fn name(program: &str) -> String {
    format!("connected:{program}")
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
