//! Keeps the last of a quota back: which pairs of credential and model are below a floor.
//!
//! The floor of the short window takes a credential out for the model; that of the weekly window only puts it
//! last. Once below, a pair comes back a few points higher, so that it does not flicker. Unknown quota changes
//! nothing. Taking a protected pair out of routing, and keeping this state over a restart, are the engine's.

mod early;
mod judge;
mod last_resort;
mod measure;
mod rules;
mod step;
mod words;

pub use early::{Early, Outlook};
pub use judge::{Back, Change, Judgement, Turn, judge};
pub use last_resort::{LastResort, last_resort};
pub use measure::Which;
pub(crate) use measure::weekly_window;
pub use rules::Rules;
pub use step::{Unseen, reporting_step, unseen};
pub use words::{ChangeSentence, StandingSentence};

use crate::credential::CredentialId;
use crate::quota::Remaining;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What holds for every pair that was judged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Protection {
    pairs: BTreeMap<CredentialId, Pairs>,
}

/// The models of one credential that are below a floor.
pub type Pairs = BTreeMap<String, Held>;

/// Below which floors a pair is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// The short window's (or, where no length is known, the single number's): protected.
    pub short: Option<Below>,
    /// The weekly window's: used last.
    pub week: Option<Below>,
}

impl Held {
    /// What routing has to know of it.
    #[must_use]
    pub fn standing(self) -> Standing {
        match self {
            Self { short: Some(below), .. } => Standing::Protected(below),
            Self { short: None, week: Some(why) } => Standing::Last { why },
            Self { short: None, week: None } => Standing::Usable,
        }
    }
}

/// A share below a floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Below {
    /// The floor in percent.
    pub floor: u32,
    /// What was left at the last reading.
    pub remaining: Remaining,
    /// When the window refills, if that is known. The pair is back with the reading after it.
    pub back_at: Option<Timestamp>,
    /// Since when.
    pub since: Timestamp,
}

/// What routing has to know of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing speaks against it.
    Usable,
    /// Its week is below the weekly floor: after all others.
    Last {
        /// By how much.
        why: Below,
    },
    /// Below the floor: not used.
    Protected(Below),
}

impl Protection {
    /// What routing has to know of a pair. What was never judged is usable.
    #[must_use]
    pub fn standing(&self, credential: &CredentialId, model: &str) -> Standing {
        self.of(credential).and_then(|pairs| pairs.get(model)).copied().unwrap_or_default().standing()
    }

    /// What held for a credential before, to be judged again.
    #[must_use]
    pub fn of(&self, credential: &CredentialId) -> Option<&Pairs> {
        self.pairs.get(credential)
    }

    /// Takes what a credential was judged to.
    pub fn put(&mut self, credential: &CredentialId, pairs: Pairs) {
        if pairs.is_empty() {
            self.pairs.remove(credential);
        } else {
            self.pairs.insert(credential.clone(), pairs);
        }
    }

    /// Everything that is below a floor, to be stored.
    pub fn iter(&self) -> impl Iterator<Item = (&CredentialId, &str, &Held)> {
        self.pairs
            .iter()
            .flat_map(|(credential, pairs)| pairs.iter().map(move |(m, held)| (credential, m.as_str(), held)))
    }
}

impl FromIterator<(CredentialId, String, Held)> for Protection {
    /// As it was stored.
    fn from_iter<I: IntoIterator<Item = (CredentialId, String, Held)>>(stored: I) -> Self {
        let mut all = Self::default();
        for (credential, model, held) in stored {
            all.pairs.entry(credential).or_default().insert(model, held);
        }
        all
    }
}

#[cfg(test)]
mod tests;
