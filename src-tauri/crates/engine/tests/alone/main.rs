//! What needs a process for itself: the memory of a storm is the memory of the whole process.

#![expect(clippy::unwrap_used, reason = "clippy does not see the shared parts of a test binary as tests")]

#[path = "../it/bench.rs"]
#[expect(dead_code, reason = "this binary needs a part of it")]
mod bench;
#[path = "../it/door.rs"]
#[expect(dead_code, reason = "this binary needs a part of it")]
mod door;
#[path = "../it/relay.rs"]
#[expect(dead_code, reason = "this binary needs a part of it")]
mod relay;
mod soak;
mod stream;

use bench::{Bench, size};
use engine::Mode;
use jiff::SignedDuration;
use simulator::{AccountSpec, Call, CallKind, Fault, FaultKind, Scenario};
use std::collections::BTreeMap;

/// The size of the storm: 1,000 logins in full, fewer where every test is run.
fn storm() -> usize {
    size("HEADROOM_STORM", 30)
}

/// Holds F5, G11.
#[tokio::test(start_paused = true)]
async fn a_storm_of_429s_stays_below_the_pace_and_calls_nobody_who_rests() {
    let _alone = alone().await;
    let names: Vec<_> = (0..storm()).map(|n| format!("login{n:04}")).collect();
    let scenario = names.iter().fold(Scenario::default(), |s, name| s.with(AccountSpec::new(name)));
    let mut bench = Bench::simulated(scenario).await;
    bench.set("smart_warmup_enabled", "true").await;
    bench.restart(Mode::Full).await;
    // Everything is known and idle, then every call is answered 429.
    bench.pass(SignedDuration::from_secs(storm() as i64 * 2)).await;
    for kind in [
        CallKind::RetrieveUserQuotaSummary,
        CallKind::FetchAvailableModels,
        CallKind::StreamGenerate,
        CallKind::LoadCodeAssist,
    ] {
        bench.simulator.script(Fault::new(FaultKind::error("429.unstructured")).on(kind).always());
    }
    let before = resident_kib();
    let mut last: BTreeMap<(String, CallKind, Option<String>), u64> = BTreeMap::new();
    let mut calls = 0;
    for hour in 0..24 {
        bench.simulator.clear_calls();
        bench.pass(SignedDuration::from_hours(1)).await;
        let paced: Vec<Call> =
            bench.simulator.calls().into_iter().filter(|c| c.method != CallKind::Token).collect();
        calls += paced.len();
        for pair in paced.windows(2) {
            assert!(pair[1].started - pair[0].started >= 500, "{:?} then {:?}", pair[0], pair[1]);
        }
        for call in paced {
            let who = (call.account.clone().unwrap_or_default(), call.method, call.model.clone());
            if let Some(before) = last.insert(who.clone(), call.started) {
                assert!(call.started - before >= 30_000, "hour {hour}: {who:?} rested for 30 s at least");
            }
        }
    }
    assert!(calls < 24 * 3_600 * 2, "{calls}");
    let grown = resident_kib().saturating_sub(before);
    for job in bench.client.scheduler().await.unwrap().jobs {
        println!("{}: {} runs, {} by events", job.name, job.runs, job.event_runs);
    }
    println!(
        "figure F5, G11: {} credentials, all 429 for 24 h: {calls} calls, never two within 500 ms, none to who rests, \
         memory grew by {grown} KiB",
        storm()
    );
    assert!(grown < 64 * 1024, "{grown} KiB");
}

/// One test at a time: memory, descriptors and tasks are the process's.
async fn alone() -> tokio::sync::MutexGuard<'static, ()> {
    static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    ALONE.lock().await
}

/// Memory of this process.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
}
