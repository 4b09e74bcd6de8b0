//! What each state looks like, without colour.

use super::*;
use engine::view::dto::FailureView;
use jiff::tz::TimeZone;

#[test]
fn a_credential_shows_its_windows_and_models() {
    let mut ada = credential("Ada");
    ada.groups = vec![
        group("Gemini Models", vec![window("5h", Some(0.58)), window("weekly", Some(0.91))]),
        GroupView { key: "3p".to_owned(), ..group("Claude and GPT models", vec![idle("5h")]) },
    ];
    ada.models = vec![model("pro", Some(0.58)), model("flash", Some(0.58)), model("lite", Some(0.4))];
    check(
        vec![ada],
        "Claude lasts until about 16:20 today.\n\
         \n\
         Ada · Antigravity · AI Pro · read 11:58 (3 min ago)\n  \
           Gemini Models           58 %  ▮▮▮▯▯  5h      resets 14:05 (2 h 04 m)\n                          \
                                   91 %  ▮▮▮▮▮  weekly  resets 14:05 (2 h 04 m)\n    \
             pro, flash\n    \
             lite                  40 %  ▮▮▯▯▯\n  \
           Claude and GPT models  100 %  ▮▮▮▮▮  5h      not started\n",
    );
}

#[test]
fn unknown_is_a_dash_and_never_a_level() {
    let mut ada = credential("Ada");
    ada.groups = vec![group("Gemini Models", vec![WindowView { reset_at: None, ..window("5h", None) }])];
    ada.models = vec![model("pro", None), ModelView { group: None, ..model("alone", None) }];
    let text = draw(vec![ada], None);
    assert!(
        text.contains(
            "  Gemini Models  –  ░░░░░  5h\n    pro\n    alone        –  ░░░░░      resets 14:05 (2 h 04 m)\n"
        ),
        "{text}"
    );
    assert!(!text.contains('%'), "{text}");
}

#[test]
fn whoever_needs_the_user_says_why_and_where() {
    let mut dora = credential("Dora");
    dora.state = "blocked".to_owned();
    dora.state_reason = Some("Google wants to see that it is you.".to_owned());
    dora.needs_user = true;
    dora.link = Some("https://accounts.google.com/verify".to_owned());
    dora.last_quota_refresh = None;
    let expected = "Dora · Antigravity · AI Pro · blocked · never read\n  Google wants to see that it is you.\n  \
                    https://accounts.google.com/verify\n";
    let text = draw(vec![dora], None);
    assert!(text.contains(expected), "{text}");
}

#[test]
fn old_numbers_say_their_age_and_why() {
    let mut ada = credential("Ada");
    ada.failure = Some(FailureView {
        message: "The service does not answer.".to_owned(),
        at: "2026-08-31T10:00:00Z".to_owned(),
        retry_at: "2026-08-31T10:05:00Z".to_owned(),
    });
    let reset_at = Some("2026-08-31T09:30:00Z".to_owned());
    ada.groups =
        vec![group("Gemini Models", vec![WindowView { stale: true, reset_at, ..window("5h", Some(0.58)) }])];
    let text = draw(vec![ada], None);
    assert!(text.contains("  The service does not answer.\n"), "{text}");
    let expected = "58 %  ▮▮▮▯▯  5h  reset at 11:30, not read since · old: read 11:58 (3 min ago)\n";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_model_says_what_stands_against_it() {
    let mut ada = credential("Ada");
    ada.models = vec![ModelView {
        remaining: Some(0.9),
        contradicts: true,
        protected: true,
        cooldown_until: Some("2026-08-31T10:30:00Z".to_owned()),
        cooldown_reason: Some("too many requests".to_owned()),
        ..model("claude-sonnet", Some(0.05))
    }];
    let text = draw(vec![ada], None);
    let expected = "    claude-sonnet  5 %  ▮▯▯▯▯    the model list says 90 % · protected · \
                    rests until 12:30: too many requests\n";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn nothing_is_wider_than_the_terminal_but_sentences() {
    let mut ada = credential("Ada");
    let long = "a group of the service with a name that nobody would call short";
    ada.groups = vec![group(long, vec![window("weekly", Some(0.58))])];
    for width in [60, 80, 120] {
        let text = draw(vec![ada.clone()], Some(width));
        let row = text.lines().find(|line| line.contains('▮')).unwrap();
        assert!(unicode_width::UnicodeWidthStr::width(row) <= width, "{row:?} on {width} columns");
        assert!(row.contains("58 %  ▮▮▮▯▯  weekly  resets"), "{row:?}");
    }
}

#[test]
fn names_wrap_at_the_edge() {
    let names = ["gemini-3-pro", "gemini-3-flash", "claude-sonnet"];
    assert_eq!(wrapped(&names, 40), ["    gemini-3-pro, gemini-3-flash,", "    claude-sonnet"]);
    assert_eq!(wrapped(&names, 10), ["    gemini-3-pro,", "    gemini-3-flash,", "    claude-sonnet"]);
    assert_eq!(wrapped(&[], 40), [""; 0]);
}

#[test]
fn the_demo_says_so() {
    let document = QuotaDocument { demo: true, ..document(Vec::new()) };
    assert!(anstream::adapter::strip_str(&quota(&document, &look(None))).to_string().starts_with("Demo: "));
}

#[track_caller]
fn check(credentials: Vec<CredentialView>, expected: &str) {
    assert_eq!(draw(credentials, None), expected);
}

fn draw(credentials: Vec<CredentialView>, width: Option<usize>) -> String {
    anstream::adapter::strip_str(&quota(&document(credentials), &look(width))).to_string()
}

fn look(width: Option<usize>) -> Look {
    let now = "2026-08-31T10:01:00Z".parse().unwrap();
    Look { width, now, zone: TimeZone::get("Europe/Berlin").unwrap() }
}

fn document(credentials: Vec<CredentialView>) -> QuotaDocument {
    QuotaDocument {
        at: "2026-08-31T10:01:00Z".to_owned(),
        sentence: "Claude lasts until about 16:20 today.".to_owned(),
        demo: false,
        lasts: Vec::new(),
        credentials,
    }
}

fn credential(name: &str) -> CredentialView {
    CredentialView {
        id: "c1".to_owned(),
        name: name.to_owned(),
        provider: "antigravity".to_owned(),
        state: "active".to_owned(),
        state_reason: None,
        state_since: None,
        needs_user: false,
        link: None,
        tier: Some("AI Pro".to_owned()),
        last_quota_refresh: Some("2026-08-31T09:58:00Z".to_owned()),
        reading: false,
        failure: None,
        headline: None,
        groups: Vec::new(),
        models: Vec::new(),
    }
}

fn group(name: &str, windows: Vec<WindowView>) -> GroupView {
    GroupView {
        key: "gemini".to_owned(),
        name: name.to_owned(),
        remaining: windows.iter().filter_map(|window| window.remaining).reduce(f64::min),
        reset_at: None,
        binding: None,
        windows,
        lasts: None,
        planned: None,
    }
}

fn window(name: &str, remaining: Option<f64>) -> WindowView {
    WindowView {
        window: name.to_owned(),
        length_seconds: None,
        remaining,
        reset_at: Some("2026-08-31T12:05:00Z".to_owned()),
        started: Some(true),
        binds: true,
        points_per_hour: None,
        runs_out_at: None,
        source: "summary".to_owned(),
        observed_at: "2026-08-31T09:58:00Z".to_owned(),
        stale: false,
    }
}

fn idle(name: &str) -> WindowView {
    WindowView { started: Some(false), ..window(name, Some(1.0)) }
}

fn model(name: &str, effective: Option<f64>) -> ModelView {
    ModelView {
        id: name.to_owned(),
        display_name: "As the service calls it".to_owned(),
        group: Some("gemini".to_owned()),
        remaining: None,
        effective_remaining: effective,
        reset_at: Some("2026-08-31T12:05:00Z".to_owned()),
        source: "summary".to_owned(),
        observed_at: "2026-08-31T09:58:00Z".to_owned(),
        stale: false,
        contradicts: false,
        protected: false,
        cooldown_until: None,
        cooldown_reason: None,
        last_warmup_at: None,
    }
}
