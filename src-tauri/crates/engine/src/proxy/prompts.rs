//! What was said in a request, where the user lets it be kept: bounded, sealed, and gone after a while.

use super::log::RequestRecord;
use crate::secrets::{Sealed, SecretError, VaultCell};
use crate::store::KeptPrompt;
use domain::settings::Settings;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wire::excerpt::Excerpt;

/// Of what is asked so much is kept, the end: a request repeats all that was said before it, up to megabytes.
pub(super) const ASKED: usize = 64 << 10;
/// Of an answer, the beginning: what comes is passed on and not held up to be shortened later.
pub(super) const ANSWERED: usize = 32 << 10;
/// So many bytes may wait to be sealed; beyond that records are kept without what was said.
const WAITING: usize = 16 << 20;

/// What one request said and was answered. Not `Debug`: it is the user's own conversation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// The end of what was asked, by turns.
    pub asked: String,
    /// Bytes of it before that.
    pub asked_left_out: u64,
    /// The beginning of the answer; `None` where none came.
    pub answered: Option<String>,
    /// Bytes of it after that.
    pub answered_left_out: u64,
}

impl Prompt {
    pub(super) fn of(asked: Excerpt) -> Self {
        Self {
            asked: asked.text,
            asked_left_out: asked.left_out as u64,
            answered: None,
            answered_left_out: 0,
        }
    }

    pub(super) fn answer(&mut self, answered: Excerpt) {
        self.answered = Some(answered.text);
        self.answered_left_out = answered.left_out as u64;
    }

    fn bytes(&self) -> usize {
        self.asked.len() + self.answered.as_ref().map_or(0, String::len)
    }

    /// Seals it for its record.
    pub(super) fn seal(&self, vault: &VaultCell, record: &RequestRecord) -> Result<Sealed, SecretError> {
        let text = serde_json::to_string(self).unwrap_or_default();
        vault.seal_prompt(&owner(record.at, &record.key_id), &SecretString::from(text))
    }

    /// Opens what was kept; `None` without the key that it was sealed with.
    #[must_use]
    pub fn open(vault: &VaultCell, kept: &KeptPrompt) -> Option<Self> {
        let text = vault.open_prompt(&owner(kept.at, &kept.key_id), &kept.sealed)?;
        serde_json::from_str(text.expose_secret()).ok()
    }
}

/// What a prompt is bound to, so that it opens beside its own record only.
fn owner(at: Timestamp, key_id: &str) -> String {
    format!("request:{}:{key_id}", at.as_microsecond())
}

/// What came before this has no place any more.
#[must_use]
pub fn kept_since(settings: &Settings, now: Timestamp) -> Timestamp {
    now - SignedDuration::from_hours(settings.proxy_prompts_hours.into())
}

/// Room for prompts that wait to be sealed. Clones share it.
#[derive(Clone)]
pub(super) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(WAITING)))
    }
}

impl Room {
    /// Lets a prompt wait, where there is room for it.
    pub(super) fn take(&self, prompt: Prompt) -> Option<Waiting> {
        let bytes = u32::try_from(prompt.bytes()).ok()?;
        let place = self.0.clone().try_acquire_many_owned(bytes).ok()?;
        Some(Waiting { prompt, _place: place })
    }
}

/// A prompt that waits to be sealed.
pub(super) struct Waiting {
    pub(super) prompt: Prompt,
    _place: OwnedSemaphorePermit,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(bytes: usize) -> Prompt {
        Prompt::of(Excerpt { text: "x".repeat(bytes), left_out: 7 })
    }

    #[test]
    fn a_prompt_opens_beside_its_own_record_only() {
        let vault = VaultCell::in_memory().unwrap();
        let at: Timestamp = "2026-09-01T00:00:00Z".parse().unwrap();
        let mut said = prompt(3);
        said.answer(Excerpt { text: "yes".to_owned(), left_out: 0 });
        let text = SecretString::from(serde_json::to_string(&said).unwrap());
        let sealed = vault.seal_prompt(&owner(at, "k1"), &text).unwrap();
        let kept = KeptPrompt { request: 1, at, key_id: "k1".to_owned(), sealed };
        assert!(Prompt::open(&vault, &kept) == Some(said));
        for other in [
            KeptPrompt { key_id: "k2".to_owned(), ..kept.clone() },
            KeptPrompt { at: at + SignedDuration::from_secs(1), ..kept.clone() },
        ] {
            assert!(Prompt::open(&vault, &other).is_none());
        }
        assert!(Prompt::open(&VaultCell::in_memory().unwrap(), &kept).is_none(), "another key");
    }

    #[test]
    fn only_so_much_waits_at_once() {
        let room = Room::default();
        let waiting: Vec<_> = std::iter::from_fn(|| room.take(prompt(ASKED))).collect();
        assert_eq!(waiting.len(), WAITING / ASKED);
        drop(waiting);
        assert!(room.take(prompt(ASKED)).is_some());
    }
}
