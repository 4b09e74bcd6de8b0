//! The answer that is none: the service's words to a client it takes for too old, sent as a success.
//!
//! Known by three signs together: it ends with `STOP`, no token is counted, and the text speaks of a version of
//! Antigravity. A stream is held back only while it could still be this.

use super::frame::Candidate;
use super::{Body, Reason, Usage};

/// Where the words must begin, in bytes of the text.
const WITHIN: usize = 64;
/// The longest such answer, in bytes.
const LONGEST: usize = 1_024;

/// Whether a text is the service's word on an old version.
pub(crate) fn says_outdated(text: &str) -> bool {
    text.len() <= LONGEST && text.to_ascii_lowercase().contains("version of antigravity")
}

/// Watches the beginning of a stream.
#[derive(Debug, Default)]
pub(super) struct Suspicion {
    text: String,
    events: usize,
}

impl Suspicion {
    /// Whether the events so far, this one included, may still be that answer.
    pub fn holds(&mut self, body: &Body<'_>, usage: Usage) -> bool {
        self.events += 1;
        let plain = body.parts().all(|part| {
            !part.is_thought()
                && part.function_call.is_none()
                && part.inline_data.is_none()
                && part.signature().is_none()
        });
        if !usage.is_zero() || !plain || body.is_blocked() || self.events > WITHIN {
            return false;
        }
        for text in body.parts().filter_map(|part| part.text.as_deref()) {
            if self.text.len() <= LONGEST {
                self.text.push_str(text);
            }
        }
        let ended = |candidate: &Candidate<'_>| {
            candidate.finish_reason.as_deref().and_then(Reason::from_word).is_some()
        };
        self.is_sure() || (self.text.len() < WITHIN && !body.candidates().iter().any(ended))
    }

    /// Whether the words are there.
    pub fn is_sure(&self) -> bool {
        says_outdated(&self.text)
    }
}
