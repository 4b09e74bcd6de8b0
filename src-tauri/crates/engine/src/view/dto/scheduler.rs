//! Warmups, decisions, cooldowns, history, and what the scheduler is up to.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Arguments of `warmup`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
pub struct WarmupArgs {
    /// One credential, by id or name. Without it: every credential.
    #[serde(default)]
    pub credential: Option<String>,
    /// One model of it. Without it: one request a group.
    #[serde(default)]
    pub model: Option<String>,
    /// Several models of credentials in one round, instead of one credential.
    #[serde(default)]
    pub pairs: Vec<WarmupPair>,
    /// Everything, where no credential is named: a guard against a slip of the hand.
    #[serde(default)]
    pub all: bool,
    /// Only say what would be sent, and why the rest would not.
    #[serde(default)]
    pub dry_run: bool,
    /// Go beyond what asks for confirmation: a rest, a recent warmup, the daily budget.
    #[serde(default)]
    pub force: bool,
    /// With `dry_run`: what the automatic scan would do now, instead of a warmup by hand.
    #[serde(default)]
    pub automatic: bool,
    /// The user has read what warmup sends and what the service's terms say. Needed for the first warmup that is
    /// sent; without it that one is refused with `needs_consent`.
    #[serde(default)]
    pub agreed: bool,
}

/// A model of a credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct WarmupPair {
    /// The credential, by id or name.
    pub credential: String,
    /// The model: an id, or the beginning of one.
    pub model: String,
}

/// What a round of warmups did, would do, or is doing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct WarmupRound {
    /// Names the round.
    pub id: String,
    /// `manual` or `automatic`.
    pub by: String,
    /// When it began.
    pub at: String,
    /// Nothing is sent.
    pub dry_run: bool,
    /// Requests that are answered, of `total`.
    pub done: u32,
    /// Requests of this round.
    pub total: u32,
    /// It has ended.
    pub over: bool,
    /// One line per credential and model that was looked at.
    pub lines: Vec<WarmupLine>,
    /// Entries of the model lists that no credential offers, each with the nearest id that one does.
    pub unmatched: Vec<String>,
    /// The round in one line: found n, cooling down a, …
    pub summary: String,
    /// Lines that a confirmation (`force`) would send.
    pub needs_force: u32,
}

/// What was decided for one credential and model, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct WarmupLine {
    /// The credential's id.
    pub credential: String,
    /// What people call it.
    pub name: String,
    /// The model.
    pub model: String,
    /// The group's key.
    pub group: String,
    /// The decision's word, e.g. `warm`, `cooling_down`, `weekly_low`.
    pub verdict: String,
    /// The decision with the numbers that led to it.
    pub sentence: String,
    /// Until when it holds, or when it is looked at again.
    pub until: Option<String>,
    /// When it is to be started, where that is planned for later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<String>,
    /// What came of it: `waiting`, `sent`, `refused`, `unknown` or `stopped`; null where
    /// nothing was to be sent.
    pub outcome: Option<String>,
    /// Why, where the service refused.
    pub detail: Option<String>,
}

/// Arguments of `automation_pause`.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct PauseArgs {
    /// A span from a minute to seven days (`1h`), `tomorrow` (six in the morning), or `off`.
    pub pause: String,
}

/// Whether automation rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PauseView {
    /// Until when; null where it does not.
    pub until: Option<String>,
}

/// Arguments of `decisions`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
pub struct DecisionsArgs {
    /// How far back: a span (`1h`, `7d`) or an instant. Default: one day.
    #[serde(default)]
    pub since: Option<String>,
    /// One credential, by id or name.
    #[serde(default)]
    pub credential: Option<String>,
    /// `warmup`, `protection`, `cooldown` or `drain`.
    #[serde(default)]
    pub kind: Option<String>,
    /// Words that the sentence must hold.
    #[serde(default)]
    pub search: Option<String>,
    /// At most so many, newest first. Default and most: 1000.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// One entry of the ledger: what was done or left undone, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DecisionView {
    /// Names the entry.
    pub id: String,
    /// When it was decided; a decision that stays the same is one entry.
    pub at: String,
    /// Until when it was the same at every look, where it was looked at again.
    pub last_at: String,
    /// `warmup`, `protection`, `cooldown` or `drain`.
    pub kind: String,
    /// The credential's id.
    pub credential: String,
    /// What people call it.
    pub name: String,
    /// The model or group it is about.
    pub subject: Option<String>,
    /// The decision's word.
    pub verdict: String,
    /// The decision with the numbers that led to it, in one sentence.
    pub sentence: String,
    /// Until when it holds, or when it is looked at again.
    pub until: Option<String>,
}

/// A credential, group or model that rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CooldownView {
    /// Names the cooldown.
    pub id: String,
    /// The credential's id.
    pub credential: String,
    /// What people call it.
    pub name: String,
    /// `credential`, `group` or `model`.
    pub scope: String,
    /// The group's key or the model's id.
    pub subject: Option<String>,
    /// `quota_empty`, `rate`, `refused`, `not_offered` or `unauthenticated`.
    pub reason: String,
    /// What, why and until when, in one sentence.
    pub sentence: String,
    /// What it rests on: the service's words.
    pub evidence: String,
    /// Since when.
    pub since: String,
    /// Until when.
    pub until: String,
}

/// Arguments of `cooldown_clear`.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct CooldownArgs {
    /// From `cooldowns`.
    pub id: String,
}

/// Arguments of `history`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
pub struct HistoryArgs {
    /// One credential, by id or name.
    #[serde(default)]
    pub credential: Option<String>,
    /// How far back: a span (`24h`, `7d`) or an instant. Default: seven days.
    #[serde(default)]
    pub since: Option<String>,
}

/// What was measured and done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct HistoryDocument {
    /// From when.
    pub since: String,
    /// Quota samples, oldest first.
    pub samples: Vec<SampleView>,
    /// Warmups, newest first.
    pub warmups: Vec<WarmupView>,
    /// Drops of quota and whose use they were, oldest first.
    pub drops: Vec<DropView>,
}

/// One measurement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SampleView {
    /// The credential's id.
    pub credential: String,
    /// A group's key or a model's id.
    pub subject: String,
    /// The window, for a group.
    pub window: Option<String>,
    /// What was left, or null.
    pub remaining: Option<f64>,
    /// When.
    pub at: String,
    /// Who said so.
    pub source: String,
}

/// One warmup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct WarmupView {
    /// The credential's id.
    pub credential: String,
    /// What people call it.
    pub name: String,
    /// The group's key.
    pub group: String,
    /// The model.
    pub model: String,
    /// `manual` or `automatic`.
    pub by: String,
    /// When it was recorded, before it was sent.
    pub at: String,
    /// `pending`, `sent`, `refused`, `not_done`, `started`, `no_effect` or `unknown`.
    pub outcome: String,
    /// Why, where the service refused.
    pub detail: Option<String>,
    /// The reset that the verification read.
    pub reset_at: Option<String>,
}

/// A drop of quota between two readings, by whose use it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct DropView {
    /// The credential's id.
    pub credential: String,
    /// The group's key.
    pub group: String,
    /// The window.
    pub window: String,
    /// The earlier reading.
    pub from: String,
    /// The later reading.
    pub to: String,
    /// How much fell, in points (0 to 100).
    pub points: f64,
    /// `warmup`, `proxy` or `elsewhere`.
    pub by: String,
}

/// What the scheduler is up to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SchedulerView {
    /// Its jobs.
    pub jobs: Vec<JobView>,
    /// The round of warmups under way, or the last one of this run.
    pub round: Option<WarmupRound>,
    /// What warmup sends and what the service's terms say, in plain words.
    pub warmup_consent_text: String,
    /// When the user agreed; null while nobody has.
    pub warmup_consent_at: Option<String>,
    /// Minutes between two refreshes, where the pace made them more than the user's; else null.
    pub refresh_stretched_to_minutes: Option<u32>,
}

/// One job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct JobView {
    /// `refresh`, `warmup` or `housekeeping`.
    pub name: String,
    /// Whether it is switched on.
    pub on: bool,
    /// When it last began.
    pub last_at: Option<String>,
    /// Why: `period`, `reset`, `near_floor`, `new`, `wake` or `asked`.
    pub last_why: Option<String>,
    /// How long that took, in milliseconds.
    pub last_took_ms: Option<u32>,
    /// What came of it, in one line.
    pub last_outcome: Option<String>,
    /// It is running.
    pub running: bool,
    /// When it is due next.
    pub next_at: Option<String>,
    /// Runs by period, in this run of the program.
    pub runs: u32,
    /// Runs caused by events.
    pub event_runs: u32,
    /// Runs that fell out, e.g. while the machine slept.
    pub missed: u32,
}
