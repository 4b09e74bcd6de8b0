//! What tests with simulated time are made of: the simulated service without a socket, and a whole engine on it.

pub use crate::listener::vectors;

use crate::clock::{Clock, TimerClock};
use crate::settings::Vars;
use crate::upstream::{Answer, CallError, Transport};
use crate::{Demo, Host, Mode, Opened, Options, Time};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::header;
use jiff::tz::TimeZone;
use secrecy::ExposeSecret;
use simulator::Simulator;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Hands requests to the simulated service directly.
pub struct Direct {
    simulator: Simulator,
    clock: Arc<dyn Clock>,
}

impl Direct {
    /// A way to `simulator`.
    #[must_use]
    pub fn new(simulator: Simulator, clock: Arc<dyn Clock>) -> Self {
        Self { simulator, clock }
    }
}

impl Transport for Direct {
    fn prepare(&self) -> Result<(), CallError> {
        Ok(())
    }

    fn send(
        &self,
        request: http::Request<Vec<u8>>,
        limit: Duration,
    ) -> BoxFuture<'_, Result<Answer, CallError>> {
        async move {
            let answered = tokio::time::timeout(limit, self.simulator.send(request));
            let response = answered.await.map_err(|_| CallError::Timeout(limit))?;
            let (head, body) = response.map_err(|_| CallError::Broken)?.into_parts();
            let text = |name| head.headers.get(name).and_then(|v: &http::HeaderValue| v.to_str().ok());
            Ok(Answer {
                status: head.status.as_u16(),
                date: text(header::DATE).and_then(wire::date::http_date),
                retry_after: text(header::RETRY_AFTER).map(str::to_owned),
                body: body.into(),
                received_at: self.clock.now(),
            })
        }
        .boxed()
    }
}

/// The environment that points an engine at a simulated service and keeps its key in a file.
pub struct SimulatedVars(HashMap<&'static str, String>);

impl SimulatedVars {
    /// For the service at `base`.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let paths = [
            ("HEADROOM_UPSTREAM_URLS", ""),
            ("HEADROOM_GEMINI_CLI_URLS", ""),
            ("HEADROOM_API_KEY_URL", ""),
            ("HEADROOM_OAUTH_TOKEN_URL", "/token"),
            ("HEADROOM_OAUTH_USERINFO_URL", "/userinfo"),
            ("HEADROOM_OAUTH_AUTHORIZE_URL", "/authorize"),
        ];
        let urls = paths.map(|(name, path)| (name, format!("{base}{path}")));
        Self(urls.into_iter().chain([("HEADROOM_KEY_STORAGE", "file".to_owned())]).collect())
    }

    /// With one more variable.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.0.insert(name, value.to_owned());
        self
    }
}

impl Vars for SimulatedVars {
    fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

/// How an engine is opened on a simulated service: over sockets in real time, or without any in simulated time.
#[must_use]
pub fn options(
    dir: &Path,
    simulator: &Simulator,
    clock: &Arc<TimerClock>,
    vars: SimulatedVars,
    mode: Mode,
    time: Time,
) -> Options {
    let clock: Arc<dyn Clock> = clock.clone();
    let direct = || -> Arc<dyn Transport> { Arc::new(Direct::new(simulator.clone(), clock.clone())) };
    Options {
        vars: Arc::new(vars),
        mode,
        demo: Demo::No,
        transport: (time == Time::Simulated).then(direct),
        time,
        zone: TimeZone::UTC,
        clock: clock.clone(),
        ..Options::new(dir.to_owned())
    }
}

/// A client key of the proxy to be made.
#[derive(Debug, Clone, Default)]
pub struct ClientKeySpec {
    /// Its name.
    pub name: String,
    /// Which models it may use.
    pub models: Vec<String>,
    /// Most requests a day.
    pub daily_cap: Option<u32>,
}

impl ClientKeySpec {
    /// Without limits.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

/// Makes a client key and answers it in clear.
///
/// # Panics
/// When it cannot be stored.
#[expect(clippy::expect_used, reason = "a test that cannot start has failed")]
pub async fn client_key(host: &Host, spec: ClientKeySpec) -> String {
    let made = host.runtime().client_keys.create(spec.name, spec.models, spec.daily_cap).await;
    made.expect("the key is stored").1.expose_secret().to_owned()
}

/// What the proxy answers to these bytes on a connection of their own, as if it listened on `port`.
pub async fn converse(host: &Host, port: u16, said: Vec<u8>) -> Vec<u8> {
    host.runtime().proxy.converse(port, said).await
}

/// Whether a document of settings that can be read is the same after it was written and read again; `None` where it
/// cannot be read.
#[must_use]
pub fn settings_survive(text: &str) -> Option<bool> {
    crate::settings::survives(text)
}

/// What the proxy wrote down so far, newest first.
///
/// # Panics
/// When it cannot be read.
#[expect(clippy::expect_used, reason = "a test that cannot look has failed")]
pub async fn requests(host: &Host) -> Vec<crate::proxy::log::RequestRecord> {
    let query = crate::store::RequestQuery { limit: 1_000, ..crate::store::RequestQuery::default() };
    host.runtime().proxy.settled().await;
    let kept = host.runtime().store.requests(query).await.expect("the requests are read");
    kept.into_iter().map(|kept| kept.record).collect()
}

/// Opens a directory nobody else uses.
///
/// # Panics
/// When the engine does not start or somebody else owns the directory.
#[expect(clippy::expect_used, clippy::panic, reason = "a test that cannot start has failed")]
pub async fn open(options: Options) -> Host {
    match crate::open(options).await.expect("the engine starts") {
        Opened::Owner(host) => host,
        Opened::Running(_) => panic!("the directory is the test's own"),
    }
}
