//! Thought signatures: opaque to clients, checkable here (`upstream-api` §6.3).
//!
//! They look like the fixtures': Gemini's is base64 of a small message, Claude's is base64 of base64. Those made here
//! also carry a check, so that a changed signature, or one on another thinking block, is found out.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// Accepted in place of a lost Gemini signature.
pub(crate) const SENTINEL: &str = "skip_thought_signature_validator";

const GEMINI: &str = "FAKE-GEMINI-SIGNATURE-";
const CLAUDE: &str = "FAKE-CLAUDE-SIGNATURE-";

/// A Gemini signature; `what` is `CALL` or `TEXT`.
pub(crate) fn gemini(what: &str, serial: u64) -> String {
    let body = format!("{what}-{serial:08}");
    let text = format!("{GEMINI}{body}-{}", check(&body, 8));
    STANDARD.encode([&[0x12, length(&text)], text.as_bytes()].concat())
}

/// Claude's signature of this thinking block.
pub(crate) fn claude(thinking: &str) -> String {
    let text = format!("{CLAUDE}THINK-{}", check(thinking, 16));
    let length = length(&text);
    let inner = STANDARD.encode([&[0x12, length.saturating_add(2), 0x0a, length], text.as_bytes()].concat());
    STANDARD.encode(inner)
}

/// Whether Gemini takes it back.
pub(crate) fn is_gemini(signature: &str) -> bool {
    let Some(text) = decode(signature).and_then(|bytes| after(&bytes, GEMINI)) else { return false };
    match text.rsplit_once('-') {
        // Made here: the check must fit.
        Some((body, end)) if body.contains('-') => end == check(body, 8),
        // A fixture's.
        Some(_) => true,
        None => false,
    }
}

/// Whether Claude takes it back on this thinking block.
pub(crate) fn is_claude(signature: &str, thinking: &str) -> bool {
    let inner =
        decode(signature).and_then(|outer| String::from_utf8(outer).ok()).and_then(|inner| decode(&inner));
    let Some(text) = inner.and_then(|bytes| after(&bytes, CLAUDE)) else { return false };
    match text.strip_prefix("THINK-") {
        Some(made) if made.len() == 16 => made == check(thinking, 16),
        Some(_) => true,
        None => false,
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

fn after(bytes: &[u8], mark: &str) -> Option<String> {
    let at = bytes.windows(mark.len()).position(|window| window == mark.as_bytes())?;
    String::from_utf8(bytes[at + mark.len()..].to_vec()).ok()
}

fn length(text: &str) -> u8 {
    u8::try_from(text.len()).unwrap_or(u8::MAX)
}

fn check(text: &str, digits: usize) -> String {
    let mut hex = String::new();
    for byte in Sha256::digest(text) {
        hex.push_str(&format!("{byte:02x}"));
    }
    hex.truncate(digits);
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixtures_are_known() {
        for good in
            ["Eh9GQUtFLUdFTUlOSS1TSUdOQVRVUkUtQ0FMTC1TMDAx", "Eh9GQUtFLUdFTUlOSS1TSUdOQVRVUkUtVEVYVC0wMDAx"]
        {
            assert!(is_gemini(good), "{good}");
        }
        assert!(is_claude("RWlJS0lFWkJTMFV0UTB4QlZVUkZMVk5KUjA1QlZGVlNSUzFVU0VsT1N5MVRNREF5", "anything"));
    }

    #[test]
    fn each_family_takes_back_its_own_only() {
        let (gemini, claude) = (gemini("CALL", 7), claude("I think."));
        assert!(is_gemini(&gemini) && !is_claude(&gemini, "I think."));
        assert!(is_claude(&claude, "I think.") && !is_gemini(&claude));
        assert!(gemini.starts_with('E') && claude.starts_with('R'));
    }

    #[test]
    fn a_changed_signature_or_block_is_found_out() {
        let mut changed = gemini("CALL", 7);
        changed.replace_range(changed.len() - 6..changed.len() - 5, "x");
        assert!(!is_gemini(&changed));
        assert!(!is_claude(&claude("I think."), "I think"));
        assert!(!is_gemini("no base64!") && !is_claude("", ""));
    }
}
