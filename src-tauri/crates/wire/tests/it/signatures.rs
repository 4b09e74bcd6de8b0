//! Signatures as the simulated upstream issues and checks them: Claude's belongs to its thinking block.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// Claude's signature of a thinking block.
pub fn claude(thought: &str) -> String {
    let text = format!("FAKE-CLAUDE-SIGNATURE-THINK-{}", check(thought));
    STANDARD.encode(STANDARD.encode([b"\x12\x2e\x0a\x2c", text.as_bytes()].concat()))
}

/// One of Gemini's signatures; another text gets another one.
pub fn gemini(text: &str) -> String {
    let text = format!("FAKE-GEMINI-SIGNATURE-TEXT-{}", check(text));
    STANDARD.encode([b"\x12\x26", text.as_bytes()].concat())
}

fn check(text: &str) -> String {
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
