//! When to start a window, so that it comes back when the person needs it.
//!
//! Learns the person's day from what was asked for, and finds the starts that serve most on days like the one
//! ahead. Knows no clock, no store and no upstream. It plans; sending, and the table of reasons, belong to
//! `policy::warmup`.

mod days;
mod gained;
mod log;
mod plan;
mod starts;
mod week;

pub use days::Days;
pub use gained::gained;
pub use log::{BIN, DemandLog};
pub use plan::{Asked, Hold, Known, Long, Plan, Short, plan};
pub use starts::{Curves, Starts};
