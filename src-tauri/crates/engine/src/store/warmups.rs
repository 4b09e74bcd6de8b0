//! Warmups: recorded before they are sent, then what came of them.

use super::{Store, StoreError, instant, micros};
use domain::catalogue::Group;
use domain::credential::CredentialId;
use domain::policy::warmup::{Attempt, AttemptId, Outcome};
use jiff::Timestamp;
use rusqlite::Row;

/// A warmup that is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Of which credential.
    pub credential: CredentialId,
    /// The model's group, if any is known.
    pub group: Option<Group>,
    /// The model it goes to.
    pub model: String,
    /// Whether the user asked for it.
    pub by_hand: bool,
    /// Whether the user confirmed what asks for confirmation.
    pub forced: bool,
}

/// What came of a warmup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// In one word.
    pub outcome: Outcome,
    /// Why, where the service refused.
    pub detail: Option<String>,
    /// The reset that a verification read.
    pub reset_at: Option<Timestamp>,
}

/// A warmup as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptWarmup {
    /// The attempt.
    pub attempt: Attempt,
    /// Why, where the service refused.
    pub detail: Option<String>,
    /// The reset that a verification read.
    pub reset_at: Option<Timestamp>,
}

impl Store {
    /// Records a warmup before it is sent; on the disk when this returns.
    ///
    /// # Errors
    /// When the credential is gone or the database fails: then it must not be sent.
    pub async fn record_warmup(&self, intent: Intent, at: Timestamp) -> Result<Attempt, StoreError> {
        self.run(move |c| {
            let sql = "INSERT INTO warmups (credential, \"group\", model, by_hand, forced, at, outcome) \
                SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM credentials WHERE id = ?1)";
            let (group, outcome) = (intent.group.as_ref().map(Group::key), Outcome::Pending);
            let values = (
                intent.credential.as_str(),
                group,
                &intent.model,
                intent.by_hand,
                intent.forced,
                micros(at),
                outcome.key(),
            );
            if c.prepare_cached(sql)?.execute(values)? == 0 {
                return Err(StoreError::NoCredential(intent.credential));
            }
            let Intent { credential, group, model, by_hand, .. } = intent;
            Ok(Attempt {
                id: AttemptId(c.last_insert_rowid()),
                credential,
                group,
                model,
                at,
                by_hand,
                outcome,
            })
        })
        .await
    }

    /// Says what came of a warmup. A later word replaces an earlier one; details that are not told stay.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conclude_warmup(&self, id: AttemptId, conclusion: Conclusion) -> Result<(), StoreError> {
        self.run(move |c| {
            let sql = "UPDATE warmups SET outcome = ?2, detail = coalesce(?3, detail), reset_at = coalesce(?4, reset_at) WHERE id = ?1";
            let reset_at = conclusion.reset_at.map(micros);
            c.prepare_cached(sql)?.execute((id.0, conclusion.outcome.key(), conclusion.detail, reset_at))?;
            Ok(())
        })
        .await
    }

    /// The attempts that still decide something: those from `since` on, and the last `least` of each group.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn deciding_warmups(&self, since: Timestamp, least: usize) -> Result<Vec<Attempt>, StoreError> {
        self.run(move |c| {
            let sql = "SELECT id, credential, \"group\", model, by_hand, at, outcome, NULL, NULL FROM (\
                SELECT *, row_number() OVER (PARTITION BY credential, \"group\" ORDER BY at DESC, id DESC) AS place FROM warmups) \
                WHERE at >= ?1 OR place <= ?2 ORDER BY at, id";
            let mut statement = c.prepare_cached(sql)?;
            let mut rows = statement.query((micros(since), i64::try_from(least).unwrap_or(i64::MAX)))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(kept(row)?.attempt);
            }
            Ok(found)
        })
        .await
    }

    /// Moves attempts that are still to come (the clock was set back) to `now`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clamp_warmups(&self, now: Timestamp) -> Result<(), StoreError> {
        self.run(move |c| {
            c.execute("UPDATE warmups SET at = ?1 WHERE at > ?1", [micros(now)])?;
            Ok(())
        })
        .await
    }

    /// Warmups from `since` on, of one credential or of all, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn warmups(
        &self,
        credential: Option<&CredentialId>,
        since: Timestamp,
    ) -> Result<Vec<KeptWarmup>, StoreError> {
        let credential = credential.map(|id| id.as_str().to_owned());
        self.run(move |c| {
            let sql = "SELECT id, credential, \"group\", model, by_hand, at, outcome, detail, reset_at FROM warmups \
                WHERE at >= ?1 AND (?2 IS NULL OR credential = ?2) ORDER BY at DESC, id DESC";
            let mut statement = c.prepare_cached(sql)?;
            let mut rows = statement.query((micros(since), credential))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(kept(row)?);
            }
            Ok(found)
        })
        .await
    }
}

fn kept(row: &Row<'_>) -> Result<KeptWarmup, StoreError> {
    let (group, outcome, reset_at): (Option<String>, String, Option<i64>) =
        (row.get(2)?, row.get(6)?, row.get(8)?);
    Ok(KeptWarmup {
        attempt: Attempt {
            id: AttemptId(row.get(0)?),
            credential: CredentialId::new(row.get::<_, String>(1)?),
            group: group.as_deref().map(Group::from_key),
            model: row.get(3)?,
            by_hand: row.get(4)?,
            at: instant(row.get(5)?).map_err(StoreError::Damaged)?,
            // A word this version does not know: it may have been sent, so it counts as sent.
            outcome: Outcome::from_key(&outcome).unwrap_or(Outcome::Unknown),
        },
        detail: row.get(7)?,
        reset_at: reset_at.and_then(|at| instant(at).ok()),
    })
}
