//! `onboardUser` and its long-running operation (`upstream-api` §3.3).

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    account::Account,
    assist::{check_fields, project_value},
    errors,
    refusal::Refusal,
    reply::Reply,
    request::Request,
    scenario::Onboarded,
    tier,
    world::World,
};

/// Answers `onboardUser`; asking again is the same as asking after the operation.
pub(crate) fn onboard(world: &mut World, index: usize, request: &Request, now: Timestamp) -> Reply {
    if let Err(refusal) = check_fields(request, &["tierId", "cloudaicompanionProject", "metadata"]) {
        return refusal.reply(now);
    }
    let wanted = request.text("tierId").unwrap_or_default();
    let Some(brings_project) = tier::allows(&world.accounts[index], wanted) else {
        return Refusal::MissingField { at: "tier_id".to_owned() }.reply(now);
    };
    // A project with a tier that brings its own, or none with one that does not, is refused alike.
    if brings_project != request.project().is_some() {
        return errors::reply("400.failed_precondition", now);
    }
    let number = world.serial();
    let account = &mut world.accounts[index];
    if brings_project {
        account.project = request.project().map(str::to_owned);
    }
    let running = account.onboarding.get_or_insert_with(|| (format!("operations/FAKE.op.{number:04}"), 0));
    let name = running.0.clone();
    progress(account, &name)
}

/// Answers the poll of an operation.
pub(crate) fn operation(world: &mut World, index: usize, request: &Request, now: Timestamp) -> Reply {
    let account = &mut world.accounts[index];
    match (&account.onboarding, request.subject.as_deref()) {
        (Some((running, _)), Some(asked)) if running == asked => {
            let name = asked.to_owned();
            progress(account, &name)
        }
        (Some(_) | None, _) => errors::reply("404", now),
    }
}

/// One more question; after enough of them it is done.
fn progress(account: &mut Account, name: &str) -> Reply {
    let spec = &account.spec.onboarding;
    let polls = account.onboarding.as_ref().map_or(0, |(_, polls)| *polls);
    if polls < spec.polls || spec.ends == Onboarded::Never {
        account.onboarding = Some((name.to_owned(), polls.saturating_add(1)));
        let metadata = json!({"@type": type_url("OnboardUserOperationMetadata")});
        return Reply::json(200, &json!({"name": name, "metadata": metadata, "done": false}));
    }
    if spec.ends == Onboarded::Error {
        let error = json!({"code": 7, "message": "Example: onboarding refused."});
        return Reply::json(200, &json!({"name": name, "done": true, "error": error}));
    }
    account.onboarded = true;
    let granted = matches!(spec.ends, Onboarded::Project | Onboarded::StringProject);
    if granted && account.project.is_none() {
        account.project = account.spec.project_id();
    }
    let project = account.project.as_deref().filter(|_| granted);
    let response = match (spec.ends, project) {
        (Onboarded::StringProject, Some(project)) => json!({"cloudaicompanionProject": project}),
        (Onboarded::NoProject, _) => json!({}),
        (_, Some(project)) => done(project_value(project, true)),
        (_, None) => done(json!({})),
    };
    Reply::json(200, &json!({"name": name, "done": true, "response": response}))
}

fn done(project: Value) -> Value {
    json!({"@type": type_url("OnboardUserResponse"), "cloudaicompanionProject": project,
           "status": {"statusCode": "NOTICE", "displayMessage": "Example: you are now connected.", "messageTitle": "Welcome"}})
}

fn type_url(message: &str) -> String {
    format!("type.googleapis.com/google.internal.cloud.code.v1internal.{message}")
}
