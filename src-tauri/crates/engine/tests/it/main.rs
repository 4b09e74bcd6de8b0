//! The engine from outside: its commands, over the simulated service on a real socket.

#![expect(clippy::unwrap_used, reason = "clippy does not see the shared parts of a test binary as tests")]

mod bench;
mod chance;
mod demo;
mod door;
mod elsewhere;
mod login;
mod notify;
mod pause;
mod protection;
mod proxy;
mod proxy_commands;
mod quota;
mod refused;
mod relay;
mod rounds;
mod schedule;
mod states;
mod tokens;
mod warmup;
