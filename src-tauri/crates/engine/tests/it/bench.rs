//! An engine on a directory of its own, the simulated service beside it, and one clock for both.

use engine::clock::TimerClock;
use engine::settings::Vars;
use engine::view::dto::{
    CredentialView, Freshness, ImportArgs, ImportFile, ImportReport, QuotaArgs, QuotaDocument,
};
use engine::{Client, Clock, Demo, Host, Mode, Opened, Options};
use jiff::{SignedDuration, Timestamp};
use simulator::{AccountSpec, Call, CallKind, Scenario, SimClock, Simulator};
use std::collections::HashMap;
use std::sync::Arc;

/// Where the tests' time begins.
pub const BEGIN: &str = "2026-09-01T00:00:00Z";

/// An engine under test.
pub struct Bench {
    pub simulator: Simulator,
    pub client: Client,
    pub clock: Arc<TimerClock>,
    pub dir: tempfile::TempDir,
    host: Option<Host>,
}

impl Bench {
    /// An engine that does only what it is asked, with the scenario's logins imported.
    pub async fn start(scenario: Scenario) -> Self {
        let files = scenario.credential_files();
        let bench = Self::without_credentials(scenario, Mode::OneShot).await;
        let report = bench.import(files).await;
        assert!(report.entries.iter().all(|e| e.id.is_some()), "{report:?}");
        bench
    }

    /// An engine with an empty store.
    pub async fn without_credentials(scenario: Scenario, mode: Mode) -> Self {
        let clock = Arc::new(TimerClock::starting_at(BEGIN.parse().unwrap()));
        let told = clock.clone();
        let listen = "127.0.0.1:0".parse().unwrap();
        let simulator =
            Simulator::start(scenario, listen, SimClock::Shared(Arc::new(move || told.now()))).await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let host = open(&dir, &simulator, &clock, mode).await;
        Self { client: host.client(), simulator, clock, dir, host: Some(host) }
    }

    /// Stops the engine and opens its directory again.
    pub async fn restart(&mut self, mode: Mode) {
        self.host.take().unwrap().stop().await;
        let host = open(&self.dir, &self.simulator, &self.clock, mode).await;
        self.client = host.client();
        self.host = Some(host);
    }

    /// Takes files in as if they were dropped on the window.
    pub async fn import(&self, files: Vec<(String, String)>) -> ImportReport {
        use base64::Engine as _;
        let encode = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
        let files = files.into_iter().map(|(name, text)| ImportFile { name, data: encode(text) }).collect();
        self.client.import(ImportArgs { files, ..ImportArgs::default() }).await.unwrap()
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

async fn open(dir: &tempfile::TempDir, simulator: &Simulator, clock: &Arc<TimerClock>, mode: Mode) -> Host {
    let base = simulator.base_url();
    let vars = [
        ("HEADROOM_UPSTREAM_URLS", base.clone()),
        ("HEADROOM_GEMINI_CLI_URLS", base.clone()),
        ("HEADROOM_API_KEY_URL", base.clone()),
        ("HEADROOM_OAUTH_TOKEN_URL", format!("{base}/token")),
        ("HEADROOM_OAUTH_USERINFO_URL", format!("{base}/userinfo")),
        ("HEADROOM_OAUTH_AUTHORIZE_URL", format!("{base}/authorize")),
        ("HEADROOM_KEY_STORAGE", "file".to_owned()),
    ];
    let options = Options {
        vars: Arc::new(Fixed(vars.into_iter().collect())),
        mode,
        demo: Demo::No,
        clock: clock.clone(),
        ..Options::new(dir.path().to_owned())
    };
    match engine::open(options).await.unwrap() {
        Opened::Owner(host) => host,
        Opened::Running(_) => panic!("the directory is the test's own"),
    }
}

struct Fixed(HashMap<&'static str, String>);

impl Vars for Fixed {
    fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}
