//! What an import would bring: files gathered under limits, and a plan of what becomes of each login in them.
//!
//! Reads files and nothing else. What a file means is `wire`'s business; storing what the plan says is the
//! caller's.

mod archive;
mod budget;
mod collect;
mod plan;

pub use budget::Problem;
pub use collect::{Found, collect};
pub use plan::{Known, Planned, plan};

#[cfg(test)]
mod tests;
