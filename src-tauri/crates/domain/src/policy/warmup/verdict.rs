//! What is decided for one pair, with the inputs that led to it.

use crate::credential::State;
use crate::policy::cooldown;
use crate::quota::Remaining;
use jiff::{SignedDuration, Timestamp};

/// What is decided for one pair of credential and model. The rows of the table, in its order.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// 1: warmup is off, or the credential is.
    Off {
        /// Which of them.
        why: Off,
    },
    /// 2: too little is known.
    QuotaUnknown {
        /// What is missing.
        why: Unsure,
        /// When a refresh that would tell is asked for; `None` where none is.
        refresh: Option<Timestamp>,
    },
    /// 3: the short window is being used.
    NotFull {
        /// What is left in it.
        remaining: Remaining,
    },
    /// 4: the short window is full, and its clock runs.
    AlreadyRunning {
        /// Its reset.
        until: Option<Timestamp>,
    },
    /// 5: the week is at its floor or below.
    WeeklyLow {
        /// What is left of the week.
        remaining: Remaining,
        /// The floor in percent.
        floor: u32,
    },
    /// 6: the pair rests.
    Resting {
        /// Until when, where that is known.
        until: Option<Timestamp>,
        /// What makes it rest.
        why: Rest,
    },
    /// 7: it was warmed a short while ago, or may have been.
    CoolingDown {
        /// Until when.
        until: Timestamp,
        /// When it was.
        warmed_at: Timestamp,
    },
    /// 8: the last attempts failed.
    BackingOff {
        /// Until when.
        until: Timestamp,
        /// How many in a row.
        failures: u32,
    },
    /// 8a: warmups have no effect on this pair.
    NoEffect {
        /// How many in a row.
        times: u32,
    },
    /// 9: the group had its share of attempts.
    BudgetSpent {
        /// Attempts in 24 h, those of this plan included.
        attempts: u32,
        /// How many are allowed.
        budget: u32,
        /// When there is room for another.
        until: Timestamp,
    },
    /// 10: nobody uses this group.
    Unused {
        /// When it was last used, if it ever was.
        last_use: Option<Timestamp>,
    },
    /// 11: later is better, or only later allowed.
    Planned {
        /// When.
        at: Timestamp,
        /// What holds it.
        why: Hold,
    },
    /// 12: a follow model, and no Claude model of its credential is warmed.
    FollowSkipped,
    /// 13: another model of its group is warmed.
    SameGroup {
        /// That model.
        with: String,
    },
    /// 14: it is warmed.
    Warm,
}

/// What is off.
#[derive(Debug, Clone, PartialEq)]
pub enum Off {
    /// Warmup as a whole.
    Everywhere,
    /// Automation as a whole, until then.
    Paused(Timestamp),
    /// The credential is not active.
    NotActive(State),
    /// Warmup of this credential.
    Credential,
    /// Warmup of this model of the credential.
    Model,
    /// Only Antigravity logins have windows to start.
    OtherProvider,
    /// The service no longer serves what this program calls itself.
    AgentRefused,
    /// The credential is gone since the plan was made.
    Gone,
}

/// What is missing to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsure {
    /// Nothing was read of the credential yet.
    NeverRead,
    /// No window of a known length binds the model; reading again would not help.
    NoShortWindow,
    /// What is left in the short window.
    Remaining,
    /// Whether the full window's clock has started.
    Idleness,
    /// The reading is too old.
    Old {
        /// Its age; negative where the clock was set back since.
        age: SignedDuration,
        /// How old it may be.
        limit: SignedDuration,
    },
}

/// What makes a pair rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Protection.
    Protected {
        /// What was left.
        remaining: Remaining,
        /// The floor in percent.
        floor: u32,
    },
    /// A cooldown.
    Cooldown(cooldown::Reason),
}

/// What holds a warmup back for later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Now is outside the allowed hours.
    Hours,
    /// The planner waits for a better start.
    Planner(Better),
}

/// What the planner waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// A start that refills the window when it is needed.
    Start {
        /// When it refills then.
        refills: [Option<Timestamp>; 2],
        /// What that is expected to gain, in minutes of use.
        gain_minutes: u32,
    },
    /// The long window will be used up without any warmup.
    Week,
    /// No start ahead gains anything worth a request.
    NoGain,
}

impl Verdict {
    /// Until when it holds, or from when on a reading tells more, where it names a time.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        match self {
            Self::AlreadyRunning { until } | Self::Resting { until, .. } => *until,
            Self::CoolingDown { until, .. }
            | Self::BackingOff { until, .. }
            | Self::BudgetSpent { until, .. } => Some(*until),
            Self::Planned { at, .. } | Self::Off { why: Off::Paused(at) } => Some(*at),
            Self::QuotaUnknown { refresh, .. } => *refresh,
            Self::Off { .. }
            | Self::NotFull { .. }
            | Self::WeeklyLow { .. }
            | Self::NoEffect { .. }
            | Self::Unused { .. }
            | Self::FollowSkipped
            | Self::SameGroup { .. }
            | Self::Warm => None,
        }
    }

    /// When the window is to be started, where that is planned for later. That the week binds, or that nothing would be
    /// gained, is only looked at again.
    #[must_use]
    pub fn starts_at(&self) -> Option<Timestamp> {
        let Self::Planned { at, why } = self else { return None };
        matches!(why, Hold::Hours | Hold::Planner(Better::Start { .. })).then_some(*at)
    }

    /// The word in JSON, in the ledger and in logs.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Off { .. } => "off",
            Self::QuotaUnknown { .. } => "quota_unknown",
            Self::NotFull { .. } => "not_full",
            Self::AlreadyRunning { .. } => "already_running",
            Self::WeeklyLow { .. } => "weekly_low",
            Self::Resting { .. } => "resting",
            Self::CoolingDown { .. } => "cooling_down",
            Self::BackingOff { .. } => "backing_off",
            Self::NoEffect { .. } => "no_effect",
            Self::BudgetSpent { .. } => "budget_spent",
            Self::Unused { .. } => "unused",
            Self::Planned { .. } => "planned",
            Self::FollowSkipped => "follow_skipped",
            Self::SameGroup { .. } => "same_group",
            Self::Warm => "warm",
        }
    }

    /// Whether it is warmed.
    #[must_use]
    pub fn is_warm(&self) -> bool {
        matches!(self, Self::Warm)
    }

    /// Whether it holds a warmup by hand only until the user confirms it.
    #[must_use]
    pub fn asks_confirmation(&self) -> bool {
        match self {
            Self::Resting { .. }
            | Self::CoolingDown { .. }
            | Self::BackingOff { .. }
            | Self::NoEffect { .. }
            | Self::BudgetSpent { .. } => true,
            Self::Off { .. }
            | Self::QuotaUnknown { .. }
            | Self::NotFull { .. }
            | Self::AlreadyRunning { .. }
            | Self::WeeklyLow { .. }
            | Self::Unused { .. }
            | Self::Planned { .. }
            | Self::FollowSkipped
            | Self::SameGroup { .. }
            | Self::Warm => false,
        }
    }
}
