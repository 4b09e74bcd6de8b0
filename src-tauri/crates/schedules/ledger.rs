//! The engine's ledger, with rests as its state.

use domain::policy::cooldown::{Claim, Cooldowns};

#[derive(Debug, Clone, Default)]
pub struct State {
    pub cooldowns: Cooldowns,
    pub notes: usize,
}

#[derive(Debug, Clone)]
pub enum Note {
    Claim(Box<Claim>),
    Half,
}

impl State {
    /// The one that rests.
    pub fn credential_count(&self) -> usize {
        1
    }

    pub fn apply(&mut self, note: Note) {
        match note {
            Note::Claim(claim) => drop(self.cooldowns.add(*claim)),
            Note::Half => self.notes += 1,
        }
    }
}

#[path = "../engine/src/ledger/handle.rs"]
#[expect(dead_code, reason = "a part of it is enough here")]
mod handle;
pub use handle::Ledger;
