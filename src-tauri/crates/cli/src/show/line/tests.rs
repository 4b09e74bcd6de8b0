//! Forms against a document, as a status bar would use them.

use super::*;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

fn document() -> QuotaDocument {
    let window = |name: &str, left: Value, reset: &str| {
        json!({"window": name, "length_seconds": null, "remaining": left, "reset_at": reset, "started": true,
               "binds": true, "source": "summary", "observed_at": "2026-08-31T10:00:00Z", "stale": false})
    };
    let credential = |name: &str, state: &str, groups: Value| {
        json!({"id": name, "name": name, "provider": "antigravity", "state": state, "state_reason": null,
               "state_since": null, "needs_user": state == "blocked", "link": null, "tier": "AI Pro",
               "last_quota_refresh": null, "reading": false, "failure": null, "headline": null,
               "groups": groups, "models": []})
    };
    let group = |key: &str, left: Value, reset: &str| {
        let windows = json!([window("5h", left.clone(), reset), window("weekly", json!(0.915), reset)]);
        json!({"key": key, "name": key, "remaining": left, "reset_at": reset, "binding": "5h", "windows": windows})
    };
    let value = json!({"at": "2026-08-31T10:01:00Z", "sentence": "Claude lasts.", "demo": false, "credentials": [
        credential("Ada", "active", json!([group("3p", json!(0.2), "2026-08-31T12:05:00Z"),
                                           group("gemini", Value::Null, "2026-08-31T12:05:00Z")])),
        credential("Bob\u{1b}[2J", "active", json!([group("3p", json!(0.584), "2026-08-31T14:05:00Z")])),
        credential("Chen", "disabled", json!([group("3p", json!(1.0), "2026-08-31T14:05:00Z")])),
        credential("Dora", "blocked", json!([])),
    ]});
    serde_json::from_value(value).unwrap()
}

#[track_caller]
fn check(form: &str, expected: &str) {
    let now = "2026-08-31T10:01:00Z".parse().unwrap();
    let look = Look { width: None, now, zone: TimeZone::get("Europe/Berlin").unwrap() };
    assert_eq!(Line::parse(form, false).unwrap().write(&document(), &look), expected, "{form}");
}

#[test]
fn the_best_active_credential_speaks_for_its_group() {
    check("{claude} {claude.5h}/{claude.weekly} {claude.bar}", "58% 58%/92% ▮▮▮▯▯");
    check("back {claude.reset}, in {claude.in}", "back 16:05, in 4 h 04 m");
    check("{claude.class}", "ok");
}

#[test]
fn unknown_is_a_dash_and_a_class_of_its_own() {
    check("{gemini} {gemini.bar} {gemini.class}", "– ░░░░░ unknown");
    check("{claude.monthly}", "–");
}

#[test]
fn a_window_that_has_not_started_comes_back_at_no_time() {
    let mut document = document();
    document.credentials[1].groups[0].windows[0].started = Some(false);
    let look = Look { width: None, now: "2026-08-31T10:01:00Z".parse().unwrap(), zone: TimeZone::UTC };
    let line = Line::parse("{claude} {claude.reset} {claude.in}", false).unwrap();
    assert_eq!(line.write(&document, &look), "58% – –");
}

#[test]
fn what_is_the_credentials_own_comes_from_the_first() {
    check("{name} {state} {tier}", "Ada active AI Pro");
    check("{sentence} {attention}", "Claude lasts. 1");
}

#[test]
fn a_name_does_not_steer_the_terminal() {
    check("{claude.name}", "Bob [2J");
}

#[test]
fn braces_and_line_ends_can_be_written() {
    check(r#"{{"text":"{claude}"}}\n"#, "{\"text\":\"58%\"}\n");
    check(r"a\tb\c", "a\tb\\c");
    check("", "");
}

#[test]
fn a_name_does_not_end_the_text_it_stands_in() {
    let mut document = document();
    document.credentials[0].name = "Ada\"}, {\\".to_owned();
    let look = Look { width: None, now: "2026-08-31T10:01:00Z".parse().unwrap(), zone: TimeZone::UTC };
    let line = Line::parse(r#"{{"text":"{claude}","name":"{name}"}}"#, true).unwrap().write(&document, &look);
    let read: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(read, json!({"text": "58%", "name": "Ada\"}, {\\"}));
}

#[test]
fn what_is_not_known_is_said_before_anything_is_asked() {
    for form in ["{clade}", "{claude.}", "{", "{}", "a } b", "{claude {gemini}"] {
        let failure = Line::parse(form, false).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage, "{form}: {failure:?}");
    }
}
