//! `headroom requests`

use crate::args::Requests;
use crate::exit::Failure;
use crate::out;
use crate::reach::Place;
use crate::show::{self, Look};
use engine::view::dto::{RequestStatisticsArgs, RequestsArgs};

/// The most that one answer of the engine holds.
const MOST: usize = 1_000;

/// Prints what went through the proxy, or its sums.
pub async fn run(place: &Place, args: Requests) -> Result<(), Failure> {
    let Requests { since, credential, key, model, outcome, stats, json } = args;
    if stats {
        let request = RequestStatisticsArgs { since: since.clone() };
        let sums = place.with_engine(async |engine| Ok(engine.request_statistics(request).await?)).await?;
        let since = since.as_deref();
        return if json {
            out::json(&sums)
        } else {
            out::text(&show::statistics(&sums, since, &Look::of_terminal()))
        };
    }
    let request = RequestsArgs { since: since.clone(), limit: None, credential, key, model, outcome };
    let found = place.with_engine(async |engine| Ok(engine.requests(request).await?)).await?;
    if found.len() >= MOST {
        out::message(&format!("Only the newest {MOST} are shown; a filter or a later --since narrows it."));
    }
    if json {
        out::json(&found)
    } else {
        out::text(&show::requests(&found, since.as_deref(), &Look::of_terminal()))
    }
}
