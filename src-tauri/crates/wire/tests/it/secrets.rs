//! No secret shows in `Debug`, `Display` or an error, whatever is wrong with the file it stands in.

use crate::drift::each_damage;
use crate::fixture::{bytes, files, json};
use serde_json::Value;
use std::fmt::Write as _;
use wire::credential_file::read;
use wire::upstream::{summary, token, userinfo};

/// Holds T24.
#[test]
fn no_credential_file_shows_its_secrets() {
    let canaries = canaries("credentials");
    each_damage("credentials", |name, _, path, body| {
        let shown = shown(name, body);
        assert_clean(&shown, &canaries, &format!("{name} {path:?}"));
    });
    for name in files("credentials") {
        let body = bytes(&name);
        for cut in 0..body.len() {
            assert_clean(&shown(&name, &body[..cut]), &canaries, &format!("{name} cut at {cut}"));
        }
    }
}

fn shown(name: &str, body: &[u8]) -> String {
    let mut out = String::new();
    match read(name, body) {
        Ok(entries) => {
            for entry in entries {
                match entry {
                    Ok(credential) => write!(out, "{credential:?} {credential:#?}"),
                    Err(rejected) => write!(out, "{rejected} {rejected:?}"),
                }
                .unwrap();
            }
        }
        Err(rejected) => write!(out, "{rejected} {rejected:?}").unwrap(),
    }
    out
}

#[test]
fn no_token_answer_shows_its_secrets() {
    let canaries = canaries("oauth");
    each_damage("oauth", |name, _, path, body| {
        let shown =
            format!("{:?} {:?} {:?}", token::parse(body), token::refusal(400, body), userinfo::parse(body));
        assert_clean(&shown, &canaries, &format!("{name} {path:?}"));
    });
    let cut = br#"{"access_token":"ya29.FAKE_ACCESS_TOKEN_PRO_0001"#;
    let error = token::parse(cut).unwrap_err();
    assert_clean(&format!("{error} {error:?}"), &canaries, "a cut answer");
}

/// Holds T24.
#[test]
fn no_error_text_repeats_what_was_read() {
    let body = br#"{"CANARY":"ya29.CANARY"}"#;
    let error = summary::parse(body, crate::fixture::seen(crate::fixture::t0())).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("CANARY"));
    let echoed = br#"{"error":"invalid_client","error_description":"bad token ya29.CANARY or 1//CANARY"}"#;
    assert!(!format!("{:?}", token::refusal(401, echoed)).contains("CANARY"));
}

/// Every secret of a folder's fixtures.
fn canaries(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in files(folder).into_iter().filter(|name| name.ends_with(".json")) {
        secrets(&json(&name), &mut found);
    }
    assert!(!found.is_empty(), "{folder}");
    found
}

fn secrets(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|v| secrets(v, found)),
        Value::Object(map) => {
            for (key, value) in map {
                let is_secret =
                    ["access_token", "refresh_token", "token", "client_id", "client_secret", "id_token"]
                        .contains(&key.as_str());
                match value.as_str().filter(|_| is_secret) {
                    Some(text) => found.push(text.to_owned()),
                    None => secrets(value, found),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[track_caller]
fn assert_clean(shown: &str, canaries: &[String], what: &str) {
    for canary in canaries {
        assert!(!shown.contains(canary.as_str()), "{what}");
    }
}
