//! Which models there are, who makes them and which quota they share.
//!
//! The Antigravity list is the one of `bodies/catalogue.json` (ids of Aug/Sept 2026, `upstream-api` §4.5); Gemini CLI
//! has no list call, so its ids are a table here. What an account sees of the list is `models`' business.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A quota group, by the prefix its bucket ids carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Group {
    /// Google's own models.
    #[serde(rename = "gemini")]
    Gemini,
    /// Claude and GPT models.
    #[serde(rename = "3p")]
    ThirdParty,
}

impl Group {
    /// Both groups in the order the upstream lists them.
    pub const ALL: [Group; 2] = [Group::Gemini, Group::ThirdParty];

    /// The prefix of its bucket ids: `gemini`, `3p`.
    pub fn prefix(self) -> &'static str {
        match self {
            Group::Gemini => "gemini",
            Group::ThirdParty => "3p",
        }
    }

    pub(crate) fn display_name(self) -> &'static str {
        match self {
            Group::Gemini => "Gemini Models",
            Group::ThirdParty => "Claude and GPT models",
        }
    }

    pub(crate) fn description(self) -> &'static str {
        match self {
            Group::Gemini => "Models within this group: Gemini Flash, Gemini Pro",
            Group::ThirdParty => "Models within this group: Claude Opus, Claude Sonnet, GPT-OSS",
        }
    }
}

/// Whose model it is, which decides the rules its requests must keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vendor {
    Google,
    Anthropic,
    OpenAi,
}

impl Vendor {
    pub(crate) fn group(self) -> Group {
        match self {
            Vendor::Google => Group::Gemini,
            Vendor::Anthropic | Vendor::OpenAi => Group::ThirdParty,
        }
    }
}

/// What the simulator needs to know to answer for a model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Model {
    pub id: String,
    pub vendor: Vendor,
    /// Internal: no quota applies to it.
    pub internal: bool,
    pub thinks: bool,
    /// Largest prompt in tokens.
    pub context: u64,
    /// Largest answer in tokens.
    pub output: u64,
}

impl Model {
    /// Gemini 3 and newer want the thought signature of a tool call back (`upstream-api` §6.3).
    pub(crate) fn wants_signatures(&self) -> bool {
        self.vendor == Vendor::Google && !self.id.starts_with("gemini-2")
    }

    /// Claude, and Gemini from 3.6 on, refuse a conversation that ends with a model turn (`upstream-api` §10.0).
    pub(crate) fn refuses_prefill(&self) -> bool {
        match self.vendor {
            Vendor::Anthropic => true,
            Vendor::OpenAi => false,
            Vendor::Google => {
                let version = self.id.strip_prefix("gemini-").and_then(|rest| rest.split('-').next());
                version.and_then(|text| text.parse::<f64>().ok()).is_some_and(|version| version >= 3.6)
            }
        }
    }

    pub(crate) fn makes_images(&self) -> bool {
        self.id.ends_with("-image")
    }
}

/// The Antigravity model list as it is served, without `quotaInfo`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Listing {
    /// Model id to its fields.
    pub models: BTreeMap<String, Map<String, Value>>,
    /// Everything beside the models: sorts, roles, deprecated ids.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

static LISTING: LazyLock<Listing> =
    LazyLock::new(|| serde_json::from_str(include_str!("bodies/catalogue.json")).unwrap_or_default());

/// The list of models Antigravity accounts share.
pub(crate) fn listing() -> &'static Listing {
    &LISTING
}

/// A model of the Antigravity list; a deprecated id is none.
pub(crate) fn antigravity(id: &str) -> Option<Model> {
    let fields = listing().models.get(id)?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let number = |name: &str| fields.get(name).and_then(Value::as_u64);
    let vendor = match text("modelProvider") {
        "MODEL_PROVIDER_ANTHROPIC" => Vendor::Anthropic,
        "MODEL_PROVIDER_OPENAI" => Vendor::OpenAi,
        _ => Vendor::Google,
    };
    Some(Model {
        id: id.to_owned(),
        vendor,
        internal: fields.get("isInternal") == Some(&Value::Bool(true)),
        thinks: fields.get("supportsThinking") == Some(&Value::Bool(true)),
        context: number("maxTokens").unwrap_or(1_048_576),
        output: number("maxOutputTokens").unwrap_or(65_536),
    })
}

/// Ids a Gemini CLI login may ask for, in the order its quota call lists them.
pub(crate) const GEMINI_CLI_IDS: [&str; 8] = [
    "gemini-2.5-flash",
    "gemini-2.5-flash-lite",
    "gemini-2.5-pro",
    "gemini-3-flash-preview",
    "gemini-3.1-flash-lite-preview",
    "gemini-3-pro-preview",
    "gemini-3.1-pro-preview",
    "gemini-3.5-flash",
];

/// A model of the plain Gemini API, which Gemini CLI and AI Studio keys call.
pub(crate) fn plain_gemini(id: &str) -> Model {
    let image = id.ends_with("-image");
    Model {
        id: id.to_owned(),
        vendor: Vendor::Google,
        internal: false,
        thinks: !image && !id.ends_with("-lite"),
        context: 1_048_576,
        output: 65_536,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(id: &str, vendor: Vendor, internal: bool, signatures: bool, prefill_refused: bool) {
        let model = antigravity(id).unwrap();
        assert_eq!(
            (model.vendor, model.internal, model.wants_signatures(), model.refuses_prefill()),
            (vendor, internal, signatures, prefill_refused),
            "{id}"
        );
    }

    #[test]
    fn the_embedded_list_reads() {
        assert!(listing().models.len() > 25);
        for role in ["agentModelSorts", "deprecatedModelIds", "imageGenerationModelIds"] {
            assert!(listing().rest.contains_key(role), "{role}");
        }
    }

    #[test]
    fn every_kind_of_model_is_known_for_what_it_is() {
        check("gemini-3.6-flash-high", Vendor::Google, false, true, true);
        check("gemini-3.5-flash-low", Vendor::Google, false, true, false);
        check("gemini-2.5-pro", Vendor::Google, false, false, false);
        check("gemini-pro-agent", Vendor::Google, false, true, false);
        check("claude-sonnet-4-6", Vendor::Anthropic, false, false, true);
        check("gpt-oss-120b-medium", Vendor::OpenAi, false, false, false);
        check("tab_flash_lite_preview", Vendor::Google, true, true, false);
    }

    #[test]
    fn a_bare_family_and_a_deprecated_id_are_no_models() {
        assert_eq!(["gemini-3.8-flash", "claude-sonnet-4-5", ""].map(antigravity), [None, None, None]);
    }

    #[test]
    fn deprecated_ids_lead_to_listed_models() {
        for (old, entry) in listing().rest["deprecatedModelIds"].as_object().unwrap() {
            let new = entry["newModelId"].as_str().unwrap();
            assert!(antigravity(new).is_some() && antigravity(old).is_none(), "{old} -> {new}");
        }
    }
}
