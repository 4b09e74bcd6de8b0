//! The same levers over HTTP, for tests in other processes: everything under `/_simulator/`.
//!
//! `POST advance {"seconds": n}` · `POST set` (an [`AccountChange`]) · `POST fault` (a [`Fault`]) · `DELETE faults` ·
//! `GET calls` · `DELETE calls` · `GET state`. JSON in and out; errors are `{"error": text}`.

use std::sync::Arc;

use hyper::{Method, body::Bytes};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    account::Account,
    change::{self, AccountChange},
    core::Core,
    errors::wire_time,
    fault::Fault,
    reply::Reply,
    simulator::push_fault,
};

/// Body of `advance`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// Seconds; negative moves the clock back.
    seconds: f64,
}

/// What went wrong with a lever.
#[derive(Debug, thiserror::Error)]
enum ControlError {
    #[error("the body is not what this lever takes: {0}")]
    Body(#[from] serde_json::Error),
    #[error("{0} seconds is no length of time")]
    Seconds(f64),
    #[error(transparent)]
    Refused(#[from] crate::fault::FaultError),
    #[error("there is no lever `{0}`; advance, set, fault, faults, calls and state are")]
    NoLever(String),
}

/// Answers a lever.
pub(crate) fn answer(core: &Arc<Core>, method: &Method, lever: &str, body: &Bytes) -> Reply {
    match pulled(core, method, lever, body) {
        Ok(answer) => Reply::json(200, &answer),
        Err(error) => {
            let status = if matches!(error, ControlError::NoLever(_)) { 404 } else { 400 };
            Reply::json(status, &json!({"error": error.to_string()}))
        }
    }
}

fn pulled(core: &Arc<Core>, method: &Method, lever: &str, body: &Bytes) -> Result<Value, ControlError> {
    let now = core.clock.now();
    match (method.as_str(), lever) {
        ("POST", "advance") => {
            let Advance { seconds } = read(body)?;
            let by =
                SignedDuration::try_from_secs_f64(seconds).map_err(|_| ControlError::Seconds(seconds))?;
            core.clock.advance(by);
            Ok(json!({"now": core.clock.now().to_string()}))
        }
        ("POST", "set") => {
            let change: AccountChange = read(body)?;
            change::apply(&mut core.world(), change, now)?;
            Ok(json!({}))
        }
        ("POST", "fault") => {
            let fault: Fault = read(body)?;
            push_fault(core, fault)?;
            Ok(json!({}))
        }
        ("DELETE", "faults") => {
            core.world().faults.clear();
            Ok(json!({}))
        }
        ("GET", "calls") => Ok(serde_json::to_value(core.log().all())?),
        ("DELETE", "calls") => {
            core.log().clear();
            Ok(json!({}))
        }
        ("GET", "state") => Ok(state(core, now)),
        (_, other) => Err(ControlError::NoLever(other.to_owned())),
    }
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, ControlError> {
    Ok(serde_json::from_slice(body)?)
}

/// An account in the state's JSON.
#[derive(Serialize)]
struct AccountState {
    name: String,
    email: String,
    onboarded: bool,
    project: Option<String>,
    flags: Value,
    refresh_revoked: bool,
    credits: u64,
    groups: Value,
}

fn state(core: &Core, now: Timestamp) -> Value {
    let mut world = core.world();
    let accounts: Vec<AccountState> =
        world.accounts.iter_mut().map(|account| account_state(account, now)).collect();
    let waiting = world.faults.waiting();
    json!({"now": now.to_string(), "accounts": accounts, "faults": waiting})
}

fn account_state(account: &mut Account, now: Timestamp) -> AccountState {
    let mut groups = serde_json::Map::new();
    for (group, pool) in &mut account.pools {
        let windows: serde_json::Map<String, Value> = pool
            .read(now)
            .into_iter()
            .map(|(window, reading)| {
                let told = json!({"remaining": reading.remaining, "reset": wire_time(reading.reset), "started": reading.started});
                (window.name, told)
            })
            .collect();
        groups.insert(group.prefix().to_owned(), Value::Object(windows));
    }
    AccountState {
        name: account.spec.name.clone(),
        email: account.spec.address(),
        onboarded: account.onboarded,
        project: account.project.clone(),
        flags: json!(account.flags),
        refresh_revoked: account.refresh_revoked,
        credits: account.credits,
        groups: Value::Object(groups),
    }
}
