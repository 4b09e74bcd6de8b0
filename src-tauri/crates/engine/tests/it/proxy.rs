//! The proxy from outside: clients of every dialect over real sockets, the simulated service behind it.

mod dialects;
mod failing;
mod guarding;
mod leaving;
mod limits;
mod pressing;
mod prompts;
mod recording;
mod relayed;
mod routing;
mod switching;
mod vectors;

pub use crate::door::*;
