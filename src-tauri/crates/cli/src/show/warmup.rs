//! `headroom warmup`: a line for each pair, then the round in one line.

use super::look::{BAD, BOLD, GOOD, LOW, Look, PLAIN, QUIET};
use super::table::{Cell, Column, Table, plain};
use anstyle::Style;
use engine::view::dto::{WarmupLine, WarmupRound};

/// The whole round. A `short_lived` engine cannot read later what came of it.
pub fn warmup(round: &WarmupRound, short_lived: bool, look: &Look) -> String {
    let mut table = Table::new(&[Column::Rest]);
    for line in &round.lines {
        let (mark, style) = mark(line, round);
        table.text(Cell::new(format!("{mark:<11}  {}", outcome(line, round.dry_run)), style));
    }
    for entry in &round.unmatched {
        table.text(Cell::new(entry.as_str(), LOW));
    }
    table.text(Cell::new(round.summary.as_str(), BOLD));
    if round.dry_run {
        table.text(Cell::new("Nothing was sent.", QUIET));
    }
    if round.needs_force > 0 {
        let what = if round.dry_run { "would send" } else { "sends" };
        table.text(Cell::new(format!("--force {what} what asks for confirmation too."), QUIET));
    }
    if round.lines.iter().any(|line| line.outcome.as_deref() == Some("sent")) {
        let later = if short_lived {
            "No engine keeps running that could read whether the windows have started: the next run of the engine will show it."
        } else {
            "Whether the windows have started is read within two minutes; `headroom history` shows it then."
        };
        table.text(Cell::new(later, QUIET));
    }
    table.draw(look.width)
}

/// What was decided for a pair and what came of it, in one sentence.
pub fn outcome(line: &WarmupLine, dry_run: bool) -> String {
    let pair = match line.model.as_str() {
        "" => line.name.clone(),
        model => format!("{model} of {}", line.name),
    };
    let detail = line.detail.as_deref();
    let sentence = match line.outcome.as_deref() {
        _ if dry_run && line.verdict == "warm" => format!("{pair}: would be warmed up now"),
        Some("refused") => format!("{pair}: not warmed, {}", detail.unwrap_or("the service refused it")),
        Some("unknown") => {
            let why = detail.map(|why| format!(" ({why})")).unwrap_or_default();
            format!("{pair}: sent, but no complete answer came{why}; it counts as sent")
        }
        // The detail is a sentence about the pair where it was looked at again.
        Some("stopped") => match detail {
            Some(why) if why.starts_with(&pair) => why.to_owned(),
            Some(why) => format!("{pair}: not sent, {why}"),
            None => format!("{pair}: not sent, the round was stopped"),
        },
        Some("waiting") => format!("{pair}: waits for its turn"),
        _ => line.sentence.clone(),
    };
    plain(&sentence)
}

/// Whether the user's confirmation would send it all the same.
pub fn asks_confirmation(line: &WarmupLine) -> bool {
    ["resting", "cooling_down", "backing_off", "no_effect", "budget_spent"].contains(&line.verdict.as_str())
}

fn mark(line: &WarmupLine, round: &WarmupRound) -> (&'static str, Style) {
    match line.outcome.as_deref() {
        Some("sent") => ("sent", GOOD),
        Some("refused") => ("refused", BAD),
        Some("unknown") => ("no answer", LOW),
        Some("stopped") => ("stopped", LOW),
        Some("waiting") => ("waiting", PLAIN),
        _ if line.verdict == "warm" => ("would send", GOOD),
        _ if round.needs_force > 0 && asks_confirmation(line) => ("needs force", LOW),
        _ => ("left out", QUIET),
    }
}

#[cfg(test)]
mod tests;
