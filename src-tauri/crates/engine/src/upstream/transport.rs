//! How a request leaves the process, and its answer comes back: whole, or as it comes.
//!
//! The network is one way; tests with simulated time hand requests to the simulated service directly, because
//! a socket has a clock of its own.

use super::call::ReadFailure;
use super::{Answer, CallError, Incoming};
use crate::clock::Clock;
use crate::settings::SettingsKeeper;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hyper::body::Bytes;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Idle connections for generation, for each host.
const STREAMS_KEPT: usize = 32;
const STREAM_KEPT_FOR: Duration = Duration::from_secs(60);
/// For a stream that comes in one piece.
const STREAM_LIMIT: Duration = Duration::from_secs(3_600);

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

    /// Sends it and answers when the head of the answer is there; the body is read as it comes, and dropping it ends
    /// the call. A way that knows answers only as a whole gives it in one piece.
    fn stream(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<Incoming, CallError>> {
        async move { Ok(Incoming::whole(self.send(request.map(|body| body.to_vec()), STREAM_LIMIT).await?)) }
            .boxed()
    }
}

/// The network: no redirects, no proxy but the user's own.
pub struct Network {
    settings: SettingsKeeper,
    clock: Arc<dyn Clock>,
    client: Mutex<Built>,
    /// For answers that are read as they come: more connections are kept, and nothing is unpacked on the way.
    streaming: Mutex<Built>,
}

/// A client and the proxy setting it was built for: it is built anew when that changes.
type Built = Option<(Option<String>, reqwest::Client)>;

impl Network {
    /// A client that follows the settings.
    #[must_use]
    pub fn new(settings: SettingsKeeper, clock: Arc<dyn Clock>) -> Self {
        Self { settings, clock, client: Mutex::default(), streaming: Mutex::default() }
    }

    fn client(&self) -> Result<reqwest::Client, CallError> {
        self.built(&self.client, |builder| builder.pool_max_idle_per_host(2))
    }

    fn streaming(&self) -> Result<reqwest::Client, CallError> {
        self.built(&self.streaming, |builder| {
            builder.no_gzip().pool_max_idle_per_host(STREAMS_KEPT).pool_idle_timeout(STREAM_KEPT_FOR)
        })
    }

    fn built(
        &self,
        slot: &Mutex<Built>,
        shape: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<reqwest::Client, CallError> {
        let settings = self.settings.current();
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((built_for, client)) = slot.as_ref()
            && *built_for == settings.upstream_proxy
        {
            return Ok(client.clone());
        }
        let client = build(settings.upstream_proxy.as_deref(), shape)?;
        *slot = Some((settings.upstream_proxy.clone(), client.clone()));
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

    fn stream(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<Incoming, CallError>> {
        async move {
            let request = reqwest::Request::try_from(request)?;
            let named = |error: reqwest::Error| CallError::of(error, CONNECT_LIMIT);
            let response = self.streaming()?.execute(request).await.map_err(named)?;
            Ok(Incoming::of(response, self.clock.now()))
        }
        .boxed()
    }
}

fn build(
    proxy: Option<&str>,
    shape: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
) -> Result<reqwest::Client, CallError> {
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_LIMIT)
        .tcp_nodelay(true)
        // The system's proxy variables are not used: only what the user set here.
        .no_proxy();
    let mut builder = shape(builder);
    if let Some(proxy) = proxy {
        builder = builder.proxy(reqwest::Proxy::all(proxy)?);
    }
    Ok(builder.build()?)
}
