//! Calls an engine in another process over its control API.

use super::{other_version, unwritable};
use crate::control::API;
use crate::view::dto::{ApiError, ErrorCode};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Loopback answers at once or not at all.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);

/// An engine in another process.
#[derive(Clone)]
pub struct Remote {
    http: reqwest::Client,
    address: SocketAddr,
    token: Arc<SecretString>,
}

impl Remote {
    pub(super) fn new(address: SocketAddr, token: SecretString) -> Result<Self, ApiError> {
        // Plain HTTP to this machine: no proxy may see the token, no redirect may draw it elsewhere, and no
        // certificate is trusted.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let no_tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| no_client(&error))?
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(no_tls)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_WITHIN)
            .tcp_nodelay(true)
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| no_client(&error))?;
        Ok(Self { http, address, token: Arc::new(token) })
    }

    /// Whether the engine answers within `limit`, to anything.
    pub(super) async fn answers(&self, limit: Duration) -> bool {
        let answer = timeout(limit, self.call::<_, serde_json::Value>("status", &NoArgs {})).await;
        match answer {
            Ok(Ok(_)) => true,
            Ok(Err(error)) => error.code != ErrorCode::Unreachable,
            Err(_) => false,
        }
    }

    pub(super) async fn call<A: Serialize, R: DeserializeOwned>(
        &self,
        name: &'static str,
        args: &A,
    ) -> Result<R, ApiError> {
        let body = serde_json::to_vec(args).map_err(|_| unwritable(name))?;
        let request = self.http.post(self.url(name)).header(CONTENT_TYPE, "application/json").body(body);
        let response = self.send(request).await?;
        let bytes = response.bytes().await.map_err(|_| self.unreachable("hung up before it had answered"))?;
        serde_json::from_slice(&bytes).map_err(|_| other_version(name))
    }

    /// The event stream, open.
    pub(super) async fn events(&self) -> Result<Response, ApiError> {
        self.send(self.http.get(self.url("events"))).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Response, ApiError> {
        let request = request.bearer_auth(self.token.expose_secret());
        let response = request.send().await.map_err(|_| self.unreachable("does not answer"))?;
        match response.status() {
            status if status.is_success() => Ok(response),
            StatusCode::UNAUTHORIZED => Err(self.unreachable("was started anew since")),
            status => {
                let error = response.bytes().await.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
                Err(error.unwrap_or_else(|| self.unreachable(&format!("answered {status}"))))
            }
        }
    }

    fn url(&self, name: &str) -> String {
        format!("http://{}{API}{name}", self.address)
    }

    fn unreachable(&self, what: &str) -> ApiError {
        let message = format!(
            "The engine at {} {what}. Run the command again; if that does not help, restart Headroom.",
            self.address
        );
        ApiError::new(ErrorCode::Unreachable, message)
    }
}

#[derive(Serialize)]
struct NoArgs {}

fn no_client(error: &dyn std::error::Error) -> ApiError {
    ApiError::new(ErrorCode::Failed, format!("This program cannot make an HTTP client: {error}"))
}
