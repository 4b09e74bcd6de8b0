//! What refusals do to automatic work: a login that needs the user is left alone, and a storm of 429s stays calm.

use crate::bench::{Bench, one};
use engine::Mode;
use engine::view::dto::Freshness;
use jiff::SignedDuration;
use simulator::{AccountChange, AccountSpec, CallKind, Change, Fault, FaultKind, Flag, Scenario};

/// Holds T29, F9.
#[tokio::test(start_paused = true)]
async fn a_403_for_terms_ends_all_automatic_traffic_for_30_days() {
    left_alone(Flag::Suspended, "blocked", "Terms of Service", None).await;
}

/// Holds T29, F9.
#[tokio::test(start_paused = true)]
async fn a_403_for_validation_ends_all_automatic_traffic_for_30_days() {
    left_alone(Flag::ValidationRequired, "blocked", "verify", Some("https://accounts.google.com/")).await;
}

/// A refusal in the middle of a warmup round: nothing more is sent for that login, the user sees why and what to do.
async fn left_alone(flag: Flag, state: &str, reason: &str, link: Option<&str>) {
    let mut bench = Bench::simulated(one(AccountSpec::new("ada"))).await;
    bench.set("smart_warmup_enabled", "true").await;
    bench.only(Freshness::Refreshed).await;
    bench.restart(Mode::Full).await;
    // Everything reads well, then the first warmup is refused.
    bench.pass(SignedDuration::from_secs(2)).await;
    bench.simulator.set(AccountChange::new("ada", Change::Flag { flag, on: true }));
    bench.pass(SignedDuration::from_mins(5)).await;
    let view = bench.only(Freshness::Peek).await;
    assert_eq!((view.state.as_str(), view.needs_user), (state, true));
    let why = view.state_reason.clone().unwrap_or_default();
    assert!(why.contains(reason), "{why}");
    if let Some(link) = link {
        assert!(view.link.as_deref().is_some_and(|l| l.starts_with(link)), "{:?}", view.link);
    }
    let refused = bench.simulator.calls().into_iter().filter(|c| c.status == Some(403)).count();
    assert_eq!(refused, 1, "one refusal is enough");
    bench.simulator.clear_calls();
    bench.pass(SignedDuration::from_hours(30 * 24)).await;
    let calls = bench.simulator.calls();
    assert!(calls.is_empty(), "{calls:?}");
    let line = bench.client.warmup(engine::view::dto::WarmupArgs {
        automatic: true,
        dry_run: true,
        ..Default::default()
    });
    let round = line.await.unwrap();
    assert!(round.lines.iter().all(|l| l.verdict == "off" && l.sentence.contains("blocked")), "{round:?}");
}

#[tokio::test(start_paused = true)]
async fn an_outdated_user_agent_stops_warmup_until_it_is_changed() {
    let logins =
        ["ada", "bob"].into_iter().fold(Scenario::default(), |s, name| s.with(AccountSpec::new(name)));
    let mut bench = Bench::simulated(logins).await;
    let outdated = Fault::new(FaultKind::Stream { name: "version_unsupported".into() });
    bench.simulator.script(outdated.on(CallKind::StreamGenerate).always());
    bench.set("smart_warmup_enabled", "true").await;
    bench.restart(Mode::Full).await;
    bench.pass(SignedDuration::from_hours(12)).await;
    assert_eq!(bench.calls(CallKind::StreamGenerate).len(), 1, "every login would get the same answer");
    let notices = bench.client.status().await.unwrap().notices;
    assert!(
        notices.iter().any(|n| n.code == "agent_refused" && n.message.contains("User-Agent")),
        "{notices:?}"
    );
    bench.simulator.clear_faults();
    bench.set("upstream_user_agent_antigravity", "antigravity headroom/9.9").await;
    bench.pass(SignedDuration::from_hours(1)).await;
    assert_eq!(bench.calls(CallKind::StreamGenerate).len(), 1 + 4);
}

#[tokio::test(start_paused = true)]
async fn a_warmup_without_effect_is_told_and_twice_is_the_end_of_it() {
    let bench = without_effect().await;
    bench.pass(SignedDuration::from_hours(20)).await;
    let sent = bench.calls(CallKind::StreamGenerate);
    assert_eq!(sent.len(), 2, "{:?}", sent.iter().map(|c| c.at).collect::<Vec<_>>());
    let notices = bench.client.status().await.unwrap().notices;
    assert!(
        notices.iter().any(|n| n.code == "warmup_no_effect" && n.message.contains("twice")),
        "{notices:?}"
    );
    let round = bench
        .client
        .warmup(engine::view::dto::WarmupArgs { automatic: true, dry_run: true, ..Default::default() })
        .await
        .unwrap();
    assert!(round.lines.iter().any(|l| l.verdict == "no_effect"), "{round:?}");
}

/// One group, and a service that answers a warmup well and starts nothing.
async fn without_effect() -> Bench {
    let mut bench = Bench::simulated(one(AccountSpec::new("ada"))).await;
    let answer = FaultKind::Stream { name: "gemini.text".into() };
    bench.simulator.script(Fault::new(answer).on(CallKind::StreamGenerate).always());
    bench.set("warmup_models", "gemini-3.8-flash-low").await;
    bench.set("smart_warmup_enabled", "true").await;
    bench.restart(Mode::Full).await;
    bench
}

#[tokio::test(start_paused = true)]
async fn a_429_rests_the_pair_and_is_not_tried_again_in_the_scan() {
    let mut bench = Bench::simulated(one(AccountSpec::new("ada"))).await;
    let fault = Fault::new(FaultKind::error("429.quota_exhausted")).on(CallKind::StreamGenerate).always();
    bench.simulator.script(fault);
    bench.set("smart_warmup_enabled", "true").await;
    bench.restart(Mode::Full).await;
    bench.pass(SignedDuration::from_hours(1)).await;
    assert_eq!(bench.calls(CallKind::StreamGenerate).len(), 2, "one a group");
    let rests = bench.client.cooldowns().await.unwrap();
    assert!(!rests.is_empty() && rests.iter().all(|c| c.reason == "quota_empty"), "{rests:?}");
    let known: Vec<_> = rests.iter().map(|c| c.until.parse::<jiff::Timestamp>().unwrap()).collect();
    let first = *known.iter().min().unwrap();
    bench.simulator.clear_calls();
    bench.pass(bench.now().duration_until(first) - SignedDuration::from_secs(5)).await;
    assert!(bench.calls(CallKind::StreamGenerate).is_empty(), "nothing while it rests");
}

#[tokio::test(start_paused = true)]
async fn switching_off_stops_a_round_within_a_second() {
    let logins = ["ada", "bob", "cleo"]
        .into_iter()
        .fold(Scenario::default(), |s, name| s.with(AccountSpec::new(name)));
    let mut bench = Bench::simulated(logins).await;
    bench.set("smart_warmup_batch_delay_seconds", "600").await;
    bench.set("smart_warmup_enabled", "true").await;
    bench.restart(Mode::Full).await;
    bench.pass(SignedDuration::from_mins(2)).await;
    assert_eq!(bench.calls(CallKind::StreamGenerate).len(), 1);
    bench.set("smart_warmup_enabled", "false").await;
    bench.pass(SignedDuration::from_secs(1)).await;
    let round = bench.client.scheduler().await.unwrap().round.unwrap();
    assert!(round.over, "{round:?}");
    assert!(round.lines.iter().any(|l| l.outcome.as_deref() == Some("stopped")), "{round:?}");
    bench.pass(SignedDuration::from_hours(1)).await;
    assert_eq!(bench.calls(CallKind::StreamGenerate).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_warmup_by_hand_does_not_wait_for_a_long_scan() {
    let logins = ["ada", "bob", "cleo"]
        .into_iter()
        .fold(Scenario::default(), |s, name| s.with(AccountSpec::new(name)));
    let mut bench = Bench::simulated(logins).await;
    bench.set("smart_warmup_batch_delay_seconds", "60").await;
    bench.set("smart_warmup_enabled", "true").await;
    bench.quota(Freshness::Refreshed).await;
    bench.restart(Mode::Full).await;
    bench.pass(SignedDuration::from_secs(30)).await;
    let last = bench
        .quota(Freshness::Peek)
        .await
        .credentials
        .into_iter()
        .find(|c| c.name.starts_with("cleo"))
        .unwrap();
    let args = engine::view::dto::WarmupArgs {
        credential: Some(last.id),
        model: Some("gemini-3.8-flash-low".into()),
        ..Default::default()
    };
    let begun = bench.now();
    let round = bench.client.warmup(args).await.unwrap();
    assert_eq!(round.lines[0].outcome.as_deref(), Some("sent"), "{round:?}");
    assert!(
        begun.duration_until(bench.now()) <= SignedDuration::from_secs(125),
        "after the request under way and its delay"
    );
    bench.pass(SignedDuration::from_mins(15)).await;
    let to_cleo: Vec<_> = bench
        .calls(CallKind::StreamGenerate)
        .into_iter()
        .filter(|c| {
            c.account.as_deref() == Some("cleo") && c.model.as_deref() == Some("gemini-3.8-flash-low")
        })
        .collect();
    assert_eq!(to_cleo.len(), 1, "the scan does not warm the same window once more");
}
