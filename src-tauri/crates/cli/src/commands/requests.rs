//! `headroom requests`

use crate::args::Requests;
use crate::exit::Failure;
use crate::out;
use crate::reach::Place;
use crate::show::{self, Look};
use engine::view::dto::{PromptView, RequestPromptsArgs, RequestStatisticsArgs, RequestView, RequestsArgs};
use serde::Serialize;
use std::collections::HashMap;

/// The most that one answer of the engine holds.
const MOST: usize = 1_000;

/// Prints what went through the proxy, or its sums.
pub async fn run(place: &Place, args: Requests) -> Result<(), Failure> {
    let Requests { since, credential, key, model, outcome, stats, prompts, delete_prompts, json } = args;
    if delete_prompts {
        let gone = place.with_engine(async |engine| Ok(engine.prompts_delete().await?)).await?;
        return if json { out::json(&gone) } else { out::text(&show::prompts_deleted(gone)) };
    }
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
    let (found, said) = place
        .with_engine(async |engine| {
            let found = engine.requests(request).await?;
            let kept = found.iter().filter(|one| prompts && one.has_prompt).map(|one| one.id.clone());
            let args = RequestPromptsArgs { requests: kept.collect() };
            let said = if args.requests.is_empty() { vec![] } else { engine.request_prompts(args).await? };
            Ok((found, said))
        })
        .await?;
    if found.len() >= MOST {
        out::message(&format!("Only the newest {MOST} are shown; a filter or a later --since narrows it."));
    }
    let look = Look::of_terminal();
    match (prompts, json) {
        (false, false) => out::text(&show::requests(&found, since.as_deref(), &look)),
        (false, true) => out::json(&found),
        (true, json) => {
            let said = Spoken::join(found, said);
            if json {
                return out::json(&said);
            }
            let pairs: Vec<_> = said.iter().map(|one| (&one.request, one.prompt.as_ref())).collect();
            out::text(&show::prompts(&pairs, since.as_deref(), &look))
        }
    }
}

/// A request with what was said in it. Not `Debug`: it is the user's own conversation.
#[derive(Serialize)]
struct Spoken {
    #[serde(flatten)]
    request: RequestView,
    /// `None` where it is not kept.
    prompt: Option<PromptView>,
}

impl Spoken {
    fn join(requests: Vec<RequestView>, prompts: Vec<PromptView>) -> Vec<Self> {
        let mut by_id: HashMap<_, _> = prompts.into_iter().map(|one| (one.request.clone(), one)).collect();
        let join = |request: RequestView| Self { prompt: by_id.remove(&request.id), request };
        requests.into_iter().map(join).collect()
    }
}
