//! `headroom cooldowns`: what rests, why, and until when.

use super::look::{BOLD, Look, QUIET};
use super::table::{Cell, Column, Table, plain};
use engine::view::dto::CooldownView;

/// A sentence each, with what it rests on and the name that ends it.
pub fn cooldowns(rests: &[CooldownView], look: &Look) -> String {
    if rests.is_empty() {
        return "Nothing rests.\n".to_owned();
    }
    let mut table = Table::new(&[Column::Rest]);
    for rest in rests {
        table.text(Cell::new(rest.sentence.as_str(), BOLD));
        if !rest.evidence.is_empty() {
            table.text(Cell::new(format!("  The service: {}", rest.evidence), QUIET));
        }
        table.text(format!("  headroom cooldowns clear {}", quoted(&rest.id)).into());
    }
    table.draw(look.width)
}

/// After a rest was ended.
pub fn cleared(id: &str) -> String {
    format!("{} does not rest any more.\n", plain(id))
}

// What is shown can be pasted into a shell.
fn quoted(id: &str) -> String {
    let bare = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@".contains(letter);
    if id.chars().all(bare) { id.to_owned() } else { format!("'{}'", id.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    #[test]
    fn a_rest_says_how_it_is_ended() {
        let look = Look { width: None, now: Timestamp::UNIX_EPOCH, zone: TimeZone::UTC };
        assert_eq!(cooldowns(&[], &look), "Nothing rests.\n");
        let rest = CooldownView {
            id: "c1/group:3p".to_owned(),
            credential: "c1".to_owned(),
            name: "Ada".to_owned(),
            scope: "group".to_owned(),
            subject: Some("3p".to_owned()),
            reason: "quota_empty".to_owned(),
            sentence: "Claude of Ada rests until 12:00.".to_owned(),
            evidence: "no more".to_owned(),
            since: "2026-08-31T10:00:00Z".to_owned(),
            until: "2026-08-31T12:00:00Z".to_owned(),
        };
        assert_eq!(
            anstream::adapter::strip_str(&cooldowns(&[rest], &look)).to_string(),
            "Claude of Ada rests until 12:00.\n  The service: no more\n  headroom cooldowns clear c1/group:3p\n"
        );
    }

    #[test]
    fn a_name_with_blanks_can_be_pasted() {
        assert_eq!(quoted("c1/model:my model's"), r"'c1/model:my model'\''s'");
    }
}
