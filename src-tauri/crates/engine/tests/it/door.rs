//! An engine whose proxy listens, and clients that knock.

use crate::bench::Bench;
use crate::relay::Relay;
use engine::testkit::ClientKeySpec;
use engine::view::dto::Freshness;
use engine::{Mode, Time};
use serde_json::{Value, json};
use simulator::{AccountSpec, ApiKeySpec, Call, CallKind, Scenario};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const GEMINI: &str = "gemini-3.6-flash-high";
pub const CLAUDE: &str = "claude-sonnet-4-6";
pub const STUDIO: &str = "gemini-2.5-flash";

/// An engine whose proxy listens, with its credentials read.
pub struct Door {
    pub bench: Bench,
    pub address: SocketAddr,
    pub key: String,
    pub http: reqwest::Client,
}

impl Door {
    /// With logins of Antigravity.
    pub async fn with(names: &[&str]) -> Self {
        let accounts = names.iter().map(|name| AccountSpec::new(name));
        Self::open(accounts.fold(Scenario::default(), Scenario::with)).await
    }

    pub async fn open(scenario: Scenario) -> Self {
        Self::open_with(scenario, &[]).await
    }

    /// With settings of its own.
    pub async fn open_with(scenario: Scenario, settings: &[(&str, &str)]) -> Self {
        let keys = scenario.api_keys();
        let bench = Bench::with_credentials(scenario, Mode::Full, Time::Real).await;
        for (name, key) in keys {
            bench.add_key(&name, &key).await;
        }
        Self::of(bench, settings).await
    }

    /// With a raw relay between the engine and the service.
    pub async fn behind(relay: &Relay, names: &[&str]) -> Self {
        let accounts = names.iter().map(|name| AccountSpec::new(name));
        let scenario = accounts.fold(Scenario::default(), Scenario::with);
        let mut bench = Bench::with_credentials(scenario, Mode::OneShot, Time::Real).await;
        relay.leads_to(bench.simulator.address());
        let url = format!("http://{}", relay.address);
        bench.restart_with(Mode::Full, &[("HEADROOM_UPSTREAM_URLS", &url)]).await;
        Self::of(bench, &[]).await
    }

    async fn of(bench: Bench, settings: &[(&str, &str)]) -> Self {
        bench.set("upstream_min_interval_ms", "500").await;
        bench.quota(Freshness::Cached).await;
        let address = free();
        for (key, value) in settings {
            bench.set(key, value).await;
        }
        bench.set("proxy_listen", &address.to_string()).await;
        bench.set("proxy_enabled", "true").await;
        let key = bench.client_key(ClientKeySpec::named("test")).await;
        listens(address).await;
        let door = Self { bench, address, key, http: caller() };
        door.bench.simulator.clear_calls();
        door
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub async fn post(&self, path: &str, body: &Value) -> reqwest::Response {
        self.post_as(&self.key, path, body).await
    }

    pub async fn post_as(&self, key: &str, path: &str, body: &Value) -> reqwest::Response {
        self.http.post(self.url(path)).bearer_auth(key).json(body).send().await.unwrap()
    }

    /// A short chat, answered whole.
    pub async fn chat(&self, model: &str) -> reqwest::Response {
        self.post("/v1/chat/completions", &chat(model, false)).await
    }

    /// Which account answered a short chat.
    #[track_caller]
    pub fn served(&self, answer: &reqwest::Response) -> String {
        assert_eq!(answer.status(), 200, "{answer:?}");
        self.bench.simulator.calls().iter().rev().find(|c| generates(c)).unwrap().account.clone().unwrap()
    }

    /// The upstream's calls that generate.
    pub fn calls(&self) -> Vec<Call> {
        self.bench.simulator.calls().into_iter().filter(generates).collect()
    }

    /// Bytes in, and what comes back until the proxy closes.
    pub async fn raw(&self, bytes: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let _ = stream.write_all(bytes.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(15), stream.read_to_end(&mut answer)).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The head and body of a request with the right key.
    pub fn request(&self, path: &str, body: &Value) -> String {
        let body = body.to_string();
        format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            self.key,
            body.len()
        )
    }
}

pub fn generates(call: &Call) -> bool {
    matches!(
        call.method,
        CallKind::Generate | CallKind::StreamGenerate | CallKind::KeyGenerate | CallKind::KeyStream
    )
}

pub fn chat(model: &str, stream: bool) -> Value {
    json!({"model": model, "stream": stream, "messages": [{"role": "user", "content": "Say hello."}]})
}

pub fn api_key(name: &str) -> Scenario {
    Scenario { api_keys: vec![ApiKeySpec::new(name)], ..Scenario::default() }
}

/// A client with no connection yet.
pub fn caller() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// A port that was free a moment ago.
pub fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

pub async fn listens(address: SocketAddr) {
    until("the proxy listens", || std::net::TcpStream::connect(address).is_ok()).await;
}

/// Waits until something holds.
pub async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never: {what}");
}

/// The data of every server-sent event.
pub fn events(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.strip_prefix("data: ")).map(str::to_owned).collect()
}
