//! The local API that other programs speak to, over the user's own credentials.
//!
//! Formats are `wire`'s, whom a request goes to is `domain::policy`'s decision, what is remembered is `store`'s.

pub mod client_keys;
pub mod consent;
pub mod keys;
pub mod log;
pub mod state;

pub use client_keys::ClientKeys;
pub use state::ProxyState;
