//! The whole state of the simulated service, owned by one lock, and who is calling.
//!
//! Every answer is decided here or in an endpoint module from this state, the request and the time; nothing in it
//! waits or touches a socket.

use jiff::{SignedDuration, Timestamp};

use crate::{
    account::Account,
    assist,
    calls::CallKind,
    fault::{FaultKind, FaultQueue, Target},
    oauth,
    refusal::Refusal,
    reply::Reply,
    request::Request,
    scenario::{AccountKind, OAuthClient, Options, Scenario},
    studio::{self, ApiKey},
    tokens::{Bearer, Tokens},
};

/// State of the service.
#[derive(Debug)]
pub(crate) struct World {
    pub options: Options,
    pub accounts: Vec<Account>,
    pub keys: Vec<ApiKey>,
    pub clients: Vec<OAuthClient>,
    pub tokens: Tokens,
    pub faults: FaultQueue,
    /// Rotate the refresh token of the refresh that is being answered.
    pub rotate_refresh_token: bool,
    serial: u64,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Somebody without usable credentials; `account` where a dead token still names it.
    Nobody { why: Refusal, account: Option<usize> },
    /// An account, by index.
    Account(usize),
    /// An API key, by index.
    Key(usize),
}

impl World {
    pub(crate) fn new(scenario: Scenario, now: Timestamp) -> Self {
        let kinds = [AccountKind::Antigravity, AccountKind::GeminiCli].map(OAuthClient::of);
        let of_accounts = scenario.accounts.iter().map(|account| account.oauth_client());
        let clients = kinds.into_iter().chain(of_accounts).chain(scenario.clients).collect();
        let mut tokens = Tokens::default();
        for (index, account) in scenario.accounts.iter().enumerate() {
            if let Some(token) = &account.access_token {
                tokens.plant(
                    token.clone(),
                    index,
                    SignedDuration::from_secs(scenario.options.expires_in),
                    now,
                );
            }
        }
        Self {
            options: scenario.options,
            accounts: scenario.accounts.into_iter().map(|spec| Account::new(spec, now)).collect(),
            keys: scenario.api_keys.into_iter().map(ApiKey::new).collect(),
            clients,
            tokens,
            faults: FaultQueue::new(scenario.faults),
            rotate_refresh_token: false,
            serial: 0,
        }
    }

    /// A number nobody has had yet, for invented ids.
    pub(crate) fn serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// The account of this name or address.
    pub(crate) fn account_called(&self, name: &str) -> Option<usize> {
        self.accounts.iter().position(|account| account.is_called(name))
    }

    /// Whether faults and levers may name this.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.account_called(name).is_some() || self.keys.iter().any(|key| key.spec.name == name)
    }

    /// Who sends this request.
    pub(crate) fn caller(&self, request: &Request, now: Timestamp) -> Caller {
        match request.kind {
            CallKind::Authorize | CallKind::Token | CallKind::Revoke => match oauth::subject(self, request) {
                Some(index) => Caller::Account(index),
                None => Caller::Nobody { why: Refusal::NoCredentials, account: None },
            },
            CallKind::KeyModels | CallKind::KeyGenerate | CallKind::KeyStream | CallKind::KeyCount => {
                let sent = request.api_key.as_deref();
                match self.keys.iter().position(|key| sent == Some(key.secret.as_str())) {
                    Some(index) => Caller::Key(index),
                    None => Caller::Nobody { why: Refusal::NoCredentials, account: None },
                }
            }
            CallKind::UserInfo
            | CallKind::LoadCodeAssist
            | CallKind::OnboardUser
            | CallKind::Operation
            | CallKind::FetchAvailableModels
            | CallKind::RetrieveUserQuotaSummary
            | CallKind::RetrieveUserQuota
            | CallKind::Generate
            | CallKind::StreamGenerate
            | CallKind::CountTokens
            | CallKind::Unknown => self.bearer(request.bearer.as_deref(), now),
        }
    }

    fn bearer(&self, token: Option<&str>, now: Timestamp) -> Caller {
        let Some(token) = token else { return Caller::Nobody { why: Refusal::NoCredentials, account: None } };
        match self.tokens.bearer(token, now) {
            Bearer::Good(index) => Caller::Account(index),
            Bearer::Expired(index) => Caller::Nobody { why: Refusal::ExpiredToken, account: Some(index) },
            Bearer::Withdrawn(index) => Caller::Nobody { why: Refusal::UnknownToken, account: Some(index) },
            Bearer::Unknown => Caller::Nobody { why: Refusal::UnknownToken, account: None },
        }
    }

    /// The caller's name for the log.
    pub(crate) fn name_of(&self, caller: &Caller) -> Option<&str> {
        match caller {
            Caller::Nobody { account, .. } => account.map(|index| self.accounts[index].name()),
            Caller::Account(index) => Some(self.accounts[*index].name()),
            Caller::Key(index) => Some(&self.keys[*index].spec.name),
        }
    }

    /// The scripted faults that happen to this call.
    pub(crate) fn take_faults(&mut self, request: &Request, caller: &Caller) -> Vec<FaultKind> {
        let name = self.name_of(caller).map(str::to_owned);
        let address = match caller {
            Caller::Account(index) | Caller::Nobody { account: Some(index), .. } => {
                Some(self.accounts[*index].spec.address())
            }
            Caller::Nobody { account: None, .. } | Caller::Key(_) => None,
        };
        let names: Vec<&str> = name.iter().chain(&address).map(String::as_str).collect();
        self.faults.take(&Target { call: request.kind, names: &names, model: request.model() })
    }

    /// The answer of the service in working order.
    pub(crate) fn answer(&mut self, request: &Request, caller: Caller, now: Timestamp) -> Reply {
        match request.kind {
            CallKind::Authorize => oauth::authorize(self, request, now),
            CallKind::Token => oauth::token(self, request, now),
            CallKind::Revoke => oauth::revoke(self, request),
            CallKind::UserInfo => oauth::user_info(self, caller, now),
            CallKind::LoadCodeAssist
            | CallKind::OnboardUser
            | CallKind::Operation
            | CallKind::FetchAvailableModels
            | CallKind::RetrieveUserQuotaSummary
            | CallKind::RetrieveUserQuota
            | CallKind::Generate
            | CallKind::StreamGenerate
            | CallKind::CountTokens => assist::answer(self, request, caller, now),
            CallKind::KeyModels | CallKind::KeyGenerate | CallKind::KeyStream | CallKind::KeyCount => {
                studio::answer(self, request, caller, now)
            }
            CallKind::Unknown => crate::errors::reply("404", now),
        }
    }
}
