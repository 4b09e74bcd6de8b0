//! Sealed secrets, several of an owner in one transaction.

use super::{Store, StoreError};
use crate::secrets::{Sealed, SecretName};
use domain::credential::CredentialId;
use rusqlite::Connection;

/// Owners that are no credential begin so, e.g. `provider:antigravity`.
const PROVIDER: &str = "provider:";

impl Store {
    /// Replaces the named secrets of an owner: all of them or none, on the disk when this returns. Others stay.
    ///
    /// # Errors
    /// [`StoreError::NoCredential`] where the owner is a credential that was purged meanwhile; or when the
    /// database fails.
    pub async fn put_secrets(
        &self,
        owner: &str,
        secrets: Vec<(SecretName, Sealed)>,
    ) -> Result<(), StoreError> {
        let owner = owner.to_owned();
        self.run(move |c| {
            let change = c.transaction()?;
            if !owner.starts_with(PROVIDER) {
                // A late refresh must not leave secrets behind that belong to nobody.
                let sql = "SELECT EXISTS (SELECT 1 FROM credentials WHERE id = ?1)";
                let there: bool = change.query_row(sql, [&owner], |row| row.get(0))?;
                if !there {
                    return Err(StoreError::NoCredential(CredentialId::new(owner)));
                }
            }
            put(&change, &owner, &secrets)?;
            Ok(change.commit()?)
        })
        .await
    }

    /// The sealed secrets of an owner. Names that this version does not know are left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn secrets(&self, owner: &str) -> Result<Vec<(SecretName, Sealed)>, StoreError> {
        let owner = owner.to_owned();
        self.run(move |c| {
            let mut statement =
                c.prepare_cached("SELECT name, sealed FROM secrets WHERE owner = ?1 ORDER BY name")?;
            let mut rows = statement.query([owner])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let name = row.get_ref(0)?.as_str().ok().and_then(SecretName::of);
                if let Some(name) = name {
                    found.push((name, Sealed::from_bytes(row.get(1)?)));
                }
            }
            Ok(found)
        })
        .await
    }

    /// Deletes every secret of an owner.
    ///
    /// # Errors
    /// When the database fails; then none is deleted.
    pub async fn delete_secrets(&self, owner: &str) -> Result<(), StoreError> {
        let owner = owner.to_owned();
        self.run(move |c| {
            c.execute("DELETE FROM secrets WHERE owner = ?1", [owner])?;
            Ok(())
        })
        .await
    }

    /// Deletes one secret of an owner; nothing where there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_secret(&self, owner: &str, name: SecretName) -> Result<(), StoreError> {
        let owner = owner.to_owned();
        self.run(move |c| {
            c.execute("DELETE FROM secrets WHERE owner = ?1 AND name = ?2", (owner, name.key()))?;
            Ok(())
        })
        .await
    }

    /// Whether anything sealed is kept at all: then its key must never be replaced by a new one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn has_secrets(&self) -> Result<bool, StoreError> {
        self.run(|c| Ok(c.query_row("SELECT EXISTS (SELECT 1 FROM secrets)", [], |row| row.get(0))?)).await
    }
}

/// Inside a transaction of the caller.
pub(super) fn put(
    connection: &Connection,
    owner: &str,
    secrets: &[(SecretName, Sealed)],
) -> Result<(), StoreError> {
    let sql = "INSERT INTO secrets (owner, name, sealed) VALUES (?1, ?2, ?3) \
        ON CONFLICT (owner, name) DO UPDATE SET sealed = excluded.sealed";
    let mut statement = connection.prepare_cached(sql)?;
    for (name, sealed) in secrets {
        statement.execute((owner, name.key(), sealed.as_bytes()))?;
    }
    Ok(())
}
