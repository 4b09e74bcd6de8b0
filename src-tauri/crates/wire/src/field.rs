//! What one text field from outside may hold.

use domain::fault::{holds_secret, plain_text};
use secrecy::SecretString;

/// The longest id that is taken, in bytes; the longest known has about 40.
const LONGEST_ID: usize = 200;
/// The longest name that is shown, in characters.
const LONGEST_NAME: usize = 120;
/// The longest mail address (RFC 5321).
const LONGEST_ADDRESS: usize = 254;
/// The longest secret that is taken, in bytes; access tokens of the service stay below 2,048.
const LONGEST_SECRET: usize = 16 * 1024;

/// An id to send back as it came: not empty, no spaces, no control characters. Ids are shown, so one that looks like a
/// token is none.
pub(crate) fn id(text: &str) -> Option<&str> {
    let fits = !text.is_empty() && text.len() <= LONGEST_ID && !holds_secret(text);
    (fits && !text.chars().any(|c| c.is_control() || c.is_whitespace())).then_some(text)
}

/// A name to show.
pub(crate) fn name(text: &str) -> Option<String> {
    Some(plain_text(text)?.chars().take(LONGEST_NAME).collect())
}

/// A mail address to show; not checked beyond what keeps it one word.
pub(crate) fn address(text: &str) -> Option<String> {
    let fits = text.len() <= LONGEST_ADDRESS && text.contains('@');
    (fits && plain_text(text).as_deref() == Some(text) && id(text).is_some()).then(|| text.to_owned())
}

/// A mark to send back as it came, e.g. for the next page: visible ASCII only.
pub(crate) fn token(text: &str) -> Option<&str> {
    let fits = !text.is_empty() && text.len() <= LONGEST_SECRET && text.bytes().all(|b| b.is_ascii_graphic());
    fits.then_some(text)
}

/// A token or key: visible ASCII only, so that it can stand in a header.
pub(crate) fn secret(text: &str) -> Option<SecretString> {
    token(text.trim()).map(SecretString::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_printable_word() {
        assert_eq!(id("gemini-3.6-flash-high"), Some("gemini-3.6-flash-high"));
        for bad in ["", "a b", "a\nb", "a\u{0}b", "1//FAKE", "ya29.FAKE", &"x".repeat(LONGEST_ID + 1)] {
            assert_eq!(id(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn an_address_is_one_word_with_an_at_sign() {
        assert_eq!(address("ada@example.com").as_deref(), Some("ada@example.com"));
        for bad in ["ada", "ada @example.com", "ada@example.com\u{202e}", ""] {
            assert_eq!(address(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_secret_fits_into_a_header() {
        assert!(secret(" ya29.FAKE \n").is_some());
        for bad in ["", "  ", "two words", "line\nbreak", "h\u{e9}"] {
            assert!(secret(bad).is_none(), "{bad:?}");
        }
    }
}
