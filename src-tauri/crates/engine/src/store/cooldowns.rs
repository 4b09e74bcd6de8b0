//! What rests, over a restart.

use super::{Store, StoreError, instant, micros};
use domain::catalogue::Group;
use domain::credential::CredentialId;
use domain::fault::Class;
use domain::policy::cooldown::{Claim, Part, Probe, Proof, Reason, Scope};
use jiff::Timestamp;
use rusqlite::Row;

impl Store {
    /// Every claim that was stored. One that cannot be read is left out with a warning: a rest that is too short
    /// costs a refused call, a program that does not start costs more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn cooldowns(&self) -> Result<Vec<Claim>, StoreError> {
        self.run(|c| {
            let sql = "SELECT credential, part, reason, class, status, message, times, since, until, seen_at FROM cooldowns";
            let mut statement = c.prepare_cached(sql)?;
            let rows: Vec<Option<Claim>> = statement.query_map([], claim)?.collect::<Result<_, _>>()?;
            let all = rows.len();
            let readable: Vec<_> = rows.into_iter().flatten().collect();
            if readable.len() < all {
                tracing::warn!(damaged = all - readable.len(), "Stored cooldowns cannot be read");
            }
            Ok(readable)
        })
        .await
    }

    /// Stores a claim in place of an earlier one of its scope.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_cooldown(&self, claim: Claim) -> Result<(), StoreError> {
        self.run(move |c| {
            let sql = "INSERT OR REPLACE INTO cooldowns \
                (credential, part, reason, class, status, message, times, since, until, seen_at) \
                SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE EXISTS (SELECT 1 FROM credentials WHERE id = ?1)";
            let values = (
                claim.scope.credential.as_str(),
                part_text(&claim.scope.part),
                claim.reason.key(),
                claim.proof.class.key(),
                claim.proof.status,
                claim.proof.message,
                claim.proof.times,
                micros(claim.since),
                micros(claim.until),
                micros(claim.seen_at),
            );
            c.prepare_cached(sql)?.execute(values)?;
            Ok(())
        })
        .await
    }

    /// Forgets the claims whose time has come.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn expire_cooldowns(&self, now: Timestamp) -> Result<(), StoreError> {
        self.run(move |c| {
            c.prepare_cached("DELETE FROM cooldowns WHERE until <= ?1")?.execute([micros(now)])?;
            Ok(())
        })
        .await
    }

    /// Forgets a claim.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_cooldown(&self, scope: Scope) -> Result<(), StoreError> {
        self.run(move |c| {
            let key = (scope.credential.as_str(), part_text(&scope.part));
            c.execute("DELETE FROM cooldowns WHERE credential = ?1 AND part = ?2", key)?;
            Ok(())
        })
        .await
    }
}

/// `whole`, `group:KEY` or `model:ID`: also the name of a cooldown for readers, behind the credential's id.
#[must_use]
pub fn part_text(part: &Part) -> String {
    match part {
        Part::Whole => "whole".to_owned(),
        Part::Group(group) => format!("group:{}", group.key()),
        Part::Model(model) => format!("model:{model}"),
    }
}

fn part(text: &str) -> Option<Part> {
    match text.split_once(':') {
        None => (text == "whole").then_some(Part::Whole),
        Some(("group", key)) => Some(Part::Group(Group::from_key(key))),
        Some(("model", id)) => Some(Part::Model(id.to_owned())),
        Some(_) => None,
    }
}

fn claim(row: &Row<'_>) -> rusqlite::Result<Option<Claim>> {
    let text = |column| row.get_ref(column).map(|v| v.as_str().unwrap_or_default().to_owned());
    let (credential, part_of, reason, class) = (text(0)?, text(1)?, text(2)?, text(3)?);
    let (status, message, times) = (row.get(4)?, text(5)?, row.get(6)?);
    let at = |column| row.get(column).map(|micros: i64| instant(micros).ok());
    let (since, until, seen_at) = (at(7)?, at(8)?, at(9)?);
    let read = || {
        Some(Claim {
            scope: Scope { credential: CredentialId::new(credential), part: part(&part_of)? },
            reason: Reason::from_key(&reason)?,
            proof: Proof { class: Class::from_key(&class)?, status, message, times },
            since: since?,
            until: until?,
            seen_at: seen_at?,
            probe: Probe::Shut,
        })
    };
    Ok(read())
}
