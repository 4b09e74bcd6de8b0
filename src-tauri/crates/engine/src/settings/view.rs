//! What readers see of the settings.

use super::change::{defaults, own_values, row, secret_of};
use super::document;
use super::{SettingsError, SettingsKeeper};
use crate::view::dto::{SettingOverride, SettingView, SettingsText};
use domain::settings::{Kind, Origin, SECRETS, SETTINGS, Setting};

impl SettingsKeeper {
    /// Every setting with its value and where that comes from. Of a secret only whether it is set.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list(&self) -> Result<Vec<SettingView>, SettingsError> {
        let mut views = Vec::with_capacity(SETTINGS.len() + SECRETS.len());
        for setting in SETTINGS.iter().chain(SECRETS) {
            views.push(self.view(setting).await?);
        }
        Ok(views)
    }

    /// One setting.
    ///
    /// # Errors
    /// When there is no such setting, or the database cannot be read.
    pub async fn get(&self, key: &str) -> Result<SettingView, SettingsError> {
        self.view(row(key)?).await
    }

    /// The settings as a document to keep, without secrets.
    #[must_use]
    pub fn export(&self) -> SettingsText {
        let held = self.held();
        SettingsText { text: document::write(crate::VERSION, &held.values, &serde_json::Map::new()) }
    }

    async fn view(&self, setting: &'static Setting) -> Result<SettingView, SettingsError> {
        let held = self.held();
        let is_set = match secret_of(setting.key) {
            Some((owner, name)) if setting.secret => {
                self.inner.store.secrets(&owner).await?.iter().any(|(found, _)| *found == name)
            }
            Some(_) | None => held.resolved.origin(setting.key) != Origin::Default,
        };
        let origin = match (setting.secret, is_set) {
            (true, true) => Origin::Settings,
            (true, false) => Origin::Default,
            (false, _) => held.resolved.origin(setting.key),
        };
        let form = Form::of(setting.kind);
        Ok(SettingView {
            key: setting.key.to_owned(),
            value: held.resolved.settings.text(setting.key),
            default: defaults().text(setting.key).unwrap_or_default(),
            source: origin.key().to_owned(),
            environment_variable: setting.env.map(str::to_owned),
            kind: form.kind.to_owned(),
            min: form.min,
            max: form.max,
            unit: form.unit.map(str::to_owned),
            choices: form.choices.iter().map(|c| (*c).to_owned()).collect(),
            secret: setting.secret,
            is_set,
            help: setting.help.to_owned(),
            overrides: own_values(&held.values, setting.key)
                .filter_map(|(scope, value)| {
                    Some(SettingOverride {
                        credential: scope.credential()?.to_owned(),
                        model: scope.model().map(str::to_owned),
                        value: value.clone(),
                    })
                })
                .collect(),
        })
    }
}

/// A setting's form in a reader's words.
struct Form {
    kind: &'static str,
    min: Option<f64>,
    max: Option<f64>,
    unit: Option<&'static str>,
    choices: &'static [&'static str],
}

impl Form {
    fn of(kind: Kind) -> Self {
        let plain = |kind| Self { kind, min: None, max: None, unit: None, choices: &[] };
        match kind {
            Kind::Bool => plain("bool"),
            Kind::Integer { min, max, unit } => {
                Self { min: Some(min.into()), max: Some(max.into()), unit: Some(unit), ..plain("integer") }
            }
            Kind::Choice(choices) => Self { choices, ..plain("choice") },
            Kind::List => plain("list"),
            Kind::Text => plain("text"),
        }
    }
}
