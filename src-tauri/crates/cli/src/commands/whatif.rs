//! `headroom whatif`

use crate::exit::{Exit, Failure};
use crate::out;
use crate::reach::Place;
use crate::show::{self, Look};
use engine::view::dto::{WhatIf, WhatIfArgs};
use std::path::Path;

/// Compares warmup policies over a trace, or over what this engine recorded.
pub async fn run(
    place: &Place,
    trace: Option<&Path>,
    since: Option<String>,
    json: bool,
) -> Result<(), Failure> {
    let compared = match trace {
        Some(trace) => of_file(trace)?,
        None => {
            place
                .with_engine(async |engine| Ok(engine.whatif(WhatIfArgs { since, only: None }).await?))
                .await?
        }
    };
    if json { out::json(&compared) } else { out::text(&show::whatif(&compared, &Look::of_terminal())) }
}

fn of_file(trace: &Path) -> Result<WhatIf, Failure> {
    let bytes = if trace.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).map_err(Failure::of)?;
        bytes
    } else {
        std::fs::read(trace).map_err(|e| Failure::of(format!("{} cannot be read: {e}", trace.display())))?
    };
    engine::whatif::of_file(&bytes).map_err(|e| Failure::new(Exit::Usage, e.to_string()))
}
