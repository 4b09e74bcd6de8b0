//! What the entries of the settings' model lists mean.
//!
//! An entry is an id, or the beginning of one up to a `-`; deprecated ids stand for what replaced them, by the
//! service's own list. Which lists there are, and what follows for a model, is the other policies'.

mod cheapest;
mod nearest;

pub use cheapest::cheapest;
pub(crate) use cheapest::price;
pub use nearest::{Unmatched, unmatched};

use crate::quota::{ModelReading, Quota};

/// The entry that means every model.
pub const EVERY: &str = "*";
/// The entry that means the cheapest model of each group.
pub const AUTO: &str = "auto";
/// The service's list of deprecated ids could be circular; no honest one is longer.
const LONGEST_CHAIN: usize = 8;

/// Whether `entry` means `id`: the same, or its beginning up to a `-`, whatever the case. `claude` means
/// `claude-sonnet-4-6`; `gemini-3-pro` means `gemini-3-pro-high` and not `gemini-3-prod`.
#[must_use]
pub fn matches(entry: &str, id: &str) -> bool {
    let Some((start, rest)) = id.as_bytes().split_at_checked(entry.len()) else { return false };
    !entry.is_empty()
        && start.eq_ignore_ascii_case(entry.as_bytes())
        && rest.first().is_none_or(|after| *after == b'-')
}

/// Whether a login offers a model to people: listed, not switched off, not the service's own plumbing.
#[must_use]
pub fn is_offered(model: &ModelReading) -> bool {
    !model.hidden && !model.disabled
}

/// A list of the settings, read with one login's list of deprecated ids.
#[derive(Debug, Clone)]
pub struct ModelList<'a> {
    /// What each entry means, with its place in the list.
    meant: Vec<(usize, &'a str)>,
    every: Option<usize>,
    auto: Option<usize>,
}

impl<'a> ModelList<'a> {
    /// Reads the entries; `replaced` is the service's list of deprecated ids and what replaces them. An entry
    /// keeps its own meaning beside that of the ids that replaced it.
    #[must_use]
    pub fn new(written: &'a [String], replaced: &'a [(String, String)]) -> Self {
        let mut list = Self { meant: Vec::with_capacity(written.len()), every: None, auto: None };
        for (at, entry) in written.iter().enumerate() {
            if entry == EVERY {
                list.every.get_or_insert(at);
            } else if entry.eq_ignore_ascii_case(AUTO) {
                list.auto.get_or_insert(at);
            } else {
                list.meant.push((at, entry));
                let gone = replaced.iter().filter(|(old, _)| matches(entry, old));
                list.meant.extend(gone.map(|(_, new)| (at, successor(new, replaced))));
            }
        }
        list
    }

    /// The place of the first entry that means `id`. [`AUTO`] means none by itself.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        let named = self.meant.iter().find(|(_, entry)| matches(entry, id)).map(|(at, _)| *at);
        [named, self.every].into_iter().flatten().min()
    }

    /// Whether an entry means `id`.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.position(id).is_some()
    }

    /// The place of [`AUTO`], if the list has it.
    #[must_use]
    pub fn auto(&self) -> Option<usize> {
        self.auto
    }

    /// Whether the list means any model that `quota` offers.
    fn means_any_of(&self, quota: &Quota) -> bool {
        quota.models.iter().any(|m| is_offered(m) && self.contains(&m.id))
    }
}

/// What an id was replaced by in the end.
pub(super) fn successor<'a>(id: &'a str, replaced: &'a [(String, String)]) -> &'a str {
    let mut last = id;
    for _ in 0..LONGEST_CHAIN {
        match replaced.iter().find(|(old, _)| old.eq_ignore_ascii_case(last)) {
            Some((_, new)) => last = new,
            None => break,
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_means_itself_and_what_extends_it_at_a_hyphen() {
        for (entry, id, meant) in [
            ("claude", "claude-sonnet-4-5", true),
            ("CLAUDE-Sonnet", "claude-sonnet-4-5", true),
            ("claude-sonnet-4-5", "Claude-Sonnet-4-5", true),
            ("gemini-3-pro", "gemini-3-pro-high", true),
            ("gemini-3-pro", "gemini-3-prod", false),
            ("gemini-3-pro-high", "gemini-3-pro", false),
            ("gemini-3", "gemini-3.6-flash", false),
            ("", "claude", false),
            ("日", "日-本", true),
            ("日", "本", false),
        ] {
            assert_eq!(matches(entry, id), meant, "{entry} and {id}");
        }
    }

    #[test]
    fn a_deprecated_id_stands_for_what_replaced_it() {
        let replaced = pairs(&[
            ("claude-sonnet-4-5", "claude-sonnet-4-6"),
            ("gemini-3-pro-high", "gemini-3.1-pro-high"),
            ("gemini-3.1-pro-high", "gemini-pro-agent"),
            ("round-a", "round-b"),
            ("round-b", "round-a"),
        ]);
        for (entry, id, meant) in [
            ("claude-sonnet-4-5", "claude-sonnet-4-6", true),
            ("Claude-Sonnet-4-5", "claude-sonnet-4-6", true),
            ("claude-sonnet-4-5", "claude-sonnet-4-5-thinking", true),
            ("claude-opus-4-5", "claude-sonnet-4-6", false),
            ("gemini-3-pro", "gemini-pro-agent", true),
            ("gemini-3-pro-high", "gemini-pro-agent", true),
            ("gemini-3.1-pro-high", "gemini-3.1-pro-low", false),
            ("round-a", "round-a", true),
        ] {
            let written = [entry.to_owned()];
            assert_eq!(ModelList::new(&written, &replaced).contains(id), meant, "{entry} and {id}");
        }
    }

    #[test]
    fn the_star_means_every_model_and_auto_none_by_itself() {
        let written = ["auto".to_owned(), "gpt".to_owned(), "*".to_owned()];
        let list = ModelList::new(&written, &[]);
        assert_eq!(
            (list.auto(), list.position("gpt-oss"), list.position("other")),
            (Some(0), Some(1), Some(2))
        );
        assert!(!ModelList::new(&written[..1], &[]).contains("auto"));
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect()
    }
}
