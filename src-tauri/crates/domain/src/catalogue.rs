//! Which model draws on which pool. The one place that knows it.
//!
//! Source: `retrieveUserQuotaSummary` and the provider fields of `fetchAvailableModels`, as published by
//! several independent clients in summer 2026. Data that contradicts it is shown by the views, never
//! silently followed.

use std::fmt;

/// Models that share one quota pool of the service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// "Gemini Models": buckets `gemini-5h` and `gemini-weekly`.
    Gemini,
    /// "Claude and GPT models": buckets `3p-5h` and `3p-weekly`.
    ThirdParty,
    /// A group the service sends that this version does not know; the name is the service's own.
    Other(String),
}

impl Group {
    /// A stable key for storage and JSON: `gemini`, `3p`, or the service's own name.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Gemini => "gemini",
            Self::ThirdParty => "3p",
            Self::Other(name) => name,
        }
    }

    /// The inverse of [`Group::key`].
    #[must_use]
    pub fn from_key(key: &str) -> Self {
        match key {
            "gemini" => Self::Gemini,
            "3p" => Self::ThirdParty,
            other => Self::Other(other.to_owned()),
        }
    }

    /// What people call it in passing.
    #[must_use]
    pub fn brief(&self) -> &str {
        match self {
            Self::ThirdParty => "Claude",
            Self::Gemini | Self::Other(_) => self.title(),
        }
    }

    /// What people read: "Gemini", "Claude and GPT", or the service's own name.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Gemini => "Gemini",
            Self::ThirdParty => "Claude and GPT",
            Self::Other(name) => name,
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// Who made a model, as the model list says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// `MODEL_PROVIDER_GOOGLE` and the Google API providers.
    Google,
    /// `MODEL_PROVIDER_ANTHROPIC`.
    Anthropic,
    /// `MODEL_PROVIDER_OPENAI`.
    OpenAi,
}

/// The pool a model draws on, from its maker where the service names one, else from its id.
/// `None` where neither says: such a model has no group and only its own numbers count.
#[must_use]
pub fn group_of_model(id: &str, maker: Option<Maker>) -> Option<Group> {
    match maker {
        Some(Maker::Google) => return Some(Group::Gemini),
        Some(Maker::Anthropic | Maker::OpenAi) => return Some(Group::ThirdParty),
        None => {}
    }
    if id.starts_with("gemini") {
        Some(Group::Gemini)
    } else if id.starts_with("claude") || id.starts_with("gpt") {
        Some(Group::ThirdParty)
    } else {
        None
    }
}

/// The group and window kind of a bucket id this version knows; matched exactly.
#[must_use]
pub fn group_of_bucket(bucket_id: &str) -> Option<Group> {
    match bucket_id {
        "gemini-5h" | "gemini-weekly" => Some(Group::Gemini),
        "3p-5h" | "3p-weekly" => Some(Group::ThirdParty),
        _ => None,
    }
}

/// Whether a model is the service's own plumbing, which no person picks.
#[must_use]
pub fn is_hidden(id: &str, internal: bool) -> bool {
    internal || id.starts_with("tab_") || id.starts_with("chat_") || id.starts_with("models/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_maker_decides_before_the_id() {
        check("gemini-3-flash", None, Some(Group::Gemini));
        check("claude-sonnet-4-6", None, Some(Group::ThirdParty));
        check("gpt-oss-120b-medium", None, Some(Group::ThirdParty));
        check("gemini-but-not", Some(Maker::Anthropic), Some(Group::ThirdParty));
        check("mystery", Some(Maker::Google), Some(Group::Gemini));
        check("mystery", None, None);
    }

    #[test]
    fn bucket_ids_match_exactly() {
        assert_eq!(group_of_bucket("3p-weekly"), Some(Group::ThirdParty));
        assert_eq!(group_of_bucket("3P-weekly"), None);
        assert_eq!(group_of_bucket("gemini-30d"), None);
    }

    #[test]
    fn keys_come_back_as_their_groups() {
        for group in [Group::Gemini, Group::ThirdParty, Group::Other("All Models".into())] {
            assert_eq!(Group::from_key(group.key()), group);
        }
    }

    #[track_caller]
    fn check(id: &str, maker: Option<Maker>, expected: Option<Group>) {
        assert_eq!(group_of_model(id, maker), expected, "{id}");
    }
}
