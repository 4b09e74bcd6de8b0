//! `GET /v1/models` in OpenAI's form.

use crate::answer::written;
use domain::catalogue::Maker;
use jiff::Timestamp;
use serde::Serialize;

/// What the lists of all dialects say of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelCard {
    /// The id clients ask for.
    pub id: String,
    /// What people read.
    pub display_name: String,
    /// Who made it.
    pub maker: Maker,
    /// When this list first had it; any fixed time will do.
    pub created: Timestamp,
    /// Tokens of context, if known.
    pub max_tokens: Option<i64>,
    /// Tokens of output, if known.
    pub max_output_tokens: Option<i64>,
    /// It can think.
    pub thinks: bool,
}

#[derive(Serialize)]
struct Model<'m> {
    id: &'m str,
    object: &'static str,
    created: i64,
    owned_by: &'static str,
}

#[derive(Serialize)]
struct List<'m> {
    object: &'static str,
    data: Vec<Model<'m>>,
}

/// The list.
#[must_use]
pub fn list(cards: &[ModelCard]) -> Vec<u8> {
    written(&List { object: "list", data: cards.iter().map(Model::of).collect() })
}

/// One model.
#[must_use]
pub fn one(card: &ModelCard) -> Vec<u8> {
    written(&Model::of(card))
}

impl<'m> Model<'m> {
    fn of(card: &'m ModelCard) -> Self {
        let owned_by = match card.maker {
            Maker::Google => "google",
            Maker::Anthropic => "anthropic",
            Maker::OpenAi => "openai",
        };
        Self { id: &card.id, object: "model", created: card.created.as_second(), owned_by }
    }
}
