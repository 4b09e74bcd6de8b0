//! The one owner of the settings in force.

use super::document::{self, Values};
use super::shown::Shown;
use super::{Face, Scope, SettingsError};
use crate::secrets::VaultCell;
use crate::store::{Store, StoreError};
use domain::credential::CredentialId;
use domain::policy::exceptions::Exceptions;
use domain::policy::words::Language;
use domain::settings::{Choice as _, Origin, Resolved, Setting, Settings, resolve};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;

/// In `meta`: the document as it was last written, to tell what people changed in it since.
pub(super) const WRITTEN: &str = "settings_written";

/// Keeps the settings. Clones share them.
#[derive(Clone)]
pub struct SettingsKeeper {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub store: Store,
    pub face: Arc<dyn Face>,
    /// What environment and flags say, read once.
    pub said: Said,
    /// The system's locale, e.g. `zh_CN.UTF-8`.
    pub locale: Option<String>,
    /// Known once the key is found, which takes the settings.
    pub vault: RwLock<Option<VaultCell>>,
    pub shown: Shown<Settings, Held>,
}

/// What environment and flags say.
pub(super) type Said = BTreeMap<(Origin, &'static str), String>;

/// What was set, and what follows from it.
pub(super) struct Held {
    /// What the user set, checked.
    pub values: Values,
    /// Members of the file that this version does not know.
    pub unknown: Map<String, Value>,
    pub resolved: Resolved,
}

impl SettingsKeeper {
    /// The settings as they are.
    #[must_use]
    pub fn current(&self) -> Arc<Settings> {
        self.inner.shown.settings()
    }

    /// The language in force: the setting's, else the system's.
    #[must_use]
    pub fn language(&self) -> Language {
        Language::of(self.current().language.key(), self.inner.locale.as_deref())
    }

    /// Tells when a setting changes.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Arc<Settings>> {
        self.inner.shown.watch()
    }

    /// Gives the keeper the key, with which it keeps secret settings and which it moves when `key_storage`
    /// changes.
    pub fn bind(&self, vault: VaultCell) {
        *self.inner.vault.write().unwrap_or_else(PoisonError::into_inner) = Some(vault);
    }

    /// The value that one credential, or one model of it, has of its own: the model's before the credential's.
    /// `None` where only the value for everything holds.
    #[must_use]
    pub fn own_value(&self, key: &str, credential: &str, model: Option<&str>) -> Option<String> {
        let held = self.held();
        let get = |scope| held.values.get(&(key.to_owned(), scope)).cloned();
        let credential = credential.to_owned();
        model
            .and_then(|model| get(Scope::Model { credential: credential.clone(), model: model.to_owned() }))
            .or_else(|| get(Scope::Credential(credential)))
    }

    /// The floors that single credentials and models have of their own.
    #[must_use]
    pub fn floors(&self) -> Exceptions<u32> {
        self.exceptions("quota_protection_threshold", |text| text.parse().ok())
    }

    /// The credentials and models for which warmup is switched off, or on.
    #[must_use]
    pub fn warmup_switches(&self) -> Exceptions<bool> {
        self.exceptions("smart_warmup_enabled", |text| text.parse().ok())
    }

    fn exceptions<T: Copy>(&self, of: &str, read: impl Fn(&str) -> Option<T>) -> Exceptions<T> {
        let held = self.held();
        let own = held.values.iter().filter(|((key, _), _)| key == of).filter_map(|((_, scope), text)| {
            let credential = CredentialId::new(scope.credential()?);
            Some((credential, scope.model().map(str::to_owned), read(text)?))
        });
        Exceptions::new(own)
    }

    pub(super) fn held(&self) -> Arc<Held> {
        self.inner.shown.held()
    }

    pub(super) fn vault(&self) -> Option<VaultCell> {
        self.inner.vault.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Shows new values to everybody.
    pub(super) fn publish(&self, held: Held) {
        self.inner.shown.publish(held.resolved.settings.clone(), held);
    }

    /// Writes the file people may edit; the database holds the same already.
    pub(super) async fn write_face(
        &self,
        values: &Values,
        unknown: &Map<String, Value>,
    ) -> Result<(), SettingsError> {
        let text = document::write(crate::VERSION, values, unknown);
        let (face, content) = (Arc::clone(&self.inner.face), text.clone());
        let written = tokio::task::spawn_blocking(move || face.write(&content)).await;
        let failed =
            |error: String| StoreError::Failed(format!("settings.json could not be written: {error}"));
        written.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))?;
        Ok(self.inner.store.put_meta(WRITTEN, Some(&text)).await?)
    }
}

/// Settles the settings from what was set and what environment and flags say.
pub(super) fn settle(values: &Values, said: &Said) -> Resolved {
    resolve(crate::VERSION, |origin: Origin, setting: &Setting| match origin {
        Origin::Default => None,
        Origin::Settings => values.get(&(setting.key.to_owned(), Scope::Everywhere)).cloned(),
        Origin::Environment | Origin::Flag => said.get(&(origin, setting.key)).cloned(),
    })
}
