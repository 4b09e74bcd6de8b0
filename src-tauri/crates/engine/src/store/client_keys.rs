//! The proxy's client keys. Of a key itself only a hash is kept.

use super::{Store, StoreError, instant, micros};
use crate::proxy::keys::{ClientKeyWithHash, KeyHash};
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row};

/// A client key, without the key itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKey {
    /// Names it for ever.
    pub id: String,
    /// What the user calls it; no other key in use has the name.
    pub name: String,
    /// Which models it may use, by id or its beginning; empty allows every model.
    pub models: Vec<String>,
    /// Most requests on one day.
    pub daily_cap: Option<u32>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When a request last came with it.
    pub last_used_at: Option<Timestamp>,
    /// It opens nothing any more.
    pub revoked: bool,
}

/// What changes about a key; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct KeyChange {
    /// Its name.
    pub name: Option<String>,
    /// Its models.
    pub models: Option<Vec<String>>,
    /// Its cap; `Some(None)` takes the cap away.
    pub daily_cap: Option<Option<u32>>,
}

const COLUMNS: &str = "id, name, models, daily_cap, created_at, last_used_at, revoked, hash";

impl Store {
    /// Every client key, the oldest first, revoked ones included.
    ///
    /// # Errors
    /// When the database cannot be read. A damaged row is left out and logged: it must open nothing.
    pub async fn client_keys(&self) -> Result<Vec<ClientKeyWithHash>, StoreError> {
        self.run(|c| {
            let sql = format!("SELECT {COLUMNS} FROM client_keys ORDER BY created_at, id");
            let mut statement = c.prepare_cached(&sql)?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                match kept(row) {
                    Ok(key) => found.push(key),
                    Err(error) => tracing::error!(%error, "A client key is damaged and opens nothing"),
                }
            }
            Ok(found)
        })
        .await
    }

    /// Keeps a new key.
    ///
    /// # Errors
    /// [`StoreError::KeyExists`] where a key in use has its name, or when the database fails.
    pub async fn add_client_key(&self, new: ClientKeyWithHash) -> Result<(), StoreError> {
        self.run(move |c| {
            let ClientKeyWithHash { key, hash } = new;
            let change = c.transaction()?;
            if in_use(&change, &key.name)?.is_some() {
                return Err(StoreError::KeyExists(key.name));
            }
            change.execute(
                "INSERT INTO client_keys (id, name, hash, models, daily_cap, created_at, last_used_at, revoked) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                (
                    &key.id,
                    &key.name,
                    hash.as_bytes(),
                    key.models.join(","),
                    key.daily_cap,
                    micros(key.created_at),
                    key.last_used_at.map(micros),
                    key.revoked,
                ),
            )?;
            Ok(change.commit()?)
        })
        .await
    }

    /// Changes a key that is in use. Answers whether there is one.
    ///
    /// # Errors
    /// [`StoreError::KeyExists`] where another key in use has the new name, or when the database fails.
    pub async fn change_client_key(&self, id: &str, change: KeyChange) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.run(move |c| {
            let transaction = c.transaction()?;
            if let Some(name) = &change.name
                && in_use(&transaction, name)?.is_some_and(|other| other != id)
            {
                return Err(StoreError::KeyExists(name.clone()));
            }
            let changed = transaction.execute(
                "UPDATE client_keys SET name = coalesce(?2, name), models = coalesce(?3, models), \
                 daily_cap = CASE WHEN ?4 THEN ?5 ELSE daily_cap END WHERE id = ?1 AND revoked = 0",
                (
                    &id,
                    &change.name,
                    change.models.map(|models| models.join(",")),
                    change.daily_cap.is_some(),
                    change.daily_cap.flatten(),
                ),
            )?;
            transaction.commit()?;
            Ok(changed > 0)
        })
        .await
    }

    /// Makes a key open nothing any more. Answers whether it did until then.
    ///
    /// # Errors
    /// When the database fails: then it still opens.
    pub async fn revoke_client_key(&self, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.run(move |c| {
            Ok(c.execute("UPDATE client_keys SET revoked = 1 WHERE id = ?1 AND revoked = 0", [id])? > 0)
        })
        .await
    }

    /// Notes that a request came with a key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn touch_client_key(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.run(move |c| {
            let sql =
                "UPDATE client_keys SET last_used_at = max(coalesce(last_used_at, ?2), ?2) WHERE id = ?1";
            c.prepare_cached(sql)?.execute((id, micros(at)))?;
            Ok(())
        })
        .await
    }
}

/// The id of the key in use that has this name.
fn in_use(c: &rusqlite::Connection, name: &str) -> Result<Option<String>, rusqlite::Error> {
    c.query_row("SELECT id FROM client_keys WHERE name = ?1 AND revoked = 0", [name], |row| row.get(0))
        .optional()
}

fn kept(row: &Row<'_>) -> Result<ClientKeyWithHash, StoreError> {
    let (models, last_used_at, hash): (String, Option<i64>, Vec<u8>) =
        (row.get(2)?, row.get(5)?, row.get(7)?);
    let key = ClientKey {
        id: row.get(0)?,
        name: row.get(1)?,
        models: models.split(',').filter(|m| !m.is_empty()).map(str::to_owned).collect(),
        daily_cap: row.get(3)?,
        created_at: instant(row.get(4)?).map_err(StoreError::Damaged)?,
        last_used_at: last_used_at.and_then(|at| instant(at).ok()),
        revoked: row.get(6)?,
    };
    let hash = KeyHash::from_bytes(&hash)
        .ok_or_else(|| StoreError::Damaged(format!("the hash of client key {} is none", key.id)))?;
    Ok(ClientKeyWithHash { key, hash })
}
