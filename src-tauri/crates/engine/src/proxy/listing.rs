//! The listings of models in the three dialects.

use super::Inner;
use super::admission::may_use;
use super::reply::{self, Answer};
use crate::store::ClientKey;
use wire::openai::models::ModelCard;
use wire::refusal::{Dialect, Refusal};
use wire::{anthropic, gemini, openai};

impl Inner {
    /// Every model a key may use.
    pub(super) fn list(&self, key: &ClientKey, dialect: Dialect) -> Answer {
        let cards = self.cards(key);
        let list = match dialect {
            Dialect::OpenAi => openai::models::list(&cards),
            Dialect::Anthropic => anthropic::models::list(&cards),
            Dialect::Gemini => gemini::models::list(&cards),
        };
        reply::document(list, "application/json")
    }

    /// One model.
    pub(super) fn one(&self, key: &ClientKey, id: &str, dialect: Dialect) -> Answer {
        let id = id.strip_prefix("models/").unwrap_or(id);
        let Some(card) = self.cards(key).into_iter().find(|card| card.id == id) else {
            return reply::refusal(&Refusal::UnknownModel { model: id }, dialect);
        };
        let one = match dialect {
            Dialect::OpenAi => openai::models::one(&card),
            Dialect::Anthropic => anthropic::models::one(&card),
            Dialect::Gemini => gemini::models::one(&card),
        };
        reply::document(one, "application/json")
    }

    fn cards(&self, key: &ClientKey) -> Vec<ModelCard> {
        let edition = self.roster.edition();
        let aliases = &edition.settings.proxy_aliases;
        let mut cards = edition.catalogue.cards(aliases);
        cards.retain(|card| may_use(key, &edition.catalogue.resolve(&card.id, aliases).model));
        cards
    }
}
