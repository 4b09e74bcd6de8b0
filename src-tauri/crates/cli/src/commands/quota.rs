//! `headroom quota`

use crate::exit::Failure;
use crate::out;
use crate::reach::Place;
use crate::show::{self, Look};
use engine::view::dto::{Freshness, QuotaArgs};

/// Prints every credential, model and window.
pub async fn run(place: &Place, refresh: bool, json: bool) -> Result<(), Failure> {
    let freshness = if refresh { Freshness::Refreshed } else { Freshness::Cached };
    let args = QuotaArgs { freshness, credential: None };
    let document = place.with_engine(async |engine| Ok(engine.quota(args).await?)).await?;
    if json { out::json(&document) } else { out::text(&show::quota(&document, &Look::of_terminal())) }
}
