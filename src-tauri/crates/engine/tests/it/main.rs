//! The engine from outside: its commands, over the simulated service on a real socket.

mod bench;
mod login;
mod quota;
mod states;
mod tokens;
