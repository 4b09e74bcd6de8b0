//! Claims in English.

use super::{Claim, Ending, Part, Probe};
use crate::policy::words::Here;
use std::fmt;

/// A claim as a sentence: what rests, until when, why, and what ends it.
#[derive(Debug, Clone, Copy)]
pub struct Sentence<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// What people call the credential.
    pub name: &'a str,
    /// Where it is read.
    pub here: Here<'a>,
}

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let claim = self.claim;
        match &claim.scope.part {
            Part::Whole => write!(f, "{}", self.name)?,
            Part::Group(group) => write!(f, "{group} of {}", self.name)?,
            Part::Model(model) => write!(f, "{model} of {}", self.name)?,
        }
        write!(f, " rests until {}: {}", self.here.time(claim.until), claim.reason.text())?;
        match (claim.proof.status, claim.proof.message.as_str()) {
            (0, "") => {}
            (0, words) => write!(f, " ({words})")?,
            (status, "") => write!(f, " (the service answered {status})")?,
            (status, words) => write!(f, " (the service answered {status}: {words})")?,
        }
        let ends: Vec<_> = claim.reason.ends_by().iter().map(|e| ending(*e)).collect();
        write!(f, "; ends {}", ends.join(" or "))?;
        match claim.probe {
            Probe::Shut => Ok(()),
            Probe::Open => f.write_str("; a reading shows quota, the next request may try"),
            Probe::Sent => f.write_str("; a request is trying it now"),
        }
    }
}

fn ending(ending: Ending) -> &'static str {
    match ending {
        Ending::Reset => "at its reset",
        Ending::Time => "by time",
        Ending::Click => "when you clear it",
        Ending::Probe => "with a request that is answered after all",
        Ending::SignIn => "when you sign in again",
    }
}
