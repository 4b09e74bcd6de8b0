//! `headroom history`: of each credential the warmups with what came of them, whose use the drops were, and the
//! latest measurements.

use super::figures::{bar, percent, style};
use super::look::{BAD, BOLD, GOOD, Look, PLAIN, QUIET};
use super::table::{Cell, Column, Table};
use super::{group, when};
use anstyle::Style;
use engine::view::dto::{HistoryDocument, QuotaDocument, SampleView, WarmupView};
use std::collections::BTreeMap;

const COLUMNS: &[Column] = &[Column::Left, Column::Left, Column::Right, Column::Left, Column::Rest];
/// More warmups of one credential are counted only; `--json` and `--csv warmups` have them all.
const WARMUPS: usize = 10;

/// The whole document. `names` is where the credentials' names come from.
pub fn history(history: &HistoryDocument, names: &QuotaDocument, look: &Look) -> String {
    let mut table = Table::new(COLUMNS);
    table.text(Cell::new(format!("Since {}", when::local(&history.since, look)), QUIET));
    let all = credentials(history, names);
    if all.is_empty() {
        table.text("Nothing was measured or done.".into());
    }
    for (name, id) in all {
        table.text("".into());
        table.text(Cell::new(name, BOLD));
        warmups(&mut table, history.warmups.iter().filter(|warmup| warmup.credential == id).collect(), look);
        drops(&mut table, history, id);
        samples(&mut table, history, id, look);
    }
    table.draw(look.width)
}

/// Names and ids of the credentials that have a history, by name; of a removed one the name is in its warmups.
fn credentials<'a>(history: &'a HistoryDocument, names: &'a QuotaDocument) -> Vec<(&'a str, &'a str)> {
    let ids = history.samples.iter().map(|sample| (&sample.credential, None));
    let ids = ids.chain(history.drops.iter().map(|drop| (&drop.credential, None)));
    let ids = ids.chain(history.warmups.iter().map(|warmup| (&warmup.credential, Some(&warmup.name))));
    let mut found: BTreeMap<&str, &str> = BTreeMap::new();
    for (id, own) in ids {
        let known = names.credentials.iter().find(|c| &c.id == id).map(|c| &c.name);
        if let Some(name) = known.or(own) {
            found.insert(id, name);
        } else {
            found.entry(id).or_insert(id);
        }
    }
    let mut all: Vec<_> = found.into_iter().map(|(id, name)| (name, id)).collect();
    all.sort_by_cached_key(|(name, id)| (name.to_lowercase(), *id));
    all
}

fn warmups(table: &mut Table, warmups: Vec<&WarmupView>, look: &Look) {
    if warmups.is_empty() {
        return;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for warmup in &warmups {
        *counts.entry(outcome(&warmup.outcome).0).or_default() += 1;
    }
    let counts: Vec<_> = counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    table.text(format!("  Warmups: {}", counts.join(", ")).into());
    let width = warmups.iter().take(WARMUPS).map(|warmup| warmup.model.len()).max().unwrap_or_default();
    for warmup in warmups.iter().take(WARMUPS) {
        let (said, style) = outcome(&warmup.outcome);
        let by = if warmup.by == "manual" { "by hand  " } else { "by itself" };
        let mut notes: Vec<String> = warmup.detail.iter().cloned().collect();
        notes.extend(warmup.reset_at.as_deref().map(|at| when::reset(at, look)));
        let notes = if notes.is_empty() { String::new() } else { format!(": {}", notes.join(", ")) };
        let time = when::local(&warmup.at, look);
        table
            .text(Cell::new(format!("    {time:<11}  {:<width$}  {by}  {said}{notes}", warmup.model), style));
    }
    if let Some(more) = warmups.len().checked_sub(WARMUPS).filter(|more| *more > 0) {
        table.text(Cell::new(format!("    and {more} earlier"), QUIET));
    }
}

fn outcome(key: &str) -> (&str, Style) {
    match key {
        "pending" => ("not concluded", QUIET),
        "sent" => ("sent, not verified", PLAIN),
        "refused" => ("refused", BAD),
        "not_done" => ("not done", BAD),
        "started" => ("started", GOOD),
        "no_effect" => ("without effect", BAD),
        "unknown" => ("not known", QUIET),
        other => (other, PLAIN),
    }
}

/// Points of each window, by whose use they went.
fn drops(table: &mut Table, history: &HistoryDocument, id: &str) {
    let mut sums: BTreeMap<(&str, &str), BTreeMap<&str, f64>> = BTreeMap::new();
    for drop in history.drops.iter().filter(|drop| drop.credential == id) {
        *sums.entry((&drop.group, &drop.window)).or_default().entry(&drop.by).or_default() += drop.points;
    }
    if !sums.is_empty() {
        table.text("  Used".into());
    }
    for ((key, window), by) in sums {
        let by: Vec<_> =
            by.iter().map(|(by, points)| format!("{} {}", points_of(*points), user(by))).collect();
        table.text(format!("    {} {window}: {}", group(key), by.join(", ")).into());
    }
}

fn points_of(points: f64) -> String {
    match points {
        few if few > 0.0 && few < 0.5 => "less than 1 point".to_owned(),
        one if one.round() as i64 == 1 => "1 point".to_owned(),
        many => format!("{many:.0} points"),
    }
}

fn user(by: &str) -> &str {
    match by {
        "warmup" => "by warmup",
        "proxy" => "through the proxy",
        "elsewhere" => "elsewhere",
        other => other,
    }
}

/// The last measurement of each window; of each model where the service tells of no windows.
fn samples(table: &mut Table, history: &HistoryDocument, id: &str, look: &Look) {
    let mut last: BTreeMap<(&str, Option<&str>), &SampleView> = BTreeMap::new();
    // They come oldest first.
    for sample in history.samples.iter().filter(|sample| sample.credential == id) {
        last.insert((&sample.subject, sample.window.as_deref()), sample);
    }
    if last.values().any(|sample| sample.window.is_some()) {
        last.retain(|(_, window), _| window.is_some());
    }
    let of_nothing =
        |(key, sample): (&(&str, Option<&str>), &&SampleView)| key.1.is_none() && sample.remaining.is_none();
    if !last.is_empty() && last.iter().all(of_nothing) {
        table.text(Cell::new("  The service tells no quota of its models.", QUIET));
        return;
    }
    if !last.is_empty() {
        table.text("  Latest measurements".into());
    }
    for ((subject, window), sample) in last {
        let style = style(sample.remaining, false, false);
        table.row([
            Cell::new(format!("    {}", group(subject)), PLAIN),
            window.unwrap_or_default().into(),
            Cell::new(percent(sample.remaining), style),
            Cell::new(bar(sample.remaining), style),
            Cell::new(when::read(&sample.at, look), QUIET),
        ]);
    }
}

#[cfg(test)]
mod tests;
