//! What went through the proxy: records, and the sums over them.

use super::{Store, StoreError, instant, micros};
use crate::proxy::log::{Outcome, RequestRecord, Tokens};
use crate::secrets::Sealed;
use domain::credential::CredentialId;
use domain::policy::words::Said;
use jiff::Timestamp;
use rusqlite::{Connection, Row};

/// A record as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRequest {
    /// Its number; a later record has a larger one.
    pub id: i64,
    /// What was written down.
    pub record: RequestRecord,
    /// It is kept what was said.
    pub has_prompt: bool,
}

/// Which records to look for.
#[derive(Debug, Clone, Default)]
pub struct RequestQuery {
    /// Not older than this.
    pub since: Timestamp,
    /// Of one credential.
    pub credential: Option<CredentialId>,
    /// Of one client key, by id.
    pub key: Option<String>,
    /// For one model, as it was asked for or used.
    pub model: Option<String>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// At most so many.
    pub limit: u32,
}

/// Sums over the records since some time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestStatistics {
    /// Over all of them; its subject is empty.
    pub total: Usage,
    /// By the model that was used, or where none was, asked for.
    pub models: Vec<Usage>,
    /// By credential id. Requests that no credential was asked for are left out.
    pub credentials: Vec<Usage>,
    /// By client key id.
    pub keys: Vec<Usage>,
}

/// What one model, credential or key amounts to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// The model, or the id of credential or key.
    pub subject: String,
    /// Requests.
    pub requests: u32,
    /// Of them: failed or broken off.
    pub failures: u32,
    /// Of them: not sent.
    pub refusals: u32,
    /// Tokens read, where the service said so.
    pub tokens_in: i64,
    /// Tokens written.
    pub tokens_out: i64,
    /// Of those read: from a cache.
    pub tokens_cached: i64,
    /// Of those written: reasoning.
    pub tokens_reasoning: i64,
    /// The median time to the first byte, in milliseconds; `None` where none came.
    pub median_first_byte_ms: Option<u32>,
}

const COLUMNS: &str = "at, key_id, key_name, endpoint, model_asked, model_used, credential, provider, tokens_in, \
    tokens_out, tokens_cached, tokens_reasoning, duration_ms, first_byte_ms, status, outcome, retries, decision, chinese";

impl Store {
    /// Writes records down, with what was said where that is to be kept: all or none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_requests(
        &self,
        records: Vec<(RequestRecord, Option<Sealed>)>,
    ) -> Result<(), StoreError> {
        self.run(move |c| {
            let change = c.transaction()?;
            {
                let sql = format!(
                    "INSERT INTO requests ({COLUMNS}) VALUES \
                     (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)"
                );
                let mut statement = change.prepare_cached(&sql)?;
                let mut prompt =
                    change.prepare_cached("INSERT INTO prompts (request, at, sealed) VALUES (?1, ?2, ?3)")?;
                for (r, said) in &records {
                    statement.execute(rusqlite::params![
                        micros(r.at),
                        r.key_id,
                        r.key_name,
                        r.endpoint,
                        r.model_asked,
                        r.model_used,
                        r.credential.as_ref().map(CredentialId::as_str),
                        r.provider.map(|p| p.key()),
                        r.tokens.input,
                        r.tokens.output,
                        r.tokens.cached,
                        r.tokens.reasoning,
                        r.duration_ms,
                        r.first_byte_ms,
                        r.status,
                        r.outcome.key(),
                        r.retries,
                        r.decision.english,
                        r.decision.chinese,
                    ])?;
                    if let Some(said) = said {
                        prompt.execute((change.last_insert_rowid(), micros(r.at), said.as_bytes()))?;
                    }
                }
            }
            Ok(change.commit()?)
        })
        .await
    }

    /// Looks records up, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn requests(&self, query: RequestQuery) -> Result<Vec<KeptRequest>, StoreError> {
        self.run(move |c| {
            // One statement a filter, so that each finds its index.
            let by = match (&query.key, &query.credential) {
                (Some(_), _) => "key_id = ?2 AND (?3 IS NULL OR credential = ?3)",
                (None, Some(_)) => "?2 IS NULL AND credential = ?3",
                (None, None) => "?2 IS NULL AND ?3 IS NULL",
            };
            let sql = format!(
                "SELECT {COLUMNS}, id, EXISTS (SELECT 1 FROM prompts WHERE request = id) FROM requests WHERE at >= ?1 AND {by} \
                 AND (?4 IS NULL OR model_asked = ?4 OR model_used = ?4) AND (?5 IS NULL OR outcome = ?5) \
                 ORDER BY at DESC, id DESC LIMIT ?6"
            );
            let mut statement = c.prepare_cached(&sql)?;
            let mut rows = statement.query((
                micros(query.since),
                &query.key,
                query.credential.as_ref().map(CredentialId::as_str),
                &query.model,
                query.outcome.map(Outcome::key),
                query.limit,
            ))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(KeptRequest { id: row.get(19)?, record: kept(row)?, has_prompt: row.get(20)? });
            }
            Ok(found)
        })
        .await
    }

    /// Sums the records from `since` on up; what was used most comes first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn request_statistics(&self, since: Timestamp) -> Result<RequestStatistics, StoreError> {
        self.run(move |c| {
            Ok(RequestStatistics {
                total: sums(c, "''", since)?.pop().unwrap_or_default(),
                models: sums(c, "coalesce(model_used, model_asked)", since)?,
                credentials: sums(c, "credential", since)?,
                keys: sums(c, "key_id", since)?,
            })
        })
        .await
    }

    /// How many requests came with each key from `since` on, by the key's id. What was refused counts too.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn requests_by_key(&self, since: Timestamp) -> Result<Vec<(String, u32)>, StoreError> {
        self.run(move |c| {
            let sql = "SELECT key_id, count(*) FROM requests WHERE at >= ?1 GROUP BY key_id";
            let mut statement = c.prepare_cached(sql)?;
            let rows = statement.query_map([micros(since)], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn sums(c: &Connection, subject: &str, since: Timestamp) -> Result<Vec<Usage>, StoreError> {
    let sql = format!(
        "WITH r AS (SELECT {subject} AS subject, * FROM requests WHERE at >= ?1), \
         placed AS (SELECT subject, first_byte_ms, \
            row_number() OVER (PARTITION BY subject ORDER BY first_byte_ms) AS place, \
            count(*) OVER (PARTITION BY subject) AS among FROM r WHERE first_byte_ms IS NOT NULL), \
         medians AS (SELECT subject, CAST(avg(first_byte_ms) AS INTEGER) AS median FROM placed \
            WHERE place IN ((among + 1) / 2, (among + 2) / 2) GROUP BY subject) \
         SELECT r.subject, count(*), sum(outcome IN ('failed', 'truncated')), sum(outcome = 'refused'), \
            coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0), coalesce(sum(tokens_cached), 0), \
            coalesce(sum(tokens_reasoning), 0), max(median) \
         FROM r LEFT JOIN medians ON medians.subject = r.subject WHERE r.subject IS NOT NULL \
         GROUP BY r.subject ORDER BY 2 DESC, 1"
    );
    let mut statement = c.prepare_cached(&sql)?;
    let rows = statement.query_map([micros(since)], |row| {
        Ok(Usage {
            subject: row.get(0)?,
            requests: row.get(1)?,
            failures: row.get(2)?,
            refusals: row.get(3)?,
            tokens_in: row.get(4)?,
            tokens_out: row.get(5)?,
            tokens_cached: row.get(6)?,
            tokens_reasoning: row.get(7)?,
            median_first_byte_ms: row.get(8)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What was written down before there was a Chinese of it is shown in English.
fn decision(english: String, chinese: String) -> Said {
    Said { chinese: if chinese.is_empty() { english.clone() } else { chinese }, english }
}

fn kept(row: &Row<'_>) -> Result<RequestRecord, StoreError> {
    let (credential, provider, outcome): (Option<String>, Option<String>, String) =
        (row.get(6)?, row.get(7)?, row.get(15)?);
    Ok(RequestRecord {
        at: instant(row.get(0)?).map_err(StoreError::Damaged)?,
        key_id: row.get(1)?,
        key_name: row.get(2)?,
        endpoint: row.get(3)?,
        model_asked: row.get(4)?,
        model_used: row.get(5)?,
        credential: credential.map(CredentialId::new),
        provider: provider.and_then(|p| p.parse().ok()),
        tokens: Tokens {
            input: row.get(8)?,
            output: row.get(9)?,
            cached: row.get(10)?,
            reasoning: row.get(11)?,
        },
        duration_ms: row.get(12)?,
        first_byte_ms: row.get(13)?,
        status: row.get(14)?,
        // A word this version does not know is at least no success.
        outcome: Outcome::from_key(&outcome).unwrap_or(Outcome::Failed),
        retries: row.get(16)?,
        decision: decision(row.get(17)?, row.get(18)?),
    })
}
