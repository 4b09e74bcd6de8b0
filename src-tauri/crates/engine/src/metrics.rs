//! What is measured, as OpenMetrics text: numbers and ids, never a name or an address. Pure.
//!
//! What is unknown has no sample: a gap in a chart, and no level.

use crate::ledger::{Known, State};
use domain::policy::pair::Pair;
use domain::policy::protection::Standing;
use domain::policy::warmup::Outcome;
use domain::quota::Remaining;
use jiff::Timestamp;
use std::fmt::Write as _;

/// One family of measurements.
struct Family {
    name: &'static str,
    kind: &'static str,
    unit: Option<&'static str>,
    help: &'static str,
}

/// Everything, at `now`.
pub(crate) fn write(state: &State, demo: bool, now: Timestamp) -> String {
    let mut text = Text(String::new());
    let info = Family { name: "headroom_build", kind: "info", unit: None, help: "The program." };
    text.family(&info);
    text.sample("headroom_build_info", &[("version", crate::VERSION), ("demo", word(demo))], 1.0);

    let credentials: Vec<&Known> = state.credentials.iter().map(|known| &**known).collect();
    let states = Family {
        name: "headroom_credential_state",
        kind: "stateset",
        unit: None,
        help: "The state of each credential.",
    };
    text.family(&states);
    for known in &credentials {
        for name in STATES {
            let is = f64::from(u8::from(known.credential.state.key() == name));
            let labels = labels(known);
            text.sample(states.name, &[labels[0], labels[1], (states.name, name)], is);
        }
    }
    quota(&mut text, &credentials, now);
    standing(&mut text, state, &credentials, now);
    text.0.push_str("# EOF\n");
    text.0
}

const STATES: [&str; 5] = ["active", "disabled", "invalid", "blocked", "retired"];

fn quota(text: &mut Text, credentials: &[&Known], now: Timestamp) {
    let remaining = Family {
        name: "headroom_quota_remaining_ratio",
        kind: "gauge",
        unit: Some("ratio"),
        help: "What is left of a group's window.",
    };
    let reset = Family {
        name: "headroom_quota_reset_timestamp_seconds",
        kind: "gauge",
        unit: Some("seconds"),
        help: "When a group's window refills.",
    };
    let read = Family {
        name: "headroom_quota_read_timestamp_seconds",
        kind: "gauge",
        unit: Some("seconds"),
        help: "When a credential's quota was last read.",
    };
    let windows = || {
        credentials.iter().flat_map(|known| {
            let groups = known.quota.iter().flat_map(|quota| quota.groups.iter());
            groups.flat_map(move |group| {
                group.windows.iter().map(move |window| {
                    let [id, provider] = labels(known);
                    let labels =
                        [id, provider, ("group", group.group.key()), ("window", window.kind.as_str())];
                    (labels, window)
                })
            })
        })
    };
    text.family(&remaining);
    for (labels, window) in windows() {
        if let Some(left) = window.remaining_at(now) {
            text.sample(remaining.name, &labels, Remaining::fraction(left));
        }
    }
    text.family(&reset);
    for (labels, window) in windows() {
        if let Some(at) = window.reset_at {
            text.sample(reset.name, &labels, seconds(at));
        }
    }
    text.family(&read);
    for known in credentials {
        if let Some(at) = known.credential.last_quota_refresh {
            text.sample(read.name, &labels(known), seconds(at));
        }
    }
}

fn standing(text: &mut Text, state: &State, credentials: &[&Known], now: Timestamp) {
    let failures = Family {
        name: "headroom_quota_read_failures",
        kind: "gauge",
        unit: None,
        help: "How often in a row reading a credential's quota has failed.",
    };
    text.family(&failures);
    for known in credentials {
        let times = known.failure.as_ref().map_or(0, |failure| failure.times);
        text.sample(failures.name, &labels(known), f64::from(times));
    }
    let held = Family {
        name: "headroom_models_held",
        kind: "gauge",
        unit: None,
        help: "How many models of a credential rest, or are kept back below a floor.",
    };
    text.family(&held);
    for known in credentials {
        let models = known.quota.iter().flat_map(|quota| quota.models.iter()).filter(|model| !model.hidden);
        let (mut resting, mut protected) = (0_u32, 0_u32);
        for model in models {
            let id = &known.credential.id;
            let pair = Pair { credential: id, group: model.group.as_ref(), model: &model.id };
            resting += u32::from(state.cooldowns.resting(pair, now).is_some());
            let standing = state.protection.standing(id, &model.id);
            protected += u32::from(matches!(standing, Standing::Protected(_)));
        }
        for (why, count) in [("resting", resting), ("protected", protected)] {
            let [id, provider] = labels(known);
            text.sample(held.name, &[id, provider, ("why", why)], f64::from(count));
        }
    }
    let warmups = Family {
        name: "headroom_warmups",
        kind: "gauge",
        unit: None,
        help: "Warmups that are remembered, by what came of them.",
    };
    text.family(&warmups);
    for known in credentials {
        for outcome in Outcome::ALL {
            let count =
                state.warmups.attempts_of(&known.credential.id).filter(|a| a.outcome == outcome).count();
            let [id, provider] = labels(known);
            let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
            text.sample(warmups.name, &[id, provider, ("outcome", outcome.key())], count);
        }
    }
}

fn labels(known: &Known) -> [(&'static str, &str); 2] {
    [("credential", known.credential.id.as_str()), ("provider", known.credential.provider.key())]
}

fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

fn word(yes: bool) -> &'static str {
    if yes { "true" } else { "false" }
}

struct Text(String);

impl Text {
    fn family(&mut self, family: &Family) {
        let Family { name, kind, unit, help } = family;
        let _ = writeln!(self.0, "# TYPE {name} {kind}");
        if let Some(unit) = unit {
            let _ = writeln!(self.0, "# UNIT {name} {unit}");
        }
        let _ = writeln!(self.0, "# HELP {name} {help}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let labels: Vec<String> =
            labels.iter().map(|(key, value)| format!("{key}=\"{}\"", escaped(value))).collect();
        let _ = writeln!(self.0, "{name}{{{}}} {value}", labels.join(","));
    }
}

/// The service names groups and windows: whatever it says stays inside its quotes.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for letter in value.chars() {
        match letter {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            letter if letter.is_control() => text.push('\u{fffd}'),
            letter => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_says_stays_inside_its_quotes() {
        let mut text = Text(String::new());
        text.sample("a", &[("group", "x\"} 1\na{b=\"\\\u{1b}")], 0.5);
        assert_eq!(text.0, "a{group=\"x\\\"} 1\\na{b=\\\"\\\\\u{fffd}\"} 0.5\n");
    }

    #[test]
    fn an_empty_state_is_a_whole_document() {
        let text = write(&State::default(), false, Timestamp::UNIX_EPOCH);
        assert!(text.starts_with("# TYPE headroom_build info\n"), "{text}");
        assert!(text.ends_with("\n# EOF\n"), "{text}");
        let build = format!("headroom_build_info{{version=\"{}\",demo=\"false\"}} 1\n", crate::VERSION);
        assert!(text.contains(&build), "{text}");
    }
}
