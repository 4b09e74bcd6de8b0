//! Changing settings: checked first, durable second, in force and in the file last.

use super::document::{Document, Values};
use super::keeper::{Held, settle};
use super::load::{Changes, apply, checked, holds_already, plain, withhold};
use super::{Scope, SettingsError, SettingsKeeper, lines};
use crate::secrets::{SecretError, SecretName};
use crate::view::dto::{SettingRefused, SettingView, SettingsImportReport};
use domain::settings::address::BadAddress;
use domain::settings::{IGNORED, KeyStorage, Refused, Setting, Settings, Why, find, find_by_any_name};
use secrecy::SecretString;

/// Far more than a document of settings needs.
const LONGEST_IMPORT: usize = 1024 * 1024;
const LONGEST_SECRET: usize = 1024;

impl SettingsKeeper {
    /// Changes a setting. It holds when this returns, unless the environment or a flag overrules it.
    ///
    /// # Errors
    /// When the value is not one, there is no key for a secret, or the database fails; the old value stays.
    pub async fn set(&self, key: &str, scope: &Scope, value: &str) -> Result<SettingView, SettingsError> {
        self.change(key, scope, Some(value)).await
    }

    /// Goes back to the default (or, for a credential, to the value for everything).
    ///
    /// # Errors
    /// When there is no such setting or the database fails.
    pub async fn reset(&self, key: &str, scope: &Scope) -> Result<SettingView, SettingsError> {
        self.change(key, scope, None).await
    }

    async fn change(
        &self,
        key: &str,
        scope: &Scope,
        value: Option<&str>,
    ) -> Result<SettingView, SettingsError> {
        {
            let _one_at_a_time = self.inner.shown.turn().await;
            let setting = row(key)?;
            if *scope != Scope::Everywhere && !setting.per_credential {
                return Err(Refused::NotPerCredential(setting.key).into());
            }
            if setting.secret {
                self.keep_secret(setting, value).await?;
            } else {
                let value = value.map(|text| checked(setting.key, scope, text)).transpose()?;
                self.keep(vec![(setting.key.to_owned(), scope.clone(), value)]).await?;
            }
        }
        self.get(key).await
    }

    /// Takes settings from a JSON document or the lines of a `.env` file. Each value is taken or refused on its
    /// own. What makes the program less safe is refused here: it takes the user's own word.
    ///
    /// # Errors
    /// When the text is neither, or the database fails; then nothing is taken.
    pub async fn import(&self, text: &str) -> Result<SettingsImportReport, SettingsError> {
        if text.len() > LONGEST_IMPORT {
            return Err(SettingsError::NotADocument("it is larger than 1 MiB".to_owned()));
        }
        let _one_at_a_time = self.inner.shown.turn().await;
        let mut report = SettingsImportReport { applied: Vec::new(), refused: Vec::new() };
        let refuse = |report: &mut SettingsImportReport, key: &str, reason: String| {
            report.refused.push(SettingRefused { key: key.chars().take(100).collect(), reason });
        };
        let held = self.held();
        let mut changes = Changes::new();
        for (name, scope, value) in said_in(text)? {
            if let Some(ignored) = IGNORED.iter().find(|i| i.key == name || i.env == name) {
                refuse(&mut report, &name, ignored.why.to_owned());
                continue;
            }
            let Some(setting) = find_by_any_name(&name) else {
                refuse(&mut report, &name, "there is no setting of this name".to_owned());
                continue;
            };
            let Some(value) = value else {
                refuse(&mut report, &name, "this is no NAME=VALUE, or no value of a setting".to_owned());
                continue;
            };
            if setting.secret {
                match self.keep_secret(setting, Some(&value)).await {
                    Ok(()) => report.applied.push(setting.key.to_owned()),
                    Err(error) => refuse(&mut report, setting.key, error.to_string()),
                }
                continue;
            }
            match checked(setting.key, &scope, &value) {
                Ok(value) => changes.push((setting.key.to_owned(), scope, Some(value))),
                Err(why) => refuse(&mut report, setting.key, why.to_string()),
            }
        }
        changes.retain(|(key, scope, value)| {
            let same = value
                .as_deref()
                .is_some_and(|v| holds_already(&held.values, &(key.clone(), scope.clone()), v));
            if same {
                report.applied.push(key.clone());
            }
            !same
        });
        for key in withhold(&held.values, &mut changes) {
            let reason = format!(
                "it makes the program less safe; if you want it, set it yourself: headroom settings set {key} VALUE"
            );
            refuse(&mut report, key, reason);
        }
        // Moving the key can fail for reasons of its own: not in one go with others.
        changes.retain(|(key, _, _)| {
            let moves = key == "key_storage";
            if moves {
                refuse(
                    &mut report,
                    key,
                    "set it by itself: headroom settings set key_storage VALUE".to_owned(),
                );
            }
            !moves
        });
        report.applied.extend(changes.iter().map(|(key, _, _)| key.clone()));
        if !changes.is_empty() {
            self.keep(changes).await?;
        }
        report.applied.sort();
        report.applied.dedup();
        Ok(report)
    }

    /// Stores checked changes, then lets them hold, then writes the file.
    async fn keep(&self, changes: Changes) -> Result<(), SettingsError> {
        let before = self.held();
        let mut values = before.values.clone();
        apply(&mut values, changes.clone());
        let resolved = settle(&values, &self.inner.said);
        if changes.iter().any(|(key, _, value)| key == "proxy_listen" && value.is_some())
            && !plain(&values).listen_is_allowed()
        {
            let given =
                values.get(&("proxy_listen".to_owned(), Scope::Everywhere)).cloned().unwrap_or_default();
            let why = Why::Address(BadAddress::Lan);
            return Err(Refused::Value { key: "proxy_listen", given, why }.into());
        }
        let place = resolved.settings.key_storage;
        let moved = self.move_key(before.resolved.settings.key_storage, place).await?;
        self.inner.store.put_settings(changes).await?;
        let unknown = before.unknown.clone();
        self.publish(Held { values: values.clone(), unknown: unknown.clone(), resolved });
        if moved
            && let Some(vault) = self.vault()
            && let Err(error) = vault.forget_elsewhere().await
        {
            tracing::warn!(%error, "The key is in its new place, and still in the old one too");
        }
        if let Err(error) = self.write_face(&values, &unknown).await {
            // The database has it; the file is put right at the next start.
            tracing::warn!(%error, "The settings file could not be written");
        }
        Ok(())
    }

    async fn move_key(&self, from: KeyStorage, to: KeyStorage) -> Result<bool, SettingsError> {
        match self.vault() {
            Some(vault) if from != to => {
                vault.move_to(to).await?;
                Ok(true)
            }
            Some(_) | None => Ok(false),
        }
    }

    /// Encrypts a secret setting, or with an empty value forgets it.
    async fn keep_secret(&self, setting: &Setting, value: Option<&str>) -> Result<(), SettingsError> {
        let Some((owner, name)) = secret_of(setting.key) else {
            return Err(Refused::Secret(setting.key).into());
        };
        let value = value.map(str::trim).filter(|v| !v.is_empty());
        let Some(value) = value else { return Ok(self.inner.store.delete_secret(&owner, name).await?) };
        if value.len() > LONGEST_SECRET || !value.bytes().all(|b| b.is_ascii_graphic()) {
            // The value itself must not come back in the message.
            return Err(Refused::Value { key: setting.key, given: "…".to_owned(), why: Why::NotPlain }.into());
        }
        let vault = self.vault().ok_or_else(|| SecretError::NoKey("the key is not there yet".to_owned()))?;
        let sealed = vault.seal_all(&owner, &[(name, SecretString::from(value))])?;
        Ok(self.inner.store.put_secrets(&owner, sealed).await?)
    }
}

/// The row of a setting that may be changed.
pub(super) fn row(key: &str) -> Result<&'static Setting, SettingsError> {
    if let Some(ignored) = IGNORED.iter().find(|i| i.key == key) {
        return Err(SettingsError::NoEffect(ignored.why));
    }
    find(key).ok_or_else(|| Refused::Unknown(key.chars().take(60).collect()).into())
}

/// Where a secret setting is kept: with the provider that it belongs to.
pub(super) fn secret_of(key: &str) -> Option<(String, SecretName)> {
    let (name, provider) = match key.strip_prefix("oauth_client_id_") {
        Some(provider) => (SecretName::ClientId, provider),
        None => (SecretName::ClientSecret, key.strip_prefix("oauth_client_secret_")?),
    };
    Some((crate::upstream::provider_owner(provider.parse().ok()?), name))
}

type Saying = (String, Scope, Option<String>);

/// What a text says, whichever of the two forms it has.
fn said_in(text: &str) -> Result<Vec<Saying>, SettingsError> {
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        let document = Document::read(text).map_err(SettingsError::NotADocument)?;
        let known = document.values.into_iter().map(|((key, scope), value)| (key, scope, value));
        let secrets: Vec<Saying> = secrets_in(text, &document.secrets);
        let unknown = document.unknown.into_iter().map(|(key, _)| (key, Scope::Everywhere, None));
        return Ok(known.chain(secrets).chain(unknown).collect());
    }
    let lines = lines::read(text);
    if lines.is_empty() {
        return Err(SettingsError::NotADocument("there is nothing in it".to_owned()));
    }
    Ok(lines.into_iter().map(|line| (line.name, Scope::Everywhere, line.value)).collect())
}

fn secrets_in(text: &str, keys: &[&str]) -> Vec<Saying> {
    let parsed: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let value = |key: &str| parsed.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
    keys.iter().map(|key| ((*key).to_owned(), Scope::Everywhere, value(key))).collect()
}

/// The defaults of this version.
pub(super) fn defaults() -> Settings {
    Settings::defaults(crate::VERSION)
}

/// Everything that was set for single credentials.
pub(super) fn own_values<'a>(
    values: &'a Values,
    key: &'a str,
) -> impl Iterator<Item = (&'a Scope, &'a String)> {
    values
        .iter()
        .filter(move |((k, scope), _)| k == key && *scope != Scope::Everywhere)
        .map(|((_, scope), v)| (scope, v))
}
