//! `headroom export`, and `import` of what it wrote, on another data directory.

use crate::harness::{Headroom, Output, scenario, service};
use simulator::{Scenario, Simulator};

const PASSPHRASE: &[u8] = b"correct horse battery\n";
/// What may not be read in an archive.
const CANARIES: [&str; 7] = [
    "FAKE_CANARY_REFRESH",
    "FAKE_CLIENT_SECRET",
    "FAKE_CANARY_KEY",
    "FAKE_CANARY_SETTING",
    "ya29.",
    "SQLite format",
    "refresh_interval_minutes",
];

fn people() -> Scenario {
    scenario(
        "[[accounts]]\nname = 'ada'\nrefresh_token = '1//FAKE_CANARY_REFRESH'\n\n[[accounts]]\nname = 'bob'\n\n\
         [[api_keys]]\nname = 's'\nkey = 'FAKE_CANARY_KEY'\n",
    )
}

/// Somebody with credentials, settings and a past.
async fn lived_in(simulator: &Simulator, scenario: &Scenario) -> Headroom {
    let headroom = Headroom::start(simulator);
    headroom.import(scenario).await;
    // The addresses are learnt with the first reading.
    headroom.ok(&["quota", "--refresh"]).await;
    assert_eq!(headroom.run_with(&["credentials", "add-key", "S"], b"FAKE_CANARY_KEY\n").await.code, Some(0));
    let secret = ["settings", "set", "oauth_client_secret_gemini_cli", "-"];
    let kept = headroom.run_with(&secret, b"FAKE_CANARY_SETTING\n").await;
    assert_eq!(kept.code, Some(0), "{kept:?}");
    headroom.ok(&["settings", "set", "refresh_interval_minutes", "33"]).await;
    let bob = id_of(&headroom, "bob").await;
    let own = ["settings", "set", "quota_protection_threshold", "21", "--credential", &bob];
    headroom.ok(&own).await;
    headroom.ok(&["credentials", "disable", &bob]).await;
    headroom.ok(&["keys", "create", "laptop"]).await;
    headroom.ok(&["warmup", "--all", "--agree"]).await;
    headroom
}

async fn id_of(headroom: &Headroom, name: &str) -> String {
    let listed = headroom.ok(&["credentials", "--json"]).await.json();
    let all = listed["credentials"].as_array().unwrap().clone();
    let one = all.iter().find(|one| one["name"].as_str().unwrap().starts_with(name)).unwrap();
    one["id"].as_str().unwrap().to_owned()
}

async fn export(headroom: &Headroom, passphrase: &[u8]) -> Output {
    headroom.run_with(&["export", "backup.headroom"], passphrase).await
}

/// What people would compare: credentials, settings, measurements, warmups, decisions, client keys.
async fn picture(headroom: &Headroom) -> Vec<String> {
    let mut seen = Vec::new();
    for args in [
        &["credentials", "--json"][..],
        &["settings", "list", "--json"],
        &["history", "--json"],
        &["decisions", "--json"],
        &["keys", "--json"],
    ] {
        let mut document = headroom.ok(args).await.json();
        // When the document was made is no content, and the store numbers its records itself.
        strip(&mut document);
        seen.push(document.to_string());
    }
    seen
}

/// Fails with the first place where two pictures differ, as a whole one is long.
#[track_caller]
fn same(found: &[String], expected: &[String]) {
    for (found, expected) in found.iter().zip(expected) {
        let at = found.bytes().zip(expected.bytes()).take_while(|(a, b)| a == b).count();
        let around = |text: &str| text.chars().skip(at.saturating_sub(150)).take(300).collect::<String>();
        assert!(found == expected, "differs at {at}:\n{}\n{}", around(found), around(expected));
    }
}

fn strip(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(members) => {
            let document = members.contains_key("credentials");
            members.retain(|key, value| {
                key != "since" && !(key == "id" && value.is_number()) && !(document && key == "at")
            });
            members.values_mut().for_each(strip);
        }
        serde_json::Value::Array(list) => list.iter_mut().for_each(strip),
        _ => {}
    }
}

#[tokio::test]
async fn everything_goes_on_elsewhere() {
    let scenario = people();
    let simulator = service(&scenario).await;
    let here = lived_in(&simulator, &scenario).await;
    let written = export(&here, PASSPHRASE).await;
    assert_eq!(written.code, Some(0), "{written:?}");
    assert!(written.stdout.starts_with("3 credentials, settings and history are in "), "{written:?}");
    let path = here.file("moved.headroom", []);
    let archive = std::fs::read(std::path::Path::new(&path).with_file_name("backup.headroom")).unwrap();
    for canary in CANARIES {
        assert!(!archive.windows(canary.len()).any(|bytes| bytes == canary.as_bytes()), "{canary}");
    }

    let there = Headroom::start(&simulator);
    let path = there.file("backup.headroom", &archive);
    there.run_with(&["import", &path], b"wrong horse battery\n").await.fails(2, "the passphrase is wrong");
    let nothing = there.ok(&["credentials", "--json"]).await.json();
    assert_eq!(nothing["credentials"].as_array().map(Vec::len), Some(0), "{nothing}");

    let report = there.run_with(&["import", &path, "--json"], PASSPHRASE).await;
    assert_eq!(report.code, Some(0), "{report:?}");
    let report = report.json();
    let outcomes: Vec<_> =
        report["credentials"].as_array().unwrap().iter().map(|one| &one["outcome"]).collect();
    assert_eq!(outcomes, ["added", "added", "added"], "{report}");
    assert!(report["samples"].as_u64().unwrap() > 0 && report["warmups"].as_u64().unwrap() > 0, "{report}");
    assert_eq!(report["client_keys"], 1, "{report}");
    assert_eq!(report["settings"]["refused"], serde_json::json!([]), "{report}");
    same(&picture(&there).await, &picture(&here).await);

    // Not a picture alone: the logins work.
    let ada = id_of(&there, "ada").await;
    let read = there.ok(&["quota", "--refresh", "--json", "--credential", &ada]).await.json();
    assert!(read["credentials"][0]["headline"]["remaining"].is_number(), "{read}");

    let before = picture(&there).await;
    let again = there.run_with(&["import", &path, "--json"], PASSPHRASE).await.json();
    assert_eq!((&again["samples"], &again["client_keys"]), (&0.into(), &0.into()), "{again}");
    same(&picture(&there).await, &before);
}

#[tokio::test]
async fn a_running_engine_takes_it_in_and_goes_on() {
    let scenario = people();
    let simulator = service(&scenario).await;
    let here = lived_in(&simulator, &scenario).await;
    assert_eq!(export(&here, PASSPHRASE).await.code, Some(0));
    let path = std::path::PathBuf::from(here.file("x", [])).with_file_name("backup.headroom");

    // Ada is there already, under another id and switched on; what is here stays as it is.
    let there = Headroom::start(&simulator);
    let (name, file) = scenario.credential_files().remove(0);
    let file = there.file(&name, file);
    there.ok(&["import", &file]).await;
    there.ok(&["quota", "--refresh"]).await;
    let ada = id_of(&there, "ada").await;
    let engine = there.serve(&[]).await;
    let text = there.run_with(&["import", &path.display().to_string()], PASSPHRASE).await;
    assert_eq!(text.code, Some(0), "{text:?}");
    assert!(text.stdout.contains("known") && text.stdout.contains("Came over: "), "{text:?}");
    let listed = there.ok(&["credentials", "--json"]).await.json();
    assert_eq!(listed["credentials"].as_array().map(Vec::len), Some(3), "{listed}");
    assert_eq!(id_of(&there, "ada").await, ada);
    let history = there.ok(&["history", "--json", "--credential", &ada]).await.json();
    assert!(
        history["warmups"].as_array().is_some_and(|list| !list.is_empty()),
        "its past has its id: {history}"
    );
    assert_eq!(there.ok(&["settings", "get", "refresh_interval_minutes"]).await.stdout, "33\n");
    there.ok(&["quota", "--refresh"]).await;
    assert_eq!(engine.stop().await.code, Some(0));
}

#[tokio::test]
async fn what_opens_a_door_wider_is_left_to_the_user() {
    let headroom = Headroom::offline();
    headroom.ok(&["settings", "set", "metrics_enabled", "true"]).await;
    assert_eq!(export(&headroom, PASSPHRASE).await.code, Some(0));
    let path = std::path::PathBuf::from(headroom.file("x", [])).with_file_name("backup.headroom");
    let there = Headroom::offline();
    let report = there.run_with(&["import", &path.display().to_string(), "--json"], PASSPHRASE).await.json();
    assert_eq!(report["settings"]["refused"][0]["key"], "metrics_enabled", "{report}");
    assert_eq!(there.ok(&["settings", "get", "metrics_enabled"]).await.stdout, "false\n");
}

#[tokio::test]
async fn what_cannot_be_written_or_read_is_said() {
    let headroom = Headroom::offline();
    export(&headroom, b"short\n").await.fails(2, "at least 8 characters");
    export(&headroom, b"\n").await.fails(2, "nothing was given");
    assert_eq!(export(&headroom, PASSPHRASE).await.code, Some(0));
    export(&headroom, PASSPHRASE).await.fails(2, "is there already");
    let replaced = headroom.run_with(&["export", "--replace", "backup.headroom"], PASSPHRASE).await;
    assert_eq!(replaced.code, Some(0), "{replaced:?}");
    let path = std::path::PathBuf::from(headroom.file("x", [])).with_file_name("backup.headroom");
    let whole = std::fs::read(&path).unwrap();
    let cut = headroom.file("cut.headroom", &whole[..whole.len() - 1]);
    headroom.run_with(&["import", &cut], PASSPHRASE).await.fails(1, "damaged");
    let newer = headroom.file("newer.headroom", b"headroom archive 2\n....");
    headroom.run_with(&["import", &newer], PASSPHRASE).await.fails(1, "newer version");
    let missing = headroom.run_with(&["export", "nowhere/backup.headroom"], PASSPHRASE).await;
    missing.fails(1, "cannot write");
}
