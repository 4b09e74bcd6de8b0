//! The user's settings as text, and small facts about the store itself.

use super::{Store, StoreError};
use crate::settings::Scope;
use rusqlite::OptionalExtension;

/// One value the user set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSetting {
    /// The setting's name.
    pub key: String,
    /// For everything, one credential, or one model of it.
    pub scope: Scope,
    /// The value as text.
    pub value: String,
}

impl Store {
    /// Every value the user set, checked by nobody yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn settings_all(&self) -> Result<Vec<StoredSetting>, StoreError> {
        self.run(|c| {
            let sql = "SELECT key, credential, model, value FROM settings ORDER BY key, credential, model";
            let mut statement = c.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| {
                let (credential, model): (String, String) = (row.get(1)?, row.get(2)?);
                Ok(StoredSetting {
                    key: row.get(0)?,
                    scope: Scope::from_columns(credential, model),
                    value: row.get(3)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Stores a value, or with `None` forgets it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_setting(&self, key: &str, scope: &Scope, value: Option<&str>) -> Result<(), StoreError> {
        self.put_settings(vec![(key.to_owned(), scope.clone(), value.map(str::to_owned))]).await
    }

    /// Stores several values, or with `None` forgets them: all or none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_settings(
        &self,
        changes: Vec<(String, Scope, Option<String>)>,
    ) -> Result<(), StoreError> {
        self.run(move |c| {
            let tx = c.transaction()?;
            for (key, scope, value) in &changes {
                let (credential, model) = scope.columns();
                match value {
                    Some(value) => tx.execute(
                        "INSERT INTO settings (key, credential, model, value) VALUES (?1, ?2, ?3, ?4) \
                         ON CONFLICT (key, credential, model) DO UPDATE SET value = excluded.value",
                        (key, credential, model, value),
                    )?,
                    None => tx.execute(
                        "DELETE FROM settings WHERE key = ?1 AND credential = ?2 AND model = ?3",
                        (key, credential, model),
                    )?,
                };
            }
            Ok(tx.commit()?)
        })
        .await
    }

    /// A fact about the store, e.g. what was last written elsewhere.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        let key = key.to_owned();
        self.run(move |c| {
            Ok(c.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()?)
        })
        .await
    }

    /// Stores a fact, or with `None` forgets it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_meta(&self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        let (key, value) = (key.to_owned(), value.map(str::to_owned));
        self.run(move |c| {
            match value {
                Some(value) => c.execute(
                    "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    (key, value),
                )?,
                None => c.execute("DELETE FROM meta WHERE key = ?1", [key])?,
            };
            Ok(())
        })
        .await
    }
}
