//! What an import would bring: files gathered under limits, and a plan of what becomes of each login in them.
//!
//! Reads files and nothing else. What a file means is `wire`'s business; storing what the plan says is the
//! caller's.

mod archive;
mod budget;
mod collect;
mod gcli2api;
mod manager;
mod plan;
mod settings;

pub use budget::Problem;
pub use collect::{Found, What, collect};
pub use plan::{Known, Planned, plan};
pub use settings::{OtherSettings, settings};

#[cfg(test)]
mod tests;
