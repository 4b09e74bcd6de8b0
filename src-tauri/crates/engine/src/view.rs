//! What a reader outside the engine may see: window, tray, command line, scripts.
//!
//! The only types that serialise. Nothing here can hold a secret.

pub mod dto;
pub mod quota;
pub mod sentence;
pub mod tray;
