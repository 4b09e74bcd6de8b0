//! The formats of the outside world, in and out.
//!
//! Bytes become values of `domain`, requests become bytes. Knows no async, no HTTP client, no clock and no file
//! system: whoever calls brings the bytes and the time. Every parser takes what it knows and ignores the rest; a
//! field that is missing or of the wrong type degrades its own item alone, never the whole answer.

pub mod answer;
pub mod anthropic;
pub mod bad_request;
pub mod convert;
pub mod credential_file;
pub mod date;
pub mod dialect;
pub mod duration;
pub mod excerpt;
pub mod fault;
mod field;
pub mod gemini;
mod json;
pub mod link;
pub mod openai;
pub mod refusal;
pub mod schema;
pub mod signature;
pub mod sse;
pub mod tool_name;
pub mod trace;
pub mod upstream;
pub mod warmup;
