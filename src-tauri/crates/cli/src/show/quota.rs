//! `headroom quota`: every credential, model and window.

use super::figures::{bar, percent, style};
use super::look::{BAD, BOLD, Look, QUIET};
use super::table::{Cell, Column, Table};
use super::{provider, when};
use engine::view::dto::{CredentialView, GroupView, ModelView, QuotaDocument, WindowView};
use unicode_width::UnicodeWidthStr;

const COLUMNS: &[Column] = &[Column::Cut, Column::Right, Column::Left, Column::Left, Column::Rest];

/// The whole document.
pub fn quota(document: &QuotaDocument, look: &Look) -> String {
    let mut table = Table::new(COLUMNS);
    if document.demo {
        table.text(Cell::new("Demo: invented credentials on a simulated service.", QUIET));
    }
    table.text(Cell::new(document.sentence.as_str(), BOLD));
    for lasts in &document.lasts {
        table.text(format!("{}.", lasts.sentence).into());
    }
    for credential in &document.credentials {
        table.text("".into());
        head(&mut table, credential, look);
        for group in &credential.groups {
            for (place, window) in group.windows.iter().enumerate() {
                let name = if place == 0 { group.name.as_str() } else { "" };
                table.row(window_row(name, window, look));
            }
            let lasts = group.lasts.iter().map(|lasts| &lasts.sentence);
            for sentence in lasts.chain(group.planned.iter().map(|planned| &planned.sentence)) {
                table.text(Cell::new(format!("{INDENT}{sentence}"), QUIET));
            }
            let own = |model: &&ModelView| model.group.as_deref() == Some(group.key.as_str());
            models(&mut table, credential.models.iter().filter(own), Some(group), look);
        }
        let in_no_group = |model: &&ModelView| {
            !credential.groups.iter().any(|group| model.group.as_ref() == Some(&group.key))
        };
        models(&mut table, credential.models.iter().filter(in_no_group), None, look);
    }
    table.draw(look.width)
}

fn head(table: &mut Table, credential: &CredentialView, look: &Look) {
    let mut parts = vec![credential.name.clone(), provider(&credential.provider).to_owned()];
    parts.extend(credential.tier.clone());
    if credential.state != "active" {
        parts.push(credential.state.clone());
    }
    parts.push(match &credential.last_quota_refresh {
        _ if credential.reading => "reading …".to_owned(),
        Some(at) => when::read(at, look),
        None => "never read".to_owned(),
    });
    table.text(Cell::new(parts.join(" · "), BOLD));
    let reasons =
        credential.state_reason.iter().chain(credential.failure.iter().map(|failure| &failure.message));
    for reason in reasons {
        let style = if credential.needs_user { BAD } else { QUIET };
        table.text(Cell::new(format!("  {reason}"), style));
    }
    if let Some(link) = &credential.link {
        table.text(format!("  {link}").into());
    }
}

/// A row for each model that has something of its own to say; the names of the others, which share the numbers
/// of their group.
fn models<'a>(
    table: &mut Table,
    models: impl Iterator<Item = &'a ModelView>,
    group: Option<&GroupView>,
    look: &Look,
) {
    let (mut shared, mut own) = (Vec::new(), Vec::new());
    for model in models {
        let notes = notes(model, look);
        let same = group.is_some_and(|group| group.remaining == model.effective_remaining);
        if same && notes.is_empty() { shared.push(model.id.as_str()) } else { own.push((model, notes)) }
    }
    for line in wrapped(&shared, look.width.unwrap_or(UNLIMITED)) {
        table.text(Cell::new(line, QUIET));
    }
    for (model, notes) in own {
        table.row(model_row(model, notes));
    }
}

/// Where lines break that no terminal limits.
const UNLIMITED: usize = 110;
const INDENT: &str = "    ";

fn wrapped(names: &[&str], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let word = if place + 1 < names.len() { format!("{name},") } else { (*name).to_owned() };
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            Some(_) | None => lines.push(format!("{INDENT}{word}")),
        }
    }
    lines
}

fn window_row(name: &str, window: &WindowView, look: &Look) -> [Cell; 5] {
    let idle = window.started == Some(false);
    let style = style(window.remaining, idle, window.stale);
    let mut notes = Vec::new();
    if idle {
        notes.push("not started".to_owned());
    } else {
        notes.extend(window.reset_at.as_deref().map(|at| when::reset(at, look)));
    }
    if window.stale {
        notes.push(format!("old: {}", when::read(&window.observed_at, look)));
    }
    if !window.binds {
        notes.push("shown only".to_owned());
    }
    [
        format!("  {name}").into(),
        Cell::new(percent(window.remaining), style),
        Cell::new(bar(window.remaining), style),
        window.window.as_str().into(),
        notes.join(" · ").into(),
    ]
}

fn notes(model: &ModelView, look: &Look) -> Vec<String> {
    let mut notes = Vec::new();
    // The windows above say when a model of a group resets.
    if model.group.is_none() {
        notes.extend(model.reset_at.as_deref().map(|at| when::reset(at, look)));
    }
    if model.contradicts {
        notes.push(format!("the model list says {}", percent(model.remaining)));
    }
    if model.protected {
        notes.push("protected".to_owned());
    }
    if let Some(until) = &model.cooldown_until {
        let why = model.cooldown_reason.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        notes.push(format!("rests until {}{why}", when::local(until, look)));
    }
    // In a group the windows say it.
    if model.stale && model.group.is_none() {
        notes.push(format!("old: {}", when::read(&model.observed_at, look)));
    }
    notes
}

fn model_row(model: &ModelView, notes: Vec<String>) -> [Cell; 5] {
    let style = style(model.effective_remaining, false, model.stale);
    [
        Cell::new(format!("{INDENT}{}", model.id), QUIET),
        Cell::new(percent(model.effective_remaining), style),
        Cell::new(bar(model.effective_remaining), style),
        Cell::default(),
        notes.join(" · ").into(),
    ]
}

#[cfg(test)]
mod tests;
