//! The forms of other programs' files: values are put in and taken out, everything else stays as it is written.

mod env;
mod json;
mod toml;

use super::Entry;
use domain::policy::words::Spoken;
use serde_json::Value;

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON; comments and commas at the end are let pass.
    Json,
    /// TOML.
    Toml,
    /// Lines of `NAME=value`.
    Env,
}

/// Why a file cannot be edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is not of its form.
    #[error("is not valid {form}: {why}")]
    Broken {
        /// The form's name.
        form: &'static str,
        /// What is wrong, and where.
        why: String,
    },
    /// Where a group of values belongs there is something else.
    #[error("has something else than a group of values at {0}")]
    NoGroup(String),
}

impl Spoken for Unfit {
    fn in_chinese(&self) -> String {
        match self {
            Self::Broken { form, why } => format!("不是有效的 {form}：{why}"),
            Self::NoGroup(at) => format!("在 {at} 处不是一组值"),
        }
    }
}

impl Format {
    /// Every form.
    const ALL: [Self; 3] = [Self::Json, Self::Toml, Self::Env];

    /// A word for it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Toml => "toml",
            Self::Env => "env",
        }
    }

    /// The form of a word.
    #[must_use]
    pub fn from_key(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.key() == word)
    }

    /// The text with the entries put in. An empty text is a file that is not there.
    ///
    /// # Errors
    /// When the text is not of the form, or holds something else where a group of values belongs.
    pub fn apply(self, text: &str, entries: &[Entry]) -> Result<String, Unfit> {
        let mut text = text.to_owned();
        for entry in entries {
            text = self.set(&text, &entry.at, &entry.value)?;
        }
        Ok(text)
    }

    /// The text with what `original` held at these places, and without the groups that it did not have.
    ///
    /// # Errors
    /// As [`Format::apply`].
    pub fn revert(self, text: &str, original: &str, places: &[Vec<String>]) -> Result<String, Unfit> {
        let mut text = text.to_owned();
        for at in places.iter().rev() {
            if let Some(value) = self.get(original, at) {
                text = self.set(&text, at, &value)?;
                continue;
            }
            text = self.remove(&text, at)?;
            for depth in (1..at.len()).rev() {
                let group = &at[..depth];
                if self.get(original, group).is_some() || !self.is_empty_group(&text, group) {
                    break;
                }
                text = self.remove(&text, group)?;
            }
        }
        Ok(text)
    }

    /// The value at a place.
    #[must_use]
    pub fn get(self, text: &str, at: &[String]) -> Option<Value> {
        match self {
            Self::Json => json::get(text, at),
            Self::Toml => toml::get(text, at),
            Self::Env => env::get(text, at),
        }
    }

    fn set(self, text: &str, at: &[String], value: &Value) -> Result<String, Unfit> {
        match self {
            Self::Json => json::set(text, at, value),
            Self::Toml => toml::set(text, at, value),
            Self::Env => Ok(env::set(text, at, value)),
        }
    }

    fn remove(self, text: &str, at: &[String]) -> Result<String, Unfit> {
        match self {
            Self::Json => json::remove(text, at),
            Self::Toml => toml::remove(text, at),
            Self::Env => Ok(env::remove(text, at)),
        }
    }

    fn is_empty_group(self, text: &str, at: &[String]) -> bool {
        self.get(text, at).as_ref().and_then(Value::as_object).is_some_and(serde_json::Map::is_empty)
    }
}
