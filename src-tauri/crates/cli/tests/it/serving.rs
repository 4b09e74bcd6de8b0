//! `headroom serve`, `ui`, `simulate`

use crate::harness::{Headroom, Output, scenario, service, size};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

#[tokio::test]
async fn it_says_where_it_answers_and_ends_when_asked() {
    let headroom = Headroom::offline();
    let engine = headroom.serve(&[]).await;
    let address = engine.announced()["address"].as_str().unwrap().to_owned();
    let output = engine.stop().await;
    assert_eq!(output.code, Some(0), "{output:?}");
    let expected = format!("Headroom is running. Web UI: headroom ui  ·  control http://{address}\n");
    assert_eq!(output.stdout, expected);
    assert!(!headroom.data_dir().join("control.json").exists());
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_second_one_is_told() {
    let headroom = Headroom::offline();
    let engine = headroom.serve(&[]).await;
    let second = headroom.run(&["serve"]).await;
    assert_eq!((second.code, second.stdout.as_str()), (Some(1), ""), "{second:?}");
    assert!(second.stderr.contains("is running on this data directory already"), "{second:?}");
    engine.stop().await;
}

/// Holds F40, G15.
#[tokio::test]
async fn the_next_start_after_a_kill_works_at_once() {
    let headroom = Headroom::offline();
    let starts: usize = size("HEADROOM_STARTS", 5);
    let mut slowest = Duration::ZERO;
    for _ in 0..starts {
        let began = tokio::time::Instant::now();
        let engine = headroom.serve(&[]).await;
        slowest = slowest.max(began.elapsed());
        engine.kill().await;
        // What was announced is nobody's now: the command finds that out and does it alone.
        headroom.ok(&["settings", "get", "language"]).await;
    }
    let engine = headroom.serve(&[]).await;
    assert_eq!(engine.stop().await.code, Some(0));
    println!("figure F40, G15: {starts} of {starts} starts after a kill, {slowest:.1?} at most");
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
}

/// Holds F41.
#[tokio::test]
async fn a_control_port_in_use_is_said() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let headroom = Headroom::offline();
    let refused = headroom.run(&["serve", "--control", &address]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains(&address) && refused.stderr.contains("in use"), "{refused:?}");
    let refused = headroom.run(&["serve", "--control", "0.0.0.0:0"]).await;
    assert!(refused.stderr.contains("not a loopback address"), "{refused:?}");
}

/// Holds F43.
#[tokio::test]
async fn open_streams_do_not_hold_the_end_up() {
    let headroom = Headroom::offline();
    let engine = headroom.serve(&[]).await;
    let announced = engine.announced();
    let (host, token) = (announced["address"].as_str().unwrap(), announced["token"].as_str().unwrap());
    let mut streams = Vec::new();
    for _ in 0..50 {
        let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
        let request =
            format!("GET /api/v1/events HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        streams.push(stream);
    }
    let output = tokio::time::timeout(Duration::from_secs(6), engine.stop()).await.unwrap();
    assert_eq!(output.code, Some(0), "{output:?}");
    for mut stream in streams {
        let mut rest = String::new();
        stream.read_to_string(&mut rest).await.unwrap();
    }
}

/// Holds F44.
#[cfg(unix)]
#[tokio::test]
async fn running_out_of_file_descriptors_passes() {
    let headroom = Headroom::offline();
    let program = env!("CARGO_BIN_EXE_headroom");
    let engine = headroom.serve_by("sh", &["-c", &format!("ulimit -n 64; exec {program} serve")]).await;
    let host = engine.announced()["address"].as_str().unwrap().to_owned();
    let mut silent = Vec::new();
    for _ in 0..120 {
        silent.push(tokio::net::TcpStream::connect(&host).await.unwrap());
    }
    drop(silent);
    headroom.ok(&["ui", "--print"]).await;
    assert_eq!(engine.stop().await.code, Some(0));
}

#[tokio::test]
async fn the_link_opens_the_page_once() {
    let headroom = Headroom::offline();
    let engine = headroom.serve(&[]).await;
    let link = headroom.ok(&["ui", "--print"]).await.stdout;
    let (page, word) = link.trim().split_once("/#t=").unwrap();
    let host = page.strip_prefix("http://").unwrap();
    let served = ask(host, "GET / HTTP/1.1", "", "").await;
    assert!(served.starts_with("HTTP/1.1 200") && served.contains("text/html"), "{served}");
    let body = format!("{{\"word\":\"{word}\"}}");
    let json = "content-type: application/json\r\n";
    let first = ask(host, "POST /api/v1/login HTTP/1.1", json, &body).await;
    let token =
        first.split("\"token\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let second = ask(host, "POST /api/v1/login HTTP/1.1", json, &body).await;
    assert!(second.starts_with("HTTP/1.1 401"), "{second}");
    let headers = format!("{json}authorization: Bearer {token}\r\n");
    let status = ask(host, "POST /api/v1/status HTTP/1.1", &headers, "{}").await;
    assert!(status.starts_with("HTTP/1.1 200") && status.contains("\"version\""), "{status}");
    engine.stop().await;
}

#[tokio::test]
async fn commands_talk_to_the_running_engine() {
    let scenario = scenario("[[accounts]]\nname = 'ada'\n");
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    let engine = headroom.serve(&[]).await;
    headroom.import(&scenario).await;
    headroom.ok(&["settings", "set", "refresh_interval_minutes", "20"]).await;
    let list = headroom.ok(&["credentials", "--json"]).await.json();
    assert_eq!(list["credentials"].as_array().map(Vec::len), Some(1), "{list}");
    let logs = engine.stop().await;
    assert!(!logs.stderr.contains("FAKE_"), "no secret in the log: {logs:?}");
    assert_eq!(headroom.ok(&["settings", "get", "refresh_interval_minutes"]).await.stdout, "20\n");
}

#[tokio::test]
async fn the_demo_says_so_and_leaves_the_users_data_alone() {
    let headroom = Headroom::offline();
    let engine = headroom.serve(&["--demo-if-empty"]).await;
    assert!(engine.announced()["simulator"].is_string(), "{}", engine.announced());
    let quota = headroom.ok(&["quota"]).await;
    assert!(quota.stdout.starts_with("Demo: "), "{quota:?}");
    let output = engine.stop().await;
    assert!(output.stderr.contains("This is a demo"), "{output:?}");
    let list = headroom.ok(&["credentials", "--json"]).await.json();
    assert_eq!(list["credentials"].as_array().map(Vec::len), Some(0), "{list}");
}

#[tokio::test]
async fn a_system_without_certificates_is_told_what_it_lacks() {
    let none = tempfile::NamedTempFile::new().unwrap();
    let path = none.path().to_str().unwrap();
    let headroom = Headroom::offline().env("SSL_CERT_FILE", path).env("SSL_CERT_DIR", path);
    let engine = headroom.serve(&["--demo"]).await;
    let told = tokio::time::timeout(Duration::from_secs(60), async {
        while !headroom.ok(&["quota"]).await.stdout.contains("install the package ca-certificates") {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    });
    told.await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn the_demo_tells_a_planned_start_its_reason_its_verified_start_and_what_came() {
    let headroom = Headroom::offline();
    let engine = headroom.serve(&["--demo"]).await;
    let decisions = async |search: &str| -> Vec<String> {
        let found =
            headroom.ok(&["decisions", "--credential", "Ada", "--search", search, "--json"]).await.json();
        let sentences = found.as_array().unwrap().iter();
        sentences.map(|one| one["sentence"].as_str().unwrap().to_owned()).collect()
    };
    // Until the engine has read the quota of all of them, planned, and written it down: the same words in both places.
    let start = "starting Claude on Ada at ";
    let planned = tokio::time::timeout(Duration::from_secs(60), async {
        loop {
            let quota = headroom.ok(&["quota"]).await.stdout;
            let planned = quota.lines().map(str::trim).find(|line| line.starts_with(start));
            match (planned, decisions(start).await.first()) {
                (Some(planned), Some(decided)) if planned == decided => return planned.to_owned(),
                _ => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    });
    let planned = planned.await.unwrap();
    assert!(planned.contains(", so that it refills at ") && planned.contains("; expected +"), "{planned}");
    assert!(planned.ends_with(" h of use"), "{planned}");
    let verified = decisions("the clock started, back at ").await;
    assert!(verified.iter().any(|said| said.starts_with("Claude and GPT of Ada: ")), "{verified:?}");
    let came = decisions("as planned: expected +").await;
    assert!(came.iter().any(|said| said.ends_with(" h came")), "{came:?}");
    let history = headroom.ok(&["history", "--credential", "Ada"]).await.stdout;
    let started = |line: &&str| line.contains("claude-sonnet-4-6") && line.contains("by itself  started");
    assert!(history.lines().filter(started).count() > 3, "{history}");
    engine.stop().await;
}

#[tokio::test]
async fn the_simulated_service_runs_on_its_own() {
    let headroom = Headroom::offline();
    let scenario = headroom.file("scenario.toml", "[[accounts]]\nname = 'ada'\n");
    let mut child = headroom.command(&["simulate", "--scenario", &scenario]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let base =
        tokio::time::timeout(Duration::from_secs(30), lines.next_line()).await.unwrap().unwrap().unwrap();
    let state = ask(base.strip_prefix("http://").unwrap(), "GET /_simulator/state HTTP/1.1", "", "").await;
    assert!(state.contains("ada"), "{state}");
    let id = child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let output = Output::of(child).await;
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(output.stderr.contains(&format!("HEADROOM_OAUTH_TOKEN_URL={base}/token")), "{output:?}");
    headroom
        .run(&["simulate", "--scenario", &headroom.file("bad.toml", "accounts = 7")])
        .await
        .fails(2, "bad.toml");
}

async fn ask(host: &str, line: &str, headers: &str, body: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let request = format!(
        "{line}\r\nhost: {host}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
