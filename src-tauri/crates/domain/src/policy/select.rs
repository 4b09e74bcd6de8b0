//! Which credential serves a request: who may, in which order, and why nobody may.
//!
//! A [`Lineup`] is drawn up once for a model and holds until something changes; choosing from it costs next to
//! nothing. Waiting, sending and remembering conversations belong to the engine's proxy.

mod choose;
mod lineup;
mod nobody;
mod place;
#[cfg(test)]
mod tests;
mod words;

pub use choose::{Ask, Choice, MOST_TRIED, Why};
pub use lineup::{Inputs, Lineup, Member};
pub use nobody::{Cause, Left, NoCandidate, Out};
pub use place::Place;
pub use words::{ChoiceSentence, OutSentence};
