//! What is left of a quota, as readings and what follows from them.
//!
//! Knows windows, groups, models and the time it is given. Fetching, caching and the failure cooldown
//! belong to the engine's quota source. Unknown is a third value throughout: never 0, never 100 %.

mod idleness;
mod merge;
mod pace;
mod reading;
mod remaining;
mod window;

pub use idleness::{Glimpse, Idleness, idleness};
pub use merge::{ListPart, Parts, SummaryPart};
pub use pace::Pace;
pub use reading::{Effective, GroupReading, ModelReading, Quota};
pub use remaining::Remaining;
pub use window::{Source, WindowKind, WindowReading, plausible_reset};
