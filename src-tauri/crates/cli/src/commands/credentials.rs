//! `headroom credentials`

use super::login;
use crate::args::{CredentialAction, Credentials};
use crate::exit::Failure;
use crate::reach::Place;
use crate::show::{self, Look};
use crate::{input, out};
use engine::view::dto::{
    AddKeyArgs, CredentialArgs, CredentialChange, Freshness, ProjectArgs, QuotaArgs, RenameArgs,
};

/// Lists credentials, or changes one.
pub async fn run(place: &Place, args: Credentials) -> Result<(), Failure> {
    let json = args.json;
    let by = |id| CredentialArgs { id };
    let done = match args.action.unwrap_or(CredentialAction::List) {
        CredentialAction::List => return list(place, json).await,
        CredentialAction::Login { provider, no_browser } => {
            return login::run(place, provider, !no_browser, json).await;
        }
        CredentialAction::Enable { id } => {
            place.with_engine(async |engine| Ok(engine.credential_enable(by(id)).await?)).await
        }
        CredentialAction::Disable { id } => {
            place.with_engine(async |engine| Ok(engine.credential_disable(by(id)).await?)).await
        }
        CredentialAction::Remove { id } => {
            place.with_engine(async |engine| Ok(engine.credential_remove(by(id)).await?)).await
        }
        CredentialAction::Restore { id } => {
            place.with_engine(async |engine| Ok(engine.credential_restore(by(id)).await?)).await
        }
        CredentialAction::Check { id } => {
            place.with_engine(async |engine| Ok(engine.credential_check(by(id)).await?)).await
        }
        CredentialAction::Rename { id, label } => {
            let args = RenameArgs { id, label };
            place.with_engine(async |engine| Ok(engine.credential_rename(args).await?)).await
        }
        CredentialAction::Project { id, project } => {
            let args = ProjectArgs { id, project };
            place.with_engine(async |engine| Ok(engine.credential_project(args).await?)).await
        }
        CredentialAction::AddKey { name } => {
            let args = AddKeyArgs { name, key: input::secret("API key (not shown): ")? };
            place.with_engine(async |engine| Ok(engine.credential_add_key(args).await?)).await
        }
    }?;
    report(&done, json)
}

async fn list(place: &Place, json: bool) -> Result<(), Failure> {
    // What is known already: listing must not call the service.
    let args = QuotaArgs { freshness: Freshness::Peek, credential: None };
    let document = place.with_engine(async |engine| Ok(engine.quota(args).await?)).await?;
    if json { out::json(&document) } else { out::text(&show::credentials(&document, &Look::of_terminal())) }
}

fn report(change: &CredentialChange, json: bool) -> Result<(), Failure> {
    if json { out::json(change) } else { out::text(&show::change(change, &Look::of_terminal())) }
}
