//! No secret leaves in clear: not into the data directory, not into a log at TRACE, not into an answer.
//!
//! Three places hold one in clear by design: `secrets.key` (the key itself), the token in `control.json`, and a client
//! key at the moment of its creation. None of them is planted here, so nothing may be found anywhere.

use crate::harness::{Headroom, scenario, service};

/// What is planted: a refresh token, the client that minted it, an API key and a secret setting.
const PLANTED: [&str; 4] =
    ["FAKE_CANARY_REFRESH", "FAKE_CLIENT_SECRET", "FAKE_CANARY_KEY", "FAKE_CANARY_SETTING"];
/// How every access token of the service begins.
const ACCESS_TOKEN: &str = "ya29.";

/// Holds T24, T10, G4.
#[tokio::test]
async fn no_secret_is_found_in_files_logs_or_answers() {
    let scenario = scenario(
        "[[accounts]]\nname = 'ada'\nrefresh_token = '1//FAKE_CANARY_REFRESH'\n[[api_keys]]\nname = 's'\nkey = 'FAKE_CANARY_KEY'\n",
    );
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator).env("HEADROOM_LOG", "trace");
    let engine = headroom.serve(&[]).await;
    headroom.import(&scenario).await;
    let mut answers = Vec::new();
    let planted = headroom.run_with(&["credentials", "add-key", "S"], b"FAKE_CANARY_KEY\n").await;
    assert_eq!(planted.code, Some(0), "{planted:?}");
    answers.push(planted);
    let secret = ["settings", "set", "oauth_client_secret_antigravity", "-"];
    answers.push(headroom.run_with(&secret, b"FAKE_CANARY_SETTING\n").await);
    for args in [
        &["quota", "--refresh", "--json"][..],
        &["credentials", "--json"],
        &["settings", "list", "--json"],
        &["settings", "get", "oauth_client_secret_antigravity", "--json"],
        &["doctor", "--json"],
        &["credentials", "check", "S"],
    ] {
        answers.push(headroom.run(args).await);
    }
    answers.push(engine.stop().await);
    for answer in &answers {
        clean("an answer", format!("{answer:?}").as_bytes());
    }
    let mut folders = vec![headroom.data_dir()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files += 1;
                clean(&path.display().to_string(), &std::fs::read(&path).unwrap());
            }
        }
    }
    assert!(files >= 4, "database, settings, key and a log were looked at: {files}");
}

#[track_caller]
fn clean(place: &str, content: &[u8]) {
    for secret in PLANTED.into_iter().chain([ACCESS_TOKEN]) {
        let found = content.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
        assert!(!found, "{secret} stands in {place}");
    }
}
