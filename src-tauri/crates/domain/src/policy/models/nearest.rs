//! Entries that mean no model anybody offers, and what they were probably meant to be.

use super::{AUTO, EVERY, ModelList, is_offered};
use crate::policy::words::Language;
use crate::quota::Quota;
use std::collections::BTreeSet;
use std::fmt;

/// An entry of a list that no login offers a model for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unmatched {
    /// The entry as it is written.
    pub entry: String,
    /// The id that exists and is written most like it.
    pub nearest: Option<String>,
}

impl Unmatched {
    /// As a sentence without its end.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        let entry = &self.entry;
        let mut said = language.say(format!("no credential offers {entry}"), format!("没有凭据提供 {entry}"));
        if let Some(nearest) = &self.nearest {
            said += &language.say(format!("; the nearest is {nearest}"), format!("；最接近的是 {nearest}"));
        }
        said
    }
}

impl fmt::Display for Unmatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::English))
    }
}

/// The entries of a list that no login offers a model for. None while no login's models are known: then nothing
/// can be said of any entry.
#[must_use]
pub fn unmatched<'a>(written: &[String], logins: impl Iterator<Item = &'a Quota>) -> Vec<Unmatched> {
    let mut known: Vec<_> = logins.filter(|q| q.models.iter().any(is_offered)).collect();
    // Most logins offer the same: of neighbours one is enough.
    known.dedup_by(|a, b| same_offer(a, b));
    if known.is_empty() {
        return Vec::new();
    }
    let named = written.iter().filter(|e| *e != EVERY && !e.eq_ignore_ascii_case(AUTO));
    let missing: Vec<_> = named
        .filter(|entry| {
            let alone = std::slice::from_ref(*entry);
            !known.iter().any(|q| ModelList::new(alone, &q.replaced).means_any_of(q))
        })
        .collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let offered = known.iter().flat_map(|q| &q.models).filter(|m| is_offered(m));
    let ids: BTreeSet<&str> = offered.map(|m| m.id.as_str()).collect();
    let nearest = |entry: &str| ids.iter().min_by_key(|id| likeness(entry, id)).map(|id| (*id).to_owned());
    missing.into_iter().map(|entry| Unmatched { entry: entry.clone(), nearest: nearest(entry) }).collect()
}

fn same_offer(a: &Quota, b: &Quota) -> bool {
    fn ids(quota: &Quota) -> impl Iterator<Item = &str> {
        quota.models.iter().filter(|m| is_offered(m)).map(|m| m.id.as_str())
    }
    a.replaced == b.replaced && ids(a).eq(ids(b))
}

/// How far an entry is from an id: first from the closest beginning of it (up to a `-`), then from all of it.
fn likeness(entry: &str, id: &str) -> (usize, usize) {
    let entry: Vec<char> = entry.to_lowercase().chars().collect();
    let id: Vec<char> = id.to_lowercase().chars().collect();
    let row = distances(&entry, &id);
    let ends = row.iter().enumerate().filter(|(at, _)| id.get(*at).is_none_or(|after| *after == '-'));
    let beginning = ends.map(|(_, distance)| *distance).min().unwrap_or(usize::MAX);
    (beginning, row.last().copied().unwrap_or(usize::MAX))
}

/// The Levenshtein distance of `entry` to every beginning of `id`, by the beginning's length.
fn distances(entry: &[char], id: &[char]) -> Vec<usize> {
    let mut row: Vec<usize> = (0..=id.len()).collect();
    for (at, wanted) in entry.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, there) in id.iter().enumerate() {
            let changed = diagonal + usize::from(wanted != there);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::model;

    #[test]
    fn an_entry_that_nobody_offers_comes_with_the_nearest_id() {
        let offered =
            ["gemini-3-pro-high", "gemini-3.6-flash-high", "gemini-3.6-flash-low", "claude-sonnet-4-6"];
        check(&offered, &["gemini-3-prod"], &[("gemini-3-prod", Some("gemini-3-pro-high"))]);
        check(&offered, &["gemini-3.7"], &[("gemini-3.7", Some("gemini-3.6-flash-low"))]);
        check(&offered, &["cluade-sonnet-4-6"], &[("cluade-sonnet-4-6", Some("claude-sonnet-4-6"))]);
        check(&offered, &["auto", "*", "claude", "GEMINI-3-pro"], &[]);
        check(&[], &["claude"], &[]);
    }

    #[test]
    fn an_entry_that_one_login_offers_is_fine() {
        let first = Quota { models: vec![model("gemini-3-flash")], ..Quota::default() };
        let second = Quota {
            models: vec![model("claude-sonnet-4-6")],
            replaced: vec![("claude-sonnet-4-5".into(), "claude-sonnet-4-6".into())],
            ..Quota::default()
        };
        let written = ["claude-sonnet-4-5".to_owned()];
        assert_eq!(unmatched(&written, [&first, &second].into_iter()), []);
        assert_eq!(unmatched(&written, [&first].into_iter()).len(), 1);
    }

    #[test]
    fn the_report_names_entry_and_nearest() {
        let report = Unmatched { entry: "gemini-3-prod".into(), nearest: Some("gemini-3-pro-high".into()) };
        assert_eq!(
            report.to_string(),
            "no credential offers gemini-3-prod; the nearest is gemini-3-pro-high"
        );
    }

    #[track_caller]
    fn check(offered: &[&str], written: &[&str], expected: &[(&str, Option<&str>)]) {
        let quota = Quota { models: offered.iter().map(|id| model(id)).collect(), ..Quota::default() };
        let written: Vec<String> = written.iter().map(|e| (*e).to_owned()).collect();
        let found = unmatched(&written, [&quota].into_iter());
        let found: Vec<_> = found.iter().map(|u| (u.entry.as_str(), u.nearest.as_deref())).collect();
        assert_eq!(found, expected);
    }
}
