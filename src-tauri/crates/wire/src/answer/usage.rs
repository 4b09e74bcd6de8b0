//! Counts of tokens.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Counts of tokens as the upstream gives them; what it leaves out is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Usage {
    /// Of the request, those from a cache included.
    #[serde(rename = "promptTokenCount", deserialize_with = "count")]
    pub prompt: u64,
    /// Of the answer. Claude's thoughts are in it.
    #[serde(rename = "candidatesTokenCount", deserialize_with = "count")]
    pub answer: u64,
    /// Of Gemini's thoughts.
    #[serde(rename = "thoughtsTokenCount", deserialize_with = "count")]
    pub thoughts: u64,
    /// Of the request, from a cache.
    #[serde(rename = "cachedContentTokenCount", deserialize_with = "count")]
    pub cached: u64,
    /// Of what the service's own tools added to the request.
    #[serde(rename = "toolUsePromptTokenCount", deserialize_with = "count")]
    pub tool_use: u64,
    /// Of all, as the upstream says.
    #[serde(rename = "totalTokenCount", deserialize_with = "count")]
    pub total: u64,
}

impl Usage {
    /// Whether nothing was counted at all.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    /// All that went in.
    pub(crate) fn input(&self) -> u64 {
        self.prompt.saturating_add(self.tool_use)
    }

    /// All that came out.
    pub(crate) fn output(&self) -> u64 {
        self.answer.saturating_add(self.thoughts)
    }
}

/// A count; a text of digits counts too, and anything else is nothing.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    struct Visit;
    impl<'de> Visitor<'de> for Visit {
        type Value = u64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a count")
        }

        fn visit_u64<E>(self, count: u64) -> Result<u64, E> {
            Ok(count)
        }

        fn visit_i64<E>(self, count: i64) -> Result<u64, E> {
            Ok(u64::try_from(count).unwrap_or(0))
        }

        fn visit_f64<E>(self, _: f64) -> Result<u64, E> {
            Ok(0)
        }

        fn visit_bool<E>(self, _: bool) -> Result<u64, E> {
            Ok(0)
        }

        fn visit_str<E>(self, text: &str) -> Result<u64, E> {
            Ok(text.parse().unwrap_or(0))
        }

        fn visit_unit<E>(self) -> Result<u64, E> {
            Ok(0)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<u64, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(0)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<u64, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(0)
        }
    }
    deserializer.deserialize_any(Visit)
}
