//! The database's form and how an older one becomes the newest.

use super::StoreError;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

/// One step per version; a step that was ever released is never changed.
pub(super) const STEPS: &[&str] =
    &[include_str!("v1.sql"), include_str!("v2.sql"), include_str!("v3.sql"), include_str!("v4.sql")];

/// "HDRM", so that a stranger's database is not taken for ours.
const APPLICATION_ID: i32 = 0x4844_524d;

/// The version is kept twice, so that a flipped bit in one is not taken for another version.
const VERSION_KEY: &str = "schema";

/// What a database says of its own form.
pub(super) fn version(connection: &Connection) -> Result<u32, StoreError> {
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if application != APPLICATION_ID {
        return Err(StoreError::Damaged("it is no database of Headroom".to_owned()));
    }
    let second: Option<String> = connection
        .query_row("SELECT value FROM meta WHERE key = ?1", [VERSION_KEY], |row| row.get(0))
        .optional()
        .map_err(|error| StoreError::Damaged(error.to_string()))?;
    if second.as_deref() != Some(version.to_string().as_str()) {
        return Err(StoreError::Damaged("it contradicts itself about its form".to_owned()));
    }
    Ok(version)
}

/// Makes sure that tables and columns are those of the form: a flipped bit in a column's name is damage too, and
/// no check of SQLite's finds it.
pub(super) fn expect_form(connection: &Connection, version: u32, steps: &[&str]) -> Result<(), StoreError> {
    let steps = steps.get(..usize::try_from(version).unwrap_or(usize::MAX)).unwrap_or(steps);
    let mut model = Connection::open_in_memory()?;
    migrate(&mut model, 0, steps)?;
    let form = |connection: &Connection| -> Result<Vec<(String, Option<String>)>, rusqlite::Error> {
        connection
            .prepare("SELECT type || ' ' || name, sql FROM sqlite_schema ORDER BY 1")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    };
    let found = form(connection).map_err(|error| StoreError::Damaged(error.to_string()))?;
    if found == form(&model)? {
        Ok(())
    } else {
        Err(StoreError::Damaged("its tables are not those of its form".to_owned()))
    }
}

/// Brings the database to the newest form in one transaction; `from` 0 is an empty file.
pub(super) fn migrate(connection: &mut Connection, from: u32, steps: &[&str]) -> Result<(), StoreError> {
    let newest = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    if from > newest {
        return Err(StoreError::Newer { found: from, known: newest });
    }
    if from == newest {
        return Ok(());
    }
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in steps.iter().skip(usize::try_from(from).unwrap_or(usize::MAX)) {
        change.execute_batch(step)?;
    }
    change.pragma_update(None, "application_id", APPLICATION_ID)?;
    change.pragma_update(None, "user_version", newest)?;
    change.execute(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (VERSION_KEY, newest.to_string()),
    )?;
    Ok(change.commit()?)
}
