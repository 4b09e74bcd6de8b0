//! Decisions, each a pure function of what is known and the time.
//!
//! Every decision names its reason as data with the inputs that led to it. The same value drives whoever acts,
//! the log line, the ledger, the command line and the screen; the `words` modules say it in English.

pub mod alias;
pub mod catchup;
pub mod cooldown;
pub mod exceptions;
pub mod floor;
pub mod models;
pub mod notify;
pub mod pair;
pub mod pause;
pub mod protection;
pub mod refresh;
pub mod select;
pub mod warmup;
pub mod words;

#[cfg(test)]
mod testing;
