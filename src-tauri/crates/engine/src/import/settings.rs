//! Settings that came with another program's data: which of them mean something here.

use super::collect::{Found, What};
use crate::settings::{SettingsError, SettingsKeeper};
use crate::view::dto::{SettingRefused, SettingsImportReport};
use domain::policy::words::Language;
use domain::settings::find_by_any_name;
use serde_json::{Map, Value};

/// What sends requests over the user's logins takes the user's consent, which no file can give.
const NEED_CONSENT: [&str; 2] = ["smart_warmup_enabled", "proxy_enabled"];

/// The settings of everything that was found.
pub struct OtherSettings {
    members: Map<String, Value>,
    refused: Vec<SettingRefused>,
    language: Language,
}

/// The settings in `found`, if any; of two with one name the last counts.
#[must_use]
pub fn settings(found: &[Found], language: Language) -> Option<OtherSettings> {
    let mut members = Map::new();
    for file in found.iter().filter(|file| file.what == What::Settings) {
        if let Some(Value::Object(more)) =
            file.content.as_ref().ok().and_then(|bytes| serde_json::from_slice(bytes).ok())
        {
            members.extend(more);
        }
    }
    let mut refused = Vec::new();
    for key in NEED_CONSENT {
        if members.get(key).is_some_and(|value| *value != Value::Bool(false)) {
            members.remove(key);
            let reason = language.say(
                format!("it takes your consent: headroom settings set {key} true"),
                format!("需要你的同意：headroom settings set {key} true"),
            );
            refused.push(SettingRefused { key: key.to_owned(), reason });
        }
    }
    (!members.is_empty() || !refused.is_empty()).then_some(OtherSettings { members, refused, language })
}

impl OtherSettings {
    /// What [`OtherSettings::take`] would do, as far as names tell.
    #[must_use]
    pub fn foreseen(self) -> SettingsImportReport {
        let mut report = SettingsImportReport { applied: Vec::new(), refused: self.refused };
        for key in self.members.keys() {
            match find_by_any_name(key) {
                Some(setting) => report.applied.push(setting.key.to_owned()),
                None => report.refused.push(SettingRefused {
                    key: key.chars().take(100).collect(),
                    reason: self
                        .language
                        .say("there is no setting of this name", "没有这个名称的设置")
                        .to_owned(),
                }),
            }
        }
        report
    }

    /// Takes what has a name here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take(self, settings: &SettingsKeeper) -> Result<SettingsImportReport, SettingsError> {
        let mut report = SettingsImportReport { applied: Vec::new(), refused: Vec::new() };
        if !self.members.is_empty() {
            report = settings.import(&Value::Object(self.members).to_string()).await?;
        }
        report.refused.extend(self.refused);
        Ok(report)
    }
}
