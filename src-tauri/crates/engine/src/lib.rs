//! The engine: everything that happens. Owns tasks, sockets, the database and the live state.
//!
//! Decisions are `domain`'s, formats are `wire`'s; windows, tray and terminal belong to the programs.

pub mod api;
pub mod archive;
pub mod client;
pub mod clock;
pub mod connect;
pub mod control;
pub mod credentials;
mod demo;
pub mod doctor;
mod hooks;
pub mod host;
pub mod import;
pub mod journal;
pub mod ledger;
mod listener;
pub mod lock;
pub mod logging;
pub mod login;
mod metrics;
pub mod notify;
pub mod pause;
mod planner;
pub mod proxy;
pub mod quota;
mod refusals;
mod runtime;
pub mod scheduler;
pub mod secrets;
pub mod settings;
pub mod store;
mod sync;
pub mod tasks;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod upstream;
pub mod view;
mod warmup;
pub mod whatif;

/// The program's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

pub use client::Client;
pub use clock::Clock;
pub use host::{Demo, Flags, Host, Mode, Opened, Options, StartError, Time, default_data_dir, open};
