//! `headroom whatif`

use crate::exit::{Exit, Failure};
use crate::out;
use crate::show::{self, Look};
use std::path::Path;

/// Compares warmup policies over a trace.
pub fn run(trace: &Path, json: bool) -> Result<(), Failure> {
    let bytes = if trace.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).map_err(Failure::of)?;
        bytes
    } else {
        std::fs::read(trace).map_err(|e| Failure::of(format!("{} cannot be read: {e}", trace.display())))?
    };
    let compared = engine::whatif::of_file(&bytes).map_err(|e| Failure::new(Exit::Usage, e.to_string()))?;
    if json { out::json(&compared) } else { out::text(&show::whatif(&compared, &Look::of_terminal())) }
}
