//! A plan in one line, and a line a credential about its follow models.

use super::pick::is_claude;
use super::plan::Plan;
use crate::credential::CredentialId;
use crate::policy::words::{Language, counted};
use std::collections::BTreeMap;
use std::fmt;

/// The verdicts in the order they are counted up, with what people read.
const SAID: [(&str, &str, &str); 14] = [
    ("cooling_down", "cooling down", "不久前已预热"),
    ("follow_skipped", "follow skipped", "只随同预热"),
    ("not_full", "not full", "正在使用"),
    ("already_running", "running already", "已在计时"),
    ("quota_unknown", "not known", "额度未知"),
    ("weekly_low", "week low", "本周额度将尽"),
    ("resting", "resting", "暂停中"),
    ("backing_off", "backing off", "失败后等待"),
    ("no_effect", "without effect", "没有效果"),
    ("budget_spent", "budget spent", "已达每天上限"),
    ("unused", "unused", "多日未使用"),
    ("planned", "planned", "稍后预热"),
    ("same_group", "same group", "同一窗口"),
    ("off", "off", "关闭"),
];

/// How many pairs got which verdict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    counts: BTreeMap<&'static str, u32>,
}

/// What became of the follow models of one credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ride {
    /// The credential.
    pub credential: CredentialId,
    /// What people call it.
    pub name: String,
    /// A Claude model of it is warmed.
    pub claude: bool,
    /// Follow models that are warmed beside it.
    pub along: u32,
    /// Follow models that are skipped for lack of it.
    pub skipped: u32,
}

impl Plan {
    /// The plan in one line.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for line in &self.lines {
            *summary.counts.entry(line.verdict.key()).or_default() += 1;
        }
        summary
    }

    /// A line a credential that has follow models which ride along or are skipped.
    #[must_use]
    pub fn rides(&self) -> Vec<Ride> {
        let mut rides: Vec<Ride> = Vec::new();
        for line in &self.lines {
            if rides.last().is_none_or(|ride| ride.credential != line.credential) {
                let (credential, name) = (line.credential.clone(), line.name.clone());
                rides.push(Ride { credential, name, claude: false, along: 0, skipped: 0 });
            }
            let Some(ride) = rides.last_mut() else { continue };
            let warm = line.verdict.is_warm();
            ride.claude |= warm && !line.follow && line.model.as_deref().is_some_and(is_claude);
            ride.along += u32::from(warm && line.follow);
            ride.skipped += u32::from(line.verdict.key() == "follow_skipped");
        }
        rides.retain(|ride| ride.along + ride.skipped > 0);
        rides
    }
}

impl Summary {
    /// How many pairs are to be warmed.
    #[must_use]
    pub fn found(&self) -> u32 {
        self.count("warm")
    }

    /// How many pairs got a verdict, by its key.
    #[must_use]
    pub fn count(&self, key: &str) -> u32 {
        self.counts.get(key).copied().unwrap_or(0)
    }
}

impl Summary {
    /// How many pairs got which verdict, in one line.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        let found = self.found();
        let mut said = language.say(format!("found {found}"), format!("可预热 {found}"));
        for (key, english, chinese) in SAID {
            match self.count(key) {
                0 => {}
                count => {
                    said += &language.say(format!(", {english} {count}"), format!("，{chinese} {count}"));
                }
            }
        }
        said
    }
}

impl fmt::Display for Ride {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let follow = |count| counted(count, "follow model", "follow models");
        if self.claude {
            let verb = if self.along == 1 { "rides" } else { "ride" };
            write!(f, "{}: Claude is warmed, {} {verb} along", self.name, follow(self.along))
        } else {
            write!(f, "{}: no Claude, {} skipped", self.name, follow(self.skipped))
        }
    }
}
