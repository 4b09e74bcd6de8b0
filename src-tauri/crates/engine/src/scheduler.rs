//! When background work happens: by period, by a known reset, near a floor, on wake from sleep, when asked.
//!
//! What is done belongs to its owners (quota source, warmups, store). Whether a job is due is decided by our clock;
//! the triggers only wake us.

mod agenda;
mod daily;
mod driver;
mod triggers;

pub use agenda::{Agenda, Job, JobStatus, Why};
pub use driver::{Parts, start};
pub use triggers::{CronTriggers, Triggers};
