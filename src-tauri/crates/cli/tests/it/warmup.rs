//! `headroom warmup`: what is sent, what is held back, and what a script and a person are told.

use crate::harness::{Headroom, Output, id, keys, on_terminal, scenario, service};
use simulator::{AccountChange, Call, CallKind, Change, Fault, FaultKind, Flag, Scenario, Simulator};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};

#[tokio::test]
async fn a_dry_run_sends_nothing() {
    let (simulator, headroom) = installed(&ada()).await;
    let scan = headroom.ok(&["warmup", "--dry-run", "--json"]).await.json();
    assert_eq!((&scan["by"], &scan["dry_run"]), (&"automatic".into(), &true.into()), "{scan}");
    assert!(scan["lines"].as_array().unwrap().iter().any(|line| line["verdict"] == "warm"), "{scan}");
    let by_hand = headroom.ok(&["warmup", "--all", "--dry-run"]).await;
    assert_eq!(by_hand.stderr, "", "{by_hand:?}");
    assert_eq!(by_hand.stdout.matches("would send   ").count(), 2, "one a group: {by_hand:?}");
    assert!(by_hand.stdout.contains("Nothing was sent."), "{by_hand:?}");
    assert!(sent(&simulator).is_empty());
    headroom.run(&["warmup", "--all"]).await.fails(4, "--agree");
}

#[tokio::test]
async fn one_request_a_group_is_sent_after_the_users_word_and_again_only_by_force() {
    let (simulator, headroom) = installed(&ada()).await;
    let asked = headroom.run(&["warmup", "--all"]).await;
    asked.fails(4, "terms may forbid");
    assert!(sent(&simulator).is_empty() && asked.stdout.is_empty(), "{asked:?}");

    let warmed = headroom.ok(&["warmup", "--all", "--agree"]).await;
    assert_eq!(sent(&simulator).len(), 2, "one request a group: {warmed:?}");
    assert_eq!(warmed.stdout.matches("sent         ").count(), 2, "{warmed:?}");
    assert!(warmed.stdout.contains("found 2"), "{warmed:?}");
    assert!(warmed.stdout.contains("the next run of the engine will show it"), "{warmed:?}");
    let progress: Vec<_> = warmed.stderr.lines().collect();
    assert!(progress.len() == 2 && progress[0].starts_with("(1/2) "), "{progress:?}");
    assert!(progress[1].starts_with("(2/2) ") && !warmed.stderr.contains('\u{1b}'), "{progress:?}");

    let held = headroom.run(&["warmup", "--all"]).await;
    held.fails(4, "--force");
    assert!(held.stderr.contains("warmed at") && held.stdout.contains("needs force"), "{held:?}");
    assert_eq!(sent(&simulator).len(), 2);
    headroom.ok(&["warmup", "--all", "--force"]).await;
    assert_eq!(sent(&simulator).len(), 4);
}

#[tokio::test]
async fn one_model_of_one_credential_is_warmed_on_a_running_engine() {
    let (simulator, headroom) = installed(&ada()).await;
    let engine = headroom.serve(&[]).await;
    let id = id(&headroom).await;
    let named = ["warmup", "--credential", &id, "--model", "claude-sonnet-4-6", "--agree", "--json"];
    let round = headroom.ok(&named).await.json();
    assert_eq!(sent(&simulator), ["claude-sonnet-4-6"], "{round}");
    let line = &round["lines"][0];
    assert_eq!((&line["credential"], &line["outcome"]), (&id.as_str().into(), &"sent".into()), "{round}");
    keys(
        &round,
        &[
            "id",
            "by",
            "at",
            "dry_run",
            "done",
            "total",
            "over",
            "lines",
            "unmatched",
            "summary",
            "needs_force",
        ],
    );
    keys(
        line,
        &["credential", "name", "model", "group", "verdict", "sentence", "until", "outcome", "detail"],
    );
    engine.stop().await;
}

#[tokio::test]
async fn ctrl_c_stops_before_the_next_request() {
    let (simulator, headroom) = installed(&ada()).await;
    let headroom = headroom.env("SMART_WARMUP_BATCH_DELAY_SECONDS", "60");
    let engine = headroom.serve(&[]).await;
    let mut child = headroom.command(&["warmup", "--all", "--agree"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let first = tokio::time::timeout(Duration::from_secs(30), lines.next_line()).await.unwrap().unwrap();
    assert!(first.as_ref().is_some_and(|line| line.starts_with("(1/2) ")), "{first:?}");
    interrupt(&child);
    let output = Output::of(child).await;
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stdout.contains("the round was stopped"), "{output:?}");
    let mut said = Vec::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        said.push(line);
    }
    assert!(said.iter().any(|line| line.starts_with("Stopping")), "{said:?}");
    assert!(said.last().unwrap().contains("1 of 2 requests were made"), "{said:?}");
    assert_eq!(sent(&simulator).len(), 1);
    engine.stop().await;
}

#[tokio::test]
async fn ctrl_c_while_the_quota_is_read_sends_nothing() {
    let (simulator, headroom) = installed(&ada()).await;
    let slow = Fault::new(FaultKind::Delay { ms: 1_000 }).on(CallKind::RetrieveUserQuotaSummary).always();
    simulator.clear_calls();
    simulator.script(slow);
    let child = headroom.command(&["warmup", "--all", "--agree"]).spawn().unwrap();
    while !simulator.calls().iter().any(|call| call.method == CallKind::RetrieveUserQuotaSummary) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    interrupt(&child);
    Output::of(child).await.fails(1, "nothing was sent");
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(sent(&simulator).is_empty());
}

#[tokio::test]
async fn what_is_not_there_is_nothing_matched() {
    let (simulator, headroom) = installed(&ada()).await;
    headroom.run(&["warmup", "--credential", "nobody", "--agree"]).await.fails(3, "nobody");
    let id = id(&headroom).await;
    let unknown = ["warmup", "--credential", &id, "--model", "unheard-of", "--agree"];
    headroom.run(&unknown).await.fails(3, "unheard-of");
    Headroom::offline().run(&["warmup", "--all", "--agree"]).await.fails(3, "no credential");
    assert!(sent(&simulator).is_empty());
}

#[tokio::test]
async fn when_every_request_is_refused_it_is_a_failure() {
    let (simulator, headroom) = installed(&ada()).await;
    let fault = Fault::new(FaultKind::error("429.quota_exhausted")).on(CallKind::StreamGenerate).always();
    simulator.script(fault);
    let refused = headroom.run(&["warmup", "--all", "--agree"]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert_eq!(refused.stdout.matches("refused      ").count(), 2, "{refused:?}");
    assert!(refused.stderr.contains("headroom: nothing was warmed up: "), "{refused:?}");
}

#[tokio::test]
async fn a_login_that_waits_for_the_user_is_told() {
    let (simulator, headroom) = installed(&ada()).await;
    simulator.set(AccountChange::new("ada", Change::Flag { flag: Flag::ValidationRequired, on: true }));
    let id = id(&headroom).await;
    let blocked = headroom.run(&["warmup", "--credential", &id, "--agree"]).await;
    assert_eq!(blocked.code, Some(6), "{blocked:?}");
    assert!(blocked.stderr.contains("https://"), "where to go: {blocked:?}");
}

#[tokio::test]
async fn on_a_terminal_the_users_word_is_asked() {
    let (simulator, headroom) = installed(&ada()).await;
    let no = on_terminal(&headroom, "warmup --all", &[], b"n\n").await;
    assert_eq!(no.code, Some(4), "{no:?}");
    assert!(no.stdout.contains("[y/N]") && no.stdout.contains("nothing was sent"), "{no:?}");
    assert!(sent(&simulator).is_empty());
    let yes = on_terminal(&headroom, "warmup --all", &[], b"y\n").await;
    assert_eq!(yes.code, Some(0), "{yes:?}");
    assert_eq!(sent(&simulator).len(), 2);
    assert!(yes.stdout.contains("\r\u{1b}[2K(2/2) "), "one line that changes: {yes:?}");
}

#[tokio::test]
async fn switching_it_on_says_once_what_it_means() {
    let (simulator, headroom) = installed(&ada()).await;
    let on = headroom.ok(&["settings", "set", "smart_warmup_enabled", "true"]).await;
    assert!(on.stderr.contains("terms may forbid"), "{on:?}");
    headroom.ok(&["settings", "set", "smart_warmup_enabled", "false"]).await;
    let again = headroom.ok(&["settings", "set", "smart_warmup_enabled", "true"]).await;
    assert_eq!(again.stderr, "", "{again:?}");
    let id = id(&headroom).await;
    headroom.ok(&["settings", "set", "smart_warmup_enabled", "false", "--credential", &id]).await;
    let scan = headroom.ok(&["warmup", "--dry-run"]).await;
    assert!(scan.stdout.contains("warmup is off for this credential"), "{scan:?}");
    assert!(sent(&simulator).is_empty(), "a short-lived engine never warms by itself");
}

fn ada() -> Scenario {
    scenario("[[accounts]]\nname = 'ada'\n")
}

/// A service and an installation that has its logins; requests follow each other at once.
async fn installed(scenario: &Scenario) -> (Simulator, Headroom) {
    let simulator = service(scenario).await;
    let headroom = Headroom::start(&simulator).env("SMART_WARMUP_BATCH_DELAY_SECONDS", "0");
    headroom.import(scenario).await;
    (simulator, headroom)
}

fn sent(simulator: &Simulator) -> Vec<String> {
    let warm = |call: &Call| call.method == CallKind::StreamGenerate;
    simulator.calls().into_iter().filter(warm).filter_map(|call| call.model).collect()
}

/// Ctrl-C.
fn interrupt(child: &tokio::process::Child) {
    let id = child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
}
