//! `headroom connect`

use crate::args::Connect;
use crate::exit::Failure;
use crate::reach::Place;
use crate::show::{self, Look};
use crate::{input, out};
use engine::Client;
use engine::view::dto::{
    ApiError, ConnectArgs, ConnectView, ConnectWriteArgs, ConnectWritten, ErrorCode, Freshness, QuotaArgs,
};

/// Lists the programs that can use the proxy, shows what one needs, writes it or takes it back.
pub async fn run(place: &Place, args: Connect) -> Result<(), Failure> {
    let Connect { client, write, ask_key, undo, json } = args;
    let Some(client) = client else {
        let programs = place.with_engine(async |engine| Ok(engine.connect_list().await?)).await?;
        return if json {
            out::json(&programs)
        } else {
            out::text(&show::programs(&programs, &Look::of_terminal()))
        };
    };
    if undo {
        let undone =
            place.with_engine(async |engine| Ok(engine.connect_undo(ConnectArgs { client }).await?)).await?;
        return if json { out::json(&undone) } else { out::text(&show::undone(&undone)) };
    }
    if write {
        let key = if ask_key { Some(input::secret("Client key (not shown): ")?) } else { None };
        return written(place, ConnectWriteArgs { client, key }, json).await;
    }
    let program = place.with_engine(async |engine| Ok(shown(engine, client).await?)).await?;
    if json { out::json(&program) } else { out::text(&show::program(&program)) }
}

/// Writes; where that is refused, what would have been written is shown all the same.
async fn written(place: &Place, args: ConnectWriteArgs, json: bool) -> Result<(), Failure> {
    let client = args.client.clone();
    let done = place
        .with_engine(async |engine| {
            know_models(engine).await?;
            match engine.connect_write(args).await {
                Err(error) if error.code == ErrorCode::Refused => {
                    let program = engine.connect_show(ConnectArgs { client }).await?;
                    Ok(Err((error, program)))
                }
                done => Ok(Ok(done?)),
            }
        })
        .await?;
    let done: Result<ConnectWritten, (ApiError, ConnectView)> = done;
    match done {
        Ok(written) if json => out::json(&written),
        Ok(written) => out::text(&show::written(&written)),
        Err((error, program)) => {
            if !json {
                out::text(&program.text)?;
            }
            Err(error.into())
        }
    }
}

async fn shown(engine: &Client, client: String) -> Result<ConnectView, ApiError> {
    know_models(engine).await?;
    engine.connect_show(ConnectArgs { client }).await
}

/// A short-lived engine has read nothing yet, and some programs must be told the models.
async fn know_models(engine: &Client) -> Result<(), ApiError> {
    if matches!(engine, Client::Local(_)) {
        engine.quota(QuotaArgs { freshness: Freshness::Cached, credential: None }).await?;
    }
    Ok(())
}
