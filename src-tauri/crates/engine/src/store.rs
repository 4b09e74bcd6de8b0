//! The durable truth: settings, credentials, sealed secrets and records in one SQLite file.
//!
//! Owns the data directory's database and its backups. What a record means, and opening a secret, belong to
//! others: this module never sees one in clear.

mod backup;
mod client_keys;
mod cooldowns;
mod credentials;
mod decisions;
mod drops;
mod error;
pub mod file;
mod open;
mod prompts;
mod protections;
mod requests;
mod retention;
mod samples;
mod schema;
mod sealed;
mod settings;
mod thread;
mod transfer;
mod warmups;

pub use crate::settings::Scope;
pub use client_keys::{ClientKey, KeyChange};
pub use cooldowns::part_text;
pub use credentials::{Damaged, Loaded, Removed};
pub(crate) use decisions::SAME;
pub use decisions::{Decision, DecisionQuery, KeptDecision};
pub use drops::Drop;
pub use error::StoreError;
pub use prompts::KeptPrompt;
pub use requests::{KeptRequest, RequestQuery, RequestStatistics, Usage};
pub use samples::Sample;
pub use settings::StoredSetting;
pub use thread::{Fate, Living, Next};
pub use transfer::{Incoming, Merged, Moving};
pub use warmups::{Conclusion, Intent, KeptWarmup};

use domain::policy::words::Said;
use jiff::Timestamp;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thread::Worker;

const DATABASE: &str = "headroom.db";
const BACKUPS: &str = "backups";

/// A handle on the database. Clones share it; one thread does the work, one job after the other.
///
/// A change is on the disk when its call returns `Ok`.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    worker: Worker,
    dir: Option<PathBuf>,
}

/// What the user should know about how the database was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreNote {
    /// It was damaged or missing; a backup is in its place.
    Restored {
        /// When the backup was made; later changes are gone.
        from: Timestamp,
        /// Where the damaged file is kept; `None` where there was no file at all.
        kept: Option<PathBuf>,
    },
    /// It was damaged and there is no usable backup: it begins anew.
    Lost {
        /// Where the damaged file is kept.
        kept: PathBuf,
    },
    /// It cannot be written: it shows what it holds, and refuses every change.
    ReadOnly,
}

impl StoreNote {
    /// A stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Restored { .. } => "database_restored",
            Self::Lost { .. } => "database_lost",
            Self::ReadOnly => "database_read_only",
        }
    }

    /// What happened and what to do.
    #[must_use]
    pub fn message(&self) -> Said {
        let shown = |kept: &PathBuf| kept.display().to_string();
        Said::of(|language| {
            match self {
            Self::Restored { from, kept: Some(kept) } => language.say(
                format!(
                    "The database was damaged. The backup of {from} is in its place; what changed since then is missing. The damaged file is kept as {}.",
                    shown(kept)
                ),
                format!("数据库已损坏，现由 {from} 的备份代替；此后的更改已丢失。损坏的文件保存为 {}。", shown(kept)),
            ),
            Self::Restored { from, kept: None } => language.say(
                format!(
                    "The database was missing. The backup of {from} is in its place; to begin anew, remove the folder backups too."
                ),
                format!("数据库不见了，现由 {from} 的备份代替；若要重新开始，请同时删除 backups 文件夹。"),
            ),
            Self::Lost { kept } => language.say(
                format!(
                    "The database was damaged and there is no usable backup. It begins anew: import your credentials again. The damaged file is kept as {}.",
                    shown(kept)
                ),
                format!("数据库已损坏，也没有可用的备份。现已重新开始：请再次导入凭据。损坏的文件保存为 {}。", shown(kept)),
            ),
            Self::ReadOnly => language
                .say(
                    "The data directory cannot be written. Everything is shown, nothing can be changed; make it writable and start Headroom again.",
                    "数据目录不可写。一切照常显示，但无法更改；请让它可写，然后重新启动 Headroom。",
                )
                .to_owned(),
        }
        })
    }
}

impl Store {
    /// Opens the database of a data directory (blocking); creates, migrates or restores it where that is due.
    ///
    /// # Errors
    /// When the directory cannot be used, a newer version wrote the database, or the disk is full.
    pub fn open(dir: &Path, now: Timestamp) -> Result<(Self, Vec<StoreNote>), StoreError> {
        let opened = open::open(dir, now)?;
        let inner = Inner { worker: Worker::start(opened.connection)?, dir: Some(dir.to_owned()) };
        Ok((Self { inner: Arc::new(inner) }, opened.notes))
    }

    /// As [`Store::open`], with the work done on the thread of whoever asks: for simulated time. `fate` may kill it.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_here(
        dir: &Path,
        now: Timestamp,
        fate: Arc<dyn Fate>,
    ) -> Result<(Self, Vec<StoreNote>), StoreError> {
        let opened = open::open(dir, now)?;
        let inner = Inner { worker: Worker::here(opened.connection, fate), dir: Some(dir.to_owned()) };
        Ok((Self { inner: Arc::new(inner) }, opened.notes))
    }

    /// An empty database that leaves with the process.
    ///
    /// # Errors
    /// When SQLite does not come up.
    pub fn in_memory() -> Result<Self, StoreError> {
        let inner = Inner { worker: Worker::here(open::in_memory()?, Arc::new(Living)), dir: None };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The data directory; `None` for a database in memory.
    #[must_use]
    pub fn dir(&self) -> Option<&Path> {
        self.inner.dir.as_deref()
    }

    /// Looks through the file for damage.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with what was found.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.run(|c| open::check(c, "quick_check")).await
    }

    /// Finishes what was asked for and closes the file. Every clone answers [`StoreError::Closed`] from then on.
    pub async fn close(self) {
        self.inner.worker.close().await;
    }

    async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.inner.worker.run(work).await
    }
}

/// One copy of the database in `backups/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupFile {
    /// Where it lies.
    pub path: PathBuf,
    /// When it was made.
    pub at: Timestamp,
}

/// The copies of a data directory, the oldest first.
#[must_use]
pub fn backups(dir: &Path) -> Vec<BackupFile> {
    backup::list(&dir.join(BACKUPS)).into_iter().map(|b| BackupFile { path: b.path, at: b.at }).collect()
}

/// Reads a copy from beginning to end (blocking).
///
/// # Errors
/// When it is damaged or of a newer form.
pub fn verify(path: &Path) -> Result<(), StoreError> {
    backup::verify(path).map(drop)
}

/// Looks at a directory's database without changing it (blocking); nothing where there is none.
///
/// # Errors
/// Why it cannot be used as it is.
pub fn inspect(dir: &Path) -> Result<Option<()>, StoreError> {
    let path = dir.join(DATABASE);
    if path.exists() { backup::verify(&path).map(|_| Some(())) } else { Ok(None) }
}

/// Puts the newest good copy in the database's place, which is kept aside (blocking). Nobody else may use the
/// directory meanwhile. Answers when the copy was made, and where the other is kept.
///
/// # Errors
/// When there is no good copy, or the files cannot be moved; without a good copy nothing is moved.
pub fn restore(dir: &Path, now: Timestamp) -> Result<(Timestamp, Option<PathBuf>), StoreError> {
    open::restore(dir, now)
}

/// An instant in a file's name.
pub(crate) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// An instant in a row.
fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// An instant from a row.
fn instant(micros: i64) -> Result<Timestamp, String> {
    Timestamp::from_microsecond(micros).map_err(|_| format!("{micros} is no instant"))
}

#[cfg(test)]
mod tests;
