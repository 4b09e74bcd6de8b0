//! Vectors of credential files.

use crate::fixture::{bytes, cases, instant};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use wire::credential_file::{FileCredential, Rejected, read};

#[test]
fn every_import_vector_holds() {
    for case in cases("vectors/credential_import.json") {
        let fixture = case["fixture"].as_str().unwrap();
        let outcome = read(fixture, &bytes(fixture));
        match &case["expect"] {
            Value::String(reason) => assert_eq!(outcome.map(|_| ()), Err(rejected(reason)), "{fixture}"),
            expected => {
                let entries = outcome.unwrap();
                let expected = expected.as_array().unwrap();
                assert_eq!(entries.len(), expected.len(), "{fixture}");
                for (entry, expected) in entries.iter().zip(expected) {
                    check(fixture, entry.as_ref().unwrap(), expected);
                }
            }
        }
    }
}

fn rejected(reason: &str) -> Rejected {
    match reason {
        "reject: no refresh token" => Rejected::NoRefreshToken,
        "reject: service account, not a user credential" => Rejected::ServiceAccount,
        "reject: refresh_token is not a string" => Rejected::RefreshTokenNotText,
        other => panic!("no reason for {other}"),
    }
}

#[track_caller]
fn check(fixture: &str, read: &FileCredential, expected: &Value) {
    let provider = expected["provider"].as_str().unwrap().parse().unwrap();
    assert_eq!(read.provider, provider, "{fixture}");
    assert_eq!(read.email.as_deref(), expected["email"].as_str(), "{fixture}");
    assert_eq!(read.project.as_deref(), expected["project_id"].as_str(), "{fixture}");
    assert_eq!(Some(read.refresh_token.expose_secret()), expected["refresh_token"].as_str(), "{fixture}");
    let access = read.access_token.as_ref().map(SecretString::expose_secret);
    assert_eq!(access, expected["access_token"].as_str(), "{fixture}");
    assert_eq!(read.expires_at, instant(&expected["expires_at"]), "{fixture}");
    assert_eq!(expected["disabled"], read.disabled, "{fixture}");
    assert_eq!(expected["has_own_client"], read.client.is_some(), "{fixture}");
}

#[test]
fn the_other_files_of_the_contract_read_as_it_says() {
    let single = |fixture: &str| read(fixture, &bytes(fixture)).unwrap().remove(0).unwrap();
    let account = single("credentials/antigravity_manager.account.json");
    assert_eq!(account.email.as_deref(), Some("ada.pro@example.com"));
    assert_eq!(account.project.as_deref(), Some("example-project-pro1"));
    assert_eq!(account.expires_at, Some("2026-09-01T00:59:59Z".parse().unwrap()));
    let float = single("credentials/gemini_cli.oauth_creds.float_expiry.json");
    assert_eq!(float.expires_at, Some("2026-09-01T00:59:59Z".parse().unwrap()));
    let raw = single("credentials/antigravity_cli.keyring.raw.txt");
    let decoded = single("credentials/antigravity_cli.keyring.decoded.json");
    assert_eq!(raw.refresh_token.expose_secret(), decoded.refresh_token.expose_secret());
    for (fixture, reason) in [
        ("credentials/antigravity_manager.index.accounts.json", Rejected::Index),
        ("credentials/gemini_cli.google_accounts.json", Rejected::AddressList),
    ] {
        assert_eq!(read(fixture, &bytes(fixture)).err(), Some(reason), "{fixture}");
    }
}
