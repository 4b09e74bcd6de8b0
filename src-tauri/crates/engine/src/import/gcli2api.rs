//! gcli2api's `credentials.db`: its logins with their switches, and its `config` table.
//!
//! Two tables of one form tell the provider; whether a login is switched off stands only here, not in its file. The
//! database is opened for reading, and where nobody writes to it, without any lock or file beside it.

use super::budget::{Budget, Problem};
use super::collect::{Found, What, label};
use domain::credential::Provider;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Map, Value};
use std::path::Path;
use zeroize::Zeroizing;

/// How every SQLite file begins.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Which table holds whose logins.
const TABLES: [(&str, Provider); 2] =
    [("antigravity_credentials", Provider::Antigravity), ("credentials", Provider::GeminiCli)];
/// Its names for settings of ours that have another name here.
const OTHER_NAMES: [(&str, &str); 1] = [("proxy", "upstream_proxy")];

/// Whether the content is a database.
pub(super) fn is_database(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// What SQLite keeps beside a database.
pub(super) fn is_beside(path: &Path) -> bool {
    let name = path.to_string_lossy();
    ["-wal", "-shm", "-journal"].iter().any(|end| {
        name.strip_suffix(end).is_some_and(|main| {
            let mut head = [0; 16];
            std::fs::File::open(main)
                .and_then(|mut file| std::io::Read::read_exact(&mut file, &mut head))
                .is_ok_and(|()| is_database(&head))
        })
    })
}

/// Everything in a database of gcli2api; any other database is one problem.
pub(super) fn read(path: &Path, budget: &mut Budget, found: &mut Vec<Found>) {
    let name = path.display().to_string();
    if let Err(problem) = try_read(path, &name, budget, found) {
        found.push(Found::problem(&name, problem));
    }
}

fn try_read(path: &Path, name: &str, budget: &mut Budget, found: &mut Vec<Found>) -> Result<(), Problem> {
    let connection = open(path).map_err(|_| Problem::BadDatabase)?;
    let mut known = false;
    for (table, provider) in TABLES {
        if has_table(&connection, table)? {
            known = true;
            logins(&connection, table, provider, name, budget, found)?;
        }
    }
    if !known {
        return Err(Problem::OtherDatabase);
    }
    if has_table(&connection, "config")? {
        found.extend(config(&connection, name, budget)?);
    }
    Ok(())
}

/// Without a journal beside it nobody writes: then it is read as a file that does not change. With one the
/// journal's content counts too.
fn open(path: &Path) -> rusqlite::Result<Connection> {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = if Path::new(&wal).exists() {
        Connection::open_with_flags(path, flags)?
    } else {
        let path = path.to_str().ok_or_else(|| rusqlite::Error::InvalidPath(path.to_owned()))?;
        let path = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        Connection::open_with_flags(format!("file:{path}?immutable=1"), flags | OpenFlags::SQLITE_OPEN_URI)?
    };
    // A hostile schema runs nothing of its own.
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

fn has_table(connection: &Connection, name: &str) -> Result<bool, Problem> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1)";
    connection.query_row(sql, [name], |row| row.get(0)).map_err(broken)
}

fn logins(
    connection: &Connection,
    table: &str,
    provider: Provider,
    name: &str,
    budget: &mut Budget,
    found: &mut Vec<Found>,
) -> Result<(), Problem> {
    // Older versions lack columns; what is missing reads as null.
    let column = |wanted: &str| -> Result<String, Problem> {
        let sql = "SELECT EXISTS (SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2)";
        let there: bool = connection.query_row(sql, [table, wanted], |row| row.get(0)).map_err(broken)?;
        Ok(if there { wanted.to_owned() } else { "NULL".to_owned() })
    };
    let (disabled, email) = (column("disabled")?, column("user_email")?);
    let sql = format!("SELECT filename, credential_data, {disabled}, {email} FROM {table} ORDER BY rowid");
    let mut statement = connection.prepare(&sql).map_err(broken)?;
    let mut rows = statement.query([]).map_err(broken)?;
    while let Some(row) = rows.next().map_err(broken)? {
        budget.entry()?;
        let text = |at: usize| row.get_ref(at).ok().and_then(|value| value.as_str().ok().map(str::to_owned));
        let file = text(0).unwrap_or_else(|| "?".to_owned());
        let disabled = match row.get_ref(2).map_err(broken)? {
            ValueRef::Integer(number) => Some(number != 0),
            _ => None,
        };
        let data = row.get_ref(1).ok().and_then(|value| match value {
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(bytes),
            _ => None,
        });
        let content = match data {
            Some(data) => {
                let whole = with_row(data, disabled, text(3).as_deref());
                let length = u64::try_from(whole.len()).unwrap_or(u64::MAX);
                budget.read(whole.as_slice(), length)
            }
            None => Ok(Zeroizing::new(Vec::new())),
        };
        let full = content == Err(Problem::ImportTooLarge);
        found.push(Found {
            name: label(&format!("{name}!{file}")),
            content,
            what: What::Login(Some(provider)),
        });
        if full {
            break;
        }
    }
    Ok(())
}

/// The file's object with what only the row knows. Of two members with one name the last counts, and nothing of the
/// secrets is taken apart for it.
fn with_row(data: &[u8], disabled: Option<bool>, email: Option<&str>) -> Zeroizing<Vec<u8>> {
    let mut whole = Zeroizing::new(Vec::with_capacity(data.len() + 400));
    whole.extend_from_slice(data.trim_ascii());
    let mut more = Map::new();
    more.extend(disabled.map(|off| ("disabled".to_owned(), Value::from(off))));
    more.extend(email.map(|email| ("email".to_owned(), Value::from(email))));
    let is_object = whole.first() == Some(&b'{') && whole.last() == Some(&b'}');
    if is_object && !more.is_empty() && !whole[1..whole.len() - 1].trim_ascii().is_empty() {
        let text = Value::Object(more).to_string();
        whole.pop();
        whole.push(b',');
        whole.extend_from_slice(&text.as_bytes()[1..]);
    }
    whole
}

/// The settings as one document; a value is JSON, or plain text where it is none.
fn config(connection: &Connection, name: &str, budget: &mut Budget) -> Result<Option<Found>, Problem> {
    let mut statement = connection.prepare("SELECT key, value FROM config ORDER BY key").map_err(broken)?;
    let mut rows = statement.query([]).map_err(broken)?;
    let mut members = Map::new();
    while let Some(row) = rows.next().map_err(broken)? {
        budget.entry()?;
        let text = |at: usize| row.get_ref(at).ok().and_then(|value| value.as_str().ok().map(str::to_owned));
        let (Some(key), Some(value)) = (text(0), text(1)) else { continue };
        let ours = OTHER_NAMES.iter().find(|(theirs, _)| *theirs == key);
        let value = serde_json::from_str(&value).unwrap_or(Value::String(value));
        // An empty text is how it keeps what was never set.
        if value != Value::String(String::new()) {
            members.insert(ours.map_or(key, |(_, ours)| (*ours).to_owned()), value);
        }
    }
    if members.is_empty() {
        return Ok(None);
    }
    let document = Value::Object(members).to_string();
    let content = budget.read(document.as_bytes(), u64::try_from(document.len()).unwrap_or(u64::MAX));
    Ok(Some(Found { name: label(&format!("{name}!config")), content, what: What::Settings }))
}

fn broken(_: rusqlite::Error) -> Problem {
    Problem::BadDatabase
}
