//! Drops of quota between two readings, by whose use they were.

use super::{Store, StoreError, instant, micros};
use domain::credential::CredentialId;
use jiff::Timestamp;
use rusqlite::Row;

/// One drop, or the part of it that was one kind of use.
#[derive(Debug, Clone, PartialEq)]
pub struct Drop {
    /// Whose quota.
    pub credential: CredentialId,
    /// The group's key.
    pub group: String,
    /// The window.
    pub window: String,
    /// The earlier reading.
    pub from: Timestamp,
    /// The later reading.
    pub to: Timestamp,
    /// How much fell, in points (0 to 100).
    pub points: f64,
    /// `warmup`, `proxy` or `elsewhere`.
    pub by: String,
}

impl Store {
    /// Stores drops: all or none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_drops(&self, drops: Vec<Drop>) -> Result<(), StoreError> {
        self.run(move |c| {
            let change = c.transaction()?;
            {
                let mut statement = change.prepare_cached(
                    "INSERT INTO drops (credential, \"group\", \"window\", from_at, to_at, points, by) \
                     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM credentials WHERE id = ?1)",
                )?;
                for d in &drops {
                    statement.execute((d.credential.as_str(), &d.group, &d.window, micros(d.from), micros(d.to), d.points, &d.by))?;
                }
            }
            Ok(change.commit()?)
        })
        .await
    }

    /// The drops stored after the one numbered `seen` (0: all) that ended at `since` or later, in the order of storing,
    /// and the highest number there is: where drops left with their credential, less than `seen`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn drops_after(&self, seen: i64, since: Timestamp) -> Result<(Vec<Drop>, i64), StoreError> {
        self.run(move |c| {
            let sql = "SELECT credential, \"group\", \"window\", from_at, to_at, points, by FROM drops \
                WHERE id > ?1 AND to_at >= ?2 ORDER BY id";
            let mut statement = c.prepare_cached(sql)?;
            let mut rows = statement.query((seen, micros(since)))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read(row)?);
            }
            let highest = "SELECT coalesce(max(id), 0) FROM drops";
            let last = c.prepare_cached(highest)?.query_row([], |row| row.get(0))?;
            Ok((found, last))
        })
        .await
    }

    /// The drops of a credential, or of all, from `since` on, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn drops(
        &self,
        credential: Option<&CredentialId>,
        since: Timestamp,
    ) -> Result<Vec<Drop>, StoreError> {
        let credential = credential.map(|id| id.as_str().to_owned());
        self.run(move |c| {
            let sql = "SELECT credential, \"group\", \"window\", from_at, to_at, points, by FROM drops \
                WHERE to_at >= ?1 AND (?2 IS NULL OR credential = ?2) ORDER BY to_at, id";
            let mut statement = c.prepare_cached(sql)?;
            let mut rows = statement.query((micros(since), credential))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read(row)?);
            }
            Ok(found)
        })
        .await
    }
}

/// A row whose columns begin with those of a drop.
fn read(row: &Row<'_>) -> Result<Drop, StoreError> {
    Ok(Drop {
        credential: CredentialId::new(row.get::<_, String>(0)?),
        group: row.get(1)?,
        window: row.get(2)?,
        from: instant(row.get(3)?).map_err(StoreError::Damaged)?,
        to: instant(row.get(4)?).map_err(StoreError::Damaged)?,
        points: row.get(5)?,
        by: row.get(6)?,
    })
}
