//! What a person and what a script reads.

use crate::harness::{Headroom, Output, id, keys, on_terminal, scenario, service};
use simulator::{AccountChange, Change, Flag, Scenario};

fn ada() -> Scenario {
    scenario(
        "[[accounts]]\nname = 'ada'\ngroups.gemini.5h = { used = 0.42, started = '-3h' }\n\
         groups.gemini.weekly = { used = 0.3, started = '-2d' }\n",
    )
}

#[tokio::test]
async fn quota_is_read_without_a_running_engine() {
    let scenario = ada();
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    headroom.import(&scenario).await;
    let output = headroom.ok(&["quota"]).await;
    assert_eq!(output.stderr, "", "{output:?}");
    assert!(output.stdout.contains("58 %  ▮▮▮▯▯  5h      resets "), "{output:?}");
    assert!(output.stdout.contains("70 %  ▮▮▮▮▯  weekly  resets "), "{output:?}");
    assert!(output.stdout.contains("not started"), "the other group is idle: {output:?}");
    assert!(!output.stdout.contains('\u{1b}'), "no colour in a pipe: {output:?}");
    let running: Vec<_> =
        ["control.json"].iter().filter(|name| headroom.data_dir().join(name).exists()).collect();
    assert!(running.is_empty(), "a short-lived engine announces nothing");
}

#[tokio::test]
async fn the_json_document_has_the_keys_scripts_rely_on() {
    let scenario = ada();
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    headroom.import(&scenario).await;
    let document = headroom.ok(&["quota", "--json"]).await.json();
    keys(&document, &["at", "credentials", "demo", "sentence"]);
    let ada = &document["credentials"][0];
    keys(
        ada,
        &[
            "id",
            "name",
            "provider",
            "state",
            "state_reason",
            "state_since",
            "needs_user",
            "link",
            "tier",
            "last_quota_refresh",
            "reading",
            "failure",
            "headline",
            "groups",
            "models",
        ],
    );
    keys(&ada["headline"], &["remaining", "group", "window", "reset_at", "started"]);
    keys(&ada["groups"][0], &["key", "name", "remaining", "reset_at", "binding", "windows"]);
    keys(
        &ada["groups"][0]["windows"][0],
        &[
            "window",
            "length_seconds",
            "remaining",
            "reset_at",
            "started",
            "binds",
            "points_per_hour",
            "runs_out_at",
            "source",
            "observed_at",
            "stale",
        ],
    );
    keys(
        &ada["models"][0],
        &[
            "id",
            "display_name",
            "group",
            "remaining",
            "effective_remaining",
            "reset_at",
            "source",
            "observed_at",
            "stale",
            "contradicts",
            "protected",
            "cooldown_until",
            "cooldown_reason",
            "last_warmup_at",
        ],
    );
    let remaining = ada["headline"]["remaining"].as_f64().unwrap();
    assert!((remaining - 0.58).abs() < 0.001, "a fraction, not a percentage: {remaining}");
    let at = document["at"].as_str().unwrap();
    assert!(at.ends_with('Z') && at.contains('T'), "RFC 3339 in UTC: {at}");
}

#[tokio::test]
async fn unknown_is_null_for_scripts_and_a_dash_for_people() {
    let scenario = scenario(
        "[[accounts]]\nname = 'ada'\nunknown_in_list = ['gemini', '3p']\nunknown_in_summary = ['gemini', '3p']\n",
    );
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    headroom.import(&scenario).await;
    let document = headroom.ok(&["quota", "--json"]).await.json();
    let windows = document["credentials"][0]["groups"][0]["windows"].as_array().unwrap().clone();
    assert!(!windows.is_empty() && windows.iter().all(|window| window["remaining"].is_null()), "{windows:?}");
    assert!(document["credentials"][0]["headline"].is_null(), "an unknown number is no headline");
    let text = headroom.ok(&["quota"]).await.stdout;
    assert!(text.contains('–') && !text.contains('%'), "{text}");
}

#[tokio::test]
async fn refresh_asks_the_service_and_plain_quota_asks_once_a_minute() {
    let scenario = ada();
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    headroom.import(&scenario).await;
    let engine = headroom.serve(&[]).await;
    headroom.ok(&["quota"]).await;
    simulator.clear_calls();
    headroom.ok(&["quota"]).await;
    headroom.ok(&["credentials"]).await;
    assert_eq!(simulator.calls().len(), 0, "what was just read is not read again");
    headroom.ok(&["quota", "--refresh"]).await;
    assert!(!simulator.calls().is_empty());
    engine.stop().await;
}

#[tokio::test]
async fn a_credential_that_needs_the_user_says_why() {
    let scenario = ada();
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    headroom.import(&scenario).await;
    simulator.set(AccountChange::new("ada", Change::Flag { flag: Flag::ValidationRequired, on: true }));
    let checked = headroom.run(&["credentials", "check", &id(&headroom).await]).await;
    checked.fails(6, "https://");
    assert!(checked.stdout.contains("is blocked"), "{checked:?}");
    let listed = headroom.ok(&["credentials"]).await;
    assert!(listed.stdout.contains("blocked") && listed.stdout.contains("https://"), "{listed:?}");
    simulator.set(AccountChange::new("ada", Change::Flag { flag: Flag::ValidationRequired, on: false }));
    let checked = headroom.ok(&["credentials", "check", &id(&headroom).await]).await;
    assert!(checked.stdout.contains("is active"), "{checked:?}");
}

#[tokio::test]
async fn colour_is_for_terminals_that_want_it() {
    let headroom = Headroom::offline();
    let forced = on_terminal(&headroom, "doctor", &[], b"").await;
    assert!(forced.stdout.contains("\u{1b}["), "a terminal gets colour: {forced:?}");
    let quiet = on_terminal(&headroom, "doctor", &[("NO_COLOR", "1")], b"").await;
    assert!(!quiet.stdout.contains("\u{1b}["), "NO_COLOR: {quiet:?}");
}

#[tokio::test]
async fn a_reader_that_has_seen_enough_is_no_failure() {
    let headroom = Headroom::offline();
    let mut child = headroom.command(&["settings"]).spawn().unwrap();
    drop(child.stdout.take());
    let output = Output::of(child).await;
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
}
