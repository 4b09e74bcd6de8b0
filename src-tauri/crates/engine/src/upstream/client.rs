//! The HTTP client of the service: hosts in turn, paced, no redirects, no proxy but the user's own.

use super::hosts::Hosts;
use super::{Answer, CallError, Pacer, Urgency};
use crate::clock::Clock;
use crate::settings::SettingsKeeper;
use domain::credential::Provider;
use secrecy::{ExposeSecret, SecretString};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a quota, discovery or token call may take in all.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(20);
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Methods of the private API that Headroom calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// `retrieveUserQuotaSummary`
    Summary,
    /// `fetchAvailableModels`
    Models,
    /// `retrieveUserQuota`
    Buckets,
    /// `loadCodeAssist`
    Load,
    /// `onboardUser`
    Onboard,
}

impl Api {
    fn method(self) -> &'static str {
        match self {
            Self::Summary => "retrieveUserQuotaSummary",
            Self::Models => "fetchAvailableModels",
            Self::Buckets => "retrieveUserQuota",
            Self::Load => "loadCodeAssist",
            Self::Onboard => "onboardUser",
        }
    }
}

/// Calls the service. Clones share connections and pace.
#[derive(Clone)]
pub struct Upstream {
    inner: Arc<Inner>,
}

struct Inner {
    settings: SettingsKeeper,
    clock: Arc<dyn Clock>,
    pacer: Pacer,
    hosts: Hosts,
    /// The client and the proxy setting it was built for: it is built anew when that changes.
    http: Mutex<Option<(Option<String>, reqwest::Client)>>,
}

impl Upstream {
    /// A client that follows the settings.
    #[must_use]
    pub fn new(settings: SettingsKeeper, clock: Arc<dyn Clock>, pacer: Pacer) -> Self {
        Self { inner: Arc::new(Inner { settings, clock, pacer, hosts: Hosts::default(), http: Mutex::new(None) }) }
    }

    /// Calls a method of the private API; paced.
    ///
    /// # Errors
    /// When no host answered at all.
    pub async fn internal(
        &self,
        provider: Provider,
        api: Api,
        body: Vec<u8>,
        token: &SecretString,
        urgency: Urgency,
    ) -> Result<Answer, CallError> {
        let path = format!("/v1internal:{}", api.method());
        self.on_hosts(provider, urgency, |http, host| {
            self.bearer(http.post(format!("{host}{path}")), provider, token)
                .header("content-type", "application/json")
                .body(body.clone())
        })
        .await
    }

    /// Asks how far a long-running operation is; paced.
    ///
    /// # Errors
    /// When no host answered at all.
    pub async fn operation(
        &self,
        provider: Provider,
        name: &str,
        token: &SecretString,
        urgency: Urgency,
    ) -> Result<Answer, CallError> {
        self.on_hosts(provider, urgency, |http, host| {
            self.bearer(http.get(format!("{host}/v1internal/{name}")), provider, token)
        })
        .await
    }

    /// Lists the models an API key of Google AI Studio may use; paced.
    ///
    /// # Errors
    /// When the host did not answer.
    pub async fn key_models(
        &self,
        key: &SecretString,
        page: Option<&str>,
        urgency: Urgency,
    ) -> Result<Answer, CallError> {
        self.on_hosts(Provider::ApiKey, urgency, |http, host| {
            let mut request = http.get(format!("{host}/v1beta/models")).query(&[("pageSize", "1000")]);
            if let Some(page) = page {
                request = request.query(&[("pageToken", page)]);
            }
            request
                .header("x-goog-api-key", sensitive(key.expose_secret()))
                .header("user-agent", self.inner.settings.current().upstream_user_agent_gemini_cli.clone())
        })
        .await
    }

    /// Posts a form to the token endpoint; not paced.
    ///
    /// # Errors
    /// When it did not answer.
    pub async fn token(&self, form: &[(&str, &str)]) -> Result<Answer, CallError> {
        let url = self.inner.settings.current().oauth_token_url.clone();
        self.send(self.http()?.post(url).form(form)).await
    }

    /// Asks who a login belongs to; not paced.
    ///
    /// # Errors
    /// When the endpoint did not answer.
    pub async fn userinfo(&self, token: &SecretString) -> Result<Answer, CallError> {
        let url = self.inner.settings.current().oauth_userinfo_url.clone();
        self.send(self.http()?.get(url).header("authorization", bearer(token))).await
    }

    async fn on_hosts(
        &self,
        provider: Provider,
        urgency: Urgency,
        request: impl Fn(&reqwest::Client, &str) -> reqwest::RequestBuilder,
    ) -> Result<Answer, CallError> {
        let mut last = Err(CallError::NoHost);
        for host in self.inner.hosts.order(provider, &self.configured(provider), self.inner.clock.now()) {
            self.inner.pacer.turn(urgency).await;
            last = self.send(request(&self.http()?, host.trim_end_matches('/'))).await;
            match &last {
                Ok(answer) if !goes_on(answer.status) => {
                    self.inner.hosts.worked(provider, &host, self.inner.clock.now());
                    break;
                }
                Ok(answer) => tracing::debug!(%host, status = answer.status, "The host failed; trying the next"),
                Err(error) => tracing::debug!(%host, %error, "The host did not answer; trying the next"),
            }
        }
        last
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, CallError> {
        let response = request.send().await?;
        Answer::read(response, self.inner.clock.now()).await
    }

    fn configured(&self, provider: Provider) -> Vec<String> {
        let settings = self.inner.settings.current();
        match provider {
            Provider::Antigravity => settings.upstream_urls.clone(),
            Provider::GeminiCli => settings.gemini_cli_urls.clone(),
            Provider::ApiKey => vec![settings.api_key_url.clone()],
        }
    }

    fn bearer(
        &self,
        request: reqwest::RequestBuilder,
        provider: Provider,
        token: &SecretString,
    ) -> reqwest::RequestBuilder {
        let settings = self.inner.settings.current();
        let agent = match provider {
            Provider::Antigravity => &settings.upstream_user_agent_antigravity,
            Provider::GeminiCli | Provider::ApiKey => &settings.upstream_user_agent_gemini_cli,
        };
        request.header("authorization", bearer(token)).header("user-agent", agent.clone())
    }

    fn http(&self) -> Result<reqwest::Client, CallError> {
        let proxy = self.inner.settings.current().upstream_proxy.clone();
        let mut slot = self.inner.http.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((built_for, client)) = slot.as_ref()
            && *built_for == proxy
        {
            return Ok(client.clone());
        }
        let client = build(proxy.as_deref())?;
        *slot = Some((proxy, client.clone()));
        Ok(client)
    }
}

/// Whether the next host is tried. Never for 400, 401, 403 and 429: they are about the request, the login
/// or its quota, and another host would only be asked to do what this one refused.
fn goes_on(status: u16) -> bool {
    status == 408 || status >= 500
}

fn build(proxy: Option<&str>) -> Result<reqwest::Client, CallError> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_LIMIT)
        .timeout(TIME_LIMIT)
        .tcp_nodelay(true)
        .pool_max_idle_per_host(2)
        // The system's proxy variables are not used: only what the user set here.
        .no_proxy();
    if let Some(proxy) = proxy {
        builder = builder.proxy(reqwest::Proxy::all(proxy)?);
    }
    Ok(builder.build()?)
}

fn bearer(token: &SecretString) -> reqwest::header::HeaderValue {
    sensitive(&format!("Bearer {}", token.expose_secret()))
}

/// A header value that is never printed. A secret that is no header text becomes an empty value, which the
/// service refuses.
fn sensitive(text: &str) -> reqwest::header::HeaderValue {
    let mut value =
        reqwest::header::HeaderValue::from_str(text).unwrap_or(reqwest::header::HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_broken_host_sends_the_call_to_the_next() {
        for (status, expected) in
            [(200, false), (400, false), (401, false), (403, false), (404, false), (408, true), (429, false), (500, true), (503, true)]
        {
            assert_eq!(goes_on(status), expected, "{status}");
        }
    }

    #[test]
    fn a_secret_header_does_not_print() {
        let value = bearer(&SecretString::from("ya29.FAKE_CANARY"));
        assert!(!format!("{value:?}").contains("CANARY"));
    }
}
