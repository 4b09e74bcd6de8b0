//! Calls that generate: not paced, read as they come.

use super::client::{CONTROL_LIMIT, bearer, sensitive};
use super::{Answer, CallError, Incoming, Upstream};
use domain::credential::Provider;
use http::{HeaderName, HeaderValue, Method as Verb, Request, header};
use hyper::body::Bytes;
use secrecy::{ExposeSecret, SecretString};

/// Methods of generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    /// `streamGenerateContent`, as server-sent events.
    Stream,
    /// `countTokens`.
    Count,
}

impl Method {
    fn path(self) -> &'static str {
        match self {
            Self::Stream => "streamGenerateContent?alt=sse",
            Self::Count => "countTokens",
        }
    }
}

const API_KEY: HeaderName = HeaderName::from_static("x-goog-api-key");

impl Upstream {
    /// The hosts of a provider in the order to try them.
    pub(crate) fn hosts(&self, provider: Provider) -> Vec<String> {
        self.inner.hosts.order(provider, &self.configured(provider), self.inner.clock.now())
    }

    /// A host answered well: it comes first for a while.
    pub(crate) fn host_worked(&self, provider: Provider, host: &str) {
        self.inner.hosts.worked(provider, host, self.inner.clock.now());
    }

    /// Sends a request of generation to one host; answers when the head of the answer is there. The caller keeps the
    /// time.
    pub(crate) async fn generate(
        &self,
        provider: Provider,
        host: &str,
        model: &str,
        body: Bytes,
        secret: &SecretString,
    ) -> Result<Incoming, CallError> {
        let request = self.request(provider, host, Method::Stream, model, body, secret)?;
        self.inner.transport.stream(request).await
    }

    /// Asks a host to count the tokens of a request.
    pub(crate) async fn count(
        &self,
        provider: Provider,
        host: &str,
        model: &str,
        body: Vec<u8>,
        secret: &SecretString,
    ) -> Result<Answer, CallError> {
        let request = self.request(provider, host, Method::Count, model, body, secret)?;
        self.inner.transport.send(request, CONTROL_LIMIT).await
    }

    fn request<B>(
        &self,
        provider: Provider,
        host: &str,
        method: Method,
        model: &str,
        body: B,
        secret: &SecretString,
    ) -> http::Result<Request<B>> {
        let (host, path) = (host.trim_end_matches('/'), method.path());
        let (uri, name, value): (_, _, HeaderValue) = match provider {
            Provider::Antigravity | Provider::GeminiCli => {
                (format!("{host}/v1internal:{path}"), header::AUTHORIZATION, bearer(secret))
            }
            Provider::ApiKey => {
                (format!("{host}/v1beta/models/{model}:{path}"), API_KEY, sensitive(secret.expose_secret()))
            }
        };
        Request::builder()
            .method(Verb::POST)
            .uri(uri)
            .header(name, value)
            .header(header::USER_AGENT, self.agent(provider))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
    }
}
