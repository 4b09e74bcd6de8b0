//! Judgements in English.

use super::{Back, Below, Change, Standing, Turn, Which};
use crate::policy::words::{Here, against_floor, percent};
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
        write!(f, "{model} of {}: ", self.name)?;
        match (which, turn) {
            (Which::Short, Turn::Below(below)) => protected(f, below, self.here),
            (Which::Week, Turn::Below(below)) => last(f, below, self.here),
            (Which::Short, Turn::Back { was, why }) => {
                f.write_str("no longer protected, ")?;
                back(f, *why, was)
            }
            (Which::Week, Turn::Back { was, why }) => {
                f.write_str("no longer used last, ")?;
                back(f, *why, was)
            }
        }
    }
}

impl fmt::Display for StandingSentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}: ", self.model, self.name)?;
        match self.standing {
            Standing::Usable => f.write_str("usable"),
            Standing::Last { why } => last(f, why, self.here),
            Standing::Protected(below) => protected(f, below, self.here),
        }
    }
}

fn protected(f: &mut fmt::Formatter<'_>, below: &Below, here: Here<'_>) -> fmt::Result {
    write!(f, "protected, {}", share(below, "floor"))?;
    back_at(f, below, here)
}

fn last(f: &mut fmt::Formatter<'_>, below: &Below, here: Here<'_>) -> fmt::Result {
    write!(f, "used last, week at {}", share(below, "weekly floor"))?;
    back_at(f, below, here)
}

/// Inside the band of the hysteresis the share is not below the floor any more, and the sentence says so.
fn share(below: &Below, floor: &str) -> String {
    let text = format!("{} {floor}", against_floor(below.remaining, below.floor));
    if crate::policy::floor::is_below(below.remaining, below.floor) {
        text
    } else {
        format!("{text} again, not by enough yet")
    }
}

fn back_at(f: &mut fmt::Formatter<'_>, below: &Below, here: Here<'_>) -> fmt::Result {
    below.back_at.map_or(Ok(()), |at| write!(f, "; back at {}", here.time(at)))
}

fn back(f: &mut fmt::Formatter<'_>, why: Back, was: &Below) -> fmt::Result {
    match why {
        Back::Recovered(left) => write!(f, "{} left (floor {} %)", percent(left), was.floor),
        Back::Reset(left) => write!(f, "its window was reset, {} left", percent(left)),
        Back::SwitchedOff => f.write_str("protection is off"),
        Back::NotListed => f.write_str("the list of protected models does not mean it any more"),
        Back::NotOffered => f.write_str("the model is not offered any more"),
        Back::NoWindow => f.write_str("no such window binds it any more"),
    }
}
