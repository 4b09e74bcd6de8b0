//! Where a model's name goes: the model itself, another name of the user's, or what replaced it.
//!
//! The same answer sends a request and shows beforehand where a name would go.

use super::models::successor;
use super::words::Said;
use crate::settings::Alias;
use std::fmt;

/// Where a name goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The model's upstream id.
    pub model: String,
    /// How the name came to it.
    pub via: Via,
    /// Whether any catalogue knows the model.
    pub known: bool,
}

/// How a name comes to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// It is the model's own.
    Itself,
    /// By one of the user's rules.
    Alias(Alias),
    /// The service replaced it.
    Replaced,
    /// By no way: nothing has this name.
    Nothing,
}

/// Finds the model that `name` stands for: one of that id, else the first rule that means it, else what replaced it.
/// `replaced` is the service's list of deprecated ids.
#[must_use]
pub fn resolve_alias(
    name: &str,
    aliases: &[Alias],
    replaced: &[(String, String)],
    knows: impl Fn(&str) -> bool,
) -> Destination {
    let name = name.strip_prefix("models/").unwrap_or(name);
    if knows(name) {
        return Destination { model: name.to_owned(), via: Via::Itself, known: true };
    }
    let present =
        |model: &str| if knows(model) { model.to_owned() } else { successor(model, replaced).to_owned() };
    if let Some(alias) = aliases.iter().find(|alias| alias.means(name)) {
        let model = present(alias.to());
        return Destination { known: knows(&model), model, via: Via::Alias(alias.clone()) };
    }
    let model = present(name);
    let (known, via) = if knows(&model) { (true, Via::Replaced) } else { (false, Via::Nothing) };
    Destination { model, via, known }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let model = &self.model;
        match &self.via {
            Via::Itself => write!(f, "goes to {model}")?,
            Via::Alias(alias) => write!(f, "goes to {model} by the rule {alias}")?,
            Via::Replaced => write!(f, "goes to {model}, which replaced it")?,
            Via::Nothing => return f.write_str("no credential offers it, and no rule names it"),
        }
        if self.known { Ok(()) } else { f.write_str(", which no credential offers") }
    }
}

impl Destination {
    /// Where `name` goes, as a sentence.
    #[must_use]
    pub fn said(&self, name: &str) -> Said {
        let model = &self.model;
        let known = if self.known { "" } else { "，但没有凭据提供它" };
        let chinese = match &self.via {
            Via::Itself => format!("{name} 转到 {model}{known}。"),
            Via::Alias(alias) => format!("{name} 按规则 {alias} 转到 {model}{known}。"),
            Via::Replaced => format!("{name} 转到取代它的 {model}{known}。"),
            Via::Nothing => format!("{name} 没有凭据提供，也没有规则涉及。"),
        };
        Said::new(format!("{name} {self}."), chinese)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KNOWN: [&str; 3] = ["gemini-3-flash", "claude-sonnet-4-6", "gpt-4o"];

    #[test]
    fn a_name_goes_its_own_way_first_then_by_rule_then_by_replacement() {
        let rules =
            ["claude-haiku-*=gemini-3-flash", "gpt-4o=claude-sonnet-4-6", "old=claude-sonnet-4-5", "x=gone"];
        for (name, model, known) in [
            ("gemini-3-flash", "gemini-3-flash", true),
            ("models/gemini-3-flash", "gemini-3-flash", true),
            ("claude-haiku-4-5", "gemini-3-flash", true),
            // A model of that id comes before a rule.
            ("gpt-4o", "gpt-4o", true),
            ("claude-sonnet-4-5", "claude-sonnet-4-6", true),
            ("old", "claude-sonnet-4-6", true),
            ("x", "gone", false),
            ("nothing", "nothing", false),
        ] {
            let found = check(name, &rules);
            assert_eq!((found.model.as_str(), found.known), (model, known), "{name}");
        }
    }

    #[test]
    fn the_first_rule_that_means_a_name_holds() {
        assert_eq!(check("a-1", &["a-1=gemini-3-flash", "a-*=claude-sonnet-4-6"]).model, "gemini-3-flash");
        assert_eq!(check("a-1", &["a-*=claude-sonnet-4-6", "a-1=gemini-3-flash"]).model, "claude-sonnet-4-6");
    }

    #[test]
    fn it_says_where_a_name_goes() {
        let says = |name| check(name, &["x=gone", "y-*=gpt-4o"]).to_string();
        assert_eq!(says("gpt-4o"), "goes to gpt-4o");
        assert_eq!(says("y-2"), "goes to gpt-4o by the rule y-*=gpt-4o");
        assert_eq!(says("x"), "goes to gone by the rule x=gone, which no credential offers");
        assert_eq!(says("claude-sonnet-4-5"), "goes to claude-sonnet-4-6, which replaced it");
        assert_eq!(says("z"), "no credential offers it, and no rule names it");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn what_is_known_is_in_a_catalogue(name in ".{0,20}", from in "[a-z*-]{1,6}", to in "[a-z-]{1,6}") {
            let aliases: Vec<Alias> = format!("{from}={to}").parse().into_iter().collect();
            let found = resolve_alias(&name, &aliases, &[], |m| KNOWN.contains(&m));
            prop_assert_eq!(found.known, KNOWN.contains(&found.model.as_str()));
        }
    }

    fn check(name: &str, rules: &[&str]) -> Destination {
        let aliases: Vec<Alias> = rules.iter().map(|rule| rule.parse().unwrap()).collect();
        let replaced = [("claude-sonnet-4-5".to_owned(), "claude-sonnet-4-6".to_owned())];
        resolve_alias(name, &aliases, &replaced, |model| KNOWN.contains(&model))
    }
}
