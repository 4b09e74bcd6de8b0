//! Whether a round was a success, for scripts.

use crate::exit::{Exit, Failure};
use crate::show;
use engine::view::dto::{WarmupLine, WarmupRound};

/// More reasons are counted only.
const REASONS: usize = 3;

/// The one credential, and the one model, that the command line names.
pub struct Named {
    pub credential: String,
    pub model: Option<String>,
}

/// A credential that waits for the user.
pub struct Needy {
    pub id: String,
    pub name: String,
    pub reason: Option<String>,
    pub link: Option<String>,
}

/// Success where something was sent or nothing was to be done; else why not.
pub fn of(round: &WarmupRound, named: Option<&Named>, needy: &[Needy]) -> Result<(), Failure> {
    if round.lines.is_empty() {
        return nothing(round, named);
    }
    let with = |outcomes: &[&str]| -> Vec<&WarmupLine> {
        let of_these = |line: &&WarmupLine| line.outcome.as_deref().is_some_and(|o| outcomes.contains(&o));
        round.lines.iter().filter(of_these).collect()
    };
    if round.dry_run || !with(&["sent"]).is_empty() {
        return Ok(());
    }
    let tried = with(&["refused", "unknown", "stopped"]);
    let concerned: Vec<_> = if tried.is_empty() { round.lines.iter().collect() } else { tried.clone() };
    let needs = |line: &&WarmupLine| needy.iter().find(|needy| needy.id == line.credential);
    let first_needy = concerned.iter().find_map(needs);
    let all_needy = concerned.iter().all(|line| needs(line).is_some());
    if let Some(needy) = first_needy
        && (all_needy || (tried.is_empty() && round.needs_force == 0))
    {
        return Err(Failure::new(Exit::NeedsUser, words(needy)));
    }
    if let Some(first) = tried.first() {
        return Err(Failure::of(format!("nothing was warmed up: {}", show::outcome(first, false))));
    }
    if round.needs_force > 0 {
        let why = why(round.lines.iter().filter(|line| show::asks_confirmation(line)));
        return Err(Failure::new(
            Exit::Refused,
            format!("nothing was sent: {why}. --force sends it all the same"),
        ));
    }
    match named {
        // The user named it: that it is off is no success.
        Some(_) if round.lines.iter().all(|line| line.verdict == "off") => {
            Err(Failure::new(Exit::Refused, format!("nothing was sent: {}", why(round.lines.iter()))))
        }
        Some(_) | None => Ok(()),
    }
}

fn nothing(round: &WarmupRound, named: Option<&Named>) -> Result<(), Failure> {
    let why = match named {
        Some(Named { credential, model: Some(model) }) => {
            let near = round.unmatched.first().map(|entry| format!(" ({entry})")).unwrap_or_default();
            format!("{credential} offers no model {model:?}{near}; `headroom quota` lists what it offers")
        }
        Some(Named { credential, model: None }) => format!("{credential} offers nothing to warm up"),
        // What the scan would do is an answer, also where it is nothing.
        None if round.by == "automatic" => return Ok(()),
        None => "there is no credential to warm up; `headroom import PATH` adds one".to_owned(),
    };
    Err(Failure::new(Exit::NothingMatched, why))
}

/// The sentences of lines, so many that one line of text holds them; all stand on stdout.
fn why<'a>(lines: impl Iterator<Item = &'a WarmupLine>) -> String {
    let all: Vec<_> = lines.map(|line| line.sentence.as_str()).collect();
    let shown = all[..all.len().min(REASONS)].join("; ");
    match all.len().saturating_sub(REASONS) {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}

fn words(needy: &Needy) -> String {
    let reason = needy.reason.as_deref().unwrap_or("it needs you");
    match &needy.link {
        Some(link) => format!("{}: {reason} {link}", needy.name),
        None => format!("{}: {reason}", needy.name),
    }
}

#[cfg(test)]
mod tests;
