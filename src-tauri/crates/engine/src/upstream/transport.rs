//! How a request leaves the process, and its answer comes back whole.
//!
//! The network is one way; tests with simulated time hand requests to the simulated service directly, because
//! a socket has a clock of its own.

use super::call::ReadFailure;
use super::{Answer, CallError};
use crate::clock::Clock;
use crate::settings::SettingsKeeper;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Carries a request to the service.
pub trait Transport: Send + Sync + 'static {
    /// Makes everything ready that a request would wait for, so that it leaves when its turn comes.
    ///
    /// # Errors
    /// When the settings allow no connection.
    fn prepare(&self) -> Result<(), CallError>;

    /// Sends it and reads the answer to its end, for `limit` at most.
    fn send(
        &self,
        request: http::Request<Vec<u8>>,
        limit: Duration,
    ) -> BoxFuture<'_, Result<Answer, CallError>>;
}

/// The network: no redirects, no proxy but the user's own.
pub struct Network {
    settings: SettingsKeeper,
    clock: Arc<dyn Clock>,
    /// The client and the proxy setting it was built for: it is built anew when that changes.
    client: Mutex<Option<(Option<String>, reqwest::Client)>>,
}

impl Network {
    /// A client that follows the settings.
    #[must_use]
    pub fn new(settings: SettingsKeeper, clock: Arc<dyn Clock>) -> Self {
        Self { settings, clock, client: Mutex::new(None) }
    }

    fn client(&self) -> Result<reqwest::Client, CallError> {
        let proxy = self.settings.current().upstream_proxy.clone();
        let mut slot = self.client.lock().unwrap_or_else(PoisonError::into_inner);
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

impl Transport for Network {
    fn prepare(&self) -> Result<(), CallError> {
        self.client().map(drop)
    }

    fn send(
        &self,
        request: http::Request<Vec<u8>>,
        limit: Duration,
    ) -> BoxFuture<'_, Result<Answer, CallError>> {
        async move {
            let mut request = reqwest::Request::try_from(request)?;
            *request.timeout_mut() = Some(limit);
            let named = |error| CallError::of(error, limit);
            let response = self.client()?.execute(request).await.map_err(named)?;
            Answer::read(response, self.clock.now()).await.map_err(|error| match error {
                ReadFailure::TooLarge => CallError::TooLarge,
                ReadFailure::Network(error) => named(error),
            })
        }
        .boxed()
    }
}

fn build(proxy: Option<&str>) -> Result<reqwest::Client, CallError> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_LIMIT)
        .tcp_nodelay(true)
        .pool_max_idle_per_host(2)
        // The system's proxy variables are not used: only what the user set here.
        .no_proxy();
    if let Some(proxy) = proxy {
        builder = builder.proxy(reqwest::Proxy::all(proxy)?);
    }
    Ok(builder.build()?)
}
