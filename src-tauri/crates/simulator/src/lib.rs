//! A stand-in for the upstream: one HTTP server on a loopback port that behaves like the quota services do.
//!
//! It plays a [`Scenario`] (accounts, their quota, keys, faults) by its own clock and logs every call. It has its own
//! idea of every format, taken from the captured bodies, and imports nothing of the program it stands in for: what it
//! accepts and answers checks that program instead of echoing it.
//!
//! Nothing in it is meant to be reached from outside this machine; every token and key it knows is invented.

mod account;
mod assist;
mod buckets;
mod calls;
mod catalogue;
mod change;
mod clock;
mod control;
mod core;
mod errors;
mod fault;
mod generation;
mod models;
mod oauth;
mod onboarding;
mod pool;
mod refusal;
mod reply;
mod request;
mod scenario;
mod server;
mod share;
mod simulator;
mod span;
mod stream;
mod studio;
mod summary;
mod tasks;
mod tier;
mod tokens;
mod window;
mod wire;
mod world;

pub use calls::{Call, CallKind, End};
pub use catalogue::Group;
pub use change::{AccountChange, Change};
pub use clock::SimClock;
pub use errors::error_names;
pub use fault::{Fault, FaultError, FaultKind};
pub use refusal::Refusal;
pub use scenario::{
    AccountKind, AccountSpec, ApiKeySpec, ApiKeyState, BucketSpec, Flag, LineEnding, ListShape, ModelSpec,
    OAuthClient, Onboarded, OnboardingSpec, Options, Scenario, ScenarioError, Split, StreamOptions,
    SummaryShape, Tier, WindowSpec,
};
pub use simulator::{BrokenConnection, Simulator, SimulatorError};
pub use span::Offset;
pub use stream::stream_names;
