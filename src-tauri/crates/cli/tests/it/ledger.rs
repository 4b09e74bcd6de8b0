//! `headroom decisions`, `cooldowns`, `history`: what was done, and why.

use crate::harness::{Headroom, id, keys, scenario, service};
use simulator::{CallKind, Fault, FaultKind, Scenario, Simulator};

#[tokio::test]
async fn decisions_explain_what_was_done() {
    let (_simulator, headroom) = installed().await;
    let none = headroom.ok(&["decisions", "--since", "1h"]).await;
    assert_eq!((none.stdout.as_str(), none.stderr.as_str()), ("No decisions in the last hour.\n", ""));
    headroom.ok(&["warmup", "--all", "--agree"]).await;
    let text = headroom.ok(&["decisions", "--since", "1h"]).await.stdout;
    assert!(text.contains("claude-sonnet-4-6 of ") && text.contains("warmed up now"), "{text}");
    let found = headroom.ok(&["decisions", "--kind", "warmup", "--search", "claude", "--json"]).await.json();
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    keys(
        &found[0],
        &["id", "at", "last_at", "kind", "credential", "name", "subject", "verdict", "sentence", "until"],
    );
    assert_eq!((&found[0]["kind"], &found[0]["verdict"]), (&"warmup".into(), &"warm".into()), "{found}");
    assert!(found[0]["at"].as_str().unwrap().ends_with('Z'), "RFC 3339 in UTC: {found}");
    let id = id(&headroom).await;
    headroom.ok(&["decisions", "--credential", &id]).await;
    let other = headroom.ok(&["decisions", "--kind", "protection", "--json"]).await;
    assert_eq!(other.stdout, "[]\n");
    headroom.run(&["decisions", "--credential", "nobody"]).await.fails(3, "nobody");
    headroom.run(&["decisions", "--since", "yesterday"]).await.fails(2, "yesterday");
}

#[tokio::test]
async fn automation_is_paused_and_goes_on() {
    let (_simulator, headroom) = installed().await;
    assert_eq!(headroom.ok(&["pause"]).await.stdout, "Automation is not paused.\n");
    let paused = headroom.ok(&["pause", "1h"]).await.stdout;
    assert!(paused.starts_with("Background reads and warmups rest until "), "{paused}");
    let json = headroom.ok(&["pause", "--json"]).await.json();
    assert!(json["until"].as_str().unwrap().ends_with('Z'), "RFC 3339 in UTC: {json}");
    assert_eq!(headroom.ok(&["pause", "off"]).await.stdout, "Automation is not paused.\n");
    let told = headroom.ok(&["decisions", "--kind", "automation"]).await.stdout;
    assert!(told.contains("Automation goes on") && told.contains("Automation is paused until"), "{told}");
    headroom.run(&["pause", "for ever"]).await.fails(2, "from 1m to 7d");
}

#[tokio::test]
async fn sentences_are_in_the_language_of_the_setting() {
    let (_simulator, headroom) = installed().await;
    headroom.ok(&["warmup", "--all", "--agree"]).await;
    headroom.ok(&["settings", "set", "language", "zh-CN"]).await;
    // What was decided before is kept in both.
    let told = headroom.ok(&["decisions", "--since", "1h"]).await.stdout;
    assert!(told.contains("现在预热") && !told.contains("warmed up now"), "{told}");
    let checks = headroom.ok(&["doctor"]).await.stdout;
    assert!(checks.contains("数据库完好"), "{checks}");
    let found = headroom.ok(&["decisions", "--search", "现在预热", "--json"]).await.json();
    assert!(!found.as_array().unwrap().is_empty(), "{found}");
}

#[tokio::test]
async fn a_rest_is_listed_and_ended() {
    let (simulator, headroom) = installed().await;
    assert_eq!(headroom.ok(&["cooldowns"]).await.stdout, "Nothing rests.\n");
    let fault = Fault::new(FaultKind::error("429.quota_exhausted")).on(CallKind::StreamGenerate).always();
    simulator.script(fault);
    assert_eq!(headroom.run(&["warmup", "--all", "--agree"]).await.code, Some(1));
    let rests = headroom.ok(&["cooldowns", "list", "--json"]).await.json();
    assert_eq!(rests.as_array().map(Vec::len), Some(2), "{rests}");
    keys(
        &rests[0],
        &["id", "credential", "name", "scope", "subject", "reason", "sentence", "evidence", "since", "until"],
    );
    let rest = rests[0]["id"].as_str().unwrap();
    let listed = headroom.ok(&["cooldowns"]).await.stdout;
    assert!(listed.contains(&format!("headroom cooldowns clear {rest}\n")), "{listed}");
    let cleared = headroom.ok(&["cooldowns", "clear", rest]).await.stdout;
    assert_eq!(cleared, format!("{rest} does not rest any more.\n"));
    headroom.run(&["cooldowns", "clear", rest]).await.fails(3, rest);
    let other = rests[1]["id"].as_str().unwrap();
    assert_eq!(headroom.ok(&["cooldowns", "clear", other, "--json"]).await.json()["cleared"], true);
    assert_eq!(headroom.ok(&["cooldowns", "--json"]).await.stdout, "[]\n");
}

#[tokio::test]
async fn history_comes_as_words_json_and_csv() {
    let (_simulator, headroom) = installed().await;
    headroom.ok(&["quota", "--refresh"]).await;
    headroom.ok(&["warmup", "--all", "--agree"]).await;
    let history = headroom.ok(&["history", "--since", "1h", "--json"]).await.json();
    keys(&history, &["since", "samples", "warmups", "drops"]);
    assert_eq!(history["warmups"].as_array().map(Vec::len), Some(2), "{history}");
    assert_eq!(history["warmups"][0]["outcome"], "sent", "nobody read what came of it: {history}");
    let samples = history["samples"].as_array().unwrap().len();
    assert!(samples > 0, "{history}");

    let csv = headroom.ok(&["history", "--csv"]).await.stdout;
    assert!(csv.starts_with("at,credential,subject,window,remaining,source\n"), "{csv}");
    assert_eq!(csv.lines().count(), samples + 1, "{csv}");
    let csv = headroom.ok(&["history", "--csv", "warmups"]).await.stdout;
    assert!(csv.starts_with("at,credential,name,group,model,by,outcome,detail,reset_at\n"), "{csv}");
    assert!(csv.lines().count() == 3 && csv.contains(",claude-sonnet-4-6,manual,sent,,"), "{csv}");
    let csv = headroom.ok(&["history", "--csv", "drops"]).await.stdout;
    assert!(csv.starts_with("from,to,credential,group,window,points,by\n"), "{csv}");

    let text = headroom.ok(&["history"]).await.stdout;
    assert!(text.contains("Warmups: 2 sent, not verified"), "{text}");
    assert!(text.contains("Latest measurements") && text.contains("Gemini Models"), "{text}");
    let id = id(&headroom).await;
    assert_eq!(
        headroom.ok(&["history", "--credential", &id]).await.stdout.lines().next(),
        text.lines().next()
    );
    headroom.run(&["history", "--credential", "nobody"]).await.fails(3, "nobody");
}

#[tokio::test]
async fn without_anything_it_is_said_in_words() {
    let headroom = Headroom::offline();
    let text = headroom.ok(&["history"]).await.stdout;
    assert!(text.contains("Nothing was measured or done."), "{text}");
    assert_eq!(headroom.ok(&["decisions"]).await.stdout, "No decisions in the last day.\n");
}

fn ada() -> Scenario {
    scenario("[[accounts]]\nname = 'ada'\n")
}

async fn installed() -> (Simulator, Headroom) {
    let simulator = service(&ada()).await;
    let headroom = Headroom::start(&simulator).env("SMART_WARMUP_BATCH_DELAY_SECONDS", "0");
    headroom.import(&ada()).await;
    (simulator, headroom)
}
