//! The file of `headroom whatif --trace`: whose windows, how large, and what was asked of them when.

use domain::quota::WindowKind;
use domain::replay::{Login, Request, Size, Trace};
use domain::settings::Hours;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Why a file is no trace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTrace {
    /// No JSON, or a field is missing or of another type.
    #[error("the trace cannot be read at {at}: {why}")]
    Shape {
        /// Where in the document.
        at: String,
        /// What was expected.
        why: String,
    },
    /// A value that cannot be.
    #[error("the trace has {0}")]
    Value(String),
}

#[derive(Deserialize)]
struct File {
    time_zone: String,
    start: Moment,
    end: Moment,
    #[serde(default)]
    working_hours: Option<Vec<Span>>,
    credentials: Vec<Credential>,
    demand: Vec<Demand>,
}

/// RFC 3339, or seconds since 1970.
#[derive(Deserialize)]
#[serde(untagged)]
enum Moment {
    Text(String),
    Seconds(f64),
}

#[derive(Deserialize)]
struct Span {
    days: String,
    from: String,
    to: String,
}

#[derive(Deserialize)]
struct Credential {
    id: String,
    groups: BTreeMap<String, BTreeMap<String, f64>>,
}

#[derive(Deserialize)]
struct Demand {
    at: Moment,
    group: String,
    cost: f64,
}

/// Reads a trace. Demand comes back in order of time.
///
/// # Errors
///
/// Says where the document is not of the form, or which value cannot be.
pub fn read(bytes: &[u8]) -> Result<Trace, BadTrace> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let file: File = serde_path_to_error::deserialize(&mut json)
        .map_err(|e| BadTrace::Shape { at: e.path().to_string(), why: e.inner().to_string() })?;
    let zone = TimeZone::get(&file.time_zone)
        .map_err(|_| BadTrace::Value(format!("an unknown time zone: {:?}", file.time_zone)))?;
    let (start, end) = (moment(&file.start)?, moment(&file.end)?);
    if end <= start {
        return Err(BadTrace::Value("an end that is not after its start".to_owned()));
    }
    let mut demand = file.demand.iter().map(request).collect::<Result<Vec<_>, _>>()?;
    demand.sort_by_key(|r| r.at);
    let working_hours =
        file.working_hours.filter(|spans| !spans.is_empty()).map(|s| hours(&s)).transpose()?;
    let credentials = file.credentials.into_iter().map(login).collect::<Result<_, _>>()?;
    Ok(Trace { zone, start, end, working_hours, credentials, demand })
}

fn moment(at: &Moment) -> Result<Timestamp, BadTrace> {
    match at {
        Moment::Text(text) => {
            text.parse().map_err(|_| BadTrace::Value(format!("a time that is none: {text:?}")))
        }
        Moment::Seconds(seconds) if seconds.abs() < 1e11 => {
            Timestamp::from_millisecond((seconds * 1e3) as i64)
                .map_err(|_| BadTrace::Value(format!("a time that is none: {seconds}")))
        }
        Moment::Seconds(seconds) => Err(BadTrace::Value(format!("a time that is none: {seconds}"))),
    }
}

fn request(demand: &Demand) -> Result<Request, BadTrace> {
    if !demand.cost.is_finite() || demand.cost < 0.0 {
        return Err(BadTrace::Value(format!("a cost that cannot be: {}", demand.cost)));
    }
    Ok(Request { at: moment(&demand.at)?, group: demand.group.clone(), cost: demand.cost })
}

fn hours(spans: &[Span]) -> Result<Hours, BadTrace> {
    // A list of days is one span a day; a range is read as it is.
    let spans = spans
        .iter()
        .flat_map(|s| s.days.split(',').map(move |days| format!("{} {}-{}", days.trim(), s.from, s.to)));
    let text = spans.collect::<Vec<_>>().join(", ");
    text.parse().map_err(|e| BadTrace::Value(format!("working hours that cannot be read: {e}")))
}

fn login(credential: Credential) -> Result<Login, BadTrace> {
    let mut groups = BTreeMap::new();
    for (group, windows) in credential.groups {
        let mut sizes = Vec::new();
        for (word, capacity) in windows {
            let kind = WindowKind::new(word);
            if kind.length().is_none() {
                return Err(BadTrace::Value(format!("a window of unknown length: {:?}", kind.as_str())));
            }
            if !capacity.is_finite() || capacity <= 0.0 {
                return Err(BadTrace::Value(format!("a capacity that cannot be: {capacity}")));
            }
            sizes.push(Size { kind, capacity });
        }
        groups.insert(group, sizes);
    }
    Ok(Login { id: credential.id, groups })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = r#"{"time_zone": "Europe/Berlin", "start": "2026-03-02T00:00:00Z", "end": "2026-03-03T00:00:00Z",
        "working_hours": [{"days": "mon-fri", "from": "09:00", "to": "18:00"}, {"days": "sat,sun", "from": "10:00", "to": "12:00"}],
        "credentials": [{"id": "c0", "groups": {"gemini": {"5h": 100, "weekly": 1000}}}],
        "demand": [{"at": "2026-03-02T10:00:00Z", "group": "gemini", "cost": 2.5}, {"at": 1772442000, "group": "gemini", "cost": 1}]}"#;

    #[test]
    fn a_trace_is_read() {
        let trace = read(TRACE.as_bytes()).unwrap();
        assert_eq!(
            trace.working_hours.unwrap().to_string(),
            "mon-fri 09:00-18:00, sat 10:00-12:00, sun 10:00-12:00"
        );
        assert_eq!(trace.credentials[0].groups["gemini"].len(), 2);
        let costs: Vec<f64> = trace.demand.iter().map(|r| r.cost).collect();
        assert_eq!(costs, [1.0, 2.5], "in order of time");
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (from, to, says) in [
            ("\"cost\": 1}", "\"cost\": -1}", "the trace has a cost that cannot be: -1"),
            ("\"5h\": 100", "\"5h\": 0", "the trace has a capacity that cannot be: 0"),
            ("\"5h\": 100", "\"5h\": \"x\"", "the trace cannot be read at credentials[0].groups.gemini.5h"),
            ("Europe/Berlin", "Europe/Nowhere", "the trace has an unknown time zone: \"Europe/Nowhere\""),
            (
                "2026-03-03T00:00:00Z",
                "2026-03-01T00:00:00Z",
                "the trace has an end that is not after its start",
            ),
            ("\"5h\": 100", "\"moon\": 100", "the trace has a window of unknown length: \"moon\""),
            ("mon-fri", "mon-fun", "the trace has working hours that cannot be read"),
        ] {
            let text = TRACE.replace(from, to);
            assert_ne!(text, TRACE, "{from}");
            let error = read(text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(says), "{error}");
        }
    }
}
