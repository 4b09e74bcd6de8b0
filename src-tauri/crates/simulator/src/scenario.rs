//! What the simulated service looks like: accounts, keys, options, faults from the start.
//!
//! A scenario is data (TOML or JSON) with times relative to its start, so that it is alive whenever it is started.
//! What becomes of it while the simulator runs is `world`'s.

mod account;
mod files;
mod options;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use self::{
    account::{
        AccountKind, AccountSpec, BucketSpec, Flag, ListShape, ModelSpec, OAuthClient, Onboarded,
        OnboardingSpec, SummaryShape, Tier, WindowSpec,
    },
    options::{LineEnding, Options, Split, StreamOptions},
};
use crate::{
    fault::{Fault, FaultError},
    window,
};

/// Accounts, keys and settings of a simulated upstream. `Scenario::default()` has none of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// How the service behaves towards everybody.
    pub options: Options,
    /// Logins.
    pub accounts: Vec<AccountSpec>,
    /// AI Studio keys.
    pub api_keys: Vec<ApiKeySpec>,
    /// OAuth clients the token endpoint knows beside those of the accounts.
    pub clients: Vec<OAuthClient>,
    /// Faults that wait from the start.
    pub faults: Vec<Fault>,
}

/// An AI Studio key and what happens to its calls.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiKeySpec {
    /// What people call it; also its name in the call log.
    pub name: String,
    /// The key itself; empty becomes `FAKE_API_KEY_<NAME>`.
    pub key: String,
    /// What the service thinks of it.
    pub state: ApiKeyState,
    /// Requests per minute before a 429; none = unlimited.
    pub per_minute: Option<u32>,
    /// Requests per day (Los Angeles) before a 429; none = unlimited.
    pub per_day: Option<u32>,
}

/// What the service thinks of an API key (`upstream-api` §13).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeyState {
    /// Works.
    #[default]
    Good,
    /// 400 `API_KEY_INVALID`.
    Invalid,
    /// 403 `SERVICE_DISABLED`.
    ServiceDisabled,
    /// 403 `API_KEY_SERVICE_BLOCKED`.
    Blocked,
    /// 403 `API_KEY_HTTP_REFERRER_BLOCKED`.
    Referrer,
    /// 503, "overloaded".
    Overloaded,
}

impl ApiKeySpec {
    /// A good key of this name.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// The key as it is sent.
    pub fn secret(&self) -> String {
        if self.key.is_empty() {
            format!("FAKE_API_KEY_{}", token_word(&self.name))
        } else {
            self.key.clone()
        }
    }
}

/// Why a scenario cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// Not TOML, or a field of it is wrong.
    #[error("the scenario is not readable as TOML: {0}")]
    Toml(#[from] toml::de::Error),
    /// Not JSON, or a field of it is wrong.
    #[error("the scenario is not readable as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Two things that must differ are the same.
    #[error("{what} `{value}` occurs twice; give each account and key its own")]
    Twice {
        /// What occurs twice: a name, an e-mail address, a refresh token.
        what: &'static str,
        /// Its value.
        value: String,
    },
    /// An account or key has no name.
    #[error("an account or key has no `name`; every one needs one")]
    NoName,
    /// A share outside 0.0–1.0, or not a number.
    #[error("{account}: {field} is {value}; give a share from 0.0 to 1.0")]
    Share {
        /// Whose.
        account: String,
        /// Which field.
        field: &'static str,
        /// What it says.
        value: f64,
    },
    /// A window whose name states no length.
    #[error("{account}: `{window}` is not a window; use 5h, weekly, or a number with h or d")]
    Window {
        /// Whose.
        account: String,
        /// The name.
        window: String,
    },
    /// A fault that cannot be played.
    #[error(transparent)]
    Fault(#[from] FaultError),
}

impl Scenario {
    /// Reads a scenario: JSON where the text starts with `{`, else TOML.
    ///
    /// # Errors
    /// Where the text does not parse or describes something impossible.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = if text.trim_start().starts_with('{') {
            serde_json::from_str(text)?
        } else {
            toml::from_str(text)?
        };
        scenario.check()?;
        Ok(scenario)
    }

    /// Half a dozen credentials that show every state a user can meet; invented people.
    pub fn demo() -> Self {
        // The embedded text is checked by a test, so the empty scenario is never seen.
        Self::parse(include_str!("demo.toml")).unwrap_or_default()
    }

    /// Adds an account.
    #[must_use]
    pub fn with(mut self, account: AccountSpec) -> Self {
        self.accounts.push(account);
        self
    }

    /// Names and keys of the API keys a user would have: (name, key).
    pub fn api_keys(&self) -> Vec<(String, String)> {
        self.api_keys.iter().map(|key| (key.name.clone(), key.secret())).collect()
    }

    /// Refuses what cannot be played.
    pub(crate) fn check(&self) -> Result<(), ScenarioError> {
        let keys = || self.api_keys.iter();
        let accounts = || self.accounts.iter();
        distinct("the name", accounts().map(|a| a.name.clone()).chain(keys().map(|k| k.name.clone())))?;
        distinct("the e-mail address", accounts().map(AccountSpec::address))?;
        distinct("the refresh token", accounts().map(AccountSpec::refresh_secret))?;
        distinct("the key", keys().map(ApiKeySpec::secret))?;
        self.accounts.iter().try_for_each(check_account)?;
        self.faults.iter().try_for_each(|fault| self.check_fault(fault))?;
        Ok(())
    }

    fn check_fault(&self, fault: &Fault) -> Result<(), FaultError> {
        fault.check()?;
        let Some(name) = fault.account.as_deref() else { return Ok(()) };
        let of_account =
            self.accounts.iter().any(|account| account.name == name || account.address() == name);
        let of_key = self.api_keys.iter().any(|key| key.name == name);
        if of_account || of_key { Ok(()) } else { Err(FaultError::Account(name.to_owned())) }
    }
}

fn distinct(what: &'static str, values: impl Iterator<Item = String>) -> Result<(), ScenarioError> {
    let mut seen = BTreeSet::new();
    for value in values {
        if value.is_empty() {
            return Err(ScenarioError::NoName);
        }
        if !seen.insert(value.clone()) {
            return Err(ScenarioError::Twice { what, value });
        }
    }
    Ok(())
}

fn check_account(account: &AccountSpec) -> Result<(), ScenarioError> {
    let named = account.groups.values().flat_map(|windows| windows.keys());
    if let Some(odd) = named.chain(&account.windows).find(|name| window::length_of(name).is_none()) {
        return Err(ScenarioError::Window { account: account.name.clone(), window: odd.clone() });
    }
    let used =
        account.groups.values().flat_map(|windows| windows.values()).map(|window| ("used", window.used));
    let buckets = account.buckets.iter().map(|bucket| ("used", bucket.used));
    let models =
        account.models.values().filter_map(|model| model.remaining).map(|share| ("remaining", share));
    let drift = account.drift.values().map(|drift| ("drift", *drift));
    let cost = account.cost.iter().map(|cost| ("cost", *cost));
    let mut shares = used.chain(buckets).chain(models).chain(drift).chain(cost);
    match shares.find(|(_, share)| !(0.0..=1.0).contains(share)) {
        Some((field, value)) => Err(ScenarioError::Share { account: account.name.clone(), field, value }),
        None => Ok(()),
    }
}

/// A name as it stands inside an invented token: `Ada Pro` → `ADA_PRO`.
pub(crate) fn token_word(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, part: &str) {
        let error = Scenario::parse(text).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }

    #[test]
    fn the_embedded_demo_reads() {
        let demo = Scenario::parse(include_str!("demo.toml")).unwrap();
        assert_eq!(demo, Scenario::demo());
        assert!(demo.accounts.len() >= 6 && !demo.api_keys.is_empty());
    }

    #[test]
    fn toml_and_json_say_the_same() {
        let toml =
            "[[accounts]]\nname = \"ada\"\n[accounts.groups.3p]\n5h = { used = 0.4, started = \"-3h\" }\n";
        let json = r#"{"accounts":[{"name":"ada","groups":{"3p":{"5h":{"used":0.4,"started":"-3h"}}}}]}"#;
        assert_eq!(Scenario::parse(toml).unwrap(), Scenario::parse(json).unwrap());
    }

    #[test]
    fn a_scenario_survives_a_round_trip() {
        let demo = Scenario::demo();
        assert_eq!(Scenario::parse(&serde_json::to_string(&demo).unwrap()).unwrap(), demo);
        assert_eq!(Scenario::parse(&toml::to_string(&demo).unwrap()).unwrap(), demo);
    }

    #[test]
    fn an_impossible_scenario_is_refused_with_the_reason() {
        refused("{", "not readable as JSON");
        refused("accounts = 1", "not readable as TOML");
        refused("[[accounts]]\nnmae = \"x\"", "unknown field `nmae`");
        refused("[[accounts]]\nemail = \"x@example.com\"", "has no `name`");
        refused("[[accounts]]\nname = \"a\"\n[[accounts]]\nname = \"a\"", "the name `a` occurs twice");
        refused(
            "[[accounts]]\nname = \"a\"\n[accounts.groups.gemini]\n5h = { used = 1.5 }",
            "a: used is 1.5",
        );
        refused("[[accounts]]\nname = \"a\"\nwindows = [\"monthly\"]", "`monthly` is not a window");
        refused("[[accounts]]\nname = \"a\"\ndrift = { gemini = -0.1 }", "drift is -0.1");
        refused("[[faults]]\nwhat = { error = { name = \"999\" } }", "999");
        refused("[[faults]]\nwhat = \"hang\"\naccount = \"eve\"", "no account or key `eve`");
    }
}
