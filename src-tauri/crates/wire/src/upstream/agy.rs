//! The report of the official Antigravity CLI: `agy -p /usage --output-format json`.
//!
//! Its form is promised nowhere (google-antigravity/antigravity-cli#1045) and **assumed** here as versions 1.2.0 to
//! 1.2.11 were seen to write it: `command.data.groups[]` with `name` and `buckets[]` of `id`, `window`,
//! `remaining_fraction`, `reset_time`. It names no account. What it says is the summary in other words, and is read
//! as one.

use super::summary::{self, Summary};
use super::{Malformed, Seen, document, fields, without};
use crate::json::Fields;
use domain::quota::Source;
use serde_json::{Map, Value};

const REPORT: &str = "agy /usage";

/// The arguments that make `agy` report; no agent turn is started and no quota spent.
pub const ARGUMENTS: [&str; 4] = ["-p", "/usage", "--output-format", "json"];

/// Its names and the summary's.
const NAMES: [(&str, &str); 8] = [
    ("name", "displayName"),
    ("display_name", "displayName"),
    ("id", "bucketId"),
    ("bucket_id", "bucketId"),
    ("window", "window"),
    ("remaining_fraction", "remainingFraction"),
    ("reset_time", "resetTime"),
    ("disabled", "disabled"),
];

/// Reads the report.
///
/// # Errors
/// Where it is no report, or one without groups: `agy` is not signed in, or writes another form.
pub fn parse(output: &[u8], seen: Seen) -> Result<Summary, Malformed> {
    // It may say something before its document.
    let start = output.iter().position(|byte| *byte == b'{').unwrap_or_default();
    let document = document(REPORT, &output[start..])?;
    let root = fields(REPORT, &document)?;
    let groups = groups(root).ok_or(without(REPORT, "list of groups"))?;
    if groups.is_empty() {
        return Err(without(REPORT, "group"));
    }
    let groups: Vec<Value> = groups.iter().map(translated).collect();
    let mut summary = summary::read(Value::from_iter([("groups", Value::Array(groups))]), seen)?;
    for window in summary.groups.iter_mut().flat_map(|group| group.windows.iter_mut()) {
        window.source = Source::OfficialReport;
    }
    for model in &mut summary.models {
        model.source = Source::OfficialReport;
    }
    Ok(summary)
}

/// Inside the envelope of print mode, or nearer should a version leave that out.
fn groups<'a>(root: Fields<'a>) -> Option<&'a Vec<Value>> {
    let command = root.get("command").and_then(Fields::of).unwrap_or(root);
    let data = command.get("data").and_then(Fields::of).unwrap_or(command);
    data.get("groups")?.as_array()
}

/// A group with the summary's names. What has no name there is left out.
fn translated(group: &Value) -> Value {
    let Some(group) = Fields::of(group) else { return Value::Null };
    let mut members = renamed(group);
    if let Some(Value::Array(buckets)) = group.get("buckets") {
        let buckets =
            buckets.iter().map(|b| Fields::of(b).map_or(Value::Null, |b| Value::Object(renamed(b))));
        members.insert("buckets".to_owned(), buckets.collect());
    }
    Value::Object(members)
}

fn renamed(from: Fields<'_>) -> Map<String, Value> {
    let known = |(key, value): (&str, &Value)| {
        let (_, ours) = NAMES.iter().find(|(theirs, ours)| *theirs == key || *ours == key)?;
        Some(((*ours).to_owned(), value.clone()))
    };
    from.iter().filter_map(known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::catalogue::Group;
    use domain::quota::Remaining;
    use jiff::SignedDuration;
    use serde_json::json;

    fn seen() -> Seen {
        let at = "2026-09-25T12:00:00Z".parse().unwrap();
        Seen { answered_at: at, observed_at: at, skew: SignedDuration::ZERO }
    }

    /// As agy 1.2.11 writes it.
    fn report() -> Value {
        json!({"conversation_id": "", "status": "SUCCESS", "response": "", "duration_seconds": 0, "num_turns": 0,
            "usage": {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0},
            "command": {"name": "usage", "data": {"groups": [
                {"name": "Gemini Models", "buckets": [
                    {"id": "gemini-weekly", "window": "weekly", "remaining_fraction": 0.8614671230316162, "reset_time": "2026-09-30T06:16:21Z"},
                    {"id": "gemini-5h", "window": "5h", "remaining_fraction": 0.25, "reset_time": "2026-09-25T14:51:03Z"}]},
                {"name": "Claude and GPT models", "buckets": [
                    {"id": "3p-5h", "window": "5h", "reset_time": "2026-09-25T17:00:00Z"}]}]}}})
    }

    fn read(report: &Value) -> Result<Summary, Malformed> {
        parse(report.to_string().as_bytes(), seen())
    }

    #[test]
    fn the_report_is_a_summary_of_the_official_program() {
        let summary = read(&report()).unwrap();
        let groups: Vec<_> = summary.groups.iter().map(|g| (&g.group, g.name.as_str())).collect();
        assert_eq!(
            groups,
            [(&Group::Gemini, "Gemini Models"), (&Group::ThirdParty, "Claude and GPT models")]
        );
        let windows: Vec<_> = summary.groups.iter().flat_map(|g| g.windows.iter()).collect();
        let shares: Vec<_> =
            windows.iter().map(|w| (w.kind.as_str(), w.remaining.map(Remaining::fraction))).collect();
        // A missing share is unknown.
        assert_eq!(shares, [("weekly", Some(0.8614671230316162)), ("5h", Some(0.25)), ("5h", None)]);
        assert!(windows.iter().all(|w| w.source == Source::OfficialReport && w.reset_at.is_some()));
        assert_eq!((summary.models.len(), summary.odd), (0, 0));
    }

    #[test]
    fn what_is_around_it_and_what_is_new_does_not_matter() {
        let mut more = report();
        more["command"]["data"]["groups"][0]["colour"] = json!("blue");
        more["command"]["data"]["groups"][0]["buckets"][0]["used"] = json!([1, {"deep": true}]);
        more["account"] = json!({"email": "ada@example.com"});
        assert_eq!(read(&more), read(&report()));
        let text = format!("Checking for updates …\n{}\n", report());
        assert_eq!(parse(text.as_bytes(), seen()), read(&report()));
        assert_eq!(read(&report()["command"]), read(&report()));
        assert_eq!(read(&report()["command"]["data"]), read(&report()));
    }

    #[test]
    fn what_is_no_report_says_so() {
        for other in [
            json!({"status": "ERROR", "error": "not signed in"}),
            json!({"command": {"name": "usage", "data": {"groups": []}}}),
            json!({"command": {"data": {"groups": "none"}}}),
            json!({}),
        ] {
            assert!(read(&other).is_err(), "{other}");
        }
        for bytes in [&b""[..], b"agy: command not found", b"{", b"[]", b"{\"groups\": [{}"] {
            assert!(parse(bytes, seen()).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn odd_values_cost_their_own_field_alone() {
        let mut odd = report();
        let buckets = &mut odd["command"]["data"]["groups"][0]["buckets"];
        buckets[0]["remaining_fraction"] = json!("lots");
        buckets[1]["reset_time"] = json!("soon");
        let windows = read(&odd).unwrap().groups.remove(0).windows;
        assert_eq!((windows[0].remaining, windows[0].reset_at.is_some()), (None, true));
        assert_eq!((windows[1].remaining.map(Remaining::fraction), windows[1].reset_at), (Some(0.25), None));
    }
}
