//! The names of tools on the way to the upstream and back.
//!
//! Clients may name tools as they like, the upstream may not be sent every name. A [`Names`] belongs to one request:
//! it renames what has to be renamed and knows, when the answer comes, what a name was.

use crate::convert::Family;
use crate::schema::Placeholder;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::HashMap;

/// The longest name the upstream takes, in bytes.
const LONGEST: usize = 64;

/// The tools of one request by both names.
#[derive(Debug, Clone)]
pub struct Names {
    family: Family,
    upstream: HashMap<String, String>,
    tools: HashMap<String, Tool>,
}

/// What is remembered of one tool.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tool {
    /// The client's name for it.
    pub name: String,
    /// It takes one text instead of fields.
    pub custom: bool,
    /// What was added to its parameters and has to be taken out of its arguments.
    pub placeholders: Vec<Placeholder>,
}

impl Names {
    /// No names yet, for a model of this family.
    #[must_use]
    pub fn new(family: Family) -> Self {
        Self { family, upstream: HashMap::new(), tools: HashMap::new() }
    }

    /// Takes a client's name in; returns false where it is known already.
    pub(crate) fn add(&mut self, name: &str) -> bool {
        if self.upstream.contains_key(name) {
            return false;
        }
        let mut fitting = fitting(name, self.family);
        let mut hashed = name.to_owned();
        while self.tools.contains_key(fitting.as_ref()) {
            fitting = Cow::Owned(with_hash(&fitting, &hashed));
            hashed.push('_');
        }
        let tool = Tool { name: name.to_owned(), ..Tool::default() };
        self.tools.insert(fitting.clone().into_owned(), tool);
        self.upstream.insert(name.to_owned(), fitting.into_owned());
        true
    }

    /// What is remembered of a tool, by the client's name.
    pub(crate) fn tool_mut(&mut self, name: &str) -> Option<&mut Tool> {
        self.tools.get_mut(self.upstream.get(name)?)
    }

    /// The name to send for a client's name.
    #[must_use]
    pub fn upstream<'n>(&'n self, name: &'n str) -> &'n str {
        self.upstream.get(name).map_or(name, String::as_str)
    }

    /// The client's name for a name that came back. The upstream puts `default_api` before some; a name that is not
    /// known is the client's own affair.
    #[must_use]
    pub fn client<'n>(&'n self, name: &'n str) -> &'n str {
        self.tool(name).map_or_else(|| bare(name), |tool| tool.name.as_str())
    }

    /// What is remembered of a tool, by the name that came back.
    pub(crate) fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.get(name).or_else(|| self.tools.get(bare(name)))
    }
}

/// Without the upstream's own prefix.
fn bare(name: &str) -> &str {
    name.strip_prefix("default_api:").or_else(|| name.strip_prefix("default_api.")).unwrap_or(name)
}

/// A text of the service's without its own prefix before names of functions.
pub(crate) fn without_prefix(text: &str) -> Cow<'_, str> {
    if text.contains("default_api") {
        Cow::Owned(text.replace("default_api:", "").replace("default_api.", ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// The name, as much of it as fits.
fn fitting(name: &str, family: Family) -> Cow<'_, str> {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let extra = |c: char| family == Family::Gemini && (c == '.' || c == ':');
    let first = |c: char| match family {
        Family::Claude => inside(c),
        Family::Gemini | Family::Gpt => c.is_ascii_alphabetic() || c == '_',
    };
    let fits = |name: &str| {
        name.starts_with(first) && name.chars().all(|c| inside(c) || extra(c)) && name.len() <= LONGEST
    };
    if fits(name) {
        return Cow::Borrowed(name);
    }
    let mut plain: String = name.chars().map(|c| if inside(c) || extra(c) { c } else { '_' }).collect();
    if !plain.starts_with(first) {
        plain.insert(0, '_');
    }
    Cow::Owned(if plain.len() > LONGEST { with_hash(&plain, name) } else { plain })
}

/// A name cut short and told apart by the whole name's hash.
fn with_hash(plain: &str, name: &str) -> String {
    let hash = Sha256::digest(name.as_bytes());
    let hash: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let kept = plain.len().min(LONGEST - hash.len() - 1);
    format!("{}_{hash}", &plain[..plain.floor_char_boundary(kept)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FAMILIES: [Family; 3] = [Family::Gemini, Family::Claude, Family::Gpt];

    #[test]
    fn a_fitting_name_stays() {
        for family in FAMILIES {
            check(family, "get_weather-2", "get_weather-2");
        }
        check(Family::Gemini, "mcp.fs:read", "mcp.fs:read");
    }

    #[test]
    fn what_does_not_fit_is_replaced() {
        check(Family::Claude, "mcp.fs:read", "mcp_fs_read");
        check(Family::Gemini, "mcp/fs read", "mcp_fs_read");
        check(Family::Gemini, "2nd", "_2nd");
        check(Family::Claude, "2nd", "2nd");
        check(Family::Gemini, "-a", "_-a");
        check(Family::Gemini, "größe", "gr__e");
        check(Family::Claude, "", "_");
    }

    #[test]
    fn long_names_are_cut_and_told_apart() {
        let long = "x".repeat(70);
        let mut names = Names::new(Family::Gemini);
        assert!(names.add(&long) && names.add(&format!("{long}y")));
        let (first, second) = (names.upstream(&long), names.upstream("xy"));
        assert!(first.len() == LONGEST && first.starts_with("xxx") && second == "xy");
        assert_ne!(first, names.upstream(&format!("{long}y")));
    }

    #[test]
    fn what_would_meet_is_told_apart() {
        let mut names = Names::new(Family::Claude);
        assert!(names.add("a.b") && names.add("a_b") && !names.add("a.b"));
        assert_eq!(names.upstream("a.b"), "a_b");
        assert_ne!(names.upstream("a_b"), "a_b");
        assert_eq!(names.client(names.upstream("a_b")), "a_b");
        assert_eq!(names.client("a_b"), "a.b");
    }

    #[test]
    fn the_services_prefix_is_taken_off() {
        let mut names = Names::new(Family::Gemini);
        names.add("get weather");
        assert_eq!(names.client("default_api:get_weather"), "get weather");
        assert_eq!(names.client("default_api.other"), "other");
        assert_eq!(names.client("unknown"), "unknown");
        names.add("default_api:mine");
        assert_eq!(names.client("default_api:mine"), "default_api:mine");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn every_name_fits_and_comes_back(all in proptest::collection::vec("[a-c./ :é-]{0,5}|.{0,90}", 1..12)) {
            for family in FAMILIES {
                let mut names = Names::new(family);
                for name in &all {
                    names.add(name);
                }
                for name in &all {
                    let sent = names.upstream(name);
                    prop_assert_eq!(fitting(sent, family), sent);
                    prop_assert_eq!(names.client(sent), name);
                }
            }
        }
    }

    #[track_caller]
    fn check(family: Family, name: &str, expected: &str) {
        let mut names = Names::new(family);
        names.add(name);
        assert_eq!(names.upstream(name), expected);
        assert_eq!(names.client(expected), name);
    }
}
