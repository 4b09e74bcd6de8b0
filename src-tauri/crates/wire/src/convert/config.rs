//! `generationConfig`: sampling, limits and form of the answer, as far as the target's family takes them.

use super::thinking::{self, ThinkingConfig};
use super::{Draft, Family, ImageWish, Sampling, Target, Thinking};
use crate::schema::Schema;
use serde::Serialize;
use serde_json::Number;
use std::borrow::Cow;

/// The most stop sequences the upstream takes.
const MOST_STOPS: usize = 5;
/// Claude's limit where the client sets none: it must have one.
const CLAUDE_LIMIT: i64 = 16_384;

/// What is sent.
#[derive(Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Config<'c> {
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<Cow<'c, Number>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<&'c Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_k: Option<&'c Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate_count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<i64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stop_sequences: &'c [Cow<'c, str>],
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<&'c Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<&'c Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<&'c Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_mime_type: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_schema: Option<Cow<'c, Schema>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    response_modalities: Vec<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_config: Option<ThinkingConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_config: Option<&'c ImageWish<'c>>,
}

/// The limit of the answer: the client's, but not above the model's.
pub(super) fn limit(asked: Option<i64>, target: &Target<'_>) -> Option<i64> {
    let most = target.most_output();
    match (asked, target.family()) {
        (None, Family::Claude) => Some(most.map_or(CLAUDE_LIMIT, |most| most.min(CLAUDE_LIMIT))),
        (None, Family::Gemini | Family::Gpt) => None,
        (Some(asked), _) => Some(most.map_or(asked, |most| asked.min(most))),
    }
}

/// The part of a draft that goes into `generationConfig`; `None` where nothing does.
pub(super) fn of<'c>(
    draft: &'c Draft<'_>,
    target: &Target<'_>,
    asked: Thinking,
    schema: Option<Cow<'c, Schema>>,
) -> Option<Config<'c>> {
    let sampling = &draft.sampling;
    let max_output_tokens = limit(sampling.max_tokens, target);
    let says_nothing = asked == Thinking::NotAsked && !draft.native;
    let asked = if says_nothing { thinking::unasked(target, sampling.max_tokens) } else { asked };
    let thinking_config = thinking::config(asked, target, max_output_tokens);
    let claude_thinks = target.family() == Family::Claude && thinking_config.is_some();
    let common = Config {
        temperature: temperature(sampling, target, claude_thinks),
        top_p: sampling.top_p.as_ref().filter(|top_p| !claude_thinks || is_within(top_p, 0.95, 1.0)),
        top_k: sampling.top_k.as_ref().filter(|_| !claude_thinks),
        max_output_tokens,
        stop_sequences: &sampling.stop[..sampling.stop.len().min(MOST_STOPS)],
        thinking_config,
        ..Config::default()
    };
    let config = match target.family() {
        Family::Claude | Family::Gpt => common,
        Family::Gemini => Config {
            candidate_count: sampling.candidates.filter(|count| !draft.stream && *count > 1),
            seed: sampling.seed.as_ref(),
            presence_penalty: sampling.presence.as_ref(),
            frequency_penalty: sampling.frequency.as_ref(),
            response_mime_type: draft.format.mime.as_deref(),
            response_schema: schema,
            response_modalities: draft.modalities.iter().map(|text| &**text).collect(),
            ..common
        },
    };
    let config = Config {
        image_config: draft.image.as_ref(),
        candidate_count: config.candidate_count.or(draft.image.as_ref().filter(|_| !draft.native).map(|_| 1)),
        ..config
    };
    (config != Config::default()).then_some(config)
}

/// Claude takes 0 to 1, and nothing but 1 while it thinks.
fn temperature<'c>(
    sampling: &'c Sampling<'_>,
    target: &Target<'_>,
    claude_thinks: bool,
) -> Option<Cow<'c, Number>> {
    let asked = sampling.temperature.as_ref()?;
    match target.family() {
        Family::Claude if claude_thinks => is_within(asked, 1.0, 1.0).then_some(Cow::Borrowed(asked)),
        Family::Claude if !is_within(asked, 0.0, 1.0) => Some(Cow::Owned(Number::from(1))),
        Family::Claude | Family::Gemini | Family::Gpt => Some(Cow::Borrowed(asked)),
    }
}

fn is_within(number: &Number, least: f64, most: f64) -> bool {
    number.as_f64().is_some_and(|number| (least..=most).contains(&number))
}
