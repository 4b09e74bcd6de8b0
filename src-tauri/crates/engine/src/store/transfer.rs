//! The database on its way to another data directory: a copy without secrets going out, a merge coming in.

use super::{BACKUPS, Store, StoreError, backup, credentials, file, schema, sealed};
use crate::secrets::{Sealed, SecretName};
use domain::credential::Credential;
use rusqlite::{Connection, Transaction};
use std::fs;
use std::io::Write;
use std::path::Path;
use tempfile::NamedTempFile;

/// Facts that belong to the user and not to the machine.
const CARRIED: [&str; 2] = ["warmup_consent_at", "proxy_consent_at"];

/// A database from elsewhere, checked and of the newest form, in a file only this user reads.
pub struct Incoming {
    file: NamedTempFile,
    /// The credentials in it.
    pub credentials: Vec<Credential>,
}

/// What becomes of a credential of an [`Incoming`].
pub struct Moving {
    /// Its id there.
    pub from: String,
    /// Its id here.
    pub to: String,
    /// Its secrets, sealed for here; `None` for one that is here already and stays as it is.
    pub new: Option<Vec<(SecretName, Sealed)>>,
}

/// How many records came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Merged {
    /// Measurements of quota.
    pub samples: usize,
    /// Warmups.
    pub warmups: usize,
    /// Decisions.
    pub decisions: usize,
    /// Drops of quota, by whose use they were.
    pub drops: usize,
    /// Requests through the proxy.
    pub requests: usize,
    /// Client keys.
    pub client_keys: usize,
}

impl Store {
    /// A copy of the database with no secret in it, not even a sealed one, and nothing of this machine.
    ///
    /// # Errors
    /// When there is no space, or the database is one in memory.
    pub async fn copy_out(&self) -> Result<Vec<u8>, StoreError> {
        let dir = self.private_dir()?;
        self.run(move |c| {
            let copy = scratch(&dir)?;
            let path = text(copy.path())?;
            c.execute("VACUUM INTO ?1", [path])?;
            let out = Connection::open(copy.path())?;
            out.pragma_update(None, "foreign_keys", true)?;
            let kept: Vec<String> = CARRIED.iter().map(|key| format!("'{key}'")).collect();
            out.execute_batch(&format!(
                "DELETE FROM secrets; DELETE FROM settings; DELETE FROM prompts; DELETE FROM credentials WHERE removed_at IS NOT NULL; \
                 DELETE FROM meta WHERE key NOT IN ('schema', {}); VACUUM;",
                kept.join(", ")
            ))?;
            out.close().map_err(|(_, error)| StoreError::from(error))?;
            fs::read(copy.path()).map_err(|e| StoreError::file("read", copy.path(), &e))
        })
        .await
    }

    /// Every sealed secret with its owner. Those of credentials that were taken away stay behind.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn all_secrets(&self) -> Result<Vec<(String, SecretName, Sealed)>, StoreError> {
        self.run(|c| {
            let sql = "SELECT owner, name, sealed FROM secrets WHERE owner NOT IN \
                (SELECT id FROM credentials WHERE removed_at IS NOT NULL) ORDER BY owner, name";
            let mut statement = c.prepare(sql)?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let name: String = row.get(1)?;
                if let Some(name) = SecretName::of(&name) {
                    found.push((row.get(0)?, name, Sealed::from_bytes(row.get(2)?)));
                }
            }
            Ok(found)
        })
        .await
    }

    /// Looks into a database from elsewhere: checks it whole and brings it to the newest form, in a copy.
    ///
    /// # Errors
    /// When it is damaged, a newer version wrote it, or there is no space.
    pub async fn look_into(&self, database: Vec<u8>) -> Result<Incoming, StoreError> {
        let dir = self.private_dir()?;
        self.run(move |_| {
            let mut copy = scratch(&dir)?;
            let written = copy.write_all(&database).and_then(|()| copy.as_file().sync_all());
            written.map_err(|e| StoreError::file("write", copy.path(), &e))?;
            let found = backup::verify(copy.path())?;
            let mut inside = Connection::open(copy.path())?;
            inside.pragma_update(None, "trusted_schema", false)?;
            schema::migrate(&mut inside, found, schema::STEPS)?;
            let credentials = credentials::present(&inside)?;
            inside.close().map_err(|(_, error)| StoreError::from(error))?;
            Ok(Incoming { file: copy, credentials })
        })
        .await
    }

    /// Takes everything over that is not here yet: all of it or nothing. What is here stays as it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn merge(
        &self,
        incoming: Incoming,
        moving: Vec<Moving>,
        of_providers: Vec<(String, Vec<(SecretName, Sealed)>)>,
    ) -> Result<Merged, StoreError> {
        self.run(move |c| {
            c.execute("ATTACH DATABASE ?1 AS other", [text(incoming.file.path())?])?;
            let merged = merge(c, &moving, &of_providers);
            // Only after its transaction; a failed one has rolled back.
            let detached = c.execute_batch("DROP TABLE IF EXISTS temp.moving; DETACH DATABASE other");
            let merged = merged?;
            detached?;
            Ok(merged)
        })
        .await
    }

    fn private_dir(&self) -> Result<std::path::PathBuf, StoreError> {
        let dir = self.dir().ok_or_else(|| StoreError::Failed("it is kept in memory only".to_owned()))?;
        Ok(dir.join(BACKUPS))
    }
}

fn merge(
    connection: &mut Connection,
    moving: &[Moving],
    of_providers: &[(String, Vec<(SecretName, Sealed)>)],
) -> Result<Merged, StoreError> {
    let change = connection.transaction()?;
    change.execute_batch(
        "CREATE TEMP TABLE moving (old TEXT PRIMARY KEY, new TEXT NOT NULL, added INTEGER NOT NULL)",
    )?;
    for one in moving {
        let row = (&one.from, &one.to, one.new.is_some());
        change.execute("INSERT INTO temp.moving (old, new, added) VALUES (?1, ?2, ?3)", row)?;
    }
    let columns = columns_of(&change, "credentials")?;
    let listed = columns.iter().filter(|c| *c != "id").map(|c| format!(", \"{c}\"")).collect::<String>();
    change.execute(
        &format!(
            "INSERT INTO main.credentials (id{listed}) SELECT m.new{listed} FROM other.credentials c \
             JOIN temp.moving m ON m.old = c.id WHERE m.added"
        ),
        [],
    )?;
    for one in moving {
        if let Some(secrets) = &one.new {
            sealed::put(&change, &one.to, secrets)?;
        }
    }
    for (owner, secrets) in of_providers {
        sealed::put(&change, owner, secrets)?;
    }
    let merged = Merged {
        samples: history(&change, "samples", &["subject", "window", "at"])?,
        warmups: history(&change, "warmups", &["model", "at"])?,
        drops: history(&change, "drops", &["group", "window", "to_at"])?,
        decisions: history(&change, "decisions", &["kind", "subject", "at"])?,
        requests: history(&change, "requests", &["at", "key_id", "duration_ms"])?,
        client_keys: change
            .execute("INSERT OR IGNORE INTO main.client_keys SELECT * FROM other.client_keys", [])?,
    };
    for table in ["cooldowns", "protections"] {
        let columns = columns_of(&change, table)?;
        let listed =
            columns.iter().filter(|c| *c != "credential").map(|c| format!(", \"{c}\"")).collect::<String>();
        change.execute(
            &format!(
                "INSERT OR IGNORE INTO main.{table} (credential{listed}) SELECT m.new{listed} \
                 FROM other.{table} o JOIN temp.moving m ON m.old = o.credential WHERE m.added"
            ),
            [],
        )?;
    }
    for key in CARRIED {
        change.execute("INSERT OR IGNORE INTO main.meta SELECT * FROM other.meta WHERE key = ?1", [key])?;
    }
    change.commit()?;
    Ok(merged)
}

/// Records of one table, but those that are here already by `same`. A record of no known credential (of one that is
/// gone) keeps the id it names, where the table allows that.
fn history(change: &Transaction<'_>, table: &str, same: &[&str]) -> Result<usize, StoreError> {
    let columns = columns_of(change, table)?;
    let own: Vec<String> =
        columns.iter().filter(|c| *c != "id" && *c != "credential").map(|c| format!("\"{c}\"")).collect();
    let listed = own.join(", ");
    let theirs = own.iter().map(|c| format!("o.{c}")).collect::<Vec<_>>().join(", ");
    let equal = same.iter().map(|c| format!(" AND h.\"{c}\" IS o.\"{c}\"")).collect::<String>();
    let bound = matches!(table, "samples" | "warmups" | "drops");
    let join = if bound { "JOIN" } else { "LEFT JOIN" };
    let sql = format!(
        "INSERT INTO main.{table} (credential, {listed}) SELECT coalesce(m.new, o.credential), {theirs} \
         FROM other.{table} o {join} temp.moving m ON m.old = o.credential \
         WHERE NOT EXISTS (SELECT 1 FROM main.{table} h \
           WHERE h.credential IS coalesce(m.new, o.credential){equal}) ORDER BY o.id"
    );
    Ok(change.execute(&sql, [])?)
}

/// The columns of a table of ours, from our own form: never from the file that came in.
fn columns_of(connection: &Connection, table: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1, 'main')")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// An empty file of the user's alone, gone with its handle.
fn scratch(dir: &Path) -> Result<NamedTempFile, StoreError> {
    file::private_dir(dir).map_err(|e| StoreError::file("create", dir, &e))?;
    tempfile::Builder::new()
        .prefix(".moving-")
        .suffix(".db")
        .tempfile_in(dir)
        .map_err(|e| StoreError::file("create", dir, &e))
}

fn text(path: &Path) -> Result<&str, StoreError> {
    path.to_str().ok_or_else(|| StoreError::Failed(format!("{} is no UTF-8 path", path.display())))
}
