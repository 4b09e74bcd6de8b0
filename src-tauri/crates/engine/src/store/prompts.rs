//! What was said in requests, sealed: beside their records for as long as the user lets it be, and in no copy.

use super::{Store, StoreError, instant, micros};
use crate::secrets::Sealed;
use jiff::Timestamp;
use rusqlite::Connection;

/// What was said in one request, with what it is sealed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPrompt {
    /// The request's number.
    pub request: i64,
    /// When the request came.
    pub at: Timestamp,
    /// The client key it came with, by id.
    pub key_id: String,
    /// What only the key opens.
    pub sealed: Sealed,
}

impl Store {
    /// What was said in some requests that came at `since` or later; a request of which nothing is kept is left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn prompts(&self, requests: Vec<i64>, since: Timestamp) -> Result<Vec<KeptPrompt>, StoreError> {
        self.run(move |c| {
            let sql = "SELECT r.id, r.at, r.key_id, p.sealed FROM prompts p JOIN requests r ON r.id = p.request \
                WHERE r.id = ?1 AND p.at >= ?2";
            let mut statement = c.prepare_cached(sql)?;
            let mut found = Vec::new();
            for request in requests {
                let mut rows = statement.query((request, micros(since)))?;
                if let Some(row) = rows.next()? {
                    found.push(KeptPrompt {
                        request: row.get(0)?,
                        at: instant(row.get(1)?).map_err(StoreError::Damaged)?,
                        key_id: row.get(2)?,
                        sealed: Sealed::from_bytes(row.get(3)?),
                    });
                }
            }
            Ok(found)
        })
        .await
    }

    /// Of how many requests that came at `since` or later it is kept what was said.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count_prompts(&self, since: Timestamp) -> Result<u32, StoreError> {
        self.run(move |c| {
            let sql = "SELECT count(*) FROM prompts WHERE at >= ?1";
            Ok(c.query_row(sql, [micros(since)], |row| row.get(0))?)
        })
        .await
    }

    /// Deletes what was said in requests before `before`. Answers of how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_prompts(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.run(move |c| {
            let deleted = c.execute("DELETE FROM prompts WHERE at < ?1", [micros(before)])?;
            if deleted > 0 {
                wipe(c)?;
            }
            Ok(deleted)
        })
        .await
    }
}

/// Takes what was deleted off the disk: its pages are overwritten as they are freed, and the journal that still holds
/// them is emptied.
fn wipe(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch("PRAGMA incremental_vacuum")?;
    // Answers a row, which nobody needs: where a reader is in the way, the next one empties it.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

/// Takes everything that was said out of a copy, whatever its form.
pub(super) fn leave_out(copy: &Connection) -> Result<(), StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'prompts')";
    let has_table: bool = copy.query_row(sql, [], |row| row.get(0))?;
    if !has_table {
        return Ok(());
    }
    copy.pragma_update(None, "secure_delete", true)?;
    if copy.execute("DELETE FROM prompts", [])? > 0 {
        copy.execute_batch("VACUUM")?;
    }
    Ok(())
}
