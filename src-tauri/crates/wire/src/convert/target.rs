//! What a request is made for: provider, model and what is known of the model.

use crate::upstream::models::CatalogueEntry;
use domain::catalogue::Maker;
use domain::credential::Provider;

/// Whose rules a model follows: ids of calls, signatures, names, sampling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Gemini models.
    Gemini,
    /// Claude models.
    Claude,
    /// Other third-party models, which are gpt-oss today.
    Gpt,
}

impl Family {
    /// The family of a model, from its maker where that is known, else from its id. What is unknown is Gemini, the
    /// service's own.
    #[must_use]
    pub fn of(model: &str, maker: Option<Maker>) -> Self {
        match maker {
            Some(Maker::Google) => Self::Gemini,
            Some(Maker::Anthropic) => Self::Claude,
            Some(Maker::OpenAi) => Self::Gpt,
            None if model.starts_with("claude") => Self::Claude,
            None if model.starts_with("gpt") => Self::Gpt,
            None => Self::Gemini,
        }
    }

    /// The word in keys.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Gemini => "gemini",
            Self::Claude => "claude",
            Self::Gpt => "gpt",
        }
    }
}

/// What a request is made for.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Whose credential it goes out with.
    pub provider: Provider,
    /// The upstream's id of the model, resolved: no alias, no `models/`.
    pub model: &'a str,
    /// What the catalogue says of the model; where it says nothing, nothing is clamped.
    pub catalogue: Option<&'a CatalogueEntry>,
}

impl Target<'_> {
    /// Whose rules the model follows.
    #[must_use]
    pub fn family(&self) -> Family {
        Family::of(self.model, self.catalogue.and_then(|entry| entry.maker))
    }

    /// Gemini from the third generation on: wants signatures on calls, takes images in results. Ids without a
    /// number (`gemini-pro-agent`) came with it.
    pub(crate) fn is_gemini_3(&self) -> bool {
        let earlier = ["gemini-1", "gemini-2"].iter().any(|start| self.model.starts_with(start));
        self.family() == Family::Gemini && !earlier
    }

    /// The larger kind of Gemini, which does not stop thinking.
    pub(crate) fn is_pro(&self) -> bool {
        self.model.split('-').any(|word| word == "pro")
    }

    /// Makes images, and takes neither tools nor a system text.
    pub(crate) fn makes_images(&self) -> bool {
        self.catalogue.map_or_else(|| self.model.contains("-image"), |entry| entry.makes_images)
    }

    /// The most tokens of an answer, if known.
    pub(crate) fn most_output(&self) -> Option<i64> {
        self.catalogue?.max_output_tokens
    }

    /// The least thinking budget of a Gemini model.
    pub(crate) fn least_budget(&self) -> i64 {
        let named = self.catalogue.map(|entry| entry.min_thinking_budget).filter(|least| *least > 0);
        named.unwrap_or(if self.is_pro() { 128 } else { 0 })
    }

    /// Whether the model is known to think.
    pub(crate) fn thinks(&self) -> bool {
        let by_id = || !self.makes_images() && (self.is_gemini_3() || self.model.starts_with("gemini-2.5"));
        self.catalogue.map_or_else(by_id, |entry| entry.supports_thinking)
    }

    /// Whether the model is known not to think.
    pub(crate) fn cannot_think(&self) -> bool {
        self.catalogue.is_some_and(|entry| !entry.supports_thinking)
    }
}
