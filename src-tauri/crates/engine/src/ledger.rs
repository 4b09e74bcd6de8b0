//! The one owner of live state: credentials, their quota, what the user should know.
//!
//! Reads are a snapshot, writes are notes. Nothing here calls out; durable truth is the store's.

mod foresight;
mod handle;
mod state;

pub use foresight::{Foresight, PlannedStart};
pub use handle::Ledger;
pub use state::{Change, Drained, Failure, Known, Level, Note, Notice, OwnPair, State};
