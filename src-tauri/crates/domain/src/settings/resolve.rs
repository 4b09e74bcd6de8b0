//! Which of several sources decides: flag, environment, settings, default.

use super::rule::Why;
use super::{Refused, SETTINGS, Setting, Settings, address};
use std::collections::BTreeMap;

/// Where a value comes from. A later one overrules an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The user's settings.
    Settings,
    /// An environment variable.
    Environment,
    /// A command-line flag.
    Flag,
}

impl Origin {
    /// The sources that may say something, the strongest first.
    const STRONGEST_FIRST: [Self; 3] = [Self::Flag, Self::Environment, Self::Settings];

    /// The word in JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Settings => "settings",
            Self::Environment => "environment",
            Self::Flag => "flag",
        }
    }
}

/// The settings in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The values.
    pub settings: Settings,
    /// Where each comes from; a setting that is missing here has its default.
    origins: BTreeMap<&'static str, Origin>,
    /// What was said but is not taken.
    pub refused: Vec<(Origin, Refused)>,
}

impl Resolved {
    /// Where a setting's value comes from.
    #[must_use]
    pub fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).copied().unwrap_or(Origin::Default)
    }
}

/// Settles every setting: the strongest source with a usable value decides. What is not usable is reported and
/// the next source is asked, so that a typing error never takes the program down.
pub fn resolve(version: &str, said: impl Fn(Origin, &Setting) -> Option<String>) -> Resolved {
    let mut settings = Settings::defaults(version);
    let mut origins = BTreeMap::new();
    let mut refused = Vec::new();
    for setting in SETTINGS {
        for origin in Origin::STRONGEST_FIRST {
            let Some(text) = said(origin, setting) else { continue };
            match settings.set(setting.key, &text) {
                Ok(()) => {
                    origins.insert(setting.key, origin);
                    break;
                }
                Err(why) => refused.push((origin, why)),
            }
        }
    }
    if !settings.listen_is_allowed() {
        let origin = origins.remove("proxy_listen").unwrap_or(Origin::Default);
        let given = settings.proxy_listen.to_string();
        refused
            .push((origin, Refused::value("proxy_listen", &given, Why::Address(address::BadAddress::Lan))));
        settings.proxy_listen = Settings::defaults(version).proxy_listen;
    }
    Resolved { settings, origins, refused }
}
