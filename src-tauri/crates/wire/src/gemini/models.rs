//! `GET /v1beta/models` in Google's form.

use crate::answer::written;
use crate::openai::models::ModelCard;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Model<'m> {
    name: String,
    version: &'static str,
    display_name: &'m str,
    description: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_token_limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_token_limit: Option<i64>,
    supported_generation_methods: [&'static str; 3],
    thinking: bool,
}

#[derive(Serialize)]
struct List<'m> {
    models: Vec<Model<'m>>,
}

/// The list, in one page.
#[must_use]
pub fn list(cards: &[ModelCard]) -> Vec<u8> {
    written(&List { models: cards.iter().map(Model::of).collect() })
}

/// One model.
#[must_use]
pub fn one(card: &ModelCard) -> Vec<u8> {
    written(&Model::of(card))
}

impl<'m> Model<'m> {
    fn of(card: &'m ModelCard) -> Self {
        Self {
            name: format!("models/{}", card.id),
            version: "001",
            display_name: &card.display_name,
            description: &card.display_name,
            input_token_limit: card.max_tokens,
            output_token_limit: card.max_output_tokens,
            supported_generation_methods: ["generateContent", "streamGenerateContent", "countTokens"],
            thinking: card.thinks,
        }
    }
}
