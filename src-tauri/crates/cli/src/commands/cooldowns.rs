//! `headroom cooldowns`

use crate::args::{CooldownAction, Cooldowns};
use crate::exit::Failure;
use crate::out;
use crate::reach::Place;
use crate::show::{self, Look};
use engine::view::dto::CooldownArgs;
use serde::Serialize;

/// Lists what rests, or ends a rest.
pub async fn run(place: &Place, args: Cooldowns) -> Result<(), Failure> {
    match args.action.unwrap_or(CooldownAction::List) {
        CooldownAction::List => {
            let rests = place.with_engine(async |engine| Ok(engine.cooldowns().await?)).await?;
            if args.json {
                out::json(&rests)
            } else {
                out::text(&show::cooldowns(&rests, &Look::of_terminal()))
            }
        }
        CooldownAction::Clear { id } => {
            let request = CooldownArgs { id: id.clone() };
            place.with_engine(async |engine| Ok(engine.cooldown_clear(request).await?)).await?;
            if args.json { out::json(&Cleared { id, cleared: true }) } else { out::text(&show::cleared(&id)) }
        }
    }
}

/// What a script reads after a rest was ended.
#[derive(Serialize)]
struct Cleared {
    id: String,
    cleared: bool,
}
