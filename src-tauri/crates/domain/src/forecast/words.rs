//! A forecast as a sentence: the same one wherever it is shown.

use super::RunOut;
use crate::catalogue::Group;
use crate::policy::words::Here;
use std::fmt;

/// Until when a group lasts: on one credential, or on all together.
#[derive(Debug, Clone, Copy)]
pub struct Lasts<'a> {
    /// Which group.
    pub group: &'a Group,
    /// What people call the credential; `None` for all together.
    pub name: Option<&'a str>,
    /// When it runs out.
    pub run_out: &'a RunOut,
    /// Who reads it.
    pub here: Here<'a>,
}

impl fmt::Display for Lasts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, name, run_out, here } = self;
        let group = group.brief();
        let (at, from, to) = (here.time(run_out.at), here.time(run_out.from), here.time(run_out.to));
        let is_today = here.zone.to_datetime(run_out.at).date() == here.zone.to_datetime(here.now).date();
        f.write_str(&match name {
            Some(name) => here.say(
                format!("{group} on {name} lasts until about {at} ({from} to {to})"),
                format!("{name} 的 {group} 大约能用到 {at}（{from} 至 {to}）"),
            ),
            None => {
                let (today, day) = if is_today { (" today", "今天") } else { ("", "") };
                here.say(
                    format!("{group} lasts until about {at}{today} ({from} to {to})"),
                    format!("{group} {day}大约能用到 {at}（{from} 至 {to}）"),
                )
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::words::Language;
    use jiff::tz::TimeZone;

    #[test]
    fn it_names_the_time_and_the_band() {
        let at = |text: &str| text.parse().unwrap();
        let run_out = RunOut {
            at: at("2026-09-15T16:20:00Z"),
            from: at("2026-09-15T15:40:00Z"),
            to: at("2026-09-15T17:00:00Z"),
            chance: 0.9,
            by_long: false,
        };
        let say = |name, language| {
            let here = Here { now: at("2026-09-15T11:00:00Z"), zone: &TimeZone::UTC, language };
            Lasts { group: &Group::ThirdParty, name, run_out: &run_out, here }.to_string()
        };
        assert_eq!(say(None, Language::English), "Claude lasts until about 16:20 today (15:40 to 17:00)");
        assert_eq!(
            say(Some("Ada"), Language::English),
            "Claude on Ada lasts until about 16:20 (15:40 to 17:00)"
        );
        assert_eq!(say(None, Language::Chinese), "Claude 今天大约能用到 16:20（15:40 至 17:00）");
        assert_eq!(say(Some("Ada"), Language::Chinese), "Ada 的 Claude 大约能用到 16:20（15:40 至 17:00）");
    }
}
