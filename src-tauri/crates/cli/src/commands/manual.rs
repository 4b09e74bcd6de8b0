//! The manual pages: what `--help` says, in the form of `man`. For packages.

use crate::args::Args;
use crate::exit::Failure;
use clap::CommandFactory;
use std::path::Path;

/// Writes one page a command.
pub fn run(dir: &Path) -> Result<(), Failure> {
    clap_mangen::generate_to(Args::command(), dir)
        .map_err(|error| Failure::of(format!("cannot write into {}: {error}", dir.display())))
}
