//! The parsers against the fixtures and vectors of the contract, against damaged versions of them, and against
//! whatever a generator thinks of.

#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "clippy knows tests by their attribute and misses what they share; a case that does not fit ends its test"
)]

mod answers;
mod asking;
mod before_tools;
mod clients;
mod conversations;
mod credentials;
mod decisions;
mod dialogues;
mod discovery;
mod drift;
mod durations;
mod fixture;
mod mapping;
mod oauth;
mod properties;
mod quota;
mod refusing;
mod requests;
mod rules;
mod schema;
mod secrets;
mod signatures;
mod streaming;
mod upstream;
