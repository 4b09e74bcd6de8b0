//! The simulator over real sockets.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what fails here fails its test; functions around the tests count as none"
)]

mod accounts;
mod bench;
mod demo;
mod faults;
mod generation;
mod levers;
mod oauth;
mod quota;
mod refusals;
mod streams;
mod studio;
mod validation;
