//! Chat Completions.

mod answer;
mod request;

pub(crate) use answer::{Stream, Whole};
pub(crate) use request::{Manner, read};
