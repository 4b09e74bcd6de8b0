//! When background work happens. What is done belongs to its owners: quota to the quota source.

mod refresh;

pub use refresh::{RefreshStatus, start};
