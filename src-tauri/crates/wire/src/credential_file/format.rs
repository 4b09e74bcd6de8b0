//! The formats, one function each.

use super::{FileCredential, Rejected};
use crate::field;
use crate::json::Fields;
use crate::upstream::token::scopes;
use domain::credential::Provider;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::Value;

/// The scope only Antigravity's logins have.
const ANTIGRAVITY_SCOPE: &str = "cclog";
/// The most projects of one file that are offered.
const MOST_PROJECTS: usize = 100;

/// A file with one login.
pub(super) fn single(file_name: &str, root: Fields<'_>) -> Result<FileCredential, Rejected> {
    if root.has("active") && root.has("old") && !root.has("refresh_token") {
        return Err(Rejected::AddressList);
    }
    if root.has("apiKey") && !root.has("refresh_token") {
        return Err(Rejected::IdeState);
    }
    any(file_name, root)
}

/// One entry of a list or an export.
pub(super) fn listed(file_name: &str, entry: &Value) -> Result<FileCredential, Rejected> {
    any(file_name, Fields::of(entry).ok_or(Rejected::UnknownFormat)?)
}

fn any(file_name: &str, root: Fields<'_>) -> Result<FileCredential, Rejected> {
    let token = root.get("token").and_then(Fields::of);
    match (root.get("type").map(Value::as_str), token) {
        (Some(Some("service_account")), _) => Err(Rejected::ServiceAccount),
        (Some(Some("antigravity")), _) => cliproxyapi_antigravity(root),
        (Some(Some("gemini")), _) => cliproxyapi_gemini(root),
        (Some(_), _) => Err(Rejected::UnknownType),
        (None, Some(token)) => with_token_object(root, token),
        (None, None) if root.has("expiry_date") => gemini_cli(root),
        (None, None) if ["token", "token_uri", "scopes", "client_id"].iter().any(|key| root.has(key)) => {
            gcli2api(file_name, root)
        }
        // A login of Gemini CLI that lost its expiry.
        (None, None) if root.has("access_token") => gemini_cli(root),
        (None, None) if root.has("refresh_token") || root.has("email") => export(root),
        (None, None) => Err(Rejected::UnknownFormat),
    }
}

/// An account of Antigravity-Manager's export: an address and a refresh token.
fn export(root: Fields<'_>) -> Result<FileCredential, Rejected> {
    bare(Provider::Antigravity, root)
}

/// An account of Antigravity-Manager, or the decoded keyring entry of the Antigravity CLI.
fn with_token_object(root: Fields<'_>, token: Fields<'_>) -> Result<FileCredential, Rejected> {
    let by_seconds = || Timestamp::from_second(token.get("expiry_timestamp")?.as_i64()?).ok();
    let email = root.plain("email").or_else(|| token.plain("email"));
    Ok(FileCredential {
        email: email.and_then(field::address),
        label: root.plain("custom_label").and_then(field::name),
        project: token.plain("project_id").and_then(field::id).map(str::to_owned),
        expires_at: by_seconds().or_else(|| instant(token.plain("expiry")?)),
        disabled: root.plain_flag("disabled"),
        ..bare(Provider::Antigravity, token)?
    })
}

fn cliproxyapi_antigravity(root: Fields<'_>) -> Result<FileCredential, Rejected> {
    let issued = || {
        let life = SignedDuration::from_secs(root.get("expires_in")?.as_i64()?);
        Timestamp::from_millisecond(root.get("timestamp")?.as_i64()?).ok()?.checked_add(life).ok()
    };
    Ok(FileCredential {
        expires_at: root.plain("expired").and_then(instant).or_else(issued),
        disabled: root.plain_flag("disabled"),
        project: root.plain("project_id").and_then(field::id).map(str::to_owned),
        ..bare(Provider::Antigravity, root)?
    })
}

fn cliproxyapi_gemini(root: Fields<'_>) -> Result<FileCredential, Rejected> {
    let token = root.get("token").and_then(Fields::of).unwrap_or(root);
    let named = root.plain("project_id").unwrap_or_default();
    let mut projects: Vec<String> = named
        .split(',')
        .filter_map(|id| field::id(id.trim()))
        .filter(|id| *id != "ALL")
        .map(str::to_owned)
        .take(MOST_PROJECTS)
        .collect();
    let project = if projects.len() == 1 { projects.pop() } else { None };
    Ok(FileCredential {
        email: root.plain("email").and_then(field::address),
        project,
        projects,
        expires_at: token.plain("expiry").and_then(instant),
        disabled: root.plain_flag("disabled"),
        ..bare(Provider::GeminiCli, token)?
    })
}

/// Gemini CLI's own file; CodexBar writes the same for Antigravity, which its scopes tell.
fn gemini_cli(root: Fields<'_>) -> Result<FileCredential, Rejected> {
    let milliseconds = root.get("expiry_date").and_then(Value::as_f64);
    // A cast of a float saturates, and the time checks its range.
    let expires_at = milliseconds.and_then(|ms| Timestamp::from_millisecond(ms as i64).ok());
    let mut credential = FileCredential { expires_at, ..bare(Provider::GeminiCli, root)? };
    if has_antigravity_scope(&credential.scopes) {
        credential.provider = Provider::Antigravity;
    }
    Ok(credential)
}

fn gcli2api(file_name: &str, root: Fields<'_>) -> Result<FileCredential, Rejected> {
    let mut credential = bare(Provider::GeminiCli, root)?;
    let file_name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    if has_antigravity_scope(&credential.scopes) || file_name.starts_with("ag_") {
        credential.provider = Provider::Antigravity;
    }
    credential.access_token = credential.access_token.or_else(|| root.plain("token").and_then(field::secret));
    credential.expires_at = root.plain("expiry").and_then(instant);
    credential.project = root.plain("project_id").and_then(field::id).map(str::to_owned);
    credential.disabled = root.plain_flag("disabled");
    Ok(credential)
}

/// What all formats write alike: the tokens, the client, the scopes, the address.
fn bare(provider: Provider, fields: Fields<'_>) -> Result<FileCredential, Rejected> {
    let secret = |key: &str| fields.plain(key).and_then(field::secret);
    Ok(FileCredential {
        provider,
        email: fields.plain("email").and_then(field::address),
        label: None,
        project: None,
        projects: vec![],
        refresh_token: refresh_token(fields)?,
        access_token: secret("access_token"),
        expires_at: None,
        disabled: false,
        client: secret("client_id").zip(secret("client_secret")),
        scopes: granted(fields),
    })
}

fn refresh_token(fields: Fields<'_>) -> Result<SecretString, Rejected> {
    match fields.get("refresh_token").map(Value::as_str) {
        None => Err(Rejected::NoRefreshToken),
        Some(None) => Err(Rejected::RefreshTokenNotText),
        Some(Some(text)) if text.trim().is_empty() => Err(Rejected::NoRefreshToken),
        Some(Some(text)) => field::secret(text).ok_or(Rejected::BadRefreshToken),
    }
}

/// A list, or a text with spaces, under either name.
fn granted(fields: Fields<'_>) -> Vec<String> {
    ["scopes", "scope"]
        .iter()
        .find_map(|key| match fields.get(key)? {
            Value::String(text) => Some(scopes(text)),
            Value::Array(list) => {
                Some(list.iter().filter_map(|s| field::id(s.as_str()?)).map(str::to_owned).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
        })
        .unwrap_or_default()
}

fn has_antigravity_scope(scopes: &[String]) -> bool {
    scopes.iter().any(|scope| scope.contains(ANTIGRAVITY_SCOPE))
}

/// ISO 8601 with an offset, or without one: then it is UTC, as Python's programs write it.
fn instant(text: &str) -> Option<Timestamp> {
    let naive =
        || text.parse::<DateTime>().ok()?.to_zoned_datetime(TimeZone::UTC).ok().map(|z| z.timestamp());
    text.parse().ok().or_else(naive)
}
