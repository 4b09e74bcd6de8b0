//! Choices in English.

use super::choose::{Choice, Why};
use super::nobody::Out;
use crate::policy::words::{Here, against_floor, percent};
use std::fmt;

/// A choice as a sentence: which credential, why this one, and the numbers behind it.
#[derive(Debug, Clone, Copy)]
pub struct ChoiceSentence<'a> {
    /// The choice.
    pub choice: &'a Choice<'a>,
    /// Where it is read.
    pub here: Here<'a>,
}

impl fmt::Display for ChoiceSentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Choice { place, why, of } = self.choice;
        write!(f, "{}: ", place.name)?;
        match why {
            Why::Only => f.write_str("the only candidate")?,
            Why::Sticky => f.write_str("it served this conversation before")?,
            Why::Pinned => f.write_str("you pinned it")?,
            Why::SoonestReset => write!(f, "the soonest reset of {of}")?,
            Why::NoneStarted => write!(f, "no window of {of} is known to run out sooner")?,
            Why::MostRemaining => write!(f, "the most left of {of}")?,
            Why::Turn => write!(f, "its turn among {of}")?,
            Why::FillFirst => write!(f, "the first of {of} that is not empty")?,
            Why::Unknown => f.write_str("of no candidate it is known what is left")?,
            Why::WeeklyLow(below) => {
                write!(
                    f,
                    "all others are out; {} weekly floor",
                    against_floor(below.remaining, below.floor)
                )?;
            }
            Why::Probe => {
                f.write_str("all others are out; a reading shows quota, so this request tries it")?
            }
            Why::SoftFloor(below) => {
                write!(f, "all others are out; {} soft floor", against_floor(below.remaining, below.floor))?;
            }
        }
        match place.remaining {
            Some(left) => write!(f, "; {} left", percent(left))?,
            None => f.write_str("; what is left is unknown")?,
        }
        match place.reset_at {
            Some(reset) => write!(f, " until {}", self.here.time(reset)),
            None => Ok(()),
        }
    }
}

/// Why a credential is out, in words that follow its name.
#[derive(Debug, Clone, Copy)]
pub struct OutSentence<'a> {
    /// Why.
    pub why: &'a Out,
    /// Where it is read.
    pub here: Here<'a>,
}

impl fmt::Display for OutSentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let back = |at| match at {
            Some(at) => format!(", back at {}", self.here.time(at)),
            None => String::new(),
        };
        match self.why {
            Out::State(state) => {
                let reason = state.reason().unwrap_or_default();
                f.write_str(reason.split(". ").next().unwrap_or_default().trim_end_matches('.'))
            }
            Out::NoConsent => f.write_str("you have not agreed to serve other programs with personal logins"),
            Out::NotPinned => f.write_str("another credential is pinned"),
            Out::Empty { back_at } => write!(f, "quota empty{}", back(*back_at)),
            Out::Resting { reason, until } => {
                write!(f, "rests until {} ({})", self.here.time(*until), reason.text())
            }
            Out::Protected(below) => {
                write!(f, "{} floor{}", against_floor(below.remaining, below.floor), back(below.back_at))
            }
        }
    }
}
