//! `headroom history`

use crate::args::History;
use crate::exit::Failure;
use crate::out;
use crate::reach::Place;
use crate::show::{self, Look};
use engine::Client;
use engine::view::dto::{Freshness, HistoryArgs, QuotaArgs};

/// Prints what was measured and done.
pub async fn run(place: &Place, args: History) -> Result<(), Failure> {
    let History { credential, since, json, csv } = args;
    let request = HistoryArgs { credential, since };
    let read = async |engine: &Client| {
        let history = engine.history(request).await?;
        // For the credentials' names: what is known already.
        let names = QuotaArgs { freshness: Freshness::Peek, credential: None };
        Ok((history, engine.quota(names).await?))
    };
    let (history, names) = place.with_engine(read).await?;
    match csv {
        Some(table) => out::text(&show::csv(&history, &table)),
        None if json => out::json(&history),
        None => out::text(&show::history(&history, &names, &Look::of_terminal())),
    }
}
