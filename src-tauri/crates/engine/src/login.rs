//! Sign-in in the browser: a listener on the loopback address, PKCE, a random state, five minutes.
//!
//! The client id and secret are the user's (settings, or an import): the program ships none.

mod flow;
mod listener;
mod url;

use crate::clock::Clock;
use crate::credentials::{CredentialError, Credentials, Newcomer};
use crate::ledger::Ledger;
use crate::quota::QuotaSource;
use crate::secrets::SecretName;
use crate::settings::SettingsKeeper;
use crate::tasks::Tasks;
use crate::upstream::{Upstream, client_of, pack};
use crate::view::dto::{LoginProgress, LoginStarted};
use domain::credential::{CredentialId, Provider};
use domain::policy::words::{Said, Spoken};
use flow::Flow;
use jiff::SignedDuration;
use secrecy::ExposeSecret;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A sign-in that takes longer is over.
const LIFE: SignedDuration = SignedDuration::from_mins(5);
/// Sign-ins at once; the oldest is given up for a new one.
const AT_ONCE: usize = 4;

/// Why a sign-in could not begin or be ended by hand.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// API keys are added, not signed in with.
    #[error("an API key needs no sign-in; add it with `headroom credentials add-key NAME`")]
    ApiKey,
    /// There is no client to sign in with.
    #[error("no OAuth client is known for {}; set oauth_client_id_{key} and oauth_client_secret_{key}, or import a credential file that carries them", .0.title(), key = .0.key().replace('-', "_"))]
    NoClient(Provider),
    /// No such sign-in.
    #[error("this sign-in is over; begin a new one")]
    NoFlow,
    /// The pasted text is no callback of this sign-in.
    #[error(
        "that is not the address of this sign-in; paste the whole address the browser ended on, with code and state"
    )]
    NotACallback,
    /// The loopback listener cannot be opened.
    #[error("no port on 127.0.0.1 could be opened for the sign-in: {0}")]
    Listen(std::io::Error),
    /// The secrets cannot be opened or stored.
    #[error(transparent)]
    Credential(#[from] CredentialError),
}

impl Spoken for LoginError {
    fn in_chinese(&self) -> String {
        match self {
            Self::ApiKey => "API 密钥不需要登录；请用 `headroom credentials add-key NAME` 添加".to_owned(),
            Self::NoClient(provider) => {
                let (title, key) = (provider.title(), provider.key().replace('-', "_"));
                format!(
                    "没有可用于 {title} 的 OAuth 客户端；请设置 oauth_client_id_{key} 和 oauth_client_secret_{key}，或导入带有它们的凭据文件"
                )
            }
            Self::NoFlow => "这次登录已经结束；请重新开始".to_owned(),
            Self::NotACallback => {
                "这不是本次登录的地址；请粘贴浏览器最后所在的完整地址，其中带有 code 和 state".to_owned()
            }
            Self::Listen(error) => format!("无法在 127.0.0.1 上为登录打开端口：{error}"),
            Self::Credential(error) => error.in_chinese(),
        }
    }
}

/// The sign-ins under way. Clones share them.
#[derive(Clone)]
pub struct Logins {
    inner: Arc<Inner>,
}

struct Inner {
    credentials: Credentials,
    ledger: Ledger,
    source: QuotaSource,
    upstream: Upstream,
    settings: SettingsKeeper,
    clock: Arc<dyn Clock>,
    tasks: Tasks,
    flows: Mutex<HashMap<String, Arc<Flow>>>,
}

impl Logins {
    /// No sign-in yet.
    #[must_use]
    pub fn new(
        credentials: Credentials,
        ledger: Ledger,
        source: QuotaSource,
        upstream: Upstream,
        settings: SettingsKeeper,
        clock: Arc<dyn Clock>,
        tasks: Tasks,
    ) -> Self {
        let flows = Mutex::default();
        Self {
            inner: Arc::new(Inner { credentials, ledger, source, upstream, settings, clock, tasks, flows }),
        }
    }

    /// Begins a sign-in: opens the listener and says what to open in the browser.
    ///
    /// # Errors
    /// When there is no OAuth client, or no port.
    pub async fn start(&self, provider: Provider) -> Result<LoginStarted, LoginError> {
        if provider == Provider::ApiKey {
            return Err(LoginError::ApiKey);
        }
        let inner = &self.inner;
        let client = client_of(&inner.credentials, provider).await?.ok_or(LoginError::NoClient(provider))?;
        let listener = listener::open().await.map_err(LoginError::Listen)?;
        let port = listener.local_addr().map_err(LoginError::Listen)?.port();
        let flow = Arc::new(Flow::new(provider, client, port, inner.clock.now() + LIFE));
        let url = url::authorize(&inner.settings.current().oauth_authorize_url, &flow);
        let started = LoginStarted { flow: flow.id.clone(), url, expires_at: flow.expires_at.to_string() };
        self.keep(flow.clone());
        let logins = self.clone();
        inner.tasks.start(|stop| async move {
            let life = std::time::Duration::from_secs(LIFE.as_secs().unsigned_abs());
            tokio::select! {
                callback = listener::wait(listener, flow.clone()) => logins.finish(&flow, callback).await,
                () = tokio::time::sleep(life) => logins.fail(&flow, &Said::new(
                    "nobody came back from the browser within five minutes; begin again",
                    "五分钟内没有从浏览器返回；请重新开始",
                )),
                () = flow.over() => {}
                () = stop.cancelled() => {}
            }
        });
        Ok(started)
    }

    /// How far a sign-in is.
    ///
    /// # Errors
    /// When there is no such sign-in.
    pub fn progress(&self, id: &str) -> Result<LoginProgress, LoginError> {
        Ok(self.flow(id)?.progress())
    }

    /// Ends a sign-in with the address the browser ended on, for a browser on another machine.
    ///
    /// # Errors
    /// When there is no such sign-in, or the address is not its callback.
    pub async fn paste(&self, id: &str, address: &str) -> Result<LoginProgress, LoginError> {
        let flow = self.flow(id)?;
        let query = address.split_once('?').map_or(address, |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        let callback = flow.callback(query).map_err(|_| LoginError::NotACallback)?;
        self.finish(&flow, callback).await;
        Ok(flow.progress())
    }

    /// Gives a sign-in up.
    ///
    /// # Errors
    /// When there is no such sign-in.
    pub fn cancel(&self, id: &str) -> Result<(), LoginError> {
        self.fail(&*self.flow(id)?, &Said::new("you gave the sign-in up", "你放弃了这次登录"));
        Ok(())
    }

    fn fail(&self, flow: &Flow, why: &Said) {
        flow.fail(why.in_language(self.inner.settings.language()));
    }

    fn flow(&self, id: &str) -> Result<Arc<Flow>, LoginError> {
        self.flows().get(id).cloned().ok_or(LoginError::NoFlow)
    }

    fn flows(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Flow>>> {
        self.inner.flows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, flow: Arc<Flow>) {
        let mut flows = self.flows();
        while flows.len() >= AT_ONCE {
            let Some(oldest) = flows.values().min_by_key(|f| f.expires_at).map(|f| f.id.clone()) else {
                break;
            };
            if let Some(given_up) = flows.remove(&oldest) {
                self.fail(&given_up, &Said::new("a newer sign-in took its place", "已由更新的登录取代"));
            }
        }
        flows.insert(flow.id.clone(), flow);
    }

    /// Exchanges the code, once, and stores the credential.
    async fn finish(&self, flow: &Flow, callback: flow::Callback) {
        let code = match callback {
            flow::Callback::Code(code) => code,
            flow::Callback::Denied(why) => {
                let why = Said::new(
                    format!("the service ended the sign-in: {why}"),
                    format!("服务结束了登录：{why}"),
                );
                return self.fail(flow, &why);
            }
        };
        if !flow.begin_exchange() {
            return;
        }
        match self.exchange(flow, &code).await {
            Ok((id, name)) => flow.done(id.to_string(), name),
            Err(why) => self.fail(flow, &why),
        }
    }

    async fn exchange(
        &self,
        flow: &Flow,
        code: &secrecy::SecretString,
    ) -> Result<(CredentialId, String), Said> {
        let inner = &self.inner;
        let form = [
            ("client_id", flow.client.0.expose_secret()),
            ("client_secret", flow.client.1.expose_secret()),
            ("code", code.expose_secret()),
            ("code_verifier", flow.verifier.expose_secret()),
            ("redirect_uri", &flow.redirect_uri),
            ("grant_type", "authorization_code"),
        ];
        let answer = inner.upstream.token(&form).await.map_err(|e| e.said())?;
        if !answer.is_success() {
            let why = wire::upstream::token::refusal(answer.status, &answer.body).said();
            return Err(Said::new(
                format!("the service did not accept the sign-in ({}); begin again", why.english),
                format!("服务没有接受这次登录（{}）；请重新开始", why.chinese),
            ));
        }
        let token = wire::upstream::token::parse(&answer.body).map_err(|e| e.said())?;
        if !token.scopes.iter().any(|s| s == url::CLOUD_PLATFORM) {
            return Err(Said::new(
                "a permission was left out on the consent page; begin again and leave every box ticked",
                "授权页面上漏选了一项权限；请重新开始，并保留所有勾选",
            ));
        }
        let Some(refresh_token) = token.refresh_token else {
            return Err(Said::new(
                "the service gave no lasting login; take Headroom's access away in your account and begin again",
                "服务没有给出长期有效的登录；请在你的账号中移除 Headroom 的访问权限后重新开始",
            ));
        };
        let email = match inner.upstream.userinfo(&token.access_token).await {
            Ok(answer) if answer.is_success() => {
                wire::upstream::userinfo::parse(&answer.body).ok().and_then(|i| i.email)
            }
            Ok(_) | Err(_) => None,
        }
        .or(token.email);
        let expires_at = inner.clock.now() + token.expires_in;
        let secrets = vec![
            (SecretName::RefreshToken, refresh_token),
            (SecretName::AccessToken, pack(&token.access_token, expires_at)),
            (SecretName::ClientId, flow.client.0.clone()),
            (SecretName::ClientSecret, flow.client.1.clone()),
        ];
        self.store(flow.provider, email, secrets).await.map_err(|e| e.said())
    }

    /// The same login signed in again gets the new tokens; any other is new.
    async fn store(
        &self,
        provider: Provider,
        email: Option<String>,
        secrets: Vec<(SecretName, secrecy::SecretString)>,
    ) -> Result<(CredentialId, String), CredentialError> {
        let inner = &self.inner;
        let state = inner.ledger.state();
        let same = email.as_ref().and_then(|email| {
            state
                .credentials
                .iter()
                .map(|k| &k.credential)
                .find(|c| c.provider == provider && c.email.as_ref() == Some(email))
        });
        if let Some(credential) = same {
            inner.credentials.renew(&credential.id, secrets).await?;
            inner.source.forget(&credential.id);
            return Ok((credential.id.clone(), credential.name()));
        }
        let new = Newcomer { provider, email, label: None, project: None, disabled: false, secrets };
        let credential = inner.credentials.add(new).await?;
        Ok((credential.id.clone(), credential.name()))
    }
}
