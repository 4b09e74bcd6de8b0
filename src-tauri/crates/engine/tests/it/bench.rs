//! An engine on a directory of its own, the simulated service beside it, and one clock for both.

use engine::clock::TimerClock;
use engine::testkit::{ClientKeySpec, SimulatedVars, client_key, open, options};
use engine::view::dto::{
    AddKeyArgs, CredentialView, Freshness, ImportArgs, ImportFile, ImportReport, QuotaArgs, QuotaDocument,
    SettingSetArgs,
};
use engine::{Client, Clock, Host, Mode, Time};
use jiff::{SignedDuration, Timestamp};
use simulator::{AccountSpec, Call, CallKind, Scenario, SimClock, Simulator};
use std::sync::Arc;
use std::time::Duration;

/// Where the tests' time begins.
pub const BEGIN: &str = "2026-09-01T00:00:00Z";

/// An engine under test.
pub struct Bench {
    pub simulator: Simulator,
    pub client: Client,
    pub clock: Arc<TimerClock>,
    pub dir: tempfile::TempDir,
    time: Time,
    host: Option<Host>,
}

impl Bench {
    /// An engine that does only what it is asked, with the scenario's logins imported.
    pub async fn start(scenario: Scenario) -> Self {
        Self::with_credentials(scenario, Mode::OneShot, Time::Real).await
    }

    /// The same without a socket, in time that the test moves.
    pub async fn simulated(scenario: Scenario) -> Self {
        Self::with_credentials(scenario, Mode::OneShot, Time::Simulated).await
    }

    /// An engine that works by itself, in time that the test moves.
    pub async fn scheduled(scenario: Scenario) -> Self {
        Self::with_credentials(scenario, Mode::Full, Time::Simulated).await
    }

    /// The same with an empty store.
    pub async fn scheduled_without_credentials(scenario: Scenario) -> Self {
        Self::empty(scenario, Mode::Full, Time::Simulated).await
    }

    pub async fn with_credentials(scenario: Scenario, mode: Mode, time: Time) -> Self {
        let files = scenario.credential_files();
        let bench = Self::empty(scenario, mode, time).await;
        let report = bench.import(files).await;
        assert!(report.entries.iter().all(|e| e.id.is_some()), "{report:?}");
        bench
    }

    /// An engine with an empty store.
    pub async fn without_credentials(scenario: Scenario, mode: Mode) -> Self {
        Self::empty(scenario, mode, Time::Real).await
    }

    async fn empty(scenario: Scenario, mode: Mode, time: Time) -> Self {
        let clock = Arc::new(TimerClock::starting_at(BEGIN.parse().unwrap()));
        let told = clock.clone();
        let sim_clock = SimClock::Shared(Arc::new(move || told.now()));
        let simulator = match time {
            Time::Real => {
                Simulator::start(scenario, "127.0.0.1:0".parse().unwrap(), sim_clock).await.unwrap()
            }
            Time::Simulated => Simulator::without_network(scenario, sim_clock).unwrap(),
        };
        let dir = scratch();
        let vars = SimulatedVars::new(&simulator.base_url());
        let host = open(options(dir.path(), &simulator, &clock, vars, mode, time)).await;
        Self { client: host.client(), simulator, clock, dir, time, host: Some(host) }
    }

    /// Stops the engine and opens its directory again.
    pub async fn restart(&mut self, mode: Mode) {
        self.restart_with(mode, &[]).await;
    }

    /// The same with more variables in the environment.
    pub async fn restart_with(&mut self, mode: Mode, variables: &[(&'static str, &str)]) {
        self.host.take().unwrap().stop().await;
        let vars = SimulatedVars::new(&self.simulator.base_url());
        let vars = variables.iter().fold(vars, |vars, (name, value)| vars.with(name, value));
        let host = open(options(self.dir.path(), &self.simulator, &self.clock, vars, mode, self.time)).await;
        self.client = host.client();
        self.host = Some(host);
    }

    /// Takes files in as if they were dropped on the window.
    pub async fn import(&self, files: Vec<(String, String)>) -> ImportReport {
        import(&self.client, files).await
    }

    pub async fn quota(&self, freshness: Freshness) -> QuotaDocument {
        self.client.quota(QuotaArgs { freshness, credential: None }).await.unwrap()
    }

    /// The one credential after a read of that freshness.
    pub async fn only(&self, freshness: Freshness) -> CredentialView {
        let mut document = self.quota(freshness).await;
        assert_eq!(document.credentials.len(), 1);
        document.credentials.remove(0)
    }

    /// Moves the wall clock of engine and service.
    pub fn jump(&self, by: SignedDuration) {
        self.clock.jump(by);
    }

    /// Lets time pass; only where it is simulated.
    pub async fn pass(&self, time: SignedDuration) {
        assert_eq!(self.time, Time::Simulated);
        tokio::time::sleep(Duration::try_from(time).unwrap()).await;
    }

    /// Makes a client key of the proxy.
    pub async fn client_key(&self, spec: ClientKeySpec) -> String {
        client_key(self.host.as_ref().unwrap(), spec).await
    }

    /// What the proxy wrote down so far, newest first.
    pub async fn requests(&self) -> Vec<engine::proxy::log::RequestRecord> {
        engine::testkit::requests(self.host.as_ref().unwrap()).await
    }

    /// Adds an API key of AI Studio.
    pub async fn add_key(&self, name: &str, key: &str) {
        let args = AddKeyArgs { name: name.to_owned(), key: key.to_owned() };
        self.client.credential_add_key(args).await.unwrap();
    }

    /// Stops the engine.
    pub async fn stop(&mut self) {
        self.host.take().unwrap().stop().await;
    }

    pub async fn set(&self, key: &str, value: &str) {
        set(&self.client, key, value).await;
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The calls of one kind so far.
    pub fn calls(&self, kind: CallKind) -> Vec<Call> {
        self.simulator.calls().into_iter().filter(|c| c.method == kind).collect()
    }
}

/// A scenario with one login.
pub fn one(account: AccountSpec) -> Scenario {
    Scenario::default().with(account)
}

pub async fn import(client: &Client, files: Vec<(String, String)>) -> ImportReport {
    use base64::Engine as _;
    let encode = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
    let files = files.into_iter().map(|(name, text)| ImportFile { name, data: encode(text) }).collect();
    client.import(ImportArgs { files, ..ImportArgs::default() }).await.unwrap()
}

pub async fn set(client: &Client, key: &str, value: &str) {
    let args = SettingSetArgs { key: key.to_owned(), value: value.to_owned(), credential: None, model: None };
    client.settings_set(args).await.unwrap();
}

/// How much of something a test does: what the environment says, else what is enough for every day.
pub fn size<N: std::str::FromStr>(variable: &str, every_day: N) -> N {
    use engine::settings::{ProcessVars, Vars};
    ProcessVars.get(variable).and_then(|text| text.parse().ok()).unwrap_or(every_day)
}

/// A directory in memory where there is one: the disk is not what these tests are about.
pub fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}
