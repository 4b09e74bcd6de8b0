//! `headroom doctor`

use crate::exit::Failure;
use crate::out;
use crate::reach::Place;
use crate::show::{self, Look};

/// Prints every check; fails when one did.
pub async fn run(place: &Place, json: bool) -> Result<(), Failure> {
    let checks = place.with_engine(async |engine| Ok(engine.doctor().await?)).await?;
    if json {
        out::json(&checks)?;
    } else {
        out::text(&show::checks(&checks, &Look::of_terminal()))?;
    }
    match checks.iter().filter(|check| check.level == "error").count() {
        0 => Ok(()),
        1 => Err(Failure::of("one check failed; its advice says what to do")),
        several => Err(Failure::of(format!("{several} checks failed; their advice says what to do"))),
    }
}
