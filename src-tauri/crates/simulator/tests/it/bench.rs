//! What every test here needs: a running simulator and a client that speaks to it.

use std::sync::Once;

use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, RequestBuilder, header::HeaderMap};
use serde_json::Value;
use simulator::{AccountSpec, Call, CallKind, End, Options, Scenario, SimClock, Simulator};

/// The instant all fixture times belong to.
pub const T0: &str = "2026-09-01T00:00:00Z";

/// A simulator on a clock that stands at [`T0`], and a client.
pub struct Bench {
    pub sim: Simulator,
    pub http: reqwest::Client,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The first `ErrorInfo.reason`.
    pub fn reason(&self) -> Option<String> {
        self.json()["error"]["details"]
            .as_array()?
            .iter()
            .find_map(|d| Some(d["reason"].as_str()?.to_owned()))
    }
}

/// An account that is signed in: its access token is `ya29.FAKE_<name>`.
pub fn signed_in(spec: AccountSpec) -> AccountSpec {
    AccountSpec { access_token: Some(format!("ya29.FAKE_{}", spec.name)), ..spec }
}

pub fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

pub fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

#[track_caller]
pub fn fixture(path: &str) -> Value {
    let path = format!("{}/tests/fixtures/{path}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).expect(&path)).expect(&path)
}

impl Bench {
    pub async fn with(scenario: Scenario) -> Self {
        Self::at(scenario, SimClock::Fixed(T0.parse().unwrap())).await
    }

    pub async fn at(scenario: Scenario, clock: SimClock) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
        let sim = Simulator::start(scenario, "127.0.0.1:0".parse().unwrap(), clock).await.unwrap();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self { sim, http }
    }

    /// One signed-in account of the default kind, called `ada`.
    pub async fn ada() -> Self {
        Self::of(AccountSpec::new("ada")).await
    }

    /// One account that stays signed in, whatever the clock does.
    pub async fn of(spec: AccountSpec) -> Self {
        let options = Options { expires_in: 1_000_000_000, ..Options::default() };
        Self::with(Scenario { options, ..Scenario::default().with(signed_in(spec)) }).await
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.sim.base_url()))
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }

    /// `POST /v1internal:{method}` as this account.
    pub async fn assist(&self, account: &str, method: &str, body: &Value) -> Answer {
        self.send(self.assist_request(account, method, body)).await
    }

    pub fn assist_request(&self, account: &str, method: &str, body: &Value) -> RequestBuilder {
        self.request(Method::POST, &format!("/v1internal:{method}"))
            .bearer_auth(format!("ya29.FAKE_{account}"))
            .json(body)
    }

    /// A smallest request for a model.
    pub async fn warm(&self, account: &str, model: &str) -> Answer {
        self.assist(account, "generateContent", &smallest(account, model)).await
    }

    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.request(Method::POST, path).form(fields)).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// The groups' windows: bucket id to (remaining, reset).
    pub async fn windows(
        &self,
        account: &str,
    ) -> std::collections::BTreeMap<String, (Option<f64>, Timestamp)> {
        let summary = self.assist(account, "retrieveUserQuotaSummary", &serde_json::json!({})).await.json();
        let groups = summary["groups"].as_array().unwrap();
        let buckets = groups.iter().flat_map(|group| group["buckets"].as_array().unwrap());
        buckets
            .map(|bucket| {
                let reset = bucket["resetTime"].as_str().unwrap().parse().unwrap();
                (
                    bucket["bucketId"].as_str().unwrap().to_owned(),
                    (bucket["remainingFraction"].as_f64(), reset),
                )
            })
            .collect()
    }

    pub fn now(&self) -> Timestamp {
        self.sim.now()
    }

    pub fn last_call(&self) -> Call {
        self.sim.calls().pop().unwrap()
    }

    /// Waits until a call of this kind has ended.
    pub async fn ended(&self, kind: CallKind) -> Call {
        loop {
            let done = |call: &Call| call.method == kind && call.end != End::Open;
            if let Some(call) = self.sim.calls().into_iter().find(done) {
                return call;
            }
            tokio::task::yield_now().await;
        }
    }
}

/// The smallest valid generation request.
pub fn smallest(account: &str, model: &str) -> Value {
    serde_json::json!({"project": format!("example-project-{account}"), "model": model,
        "request": {"contents": [{"role": "user", "parts": [{"text": "hi"}]}], "generationConfig": {"maxOutputTokens": 1}}})
}

/// A request with these words of the user.
pub fn saying(account: &str, model: &str, words: &str) -> Value {
    let mut body = smallest(account, model);
    body["request"]["contents"][0]["parts"][0]["text"] = words.into();
    body["request"]["generationConfig"] = serde_json::json!({});
    body
}
