//! What a history looks like, without colour.

use super::*;
use engine::view::dto::DropView;
use jiff::tz::TimeZone;

#[test]
fn a_history_is_a_summary_of_each_credential() {
    let document = HistoryDocument {
        since: "2026-08-24T10:00:00Z".to_owned(),
        samples: vec![
            sample(Some("5h"), Some(0.9), "2026-08-31T08:00:00Z"),
            sample(Some("5h"), Some(0.58), "2026-08-31T09:31:00Z"),
            sample(None, Some(0.3), "2026-08-31T09:31:00Z"),
            sample(Some("weekly"), None, "2026-08-31T09:31:00Z"),
        ],
        warmups: vec![
            warmup("started", Some("2026-08-31T14:00:00Z"), None),
            warmup("refused", None, Some("Quota empty: no more")),
        ],
        drops: vec![drop("elsewhere", 30.0), drop("elsewhere", 2.4), drop("warmup", 0.2)],
    };
    let names = names();
    let drawn = history(&document, &names, &look());
    assert_eq!(
        anstream::adapter::strip_str(&drawn).to_string(),
        "Since 24 Aug 10:00\n\
         \n\
         Ada\n  \
           Warmups: 1 refused, 1 started\n    \
             09:00        m  by hand    started: resets 14:00 (3 h 59 m)\n    \
             09:00        m  by hand    refused: Quota empty: no more\n  \
           Used\n    \
             Claude and GPT models 5h: 32 points elsewhere, less than 1 point by warmup\n  \
           Latest measurements\n    \
             Claude and GPT models  5h      58 %  ▮▮▮▯▯  read 09:31 (30 min ago)\n    \
             Claude and GPT models  weekly     –  ░░░░░  read 09:31 (30 min ago)\n"
    );
}

#[test]
fn models_without_a_quota_are_not_listed_one_by_one() {
    let document = HistoryDocument {
        since: "2026-08-24T10:00:00Z".to_owned(),
        samples: vec![sample(None, None, "2026-08-31T09:31:00Z")],
        warmups: Vec::new(),
        drops: Vec::new(),
    };
    let drawn = history(&document, &names(), &look());
    assert_eq!(
        anstream::adapter::strip_str(&drawn).to_string(),
        "Since 24 Aug 10:00\n\nc1\n  The service tells no quota of its models.\n"
    );
}

#[test]
fn nothing_is_said_in_words() {
    let empty = HistoryDocument {
        since: "2026-08-24T10:00:00Z".to_owned(),
        samples: Vec::new(),
        warmups: Vec::new(),
        drops: Vec::new(),
    };
    let drawn = history(&empty, &names(), &look());
    assert_eq!(
        anstream::adapter::strip_str(&drawn).to_string(),
        "Since 24 Aug 10:00\nNothing was measured or done.\n"
    );
}

#[test]
fn of_many_warmups_the_earlier_are_counted() {
    let document = HistoryDocument {
        since: "2026-08-24T10:00:00Z".to_owned(),
        samples: Vec::new(),
        warmups: vec![warmup("sent", None, None); 13],
        drops: Vec::new(),
    };
    let drawn = history(&document, &names(), &look());
    assert!(drawn.contains("Warmups: 13 sent, not verified") && drawn.contains("and 3 earlier"), "{drawn}");
}

fn names() -> QuotaDocument {
    QuotaDocument {
        at: "2026-08-31T10:01:00Z".to_owned(),
        demo: false,
        sentence: String::new(),
        lasts: Vec::new(),
        credentials: Vec::new(),
    }
}

fn look() -> Look {
    let now = "2026-08-31T10:01:00Z".parse().unwrap();
    Look { width: None, now, zone: TimeZone::UTC }
}

fn sample(window: Option<&str>, remaining: Option<f64>, at: &str) -> SampleView {
    SampleView {
        credential: "c1".to_owned(),
        subject: "3p".to_owned(),
        window: window.map(str::to_owned),
        remaining,
        at: at.to_owned(),
        source: "summary".to_owned(),
    }
}

fn warmup(outcome: &str, reset_at: Option<&str>, detail: Option<&str>) -> WarmupView {
    WarmupView {
        credential: "c1".to_owned(),
        name: "Ada".to_owned(),
        group: "3p".to_owned(),
        model: "m".to_owned(),
        by: "manual".to_owned(),
        at: "2026-08-31T09:00:00Z".to_owned(),
        outcome: outcome.to_owned(),
        detail: detail.map(str::to_owned),
        reset_at: reset_at.map(str::to_owned),
    }
}

fn drop(by: &str, points: f64) -> DropView {
    DropView {
        credential: "c1".to_owned(),
        group: "3p".to_owned(),
        window: "5h".to_owned(),
        from: "2026-08-31T09:00:00Z".to_owned(),
        to: "2026-08-31T09:15:00Z".to_owned(),
        points,
        by: by.to_owned(),
    }
}
