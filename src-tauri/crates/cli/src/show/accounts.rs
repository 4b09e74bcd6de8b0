//! `headroom credentials`: one line each, and what became of one.

use super::look::{BAD, BOLD, Look, QUIET};
use super::table::{Cell, Column, Table, plain};
use super::{provider, when};
use engine::view::dto::{CredentialChange, QuotaDocument};

const COLUMNS: &[Column] = &[Column::Left, Column::Cut, Column::Left, Column::Left, Column::Rest];

/// One line a credential, with the reason where one is not active.
pub fn credentials(document: &QuotaDocument, look: &Look) -> String {
    if document.credentials.is_empty() {
        return "No credentials yet. `headroom import PATH` or `headroom credentials login antigravity` adds one.\n"
            .to_owned();
    }
    let mut table = Table::new(COLUMNS);
    table.row(["ID", "NAME", "PROVIDER", "STATE", "TIER"].map(|title| Cell::new(title, QUIET)));
    for credential in &document.credentials {
        let state = if credential.needs_user { BAD } else { QUIET };
        table.row([
            credential.id.as_str().into(),
            Cell::new(credential.name.as_str(), BOLD),
            provider(&credential.provider).into(),
            Cell::new(
                credential.state.as_str(),
                if credential.state == "active" { super::look::GOOD } else { state },
            ),
            credential.tier.as_deref().unwrap_or_default().into(),
        ]);
        for line in credential.state_reason.iter().chain(&credential.link) {
            table.text(Cell::new(format!("  {line}"), state));
        }
    }
    table.draw(look.width)
}

/// What a credential is now.
pub fn change(change: &CredentialChange, look: &Look) -> String {
    let (name, id, state) = (plain(&change.name), &change.id, &change.state);
    match &change.undo_until {
        Some(until) => format!(
            "{name} ({id}) is {state}. Until {} `headroom credentials restore {id}` brings it back.\n",
            when::local(until, look)
        ),
        None => format!("{name} ({id}) is {state}.\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    #[test]
    fn a_removed_credential_says_how_it_comes_back() {
        let removed = CredentialChange {
            id: "c1".to_owned(),
            name: "Ada\u{1b}".to_owned(),
            state: "removed".to_owned(),
            undo_until: Some("2026-08-31T10:31:00Z".to_owned()),
        };
        let now = "2026-08-31T10:01:00Z".parse().unwrap();
        let look = Look { width: None, now, zone: TimeZone::UTC };
        let expected =
            "Ada  (c1) is removed. Until 10:31 `headroom credentials restore c1` brings it back.\n";
        assert_eq!(change(&removed, &look), expected);
        let enabled = CredentialChange { state: "active".to_owned(), undo_until: None, ..removed };
        assert_eq!(change(&enabled, &look), "Ada  (c1) is active.\n");
    }
}
