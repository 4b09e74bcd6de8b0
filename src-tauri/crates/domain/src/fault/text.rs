//! The service's words, made fit to show.

/// The most bytes of the service's words that are kept.
const LONGEST: usize = 512;

/// How secrets of this service begin: access tokens, refresh tokens, API keys.
const SECRET_STARTS: [&str; 3] = ["ya29.", "1//", "AIza"];

/// Makes foreign text fit to show and to log: control and direction-changing characters become spaces, runs of
/// spaces one, what looks like a token is hidden, and it ends after 512 bytes. `None` where nothing is left.
#[must_use]
pub fn plain_text(text: &str) -> Option<String> {
    let mut out = String::new();
    for word in text.split(|c: char| c.is_whitespace() || is_unprintable(c)).filter(|w| !w.is_empty()) {
        let word = without_secret(word);
        if !out.is_empty() {
            out.push(' ');
        }
        let room = LONGEST.saturating_sub(out.len());
        if word.len() > room {
            out.push_str(&word[..word.floor_char_boundary(room)]);
            break;
        }
        out.push_str(&word);
    }
    let kept = out.trim_end();
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// Control characters, and those that change the direction of what follows (Unicode's bidirectional controls).
fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a text holds what looks like a token or key, and may not stand where it is shown.
#[must_use]
pub fn holds_secret(text: &str) -> bool {
    SECRET_STARTS.iter().any(|start| text.contains(start))
}

/// Hides everything from the start of a token to the end of the word.
fn without_secret(word: &str) -> String {
    match SECRET_STARTS.iter().filter_map(|start| word.find(start)).min() {
        Some(at) => format!("{}[hidden]", &word[..at]),
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_becomes_one_clean_line() {
        for (text, expected) in [
            ("plain", Some("plain")),
            ("  two\r\n lines\t here ", Some("two lines here")),
            ("bell\u{7}and\u{202e}turn", Some("bell and turn")),
            (
                "token ya29.FAKE_CANARY, key=AIzaFAKE and 1//FAKE.",
                Some("token [hidden] key=[hidden] and [hidden]"),
            ),
            ("", None),
            ("\u{0}\n", None),
        ] {
            assert_eq!(plain_text(text).as_deref(), expected, "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn no_text_is_too_long_or_unprintable(text in "(?s).{0,2000}") {
            if let Some(shown) = plain_text(&text) {
                prop_assert!(!shown.is_empty() && shown.len() <= LONGEST);
                prop_assert!(!shown.chars().any(is_unprintable));
                prop_assert_eq!(plain_text(&shown), Some(shown.clone()));
            }
        }
    }
}
