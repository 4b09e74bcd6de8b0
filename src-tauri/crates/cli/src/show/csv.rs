//! History as CSV: a header, then a line a row; instants in UTC, unknown is empty.

use engine::view::dto::{DropView, HistoryDocument, SampleView, WarmupView};

/// One of the tables: `warmups`, `drops`, else the samples.
pub fn csv(history: &HistoryDocument, table: &str) -> String {
    let mut text = Csv::default();
    match table {
        "warmups" => {
            text.row(["at", "credential", "name", "group", "model", "by", "outcome", "detail", "reset_at"]);
            for WarmupView { at, credential, name, group, model, by, outcome, detail, reset_at } in
                &history.warmups
            {
                let (detail, reset_at) = (or_empty(detail.as_ref()), or_empty(reset_at.as_ref()));
                text.row([at, credential, name, group, model, by, outcome, detail, reset_at]);
            }
        }
        "drops" => {
            text.row(["from", "to", "credential", "group", "window", "points", "by"]);
            for DropView { credential, group, window, from, to, points, by } in &history.drops {
                text.row([from, to, credential, group, window, &number(*points), by]);
            }
        }
        _ => {
            text.row(["at", "credential", "subject", "window", "remaining", "source"]);
            for SampleView { credential, subject, window, remaining, at, source } in &history.samples {
                let remaining = remaining.map(number).unwrap_or_default();
                text.row([at, credential, subject, or_empty(window.as_ref()), &remaining, source]);
            }
        }
    }
    text.0
}

/// A number without the noise of binary fractions.
fn number(value: f64) -> String {
    ((value * 1e6).round() / 1e6).to_string()
}

fn or_empty(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

#[derive(Default)]
struct Csv(String);

impl Csv {
    fn row<const N: usize>(&mut self, fields: [&str; N]) {
        self.0 += &fields.map(field).join(",");
        self.0.push('\n');
    }
}

fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_need_it_are_quoted() {
        for (text, written) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("", ""),
        ] {
            assert_eq!(field(text), written);
        }
    }

    #[test]
    fn each_table_has_a_header_and_unknown_is_empty() {
        let history = HistoryDocument {
            since: "2026-08-24T10:00:00Z".to_owned(),
            samples: vec![SampleView {
                credential: "c1".to_owned(),
                subject: "3p".to_owned(),
                window: Some("5h".to_owned()),
                remaining: None,
                at: "2026-08-31T10:00:00Z".to_owned(),
                source: "summary".to_owned(),
            }],
            warmups: Vec::new(),
            drops: vec![DropView {
                credential: "c1".to_owned(),
                group: "3p".to_owned(),
                window: "5h".to_owned(),
                from: "2026-08-31T10:00:00Z".to_owned(),
                to: "2026-08-31T10:15:00Z".to_owned(),
                points: 0.060_470_000_000_002_24,
                by: "elsewhere".to_owned(),
            }],
        };
        assert_eq!(
            csv(&history, "samples"),
            "at,credential,subject,window,remaining,source\n2026-08-31T10:00:00Z,c1,3p,5h,,summary\n"
        );
        assert_eq!(csv(&history, "warmups"), "at,credential,name,group,model,by,outcome,detail,reset_at\n");
        assert_eq!(
            csv(&history, "drops"),
            "from,to,credential,group,window,points,by\n\
             2026-08-31T10:00:00Z,2026-08-31T10:15:00Z,c1,3p,5h,0.06047,elsewhere\n"
        );
    }
}
