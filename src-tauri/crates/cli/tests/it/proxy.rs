//! `headroom keys`, `requests`, `connect`, and the consent to the proxy.

use crate::harness::{Headroom, asked, free_address, keys, scenario, service};
use serde_json::Value;
use std::path::Path;

#[tokio::test]
async fn a_key_is_printed_once_and_revoked_by_its_name() {
    let headroom = Headroom::offline();
    let none = headroom.ok(&["keys"]).await.stdout;
    assert_eq!(none, "No client keys. `headroom keys create NAME` makes one.\n");
    let made =
        headroom.ok(&["keys", "create", "laptop", "--models", "claude,gemini-3", "--daily-cap", "9"]).await;
    let key = made.stdout.trim_end();
    assert!(key.starts_with("hr-") && key.lines().count() == 1, "{made:?}");
    assert!(made.stderr.contains("only time"), "{made:?}");
    let list = headroom.ok(&["keys", "list"]).await.stdout;
    assert!(list.contains("laptop") && list.contains("claude, gemini-3") && !list.contains("hr-"), "{list}");
    let json = headroom.ok(&["keys", "--json"]).await.json();
    let expected =
        ["id", "name", "models", "daily_cap", "requests_today", "created_at", "last_used_at", "revoked"];
    keys(&json[0], &expected);
    headroom.run(&["keys", "create", "laptop"]).await.fails(4, "laptop");
    headroom.run(&["keys", "create", " "]).await.fails(2, "name");
    headroom.run(&["keys", "revoke", "nobody"]).await.fails(3, "nobody");
    let revoked = headroom.ok(&["keys", "revoke", "laptop"]).await.stdout;
    assert_eq!(revoked, "laptop opens nothing any more.\n");
    headroom.run(&["keys", "revoke", "laptop"]).await.fails(3, "laptop");
    let again = headroom.ok(&["keys", "create", "laptop", "--json"]).await.json();
    keys(&again, &["key", "secret"]);
}

/// Holds T24.
#[tokio::test]
async fn a_key_is_changed_by_its_name() {
    let headroom = Headroom::offline();
    headroom.ok(&["keys", "create", "laptop", "--models", "claude", "--daily-cap", "9"]).await;
    headroom.ok(&["keys", "create", "other"]).await;
    let change = async |args: &[&str]| headroom.ok(&[&["keys", "change"], args].concat()).await.stdout;
    let renamed = change(&["laptop", "--rename", "desk"]).await;
    assert_eq!(renamed, "desk: claude, at most 9 requests a day.\n");
    assert_eq!(change(&["desk", "--daily-cap", "0"]).await, "desk: claude, no daily cap.\n");
    let all = change(&["desk", "--models", "*", "--daily-cap", "3"]).await;
    assert_eq!(all, "desk: every model, at most 3 requests a day.\n");
    let json = headroom.ok(&["keys", "change", "desk", "--models", "gemini-3,claude", "--json"]).await.json();
    assert_eq!(json["models"], serde_json::json!(["gemini-3", "claude"]));
    let nothing = headroom.run(&["keys", "change", "desk"]).await;
    assert!(nothing.code == Some(2) && nothing.stderr.contains("--rename"), "{nothing:?}");
    headroom.run(&["keys", "change", "desk", "--rename", "other"]).await.fails(4, "other");
    headroom.run(&["keys", "change", "laptop", "--daily-cap", "1"]).await.fails(3, "laptop");
}

#[tokio::test]
async fn a_key_is_in_no_file() {
    let headroom = Headroom::offline();
    let made = headroom.ok(&["keys", "create", "laptop"]).await.stdout;
    headroom.ok(&["keys"]).await;
    assert_eq!(holding(&headroom.data_dir(), made.trim_end()), 0);
}

#[tokio::test]
async fn without_requests_it_is_said_in_words() {
    let headroom = Headroom::offline();
    let text = async |args: &[&str]| headroom.ok(args).await.stdout;
    assert_eq!(text(&["requests"]).await, "No requests in the last day.\n");
    assert_eq!(text(&["requests", "--since", "1h"]).await, "No requests in the last hour.\n");
    assert_eq!(text(&["requests", "--stats"]).await, "No requests in the last 7 days.\n");
    assert_eq!(text(&["requests", "--json"]).await, "[]\n");
    let sums = headroom.ok(&["requests", "--stats", "--json"]).await.json();
    keys(&sums, &["since", "total", "models", "credentials", "keys"]);
    assert_eq!(text(&["requests", "--prompts"]).await, "No requests in the last day.\n");
    assert_eq!(text(&["requests", "--delete-prompts"]).await, "Nothing was kept of what was said.\n");
    let gone = headroom.ok(&["requests", "--delete-prompts", "--json"]).await.json();
    assert_eq!(gone, serde_json::json!({"deleted": 0}));
    let both = headroom.run(&["requests", "--prompts", "--stats"]).await;
    assert!(both.code == Some(2) && both.stderr.contains("--stats"), "{both:?}");
    headroom.run(&["requests", "--key", "nobody"]).await.fails(3, "nobody");
    headroom.run(&["requests", "--since", "soon"]).await.fails(2, "soon");
}

/// Holds T10.
#[tokio::test]
async fn what_was_said_is_shown_where_it_was_kept_and_deleted() {
    let scenario = scenario("[[accounts]]\nname = 'ada'\n");
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    headroom.import(&scenario).await;
    let listen = free_address();
    for (key, value) in
        [("proxy_listen", listen.as_str()), ("proxy_enabled", "true"), ("proxy_log_prompts", "true")]
    {
        let set = headroom.ok(&["settings", "set", key, value]).await;
        assert_eq!(set.stderr.contains("whoever opens this program"), key == "proxy_log_prompts", "{set:?}");
    }
    let key = headroom.ok(&["keys", "create", "laptop"]).await.stdout;
    let engine = headroom.serve(&[]).await;
    headroom.ok(&["quota", "--refresh"]).await;
    let body = r#"{"model":"gemini-3.6-flash-high","messages":[{"role":"user","content":"CANARY-heron"}]}"#;
    let answer = asked(&listen, key.trim(), body).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let plain = headroom.ok(&["requests"]).await.stdout;
    assert!(plain.contains("laptop") && !plain.contains("CANARY"), "{plain}");
    let shown = headroom.ok(&["requests", "--prompts"]).await.stdout;
    assert!(shown.contains("  Asked:\n    user:\n    CANARY-heron\n  Answered:\n"), "{shown}");
    let json = headroom.ok(&["requests", "--prompts", "--json"]).await.json();
    keys(&json[0]["prompt"], &["request", "asked", "asked_left_out", "answered", "answered_left_out"]);
    assert_eq!(json[0]["prompt"]["asked"], "user:\nCANARY-heron");
    let deleted = headroom.ok(&["requests", "--delete-prompts"]).await.stdout;
    assert_eq!(deleted, "What was said in 1 request is deleted.\n");
    let shown = headroom.ok(&["requests", "--prompts"]).await.stdout;
    assert!(shown.contains("not kept") && !shown.contains("CANARY"), "{shown}");
    engine.stop().await;
    assert_eq!(holding(&headroom.data_dir(), "CANARY-heron"), 0);
}

#[tokio::test]
async fn a_program_is_set_up_and_left_as_it_was() {
    let scenario = scenario("[[accounts]]\nname = 'ada'\n");
    let simulator = service(&scenario).await;
    let headroom = Headroom::start(&simulator);
    headroom.import(&scenario).await;
    let before = "# mine\nmodel = \"gpt-5\"\n";
    let path = headroom.file(".codex/config.toml", before);
    let shown = headroom.ok(&["connect", "codex"]).await.stdout;
    assert!(
        shown.contains("base_url = \"http://127.0.0.1:8045/v1\"") && shown.contains("YOUR_CLIENT_KEY"),
        "{shown}"
    );
    assert!(shown.contains("\nmodel = \"claude-sonnet"), "the models were read: {shown}");
    assert!(shown.contains("switched off"), "{shown}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before, "showing writes nothing");

    let written = headroom.ok(&["connect", "codex", "--write"]).await.stdout;
    assert!(written.contains("client key codex (made for it)") && !written.contains("hr-"), "{written}");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("# mine\n") && text.contains("experimental_bearer_token = \"hr-"), "{text}");
    let again = headroom.ok(&["connect", "codex", "--write", "--json"]).await.json();
    keys(&again, &["client", "name", "changed", "backups", "key_name", "key_is_new", "notes"]);
    assert_eq!(again["changed"], Value::Array(vec![]), "{again}");
    let list = headroom.ok(&["connect"]).await.stdout;
    assert!(list.lines().any(|line| line.starts_with("codex") && line.ends_with("connected")), "{list}");

    let undone = headroom.ok(&["connect", "codex", "--undo"]).await.stdout;
    assert!(undone.contains("restored") && undone.contains("key codex opens nothing"), "{undone}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    headroom.run(&["connect", "codex", "--undo"]).await.fails(3, "nothing to take back");
}

#[tokio::test]
async fn a_key_that_is_at_hand_is_given_through_stdin() {
    let headroom = Headroom::offline();
    let key = headroom.ok(&["keys", "create", "mine"]).await.stdout;
    let written =
        headroom.run_with(&["connect", "claude-code", "--write", "--ask-key"], key.as_bytes()).await;
    assert!(written.code == Some(0) && written.stdout.contains("client key mine"), "{written:?}");
    let wrong = headroom.run_with(&["connect", "codex", "--write", "--ask-key"], b"hr-nothing\n").await;
    wrong.fails(2, "no client key");
}

#[tokio::test]
async fn a_file_that_cannot_be_edited_is_left_and_what_to_enter_is_shown() {
    let headroom = Headroom::offline();
    let broken = "{ \"env\": ";
    let path = headroom.file(".claude/settings.json", broken);
    let refused = headroom.run(&["connect", "claude-code", "--write"]).await;
    refused.fails(4, "settings.json is not valid JSON");
    assert!(refused.stdout.contains("ANTHROPIC_BASE_URL"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(path).unwrap(), broken);
    headroom.run(&["connect", "aider", "--write"]).await.fails(4, "by hand");
    headroom.run(&["connect", "unheard-of"]).await.fails(3, "unheard-of");
    assert_eq!(headroom.ok(&["keys", "--json"]).await.stdout, "[]\n");
}

#[tokio::test]
async fn every_program_is_listed_with_the_same_keys() {
    let headroom = Headroom::offline();
    let list = headroom.ok(&["connect", "--json"]).await.json();
    for program in list.as_array().unwrap() {
        keys(
            program,
            &["client", "name", "about", "files", "text", "notes", "connected", "can_undo", "problem"],
        );
        headroom.ok(&["connect", program["client"].as_str().unwrap()]).await;
    }
}

#[tokio::test]
async fn switching_the_proxy_on_says_once_what_it_means() {
    let headroom = Headroom::offline();
    let first = headroom.ok(&["settings", "set", "proxy_enabled", "true"]).await;
    assert!(first.stderr.contains("over your own logins") && first.stderr.contains("API key"), "{first:?}");
    headroom.ok(&["settings", "set", "proxy_enabled", "false"]).await;
    let second = headroom.ok(&["settings", "set", "proxy_enabled", "true"]).await;
    assert_eq!(second.stderr, "");
}

#[tokio::test]
async fn the_environment_is_the_users_word_for_a_running_engine() {
    let headroom = Headroom::offline().env("PROXY_ENABLED", "true").env("PROXY_LISTEN", "127.0.0.1:0");
    let engine = headroom.serve(&[]).await;
    let output = engine.stop().await;
    assert!(output.stderr.contains("over your own logins"), "{output:?}");
}

/// How many files below a directory hold a text.
fn holding(dir: &Path, text: &str) -> usize {
    let holds = |path: &Path| {
        std::fs::read(path).unwrap().windows(text.len()).any(|window| window == text.as_bytes())
    };
    let entries = std::fs::read_dir(dir).unwrap().flatten().map(|entry| entry.path());
    entries.map(|path| if path.is_dir() { holding(&path, text) } else { usize::from(holds(&path)) }).sum()
}
