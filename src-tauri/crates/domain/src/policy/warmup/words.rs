//! Verdicts in English: the same sentence in the log, the ledger, on the command line and on the screen.

use super::plan::Line;
use super::verdict::{Better, Hold, Off, Rest, Unsure, Verdict};
use crate::fault::Fault;
use crate::policy::words::{Here, against_floor, counted, lasting, percent};
use jiff::Timestamp;
use std::fmt;

/// A line of a plan as a sentence: the pair, what is decided, its inputs, and when it is looked at again.
#[derive(Debug, Clone, Copy)]
pub struct Sentence<'a> {
    /// The line.
    pub line: &'a Line,
    /// When the next scan looks at it, if one will.
    pub again: Option<Timestamp>,
    /// Where it is read.
    pub here: Here<'a>,
}

/// A warmup that the service refused, as the one warning that names the pair.
#[derive(Debug, Clone, Copy)]
pub struct RefusedSentence<'a> {
    /// The line that was sent.
    pub line: &'a Line,
    /// What the service answered.
    pub fault: &'a Fault,
}

impl fmt::Display for RefusedSentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let model = self.line.model.as_deref().unwrap_or("everything");
        let Fault { status, class, .. } = self.fault;
        write!(f, "{model} of {}: the warmup was refused ({status}, {}); ", self.line.name, class.title())?;
        f.write_str("it is not tried again in this scan")
    }
}

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, again, here } = self;
        match &line.model {
            Some(model) => write!(f, "{model} of {}: ", line.name)?,
            None => write!(f, "{}: ", line.name)?,
        }
        match &line.verdict {
            Verdict::Warm => return f.write_str("warmed up now"),
            Verdict::Planned { at, why } => {
                return planned(f, *at, *why, *here);
            }
            Verdict::Off { why } => {
                f.write_str("not warmed, ")?;
                return off(f, why);
            }
            Verdict::QuotaUnknown { .. }
            | Verdict::NotFull { .. }
            | Verdict::AlreadyRunning { .. }
            | Verdict::WeeklyLow { .. }
            | Verdict::Resting { .. }
            | Verdict::CoolingDown { .. }
            | Verdict::BackingOff { .. }
            | Verdict::NoEffect { .. }
            | Verdict::BudgetSpent { .. }
            | Verdict::Unused { .. }
            | Verdict::FollowSkipped
            | Verdict::SameGroup { .. } => f.write_str("not warmed, ")?,
        }
        because(f, line, *here)?;
        again.map_or(Ok(()), |at| write!(f, "; looks again {}", here.time(at)))
    }
}

fn because(f: &mut fmt::Formatter<'_>, line: &Line, here: Here<'_>) -> fmt::Result {
    match &line.verdict {
        Verdict::QuotaUnknown { why, refresh } => {
            unsure(f, *why)?;
            refresh.map_or(Ok(()), |at| match at <= here.now {
                true => f.write_str("; it is read again now"),
                false => write!(f, "; it is read again at {}", here.time(at)),
            })
        }
        Verdict::NotFull { remaining } => write!(f, "its window is in use, {} left", percent(*remaining)),
        Verdict::AlreadyRunning { until } => {
            f.write_str("its window runs already")?;
            until.map_or(Ok(()), |at| write!(f, ", until {}", here.time(at)))
        }
        Verdict::WeeklyLow { remaining, floor } => {
            write!(f, "week at {} weekly floor", against_floor(*remaining, *floor))
        }
        Verdict::Resting { until, why } => {
            match why {
                Rest::Protected { remaining, floor } => {
                    write!(f, "protected, {} floor", against_floor(*remaining, *floor))?;
                }
                Rest::Cooldown(reason) => write!(f, "it rests ({})", reason.text())?,
            }
            until.map_or(Ok(()), |at| write!(f, ", until {}", here.time(at)))
        }
        Verdict::CoolingDown { until, warmed_at } => {
            write!(f, "warmed at {}, the next is possible from {}", here.time(*warmed_at), here.time(*until))
        }
        Verdict::BackingOff { until, failures } => {
            let failed = if *failures == 1 {
                "the last attempt".to_owned()
            } else {
                format!("the last {failures} attempts")
            };
            write!(f, "{failed} failed, the next is possible from {}", here.time(*until))
        }
        Verdict::NoEffect { times } => {
            write!(f, "the last {times} warmups had no effect; warm it up by hand to try again")
        }
        Verdict::BudgetSpent { attempts, budget, until } => {
            let had = counted(*attempts, "attempt", "attempts");
            write!(f, "{had} in 24 hours, {budget} allowed, the next is possible from {}", here.time(*until))
        }
        Verdict::Unused { last_use } => {
            let group = line.group.as_ref().map_or("it", |group| group.title());
            write!(f, "nobody used {group} for 3 days")?;
            last_use.map_or(Ok(()), |at| write!(f, " (last {})", here.time(at)))
        }
        Verdict::FollowSkipped => f.write_str("it only goes along with a Claude model, and none is warmed"),
        Verdict::SameGroup { with } => write!(f, "{with} starts the same window"),
        Verdict::Off { why } => off(f, why),
        Verdict::Planned { .. } | Verdict::Warm => Ok(()),
    }
}

/// Row 11: when, and what the wait is good for.
fn planned(f: &mut fmt::Formatter<'_>, at: Timestamp, why: Hold, here: Here<'_>) -> fmt::Result {
    let at = here.time(at);
    match why {
        Hold::Hours => write!(f, "warmed up at {at}, now is outside the allowed hours"),
        Hold::Planner(Better::Start { refills, gain_minutes }) => {
            write!(f, "warmed up at {at}")?;
            let refills: Vec<_> = refills.into_iter().flatten().map(|r| here.time(r)).collect();
            if !refills.is_empty() {
                write!(f, ", so that it refills at {}", refills.join(" and "))?;
            }
            write!(f, "; expected +{:.1} h of use", f64::from(gain_minutes) / 60.0)
        }
        Hold::Planner(Better::Week) => {
            write!(f, "not warmed, the week will be used up without it; planned again at {at}")
        }
        Hold::Planner(Better::NoGain) => {
            write!(f, "not warmed, no start ahead would gain anything; planned again at {at}")
        }
    }
}

fn off(f: &mut fmt::Formatter<'_>, why: &Off) -> fmt::Result {
    match why {
        Off::Everywhere => f.write_str("warmup is off"),
        Off::NotActive(state) => write!(f, "the credential is {}", state.key()),
        Off::Credential => f.write_str("warmup is off for this credential"),
        Off::Model => f.write_str("warmup is off for this model"),
        Off::OtherProvider => f.write_str("only Antigravity logins have windows to start"),
        Off::AgentRefused => f.write_str(
            "the service no longer serves this User-Agent; set upstream_user_agent_antigravity, or look for an update",
        ),
        Off::Gone => f.write_str("the credential is gone"),
    }
}

fn unsure(f: &mut fmt::Formatter<'_>, why: Unsure) -> fmt::Result {
    match why {
        Unsure::NeverRead => f.write_str("its quota was not read yet"),
        Unsure::NoShortWindow => f.write_str("the service shows no window for it"),
        Unsure::Remaining => f.write_str("what is left is not known"),
        Unsure::Idleness => f.write_str("it is not sure whether its window has started"),
        Unsure::Old { age, .. } if age.is_negative() => {
            f.write_str("the clock was set back since it was read")
        }
        Unsure::Old { age, limit } => {
            write!(f, "the reading is {} old, {} is the most", lasting(age), lasting(limit))
        }
    }
}
