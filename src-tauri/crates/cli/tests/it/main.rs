//! The real program against the simulated service: exit codes, output, and what a terminal or a script sees.
//!
//! Each test has an installation of its own; the service runs in the test's process.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

mod canaries;
mod credentials;
mod doctor;
mod harness;
mod importing;
mod ledger;
mod memory;
mod moving;
mod output;
mod proxy;
mod scale;
mod scripts;
mod serving;
mod settings;
mod together;
mod troubles;
mod usage;
mod warmup;
