//! `headroom decisions`: a sentence each, the newest first.

use super::look::{GOOD, Look, PLAIN, QUIET};
use super::table::{Cell, Column, Table};
use super::when;
use engine::view::dto::DecisionView;
use jiff::Timestamp;

/// The entries, or in words that there is none `since` then.
pub fn decisions(found: &[DecisionView], since: Option<&str>, look: &Look) -> String {
    if found.is_empty() {
        return format!("No decisions {}.\n", span(since.unwrap_or("1d"), look));
    }
    let mut table = Table::new(&[Column::Rest]);
    for one in found {
        let (from, to) = (when::local(&one.at, look), when::local(&one.last_at, look));
        let time = if from == to { from } else { format!("{from} – {to}") };
        let style = if ["warm", "started"].contains(&one.verdict.as_str()) { GOOD } else { PLAIN };
        table.text(Cell::new(format!("{time:<13}  {:<10}  {}", one.kind, one.sentence), style));
    }
    table.text(Cell::new(count(found.len()), QUIET));
    table.draw(look.width)
}

fn count(entries: usize) -> String {
    match entries {
        1 => "1 decision".to_owned(),
        several => format!("{several} decisions"),
    }
}

/// How far back, as people say it.
pub fn span(since: &str, look: &Look) -> String {
    if since.parse::<Timestamp>().is_ok() {
        return format!("since {}", when::local(since, look));
    }
    let digits = since.chars().take_while(char::is_ascii_digit).count();
    let (count, unit) = since.split_at(digits);
    let (one, many) = match unit.trim() {
        "h" => ("hour", "hours"),
        "d" => ("day", "days"),
        "m" => ("minute", "minutes"),
        "w" => ("week", "weeks"),
        _ => return format!("in the last {since}"),
    };
    match count {
        "1" => format!("in the last {one}"),
        _ => format!("in the last {count} {many}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    #[test]
    fn none_is_said_in_words() {
        for (since, said) in [
            (None, "No decisions in the last day.\n"),
            (Some("1h"), "No decisions in the last hour.\n"),
            (Some("90m"), "No decisions in the last 90 minutes.\n"),
            (Some("1h 30m"), "No decisions in the last 1h 30m.\n"),
            (Some("2026-08-31T08:00:00Z"), "No decisions since 08:00.\n"),
        ] {
            assert_eq!(decisions(&[], since, &look()), said);
        }
    }

    #[test]
    fn an_entry_that_stayed_the_same_says_until_when() {
        let entry = DecisionView {
            id: "1".to_owned(),
            at: "2026-08-31T08:00:00Z".to_owned(),
            last_at: "2026-08-31T09:10:00Z".to_owned(),
            kind: "warmup".to_owned(),
            credential: "c1".to_owned(),
            name: "Ada".to_owned(),
            subject: Some("m".to_owned()),
            verdict: "not_full".to_owned(),
            sentence: "m of Ada: not warmed, its window is in use, 58 % left".to_owned(),
            until: None,
        };
        let drawn = decisions(&[entry], None, &look());
        assert_eq!(
            anstream::adapter::strip_str(&drawn).to_string(),
            "08:00 – 09:10  warmup      m of Ada: not warmed, its window is in use, 58 % left\n1 decision\n"
        );
    }

    fn look() -> Look {
        let now = "2026-08-31T10:01:00Z".parse().unwrap();
        Look { width: None, now, zone: TimeZone::UTC }
    }
}
