//! Measurements for charts. Nothing reads them back as current quota.

use super::{Store, StoreError, instant, micros};
use domain::credential::CredentialId;
use jiff::Timestamp;

/// One measurement.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Whose quota.
    pub credential: CredentialId,
    /// A group's key or a model's id.
    pub subject: String,
    /// The window, where the subject is a group.
    pub window: Option<String>,
    /// What was left as a fraction 0 to 1; `None` is unknown.
    pub remaining: Option<f64>,
    /// When it was read.
    pub at: Timestamp,
    /// Who said so, e.g. `summary`.
    pub source: String,
}

impl Store {
    /// Stores measurements: all or none. Those of a credential that is gone are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_samples(&self, samples: Vec<Sample>) -> Result<(), StoreError> {
        self.run(move |c| {
            let change = c.transaction()?;
            {
                let mut statement = change.prepare_cached(
                    "INSERT INTO samples (credential, subject, \"window\", remaining, at, source) \
                     SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM credentials WHERE id = ?1)",
                )?;
                for s in &samples {
                    statement.execute((
                        s.credential.as_str(),
                        &s.subject,
                        &s.window,
                        s.remaining,
                        micros(s.at),
                        &s.source,
                    ))?;
                }
            }
            Ok(change.commit()?)
        })
        .await
    }

    /// The different numbers that each window of a credential showed since `since`: group, window, fraction.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn shown_shares(
        &self,
        credential: &CredentialId,
        since: Timestamp,
    ) -> Result<Vec<(String, String, f64)>, StoreError> {
        let credential = credential.clone();
        self.run(move |c| {
            let mut statement = c.prepare_cached(
                "SELECT DISTINCT subject, \"window\", remaining FROM samples \
                 WHERE credential = ?1 AND at >= ?2 AND \"window\" IS NOT NULL AND remaining IS NOT NULL",
            )?;
            let rows = statement.query_map((credential.as_str(), micros(since)), |row| row.try_into())?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The measurements of a credential from `since` on, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn samples(
        &self,
        credential: &CredentialId,
        since: Timestamp,
    ) -> Result<Vec<Sample>, StoreError> {
        let credential = credential.clone();
        self.run(move |c| {
            let mut statement = c.prepare_cached(
                "SELECT subject, \"window\", remaining, at, source FROM samples \
                 WHERE credential = ?1 AND at >= ?2 ORDER BY at, id",
            )?;
            let mut rows = statement.query((credential.as_str(), micros(since)))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(Sample {
                    credential: credential.clone(),
                    subject: row.get(0)?,
                    window: row.get(1)?,
                    remaining: row.get(2)?,
                    at: instant(row.get(3)?).map_err(StoreError::Damaged)?,
                    source: row.get(4)?,
                });
            }
            Ok(found)
        })
        .await
    }
}
