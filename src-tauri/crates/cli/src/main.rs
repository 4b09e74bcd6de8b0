//! `headroom`: the engine on the command line, without any window.
//!
//! Owns arguments, terminal output and exit codes. Everything that happens, happens in `engine`: in a running
//! one where there is one, else in one that lives as long as the command.

mod args;
mod bundle;
mod commands;
mod exit;
mod input;
mod out;
mod page;
mod reach;
mod show;
mod signals;

use args::Args;
use clap::Parser;
use exit::Failure;
use std::alloc::System;
use std::process::ExitCode;
use std::time::Duration;
use zeroizing_alloc::ZeroAlloc;

/// Overwrites what is freed: a secret passes through buffers of libraries that do not.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    let args = Args::parse();
    hide_panic_text();
    let done = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Failure::of);
    let done = done.and_then(|runtime| {
        let done = runtime.block_on(commands::run(args));
        // A thread that waits for the keychain or the terminal must not hold the program up.
        runtime.shutdown_timeout(Duration::from_millis(500));
        done
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            out::failure(&failure);
            failure.exit.into()
        }
    }
}

// The text of a panic may quote what was being handled; where it happened is enough to find the fault.
fn hide_panic_text() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        out::message(&format!("A fault in Headroom itself at {place}."));
    }));
}
