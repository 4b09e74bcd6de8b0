//! The user's word before the first warmup.

use crate::exit::{Exit, Failure};
use crate::reach::stopped;
use crate::{input, out, signals};
use std::io::{self, IsTerminal};

/// Shows what there is to agree to and asks; without a terminal it is refused with what to do.
pub async fn ask(text: &str) -> Result<(), Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::new(
            Exit::Refused,
            format!("nothing was sent. {text} If you agree, run it again with --agree; it is asked once."),
        ));
    }
    out::message(&format!("{text}\n"));
    out::prompt("Warm up? It is asked once. [y/N] ");
    let mut lines = input::lines();
    let answer = tokio::select! {
        answer = lines.recv() => answer,
        () = signals::asked_to_stop() => return Err(stopped()),
    };
    match answer.unwrap_or_default().trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::new(Exit::Refused, "not agreed; nothing was sent")),
    }
}
