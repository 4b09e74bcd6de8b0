//! The AI Studio API for keys: models, generation, counts, and what a bad or spent key is told (`upstream-api` §13).

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    calls::CallKind,
    errors, generation,
    refusal::Refusal,
    reply::Reply,
    request::Request,
    scenario::{ApiKeySpec, ApiKeyState},
    span,
    world::{Caller, World},
};

/// Models a key may use: id, name, whether it thinks, whether it generates text at all.
const MODELS: [(&str, &str, bool, bool); 9] = [
    ("gemini-2.5-flash", "Gemini 2.5 Flash", true, true),
    ("gemini-2.5-flash-lite", "Gemini 2.5 Flash-Lite", true, true),
    ("gemini-2.5-pro", "Gemini 2.5 Pro", true, true),
    ("gemini-3-flash-preview", "Gemini 3 Flash Preview", true, true),
    ("gemini-3-pro-preview", "Gemini 3 Pro Preview", true, true),
    ("gemini-3.1-flash-lite", "Gemini 3.1 Flash-Lite", true, true),
    ("gemini-3.1-pro-preview", "Gemini 3.1 Pro Preview", true, true),
    ("gemini-3.5-flash", "Gemini 3.5 Flash", true, true),
    ("gemini-embedding-001", "Gemini Embedding 001", false, false),
];

/// Where AI Studio's days begin.
const DAY_ZONE: &str = "America/Los_Angeles";

/// A key while the simulator runs.
#[derive(Debug)]
pub(crate) struct ApiKey {
    pub spec: ApiKeySpec,
    pub secret: String,
    minute: Tally,
    day: Tally,
}

/// Requests until a limit's period ends.
#[derive(Debug, Default)]
struct Tally {
    until: Option<Timestamp>,
    requests: u32,
}

impl Tally {
    /// Counts one request; past the limit it says when the period ends.
    fn count(
        &mut self,
        limit: Option<u32>,
        now: Timestamp,
        ends: impl FnOnce() -> Timestamp,
    ) -> Option<Timestamp> {
        let limit = limit?;
        if self.until.is_none_or(|until| until <= now) {
            *self = Self { until: Some(ends()), requests: 0 };
        }
        if self.requests >= limit {
            return self.until;
        }
        self.requests += 1;
        None
    }
}

impl ApiKey {
    pub(crate) fn new(spec: ApiKeySpec) -> Self {
        Self { secret: spec.secret(), spec, minute: Tally::default(), day: Tally::default() }
    }

    /// A limit that this request breaks: whether it is the day's, and when it ends.
    fn over_limit(&mut self, now: Timestamp) -> Option<(bool, Timestamp)> {
        let in_a_minute = || now.checked_add(SignedDuration::from_mins(1)).unwrap_or(now);
        if let Some(until) = self.minute.count(self.spec.per_minute, now, in_a_minute) {
            return Some((false, until));
        }
        self.day.count(self.spec.per_day, now, || midnight_after(now)).map(|until| (true, until))
    }
}

/// The next midnight in Los Angeles; without time zone data eight hours behind UTC.
fn midnight_after(now: Timestamp) -> Timestamp {
    let zone = TimeZone::get(DAY_ZONE).unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(-8)));
    let midnight = now.to_zoned_datetime(zone).tomorrow().and_then(|tomorrow| tomorrow.start_of_day());
    midnight.map_or(now, |midnight| midnight.timestamp())
}

/// Answers an AI Studio call.
pub(crate) fn answer(world: &mut World, request: &Request, caller: Caller, now: Timestamp) -> Reply {
    let index = match caller {
        Caller::Key(index) => index,
        Caller::Account(_) | Caller::Nobody { .. } => {
            // A key in the query ends in logs (`upstream-api` §13): it is not looked at.
            let name = if request.api_key.is_some() {
                "400.studio.api_key_invalid"
            } else {
                "403.studio.unregistered"
            };
            return errors::reply(name, now).because(Refusal::NoCredentials);
        }
    };
    let serial = world.serial();
    let key = &mut world.keys[index];
    let refused = match key.spec.state {
        ApiKeyState::Good => None,
        ApiKeyState::Invalid => Some("400.studio.api_key_invalid"),
        ApiKeyState::ServiceDisabled => Some("403.studio.service_disabled"),
        ApiKeyState::Blocked => Some("403.studio.blocked"),
        ApiKeyState::Referrer => Some("403.studio.referrer"),
        ApiKeyState::Overloaded => Some("503.studio.overloaded"),
    };
    if let Some(name) = refused {
        return errors::reply(name, now);
    }
    match request.kind {
        CallKind::KeyModels => models(request, now),
        CallKind::KeyCount => with_model(request, now, |_| generation::studio_count(request, now)),
        CallKind::KeyGenerate | CallKind::KeyStream => {
            with_model(request, now, |model| match key.over_limit(now) {
                Some((daily, until)) => over_limit(&key.spec, model, daily, until, now),
                None => {
                    generation::studio(&world.options, generation::studio_model(model), request, serial, now)
                }
            })
        }
        CallKind::Authorize
        | CallKind::Token
        | CallKind::Revoke
        | CallKind::UserInfo
        | CallKind::LoadCodeAssist
        | CallKind::OnboardUser
        | CallKind::Operation
        | CallKind::FetchAvailableModels
        | CallKind::RetrieveUserQuotaSummary
        | CallKind::RetrieveUserQuota
        | CallKind::Generate
        | CallKind::StreamGenerate
        | CallKind::CountTokens
        | CallKind::Unknown => errors::reply("404", now),
    }
}

fn with_model(request: &Request, now: Timestamp, answer: impl FnOnce(&str) -> Reply) -> Reply {
    let generates = |id: &&str| MODELS.iter().any(|(known, _, _, generates)| known == id && *generates);
    match request.model().filter(generates) {
        Some(model) => answer(model),
        None => Refusal::UnknownModel.reply(now),
    }
}

/// A model in the list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ModelBody {
    name: String,
    display_name: &'static str,
    description: &'static str,
    input_token_limit: u64,
    output_token_limit: u64,
    supported_generation_methods: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<bool>,
}

fn model_body(entry: &(&str, &'static str, bool, bool)) -> ModelBody {
    let (id, display_name, thinks, generates) = *entry;
    let model = generation::studio_model(id);
    let methods = if generates { vec!["generateContent", "countTokens"] } else { vec!["embedContent"] };
    ModelBody {
        name: format!("models/{id}"),
        display_name,
        description: "A simulated model.",
        input_token_limit: if generates { model.context } else { 2048 },
        output_token_limit: if generates { model.output } else { 1 },
        supported_generation_methods: methods,
        thinking: thinks.then_some(true),
    }
}

/// The list in pages, or one model.
fn models(request: &Request, now: Timestamp) -> Reply {
    if let Some(id) = &request.subject {
        return match MODELS.iter().find(|(known, ..)| known == id) {
            Some(entry) => Reply::json(200, &model_body(entry)),
            None => Refusal::UnknownModel.reply(now),
        };
    }
    let number = |name: &str| request.query(name).and_then(|text| text.parse::<usize>().ok());
    let size = number("pageSize").filter(|size| *size > 0).unwrap_or(50).min(1000);
    let first = number("pageToken").unwrap_or(0);
    let page: Vec<ModelBody> = MODELS.iter().skip(first).take(size).map(model_body).collect();
    let next = first + page.len();
    let mut body = json!({"models": page});
    if next < MODELS.len() {
        body["nextPageToken"] = json!(next.to_string());
    }
    Reply::json(200, &body)
}

/// 429 with the limit that was broken.
fn over_limit(key: &ApiKeySpec, model: &str, daily: bool, until: Timestamp, now: Timestamp) -> Reply {
    let (period, limit) = if daily { ("PerDay", key.per_day) } else { ("PerMinute", key.per_minute) };
    let limit = limit.unwrap_or_default();
    let metric = "generativelanguage.googleapis.com/generate_content_free_tier_requests";
    let message = format!(
        "You exceeded your current quota, please check your plan and billing details. \
         * Quota exceeded for metric: {metric}, limit: {limit}, model: {model}"
    );
    let details: Value = json!([
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{
            "quotaMetric": metric,
            "quotaId": format!("GenerateRequests{period}PerProjectPerModel-FreeTier"),
            "quotaDimensions": {"location": "global", "model": model},
            "quotaValue": limit.to_string()}]},
        {"@type": "type.googleapis.com/google.rpc.Help", "links": [
            {"description": "Learn more about Gemini API quotas", "url": "https://ai.google.dev/gemini-api/docs/rate-limits"}]},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": span::proto(until.duration_since(now))}
    ]);
    errors::refusal(429, "RESOURCE_EXHAUSTED", &message, Some(details)).because(Refusal::QuotaExhausted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_a_key_ends_at_midnight_in_los_angeles() {
        let now: Timestamp = "2026-09-01T12:00:00Z".parse().unwrap();
        assert_eq!(midnight_after(now).to_string(), "2026-09-02T07:00:00Z");
    }

    #[test]
    fn a_limit_counts_its_period_and_begins_anew() {
        let now: Timestamp = "2026-09-01T12:00:00Z".parse().unwrap();
        let minute = SignedDuration::from_mins(1);
        let spec = ApiKeySpec { per_minute: Some(2), per_day: Some(3), ..ApiKeySpec::new("k") };
        let mut key = ApiKey::new(spec);
        let over: Vec<_> = (0..3).map(|_| key.over_limit(now)).collect();
        assert_eq!(over, [None, None, Some((false, now + minute))]);
        assert_eq!(key.over_limit(now + minute), None);
        assert_eq!(key.over_limit(now + minute), Some((true, midnight_after(now))));
    }
}
