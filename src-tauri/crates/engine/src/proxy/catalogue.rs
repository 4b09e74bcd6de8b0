//! Every model there is, over all credentials: for listings, and to find what a name means.

use crate::ledger::State;
use domain::catalogue::{Group, Maker};
use domain::credential::Provider;
use domain::policy::alias::{Destination, resolve_alias};
use domain::policy::models::is_offered;
use domain::settings::{Alias, Settings};
use jiff::Timestamp;
use std::collections::HashMap;
use wire::openai::models::ModelCard;

/// Some clients want to know since when a model exists; nobody tells. 1 January 2026.
const CREATED: i64 = 1_767_225_600;

/// The models of all credentials.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    cards: Vec<ModelCard>,
    /// Where a model stands in the cards, and whether a credential in use offers it.
    known: HashMap<String, Option<usize>>,
    replaced: Vec<(String, String)>,
    /// The models in use that the service searches the web with.
    searching: Vec<String>,
}

impl Catalogue {
    /// Collects them; those of the first kind in the user's order come first.
    pub(super) fn collect(state: &State, settings: &Settings, personal_logins: bool) -> Self {
        let mut all = Self::default();
        let serves = |provider| personal_logins || provider == Provider::ApiKey;
        for kind in &settings.provider_order {
            for known in state.credentials.iter().filter(|k| k.credential.provider == *kind) {
                let Some(quota) = &known.quota else { continue };
                let in_use = known.credential.state.is_active() && serves(*kind);
                for model in quota.models.iter().filter(|m| is_offered(m)) {
                    // Most are there already: nothing is copied for them.
                    let is_listed = all.known.get(&model.id).map(Option::is_some);
                    if is_listed.is_none() {
                        all.known.insert(model.id.clone(), None);
                    }
                    if in_use && is_listed != Some(true) {
                        all.known.insert(model.id.clone(), Some(all.cards.len()));
                        let can = known.catalogue.iter().find(|entry| entry.id == model.id);
                        let by_group = match &model.group {
                            Some(Group::ThirdParty) if model.id.starts_with("gpt") => Maker::OpenAi,
                            Some(Group::ThirdParty) => Maker::Anthropic,
                            Some(Group::Gemini | Group::Other(_)) | None => Maker::Google,
                        };
                        if can.is_some_and(|entry| entry.searches_web) {
                            all.searching.push(model.id.clone());
                        }
                        all.cards.push(ModelCard {
                            id: model.id.clone(),
                            display_name: model.display_name.clone(),
                            maker: can.and_then(|entry| entry.maker).unwrap_or(by_group),
                            created: Timestamp::from_second(CREATED).unwrap_or_default(),
                            max_tokens: can.and_then(|entry| entry.max_tokens),
                            max_output_tokens: can.and_then(|entry| entry.max_output_tokens),
                            thinks: can.is_some_and(|entry| entry.supports_thinking),
                        });
                    }
                }
                for pair in &quota.replaced {
                    if !all.replaced.contains(pair) {
                        all.replaced.push(pair.clone());
                    }
                }
            }
        }
        all
    }

    /// Where a name goes.
    pub(super) fn resolve(&self, name: &str, aliases: &[Alias]) -> Destination {
        resolve_alias(name, aliases, &self.replaced, |model| self.known.contains_key(model))
    }

    /// What a request that only searches the web goes to where `model` cannot: Google's own alone can.
    pub(super) fn searches_for(&self, model: &str, may_use: impl Fn(&str) -> bool) -> Option<&str> {
        self.card(model).filter(|card| card.maker != Maker::Google)?;
        self.searching.iter().map(String::as_str).find(|other| may_use(other))
    }

    /// What the listings show: every model that credentials in use offer, and the user's own names for them.
    pub(super) fn cards(&self, aliases: &[Alias]) -> Vec<ModelCard> {
        let named = aliases.iter().filter_map(|alias| {
            let name = alias.name().filter(|name| !self.known.contains_key(*name))?;
            Some(ModelCard { id: name.to_owned(), ..self.card(&self.resolve(name, aliases).model)?.clone() })
        });
        self.cards.iter().cloned().chain(named).collect()
    }

    fn card(&self, model: &str) -> Option<&ModelCard> {
        self.cards.get((*self.known.get(model)?)?)
    }
}
