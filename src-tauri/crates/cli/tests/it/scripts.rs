//! What scripts, status bars and collectors of measurements use: forms, exit codes, `watch`, hooks, `/metrics`.

use crate::harness::{Engine, Headroom, scenario, service};
use serde_json::Value;
use simulator::{CallKind, Fault, FaultKind, Scenario, Simulator};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::time::timeout;

async fn installed() -> (Scenario, Simulator, Headroom) {
    let scenario = scenario("[[accounts]]\nname = 'ada'\n");
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    headroom.import(&scenario).await;
    (scenario, simulator, headroom)
}

#[tokio::test]
async fn a_form_gives_one_line_and_a_need_an_exit_code() {
    let (_, _simulator, headroom) = installed().await;
    let line = headroom.ok(&["quota", "--format", "C {claude} {claude.class} {{}} {attention}"]).await;
    assert_eq!(line.stdout, "C 100% ok {} 0\n");
    let each = headroom.ok(&["quota", "--each", "--format", "{state} {claude.weekly}"]).await;
    assert_eq!(each.stdout, "active 100%\n");
    headroom.run(&["quota", "--format", "{nonsense}"]).await.fails(2, "{nonsense} is not known");

    let enough = headroom.ok(&["quota", "--need", "claude=20", "--need", "gemini"]).await;
    assert_eq!((enough.stdout.as_str(), enough.stderr.as_str()), ("", ""));
    headroom.run(&["quota", "--need", "gpt-9"]).await.fails(3, "no active credential offers gpt-9");
    headroom.run(&["quota", "--need", "claude=200"]).await.fails(2, "--need takes");
    let id = crate::harness::id(&headroom).await;
    headroom.ok(&["credentials", "disable", &id]).await;
    headroom.run(&["quota", "--need", "claude"]).await.fails(3, "no active credential");
}

#[tokio::test]
async fn without_numbers_the_answer_is_not_no() {
    let scenario =
        scenario("[[accounts]]\nname = 'ada'\nunknown_in_summary = ['3p']\nunknown_in_list = ['3p']\n");
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    headroom.import(&scenario).await;
    headroom.run(&["quota", "--need", "claude"]).await.fails(1, "is not known");
    let line = headroom.ok(&["quota", "--format", "{claude} {claude.class}"]).await;
    assert_eq!(line.stdout, "– unknown\n");
}

#[tokio::test]
async fn watch_tells_each_change_once_and_waits_for_the_engine() {
    let (_, _simulator, headroom) = installed().await;
    let mut watch = headroom.command(&["watch", "--format", "{state} {claude}"]).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut said = BufReader::new(watch.stderr.take().unwrap()).lines();
    let first = said.next_line().await.unwrap().unwrap();
    assert!(first.contains("no engine is running") && first.ends_with("waiting for it …"), "{first}");

    let engine = headroom.serve(&[]).await;
    headroom.ok(&["quota", "--refresh"]).await;
    let mut next =
        async || timeout(Duration::from_secs(30), lines.next_line()).await.unwrap().unwrap().unwrap();
    let mut told = next().await;
    if told == "active –" {
        told = next().await;
    }
    assert_eq!(told, "active 100%");
    let id = crate::harness::id(&headroom).await;
    headroom.ok(&["credentials", "disable", &id]).await;
    assert_eq!(next().await, "disabled –");
    engine.stop().await;
    watch.kill().await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn an_event_starts_the_users_program_with_the_event_as_data() {
    use std::os::unix::fs::PermissionsExt;
    let (_, simulator, headroom) = installed().await;
    let hostile = "Ada\"; touch PWNED; $(touch PWNED) `touch PWNED` #";
    let id = crate::harness::id(&headroom).await;
    headroom.ok(&["credentials", "rename", &id, hostile]).await;
    let hook = headroom.file("hook", "#!/bin/sh\ncat > \"$(dirname \"$0\")/told.part\"\nmv \"$(dirname \"$0\")/told.part\" \"$(dirname \"$0\")/told-$1\"\n");
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    headroom.run(&["settings", "set", "hook_command", "hook"]).await.fails(2, "absolute path");
    headroom.run(&["settings", "set", "hook_events", "low,high"]).await.fails(2, "low, back, warmed");
    let engine = headroom.serve(&[]).await;
    headroom.ok(&["settings", "set", "hook_command", &hook]).await;
    headroom.ok(&["quota", "--refresh"]).await;
    let refused = Fault::new(FaultKind::error("403.validation_required"));
    simulator.script(refused.on(CallKind::RetrieveUserQuotaSummary).always());
    headroom.ok(&["quota", "--refresh"]).await;

    let told = std::path::Path::new(&hook).with_file_name("told-needs-you");
    let arrives = async {
        while !told.exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(30), arrives).await.expect("the hook ran");
    let event: Value = serde_json::from_slice(&std::fs::read(&told).unwrap()).unwrap();
    assert_eq!(
        (&event["event"], &event["credential"]["name"], &event["credential"]["id"]),
        (&"needs-you".into(), &hostile.into(), &id.into()),
        "{event}"
    );
    assert!(event["message"].as_str().unwrap().starts_with(&format!("{hostile} needs you.")), "{event}");
    engine.stop().await;
    let folder = std::path::Path::new(&hook).parent().unwrap();
    assert!(!folder.join("PWNED").exists() && !headroom.data_dir().join("PWNED").exists());
}

#[tokio::test]
async fn metrics_are_for_whoever_has_the_token_or_for_all_if_the_user_says_so() {
    let (_, _simulator, headroom) = installed().await;
    let engine = headroom.serve(&[]).await;
    headroom.ok(&["quota", "--refresh"]).await;
    let token = engine.announced()["token"].as_str().unwrap().to_owned();
    assert_eq!(metrics(&engine, "").await.0, 401);
    let (status, text) = metrics(&engine, &format!("Authorization: Bearer {token}\r\n")).await;
    assert_eq!(status, 200, "{text}");
    assert!(
        text.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8"),
        "{text}"
    );
    let id = crate::harness::id(&headroom).await;
    let sample = format!(
        "headroom_quota_remaining_ratio{{credential=\"{id}\",provider=\"antigravity\",group=\"3p\",window=\"5h\"}} 1\n"
    );
    assert!(text.contains(&sample) && text.ends_with("# EOF\n"), "{text}");
    assert!(!text.contains('@') && !text.contains("ada"), "no name and no address: {text}");

    headroom.ok(&["settings", "set", "metrics_enabled", "true"]).await;
    assert_eq!(metrics(&engine, "").await.0, 200);
    assert_eq!(metrics(&engine, "Origin: https://example.com\r\n").await.0, 403, "no other site reads it");
    headroom.ok(&["settings", "set", "metrics_enabled", "false"]).await;
    assert_eq!(metrics(&engine, "").await.0, 401);
    engine.stop().await;
}

async fn metrics(engine: &Engine, head: &str) -> (u16, String) {
    let announced = engine.announced();
    let address = announced["address"].as_str().unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\n{head}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
}

/// The official program, as far as it reports.
#[cfg(unix)]
const AGY: &str = r#"#!/bin/sh
test "$*" = "-p /usage --output-format json" || exit 9
test -e "$(dirname "$0")/signed-out" && { echo 'Sign in first.'; exit 1; }
cat <<'END'
{"status": "SUCCESS", "command": {"name": "usage", "data": {"groups": [
  {"name": "Gemini Models", "buckets": [{"id": "gemini-5h", "window": "5h", "remaining_fraction": 0.31},
                                        {"id": "gemini-weekly", "window": "weekly", "remaining_fraction": 0.62}]}]}}}
END
"#;

#[cfg(unix)]
#[tokio::test]
async fn the_official_program_is_asked_first_and_is_enough_by_itself() {
    use std::os::unix::fs::PermissionsExt;
    let (_, simulator, headroom) = installed().await;
    let agy = headroom.file("agy", AGY);
    std::fs::set_permissions(&agy, std::fs::Permissions::from_mode(0o755)).unwrap();
    headroom.ok(&["settings", "set", "agy_command", &agy]).await;

    // Watched only: nothing is asked of the service for it, whatever is wanted.
    let watched = headroom.ok(&["credentials", "watch", "--json"]).await.json();
    let id = watched["id"].as_str().unwrap().to_owned();
    let before = simulator.calls().len();
    let read = headroom.ok(&["quota", "--refresh", "--json", "--credential", &id]).await.json();
    let windows = &read["credentials"][0]["groups"][0]["windows"];
    assert_eq!(
        (&windows[0]["remaining"], &windows[0]["source"], &windows[1]["remaining"]),
        (&0.31.into(), &"official_report".into(), &0.62.into()),
        "{read}"
    );
    headroom.ok(&["credentials", "check", &id]).await;
    headroom.run(&["warmup", "--credential", &id, "--agree"]).await;
    assert_eq!(simulator.calls().len(), before);
    headroom.run(&["credentials", "watch"]).await.fails(4, "watched already");

    // For a login of ours it comes first, and the service stands in where it fails.
    let all = headroom.ok(&["credentials", "--json"]).await.json();
    let mut ids = all["credentials"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap());
    let own = ids.find(|other| *other != id).unwrap().to_owned();
    headroom.ok(&["settings", "set", "agy_login", &own]).await;
    let source = async || {
        let read = headroom.ok(&["quota", "--refresh", "--json", "--credential", &own]).await.json();
        read["credentials"][0]["groups"][0]["windows"][0]["source"].as_str().unwrap().to_owned()
    };
    assert_eq!(source().await, "official_report");
    headroom.file("signed-out", "");
    assert_eq!(source().await, "summary");
    let failed = headroom.ok(&["quota", "--refresh", "--json", "--credential", &id]).await.json();
    let why = failed["credentials"][0]["failure"]["message"].as_str().unwrap();
    assert!(why.contains("is it signed in? Start `agy` once"), "{failed}");
    assert_eq!(failed["credentials"][0]["state"], "active", "{failed}");
}
