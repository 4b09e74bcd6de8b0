//! From a client's request to the upstream's, and from the upstream's answer to the client's: what all dialects share.
//!
//! A dialect reads its request into a [`Draft`], which knows nothing of a credential yet; [`generate`] makes the bytes
//! for one [`Target`] of it, again for each credential that is tried. The answer goes through an
//! [`crate::answer::Answer`]. No step waits, asks the time or invents an id: those are arguments.

mod bytes;
mod config;
mod data_url;
mod draft;
mod pairs;
mod part;
mod repair;
mod request;
mod signing;
mod target;
mod text;
mod thinking;
mod tools;
mod turns;

pub use bytes::mend;
pub use draft::Draft;
pub use repair::Repair;
pub use request::{Envelope, Prepared, count_tokens, generate, read_count};
pub use target::{Family, Target};

pub(crate) use bytes::{compact, object};
pub(crate) use data_url::{data_url, is_media_type};
pub(crate) use draft::{Choice, Format, Function, ImageWish, MOST_ANSWERS, Sampling};
pub(crate) use part::{Blob, Call, Data, Outcome, Part, Response, Turn, Who};
pub(crate) use text::{Said, Several, Text, Whole};
pub(crate) use thinking::{Effort, Native, Thinking};
