//! Takes out of a text what is nobody's business, so that it can be sent with a report.
//!
//! What stands for somebody is replaced by the same word each time, so that a story can still be followed.

use std::collections::BTreeMap;

/// How tokens begin that the program meets.
const TOKENS: [&str; 9] = ["ya29.", "1//", "4/", "AIza", "GOCSPX", "eyJ", "hr-", "sk-", "Bearer"];
/// A word of this many letters and digits that is no path and no date hides more than it tells.
const LONG: usize = 28;
/// What ends a word.
const ENDS: &str = " \t\r\n\"'`<>()[]{},;|";

/// Replaces names, addresses, tokens and the home folder.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    /// Longest first: a name may be part of another.
    known: Vec<(String, String)>,
    addresses: BTreeMap<String, usize>,
}

impl Redactor {
    /// One that knows what stands for whom.
    #[must_use]
    pub fn new(known: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut known: Vec<_> = known.into_iter().filter(|(text, _)| text.len() > 2).collect();
        known.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Self { known, addresses: BTreeMap::new() }
    }

    /// The text without them.
    pub fn redact(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, alias) in &self.known {
            text = text.replace(name, alias);
        }
        let mut out = String::with_capacity(text.len());
        let mut word = String::new();
        for letter in text.chars() {
            if ENDS.contains(letter) {
                out.push_str(&self.word(&word));
                word.clear();
                out.push(letter);
            } else {
                word.push(letter);
            }
        }
        out.push_str(&self.word(&word));
        out
    }

    fn word(&mut self, word: &str) -> String {
        // `key=value` and `key:value` keep their key.
        if let Some((key, value)) = word.split_once('=').filter(|(key, _)| key.len() < LONG) {
            return format!("{}={}", self.word(key), self.word(value));
        }
        if let Some(at) = word.find('@').filter(|at| *at > 0 && word[at + 1..].contains('.')) {
            let count = self.addresses.len() + 1;
            let number = *self.addresses.entry(word[..at].to_lowercase() + &word[at..]).or_insert(count);
            return format!("<address {number}>");
        }
        if TOKENS.iter().any(|token| word.contains(token) && word.len() > token.len() + 3) || is_long(word) {
            return "<hidden>".to_owned();
        }
        word.to_owned()
    }
}

/// Whether a word looks like something generated.
fn is_long(word: &str) -> bool {
    word.split(['/', '.', ':', '-', '?', '&', '%']).any(|piece| {
        piece.len() >= LONG
            && piece.chars().any(|letter| letter.is_ascii_digit())
            && piece.chars().any(char::is_alphabetic)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Holds T24.
    #[test]
    fn what_is_nobodys_business_is_replaced() {
        let known = [
            ("/home/ada".to_owned(), "~".to_owned()),
            ("My work login".to_owned(), "credential 1".to_owned()),
        ];
        let mut redactor = Redactor::new(known);
        for (text, expected) in [
            ("opened /home/ada/data", "opened ~/data"),
            ("My work login: 401", "credential 1: 401"),
            ("ada@example.com and bob@example.com", "<address 1> and <address 2>"),
            ("again Ada@example.com", "again <address 1>"),
            ("token=ya29.a0AbCd", "token=<hidden>"),
            ("\"1//0gFAKEFAKE\"", "\"<hidden>\""),
            ("key AIzaSyFAKEFAKEFAKE.", "key <hidden>"),
            ("id 3f9043ed30013f9043ed30013f90", "id <hidden>"),
            ("at 2026-09-01T00:00:00Z on 127.0.0.1:8045", "at 2026-09-01T00:00:00Z on 127.0.0.1:8045"),
            ("model gemini-3.6-flash-high", "model gemini-3.6-flash-high"),
        ] {
            assert_eq!(redactor.redact(text), expected);
        }
    }

    proptest! {
        /// Holds T24.
        #[test]
        fn no_token_comes_through_wherever_it_stands(before in "[ a-z\"=({]{0,10}", after in "[ \"',)}]{1,4}.{0,10}", token in "(ya29\\.|1//|AIza|hr-)[A-Za-z0-9_-]{12,60}") {
            let shown = Redactor::default().redact(&format!("{before}{token}{after}"));
            prop_assert!(!shown.contains(&token), "{shown}");
        }
    }
}
