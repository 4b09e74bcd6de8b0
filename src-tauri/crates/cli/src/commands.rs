//! One module a command: arguments in, engine calls, output.

mod completions;
mod connect;
mod cooldowns;
mod credentials;
mod decisions;
mod doctor;
mod export;
mod history;
mod import;
mod keys;
mod login;
mod manual;
mod pause;
mod quota;
mod requests;
mod serve;
mod settings;
mod simulate;
mod ui;
mod warmup;
mod watch;
mod whatif;

use crate::args::{Args, Command};
use crate::exit::Failure;
use crate::reach::Place;

/// Does what the command line says.
pub async fn run(args: Args) -> Result<(), Failure> {
    let place = Place::new(args.data_dir);
    match args.command {
        Command::Serve(args) => serve::run(&place, args).await,
        Command::Ui { print } => ui::run(&place, print).await,
        Command::Import(args) => import::run(&place, args).await,
        Command::Credentials(args) => credentials::run(&place, args).await,
        Command::Quota(args) => quota::run(&place, args).await,
        Command::Watch(args) => watch::run(&place, args).await,
        Command::Export(args) => export::run(&place, args).await,
        Command::Warmup(args) => warmup::run(&place, args).await,
        Command::Pause(args) => pause::run(&place, args).await,
        Command::Decisions(args) => decisions::run(&place, args).await,
        Command::Cooldowns(args) => cooldowns::run(&place, args).await,
        Command::History(args) => history::run(&place, args).await,
        Command::Keys(args) => keys::run(&place, args).await,
        Command::Requests(args) => requests::run(&place, args).await,
        Command::Connect(args) => connect::run(&place, args).await,
        Command::Settings(args) => settings::run(&place, args).await,
        Command::Doctor(args) => doctor::run(&place, args).await,
        Command::Simulate(args) => simulate::run(args).await,
        Command::Whatif { trace, since, json } => whatif::run(&place, trace.as_deref(), since, json).await,
        Command::Completions { shell } => completions::run(shell),
        Command::Manual { dir } => manual::run(&dir),
    }
}
