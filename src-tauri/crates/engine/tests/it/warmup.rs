//! Warmups over the simulated service: what is sent, what is held back and why, and what it did.

use crate::bench::{Bench, one};
use crate::quota::ada;
use engine::view::dto::{CooldownArgs, DecisionsArgs, Freshness, WarmupArgs, WarmupPair, WarmupRound};
use jiff::SignedDuration;
use simulator::{AccountSpec, Call, CallKind, Fault, FaultKind, Group, Scenario};

#[tokio::test(start_paused = true)]
async fn a_warmup_by_hand_sends_one_request_a_group() {
    let bench = Bench::simulated(one(ada())).await;
    let round = by_hand(&bench, false, false).await;
    // By hand a window in use does not hold it: the user asked for it.
    assert_eq!(sent(&bench), ["gemini-3.8-flash-low", "claude-sonnet-4-6"]);
    assert!(round.over && round.done == 2, "{round:?}");
    // A window that started a moment ago looks like one that floats.
    bench.pass(SignedDuration::from_mins(3)).await;
    let view = bench.only(Freshness::Refreshed).await;
    let group = view.groups.iter().find(|g| g.key == "3p").unwrap();
    assert!(group.windows.iter().all(|w| w.started == Some(true)), "{group:?}");
}

#[tokio::test(start_paused = true)]
async fn a_rehearsal_of_the_scan_sends_nothing_and_says_why() {
    let bench = Bench::simulated(one(ada())).await;
    bench.quota(Freshness::Refreshed).await;
    let round = rehearse(&bench).await;
    assert!(sent(&bench).is_empty() && round.dry_run);
    assert!(round.lines.iter().any(|l| l.verdict == "warm"), "{round:?}");
    assert!(round.lines.iter().any(|l| l.verdict == "not_full" && l.sentence.contains("58 %")), "{round:?}");
}

#[tokio::test(start_paused = true)]
async fn a_second_warmup_asks_for_confirmation_and_force_goes_on() {
    let bench = Bench::simulated(one(AccountSpec::new("ada"))).await;
    by_hand(&bench, false, false).await;
    let before = sent(&bench).len();
    assert_eq!(before, 2, "one request a group");
    // Nothing but the record stands against it: the windows were restored early.
    for group in [Group::Gemini, Group::ThirdParty] {
        let change = simulator::Change::Refill { group, window: None };
        bench.simulator.set(simulator::AccountChange::new("ada", change));
    }
    bench.pass(SignedDuration::from_mins(2)).await;
    let held = by_hand(&bench, false, false).await;
    assert_eq!((sent(&bench).len(), held.needs_force), (before, 2), "{held:?}");
    by_hand(&bench, true, false).await;
    assert_eq!(sent(&bench).len(), before + 2);
}

#[tokio::test(start_paused = true)]
async fn several_pairs_go_in_one_round() {
    let people =
        ["ada", "bob"].into_iter().fold(Scenario::default(), |s, name| s.with(AccountSpec::new(name)));
    let bench = Bench::simulated(people).await;
    by_hand(&bench, false, false).await;
    let before = sent(&bench).len();
    let pair = |name: &str, model: &str| WarmupPair {
        credential: format!("{name}@example.com"),
        model: model.to_owned(),
    };
    let pairs = vec![pair("ada", "claude-sonnet-4-6"), pair("bob", "gemini-3.8-flash-low")];
    let args = WarmupArgs { pairs, force: true, agreed: true, ..WarmupArgs::default() };
    let round = bench.client.warmup(args).await.unwrap();
    let lines: Vec<_> = round.lines.iter().map(|l| (l.name.as_str(), l.model.as_str())).collect();
    assert_eq!(
        lines,
        [("ada@example.com", "claude-sonnet-4-6"), ("bob@example.com", "gemini-3.8-flash-low")]
    );
    assert_eq!((round.done, sent(&bench).len()), (2, before + 2));
    let nobody = WarmupArgs { pairs: vec![pair("cleo", "claude-sonnet-4-6")], ..WarmupArgs::default() };
    assert!(bench.client.warmup(nobody).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_rests_the_pair_over_a_restart_until_it_is_cleared() {
    let mut bench = Bench::simulated(one(AccountSpec::new("ada"))).await;
    let fault =
        Fault::new(FaultKind::error("429.quota_exhausted.weekly")).on(CallKind::StreamGenerate).always();
    bench.simulator.script(fault);
    let round = by_hand(&bench, false, false).await;
    assert!(round.lines.iter().all(|l| l.outcome.as_deref() == Some("refused")), "{round:?}");
    assert_eq!(sent(&bench).len(), 2, "never a second time in the round");
    bench.restart(engine::Mode::OneShot).await;
    let rests = bench.client.cooldowns().await.unwrap();
    assert_eq!(rests.len(), 2, "{rests:?}");
    assert!(rests.iter().all(|c| c.reason == "quota_empty" && c.scope == "group"), "{rests:?}");
    bench.client.cooldown_clear(CooldownArgs { id: rests[0].id.clone() }).await.unwrap();
    assert_eq!(bench.client.cooldowns().await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_ledger_explains_what_was_done_and_what_was_not() {
    let bench = Bench::simulated(one(ada())).await;
    by_hand(&bench, false, false).await;
    let decisions = bench.client.decisions(DecisionsArgs::default()).await.unwrap();
    let said: Vec<_> = decisions.iter().map(|d| (d.verdict.as_str(), d.sentence.as_str())).collect();
    assert!(said.iter().any(|(v, s)| *v == "warm" && s.contains("claude-sonnet-4-6 of")), "{said:?}");
    let none = DecisionsArgs { search: Some("no such words".into()), ..DecisionsArgs::default() };
    assert!(bench.client.decisions(none).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn protection_marks_what_is_below_the_floor_and_keeps_it_over_a_restart() {
    let account = AccountSpec::new("bob").used(Group::ThirdParty, "5h", 0.93, "-4h");
    let mut bench = Bench::simulated(one(account)).await;
    bench.set("quota_protection_enabled", "true").await;
    bench.quota(Freshness::Refreshed).await;
    let protected = |view: &engine::view::dto::CredentialView| {
        view.models
            .iter()
            .filter(|m| m.protected)
            .map(|m| m.group.clone().unwrap())
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(protected(&bench.only(Freshness::Peek).await), ["3p".to_owned()].into());
    bench.restart(engine::Mode::OneShot).await;
    bench.quota(Freshness::Refreshed).await;
    assert_eq!(protected(&bench.only(Freshness::Peek).await), ["3p".to_owned()].into());
    let decisions = bench
        .client
        .decisions(DecisionsArgs { kind: Some("protection".into()), ..DecisionsArgs::default() })
        .await
        .unwrap();
    assert!(decisions.iter().all(|d| d.sentence.contains("7 % is below the 10 % floor")), "{decisions:?}");
}

#[tokio::test(start_paused = true)]
async fn the_scan_warms_what_is_idle_when_it_is_switched_on() {
    let bench = Bench::scheduled(Scenario::default().with(AccountSpec::new("ada"))).await;
    bench.pass(SignedDuration::from_mins(20)).await;
    assert!(sent(&bench).is_empty(), "nobody agreed yet");
    bench.set("smart_warmup_enabled", "true").await;
    bench.pass(SignedDuration::from_mins(20)).await;
    assert_eq!(sent(&bench), ["gemini-3.8-flash-low", "claude-sonnet-4-6"]);
    let scheduler = bench.client.scheduler().await.unwrap();
    assert!(scheduler.warmup_consent_at.is_some(), "switching it on is the user's word");
    let calls: Vec<_> = generations(&bench).iter().map(|c| c.started).collect();
    assert!(calls.windows(2).all(|pair| pair[1] - pair[0] >= 2_000), "2 s between two: {calls:?}");
}

#[tokio::test(start_paused = true)]
async fn what_the_program_did_not_live_to_verify_is_told_by_the_next_run() {
    let mut bench = Bench::simulated(one(AccountSpec::new("ada"))).await;
    by_hand(&bench, false, false).await;
    bench.restart(engine::Mode::Full).await;
    let outcomes = async |bench: &Bench| {
        let history = bench.client.history(engine::view::dto::HistoryArgs::default()).await.unwrap();
        history.warmups.into_iter().map(|w| w.outcome).collect::<Vec<_>>()
    };
    assert_eq!(outcomes(&bench).await, ["sent", "sent"]);
    // A reading right after the start cannot tell; the next one can.
    bench.pass(SignedDuration::from_mins(17)).await;
    assert_eq!(outcomes(&bench).await, ["started", "started"]);
}

async fn by_hand(bench: &Bench, force: bool, dry_run: bool) -> WarmupRound {
    bench
        .client
        .warmup(WarmupArgs { all: true, force, dry_run, agreed: true, ..WarmupArgs::default() })
        .await
        .unwrap()
}

async fn rehearse(bench: &Bench) -> WarmupRound {
    bench.client.warmup(WarmupArgs { automatic: true, dry_run: true, ..WarmupArgs::default() }).await.unwrap()
}

fn generations(bench: &Bench) -> Vec<Call> {
    bench.calls(CallKind::StreamGenerate)
}

fn sent(bench: &Bench) -> Vec<String> {
    generations(bench).into_iter().filter_map(|c| c.model).collect()
}
