//! No secret leaves in clear: not into the data directory, not into a log at TRACE, not into an answer.
//!
//! Three places hold one in clear by design: `secrets.key` (the key itself), the token in `control.json`, and a client
//! key at the moment of its creation. None of them is planted here, so nothing may be found anywhere.

use crate::harness::{Headroom, Output, asked, free_address, scenario, service, size};
use crate::troubles::{Trouble, troubles};
use futures_util::future::join_all;
use simulator::{Fault, Scenario, Simulator};
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;
use tokio::time::timeout;

/// How the planted refresh tokens and API keys, the client that minted the tokens, and every access token read.
const SECRETS: [&str; 3] = ["FAKE_CANARY", "FAKE_CLIENT_SECRET", "ya29."];
/// Secret settings that are planted.
const SETTINGS: [&str; 2] = ["oauth_client_secret_antigravity", "oauth_client_secret_gemini_cli"];
/// Files made to leave the machine: the report for a bug, and the export.
const GIVEN_AWAY: [&str; 2] = ["report.txt", "backup.headroom"];
/// Of one installation, at most.
const LOGINS: usize = 32;
const KEYS: usize = 6;
/// A service that never answers is not waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// Longer than any trouble takes to be met.
const LIMIT: Duration = Duration::from_secs(480);

/// The command's answer to everything that could show a secret.
async fn everything_asked(headroom: &Headroom) -> Vec<Output> {
    let mut answers = Vec::new();
    for args in [
        &["quota", "--refresh", "--json"][..],
        &["credentials", "--json"],
        &["settings", "list", "--json"],
        &["settings", "get", SETTINGS[0], "--json"],
        &["settings", "export"],
        &["doctor", "--json"],
        &["doctor", "--bundle", GIVEN_AWAY[0]],
        &["credentials", "check", "a00"],
        &["history", "--json"],
        &["decisions", "--json"],
        &["cooldowns", "--json"],
        &["requests", "--json"],
    ] {
        answers.push(headroom.run(args).await);
    }
    let passphrase = b"correct horse battery staple\n";
    answers.push(headroom.run_with(&["export", GIVEN_AWAY[1]], passphrase).await);
    answers
}

/// Holds T24, T10, G4.
#[tokio::test]
async fn no_secret_is_found_in_files_logs_or_answers_whatever_the_service_does() {
    let faults = size("HEADROOM_CANARY_FAULTS", LOGINS / 4);
    let all = troubles();
    let spread: Vec<Trouble> = all.iter().step_by(all.len().div_ceil(faults)).cloned().collect();
    let looked_at: u64 = join_all(spread.chunks(LOGINS).map(in_trouble)).await.iter().sum();
    println!(
        "figure T24, G4: {} secrets × {} faults of the service, log at TRACE, {} KiB of files and answers: 0 places",
        spread.len().min(LOGINS) + KEYS + SETTINGS.len(),
        spread.len(),
        looked_at >> 10
    );
}

/// One installation, each of whose logins meets another trouble; the bytes that were looked through.
async fn in_trouble(troubles: &[Trouble]) -> u64 {
    let scenario = planted(troubles.len());
    let simulator = service(&scenario).await;
    for (login, trouble) in troubles.iter().enumerate() {
        let fault = Fault::new(trouble.what(&refresh_token(login))).account(&name(login)).always();
        simulator.script(trouble.calls.iter().fold(fault, |fault, call| fault.on(*call)));
    }
    let proxy = free_address();
    let headroom = Headroom::start(&simulator).env("HEADROOM_LOG", "trace");
    let mut answers = vec![headroom.ok(&["settings", "set", "proxy_listen", &proxy]).await];
    for (setting, value) in [("proxy_routing", "round-robin"), ("proxy_enabled", "true")] {
        answers.push(headroom.ok(&["settings", "set", setting, value]).await);
    }
    let client = headroom.ok(&["keys", "create", "laptop"]).await.stdout;
    let engine = headroom.serve(&[]).await;
    answers.extend(secrets_taken_in(&headroom, &scenario).await);
    let until_met = async {
        // Each a conversation of its own: the next of one would stay with the login that served it.
        let mut conversation = 0;
        while !unmet(&simulator, troubles.len()).is_empty() {
            answers.push(headroom.run(&["quota", "--refresh"]).await);
            for stream in [true, false].repeat(troubles.len()) {
                conversation += 1;
                let body = format!(
                    r#"{{"model":"gemini-3.6-flash-high","stream":{stream},"messages":[{{"role":"user","content":"{conversation}"}}]}}"#
                );
                if let Ok(answer) = timeout(PATIENCE, asked(&proxy, client.trim(), &body)).await {
                    clean("an answer of the proxy", answer.as_bytes());
                }
            }
        }
    };
    if timeout(LIMIT, until_met).await.is_err() {
        let unmet = unmet(&simulator, troubles.len());
        panic!("not met: {:?}", unmet.iter().map(|&login| &troubles[login]).collect::<Vec<_>>());
    }
    answers.extend(everything_asked(&headroom).await);
    answers.push(engine.stop().await);
    let said = answers.iter().map(|answer| clean("an answer", format!("{answer:?}").as_bytes()));
    let (files, kept) = clean_files(&headroom.data_dir());
    assert!(files >= 4, "database, settings, key and a log were looked at: {files}");
    let given = GIVEN_AWAY.map(|file| clean_file(&headroom.data_dir().with_file_name(file)));
    said.sum::<u64>() + kept + given.iter().sum::<u64>()
}

/// Every way in that a secret has.
async fn secrets_taken_in(headroom: &Headroom, scenario: &Scenario) -> Vec<Output> {
    let mut answers = Vec::new();
    for setting in SETTINGS {
        answers.push(headroom.run_with(&["settings", "set", setting, "-"], b"FAKE_CANARY_SETTING\n").await);
    }
    for (key, secret) in scenario.api_keys() {
        let line = format!("{secret}\n");
        answers.push(headroom.run_with(&["credentials", "add-key", &key], line.as_bytes()).await);
    }
    headroom.import(scenario).await;
    assert!(answers.iter().all(|answer| answer.code == Some(0)), "{answers:?}");
    answers
}

/// The logins whose trouble has not happened yet.
fn unmet(simulator: &Simulator, troubles: usize) -> Vec<usize> {
    let calls = simulator.calls();
    let met = |login: &usize| {
        calls.iter().any(|call| call.scripted && call.account.as_deref() == Some(&name(*login)))
    };
    (0..troubles).filter(|login| !met(login)).collect()
}

fn planted(logins: usize) -> Scenario {
    let mut toml = String::new();
    for login in 0..logins {
        let (name, token) = (name(login), refresh_token(login));
        writeln!(toml, "[[accounts]]\nname = '{name}'\nrefresh_token = '{token}'").unwrap();
    }
    for key in 0..KEYS {
        writeln!(toml, "[[api_keys]]\nname = 'key{key}'\nkey = 'AIzaFAKE_CANARY_KEY_{key:02}_0000000000000'")
            .unwrap();
    }
    scenario(&toml)
}

fn name(login: usize) -> String {
    format!("a{login:02}")
}

fn refresh_token(login: usize) -> String {
    format!("1//FAKE_CANARY_REFRESH_{login:02}")
}

/// Looks through all files below: how many, and how many bytes.
fn clean_files(folder: &Path) -> (usize, u64) {
    let (mut files, mut bytes) = (0, 0);
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files += 1;
                bytes += clean_file(&path);
            }
        }
    }
    (files, bytes)
}

fn clean_file(path: &Path) -> u64 {
    clean(&path.display().to_string(), &std::fs::read(path).unwrap())
}

/// Holds no secret; the length.
#[track_caller]
fn clean(place: &str, content: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(content);
    for secret in SECRETS {
        if let Some((before, after)) = text.split_once(secret) {
            let tail: String = before.chars().rev().take(200).collect::<Vec<_>>().into_iter().rev().collect();
            let head: String = after.chars().take(60).collect();
            panic!("{secret} stands in {place}: {tail}»{secret}«{head}");
        }
    }
    content.len() as u64
}
