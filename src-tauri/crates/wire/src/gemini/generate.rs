//! `:generateContent` and `:streamGenerateContent`.

mod answer;
mod request;

pub use answer::Delivery;

pub(crate) use answer::Native;
pub(crate) use request::{Request, draft_of, read};
