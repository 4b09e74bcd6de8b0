//! Files the vectors do not have.

use super::*;
use secrecy::ExposeSecret;
use serde_json::json;

#[test]
fn the_keyring_entry_reads_like_its_content() {
    let inner = json!({"token": {"refresh_token": "1//FAKE", "expiry": "2026-09-01T00:59:59Z"}, "auth_method": "consumer"});
    let text = format!("\u{feff}{KEYRING}{}\n", STANDARD.encode(inner.to_string()));
    let credential = only(read("keyring.txt", text.as_bytes()));
    assert_eq!(credential.provider, Provider::Antigravity);
    assert_eq!(credential.refresh_token.expose_secret(), "1//FAKE");
    assert_eq!(read("k", b"go-keyring-base64:%%%").err(), Some(Rejected::BadKeyring));
}

#[test]
fn one_bad_entry_does_not_lose_the_others() {
    let file = json!({"accounts": [
        {"email": "ada@example.com", "refresh_token": "1//FAKE_1"},
        {"email": "eve@example.com"},
        {"email": "bob@example.com", "refresh_token": ["x"]},
        7,
        {"id": "x", "email": "chen@example.com", "token": {"refresh_token": "1//FAKE_2", "expiry_timestamp": 1_788_224_399}},
    ]});
    let entries = read("export.json", file.to_string().as_bytes()).unwrap();
    let outcome: Vec<_> =
        entries.iter().map(|e| e.as_ref().map(|c| c.email.as_deref()).map_err(|e| *e)).collect();
    assert_eq!(
        outcome,
        [
            Ok(Some("ada@example.com")),
            Err(Rejected::NoRefreshToken),
            Err(Rejected::RefreshTokenNotText),
            Err(Rejected::UnknownFormat),
            Ok(Some("chen@example.com")),
        ]
    );
}

#[test]
fn what_is_no_credential_file_says_what_it_is() {
    for (bytes, expected) in [
        (&b""[..], Rejected::Empty),
        (b" \n", Rejected::Empty),
        (b"[]", Rejected::Empty),
        (br#"{"accounts":[]}"#, Rejected::Empty),
        (br#"{"version":"2.0","accounts":[],"current_account_id":null}"#, Rejected::Index),
        (br#"{"active":"a@example.com","old":[]}"#, Rejected::AddressList),
        (br#"{"name":"x","apiKey":"ya29.FAKE","email":"a@example.com"}"#, Rejected::IdeState),
        (b"SQLite format 3\0rest", Rejected::Database),
        (b"PK\x03\x04rest", Rejected::Archive),
        (br#"{"type":"authorized_user","refresh_token":"1//FAKE"}"#, Rejected::UnknownType),
        (br#"{"type":7,"refresh_token":"1//FAKE"}"#, Rejected::UnknownType),
        (br#"{"hello":"world"}"#, Rejected::UnknownFormat),
        (b"\"text\"", Rejected::UnknownFormat),
        (b"{\"a\":1}}", Rejected::NotJson { line: 1, column: 8 }),
        (br#"{"email":"a@example.com","refresh_token":" "}"#, Rejected::NoRefreshToken),
        (br#"{"email":"a@example.com","refresh_token":"two words"}"#, Rejected::BadRefreshToken),
    ] {
        assert_eq!(read("file.json", bytes).err(), Some(expected), "{}", String::from_utf8_lossy(bytes));
    }
    let many = serde_json::to_vec(&vec![json!({}); MOST_ENTRIES + 1]).unwrap();
    assert_eq!(read("f", &many).err(), Some(Rejected::TooManyEntries(MOST_ENTRIES + 1)));
    let deep = [vec![b'['; 1_000_000], vec![b']'; 1_000_000]].concat();
    assert_eq!(read("f", &deep).err(), Some(Rejected::TooDeep));
    assert_eq!(read("f", &vec![b' '; LARGEST + 1]).err(), Some(Rejected::TooLarge));
}

#[test]
fn the_provider_is_told_by_scope_then_by_file_name() {
    let with =
        |scope: &str| json!({"refresh_token": "1//FAKE", "token": "ya29.FAKE", "scope": scope}).to_string();
    for (name, scope, provider) in [
        ("example-1.json", "https://www.googleapis.com/auth/cclog", Provider::Antigravity),
        ("ag_example-1.json", "", Provider::Antigravity),
        ("C:\\creds\\ag_example-1.json", "", Provider::Antigravity),
        ("/creds/example-1.json", "", Provider::GeminiCli),
        ("bag_1.json", "", Provider::GeminiCli),
    ] {
        assert_eq!(only(read(name, with(scope).as_bytes())).provider, provider, "{name} {scope}");
    }
}

#[test]
fn several_projects_are_offered_and_none_is_chosen() {
    for (named, project, projects) in [
        ("example-a", Some("example-a"), &[][..]),
        ("example-a, example-b", None, &["example-a", "example-b"][..]),
        ("ALL", None, &[]),
        ("", None, &[]),
    ] {
        let file = json!({"type": "gemini", "project_id": named, "token": {"refresh_token": "1//FAKE"}});
        let credential = only(read("f", file.to_string().as_bytes()));
        assert_eq!(credential.project.as_deref(), project, "{named}");
        assert_eq!(credential.projects, projects, "{named}");
    }
}

#[test]
fn a_missing_or_damaged_expiry_is_over() {
    for expiry in [json!(null), json!("soon"), json!(false), json!({})] {
        let file = json!({"refresh_token": "1//FAKE", "token": "ya29.FAKE", "expiry": expiry});
        assert_eq!(only(read("f", file.to_string().as_bytes())).expires_at, None, "{expiry}");
    }
    let no_expiry = json!({"type": "antigravity", "refresh_token": "1//FAKE", "timestamp": 1_788_220_800_000_i64, "expires_in": 3599});
    assert_eq!(
        only(read("f", no_expiry.to_string().as_bytes())).expires_at,
        Some("2026-09-01T00:59:59Z".parse().unwrap())
    );
}

#[test]
fn a_client_counts_only_when_whole() {
    for (id, secret, whole) in
        [("FAKE_ID", "FAKE_SECRET", true), ("FAKE_ID", "", false), ("", "FAKE_SECRET", false)]
    {
        let file =
            json!({"refresh_token": "1//FAKE", "token": "t", "client_id": id, "client_secret": secret});
        assert_eq!(only(read("f", file.to_string().as_bytes())).client.is_some(), whole);
    }
}

#[track_caller]
fn only(read: Result<Vec<Result<FileCredential, Rejected>>, Rejected>) -> FileCredential {
    let mut entries = read.unwrap();
    assert_eq!(entries.len(), 1);
    entries.remove(0).unwrap()
}
