//! Credential files met in the wild, told apart by their content.
//!
//! Knows the files of gcli2api, CLIProxyAPI, Antigravity-Manager, Gemini CLI and the keyring entry of the Antigravity
//! CLI. Takes only the fields it knows: never a URL, never a cached quota. Unpacking archives, finding files and
//! storing what is in them belong to the engine.

mod format;
mod rejected;

pub use rejected::Rejected;

use crate::json::{self, Confidential, Fields, LARGEST, Unreadable};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::credential::Provider;
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;
use zeroize::Zeroizing;

/// The most entries of one file.
pub const MOST_ENTRIES: usize = 10_000;

/// How the keyring entry of the Antigravity CLI begins.
const KEYRING: &str = "go-keyring-base64:";

/// One login out of a file. Its secrets do not show in `Debug`.
#[derive(Debug, Clone)]
pub struct FileCredential {
    /// Where it belongs.
    pub provider: Provider,
    /// The e-mail address, if the file has one.
    pub email: Option<String>,
    /// The user's own name for it, if the file has one.
    pub label: Option<String>,
    /// The project, if the file names exactly one.
    pub project: Option<String>,
    /// Where the file names several projects: those, for the user to choose from.
    pub projects: Vec<String>,
    /// The refresh token. Works only with the client that minted it.
    pub refresh_token: SecretString,
    /// The last access token, if any.
    pub access_token: Option<SecretString>,
    /// When that is over; `None` counts as over.
    pub expires_at: Option<Timestamp>,
    /// Switched off where the file comes from.
    pub disabled: bool,
    /// The OAuth client that minted it (id, secret), if the file carries both. The user's own data.
    pub client: Option<(SecretString, SecretString)>,
    /// The granted scopes, if the file names them.
    pub scopes: Vec<String>,
}

/// Reads a file. `file_name` helps to tell the provider where the content does not.
///
/// A list or an export gives one result for each entry, in order, so that a bad one does not lose the others. A file
/// with a single login gives one `Ok`.
///
/// # Errors
/// Where the file as a whole holds no login: it is no such file, or the single one in it is unusable.
pub fn read(file_name: &str, bytes: &[u8]) -> Result<Vec<Result<FileCredential, Rejected>>, Rejected> {
    if bytes.starts_with(b"SQLite format 3\0") {
        return Err(Rejected::Database);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(Rejected::Archive);
    }
    if bytes.len() > LARGEST {
        return Err(Rejected::TooLarge);
    }
    // A byte order mark is no JSON, but Windows editors write one.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii();
    if bytes.is_empty() {
        return Err(Rejected::Empty);
    }
    let document = match bytes.strip_prefix(KEYRING.as_bytes()) {
        Some(encoded) => {
            document(&Zeroizing::new(STANDARD.decode(encoded).map_err(|_| Rejected::BadKeyring)?))?
        }
        None => document(bytes)?,
    };
    entries(file_name, document.get())
}

fn document(bytes: &[u8]) -> Result<Confidential, Rejected> {
    json::document(bytes).map(Confidential::new).map_err(|unreadable| match unreadable {
        Unreadable::TooLarge => Rejected::TooLarge,
        Unreadable::TooDeep => Rejected::TooDeep,
        Unreadable::NotJson { line, column } => Rejected::NotJson { line, column },
    })
}

fn entries(file_name: &str, document: &Value) -> Result<Vec<Result<FileCredential, Rejected>>, Rejected> {
    let list = match document {
        Value::Array(list) => list,
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            let root = Fields::of(document).ok_or(Rejected::UnknownFormat)?;
            match root.get("accounts") {
                Some(Value::Array(list)) if is_index(root, list) => return Err(Rejected::Index),
                Some(Value::Array(list)) => list,
                _ => return Ok(vec![Ok(format::single(file_name, root)?)]),
            }
        }
    };
    match list.len() {
        0 => Err(Rejected::Empty),
        n if n > MOST_ENTRIES => Err(Rejected::TooManyEntries(n)),
        _ => Ok(list.iter().map(|entry| format::listed(file_name, entry)).collect()),
    }
}

/// The index of Antigravity-Manager: accounts by id, and not a token in it.
fn is_index(root: Fields<'_>, list: &[Value]) -> bool {
    let holds_token = |entry: &Value| entry.get("refresh_token").is_some() || entry.get("token").is_some();
    let marked = root.has("current_account_id") || root.has("current_target_ide") || root.has("version");
    marked && !list.iter().any(holds_token)
}

#[cfg(test)]
mod tests;
