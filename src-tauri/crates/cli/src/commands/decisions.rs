//! `headroom decisions`

use crate::args::Decisions;
use crate::exit::Failure;
use crate::out;
use crate::reach::Place;
use crate::show::{self, Look};
use engine::view::dto::DecisionsArgs;

/// The most that one answer of the engine holds.
const MOST: usize = 1_000;

/// Prints the ledger, the newest first.
pub async fn run(place: &Place, args: Decisions) -> Result<(), Failure> {
    let Decisions { since, credential, kind, search, json } = args;
    let request = DecisionsArgs { since: since.clone(), credential, kind, search, limit: None };
    let found = place.with_engine(async |engine| Ok(engine.decisions(request).await?)).await?;
    if found.len() >= MOST {
        out::message(&format!(
            "Only the newest {MOST} are shown; --search, --kind or a later --since narrow it."
        ));
    }
    if json {
        out::json(&found)
    } else {
        out::text(&show::decisions(&found, since.as_deref(), &Look::of_terminal()))
    }
}
