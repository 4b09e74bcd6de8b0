//! Automation that the user lets rest: at once, over a restart, and until its time is over.

use crate::bench::Bench;
use engine::Mode;
use engine::view::dto::{DecisionsArgs, PauseArgs, WarmupArgs};
use jiff::SignedDuration;
use simulator::{AccountSpec, CallKind, Scenario};

#[tokio::test(start_paused = true)]
async fn a_pause_stops_reads_and_warmups_and_they_go_on_when_it_is_over() {
    let bench = on(1).await;
    pause(&bench, "1h").await;
    bench.pass(SignedDuration::from_mins(59)).await;
    assert!(bench.simulator.calls().is_empty(), "{:?}", bench.simulator.calls());
    let status = bench.client.status().await.unwrap();
    assert_eq!(status.paused_until.as_deref(), Some("2026-09-01T01:00:00Z"));
    bench.pass(SignedDuration::from_mins(21)).await;
    assert!(!bench.calls(CallKind::RetrieveUserQuotaSummary).is_empty());
    assert_eq!(bench.calls(CallKind::StreamGenerate).len(), 2, "one a group");
    assert_eq!(bench.client.status().await.unwrap().paused_until, None);
}

#[tokio::test(start_paused = true)]
async fn a_round_and_a_refresh_under_way_stop_within_a_second() {
    let bench = on(40).await;
    while bench.calls(CallKind::StreamGenerate).len() < 3 {
        bench.pass(SignedDuration::from_millis(100)).await;
    }
    pause(&bench, "tomorrow").await;
    bench.pass(SignedDuration::from_secs(1)).await;
    // What was sent is verified all the same; nothing new is begun.
    let sent = bench.calls(CallKind::StreamGenerate).len();
    bench.pass(SignedDuration::from_mins(10)).await;
    assert_eq!(bench.calls(CallKind::StreamGenerate).len(), sent);
    bench.simulator.clear_calls();
    bench.pass(SignedDuration::from_hours(5)).await;
    assert!(bench.simulator.calls().is_empty(), "{:?}", bench.simulator.calls());
}

#[tokio::test(start_paused = true)]
async fn a_pause_outlives_a_restart_and_is_in_the_ledger() {
    let mut bench = on(1).await;
    pause(&bench, "2h").await;
    bench.restart(Mode::Full).await;
    bench.pass(SignedDuration::from_mins(90)).await;
    assert!(bench.simulator.calls().is_empty());
    pause(&bench, "off").await;
    bench.pass(SignedDuration::from_mins(2)).await;
    assert!(!bench.simulator.calls().is_empty(), "it goes on without waiting for the end");
    let args = DecisionsArgs { kind: Some("automation".to_owned()), ..DecisionsArgs::default() };
    let told = bench.client.decisions(args).await.unwrap();
    let told: Vec<_> = told.iter().map(|d| (d.verdict.as_str(), d.sentence.as_str())).collect();
    assert_eq!(
        told,
        [
            ("resumed", "Automation goes on"),
            ("paused", "Automation is paused until 02:00: no background reads, no warmups"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_user_still_reads_and_warms_up() {
    let bench = on(1).await;
    pause(&bench, "1h").await;
    let args = WarmupArgs { all: true, agreed: true, ..WarmupArgs::default() };
    let round = bench.client.warmup(args).await.unwrap();
    assert_eq!(round.done, 2, "{round:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_pause_is_refused() {
    let bench = on(1).await;
    let refused = bench.client.automation_pause(PauseArgs { pause: "8d".to_owned() }).await.unwrap_err();
    assert!(refused.message.contains("from 1m to 7d"), "{refused}");
}

async fn pause(bench: &Bench, how_long: &str) {
    bench.client.automation_pause(PauseArgs { pause: how_long.to_owned() }).await.unwrap();
}

/// An engine that is about to read and to warm up so many logins.
async fn on(logins: usize) -> Bench {
    let scenario =
        (0..logins).fold(Scenario::default(), |s, n| s.with(AccountSpec::new(&format!("login{n:02}"))));
    let mut bench = Bench::simulated(scenario).await;
    bench.set("smart_warmup_enabled", "true").await;
    bench.restart(Mode::Full).await;
    bench.simulator.clear_calls();
    bench
}
