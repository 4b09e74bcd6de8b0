//! Opening the database, and what happens where that does not go well. What cannot be read is kept aside and
//! never taken for empty.

use super::{BACKUPS, DATABASE, StoreError, StoreNote, backup, file, schema};
use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Up to this size the whole file is checked at start; above it the tables that cannot be had again. The daily
/// copy checks the rest.
const CHECKED_WHOLE: u64 = 32 * 1024 * 1024;
/// Compiled statements that are kept: more than there are, so that none is compiled twice.
const STATEMENTS: usize = 128;

/// An open database.
pub(super) struct Opened {
    pub connection: Connection,
    pub notes: Vec<StoreNote>,
}

/// Opens the database in `dir`; creates, migrates or restores it where that is due.
pub(super) fn open(dir: &Path, now: Timestamp) -> Result<Opened, StoreError> {
    if let Err(error) = prepare_dir(dir) {
        return if is_read_only(&error) && dir.join(DATABASE).exists() {
            read_only(dir)
        } else {
            Err(StoreError::file("use", dir, &error))
        };
    }
    let mut notes = Vec::new();
    if !dir.join(DATABASE).exists() {
        notes.extend(begin(dir, None)?);
    }
    match connect(dir, now) {
        Ok(connection) => Ok(Opened { connection, notes }),
        Err(StoreError::Damaged(why)) => {
            tracing::error!(why, "The database is damaged");
            let kept = set_aside(dir, now)?;
            notes.extend(begin(dir, Some(&kept))?);
            connect(dir, now).map(|connection| Opened { connection, notes })
        }
        Err(StoreError::ReadOnly) => read_only(dir),
        Err(error) => Err(error),
    }
}

/// An empty database in memory, in the newest form.
pub(super) fn in_memory() -> Result<Connection, StoreError> {
    let mut connection = Connection::open_in_memory()?;
    set_up(&mut connection)?;
    schema::migrate(&mut connection, 0, schema::STEPS)?;
    Ok(connection)
}

fn prepare_dir(dir: &Path) -> io::Result<()> {
    file::private_dir(dir)?;
    for name in files() {
        file::tighten(&dir.join(name))?;
    }
    // Only trying tells whether the directory can be written.
    tempfile::Builder::new().prefix(".try-").tempfile_in(dir).map(drop)
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

fn files() -> [String; 3] {
    [DATABASE.to_owned(), format!("{DATABASE}-wal"), format!("{DATABASE}-shm")]
}

/// Puts a database where none is: the newest good backup, else an empty one.
fn begin(dir: &Path, kept: Option<&Path>) -> Result<Option<StoreNote>, StoreError> {
    let kept = kept.map(Path::to_owned);
    for candidate in backup::list(&dir.join(BACKUPS)).into_iter().rev() {
        match backup::verify(&candidate.path) {
            Ok(_) => {
                backup::put_back(&candidate.path, dir)?;
                return Ok(Some(StoreNote::Restored { from: candidate.at, kept }));
            }
            Err(error) => {
                tracing::warn!(backup = %candidate.path.display(), %error, "A backup cannot be used")
            }
        }
    }
    create(dir)?;
    // A crash between setting aside and beginning anew must not hide the loss.
    Ok(kept.or_else(|| earlier_damaged(dir)).map(|kept| StoreNote::Lost { kept }))
}

/// Puts the newest good backup in the database's place, and that one aside.
pub(super) fn restore(dir: &Path, now: Timestamp) -> Result<(Timestamp, Option<PathBuf>), StoreError> {
    let good = backup::list(&dir.join(BACKUPS)).into_iter().rev().find(|b| backup::verify(&b.path).is_ok());
    let Some(good) = good else { return Err(StoreError::Failed("there is no usable backup".to_owned())) };
    let kept = if dir.join(DATABASE).exists() { Some(move_aside(dir, now, "replaced")?) } else { None };
    backup::put_back(&good.path, dir)?;
    Ok((good.at, kept))
}

/// Creates an empty database in one step, so that an empty file is never one of ours.
fn create(dir: &Path) -> Result<(), StoreError> {
    let fresh = dir.join(".created.db");
    let failed = |doing, error: io::Error| StoreError::file(doing, &fresh, &error);
    fs::remove_file(&fresh)
        .or_else(|e| if e.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(e) })
        .map_err(|e| failed("replace", e))?;
    let handle = file::create_private(&fresh).map_err(|e| failed("create", e))?;
    let mut connection = Connection::open(&fresh)?;
    schema::migrate(&mut connection, 0, schema::STEPS)?;
    connection.close().map_err(|(_, error)| StoreError::from(error))?;
    handle.sync_all().map_err(|e| failed("sync", e))?;
    fs::rename(&fresh, dir.join(DATABASE)).and_then(|()| file::sync_dir(dir)).map_err(|e| failed("rename", e))
}

fn earlier_damaged(dir: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(dir).ok()?;
    let damaged = |path: &PathBuf| {
        path.file_name()
            .and_then(|n| n.to_str())
            .is_some_and(|n| n.starts_with(&format!("{DATABASE}.corrupt-")))
    };
    entries.filter_map(|e| e.ok().map(|e| e.path())).filter(damaged).max()
}

/// Moves a damaged database away with its journal.
fn set_aside(dir: &Path, now: Timestamp) -> Result<PathBuf, StoreError> {
    move_aside(dir, now, "corrupt")
}

fn move_aside(dir: &Path, now: Timestamp, why: &str) -> Result<PathBuf, StoreError> {
    let tag = format!("{why}-{}", super::stamp(now));
    let mut kept = None;
    for name in files() {
        let path = dir.join(name);
        let moved = file::keep_aside(&path, &tag).map_err(|e| StoreError::file("set aside", &path, &e))?;
        kept = kept.or(moved);
    }
    file::sync_dir(dir).map_err(|e| StoreError::file("sync", dir, &e))?;
    kept.ok_or_else(|| StoreError::Failed("the damaged database is gone".to_owned()))
}

/// Opens what is there for writing, checks it and brings it to the newest form.
fn connect(dir: &Path, now: Timestamp) -> Result<Connection, StoreError> {
    let path = dir.join(DATABASE);
    let size = fs::metadata(&path).map_err(|e| StoreError::file("open", &path, &e))?.len();
    if size == 0 {
        return Err(StoreError::Damaged("it is an empty file".to_owned()));
    }
    let mut connection = Connection::open_with_flags(
        &path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    set_up(&mut connection)?;
    if connection.is_readonly("main")? {
        return Err(StoreError::ReadOnly);
    }
    let version = schema::version(&connection)?;
    let newest = u32::try_from(schema::STEPS.len()).unwrap_or(u32::MAX);
    if version > newest {
        return Err(StoreError::Newer { found: version, known: newest });
    }
    schema::expect_form(&connection, version, schema::STEPS)?;
    if size <= CHECKED_WHOLE {
        check(&connection, "quick_check")?;
    } else {
        for table in ["meta", "credentials", "secrets", "settings"] {
            check(&connection, &format!("quick_check({table})"))?;
        }
    }
    // Only an empty file takes it; without it a thinned-out database never shrinks.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    if version < newest {
        backup::make(&mut connection, dir, now)?;
        schema::migrate(&mut connection, version, schema::STEPS)?;
    }
    Ok(connection)
}

fn set_up(connection: &mut Connection) -> Result<(), StoreError> {
    connection.busy_timeout(Duration::from_secs(5))?;
    // One that reads first and then wants to write does not wait for another program that writes, but fails.
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    // A power cut takes nothing that was acknowledged: a rotated refresh token exists once only.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "journal_size_limit", 4 * 1024 * 1024)?;
    // Plans are made once: without it every other value of a parameter has the statement compiled again.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

/// Runs one of SQLite's own checks.
pub(super) fn check(connection: &Connection, pragma: &str) -> Result<(), StoreError> {
    let found: String = connection
        .query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))
        .map_err(|error| StoreError::Damaged(error.to_string()))?;
    if found == "ok" { Ok(()) } else { Err(StoreError::Damaged(found.chars().take(200).collect())) }
}

/// Opens what is there for reading only. Where no journal lies beside it nobody writes it, and SQLite can do
/// without files of its own.
fn read_only(dir: &Path) -> Result<Opened, StoreError> {
    let path = dir.join(DATABASE);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = if dir.join(format!("{DATABASE}-wal")).exists() {
        Connection::open_with_flags(&path, flags)?
    } else {
        let url = url::Url::from_file_path(&path).map_err(|()| StoreError::ReadOnly)?;
        Connection::open_with_flags(format!("{url}?immutable=1"), flags | OpenFlags::SQLITE_OPEN_URI)?
    };
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "trusted_schema", false)?;
    let found = schema::version(&connection)?;
    let known = u32::try_from(schema::STEPS.len()).unwrap_or(u32::MAX);
    if found != known {
        return Err(StoreError::ReadOnly);
    }
    schema::expect_form(&connection, found, schema::STEPS)?;
    check(&connection, "quick_check")?;
    Ok(Opened { connection, notes: vec![StoreNote::ReadOnly] })
}
