//! Which requests a scan sends, in which order, and that no crash sends one twice.

use crate::bench::{BEGIN, Bench, import, scratch, size};
use engine::clock::TimerClock;
use engine::store::{Fate, Next};
use engine::testkit::{Direct, SimulatedVars, open, options};
use engine::upstream::Transport;
use engine::view::dto::{DecisionsArgs, Freshness};
use engine::{Clock, Mode, Options, Time};
use jiff::SignedDuration;
use simulator::{AccountSpec, Call, CallKind, Group, Scenario, SimClock, Simulator};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const MODELS: &str = "claude-sonnet-4-6,gemini-3.8-flash-low,gemini-3.1-pro-low";
const FOLLOWS: &str = "gemini-3.1-pro-low";

#[tokio::test(start_paused = true)]
async fn a_scan_sends_what_the_table_says_in_its_order_and_a_second_one_nothing() {
    let bench = listed(false).await;
    bench.pass(SignedDuration::from_mins(5)).await;
    // Credential by credential in the order of names, ordinary models first. Bob's Claude week is low, so that his
    // follow model stays behind; Cleo's Gemini window is in use.
    let expected = [
        "ada: claude-sonnet-4-6",
        "ada: gemini-3.8-flash-low",
        "ada: gemini-3.1-pro-low",
        "bob: gemini-3.8-flash-low",
        "cleo: claude-sonnet-4-6",
    ];
    assert_eq!(requests(&bench.simulator), expected);
    let started: Vec<_> = generations(&bench.simulator).iter().map(|c| c.started).collect();
    assert!(started.windows(2).all(|pair| pair[1] - pair[0] >= 2_000), "2 s apart: {started:?}");
    let said = sentences(&bench).await;
    assert!(
        said.contains("gemini-3.1-pro-low of bob@example.com: not warmed, it only goes along with a Claude"),
        "{said}"
    );
    assert!(
        said.contains(
            "claude-sonnet-4-6 of bob@example.com: not warmed, week at 3 % is below the 5 % weekly floor"
        ),
        "{said}"
    );
    bench.pass(SignedDuration::from_mins(60)).await;
    assert_eq!(requests(&bench.simulator), expected, "six scans later");
}

#[tokio::test(start_paused = true)]
async fn with_one_per_group_every_group_gets_one_request() {
    let bench = listed(true).await;
    bench.pass(SignedDuration::from_mins(65)).await;
    let expected = [
        "ada: claude-sonnet-4-6",
        "ada: gemini-3.8-flash-low",
        "bob: gemini-3.8-flash-low",
        "cleo: claude-sonnet-4-6",
    ];
    assert_eq!(requests(&bench.simulator), expected);
}

/// Holds F33, G2.
/// Kills the program before and after every single piece of work on the database, and starts it again on what lies on
/// the disk: whatever was sent is never sent a second time, also where the service still shows an unused window.
#[test]
fn no_crash_sends_a_second_request() {
    let mut kills = 0;
    for logins in [3, 2, 4, 1, 5, 6, 7, 8] {
        let begun = Prepared::new(logins);
        for after in [false, true] {
            for point in 0.. {
                let Some(sent) = begun.killed_at(point, after) else { break };
                kills += 1;
                for (pair, times) in sent {
                    assert!(times <= 1, "{pair:?} was sent {times} times, killed at {point}, after: {after}");
                }
            }
        }
        // Every point of one round is enough for every day; more logins have more points.
        if kills >= size("HEADROOM_KILLS", 100) {
            break;
        }
    }
    println!("figure F33, G2: {kills} kills, before and after each write: every pair warmed at most once");
    assert!(kills >= size("HEADROOM_KILLS", 100), "only {kills} points");
}

/// A store with logins and warmup on, to be copied for each kill.
struct Prepared {
    logins: usize,
    dir: tempfile::TempDir,
}

impl Prepared {
    fn new(logins: usize) -> Self {
        let dir = scratch();
        let vars = SimulatedVars::new("http://127.0.0.1:0");
        in_simulated_time(async {
            let (simulator, clock) = service(logins);
            let host =
                open(options(dir.path(), &simulator, &clock, vars, Mode::OneShot, Time::Simulated)).await;
            import(&host.client(), scenario(logins).credential_files()).await;
            crate::bench::set(&host.client(), "smart_warmup_enabled", "true").await;
            host.stop().await;
        });
        Self { logins, dir }
    }

    /// How often each pair was sent in both lives; nothing where the first life had no such point.
    fn killed_at(&self, point: u32, after: bool) -> Option<BTreeMap<(String, String), u32>> {
        let dir = scratch();
        copy(self.dir.path(), dir.path());
        let fate = Arc::new(Killed { left: AtomicU32::new(point), after });
        let first = life(self.logins, dir.path(), Some(fate.clone()));
        if !fate.is_dead() {
            return None;
        }
        let again = scratch();
        copy(dir.path(), again.path());
        let second = life(self.logins, again.path(), None);
        let mut sent = BTreeMap::new();
        for call in first.into_iter().chain(second) {
            *sent.entry(call).or_default() += 1;
        }
        Some(sent)
    }
}

/// Lets an engine live for two scans on a service whose windows nobody has used; answers what it sent.
fn life(logins: usize, dir: &Path, fate: Option<Arc<Killed>>) -> Vec<(String, String)> {
    in_simulated_time(async {
        let (simulator, clock) = service(logins);
        let vars = SimulatedVars::new(&simulator.base_url());
        let mut options: Options = options(dir, &simulator, &clock, vars, Mode::Full, Time::Simulated);
        if let Some(fate) = fate {
            options.transport = Some(Arc::new(Mortal {
                to: Direct::new(simulator.clone(), clock.clone()),
                fate: fate.clone(),
            }));
            options.fate = fate;
        }
        // Starting may be where it is killed.
        let opened = tokio::time::timeout(Duration::from_secs(60), open(options)).await;
        tokio::time::sleep(Duration::from_secs(14 * 60)).await;
        let sent = generations(&simulator).into_iter().map(pair).collect();
        // The kill leaves everything as it is.
        std::mem::forget(opened);
        sent
    })
}

fn in_simulated_time<T>(work: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(work)
}

fn service(logins: usize) -> (Simulator, Arc<TimerClock>) {
    let clock = Arc::new(TimerClock::starting_at(BEGIN.parse().unwrap()));
    let told = clock.clone();
    let simulator =
        Simulator::without_network(scenario(logins), SimClock::Shared(Arc::new(move || told.now()))).unwrap();
    (simulator, clock)
}

fn scenario(logins: usize) -> Scenario {
    let names = ["ada", "bob", "cleo", "dora", "emil", "fay", "gus", "hana"];
    names[..logins].iter().fold(Scenario::default(), |s, name| s.with(AccountSpec::new(name)))
}

/// The files a program leaves when it is killed.
fn copy(from: &Path, to: &Path) {
    for name in ["headroom.db", "headroom.db-wal", "secrets.key", "settings.json"] {
        if from.join(name).exists() {
            std::fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

/// Kills the program at one piece of work.
struct Killed {
    left: AtomicU32,
    after: bool,
}

/// The count of somebody who is dead.
const DEAD: u32 = u32::MAX;

impl Killed {
    fn is_dead(&self) -> bool {
        self.left.load(Ordering::SeqCst) == DEAD
    }
}

impl Fate for Killed {
    fn next(&self) -> Next {
        match self.left.load(Ordering::SeqCst) {
            DEAD => Next::DieBefore,
            0 => {
                self.left.store(DEAD, Ordering::SeqCst);
                if self.after { Next::DieAfter } else { Next::DieBefore }
            }
            left => {
                self.left.store(left - 1, Ordering::SeqCst);
                Next::Live
            }
        }
    }
}

/// Sends nothing once the program is killed.
struct Mortal {
    to: Direct,
    fate: Arc<Killed>,
}

impl Transport for Mortal {
    fn prepare(&self) -> Result<(), engine::upstream::CallError> {
        self.to.prepare()
    }

    fn send(
        &self,
        request: http::Request<Vec<u8>>,
        limit: Duration,
    ) -> futures_util::future::BoxFuture<'_, Result<engine::upstream::Answer, engine::upstream::CallError>>
    {
        if self.fate.is_dead() { Box::pin(std::future::pending()) } else { self.to.send(request, limit) }
    }
}

/// Three logins with listed models, one of them a follow model.
async fn listed(one_per_group: bool) -> Bench {
    let accounts = [
        AccountSpec::new("cleo").used(Group::Gemini, "5h", 0.3, "-1h"),
        AccountSpec::new("bob").used(Group::ThirdParty, "weekly", 0.97, "-3d"),
        AccountSpec::new("ada"),
    ];
    let mut bench = Bench::simulated(accounts.into_iter().fold(Scenario::default(), Scenario::with)).await;
    for (key, value) in [
        ("warmup_models", MODELS),
        ("smart_warmup_follow_models", FOLLOWS),
        ("smart_warmup_one_per_group", if one_per_group { "true" } else { "false" }),
        ("smart_warmup_enabled", "true"),
    ] {
        bench.set(key, value).await;
    }
    // The first reading tells what the logins are called.
    bench.quota(Freshness::Refreshed).await;
    bench.restart(Mode::Full).await;
    bench
}

async fn sentences(bench: &Bench) -> String {
    let decisions = bench.client.decisions(DecisionsArgs::default()).await.unwrap();
    decisions.into_iter().map(|d| d.sentence + "\n").collect()
}

fn generations(simulator: &Simulator) -> Vec<Call> {
    simulator.calls().into_iter().filter(|c| c.method == CallKind::StreamGenerate).collect()
}

fn pair(call: Call) -> (String, String) {
    (call.account.unwrap(), call.model.unwrap())
}

fn requests(simulator: &Simulator) -> Vec<String> {
    generations(simulator).into_iter().map(pair).map(|(who, model)| format!("{who}: {model}")).collect()
}
