//! Generation and token counts: check the request, the model, the quota; bill; answer.
//!
//! The rules of a request are in `conversation` and `limits`, the answer in `answer` and `events`. AI Studio comes in
//! through the same doors, without quota.

mod answer;
mod arguments;
mod conversation;
mod events;
mod fields;
mod limits;
mod prompt;
mod shape;
mod signature;
mod version;
mod wish;

use jiff::Timestamp;
use serde_json::{Value, json};

use self::{
    answer::Situation,
    events::Frame,
    prompt::{Envelope, Prompt},
    wish::Wish,
};
use crate::{
    account::Account,
    assist::check_project,
    calls::CallKind,
    catalogue::{self, Model, Vendor},
    errors::{self, rebase},
    models::model_of,
    refusal::Refusal,
    reply::Reply,
    request::Request,
    scenario::{AccountKind, Options},
    stream::Events,
    world::World,
};

/// Least credits an account needs before any are spent (`loadCodeAssist/pro.json`).
const LEAST_CREDITS: u64 = 50;
/// Credits a request costs (`generate/with_credits.json`).
const CREDITS_EACH: u64 = 2;

/// Answers `generateContent` and `streamGenerateContent`.
pub(crate) fn generate(world: &mut World, index: usize, request: &Request, now: Timestamp) -> Reply {
    let serial = world.serial();
    let options = world.options.clone();
    let account = &mut world.accounts[index];
    let (model, envelope) = match accepted(account, request, &options) {
        Ok(accepted) => accepted,
        Err(refusal) => return refusal.reply(now),
    };
    let wish = wish::find(&envelope.request.last_user_text());
    let outdated =
        version::is_outdated(request.user_agent.as_deref(), &options) || wish == Some(Wish::Version);
    let mut frame =
        Frame { vendor: model.vendor, model: model.id.clone(), now, serial, wrapped: true, credits: None };
    if outdated {
        return captured("version_unsupported", request, &options, &frame);
    }

    let on = Situation {
        prompt: &envelope.request,
        model: &model,
        wish: wish.as_ref(),
        stream: &options.stream,
        serial,
    };
    let answer = answer::make(&on);
    match bill(account, &model, answer.usage.total(), &envelope, now) {
        Ok(credits) => frame.credits = credits,
        Err(refused) => return *refused,
    }
    deliver(answer, wish, request, &options, frame)
}

/// Answers AI Studio's `generateContent` and `streamGenerateContent`; quota has been looked at.
pub(crate) fn studio(
    options: &Options,
    model: Model,
    request: &Request,
    serial: u64,
    now: Timestamp,
) -> Reply {
    let prompt = prompt::studio(request.json.as_ref()).and_then(|prompt| {
        check(&prompt, &model, options)?;
        Ok(prompt)
    });
    let prompt = match prompt {
        Ok(prompt) => prompt,
        Err(refusal) => return refusal.reply(now),
    };
    let wish = wish::find(&prompt.last_user_text()).filter(|wish| *wish != Wish::Version);
    let on =
        Situation { prompt: &prompt, model: &model, wish: wish.as_ref(), stream: &options.stream, serial };
    let answer = answer::make(&on);
    let frame = Frame { vendor: model.vendor, model: model.id, now, serial, wrapped: false, credits: None };
    deliver(answer, wish, request, options, frame)
}

/// Answers `countTokens`.
pub(crate) fn count_tokens(world: &mut World, index: usize, request: &Request, now: Timestamp) -> Reply {
    let wrapped = world.options.count_tokens_wrapped;
    let account = &world.accounts[index];
    let model = request.model().and_then(|id| model_of(account, id));
    match (model, prompt::counted(request.json.as_ref())) {
        // It fails for some Claude ids (`upstream-api` §6.6).
        (None, Ok(_)) => Refusal::UnknownModel.reply(now),
        (Some(model), Ok(_)) if model.id.starts_with("claude-opus") => Refusal::UnknownModel.reply(now),
        (Some(_), Ok(prompt)) => Reply::json(200, &counted(&prompt, wrapped)),
        (_, Err(refusal)) => refusal.reply(now),
    }
}

/// Answers AI Studio's `countTokens`.
pub(crate) fn studio_count(request: &Request, now: Timestamp) -> Reply {
    match prompt::studio_counted(request.json.as_ref()) {
        Ok(prompt) => Reply::json(200, &counted(&prompt, false)),
        Err(refusal) => refusal.reply(now),
    }
}

fn counted(prompt: &Prompt, wrapped: bool) -> Value {
    let count = json!({"totalTokens": prompt.tokens()});
    if wrapped { json!({"response": count}) } else { count }
}

/// A request that may be answered, and the model it is for.
fn accepted(account: &Account, request: &Request, options: &Options) -> Result<(Model, Envelope), Refusal> {
    let envelope = prompt::envelope(request.json.as_ref())?;
    let id = request.model().ok_or(Refusal::MissingField { at: "model".to_owned() })?;
    let model = model_of(account, id).ok_or(Refusal::UnknownModel)?;
    check_project(account, request, true)?;
    check(&envelope.request, &model, options)?;
    Ok((model, envelope))
}

fn check(prompt: &Prompt, model: &Model, options: &Options) -> Result<(), Refusal> {
    if !options.validate {
        return Ok(());
    }
    conversation::check(prompt, model)?;
    limits::check(prompt, model)
}

/// Debits the request, by credits where the window is empty and the client allowed that: (spent, left).
fn bill(
    account: &mut Account,
    model: &Model,
    tokens: u64,
    envelope: &Envelope,
    now: Timestamp,
) -> Result<Option<(u64, u64)>, Box<Reply>> {
    if model.internal {
        return Ok(None);
    }
    let cost = account.cost(tokens);
    let exhausted = match account.spec.kind {
        AccountKind::Antigravity => account.pool(model.vendor.group()).and_then(|pool| pool.exhausted(now)),
        AccountKind::GeminiCli => account.bucket(&model.id).and_then(|bucket| {
            bucket.window.settle(now);
            bucket.window.is_empty().then(|| (bucket.window.clone(), bucket.window.read(now)))
        }),
    };
    let Some((window, reading)) = exhausted else {
        match account.spec.kind {
            AccountKind::Antigravity => {
                account.pool(model.vendor.group()).into_iter().for_each(|pool| pool.bill(cost, now));
            }
            AccountKind::GeminiCli => account.bucket(&model.id).into_iter().for_each(|bucket| {
                let share = 1.0 / bucket.limit() as f64;
                bucket.window.bill(share, now);
            }),
        }
        return Ok(None);
    };
    let may_spend = envelope.enabled_credit_types.iter().any(|kind| kind == "GOOGLE_ONE_AI");
    let refused = match (may_spend, account.credits >= LEAST_CREDITS) {
        (true, true) => {
            account.credits -= CREDITS_EACH;
            return Ok(Some((CREDITS_EACH, account.credits)));
        }
        (true, false) => errors::reply("429.insufficient_credits", now),
        (false, _) => errors::quota_exhausted(&model.id, &window, reading.reset, now),
    };
    Err(Box::new(refused.because(Refusal::QuotaExhausted)))
}

fn deliver(
    answer: answer::Answer,
    wish: Option<Wish>,
    request: &Request,
    options: &Options,
    frame: Frame,
) -> Reply {
    match (wish, streams(request)) {
        (Some(Wish::Captured(name)), _) => captured(name, request, options, &frame),
        (Some(Wish::Error(name)), false) => errors::reply(&name, frame.now),
        (Some(Wish::Error(name)), true) => {
            let error = mid_stream_error(&name, frame.now);
            stream(
                events::chunks(answer, frame.clone()).take(2).chain([error]),
                request,
                options,
                frame.serial,
            )
        }
        (_, true) => {
            let serial = frame.serial;
            stream(events::chunks(answer, frame), request, options, serial)
        }
        (_, false) => Reply::json(200, &events::whole(&answer, &frame)),
    }
}

fn streams(request: &Request) -> bool {
    matches!(request.kind, CallKind::StreamGenerate | CallKind::KeyStream)
}

fn stream(
    chunks: impl Iterator<Item = Value> + Send + 'static,
    request: &Request,
    options: &Options,
    serial: u64,
) -> Reply {
    if request.query("alt") == Some("sse") {
        return Reply::stream(Events::sse(chunks, &options.stream, options.seed ^ serial));
    }
    let mut reply = Reply::stream(Events::array(chunks, &options.stream));
    reply.headers = vec![("content-type", "application/json; charset=UTF-8".to_owned())];
    reply
}

fn mid_stream_error(name: &str, now: Timestamp) -> Value {
    let error = errors::find(name).and_then(|entry| entry.body(now));
    let bare = |body: Value| body.get(0).cloned().unwrap_or(body);
    error.map(bare).unwrap_or_else(
        || json!({"error": {"code": 500, "message": "Internal error encountered.", "status": "INTERNAL"}}),
    )
}

macro_rules! captured_answers {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("bodies/generate/", $name, ".json")))),*]
    };
}

static CAPTURED: [(&str, &str); 7] = captured_answers![
    "empty_200",
    "gemini.blocked_prompt",
    "gemini.grounded",
    "gemini.malformed_function_call",
    "gemini.max_tokens_no_parts",
    "gemini.safety",
    "version_unsupported",
];

/// A captured answer in today's frame: whole, or as the only chunk of a stream.
fn captured(name: &str, request: &Request, options: &Options, frame: &Frame) -> Reply {
    let text = CAPTURED.iter().find(|(known, _)| *known == name).map_or("null", |(_, text)| *text);
    // The embedded texts are read by a test.
    let body: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    let mut response = rebase(body["response"].clone(), frame.now);
    if let Some(fields) = response.as_object_mut() {
        fields.insert("modelVersion".to_owned(), json!(frame.model));
    }
    let body = frame.enclose(response);
    if streams(request) {
        return stream(std::iter::once(body), request, options, frame.serial);
    }
    Reply::json(200, &body)
}

/// A model of AI Studio.
pub(crate) fn studio_model(id: &str) -> Model {
    Model { vendor: Vendor::Google, ..catalogue::plain_gemini(id) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// JSON that uses the words of real requests in any order.
    fn any_request() -> impl Strategy<Value = Value> {
        let word = prop::sample::select(vec![
            "contents",
            "role",
            "parts",
            "text",
            "thought",
            "thoughtSignature",
            "functionCall",
            "functionResponse",
            "id",
            "name",
            "args",
            "response",
            "inlineData",
            "tools",
            "functionDeclarations",
            "parameters",
            "type",
            "properties",
            "items",
            "required",
            "enum",
            "generationConfig",
            "maxOutputTokens",
            "thinkingConfig",
            "thinkingBudget",
            "systemInstruction",
            "user",
            "model",
            "OBJECT",
            "ARRAY",
            "",
        ]);
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            word.clone().prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 64, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(word.clone().prop_map(str::to_owned), inner, 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    /// One turn with parts as they occur, right and wrong.
    fn any_turn() -> impl Strategy<Value = Value> {
        let part = prop::sample::select(vec![
            json!({"text": "hi"}),
            json!({"text": "", "thought": true}),
            json!({"text": "Hm.", "thought": true, "thoughtSignature": "x"}),
            json!({"functionCall": {"id": "a", "name": "f", "args": {}}}),
            json!({"functionResponse": {"id": "a", "name": "f", "response": {}}}),
            json!({"functionCall": {"name": "g"}, "thoughtSignature": signature::SENTINEL}),
            json!({}),
        ]);
        let role = prop::sample::select(vec!["user", "model"]);
        (role, prop::collection::vec(part, 0..4))
            .prop_map(|(role, parts)| json!({"role": role, "parts": parts}))
    }

    proptest! {
        /// Refused or accepted, but never a panic.
        #[test]
        fn any_body_is_judged(request in any_request(), turns in prop::collection::vec(any_turn(), 0..6)) {
            let options = Options::default();
            for body in [json!({"request": request}), json!({"request": {"contents": turns}})] {
                let Ok(envelope) = prompt::envelope(Some(&body)) else { continue };
                for id in ["claude-sonnet-4-6", "gemini-3.6-flash-low", "gpt-oss-120b-medium"] {
                    let model = catalogue::antigravity(id).unwrap();
                    let accepted = check(&envelope.request, &model, &options).is_ok();
                    prop_assert!(!accepted || !envelope.request.contents.is_empty());
                    let stream = &options.stream;
                    let on = Situation { prompt: &envelope.request, model: &model, wish: None, stream, serial: 1 };
                    prop_assert!(answer::make(&on).finish.is_some());
                }
            }
        }
    }

    #[test]
    fn captured_answers_read() {
        for (name, text) in CAPTURED {
            let body: Value = serde_json::from_str(text).unwrap();
            assert!(body["response"].is_object(), "{name}");
        }
    }
}
