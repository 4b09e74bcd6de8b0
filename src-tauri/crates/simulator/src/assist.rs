//! The Code Assist methods: who may call them, and which module answers.
//!
//! `upstream-api` §1.2 and §7. Order of the checks: header, token, standing, rate, then the method itself.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    account::Account,
    buckets,
    calls::CallKind,
    errors, generation, models, onboarding,
    refusal::Refusal,
    reply::Reply,
    request::Request,
    scenario::Flag,
    summary, tier,
    world::{Caller, World},
};

/// Answers a Code Assist method.
pub(crate) fn answer(world: &mut World, request: &Request, caller: Caller, now: Timestamp) -> Reply {
    let trace = format!("fake0trace{:07}", world.serial());
    decide(world, request, caller, now).header("x-cloudaicompanion-trace-id", trace)
}

fn decide(world: &mut World, request: &Request, caller: Caller, now: Timestamp) -> Reply {
    if request.user_project {
        return Refusal::UserProjectHeader.reply(now);
    }
    let index = match caller {
        Caller::Account(index) => index,
        Caller::Nobody { why, .. } => return why.reply(now),
        Caller::Key(_) => return errors::reply("401.token_type_unsupported", now),
    };
    if let Some(flag) = forbidden_by(&world.accounts[index], request.kind) {
        return Refusal::Standing { flag }.reply(now);
    }
    if let Some(refused) = too_fast(world, index, request, now) {
        return refused;
    }
    match request.kind {
        CallKind::LoadCodeAssist => tier::load_code_assist(&world.accounts[index], request, now),
        CallKind::OnboardUser => onboarding::onboard(world, index, request, now),
        CallKind::Operation => onboarding::operation(world, index, request, now),
        CallKind::FetchAvailableModels => models::fetch_available(world, index, request, now),
        CallKind::RetrieveUserQuotaSummary => summary::retrieve(world, index, request, now),
        CallKind::RetrieveUserQuota => buckets::retrieve(world, index, request, now),
        CallKind::Generate | CallKind::StreamGenerate => generation::generate(world, index, request, now),
        CallKind::CountTokens => generation::count_tokens(world, index, request, now),
        CallKind::Authorize
        | CallKind::Token
        | CallKind::Revoke
        | CallKind::UserInfo
        | CallKind::KeyModels
        | CallKind::KeyGenerate
        | CallKind::KeyStream
        | CallKind::KeyCount
        | CallKind::Unknown => errors::reply("404", now),
    }
}

/// The flag that forbids a method, the worst first.
fn forbidden_by(account: &Account, method: CallKind) -> Option<Flag> {
    let generates = matches!(method, CallKind::Generate | CallKind::StreamGenerate | CallKind::CountTokens);
    let loads = method == CallKind::LoadCodeAssist;
    let forbids = |flag: Flag| match flag {
        Flag::Suspended | Flag::ScopeInsufficient => true,
        // `loadCodeAssist` and `onboardUser` report these in their own words.
        Flag::ValidationRequired
        | Flag::Retired
        | Flag::UnsupportedLocation
        | Flag::RestrictedAge
        | Flag::ServiceDisabled => !loads,
        Flag::PolicyDenied => loads,
        Flag::IamDenied => generates,
        Flag::Step20 => false,
    };
    account.flags.iter().copied().find(|flag| forbids(*flag))
}

/// The burst limit (`RATE_LIMIT_EXCEEDED`), counted apart for generation and the rest.
fn too_fast(world: &mut World, index: usize, request: &Request, now: Timestamp) -> Option<Reply> {
    let generates = matches!(request.kind, CallKind::Generate | CallKind::StreamGenerate);
    let options = &world.options;
    let allowed = if generates { options.requests_per_second } else { options.control_requests_per_second };
    let account = &mut world.accounts[index];
    let rate = if generates { &mut account.generation_rate } else { &mut account.control_rate };
    let wait = rate.take(allowed.filter(|allowed| *allowed > 0.0)?, now).err()?;
    let model = request.model().unwrap_or_default();
    Some(errors::rate_limited(model, wait, now).because(Refusal::RateLimited))
}

/// Refuses a project that is not the account's; calls that need none leave it out.
pub(crate) fn check_project(account: &Account, request: &Request, needed: bool) -> Result<(), Refusal> {
    match (request.project(), account.project.as_deref()) {
        (Some(named), Some(own)) if named == own => Ok(()),
        (Some(_), _) => Err(Refusal::ProjectOfSomebodyElse),
        (None, Some(_)) if needed => Err(Refusal::ProjectMissing),
        (None, _) => Ok(()),
    }
}

/// A body that must be a JSON object with these fields and no others.
pub(crate) fn check_fields(request: &Request, known: &[&str]) -> Result<(), Refusal> {
    match request.json.as_ref() {
        Some(Value::Object(fields)) => match fields.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Refusal::UnknownField { name: name.clone(), at: String::new() }),
            None => Ok(()),
        },
        Some(_) => Err(Refusal::InvalidValue {
            at: String::new(),
            wanted: "Message".to_owned(),
            value: "[]".to_owned(),
        }),
        None => Err(Refusal::NotJson),
    }
}

/// A project as the upstream writes it: a name, or an object.
pub(crate) fn project_value(project: &str, as_object: bool) -> Value {
    if as_object {
        json!({"id": project, "name": project, "projectNumber": "100000000001"})
    } else {
        Value::String(project.to_owned())
    }
}
