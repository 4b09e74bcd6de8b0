//! The model list of Google AI Studio, for API keys. It names no quota: that is unknown by nature.

use super::{Malformed, Seen, document, fields, without};
use crate::field;
use crate::json::{Fields, Odd};
use domain::catalogue::is_hidden;
use domain::quota::{ModelReading, Source};
use serde_json::Value;

const ENDPOINT: &str = "v1beta/models";
/// The most models of one page that are read; we ask for 1,000.
const MOST: usize = 2_000;

/// One page of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyModels {
    /// The models, in the service's order, without numbers and without groups: a key's limits count each model
    /// alone. Those that do not generate are hidden.
    pub models: Vec<ModelReading>,
    /// What asks for the next page.
    pub next_page: Option<String>,
    /// Fields that were not as known, for the drift counter.
    pub odd: u32,
}

/// Reads one page.
///
/// # Errors
/// Where it is no model list at all. A page without models is a real answer.
pub fn parse_models(body: &[u8], seen: Seen) -> Result<KeyModels, Malformed> {
    let document = document(ENDPOINT, body)?;
    let root = fields(ENDPOINT, &document)?;
    let list = match root.get("models") {
        Some(Value::Array(list)) => list.as_slice(),
        None if root.iter().all(|(key, _)| matches!(key, "models" | "nextPageToken")) => &[],
        _ => return Err(without(ENDPOINT, "list of models")),
    };
    let mut odd = Odd::default();
    root.count_unknown(&["models", "nextPageToken"], &mut odd);
    let next_page = root.text("nextPageToken", &mut odd).and_then(|t| field::token(t)).map(str::to_owned);
    let mut models = Vec::new();
    for model in list.iter().take(MOST) {
        match Fields::of(model).and_then(|fields| reading(fields, seen, &mut odd)) {
            Some(model) => models.push(model),
            None => odd.more(),
        }
    }
    Ok(KeyModels { models, next_page, odd: odd.count() })
}

fn reading(model: Fields<'_>, seen: Seen, odd: &mut Odd) -> Option<ModelReading> {
    let name = model.text("name", odd)?;
    let id = field::id(name.strip_prefix("models/").unwrap_or(name))?;
    let generates = |method: &Value| method.as_str() == Some("generateContent");
    let methods = model.list("supportedGenerationMethods", odd);
    Some(ModelReading {
        id: id.to_owned(),
        display_name: model.text("displayName", odd).and_then(field::name).unwrap_or_else(|| id.to_owned()),
        group: None,
        hidden: is_hidden(id, false) || !methods.iter().any(generates),
        disabled: false,
        own: None,
        reset_at: None,
        source: Source::ModelList,
        observed_at: seen.observed_at,
    })
}
