//! The one owner of live state: credentials, their quota, what the user should know.
//!
//! Reads are a snapshot, writes are notes. Nothing here calls out; durable truth is the store's.

mod foresight;
mod handle;
mod note;
mod state;

pub use foresight::{Foresight, PlannedStart};
pub use handle::Ledger;
pub use note::{Change, Note, OwnPair};
pub use state::{Drained, Failure, Known, Level, Notice, State};
