//! Other names for models: what a client asks for, and which model it gets.

use std::fmt;
use std::str::FromStr;

/// One rule: a name, or the beginning of names, stands for a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The name; with [`Alias::begins`] the beginning of one, which may be empty.
    from: String,
    /// Every name that begins like this is meant (`*` at the end of the rule's left side).
    begins: bool,
    /// The model it stands for.
    to: String,
}

/// Why a text is no rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAlias {
    /// Not `from=to`.
    #[error("takes rules of the form name=model, with commas between them")]
    Form,
    /// A `*` elsewhere than at the end of the name.
    #[error("takes a * only at the end of the name, as in claude-haiku-*=gemini-3-flash")]
    Star,
    /// A space or a character outside ASCII.
    #[error("takes names of letters, digits and punctuation without spaces")]
    Character,
}

impl Alias {
    /// The model it stands for.
    #[must_use]
    pub fn to(&self) -> &str {
        &self.to
    }

    /// The one name it is for; `None` where it is for every name with a beginning.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        (!self.begins).then_some(self.from.as_str())
    }

    /// Whether it is for `name`, whatever the case.
    #[must_use]
    pub fn means(&self, name: &str) -> bool {
        let Some((start, rest)) = name.as_bytes().split_at_checked(self.from.len()) else { return false };
        start.eq_ignore_ascii_case(self.from.as_bytes()) && (self.begins || rest.is_empty())
    }
}

impl FromStr for Alias {
    type Err = BadAlias;

    fn from_str(text: &str) -> Result<Self, BadAlias> {
        let (from, to) = text.split_once('=').ok_or(BadAlias::Form)?;
        let (from, to) = (from.trim(), to.trim());
        let (from, begins) = from.strip_suffix('*').map_or((from, false), |start| (start, true));
        if (from.is_empty() && !begins) || to.is_empty() || to.contains('=') {
            return Err(BadAlias::Form);
        }
        if from.contains('*') || to.contains('*') {
            return Err(BadAlias::Star);
        }
        if !from.bytes().chain(to.bytes()).all(|b| b.is_ascii_graphic()) {
            return Err(BadAlias::Character);
        }
        Ok(Self { from: from.to_owned(), begins, to: to.to_owned() })
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}={}", self.from, if self.begins { "*" } else { "" }, self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_a_name_or_the_beginning_of_one() {
        for (rule, name, meant) in [
            ("gpt-4o=gemini-3-flash", "gpt-4o", true),
            ("gpt-4o=gemini-3-flash", "GPT-4o", true),
            ("gpt-4o=gemini-3-flash", "gpt-4o-mini", false),
            ("claude-haiku-*=gemini-3-flash", "claude-haiku-4-5-20251001", true),
            ("claude-haiku-*=gemini-3-flash", "claude-haiku", false),
            ("*=gemini-3-flash", "anything", true),
            (" a = b ", "a", true),
        ] {
            assert_eq!(rule.parse::<Alias>().unwrap().means(name), meant, "{rule} {name}");
        }
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for (text, why) in [
            ("gpt-4o", BadAlias::Form),
            ("=x", BadAlias::Form),
            ("x=", BadAlias::Form),
            ("a=b=c", BadAlias::Form),
            ("a*b=c", BadAlias::Star),
            ("**=c", BadAlias::Star),
            ("a=c*", BadAlias::Star),
            ("a b=c", BadAlias::Character),
            ("ä=c", BadAlias::Character),
        ] {
            assert_eq!(text.parse::<Alias>(), Err(why), "{text}");
        }
    }

    #[test]
    fn a_rule_reads_back_as_it_was_written() {
        for text in ["a=b", "claude-*=x", "*=y"] {
            assert_eq!(text.parse::<Alias>().unwrap().to_string(), text);
        }
    }
}
