//! The formats of the outside world, in and out.
//!
//! Bytes become values of `domain`, requests become bytes. Knows no async, no HTTP client, no clock and no file
//! system: whoever calls brings the bytes and the time. Every parser takes what it knows and ignores the rest; a
//! field that is missing or of the wrong type degrades its own item alone, never the whole answer.

pub mod credential_file;
pub mod date;
pub mod duration;
pub mod fault;
mod field;
mod json;
pub mod link;
pub mod schema;
pub mod sse;
pub mod upstream;
pub mod warmup;
