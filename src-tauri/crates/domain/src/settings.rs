//! Every setting there is: its form, its range, its default, and which of several sources decides.
//!
//! Pure: the environment, the store and the file that people edit belong to `engine::settings`.

pub mod address;
mod alias;
mod choice;
mod day_time;
mod hours;
mod resolve;
mod rule;
mod table;

pub use alias::{Alias, BadAlias};
pub use choice::{Choice, Floor, KeyStorage, Language, Routing, Theme};
pub use day_time::{BadDayTime, DayTime};
pub use hours::{BadHours, Hours};
pub use resolve::{Origin, Resolved, resolve};
pub use rule::{Kind, Why};
pub use table::{SECRETS, SETTINGS, Settings};

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The name.
    pub key: &'static str,
    /// The environment variable that overrides it.
    pub env: Option<&'static str>,
    /// What kind of value it takes.
    pub kind: Kind,
    /// What it does and what follows from it, in one sentence.
    pub help: &'static str,
    /// Whether single credentials, and models of them, may have a value of their own.
    pub per_credential: bool,
    /// Write-only and kept encrypted; it has no field in [`Settings`].
    pub secret: bool,
}

/// A name that other versions of such programs know: accepted, without effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ignored {
    /// The name.
    pub key: &'static str,
    /// The environment variable.
    pub env: &'static str,
    /// Why it has no effect.
    pub why: &'static str,
}

/// Names that are accepted without effect.
pub const IGNORED: &[Ignored] = &[Ignored {
    key: "smart_warmup_max_concurrent",
    env: "SMART_WARMUP_MAX_CONCURRENT",
    why: "SMART_WARMUP_MAX_CONCURRENT is accepted but has no effect: warmups are sent one at a time",
}];

/// The row of a setting, secrets included.
#[must_use]
pub fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().chain(SECRETS).find(|s| s.key == key)
}

/// The row of a setting by its name or its environment variable, as a `.env` file has it.
#[must_use]
pub fn find_by_any_name(name: &str) -> Option<&'static Setting> {
    find(name).or_else(|| SETTINGS.iter().find(|s| s.env == Some(name)))
}

/// A value that is not taken; the old one stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No such name.
    #[error("there is no setting {0:?}; `headroom settings list` shows all")]
    Unknown(String),
    /// Secrets have no readable value.
    #[error("{0} is write-only")]
    Secret(&'static str),
    /// The value is not of the form, or out of range.
    #[error("{key} {why}, not {given:?}")]
    Value {
        /// The setting.
        key: &'static str,
        /// What was given, shortened.
        given: String,
        /// What is wrong with it.
        why: Why,
    },
    /// One value for everything is all this setting has.
    #[error("{0} has one value for everything; leave out credential and model")]
    NotPerCredential(&'static str),
}

impl Refused {
    fn value(key: &'static str, given: &str, why: Why) -> Self {
        const SHOWN: usize = 60;
        Self::Value { key, given: given.chars().take(SHOWN).collect(), why }
    }
}

impl Settings {
    /// Puts a text in as the value of `key`.
    ///
    /// # Errors
    /// Where it is not of the form or out of range, with what would be; nothing is changed then.
    pub fn set(&mut self, key: &str, text: &str) -> Result<(), Refused> {
        let setting = find(key).ok_or_else(|| Refused::Unknown(key.chars().take(60).collect()))?;
        match self.put(setting.key, text) {
            None => Err(Refused::Secret(setting.key)),
            Some(Err(why)) => Err(Refused::value(setting.key, text, why)),
            Some(Ok(())) => Ok(()),
        }
    }

    /// The text in its normal form, had it been set.
    ///
    /// # Errors
    /// As [`Settings::set`].
    pub fn normal(&self, key: &str, text: &str) -> Result<String, Refused> {
        let mut tried = self.clone();
        tried.set(key, text)?;
        Ok(tried.text(key).unwrap_or_default())
    }

    /// Whether `proxy_listen` may stand: on loopback, or with the network allowed and its names given.
    #[must_use]
    pub fn listen_is_allowed(&self) -> bool {
        self.proxy_listen.ip().is_loopback() || (self.proxy_allow_lan && !self.proxy_hosts.is_empty())
    }

    /// The settings that make `after` less safe than `self`: what opens a door wider takes the user's word, not
    /// an edited file.
    #[must_use]
    pub fn lowered_by(&self, after: &Self) -> Vec<&'static str> {
        let plain = |urls: &[String], known: &[String]| {
            urls.iter().any(|u| address::is_plain_http(u) && !known.contains(u))
        };
        let one =
            |url: &String, known: &String| plain(std::slice::from_ref(url), std::slice::from_ref(known));
        let checks = [
            ("proxy_allow_lan", after.proxy_allow_lan && !self.proxy_allow_lan),
            ("proxy_hosts", after.proxy_hosts.iter().any(|host| !self.proxy_hosts.contains(host))),
            (
                "proxy_listen",
                after.proxy_listen != self.proxy_listen && !after.proxy_listen.ip().is_loopback(),
            ),
            ("proxy_origins", after.proxy_origins.iter().any(|page| !self.proxy_origins.contains(page))),
            ("proxy_log_prompts", after.proxy_log_prompts && !self.proxy_log_prompts),
            ("agy_command", after.agy_command.is_some() && after.agy_command != self.agy_command),
            ("hook_command", after.hook_command.is_some() && after.hook_command != self.hook_command),
            ("metrics_enabled", after.metrics_enabled && !self.metrics_enabled),
            ("key_storage", after.key_storage == KeyStorage::File && self.key_storage != KeyStorage::File),
            ("upstream_urls", plain(&after.upstream_urls, &self.upstream_urls)),
            ("gemini_cli_urls", plain(&after.gemini_cli_urls, &self.gemini_cli_urls)),
            ("api_key_url", one(&after.api_key_url, &self.api_key_url)),
            ("oauth_token_url", one(&after.oauth_token_url, &self.oauth_token_url)),
            ("oauth_userinfo_url", one(&after.oauth_userinfo_url, &self.oauth_userinfo_url)),
            ("oauth_authorize_url", one(&after.oauth_authorize_url, &self.oauth_authorize_url)),
        ];
        checks.into_iter().filter_map(|(key, lowers)| lowers.then_some(key)).collect()
    }
}

#[cfg(test)]
mod tests;
