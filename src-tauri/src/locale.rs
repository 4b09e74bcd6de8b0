//! The language of what this program says itself: the setting's, else the system's.

use engine::settings::Vars;
use engine::view::tray::Language;
use tauri::{AppHandle, Manager};

use crate::backend::Backend;

/// The system's locale, e.g. `zh_CN.UTF-8`.
pub(crate) struct Locale(Option<String>);

impl Locale {
    /// As the environment says; the most specific variable first.
    pub fn of(vars: &dyn Vars) -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(|name| vars.get(name));
        Self(set.into_iter().find(|value| !value.is_empty()))
    }

    /// What the setting `language` means here: `en`, `zh-CN` or `system`.
    pub fn language(&self, setting: &str) -> Language {
        Language::of(setting, self.0.as_deref())
    }
}

/// The language in force; the system's where no engine answers.
pub(crate) async fn language(app: &AppHandle) -> Language {
    let status = async { app.state::<Backend>().client().await?.status().await };
    let setting = status.await.map_or_else(|_| "system".to_owned(), |status| status.language);
    app.state::<Locale>().language(&setting)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(set: &[(&str, &str)]) -> Locale {
        let vars: Vec<(String, String)> =
            set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Locale::of(&vars)
    }

    #[test]
    fn the_setting_comes_before_the_system_and_an_empty_variable_says_nothing() {
        assert_eq!(locale(&[("LANG", "zh_CN.UTF-8")]).language("system"), Language::Chinese);
        assert_eq!(locale(&[("LANG", "zh_CN.UTF-8")]).language("en"), Language::English);
        assert_eq!(locale(&[("LC_ALL", ""), ("LANG", "zh_CN")]).language("system"), Language::Chinese);
        assert_eq!(locale(&[("LC_ALL", "C"), ("LANG", "zh_CN")]).language("system"), Language::English);
        assert_eq!(locale(&[]).language("zh-CN"), Language::Chinese);
    }
}
