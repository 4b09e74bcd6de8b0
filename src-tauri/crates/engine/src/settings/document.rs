//! The settings as a JSON document: what `settings.json` holds and `settings export` prints.
//!
//! A member for each setting, in its natural JSON type; `overrides` for single credentials; anything else is
//! kept as it is (a newer version may know it).

use super::Scope;
use domain::settings::{Kind, SECRETS, SETTINGS, Setting, Settings};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const OVERRIDES: &str = "overrides";

/// Values as text, by setting and scope.
pub(super) type Values = BTreeMap<(String, Scope), String>;

/// A document taken apart.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Document {
    /// Settings this version knows; `None` where the member is no text, number, switch or list.
    pub values: BTreeMap<(String, Scope), Option<String>>,
    /// Secrets that somebody wrote into it.
    pub secrets: Vec<&'static str>,
    /// Members this version does not know.
    pub unknown: Map<String, Value>,
}

impl Document {
    /// Takes a document apart; says what is wrong where it is no JSON object.
    pub fn read(text: &str) -> Result<Self, String> {
        // Editors of Windows begin a file with this.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let parsed: Value =
            serde_json::from_str(text).map_err(|e| format!("line {}, column {}", e.line(), e.column()))?;
        let Value::Object(members) = parsed else { return Err("it is no JSON object".to_owned()) };
        let mut document = Self::default();
        for (key, value) in members {
            if SETTINGS.iter().any(|s| s.key == key) {
                // Null is how some editors empty a field.
                if !value.is_null() {
                    document.values.insert((key, Scope::Everywhere), text_of(&value));
                }
            } else if let Some(secret) = SECRETS.iter().find(|s| s.key == key) {
                document.secrets.push(secret.key);
            } else if key == OVERRIDES
                && let Value::Array(entries) = &value
            {
                document.read_overrides(entries);
            } else {
                document.unknown.insert(key, value);
            }
        }
        Ok(document)
    }

    fn read_overrides(&mut self, entries: &[Value]) {
        for entry in entries {
            let member = |name: &str| entry.get(name).and_then(Value::as_str);
            let known = member("key").filter(|key| SETTINGS.iter().any(|s| s.key == *key));
            if let (Some(key), Some(credential)) = (known, member("credential").filter(|c| !c.is_empty())) {
                let scope = Scope::from_columns(
                    credential.to_owned(),
                    member("model").unwrap_or_default().to_owned(),
                );
                let value = entry.get("value").and_then(text_of);
                self.values.insert((key.to_owned(), scope), value);
            }
        }
    }
}

/// Writes the whole document: every setting with its own or its default value, the same for the same content.
pub(super) fn write(version: &str, values: &Values, unknown: &Map<String, Value>) -> String {
    let defaults = Settings::defaults(version);
    let mut members: BTreeMap<&str, Value> =
        unknown.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    for setting in SETTINGS {
        let own = values.get(&(setting.key.to_owned(), Scope::Everywhere)).cloned();
        let text = own.or_else(|| defaults.text(setting.key)).unwrap_or_default();
        members.insert(setting.key, value_of(setting, &text));
    }
    let overrides: Vec<Value> = values
        .iter()
        .filter_map(|((key, scope), text)| {
            let setting = SETTINGS.iter().find(|s| s.key == key)?;
            let mut entry =
                json!({ "key": key, "credential": scope.credential()?, "value": value_of(setting, text) });
            if let (Some(model), Some(members)) = (scope.model(), entry.as_object_mut()) {
                members.insert("model".to_owned(), model.into());
            }
            Some(entry)
        })
        .collect();
    if !overrides.is_empty() {
        members.insert(OVERRIDES, overrides.into());
    }
    let mut text = serde_json::to_string_pretty(&members).unwrap_or_default();
    text.push('\n');
    text
}

/// Whether a document is the same after it was written and read again; `None` where it cannot be read.
#[cfg(feature = "testkit")]
pub(crate) fn survives(text: &str) -> Option<bool> {
    let values = |document: Document| -> Values {
        document
            .values
            .into_iter()
            .filter_map(|((key, scope), text)| {
                let setting = SETTINGS.iter().find(|setting| setting.key == key)?;
                let checked = super::load::checked(setting.key, &scope, &text?).ok()?;
                Some(((key, scope), checked))
            })
            .collect()
    };
    let first = Document::read(text).ok()?;
    let (unknown, first) = (first.unknown.clone(), values(first));
    let again = Document::read(&write("1.0.0", &first, &unknown)).ok()?;
    let kept = again.unknown == unknown;
    let again = values(again);
    Some(kept && first.iter().all(|(key, value)| again.get(key) == Some(value)))
}

/// The same text for the same content, whoever formatted it.
pub(super) fn canonical(text: &str) -> Option<String> {
    fn sorted(value: Value) -> Value {
        match value {
            Value::Object(members) => {
                let members: BTreeMap<String, Value> =
                    members.into_iter().map(|(k, v)| (k, sorted(v))).collect();
                Value::Object(members.into_iter().collect())
            }
            Value::Array(entries) => Value::Array(entries.into_iter().map(sorted).collect()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
        }
    }
    serde_json::from_str(text).ok().map(|value: Value| sorted(value).to_string())
}

fn value_of(setting: &Setting, text: &str) -> Value {
    match setting.kind {
        Kind::Bool => (text == "true").into(),
        Kind::Integer { .. } => text.parse::<u32>().map_or_else(|_| text.into(), Value::from),
        Kind::List => text.split(',').filter(|e| !e.is_empty()).collect::<Vec<_>>().into(),
        Kind::Choice(_) | Kind::Text => text.into(),
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Bool(on) => Some(on.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(entries) => {
            let entries: Option<Vec<String>> =
                entries.iter().map(|e| text_of(e).filter(|t| !t.contains(','))).collect();
            entries.map(|list| list.join(","))
        }
        Value::Null | Value::Object(_) => None,
    }
}
