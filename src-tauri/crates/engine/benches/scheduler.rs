//! How long simulated time takes: a day and a year of the scheduler on three logins, with the job code of the program,
//! the simulated service in the process and the database in memory.
//!
//!     cargo bench -p engine --bench scheduler
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark that cannot start has failed; it reads the real clock and prints figures"
)]

use engine::clock::TimerClock;
use engine::testkit::{SimulatedVars, open, options};
use engine::view::dto::{ImportArgs, ImportFile, SettingSetArgs};
use engine::{Clock, Host, Mode, Options, Time};
use simulator::{AccountSpec, Group, Scenario, SimClock, Simulator};
use std::sync::Arc;
use std::time::{Duration, Instant};

const DAY: Duration = Duration::from_secs(24 * 3_600);

fn main() {
    for (what, time) in [("a day", DAY), ("a year", DAY * 365)] {
        let (took, runs) = simulate(time);
        println!("{what}: {:.2} s, {runs}", took.as_secs_f64());
    }
}

/// How long it takes, and what the jobs did.
fn simulate(time: Duration) -> (Duration, String) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(TimerClock::starting_at("2026-09-01T00:00:00Z".parse().unwrap()));
        let told = clock.clone();
        let mut scenario = Scenario { accounts: people(), ..Scenario::default() };
        scenario.options.calls_kept = 1_000;
        let sim_clock = SimClock::Shared(Arc::new(move || told.now()));
        let simulator = Simulator::without_network(scenario.clone(), sim_clock).unwrap();
        let vars = SimulatedVars::new(&simulator.base_url());
        let options = options(dir.path(), &simulator, &clock, vars, Mode::Full, Time::Simulated);
        let host = open(Options { in_memory: true, ..options }).await;
        prepare(&host, &scenario).await;
        let begun = Instant::now();
        tokio::time::sleep(time).await;
        let took = begun.elapsed();
        let jobs = host.client().scheduler().await.unwrap().jobs;
        let runs: Vec<_> =
            jobs.iter().map(|j| format!("{} {} (+{} by events)", j.runs, j.name, j.event_runs)).collect();
        host.stop().await;
        (took, runs.join(", "))
    })
}

fn people() -> Vec<AccountSpec> {
    ["ada", "bob", "cleo"]
        .into_iter()
        .map(|name| {
            let mut account = AccountSpec::new(name).used(Group::Gemini, "5h", 0.2, "-1h");
            account.drift = [(Group::Gemini, 0.02)].into();
            account
        })
        .collect()
}

async fn prepare(host: &Host, scenario: &Scenario) {
    use base64::Engine as _;
    let encode = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
    let files = scenario.credential_files();
    let files = files.into_iter().map(|(name, text)| ImportFile { name, data: encode(text) }).collect();
    host.client().import(ImportArgs { files, ..ImportArgs::default() }).await.unwrap();
    for (key, value) in [("smart_warmup_enabled", "true"), ("quota_protection_enabled", "true")] {
        let args = SettingSetArgs { key: key.into(), value: value.into(), credential: None, model: None };
        host.client().settings_set(args).await.unwrap();
    }
}
