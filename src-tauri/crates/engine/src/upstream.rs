//! Calls to the service: who may call when, with which token, on which host.
//!
//! What an answer means is `wire`'s and `domain`'s; when to ask is the quota source's and the scheduler's.

mod call;
mod client;
mod generation;
mod hosts;
mod incoming;
mod pacer;
pub(crate) mod single_flight;
mod token;
mod transport;

pub use call::{Answer, CallError};
pub use client::{Api, Upstream};
pub use incoming::Incoming;
pub use pacer::{Pacer, Urgency};
pub use token::{TokenError, Tokens, client_of, pack, provider_owner};
pub use transport::{Network, Transport};
