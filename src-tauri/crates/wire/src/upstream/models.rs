//! `fetchAvailableModels`: the catalogue of an Antigravity login, with one number for each model.

use super::{Malformed, Seen, document, fields, without};
use crate::field;
use crate::json::{Fields, Odd};
use domain::catalogue::{Maker, group_of_model, is_hidden};
use domain::quota::{ModelReading, Remaining, Source};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

const ENDPOINT: &str = "fetchAvailableModels";
/// The most models, or ids of one list, that are read; the service sends about 40.
const MOST: usize = 2_000;
/// The least thinking budget of Claude models where the list names none.
const CLAUDE_LEAST_BUDGET: i64 = 1_024;

/// What the list said.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelList {
    /// The models with their numbers: those of the picker in its order, then the others by id.
    pub models: Vec<ModelReading>,
    /// What the models can, in the same order.
    pub catalogue: Vec<CatalogueEntry>,
    /// Deprecated ids and what replaces them.
    pub replaced: Vec<(String, String)>,
    /// Fields that were not as known, for the drift counter. Fields of a model beside `quotaInfo` come and go
    /// with every release of the service and do not count.
    pub odd: u32,
}

/// What one model can, as far as requests depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// The upstream id.
    pub id: String,
    /// Who made it, if the list says so.
    pub maker: Option<Maker>,
    /// Tokens of context; unknown means: do not clamp.
    pub max_tokens: Option<i64>,
    /// Tokens of output; unknown means: do not clamp.
    pub max_output_tokens: Option<i64>,
    /// The thinking budget the id stands for; -1 dynamic, 0 off.
    pub thinking_budget: Option<i64>,
    /// The least thinking budget, in tokens.
    pub min_thinking_budget: i64,
    /// It can think.
    pub supports_thinking: bool,
    /// It can see images.
    pub supports_images: bool,
    /// The service recommends it.
    pub recommended: bool,
    /// It makes images.
    pub makes_images: bool,
    /// It serves web searches.
    pub searches_web: bool,
}

/// The body to send. With the project the numbers are those of the account.
#[must_use]
pub fn request(project: Option<&str>) -> Vec<u8> {
    super::project_request(project)
}

/// Reads the answer.
///
/// # Errors
/// Where it is no model list at all. A list without models is a real answer.
pub fn parse(body: &[u8], seen: Seen) -> Result<ModelList, Malformed> {
    let document = document(ENDPOINT, body)?;
    let root = fields(ENDPOINT, &document)?;
    let mut odd = Odd::default();
    let by_id = match root.get("models") {
        Some(models) => Fields::of(models).ok_or(without(ENDPOINT, "map of models"))?,
        // An empty map is left out; an answer that knows none of the other fields either is something else.
        None if root.is_empty() || KNOWN.iter().any(|key| root.has(key)) => {
            return Ok(ModelList {
                models: vec![],
                catalogue: vec![],
                replaced: replaced(root, &mut odd),
                odd: odd.count(),
            });
        }
        None => return Err(without(ENDPOINT, "map of models")),
    };
    root.count_unknown(&KNOWN, &mut odd);
    let roles = Roles {
        images: ids(root, "imageGenerationModelIds", &mut odd),
        web: ids(root, "webSearchModelIds", &mut odd),
    };
    let mut read = HashMap::new();
    let mut by_name = Vec::new();
    for (id, model) in by_id.iter().take(MOST) {
        match (field::id(id), Fields::of(model)) {
            (Some(id), Some(model)) => {
                read.insert(id, (reading(id, model, seen, &mut odd), entry(id, model, &roles, &mut odd)));
                by_name.push(id);
            }
            _ => odd.more(),
        }
    }
    let order = picker(root, &mut odd).into_iter().chain(by_name);
    let (models, catalogue) = order.filter_map(|id| read.remove(id)).unzip();
    Ok(ModelList { models, catalogue, replaced: replaced(root, &mut odd), odd: odd.count() })
}

const KNOWN: [&str; 14] = [
    "models",
    "defaultAgentModelId",
    "agentModelSorts",
    "battleModeModelSorts",
    "commandModelIds",
    "tabModelIds",
    "imageGenerationModelIds",
    "mqueryModelIds",
    "webSearchModelIds",
    "commitMessageModelIds",
    "audioTranscriptionModelIds",
    "deprecatedModelIds",
    "tieredModelIds",
    "experimentIds",
];

/// Which models serve what.
struct Roles<'a> {
    images: HashSet<&'a str>,
    web: HashSet<&'a str>,
}

fn ids<'a>(root: Fields<'a>, key: &str, odd: &mut Odd) -> HashSet<&'a str> {
    root.list(key, odd).iter().take(MOST).filter_map(Value::as_str).collect()
}

/// The ids of the first sort, which is the one the picker opens with.
fn picker<'a>(root: Fields<'a>, odd: &mut Odd) -> Vec<&'a str> {
    let Some(first) = root.list("agentModelSorts", odd).first().and_then(Fields::of) else { return vec![] };
    let groups = first.list("groups", odd).iter().take(MOST).filter_map(Fields::of);
    let lists: Vec<_> = groups.map(|group| group.list("modelIds", odd)).collect();
    lists.into_iter().flatten().take(MOST).filter_map(Value::as_str).collect()
}

fn reading(id: &str, model: Fields<'_>, seen: Seen, odd: &mut Odd) -> ModelReading {
    let (own, reset_at) = quota(model, seen, odd);
    let name = model.text("displayName", odd).and_then(field::name);
    ModelReading {
        id: id.to_owned(),
        display_name: name.unwrap_or_else(|| id.to_owned()),
        group: group_of_model(id, maker(model)),
        hidden: is_hidden(id, model.plain_flag("isInternal")),
        disabled: model.flag("disabled", odd),
        own,
        reset_at,
        source: Source::ModelList,
        observed_at: seen.observed_at,
    }
}

/// The lowest known of the model's numbers. Most have just `quotaInfo`; the other places were seen now and then.
fn quota(model: Fields<'_>, seen: Seen, odd: &mut Odd) -> (Option<Remaining>, Option<Timestamp>) {
    let mut infos: Vec<&Value> =
        ["quotaInfo", "dailyQuotaInfo", "weeklyQuotaInfo"].iter().filter_map(|key| model.get(key)).collect();
    infos.extend(model.get("quotaInfos").and_then(Value::as_array).into_iter().flatten().take(MOST));
    for key in ["quotaInfoByTier", "quotaInfoByWindow"] {
        infos.extend(
            model
                .get(key)
                .and_then(Fields::of)
                .into_iter()
                .flat_map(Fields::iter)
                .map(|(_, info)| info)
                .take(MOST),
        );
    }
    let mut numbers = Vec::new();
    for info in infos {
        match Fields::of(info) {
            Some(info) => numbers.push(number(info, seen, odd)),
            None => odd.more(),
        }
    }
    let known = numbers.iter().filter_map(|(share, reset)| Some(((*share)?, *reset)));
    // The later reset on a tie: before it the model is not usable.
    let lowest = known.min_by(|(a, ra), (b, rb)| a.cmp(b).then(rb.cmp(ra)));
    lowest.map_or_else(
        || (None, numbers.iter().find_map(|(_, reset)| *reset)),
        |(share, reset)| (Some(share), reset),
    )
}

/// One `quotaInfo`. The service leaves a zero out, so a share that is missing beside a reset is empty; without a
/// reset it is unknown, and so is one that is there but no number.
fn number(info: Fields<'_>, seen: Seen, odd: &mut Odd) -> (Option<Remaining>, Option<Timestamp>) {
    info.count_unknown(&["remainingFraction", "resetTime"], odd);
    let reset = seen.reset(info, None, odd).map(|r| r.ours);
    let share = if info.has("remainingFraction") {
        info.share("remainingFraction", odd)
    } else {
        reset.map(|_| Remaining::EMPTY)
    };
    (share, reset)
}

fn entry(id: &str, model: Fields<'_>, roles: &Roles<'_>, odd: &mut Odd) -> CatalogueEntry {
    let maker = maker(model);
    let least = match maker {
        Some(Maker::Anthropic) => CLAUDE_LEAST_BUDGET,
        Some(Maker::Google | Maker::OpenAi) => 0,
        None if id.starts_with("claude") => CLAUDE_LEAST_BUDGET,
        None => 0,
    };
    CatalogueEntry {
        id: id.to_owned(),
        maker,
        max_tokens: model.whole("maxTokens", odd).filter(|n| *n > 0),
        max_output_tokens: model.whole("maxOutputTokens", odd).filter(|n| *n > 0),
        thinking_budget: model.whole("thinkingBudget", odd).filter(|n| *n >= -1),
        min_thinking_budget: model.whole("minThinkingBudget", odd).filter(|n| *n >= 0).unwrap_or(least),
        supports_thinking: model.flag("supportsThinking", odd),
        supports_images: model.flag("supportsImages", odd),
        recommended: model.flag("recommended", odd),
        makes_images: roles.images.contains(id),
        searches_web: roles.web.contains(id),
    }
}

fn maker(model: Fields<'_>) -> Option<Maker> {
    if let Some(provider) = model.plain("modelProvider") {
        match provider {
            "MODEL_PROVIDER_GOOGLE" => return Some(Maker::Google),
            "MODEL_PROVIDER_ANTHROPIC" => return Some(Maker::Anthropic),
            "MODEL_PROVIDER_OPENAI" => return Some(Maker::OpenAi),
            _ => {}
        }
    }
    match model.plain("apiProvider")? {
        "API_PROVIDER_GOOGLE_GEMINI" | "API_PROVIDER_GOOGLE_VERTEX" => Some(Maker::Google),
        "API_PROVIDER_ANTHROPIC_VERTEX" => Some(Maker::Anthropic),
        "API_PROVIDER_OPENAI_VERTEX" => Some(Maker::OpenAi),
        _ => None,
    }
}

/// Deprecated ids with their successors: a map, or a list of the same objects. A list of bare ids names none.
fn replaced(root: Fields<'_>, odd: &mut Odd) -> Vec<(String, String)> {
    let pair = |old: Option<&str>, new: Option<&str>| {
        Some((field::id(old?)?.to_owned(), field::id(new?)?.to_owned())).filter(|(old, new)| old != new)
    };
    match root.get("deprecatedModelIds") {
        Some(Value::Object(map)) => {
            let new = |v: &Value| v.as_str().or_else(|| v.get("newModelId")?.as_str()).map(str::to_owned);
            map.iter().take(MOST).filter_map(|(old, v)| pair(Some(old.as_str()), new(v).as_deref())).collect()
        }
        Some(Value::Array(list)) => {
            let entries = list.iter().take(MOST).filter_map(Fields::of);
            entries
                .filter_map(|e| {
                    pair(
                        ["oldModelId", "modelId", "id"].iter().find_map(|k| e.plain(k)),
                        e.plain("newModelId"),
                    )
                })
                .collect()
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            odd.more();
            vec![]
        }
        None => vec![],
    }
}
