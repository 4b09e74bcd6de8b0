//! The scheduler in simulated time: how often it works, after a sleep, and what a set clock does.

use crate::bench::Bench;
use engine::Mode;
use engine::view::dto::{Freshness, JobView};
use jiff::SignedDuration;
use simulator::{AccountSpec, Call, CallKind, Group, Scenario};

/// Holds F48, G10.
#[tokio::test(start_paused = true)]
async fn a_day_has_96_refreshes_and_144_scans() {
    let bench = day(idle()).await;
    let (refresh, scan) = (job(&bench, "refresh").await, job(&bench, "warmup").await);
    assert_eq!((refresh.runs, scan.runs), (96, 144));
    assert_eq!((refresh.missed, scan.missed), (0, 0));
    assert_eq!(refresh.event_runs, 0, "no window runs, nobody is new");
    for name in ["ada", "bob", "cleo"] {
        let summaries = of(&bench, CallKind::RetrieveUserQuotaSummary, name);
        assert_eq!(summaries.len(), 96, "{name}");
        let lists = of(&bench, CallKind::FetchAvailableModels, name).len();
        assert!((19..=24).contains(&lists), "{name}: at most hourly, {lists}");
    }
    apart(&bench.simulator.calls());
}

#[tokio::test(start_paused = true)]
async fn runs_that_events_cause_are_counted_apart() {
    // Both groups' five-hour windows run, and end between two refreshes.
    let scenario = people(|account| {
        account.used(Group::Gemini, "5h", 0.2, "-2h7m").used(Group::ThirdParty, "5h", 0.2, "-2h7m")
    });
    let bench = day(scenario).await;
    let (refresh, scan) = (job(&bench, "refresh").await, job(&bench, "warmup").await);
    assert_eq!((refresh.runs, scan.runs), (96, 144));
    assert!(refresh.event_runs > 0, "a known reset is read after");
    assert!(scan.event_runs > 0, "and looked at by the scan");
    let late = of(&bench, CallKind::RetrieveUserQuotaSummary, "ada").iter().any(|call| {
        let since_reset = begin() + SignedDuration::from_mins(2 * 60 + 53);
        (20..=22).contains(&since_reset.duration_until(call.at).as_secs())
    });
    assert!(late, "20 s after the reset");
}

/// Holds F49, G10.
#[tokio::test(start_paused = true)]
async fn after_eight_hours_of_sleep_every_job_catches_up_once() {
    let bench = on(idle(), Mode::Full).await;
    bench.pass(SignedDuration::from_mins(5)).await;
    let before =
        [job(&bench, "refresh").await, job(&bench, "warmup").await, job(&bench, "housekeeping").await];
    bench.simulator.clear_calls();
    bench.jump(SignedDuration::from_hours(8));
    bench.pass(SignedDuration::from_mins(2)).await;
    for (name, before) in ["refresh", "warmup", "housekeeping"].into_iter().zip(before) {
        let job = job(&bench, name).await;
        assert_eq!(job.runs - before.runs, 1, "{name}: {job:?}");
        assert!(job.missed >= 30, "{name} counts what fell out: {job:?}");
        assert_eq!(job.last_why.as_deref(), Some("wake"), "{name}");
    }
    assert_eq!(of(&bench, CallKind::RetrieveUserQuotaSummary, "ada").len(), 1);
    apart(&bench.simulator.calls());
}

#[tokio::test(start_paused = true)]
async fn a_short_sleep_reads_once_and_moves_no_period() {
    let bench = on(idle(), Mode::Full).await;
    bench.pass(SignedDuration::from_mins(5)).await;
    bench.simulator.clear_calls();
    bench.jump(SignedDuration::from_mins(5));
    bench.pass(SignedDuration::from_mins(2)).await;
    let refresh = job(&bench, "refresh").await;
    assert_eq!((refresh.runs, refresh.missed, refresh.last_why.as_deref()), (1, 0, Some("wake")));
    assert_eq!(of(&bench, CallKind::RetrieveUserQuotaSummary, "ada").len(), 1);
    bench.pass(SignedDuration::from_mins(4)).await;
    assert_eq!(job(&bench, "refresh").await.runs, 2, "15 minutes after the first");
}

/// Holds F50.
#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_repeats_nothing_and_blocks_nothing_for_long() {
    let bench = on(Scenario::default().with(AccountSpec::new("ada")), Mode::Full).await;
    bench.pass(SignedDuration::from_mins(30)).await;
    let sent = |bench: &Bench| bench.calls(CallKind::StreamGenerate).len();
    assert_eq!(sent(&bench), 2);
    bench.jump(SignedDuration::from_hours(-24));
    bench.pass(SignedDuration::from_hours(3)).await;
    assert_eq!(sent(&bench), 2, "nothing early");
    let runs = job(&bench, "warmup").await.runs;
    assert!((19..=22).contains(&runs), "the periods go on: {runs}");
    // The windows end five hours after they started; by the clock as it was set they are warmed again then.
    bench.pass(SignedDuration::from_hours(30)).await;
    assert!(sent(&bench) > 2, "and nothing is blocked for ever");
}

#[tokio::test(start_paused = true)]
async fn a_daily_scan_runs_once_a_day_and_catches_up_on_the_same_day() {
    let mut bench = on(Scenario::default().with(AccountSpec::new("ada")), Mode::OneShot).await;
    bench.set("smart_warmup_daily_at", "07:00").await;
    bench.restart(Mode::Full).await;
    bench.pass(SignedDuration::from_mins(6 * 60 + 59)).await;
    assert!(bench.calls(CallKind::StreamGenerate).is_empty());
    bench.pass(SignedDuration::from_mins(2)).await;
    assert_eq!(bench.calls(CallKind::StreamGenerate).len(), 2);
    let scan = job(&bench, "warmup").await;
    assert_eq!((scan.runs, scan.next_at.as_deref()), (1, Some("2026-09-02T07:00:00Z")));
    // Off from 8 in the evening to 9 in the morning.
    bench.pass(SignedDuration::from_hours(13)).await;
    bench.restart(Mode::OneShot).await;
    bench.pass(SignedDuration::from_hours(13)).await;
    bench.restart(Mode::Full).await;
    bench.pass(SignedDuration::from_mins(10)).await;
    assert_eq!(bench.calls(CallKind::StreamGenerate).len(), 4, "late, and on the same day");
    bench.restart(Mode::Full).await;
    bench.pass(SignedDuration::from_hours(3)).await;
    assert_eq!(job(&bench, "warmup").await.runs, 0, "once a day, also over a restart");
}

/// Holds F52.
#[tokio::test(start_paused = true)]
async fn a_run_longer_than_its_interval_is_not_overtaken_by_the_next() {
    let scenario =
        (0..200).fold(Scenario::default(), |s, n| s.with(AccountSpec::new(&format!("login{n:03}"))));
    let mut bench = Bench::simulated(scenario).await;
    bench.set("refresh_interval_minutes", "1").await;
    bench.restart(Mode::Full).await;
    bench.simulator.clear_calls();
    bench.pass(SignedDuration::from_mins(20)).await;
    let mut reads = std::collections::BTreeMap::<_, u32>::new();
    for call in bench.calls(CallKind::RetrieveUserQuotaSummary) {
        *reads.entry(call.account).or_default() += 1;
    }
    // A run takes more than 100 s, so that one in two of its minutes passes without a run of its own.
    let (least, most) = (reads.values().min().copied().unwrap(), reads.values().max().copied().unwrap());
    assert_eq!(reads.len(), 200);
    assert!(least >= 8 && most - least <= 1, "{least} to {most} readings");
    println!(
        "figure F52: a run of 100 s every 60 s: {least} to {most} readings a credential in 20 min, none twice in a run"
    );
}

/// Holds F29.
#[tokio::test(start_paused = true)]
async fn a_login_without_quota_is_renewed_all_the_same() {
    let empty = AccountSpec::new("ada").used(Group::Gemini, "weekly", 1.0, "-1d").used(
        Group::ThirdParty,
        "weekly",
        1.0,
        "-1d",
    );
    let bench = Bench::scheduled(Scenario::default().with(empty)).await;
    bench.pass(SignedDuration::from_hours(12)).await;
    let renewals = bench.calls(CallKind::Token).len();
    assert!((11..=14).contains(&renewals), "{renewals}");
    assert!(bench.only(Freshness::Peek).await.failure.is_none());
    println!("figure F29: 12 hours with an empty week: {renewals} renewals, no reading failed");
}

#[tokio::test(start_paused = true)]
async fn background_refresh_can_be_switched_off_and_on() {
    let bench = on(idle(), Mode::Full).await;
    bench.pass(SignedDuration::from_mins(1)).await;
    // A scan asks for readings of its own.
    bench.set("smart_warmup_enabled", "false").await;
    bench.set("background_refresh_enabled", "false").await;
    bench.simulator.clear_calls();
    bench.pass(SignedDuration::from_hours(1)).await;
    let refresh = job(&bench, "refresh").await;
    assert!(!refresh.on && refresh.next_at.is_none());
    bench.set("background_refresh_enabled", "true").await;
    bench.pass(SignedDuration::from_mins(1)).await;
    assert_eq!(of(&bench, CallKind::RetrieveUserQuotaSummary, "ada").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_comes_while_others_are_read_is_read_too() {
    let scenario = people(|a| a);
    let mut files = scenario.credential_files();
    let last = files.split_off(1);
    let bench = Bench::scheduled_without_credentials(scenario).await;
    bench.import(files).await;
    // The first is being read now.
    bench.pass(SignedDuration::from_millis(300)).await;
    bench.import(last).await;
    bench.pass(SignedDuration::from_secs(20)).await;
    for name in ["ada", "bob", "cleo"] {
        assert!(!of(&bench, CallKind::RetrieveUserQuotaSummary, name).is_empty(), "{name}");
    }
}

/// Three logins whose windows nobody has used, and warmup on: nothing is sent, as their weeks are low.
fn idle() -> Scenario {
    people(|account| {
        account.used(Group::Gemini, "weekly", 0.97, "-1h").used(Group::ThirdParty, "weekly", 0.97, "-1h")
    })
}

fn people(change: impl Fn(AccountSpec) -> AccountSpec) -> Scenario {
    ["ada", "bob", "cleo"]
        .into_iter()
        .fold(Scenario::default(), |s, name| s.with(change(AccountSpec::new(name))))
}

/// An engine that begins at midnight with its logins imported and warmup on.
async fn on(scenario: Scenario, mode: Mode) -> Bench {
    let mut bench = Bench::simulated(scenario).await;
    bench.set("smart_warmup_enabled", "true").await;
    bench.restart(mode).await;
    bench.simulator.clear_calls();
    bench
}

/// 24 hours, the first moment in and the last out.
async fn day(scenario: Scenario) -> Bench {
    let bench = on(scenario, Mode::Full).await;
    bench.pass(SignedDuration::from_hours(24) - SignedDuration::from_secs(1)).await;
    bench
}

fn begin() -> jiff::Timestamp {
    crate::bench::BEGIN.parse().unwrap()
}

async fn job(bench: &Bench, name: &str) -> JobView {
    let jobs = bench.client.scheduler().await.unwrap().jobs;
    jobs.into_iter().find(|job| job.name == name).unwrap()
}

fn of(bench: &Bench, kind: CallKind, name: &str) -> Vec<Call> {
    bench.calls(kind).into_iter().filter(|call| call.account.as_deref() == Some(name)).collect()
}

/// No two paced calls start within half a second, so never more than two a second.
#[track_caller]
fn apart(calls: &[Call]) {
    let paced: Vec<_> =
        calls.iter().filter(|c| c.method != CallKind::Token && c.method != CallKind::UserInfo).collect();
    assert!(!paced.is_empty());
    for pair in paced.windows(2) {
        assert!(pair[1].started - pair[0].started >= 500, "{:?} then {:?}", pair[0], pair[1]);
    }
}
