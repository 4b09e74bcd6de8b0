//! `headroom credentials`

use super::login;
use crate::args::{CredentialAction, Credentials};
use crate::exit::{Exit, Failure};
use crate::reach::Place;
use crate::show::{self, Look};
use crate::{input, out};
use engine::Client;
use engine::view::dto::{
    AddKeyArgs, ApiError, CredentialArgs, CredentialChange, CredentialView, Freshness, ProjectArgs,
    QuotaArgs, RenameArgs, WatchArgs,
};

/// Lists credentials, or changes one.
pub async fn run(place: &Place, args: Credentials) -> Result<(), Failure> {
    let json = args.json;
    let by = |id| CredentialArgs { id };
    match args.action.unwrap_or(CredentialAction::List) {
        CredentialAction::List => list(place, json).await,
        CredentialAction::Login { provider, no_browser } => {
            login::run(place, provider, !no_browser, json).await
        }
        CredentialAction::Check { id } => check(place, by(id), json).await,
        CredentialAction::Enable { id } => {
            change(place, json, async |engine| engine.credential_enable(by(id)).await).await
        }
        CredentialAction::Disable { id } => {
            change(place, json, async |engine| engine.credential_disable(by(id)).await).await
        }
        CredentialAction::Remove { id } => {
            change(place, json, async |engine| engine.credential_remove(by(id)).await).await
        }
        CredentialAction::Restore { id } => {
            change(place, json, async |engine| engine.credential_restore(by(id)).await).await
        }
        CredentialAction::Rename { id, label } => {
            let args = RenameArgs { id, label };
            change(place, json, async |engine| engine.credential_rename(args).await).await
        }
        CredentialAction::Project { id, project } => {
            let args = ProjectArgs { id, project };
            change(place, json, async |engine| engine.credential_project(args).await).await
        }
        CredentialAction::Watch { name } => {
            let args = WatchArgs { name };
            change(place, json, async |engine| engine.credential_watch(args).await).await
        }
        CredentialAction::AddKey { name } => {
            let args = AddKeyArgs { name, key: input::secret("API key (not shown): ")? };
            change(place, json, async |engine| engine.credential_add_key(args).await).await
        }
    }
}

async fn list(place: &Place, json: bool) -> Result<(), Failure> {
    // What is known already: listing must not call the service.
    let args = QuotaArgs { freshness: Freshness::Peek, credential: None };
    let document = place.with_engine(async |engine| Ok(engine.quota(args).await?)).await?;
    if json { out::json(&document) } else { out::text(&show::credentials(&document, &Look::of_terminal())) }
}

async fn change(
    place: &Place,
    json: bool,
    work: impl AsyncFnOnce(&Client) -> Result<CredentialChange, ApiError>,
) -> Result<(), Failure> {
    let done = place.with_engine(async |engine| Ok(work(engine).await?)).await?;
    report(&done, json)
}

async fn check(place: &Place, args: CredentialArgs, json: bool) -> Result<(), Failure> {
    let checked = async |engine: &Client| {
        let done = engine.credential_check(args).await?;
        let args = QuotaArgs { freshness: Freshness::Peek, credential: Some(done.id.clone()) };
        let now = engine.quota(args).await?.credentials.into_iter().next();
        Ok((done, now))
    };
    let (done, now) = place.with_engine(checked).await?;
    report(&done, json)?;
    now.map_or(Ok(()), |now| verdict(&now))
}

fn report(change: &CredentialChange, json: bool) -> Result<(), Failure> {
    if json { out::json(change) } else { out::text(&show::change(change, &Look::of_terminal())) }
}

/// Whether a checked credential can be used, else why not.
fn verdict(checked: &CredentialView) -> Result<(), Failure> {
    let usable = ["active", "disabled"].contains(&checked.state.as_str());
    let why = checked.state_reason.as_deref().unwrap_or("the service does not take it");
    match (&checked.failure, &checked.link) {
        (_, Some(link)) if !usable => Err(Failure::new(Exit::NeedsUser, format!("{why} {link}"))),
        (_, None) if !usable => Err(Failure::new(Exit::NeedsUser, why)),
        (Some(failure), _) => Err(Failure::of(&failure.message)),
        (None, _) => Ok(()),
    }
}
