//! What Headroom knows and decides, as values and pure functions.
//!
//! No async, no serde, no HTTP, no clock: whoever calls brings the time. The same inputs give the same
//! answers, so a month can be replayed in a second.

pub mod catalogue;
pub mod credential;
pub mod event;
pub mod fault;
pub mod forecast;
pub mod planner;
pub mod policy;
pub mod quota;
pub mod replay;
pub mod settings;
