//! Responses.

mod answer;
mod item;
mod request;

pub(crate) use answer::Machine;
pub(crate) use request::read;
