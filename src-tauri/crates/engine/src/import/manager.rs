//! Antigravity-Manager's data directory: the accounts its index names, each in a file of its own, and the settings
//! that mean the same here.

use super::budget::{Budget, LARGEST_FILE, Problem, unreadable};
use super::collect::{Found, What, label, ordinary};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use zeroize::Zeroizing;

const INDEX: &str = "accounts.json";
const ACCOUNTS: &str = "accounts";
const CONFIG: &str = "gui_config.json";

/// Whether a folder is such a directory.
pub(super) fn is_data_dir(dir: &Path) -> bool {
    dir.join(INDEX).is_file() && dir.join(ACCOUNTS).is_dir()
}

/// Every account file, those that the index names without a file, and the settings. Nothing else in the directory is
/// looked at: it holds logs, caches and other programs' state.
pub(super) fn read(dir: &Path, budget: &mut Budget, found: &mut Vec<Found>) {
    let mut named = index(&dir.join(INDEX)).unwrap_or_default();
    let accounts = dir.join(ACCOUNTS);
    let mut files = match fs::read_dir(&accounts) {
        Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect::<Vec<_>>(),
        Err(error) => return found.push(Found::problem(&accounts.display().to_string(), unreadable(&error))),
    };
    files.retain(|path| path.extension().is_some_and(|end| end == "json"));
    files.sort();
    for path in files {
        let name = path.display().to_string();
        if let Err(problem) = budget.entry() {
            return found.push(Found::problem(&name, problem));
        }
        let id = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let off = named.iter().any(|(known, off)| *known == id && *off);
        named.retain(|(known, _)| *known != id);
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_file() => {
                let before = found.len();
                ordinary(&path, meta.len(), budget, found);
                // The index may know better than the file.
                if off {
                    found[before..].iter_mut().for_each(switch_off);
                }
            }
            Ok(_) => found.push(Found::problem(&name, Problem::Link)),
            Err(error) => found.push(Found::problem(&name, unreadable(&error))),
        }
    }
    for (id, _) in named {
        found.push(Found::problem(
            &accounts.join(format!("{id}.json")).display().to_string(),
            Problem::Missing,
        ));
    }
    found.extend(settings(&dir.join(CONFIG), budget));
}

/// The ids that the index names, and whether each is switched off.
fn index(path: &Path) -> Option<BTreeSet<(String, bool)>> {
    let document: Value = serde_json::from_slice(&small(path)?).ok()?;
    let account = |entry: &Value| {
        let id = entry.get("id")?.as_str()?.to_owned();
        Some((id, entry.get("disabled").and_then(Value::as_bool).unwrap_or(false)))
    };
    Some(document.get("accounts")?.as_array()?.iter().filter_map(account).collect())
}

fn switch_off(found: &mut Found) {
    if let Ok(bytes) = &mut found.content
        && let Some(end) = bytes.iter().rposition(|byte| *byte == b'}')
    {
        let mut whole = Zeroizing::new(bytes[..end].to_vec());
        whole.extend_from_slice(br#","disabled":true}"#);
        *bytes = whole;
    }
}

/// What of its settings has the same meaning here. Switches that need the user's consent stay behind.
fn settings(path: &Path, budget: &mut Budget) -> Option<Found> {
    let document: Value = serde_json::from_slice(&small(path)?).ok()?;
    let mut members = Map::new();
    let mut take = |ours: &str, theirs: Option<&Value>| {
        members.extend(theirs.filter(|value| !value.is_null()).map(|value| (ours.to_owned(), value.clone())));
    };
    take("background_refresh_enabled", document.get("auto_refresh"));
    take("refresh_interval_minutes", document.get("refresh_interval"));
    if let Some(protection) = document.get("quota_protection") {
        take("quota_protection_enabled", protection.get("enabled"));
        take("quota_protection_threshold", protection.get("threshold_percentage"));
        take("quota_protection_models", protection.get("monitored_models"));
    }
    if let Some(warmup) = document.get("scheduled_warmup") {
        let wanted = warmup.get("enabled").and_then(Value::as_bool).unwrap_or(false);
        take("smart_warmup_enabled", wanted.then_some(&json!(true)));
        take("warmup_models", warmup.get("monitored_models"));
    }
    if members.is_empty() {
        return None;
    }
    let text = Value::Object(members).to_string();
    let content = budget.read(text.as_bytes(), u64::try_from(text.len()).unwrap_or(u64::MAX));
    Some(Found { name: label(&path.display().to_string()), content, what: What::Settings })
}

fn small(path: &Path) -> Option<Zeroizing<Vec<u8>>> {
    let meta = fs::metadata(path).ok()?;
    (meta.is_file() && meta.len() <= LARGEST_FILE).then(|| fs::read(path).ok().map(Zeroizing::new))?
}
