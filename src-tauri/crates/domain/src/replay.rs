//! Plays recorded demand against the rules of the service, with one policy or another starting windows.
//!
//! Knows windows, demand and the moments at which a policy may act. Deciding well is the policy's part; reading
//! trace files belongs to `wire`. Nothing here sends, and a policy hears of a request only once it has happened.

mod allowance;
mod bound;
mod planned;
mod policies;
mod run;

mod trace;
mod world;

pub use allowance::Allowance;
pub use bound::{Bound, bound};
pub use planned::Planned;
pub use policies::{Fixed, Idle};
pub use run::{Outcome, Policy, Warmup, run, run_in, served_with};

pub use trace::{Login, Request, Size, Trace};
pub use world::{Order, Pool, Window, World};
