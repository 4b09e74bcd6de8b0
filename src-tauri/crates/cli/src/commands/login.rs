//! `headroom credentials login`

use super::ui;
use crate::exit::Failure;
use crate::reach::{Place, stopped};
use crate::{input, out, signals};
use engine::Client;
use engine::view::dto::{ErrorCode, LoginArgs, LoginFlowArgs, LoginPasteArgs, LoginProgress};
use std::time::Duration;
use tokio::time::sleep;

const ASK_AGAIN: Duration = Duration::from_millis(300);

/// Signs in with the browser.
pub async fn run(place: &Place, provider: String, browser: bool, json: bool) -> Result<(), Failure> {
    let done = place.with_engine_to_end(async |engine| sign_in(engine, provider, browser).await).await?;
    match &done {
        _ if json => out::json(&done),
        LoginProgress::Done { id, name } => out::text(&format!("Signed in as {name} ({id}).\n")),
        LoginProgress::Waiting | LoginProgress::Exchanging | LoginProgress::Failed { .. } => Ok(()),
    }
}

async fn sign_in(engine: &Client, provider: String, browser: bool) -> Result<LoginProgress, Failure> {
    let started = engine.login_start(LoginArgs { provider }).await?;
    out::message(&format!("Sign in on this page:\n\n  {}\n", started.url));
    if browser && let Err(why) = ui::browse(started.url).await {
        out::message(&format!("No browser could be opened here ({why}): open the address yourself."));
    }
    out::message(
        "Is the browser on another machine? Then paste the address it ends on here. Ctrl-C gives up.",
    );

    tokio::select! {
        done = wait(engine, &started.flow) => done,
        () = signals::asked_to_stop() => {
            engine.login_cancel(LoginFlowArgs { flow: started.flow }).await?;
            Err(stopped())
        }
    }
}

async fn wait(engine: &Client, flow: &str) -> Result<LoginProgress, Failure> {
    let mut lines = input::lines();
    let mut progress = LoginProgress::Waiting;
    loop {
        let flow = flow.to_owned();
        progress = match progress {
            LoginProgress::Done { .. } => return Ok(progress),
            LoginProgress::Failed { message } => return Err(Failure::of(message)),
            LoginProgress::Waiting | LoginProgress::Exchanging => tokio::select! {
                () = sleep(ASK_AGAIN) => engine.login_progress(LoginFlowArgs { flow }).await?,
                Some(line) = lines.recv() => match line.trim() {
                    "" => progress,
                    address => paste(engine, flow, address).await?,
                },
            },
        };
    }
}

async fn paste(engine: &Client, flow: String, address: &str) -> Result<LoginProgress, Failure> {
    let args = LoginPasteArgs { flow, callback_url: address.to_owned() };
    match engine.login_paste(args).await {
        Ok(progress) => Ok(progress),
        Err(error) if error.code == ErrorCode::BadInput => {
            // A wrong line is no reason to begin again.
            out::message(&error.message);
            Ok(LoginProgress::Waiting)
        }
        Err(error) => Err(error.into()),
    }
}
