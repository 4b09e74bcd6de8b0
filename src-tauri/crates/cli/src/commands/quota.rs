//! `headroom quota`

use crate::args::Quota;
use crate::exit::Failure;
use crate::out;
use crate::reach::Place;
use crate::show::{self, Line, Look, Need};
use engine::view::dto::{Freshness, QuotaArgs, QuotaDocument};

/// Prints every credential, model and window, or as much of that as was asked for.
pub async fn run(place: &Place, args: Quota) -> Result<(), Failure> {
    // Before anything is asked of the service: what is written wrong is wrong whatever it says.
    let needs = args.need.iter().map(|text| Need::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let line = args.format.as_deref().map(|form| Line::parse(form, args.for_json)).transpose()?;
    let freshness = if args.refresh { Freshness::Refreshed } else { Freshness::Cached };
    let request = QuotaArgs { freshness, credential: args.credential };
    let document = place.with_engine(async |engine| Ok(engine.quota(request).await?)).await?;
    let look = Look::of_terminal();
    if !needs.is_empty() {
        return needs.iter().try_for_each(|need| need.check(&document, &look));
    }
    match line {
        Some(line) if args.each => out::text(&each(&line, document, &look)),
        Some(line) => out::text(&format!("{}\n", line.write(&document, &look))),
        None if args.json => out::json(&document),
        None => out::text(&show::quota(&document, &look)),
    }
}

fn each(line: &Line, document: QuotaDocument, look: &Look) -> String {
    let QuotaDocument { at, sentence, lasts, demo, credentials } = document;
    credentials
        .into_iter()
        .map(|one| {
            let (at, sentence, lasts) = (at.clone(), sentence.clone(), lasts.clone());
            let alone = QuotaDocument { at, sentence, lasts, demo, credentials: vec![one] };
            format!("{}\n", line.write(&alone, look))
        })
        .collect()
}
