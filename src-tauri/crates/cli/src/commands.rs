//! One module a command: arguments in, engine calls, output.

mod completions;
mod credentials;
mod doctor;
mod import;
mod login;
mod quota;
mod serve;
mod settings;
mod simulate;
mod ui;

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
        Command::Quota { refresh, json } => quota::run(&place, refresh, json).await,
        Command::Settings(args) => settings::run(&place, args).await,
        Command::Doctor { json } => doctor::run(&place, json).await,
        Command::Simulate(args) => simulate::run(args).await,
        Command::Completions { shell } => completions::run(shell),
    }
}
