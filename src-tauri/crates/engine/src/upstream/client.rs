//! The calls Headroom makes: hosts in turn, paced, each with the headers it needs and no others.

use super::hosts::Hosts;
use super::{Answer, CallError, Pacer, Transport, Urgency};
use crate::clock::Clock;
use crate::settings::SettingsKeeper;
use domain::credential::Provider;
use http::{HeaderValue, Method, Request, header};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::Duration;

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

/// How long a call for quota, a project or a token may take.
pub(super) const CONTROL_LIMIT: Duration = Duration::from_secs(20);
/// How long a warmup may take.
const WARMUP_LIMIT: Duration = Duration::from_secs(30);

/// Calls the service. Clones share connections and pace.
#[derive(Clone)]
pub struct Upstream {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    settings: SettingsKeeper,
    pub(super) clock: Arc<dyn Clock>,
    pacer: Pacer,
    pub(super) hosts: Hosts,
    pub(super) transport: Arc<dyn Transport>,
}

impl Upstream {
    /// Calls through `transport`, at the pacer's pace.
    #[must_use]
    pub fn new(
        settings: SettingsKeeper,
        clock: Arc<dyn Clock>,
        pacer: Pacer,
        transport: Arc<dyn Transport>,
    ) -> Self {
        Self { inner: Arc::new(Inner { settings, clock, pacer, hosts: Hosts::default(), transport }) }
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
        let (method, agent) = (api.method(), self.agent(provider));
        self.on_hosts(provider, urgency, |host| {
            Request::builder()
                .method(Method::POST)
                .uri(format!("{host}/v1internal:{method}"))
                .header(header::AUTHORIZATION, bearer(token))
                .header(header::USER_AGENT, &agent)
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.clone())
        })
        .await
    }

    /// Waits for a turn to send a warmup.
    ///
    /// # Errors
    /// When the settings allow no connection.
    pub async fn turn(&self, urgency: Urgency) -> Result<(), CallError> {
        self.inner.transport.prepare()?;
        self.inner.pacer.turn(urgency).await;
        Ok(())
    }

    /// Sends a warmup and reads the answer to its end, in a turn that was waited for. Another host is tried only
    /// where this one was not reached: what may have arrived is never sent a second time.
    ///
    /// # Errors
    /// When no host answered.
    pub async fn warmup(
        &self,
        provider: Provider,
        body: Vec<u8>,
        token: &SecretString,
        urgency: Urgency,
    ) -> Result<Answer, CallError> {
        let agent = self.agent(provider);
        let mut last = Err(CallError::NoHost);
        for host in self.inner.hosts.order(provider, &self.configured(provider), self.inner.clock.now()) {
            if last.is_err() && !matches!(last, Err(CallError::NoHost)) {
                self.turn(urgency).await?;
            }
            let request = Request::builder()
                .method(Method::POST)
                .uri(format!("{}/v1internal:streamGenerateContent?alt=sse", host.trim_end_matches('/')))
                .header(header::AUTHORIZATION, bearer(token))
                .header(header::USER_AGENT, &agent)
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.clone())?;
            last = self.inner.transport.send(request, WARMUP_LIMIT).await;
            match &last {
                Err(CallError::Connect) => {
                    tracing::debug!(%host, "The host was not reached; trying the next")
                }
                Ok(_) | Err(_) => break,
            }
        }
        last
    }

    /// What we call ourselves in calls for a provider.
    #[must_use]
    pub fn agent(&self, provider: Provider) -> String {
        let settings = self.inner.settings.current();
        match provider {
            Provider::Antigravity => settings.upstream_user_agent_antigravity.clone(),
            Provider::GeminiCli | Provider::ApiKey => settings.upstream_user_agent_gemini_cli.clone(),
        }
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
        let agent = self.agent(provider);
        self.on_hosts(provider, urgency, |host| {
            Request::builder()
                .uri(format!("{host}/v1internal/{name}"))
                .header(header::AUTHORIZATION, bearer(token))
                .header(header::USER_AGENT, &agent)
                .body(Vec::new())
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
        let agent = self.agent(Provider::ApiKey);
        let pairs = [("pageSize", "1000")].into_iter().chain(page.map(|page| ("pageToken", page)));
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.on_hosts(Provider::ApiKey, urgency, |host| {
            Request::builder()
                .uri(format!("{host}/v1beta/models?{query}"))
                .header("x-goog-api-key", sensitive(key.expose_secret()))
                .header(header::USER_AGENT, &agent)
                .body(Vec::new())
        })
        .await
    }

    /// Posts a form to the token endpoint; not paced.
    ///
    /// # Errors
    /// When it did not answer.
    pub async fn token(&self, form: &[(&str, &str)]) -> Result<Answer, CallError> {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::builder()
            .method(Method::POST)
            .uri(&self.inner.settings.current().oauth_token_url)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.into_bytes())?;
        self.inner.transport.send(request, CONTROL_LIMIT).await
    }

    /// Asks who a login belongs to; not paced.
    ///
    /// # Errors
    /// When the endpoint did not answer.
    pub async fn userinfo(&self, token: &SecretString) -> Result<Answer, CallError> {
        let request = Request::builder()
            .uri(&self.inner.settings.current().oauth_userinfo_url)
            .header(header::AUTHORIZATION, bearer(token))
            .body(Vec::new())?;
        self.inner.transport.send(request, CONTROL_LIMIT).await
    }

    async fn on_hosts(
        &self,
        provider: Provider,
        urgency: Urgency,
        request: impl Fn(&str) -> http::Result<Request<Vec<u8>>>,
    ) -> Result<Answer, CallError> {
        let mut last = Err(CallError::NoHost);
        for host in self.inner.hosts.order(provider, &self.configured(provider), self.inner.clock.now()) {
            self.inner.transport.prepare()?;
            self.inner.pacer.turn(urgency).await;
            last = self.inner.transport.send(request(host.trim_end_matches('/'))?, CONTROL_LIMIT).await;
            match &last {
                Ok(answer) if !goes_on(answer.status) => {
                    self.inner.hosts.worked(provider, &host, self.inner.clock.now());
                    break;
                }
                Ok(answer) => {
                    tracing::debug!(%host, status = answer.status, "The host failed; trying the next")
                }
                Err(error) => tracing::debug!(%host, %error, "The host did not answer; trying the next"),
            }
        }
        last
    }

    pub(super) fn configured(&self, provider: Provider) -> Vec<String> {
        let settings = self.inner.settings.current();
        match provider {
            Provider::Antigravity => settings.upstream_urls.clone(),
            Provider::GeminiCli => settings.gemini_cli_urls.clone(),
            Provider::ApiKey => vec![settings.api_key_url.clone()],
        }
    }
}

/// Whether the next host is tried. Never for 400, 401, 403 and 429: they are about the request, the login
/// or its quota, and another host would only be asked to do what this one refused.
fn goes_on(status: u16) -> bool {
    status == 408 || status >= 500
}

pub(super) fn bearer(token: &SecretString) -> HeaderValue {
    sensitive(&format!("Bearer {}", token.expose_secret()))
}

/// A header value that is never printed. A secret that is no header text becomes an empty value, which the
/// service refuses.
pub(super) fn sensitive(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_broken_host_sends_the_call_to_the_next() {
        for (status, expected) in [
            (200, false),
            (400, false),
            (401, false),
            (403, false),
            (404, false),
            (408, true),
            (429, false),
            (500, true),
            (503, true),
        ] {
            assert_eq!(goes_on(status), expected, "{status}");
        }
    }

    #[test]
    fn a_secret_header_does_not_print() {
        let value = bearer(&SecretString::from("ya29.FAKE_CANARY"));
        assert!(!format!("{value:?}").contains("CANARY"));
    }
}
