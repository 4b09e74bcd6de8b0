//! Judgements in words.

use super::{Back, Below, Change, Standing, Turn, Which};
use crate::policy::floor::is_below;
use crate::policy::words::{Floor, Here, Language};
use std::fmt;

/// A change as a sentence.
#[derive(Debug, Clone, Copy)]
pub struct ChangeSentence<'a> {
    /// What changed.
    pub change: &'a Change,
    /// What people call the credential.
    pub name: &'a str,
    /// Where it is read.
    pub here: Here<'a>,
}

/// How a pair stands, as a sentence.
#[derive(Debug, Clone, Copy)]
pub struct StandingSentence<'a> {
    /// How it stands.
    pub standing: &'a Standing,
    /// The model.
    pub model: &'a str,
    /// What people call the credential.
    pub name: &'a str,
    /// Where it is read.
    pub here: Here<'a>,
}

impl fmt::Display for ChangeSentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Change { model, which, turn, .. } = self.change;
        pair(f, model, self.name, self.here)?;
        match (which, turn) {
            (Which::Short, Turn::Below(below)) => protected(f, below, self.here),
            (Which::Week, Turn::Below(below)) => last(f, below, self.here),
            (Which::Short, Turn::Back { was, why }) => {
                f.write_str(self.here.say("no longer protected, ", "不再受保护："))?;
                back(f, *why, was, self.here)
            }
            (Which::Week, Turn::Back { was, why }) => {
                f.write_str(self.here.say("no longer used last, ", "不再排到最后："))?;
                back(f, *why, was, self.here)
            }
        }
    }
}

impl fmt::Display for StandingSentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        pair(f, self.model, self.name, self.here)?;
        match self.standing {
            Standing::Usable => f.write_str(self.here.say("usable", "可用")),
            Standing::Last { why } => last(f, why, self.here),
            Standing::Protected(below) => protected(f, below, self.here),
        }
    }
}

fn pair(f: &mut fmt::Formatter<'_>, model: &str, name: &str, here: Here<'_>) -> fmt::Result {
    match here.language {
        Language::English => write!(f, "{model} of {name}: "),
        Language::Chinese => write!(f, "{name} 的 {model}："),
    }
}

fn protected(f: &mut fmt::Formatter<'_>, below: &Below, here: Here<'_>) -> fmt::Result {
    f.write_str(here.say("protected, ", "受保护，"))?;
    f.write_str(&share(below, Floor::Short, here))?;
    back_at(f, below, here)
}

fn last(f: &mut fmt::Formatter<'_>, below: &Below, here: Here<'_>) -> fmt::Result {
    f.write_str(here.say("used last, week at ", "排到最后使用，本周剩余 "))?;
    f.write_str(&share(below, Floor::Week, here))?;
    back_at(f, below, here)
}

/// Inside the band of the hysteresis the share is not below the floor any more, and the sentence says so.
fn share(below: &Below, floor: Floor, here: Here<'_>) -> String {
    let mut text = here.against_floor(below.remaining, below.floor, floor);
    if !is_below(below.remaining, below.floor) {
        text.push_str(here.say(" again, not by enough yet", "，但还不够多"));
    }
    text
}

fn back_at(f: &mut fmt::Formatter<'_>, below: &Below, here: Here<'_>) -> fmt::Result {
    let Some(at) = below.back_at.map(|at| here.time(at)) else { return Ok(()) };
    match here.language {
        Language::English => write!(f, "; back at {at}"),
        Language::Chinese => write!(f, "；{at} 恢复"),
    }
}

fn back(f: &mut fmt::Formatter<'_>, why: Back, was: &Below, here: Here<'_>) -> fmt::Result {
    match (why, here.language) {
        (Back::Recovered(left), Language::English) => {
            write!(f, "{} left (floor {} %)", here.percent(left), was.floor)
        }
        (Back::Recovered(left), Language::Chinese) => {
            write!(f, "剩余 {}（下限 {}%）", here.percent(left), was.floor)
        }
        (Back::Reset(left), Language::English) => {
            write!(f, "its window was reset, {} left", here.percent(left))
        }
        (Back::Reset(left), Language::Chinese) => write!(f, "额度已重置，剩余 {}", here.percent(left)),
        (Back::SwitchedOff, _) => f.write_str(here.say("protection is off", "保护已关闭")),
        (Back::NotListed, _) => f.write_str(
            here.say("the list of protected models does not mean it any more", "受保护模型的列表不再包括它"),
        ),
        (Back::NotOffered, _) => {
            f.write_str(here.say("the model is not offered any more", "该模型已不再提供"))
        }
        (Back::NoWindow, _) => {
            f.write_str(here.say("no such window binds it any more", "已没有这样的额度窗口约束它"))
        }
    }
}
