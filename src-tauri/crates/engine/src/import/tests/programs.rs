//! Whole data of other programs: gcli2api's database, made with its published schema, and Antigravity-Manager's
//! directory.

use super::*;
use domain::credential::Provider;
use rusqlite::Connection;
use std::path::PathBuf;

/// As gcli2api creates it (src/storage/sqlite_manager.py, September 2026).
const SCHEMA: &str = "
    PRAGMA journal_mode=WAL;
    CREATE TABLE credentials (
        id INTEGER PRIMARY KEY AUTOINCREMENT, filename TEXT UNIQUE NOT NULL, credential_data TEXT NOT NULL,
        disabled INTEGER DEFAULT 0, error_codes TEXT DEFAULT '[]', error_messages TEXT DEFAULT '[]',
        last_success REAL, user_email TEXT, model_cooldowns TEXT DEFAULT '{}', preview INTEGER DEFAULT 1,
        tier TEXT DEFAULT 'pro', rotation_order INTEGER DEFAULT 0, call_count INTEGER DEFAULT 0,
        created_at REAL DEFAULT (unixepoch()), updated_at REAL DEFAULT (unixepoch()));
    CREATE TABLE antigravity_credentials (
        id INTEGER PRIMARY KEY AUTOINCREMENT, filename TEXT UNIQUE NOT NULL, credential_data TEXT NOT NULL,
        disabled INTEGER DEFAULT 0, error_codes TEXT DEFAULT '[]', error_messages TEXT DEFAULT '[]',
        last_success REAL, user_email TEXT, model_cooldowns TEXT DEFAULT '{}', tier TEXT DEFAULT 'pro',
        enable_credit INTEGER DEFAULT 0, rotation_order INTEGER DEFAULT 0, call_count INTEGER DEFAULT 0,
        created_at REAL DEFAULT (unixepoch()), updated_at REAL DEFAULT (unixepoch()));
    CREATE INDEX idx_disabled ON credentials(disabled);
    CREATE TABLE config (key TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at REAL DEFAULT (unixepoch()));";

/// A login as it stands in the table: without an address, without scopes that tell the provider.
fn data(token: &str) -> String {
    format!(
        r#"{{"client_id": "FAKE_ID", "client_secret": "FAKE_SECRET", "token": "ya29.FAKE", "refresh_token": "1//{token}", "token_uri": "https://oauth2.googleapis.com/token", "disabled": false}}"#
    )
}

fn database(dir: &Path) -> (PathBuf, Connection) {
    let path = dir.join("credentials.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    let put = |table: &str, file: &str, data: &str, disabled: bool, email: Option<&str>| {
        let sql = format!(
            "INSERT INTO {table} (filename, credential_data, disabled, user_email) VALUES (?1, ?2, ?3, ?4)"
        );
        connection.execute(&sql, (file, data, disabled, email)).unwrap();
    };
    put("antigravity_credentials", "one-1.json", &data("ONE"), false, Some("ada@example.com"));
    put("antigravity_credentials", "ag_two-1.json", &data("TWO"), true, None);
    put("credentials", "three-1.json", &data("THREE"), false, Some("chen@example.com"));
    put("credentials", "four-1.json", "{}", false, None);
    put("credentials", "five-1.json", "not json", true, Some("x"));
    for (key, value) in [
        ("api_password", "\"FAKE_PASSWORD\""),
        ("refresh_interval_minutes", "30"),
        ("QUOTA_PROTECTION_ENABLED", "true"),
        ("smart_warmup_enabled", "true"),
        ("proxy", "\"http://127.0.0.1:8080\""),
        ("keepalive_url", "\"\""),
        ("warmup_models", "[\"gemini-3-flash\", \"claude\"]"),
        ("quota_protection_threshold", "plain text"),
    ] {
        connection.execute("INSERT INTO config (key, value) VALUES (?1, ?2)", (key, value)).unwrap();
    }
    (path, connection)
}

/// Name, provider, address, switched off, outcome of a line.
type Entry = (String, Option<String>, Option<String>, bool, ImportOutcome);

fn lines(found: &[Found]) -> Vec<Entry> {
    let line = |p: Planned| {
        let file = p.entry.file.rsplit(['!', '/']).next().unwrap_or_default().to_owned();
        (file, p.entry.provider, p.entry.name, p.entry.disabled, p.entry.outcome)
    };
    plan(found, &[], None, Language::English).into_iter().map(line).collect()
}

fn line(
    file: &str,
    provider: Option<Provider>,
    name: Option<&str>,
    disabled: bool,
    outcome: ImportOutcome,
) -> Entry {
    (file.to_owned(), provider.map(|p| p.key().to_owned()), name.map(str::to_owned), disabled, outcome)
}

fn of_the_database() -> Vec<Entry> {
    use ImportOutcome::{Added, Rejected};
    vec![
        line("one-1.json", Some(Provider::Antigravity), Some("ada@example.com"), false, Added),
        line("ag_two-1.json", Some(Provider::Antigravity), None, true, Added),
        line("three-1.json", Some(Provider::GeminiCli), Some("chen@example.com"), false, Added),
        line("four-1.json", None, None, false, Rejected),
        line("five-1.json", None, None, false, Rejected),
    ]
}

#[tokio::test]
async fn a_database_of_gcli2api_comes_over_whole_with_its_switches() {
    let dir = tempfile::tempdir().unwrap();
    let (path, connection) = database(dir.path());
    connection.close().unwrap();
    let found = collect(vec![path.display().to_string()], vec![]).await;
    assert_eq!(lines(&found), of_the_database());
    // Nothing lies beside it that was not there.
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn what_still_stands_in_the_journal_comes_too_and_the_folder_is_as_good() {
    let dir = tempfile::tempdir().unwrap();
    // Open: the program runs, and its last writes are in the journal beside the database.
    let (_, _running) = database(dir.path());
    assert!(dir.path().join("credentials.db-wal").exists());
    let found = collect(vec![dir.path().display().to_string()], vec![]).await;
    assert_eq!(lines(&found), of_the_database());
}

#[tokio::test]
async fn its_settings_come_as_far_as_they_have_a_name_here() {
    let dir = tempfile::tempdir().unwrap();
    let (path, connection) = database(dir.path());
    connection.close().unwrap();
    let found = collect(vec![path.display().to_string()], vec![]).await;
    let mut report = settings(&found, Language::English).unwrap().foreseen();
    report.applied.sort();
    assert_eq!(
        report.applied,
        [
            "quota_protection_enabled",
            "quota_protection_threshold",
            "refresh_interval_minutes",
            "upstream_proxy",
            "warmup_models"
        ]
    );
    let refused: Vec<_> = report.refused.iter().map(|r| r.key.as_str()).collect();
    assert_eq!(refused, ["smart_warmup_enabled", "api_password"]);
    assert!(!format!("{report:?}").contains("FAKE_PASSWORD"));
}

#[tokio::test]
async fn a_database_of_others_and_a_broken_one_say_so() {
    let dir = tempfile::tempdir().unwrap();
    let other = dir.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    let (path, connection) = database(dir.path());
    connection.close().unwrap();
    let whole = std::fs::read(&path).unwrap();
    let broken = put(dir.path(), "broken.db", &whole[..whole.len() / 2]);
    let empty = put(dir.path(), "empty.db", b"SQLite format 3\0");
    for (path, words) in [
        (other.display().to_string(), "not one of gcli2api"),
        (broken, "cannot be read"),
        (empty, "cannot be read"),
    ] {
        let found = collect(vec![path.clone()], vec![]).await;
        let last = plan(&found, &[], None, Language::English).pop().unwrap();
        assert!(last.entry.reason.as_deref().unwrap().contains(words), "{path}: {:?}", last.entry.reason);
    }
}

#[tokio::test]
async fn a_view_in_place_of_the_table_runs_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("credentials.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch(
            "CREATE VIEW credentials AS SELECT readfile('/etc/hostname') AS filename, 1 AS credential_data",
        )
        .unwrap();
    let found = collect(vec![path.display().to_string()], vec![]).await;
    assert_eq!(found[0].content, Err(Problem::OtherDatabase));
}

fn manager(dir: &Path) {
    let account = |id: &str, token: &str, disabled: bool| {
        format!(
            r#"{{"id": "{id}", "email": "{id}@example.com", "disabled": {disabled}, "proxy_disabled": true, "created_at": 1, "last_used": 1,
               "token": {{"access_token": "ya29.FAKE", "refresh_token": "1//{token}", "expires_in": 3599, "expiry_timestamp": 1788000000, "token_type": "Bearer"}},
               "quota": {{"models": [], "last_updated": 1}}, "protected_models": []}}"#
        )
    };
    put(dir, "accounts/a1.json", account("a1", "A1", false));
    put(dir, "accounts/b2.json", account("b2", "B2", true));
    put(dir, "accounts/c3.json", account("c3", "C3", false));
    put(dir, "accounts/d4.json.tmp", "{");
    put(
        dir,
        "accounts.json",
        r#"{"version": "2.0", "accounts": [{"id": "a1", "email": "a1@example.com"}, {"id": "b2", "disabled": true},
            {"id": "c3", "disabled": true}, {"id": "e5", "email": "e5@example.com"}], "current_account_id": "a1"}"#,
    );
    put(
        dir,
        "gui_config.json",
        r#"{"language": "en", "theme": "dark", "auto_refresh": true, "refresh_interval": 20, "proxy": {"api_key": "FAKE_KEY"},
            "quota_protection": {"enabled": true, "threshold_percentage": 15, "monitored_models": ["claude"]},
            "scheduled_warmup": {"enabled": false, "monitored_models": ["gemini-3-flash"]}}"#,
    );
    put(dir, "token_stats.db", b"SQLite format 3\0");
    put(dir, "logs/app.log", "nothing of interest");
}

#[tokio::test]
async fn a_directory_of_antigravity_manager_comes_over_whole_with_its_switches() {
    use ImportOutcome::{Added, Rejected};
    let dir = tempfile::tempdir().unwrap();
    manager(dir.path());
    let found = collect(vec![dir.path().display().to_string()], vec![]).await;
    let antigravity = Some(Provider::Antigravity);
    assert_eq!(
        lines(&found),
        [
            line("a1.json", antigravity, Some("a1@example.com"), false, Added),
            line("b2.json", antigravity, Some("b2@example.com"), true, Added),
            // Switched off in the index alone.
            line("c3.json", antigravity, Some("c3@example.com"), true, Added),
            // Named in the index, and gone.
            line("e5.json", None, None, false, Rejected),
        ]
    );
    let mut report = settings(&found, Language::English).unwrap().foreseen();
    report.applied.sort();
    assert_eq!(
        report.applied,
        [
            "background_refresh_enabled",
            "quota_protection_enabled",
            "quota_protection_models",
            "quota_protection_threshold",
            "refresh_interval_minutes",
            "warmup_models"
        ]
    );
    assert_eq!(report.refused, []);
}
