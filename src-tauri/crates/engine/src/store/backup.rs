//! Copies of the database to go back to: made whole, read back, kept for a week.

use super::{DATABASE, Store, StoreError, file, open, prompts, schema};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

const PREFIX: &str = "headroom-";
const SUFFIX: &str = ".db";
/// Of an unfinished copy.
const UNFINISHED: &str = ".part";
const DUE_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// The newest few stay whatever their age; beside them the newest of each of the last days.
const NEWEST: usize = 3;
const DAYS: usize = 7;

impl Store {
    /// Copies the database into `backups/`, reads the copy back, and lets go of copies that are no longer
    /// needed. Answers the copy; `None` for a database in memory.
    ///
    /// # Errors
    /// When there is no space, or the copy does not read back; there is no new copy then and the old ones stay.
    pub async fn back_up(&self, now: Timestamp) -> Result<Option<PathBuf>, StoreError> {
        let Some(dir) = self.dir().map(Path::to_owned) else { return Ok(None) };
        self.run(move |connection| make(connection, &dir, now).map(Some)).await
    }

    /// Makes a copy where the newest one is a day old or there is none. To be called now and then, and at
    /// once after credentials came or went, with [`Store::back_up`].
    ///
    /// # Errors
    /// As [`Store::back_up`].
    pub async fn back_up_if_due(&self, now: Timestamp) -> Result<Option<PathBuf>, StoreError> {
        let Some(dir) = self.dir() else { return Ok(None) };
        let newest = list(&dir.join(super::BACKUPS)).into_iter().map(|b| b.at).max();
        // A copy from the future tells that a clock was wrong, not that a copy is there.
        let due = newest.is_none_or(|at| at > now || at.duration_until(now) >= DUE_AFTER);
        if due { self.back_up(now).await } else { Ok(None) }
    }
}

/// One copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Backup {
    pub path: PathBuf,
    pub at: Timestamp,
}

/// The copies in a directory, the oldest first. Files of other names are left alone.
pub(super) fn list(dir: &Path) -> Vec<Backup> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let mut found: Vec<Backup> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let at = time_in(path.file_name()?.to_str()?)?;
            Some(Backup { path, at })
        })
        .collect();
    found.sort_by_key(|b| b.at);
    found
}

/// Whether a file is a whole database of a form this version can read; answers its form.
pub(super) fn verify(path: &Path) -> Result<u32, StoreError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    let found = schema::version(&connection)?;
    let known = u32::try_from(schema::STEPS.len()).unwrap_or(u32::MAX);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    schema::expect_form(&connection, found, schema::STEPS)?;
    open::check(&connection, "integrity_check")?;
    Ok(found)
}

/// Copies the open database beside itself.
pub(super) fn make(connection: &mut Connection, dir: &Path, now: Timestamp) -> Result<PathBuf, StoreError> {
    let dir = dir.join(super::BACKUPS);
    file::private_dir(&dir).map_err(|e| StoreError::file("create", &dir, &e))?;
    let path = dir.join(name_at(now));
    let part = dir.join(format!("{}{UNFINISHED}", name_at(now)));
    match fs::remove_file(&part) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(StoreError::file("replace", &part, &error)),
    }
    // SQLite writes into an empty file that is there, and keeps its mode.
    file::create_private(&part).map_err(|e| StoreError::file("create", &part, &e))?;
    let outcome = copy(connection, &part).and_then(|()| {
        fs::rename(&part, &path)
            .and_then(|()| file::sync_dir(&dir))
            .map_err(|e| StoreError::file("rename", &part, &e))
    });
    if let Err(error) = outcome {
        // The next one cleans up what cannot be removed now.
        let _ = fs::remove_file(&part);
        return Err(error);
    }
    forget_old(&dir);
    Ok(path)
}

fn copy(connection: &mut Connection, part: &Path) -> Result<(), StoreError> {
    let target =
        part.to_str().ok_or_else(|| StoreError::Failed(format!("{} is no UTF-8 path", part.display())))?;
    connection.execute("VACUUM INTO ?1", [target])?;
    // What is to be gone in a day has no place in what is kept for a week.
    let scrubbed = Connection::open(part)?;
    prompts::leave_out(&scrubbed)?;
    scrubbed.close().map_err(|(_, error)| StoreError::from(error))?;
    File::open(part).and_then(|f| f.sync_all()).map_err(|e| StoreError::file("sync", part, &e))?;
    verify(part)?;
    let copy = Connection::open_with_flags(part, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    for table in ["credentials", "secrets", "settings"] {
        let count = |c: &Connection| {
            c.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))
        };
        if count(connection)? != count(&copy)? {
            return Err(StoreError::Failed(format!("the copy lacks rows of {table}")));
        }
    }
    Ok(())
}

/// Puts a copy in the database's place; what was there must be gone already.
pub(super) fn put_back(backup: &Path, dir: &Path) -> Result<(), StoreError> {
    let fresh = dir.join(".restored.db");
    let copied = fs::remove_file(&fresh)
        .or_else(|error| if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
        .and_then(|()| {
            let mut target = file::create_private(&fresh)?;
            std::io::copy(&mut File::open(backup)?, &mut target)?;
            target.sync_all()
        })
        .and_then(|()| fs::rename(&fresh, dir.join(DATABASE)))
        .and_then(|()| file::sync_dir(dir));
    copied.map_err(|e| StoreError::file("restore", backup, &e))
}

fn forget_old(dir: &Path) {
    let all = list(dir);
    let times: Vec<Timestamp> = all.iter().map(|b| b.at).collect();
    for (backup, kept) in all.iter().zip(keep(&times)) {
        if !kept && let Err(error) = fs::remove_file(&backup.path) {
            tracing::warn!(%error, "An old backup could not be removed");
        }
    }
}

/// Which copies stay, given their times, the oldest first.
fn keep(times: &[Timestamp]) -> Vec<bool> {
    let mut days = BTreeSet::new();
    let mut kept: Vec<bool> = times
        .iter()
        .rev()
        .enumerate()
        .map(|(age, at)| {
            let newest_of_its_day = days.insert(at.to_zoned_datetime(TimeZone::UTC).date());
            age < NEWEST || (newest_of_its_day && days.len() <= DAYS)
        })
        .collect();
    kept.reverse();
    kept
}

fn name_at(at: Timestamp) -> String {
    format!("{PREFIX}{}{SUFFIX}", super::stamp(at))
}

fn time_in(name: &str) -> Option<Timestamp> {
    let stamp = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", stamp)
        .ok()?
        .to_zoned_datetime(TimeZone::UTC)
        .ok()
        .map(|z| z.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_of_days_and_the_newest_few_are_kept() {
        let start: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let at = |hours: i64| start + SignedDuration::from_hours(hours);
        let daily: Vec<_> = (0..10).map(|d| at(d * 24)).collect();
        assert_eq!(keep(&daily), [false, false, false, true, true, true, true, true, true, true]);
        let one_day: Vec<_> = (0..6).map(at).collect();
        assert_eq!(keep(&one_day), [false, false, false, true, true, true]);
        let both = [at(0), at(1), at(24), at(25), at(48), at(49), at(50)];
        assert_eq!(keep(&both), [false, true, false, true, true, true, true]);
    }

    #[test]
    fn a_name_tells_its_time() {
        let at: Timestamp = "2026-03-01T12:34:56Z".parse().unwrap();
        assert_eq!(name_at(at), "headroom-20260301T123456Z.db");
        assert_eq!(time_in(&name_at(at)), Some(at));
        assert_eq!(time_in("headroom-mine.db"), None);
        assert_eq!(time_in("headroom-20260301T123456Z.db.part"), None);
    }
}
