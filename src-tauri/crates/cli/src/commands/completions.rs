//! `headroom completions`

use crate::args::Args;
use crate::exit::Failure;
use crate::out;
use clap::CommandFactory;
use clap_complete::Shell;

/// Prints the script.
pub fn run(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "headroom", &mut script);
    out::bytes(&script)
}
