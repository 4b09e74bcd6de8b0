//! The one place that reads quota. Give it credentials and how fresh the answer must be; what it learns
//! goes to the ledger, in memory only.
//!
//! When to read belongs to the scheduler and the user; what numbers mean to `domain::quota`.

mod agy;
mod discovery;
mod failure;
mod landing;
mod samples;
mod source;
mod steps;
mod usage;

pub use source::{Parts, QuotaSource};
