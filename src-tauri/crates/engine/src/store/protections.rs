//! What is below a floor, over a restart.

use super::{Store, StoreError, instant, micros};
use domain::credential::CredentialId;
use domain::policy::protection::{Below, Held, Pairs};
use domain::quota::Remaining;
use std::collections::BTreeMap;

impl Store {
    /// Every pair that is below a floor.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn protections(&self) -> Result<Vec<(CredentialId, String, Held)>, StoreError> {
        self.run(|c| {
            let sql = "SELECT credential, model, which, floor, remaining, back_at, since FROM protections";
            let mut statement = c.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            let mut pairs: BTreeMap<(String, String), Held> = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let Some(remaining) = Remaining::clamped(row.get(4)?) else { continue };
                let back_at: Option<i64> = row.get(5)?;
                let below = Below {
                    floor: row.get(3)?,
                    remaining,
                    back_at: back_at.and_then(|at| instant(at).ok()),
                    since: instant(row.get(6)?).map_err(StoreError::Damaged)?,
                };
                let held = pairs.entry((row.get(0)?, row.get(1)?)).or_default();
                match row.get_ref(2)?.as_str().unwrap_or_default() {
                    "short" => held.short = Some(below),
                    "week" => held.week = Some(below),
                    _ => {}
                }
            }
            Ok(pairs
                .into_iter()
                .map(|((credential, model), held)| (CredentialId::new(credential), model, held))
                .collect())
        })
        .await
    }

    /// Stores what a credential was judged to, in place of what was stored for it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_protections(&self, credential: &CredentialId, pairs: Pairs) -> Result<(), StoreError> {
        let credential = credential.clone();
        self.run(move |c| {
            let change = c.transaction()?;
            change.execute("DELETE FROM protections WHERE credential = ?1", [credential.as_str()])?;
            {
                let mut statement = change.prepare_cached(
                    "INSERT INTO protections (credential, model, which, floor, remaining, back_at, since) \
                     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM credentials WHERE id = ?1)",
                )?;
                for (model, held) in &pairs {
                    for (which, below) in [("short", held.short), ("week", held.week)] {
                        let Some(below) = below else { continue };
                        let back_at = below.back_at.map(micros);
                        let left = below.remaining.fraction();
                        statement.execute((credential.as_str(), model, which, below.floor, left, back_at, micros(below.since)))?;
                    }
                }
            }
            Ok(change.commit()?)
        })
        .await
    }
}
