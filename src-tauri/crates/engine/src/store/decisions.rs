//! The ledger of decisions: what was done or left undone, and why, as it was said then.

use super::{Store, StoreError, instant, micros};
use jiff::{SignedDuration, Timestamp};

/// A decision that was not looked at for this long is another one, though it says the same.
pub(crate) const SAME: SignedDuration = SignedDuration::from_hours(12);

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// `warmup`, `protection`, `cooldown` or `drain`.
    pub kind: &'static str,
    /// The credential's id.
    pub credential: String,
    /// What it was called then.
    pub name: String,
    /// The model or group; empty where it is about the credential.
    pub subject: String,
    /// The decision's word. While it stays the same, the decision is one entry.
    pub verdict: String,
    /// The decision with the numbers that led to it.
    pub sentence: String,
    /// Until when it holds.
    pub until: Option<Timestamp>,
    /// When it was so.
    pub at: Timestamp,
}

/// A decision as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDecision {
    /// Its number.
    pub id: i64,
    /// `warmup`, `protection`, …
    pub kind: String,
    /// The credential's id.
    pub credential: String,
    /// What it was called then.
    pub name: String,
    /// The model or group; empty where it is about the credential.
    pub subject: String,
    /// The decision's word.
    pub verdict: String,
    /// The decision with the numbers that led to it, as they were at the last look.
    pub sentence: String,
    /// Until when it holds.
    pub until: Option<Timestamp>,
    /// When it was decided.
    pub at: Timestamp,
    /// Until when it was the same at every look.
    pub last_at: Timestamp,
}

/// Which decisions to look for.
#[derive(Debug, Clone, Default)]
pub struct DecisionQuery {
    /// Not older than this.
    pub since: Timestamp,
    /// Of one credential.
    pub credential: Option<String>,
    /// Of one kind.
    pub kind: Option<String>,
    /// Whose sentence holds these words.
    pub search: Option<String>,
    /// At most so many.
    pub limit: u32,
}

impl Store {
    /// Takes decisions in their order: one that is the same as the last of its subject, looked at within twelve hours, moves that
    /// entry's end only.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_decisions(&self, decisions: Vec<Decision>) -> Result<(), StoreError> {
        self.run(move |c| {
            let change = c.transaction()?;
            {
                let mut same = change.prepare_cached(
                    "UPDATE decisions SET last_at = ?1, sentence = ?2, until = ?3 WHERE verdict = ?4 AND last_at >= ?8 AND id = \
                     (SELECT max(id) FROM decisions WHERE kind = ?5 AND credential = ?6 AND subject = ?7)",
                )?;
                let mut new = change.prepare_cached(
                    "INSERT INTO decisions (kind, credential, name, subject, verdict, sentence, until, at, last_at) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
                )?;
                for d in &decisions {
                    let until = d.until.map(micros);
                    let (at, not_before) = (micros(d.at), micros(d.at - SAME));
                    let moved =
                        same.execute((at, &d.sentence, until, &d.verdict, d.kind, &d.credential, &d.subject, not_before))?;
                    if moved == 0 {
                        new.execute((d.kind, &d.credential, &d.name, &d.subject, &d.verdict, &d.sentence, until, at))?;
                    }
                }
            }
            Ok(change.commit()?)
        })
        .await
    }

    /// Looks decisions up, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn decisions(&self, query: DecisionQuery) -> Result<Vec<KeptDecision>, StoreError> {
        self.run(move |c| {
            // `last_at` counts: what was decided yesterday and still holds explains the last hour too.
            let sql = "SELECT id, kind, credential, name, subject, verdict, sentence, until, at, last_at FROM decisions \
                WHERE last_at >= ?1 AND (?2 IS NULL OR credential = ?2) AND (?3 IS NULL OR kind = ?3) \
                AND (?4 IS NULL OR instr(lower(sentence), lower(?4)) > 0) ORDER BY last_at DESC, id DESC LIMIT ?5";
            let mut statement = c.prepare_cached(sql)?;
            let mut rows = statement.query((micros(query.since), query.credential, query.kind, query.search, query.limit))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let until: Option<i64> = row.get(7)?;
                found.push(KeptDecision {
                    id: row.get(0)?,
                    kind: row.get(1)?,
                    credential: row.get(2)?,
                    name: row.get(3)?,
                    subject: row.get(4)?,
                    verdict: row.get(5)?,
                    sentence: row.get(6)?,
                    until: until.and_then(|at| instant(at).ok()),
                    at: instant(row.get(8)?).map_err(StoreError::Damaged)?,
                    last_at: instant(row.get(9)?).map_err(StoreError::Damaged)?,
                });
            }
            Ok(found)
        })
        .await
    }
}
