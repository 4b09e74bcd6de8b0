//! What can go wrong with settings, in words.

use crate::secrets::{KeyError, SecretError};
use crate::store::StoreError;
use domain::settings::{Origin, Refused};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Why a setting was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The value or the name is not one.
    #[error("{0}; the old value stays")]
    Refused(#[from] Refused),
    /// The name is accepted and does nothing.
    #[error("{0}")]
    NoEffect(&'static str),
    /// The text is no document of settings.
    #[error("this is no JSON object and no lines of NAME=VALUE ({0})")]
    NotADocument(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret could not be encrypted.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The key could not be moved.
    #[error("the key stays where it is: {0}")]
    Key(#[from] KeyError),
}

/// Something about the settings that the user should know. None of it stops the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingsProblem {
    /// A value is not taken; a weaker source or the default decides.
    Refused {
        /// Who said it.
        origin: Origin,
        /// Why it is not taken.
        why: Refused,
    },
    /// A member of the edited file has a form that no setting has.
    Form(String),
    /// The edited file names something this version does not know.
    Unknown(String),
    /// The edited file opens a door wider; that takes the user's own word.
    Withheld(&'static str),
    /// The edited file holds a secret; it was not taken, and is no longer in there.
    SecretInFile(&'static str),
    /// The file could not be read and was written anew.
    Unreadable {
        /// What is wrong with it.
        why: String,
        /// Where it is kept.
        kept: Option<PathBuf>,
    },
    /// The file could not be written; the settings hold all the same.
    Unwritten(String),
    /// A name is accepted without effect.
    NoEffect(&'static str),
}

impl SettingsProblem {
    /// A stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused { .. } | Self::Form(_) => "setting_refused",
            Self::Unknown(_) => "setting_unknown",
            Self::Withheld(_) => "setting_withheld",
            Self::SecretInFile(_) => "secret_in_settings",
            Self::Unreadable { .. } => "settings_unreadable",
            Self::Unwritten(_) => "settings_unwritten",
            Self::NoEffect(_) => "setting_no_effect",
        }
    }

    /// What, why, and what to do.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Refused { origin: Origin::Environment, why } => {
                format!("In the environment, {why}. It is not used.")
            }
            Self::Refused { origin: Origin::Flag, why } => {
                format!("On the command line, {why}. It is not used.")
            }
            Self::Refused { origin: Origin::Settings | Origin::Default, why } => {
                format!("{why}. It is not used.")
            }
            Self::Form(key) => format!(
                "In settings.json, {key} is neither a text nor a number, a switch or a list. It is not used."
            ),
            Self::Unknown(key) => format!("In settings.json, {key} is no setting. It has no effect."),
            Self::Withheld(key) => format!(
                "settings.json was edited so that {key} makes the program less safe. The old value stays; if you want it, set it yourself: headroom settings set {key} VALUE"
            ),
            Self::SecretInFile(key) => format!(
                "settings.json held {key} in clear. It was not taken and no longer stands there; set it with: headroom settings set {key} VALUE"
            ),
            Self::Unreadable { why, kept: Some(kept) } => format!(
                "settings.json could not be read ({why}). Your settings hold as they were; the file was written anew, the old one is kept as {}.",
                kept.display()
            ),
            Self::Unreadable { why, kept: None } => format!(
                "settings.json could not be read ({why}). Your settings hold as they were; the file was written anew."
            ),
            Self::Unwritten(why) => format!(
                "settings.json could not be written ({why}). The settings are stored and hold; see to the access rights of the data directory."
            ),
            Self::NoEffect(why) => format!("{why}."),
        }
    }
}

impl std::fmt::Display for SettingsProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message())
    }
}

/// The problems by code, each code once, with its messages in one text.
#[must_use]
pub fn summary(problems: &[SettingsProblem]) -> Vec<(&'static str, String)> {
    let mut by_code: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for problem in problems {
        by_code.entry(problem.code()).or_default().push(problem.message());
    }
    by_code.into_iter().map(|(code, messages)| (code, messages.join(" "))).collect()
}
