//! `GET /v1/models` in Anthropic's form.

use crate::answer::written;
use crate::openai::models::ModelCard;
use serde::Serialize;

#[derive(Serialize)]
struct Model<'m> {
    r#type: &'static str,
    id: &'m str,
    display_name: &'m str,
    created_at: String,
}

#[derive(Serialize)]
struct List<'m> {
    data: Vec<Model<'m>>,
    has_more: bool,
    first_id: Option<&'m str>,
    last_id: Option<&'m str>,
}

/// The list, in one page.
#[must_use]
pub fn list(cards: &[ModelCard]) -> Vec<u8> {
    let list = List {
        data: cards.iter().map(Model::of).collect(),
        has_more: false,
        first_id: cards.first().map(|card| card.id.as_str()),
        last_id: cards.last().map(|card| card.id.as_str()),
    };
    written(&list)
}

/// One model.
#[must_use]
pub fn one(card: &ModelCard) -> Vec<u8> {
    written(&Model::of(card))
}

impl<'m> Model<'m> {
    fn of(card: &'m ModelCard) -> Self {
        Self {
            r#type: "model",
            id: &card.id,
            display_name: &card.display_name,
            created_at: card.created.to_string(),
        }
    }
}
