//! `headroom warmup`

mod consent;
mod progress;
mod verdict;

use crate::args::Warmup;
use crate::exit::{Exit, Failure};
use crate::out;
use crate::reach::Place;
use crate::show::{self, Look};
use engine::Client;
use engine::view::dto::{ErrorCode, Freshness, QuotaArgs, WarmupArgs, WarmupRound};
use verdict::{Named, Needy};

/// Warms up now, or says what a warmup would do.
pub async fn run(place: &Place, args: Warmup) -> Result<(), Failure> {
    let request = request(&args)?;
    let named = args.credential.clone().map(|credential| Named { credential, model: args.model.clone() });
    let done = place.with_engine_to_end(async |engine| warm(engine, request).await).await?;
    if args.json {
        out::json(&done.round)?;
    } else {
        out::text(&show::warmup(&done.round, done.short_lived, &Look::of_terminal()))?;
    }
    if done.interrupted {
        let WarmupRound { done, total, .. } = &done.round;
        return Err(Failure::of(format!("stopped before it was done: {done} of {total} requests were made")));
    }
    verdict::of(&done.round, named.as_ref(), &done.needy)
}

fn request(args: &Warmup) -> Result<WarmupArgs, Failure> {
    let by_hand = args.all || args.credential.is_some();
    if !by_hand && !args.dry_run {
        return Err(Failure::new(
            Exit::Usage,
            "say what to warm up: --credential ID or --all; --dry-run shows what the automatic scan would do",
        ));
    }
    if !by_hand && args.force {
        return Err(Failure::new(
            Exit::Usage,
            "--force is for a warmup by hand: name a credential with --credential ID, or say --all",
        ));
    }
    Ok(WarmupArgs {
        credential: args.credential.clone(),
        model: args.model.clone(),
        pairs: Vec::new(),
        all: args.all,
        dry_run: args.dry_run,
        force: args.force,
        automatic: !by_hand,
        agreed: args.agree,
    })
}

/// What a warmup left.
struct Done {
    round: WarmupRound,
    /// Ctrl-C stopped it.
    interrupted: bool,
    /// The engine ends with this command: nobody reads what came of it.
    short_lived: bool,
    /// Credentials that wait for the user.
    needy: Vec<Needy>,
}

async fn warm(engine: &Client, mut request: WarmupArgs) -> Result<Done, Failure> {
    if request.automatic {
        // A rehearsal reads nothing, and a short-lived engine knows nothing.
        quota(engine, Freshness::Cached).await?;
    }
    let mut made = progress::round(engine, request.clone()).await;
    if let Err(error) = &made
        && error.code == ErrorCode::NeedsConsent
    {
        consent::ask(&error.message).await?;
        request.agreed = true;
        made = progress::round(engine, request).await;
    }
    let (round, interrupted) = made?;
    let needy = quota(engine, Freshness::Peek).await?;
    Ok(Done { round, interrupted, short_lived: matches!(engine, Client::Local(_)), needy })
}

async fn quota(engine: &Client, freshness: Freshness) -> Result<Vec<Needy>, Failure> {
    let document = engine.quota(QuotaArgs { freshness, credential: None }).await?;
    let needy = document.credentials.into_iter().filter(|credential| credential.needs_user);
    Ok(needy.map(|c| Needy { id: c.id, name: c.name, reason: c.state_reason, link: c.link }).collect())
}
