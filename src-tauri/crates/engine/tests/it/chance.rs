//! Random lives of the scheduler: credentials, faults, settings and clocks by chance, and what must hold in all of them.

use crate::bench::{BEGIN, import, scratch, set, size};
use engine::clock::TimerClock;
use engine::testkit::{Direct, SimulatedVars, open, options};
use engine::upstream::{Answer, CallError, Transport};
use engine::view::dto::{Freshness, HistoryArgs, ModelView, QuotaArgs, SettingKeyArgs};
use engine::{Client, Clock, Mode, Time};
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use simulator::{
    AccountChange, AccountSpec, CallKind, Change, Fault, FaultKind, Flag, Group, Scenario, SimClock,
    Simulator,
};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const NAMES: [&str; 4] = ["ada", "bob", "cleo", "dora"];
const STEPS: usize = 12;

/// How many lives: 10,000 in full, fewer where every test is run.
fn lives() -> u64 {
    size("HEADROOM_SEQUENCES", 20)
}

/// Holds F33, F49, F50, F59.
#[test]
fn whatever_happens_the_rules_hold() {
    // A seed that failed can be looked at alone.
    let first = size("HEADROOM_FIRST_SEED", 0);
    for seed in first..first + lives() {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(life(seed));
    }
}

async fn life(seed: u64) {
    let mut chance = StdRng::seed_from_u64(seed);
    let scenario = people(&mut chance);
    let clock = Arc::new(TimerClock::starting_at(BEGIN.parse().unwrap()));
    let told = clock.clone();
    let files = scenario.credential_files();
    let sim_clock = SimClock::Shared(Arc::new(move || told.now()));
    let simulator = Simulator::without_network(scenario, sim_clock).unwrap();
    let dir = scratch();
    let vars = SimulatedVars::new(&simulator.base_url());
    let mut options = options(dir.path(), &simulator, &clock, vars, Mode::Full, Time::Simulated);
    let witness = Arc::new(Witness {
        to: Direct::new(simulator.clone(), clock.clone()),
        simulator: simulator.clone(),
        client: Mutex::default(),
        seen: Mutex::default(),
    });
    options.transport = Some(witness.clone());
    let host = open(options).await;
    let client = host.client();
    import(&client, files).await;
    // The first reading tells what the logins are called.
    client.quota(QuotaArgs { freshness: Freshness::Refreshed, credential: None }).await.unwrap();
    *witness.client.lock().unwrap() = Some(client.clone());
    for (key, value) in settings(&mut chance) {
        set(&client, key, &value).await;
    }
    for _ in 0..STEPS {
        step(&mut chance, &simulator, &clock, &client).await;
        tokio::time::sleep(Duration::from_secs(chance.random_range(1..5_400))).await;
    }
    check(seed, &simulator, &client, &witness).await;
    host.stop().await;
}

fn people(chance: &mut StdRng) -> Scenario {
    let count = chance.random_range(1..=NAMES.len());
    NAMES[..count].iter().fold(Scenario::default(), |scenario, name| {
        let mut account = AccountSpec::new(name);
        for group in [Group::Gemini, Group::ThirdParty] {
            if chance.random_bool(0.5) {
                account = account.used(group, "5h", chance.random_range(0.0..1.0), "-2h");
            }
            if chance.random_bool(0.5) {
                account = account.used(group, "weekly", chance.random_range(0.0..1.0), "-2d");
            }
            if chance.random_bool(0.1) {
                account.unknown_in_summary.insert(group);
            }
        }
        if chance.random_bool(0.15) {
            account = account.flag(Flag::Step20);
        }
        scenario.with(account)
    })
}

fn settings(chance: &mut StdRng) -> Vec<(&'static str, String)> {
    let flag = |chance: &mut StdRng| chance.random_bool(0.5).to_string();
    let models = ["auto", "claude,gemini-3.8-flash-low,gemini-3.1-pro-low", "*"];
    vec![
        ("smart_warmup_enabled", "true".to_owned()),
        ("warmup_models", (*models.choose(chance).unwrap()).to_owned()),
        ("smart_warmup_one_per_group", flag(chance)),
        ("smart_warmup_cooldown_seconds", chance.random_range(600..20_000).to_string()),
        ("smart_warmup_scan_interval_seconds", chance.random_range(300..3_600).to_string()),
        ("smart_warmup_batch_delay_seconds", chance.random_range(0..30).to_string()),
        ("warmup_daily_budget", chance.random_range(1..6).to_string()),
        ("quota_protection_enabled", flag(chance)),
        ("quota_protection_threshold", chance.random_range(1..60).to_string()),
        ("refresh_interval_minutes", chance.random_range(5..60).to_string()),
    ]
}

/// Something happens.
async fn step(chance: &mut StdRng, simulator: &Simulator, clock: &TimerClock, client: &Client) {
    let who = *NAMES.choose(chance).unwrap();
    let group = *[Group::Gemini, Group::ThirdParty].choose(chance).unwrap();
    // A lever on somebody who is not there does nothing.
    let pull = |change| drop(simulator.try_set(AccountChange::new(who, change)));
    match chance.random_range(0..12) {
        0 | 1 => pull(Change::Use { group, window: None, share: chance.random_range(0.0..0.6) }),
        2 => {
            let names = [
                "429.quota_exhausted",
                "429.rate_limit",
                "429.unstructured",
                "503.unavailable",
                "403.tos_disabled",
                "500",
            ];
            let name = *names.choose(chance).unwrap();
            let fault = Fault::new(FaultKind::error(name)).times(chance.random_range(1..6));
            drop(simulator.try_script(fault.account(who)));
        }
        3 => {
            drop(simulator.try_script(Fault::new(FaultKind::Hang).on(CallKind::StreamGenerate).account(who)))
        }
        4 => {
            drop(simulator.try_script(
                Fault::new(FaultKind::Cut { after: 40 }).on(CallKind::StreamGenerate).account(who),
            ))
        }
        5 => pull(Change::ExpireAccessTokens),
        6 => pull(Change::Flag { flag: Flag::ValidationRequired, on: true }),
        7 => clock.jump(SignedDuration::from_mins(chance.random_range(-600..900))),
        8 => {
            for (key, value) in settings(chance) {
                set(client, key, &value).await;
            }
        }
        9 => {
            set(client, "smart_warmup_enabled", if chance.random_bool(0.5) { "true" } else { "false" }).await
        }
        10 => {
            let all = client.quota(QuotaArgs { freshness: Freshness::Peek, credential: None }).await.unwrap();
            let one = all.credentials.choose(chance).unwrap().id.clone();
            let args = engine::view::dto::CredentialArgs { id: one };
            if chance.random_bool(0.5) {
                drop(client.credential_disable(args).await);
            } else {
                drop(client.credential_enable(args).await);
            }
        }
        _ => {}
    }
}

/// What holds in every life.
async fn check(seed: u64, simulator: &Simulator, client: &Client, witness: &Witness) {
    let seen = std::mem::take(&mut *witness.seen.lock().unwrap());
    for sent in &seen {
        let Some(model) = &sent.model else { panic!("seed {seed}: {} is not known: {sent:#?}", sent.what) };
        assert!(sent.active, "seed {seed}: {} though its credential is not active", sent.what);
        assert!(!model.protected, "seed {seed}: {} though protected", sent.what);
        assert!(model.cooldown_until.is_none(), "seed {seed}: {} though it rests: {model:?}", sent.what);
        assert!(sent.short_left.is_some(), "seed {seed}: {} though what is left is not known", sent.what);
        assert!(
            sent.attempts <= sent.budget,
            "seed {seed}: {}, attempt {} of {}",
            sent.what,
            sent.attempts,
            sent.budget
        );
    }
    let calls = simulator.calls();
    let paced: Vec<_> =
        calls.iter().filter(|c| c.method != CallKind::Token && c.method != CallKind::UserInfo).collect();
    for pair in paced.windows(2) {
        assert!(pair[1].started - pair[0].started >= 500, "seed {seed}: {:?} then {:?}", pair[0], pair[1]);
    }
    let history = client.history(HistoryArgs { since: Some("90d".into()), credential: None }).await.unwrap();
    let sent = calls.iter().filter(|c| c.method == CallKind::StreamGenerate).count();
    // A request after a 401 is the same attempt; one that was stopped before it left is none at the service.
    assert!(
        history.warmups.len() + seen_again(&calls) >= sent,
        "seed {seed}: every request was recorded first"
    );
    once_a_window(seed, &seen);
}

/// Requests that followed a 401 of the same pair.
fn seen_again(calls: &[simulator::Call]) -> usize {
    let refused = |c: &&simulator::Call| c.method == CallKind::StreamGenerate && c.status == Some(401);
    calls.iter().filter(refused).count()
}

/// No model is asked for twice in one window, as the service knows it, once it answered well.
fn once_a_window(seed: u64, seen: &[Sent]) {
    let mut begun = HashSet::new();
    for sent in seen.iter().filter(|sent| sent.answered_well && sent.ends.is_some()) {
        assert!(
            begun.insert((&sent.what, sent.ends)),
            "seed {seed}: {} twice in one window: {seen:#?}",
            sent.what
        );
    }
}

/// One automatic request, with what the program knew when it left.
#[derive(Debug)]
struct Sent {
    what: String,
    /// When the short window ends that ran afterwards, as the service knows it.
    ends: Option<Timestamp>,
    active: bool,
    model: Option<ModelView>,
    short_left: Option<f64>,
    /// Of its group in the last 24 hours, this one included.
    attempts: usize,
    budget: usize,
    answered_well: bool,
}

/// Hands requests on and looks at what the program knows at the very moment a warmup leaves.
struct Witness {
    to: Direct,
    simulator: Simulator,
    client: Mutex<Option<Client>>,
    seen: Mutex<Vec<Sent>>,
}

impl Witness {
    async fn look(&self, request: &http::Request<Vec<u8>>) -> Option<Sent> {
        let client = self.client.lock().unwrap().clone()?;
        let body: serde_json::Value = serde_json::from_slice(request.body()).ok()?;
        let project = body["project"].as_str()?.to_owned();
        let model = body["model"].as_str()?.to_owned();
        let account = project.trim_start_matches("example-project-").to_owned();
        let quota = client.quota(QuotaArgs { freshness: Freshness::Peek, credential: None }).await.ok()?;
        let credential = quota.credentials.into_iter().find(|c| c.name.starts_with(&account));
        let view = credential.as_ref().and_then(|c| c.models.iter().find(|m| m.id == model).cloned());
        let group = view.as_ref().and_then(|m| m.group.clone());
        let windows =
            credential.as_ref().and_then(|c| c.groups.iter().find(|g| Some(&g.key) == group.as_ref()));
        let short = windows.and_then(|g| g.windows.iter().find(|w| w.window == "5h"));
        let day =
            HistoryArgs { since: Some("24h".into()), credential: credential.as_ref().map(|c| c.id.clone()) };
        let attempts = client.history(day).await.ok()?.warmups;
        let attempts = attempts.iter().filter(|w| Some(&w.group) == group.as_ref()).count();
        let budget = SettingKeyArgs { key: "warmup_daily_budget".into() };
        let budget = client.settings_get(budget).await.ok()?.value?.parse().ok()?;
        Some(Sent {
            what: format!("{model} of {account}"),
            ends: None,
            attempts,
            budget,
            active: credential.as_ref().is_some_and(|c| c.state == "active"),
            model: view,
            short_left: short.and_then(|w| w.remaining),
            answered_well: false,
        })
    }
}

impl Witness {
    /// When the short window ends that `sent` drew on, as the service knows it.
    fn short_window(&self, sent: &Sent) -> Option<Timestamp> {
        let (model, account) = sent.what.split_once(" of ")?;
        let group = if model.starts_with("gemini") { Group::Gemini } else { Group::ThirdParty };
        self.simulator.runs_until(account, group, "5h")
    }
}

impl Transport for Witness {
    fn prepare(&self) -> Result<(), CallError> {
        self.to.prepare()
    }

    fn send(
        &self,
        request: http::Request<Vec<u8>>,
        limit: Duration,
    ) -> BoxFuture<'_, Result<Answer, CallError>> {
        Box::pin(async move {
            if !request.uri().path().ends_with(":streamGenerateContent") {
                return self.to.send(request, limit).await;
            }
            let sent = self.look(&request).await;
            let answer = self.to.send(request, limit).await;
            let answered_well = answer.as_ref().is_ok_and(Answer::is_success);
            let ends = sent.as_ref().and_then(|sent| self.short_window(sent));
            self.seen.lock().unwrap().extend(sent.map(|sent| Sent { answered_well, ends, ..sent }));
            answer
        })
    }
}
