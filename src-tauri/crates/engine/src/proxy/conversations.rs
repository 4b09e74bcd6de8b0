//! Which credential serves a conversation, so that the service's prompt cache holds.

use domain::credential::CredentialId;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use wire::dialect::Asked;

/// How long an idle conversation is remembered.
const REMEMBERED: Duration = Duration::from_secs(3_600);
/// The oldest are forgotten first.
const MOST: usize = 10_000;

/// A conversation: whose key it came with and which one, told apart and nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Conversation([u8; 32]);

impl Conversation {
    /// The client's own name for it, else its beginning; of one client key and model.
    pub(super) fn of(key_id: &str, model: &str, asked: &Asked<'_>) -> Self {
        let mut hash = Sha256::new().chain_update(key_id).chain_update(b"\0").chain_update(model);
        match asked.draft().session() {
            Some(session) => hash = hash.chain_update(b"\0session\0").chain_update(session),
            None => hash = hash.chain_update(b"\0beginning\0").chain_update(asked.draft().fingerprint()),
        }
        Self(hash.finalize().into())
    }

    /// Its name towards the service: a signed 64-bit number in decimal.
    pub(super) fn session_id(self) -> String {
        let mut first = [0; 8];
        first.copy_from_slice(&self.0[..8]);
        i64::from_be_bytes(first).to_string()
    }
}

/// Remembers who serves what.
#[derive(Default)]
pub(super) struct Conversations {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    by: HashMap<Conversation, (CredentialId, Instant)>,
    /// The oldest use first; one that was used again stands here more than once.
    order: VecDeque<(Conversation, Instant)>,
}

impl Conversations {
    /// Who served it last, within the hour.
    pub(super) fn get(&self, conversation: Conversation, now: Instant) -> Option<CredentialId> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let (credential, at) = held.by.get(&conversation)?;
        (now.duration_since(*at) < REMEMBERED).then(|| credential.clone())
    }

    /// A credential served it.
    pub(super) fn put(&self, conversation: Conversation, credential: &CredentialId, now: Instant) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.by.insert(conversation, (credential.clone(), now));
        held.order.push_back((conversation, now));
        while let Some((oldest, at)) = held.order.front().copied() {
            let used_again = held.by.get(&oldest).is_none_or(|(_, last)| *last > at);
            if !used_again && now.duration_since(at) < REMEMBERED && held.order.len() <= MOST {
                break;
            }
            if !used_again {
                held.by.remove(&oldest);
            }
            held.order.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_conversation_is_forgotten_after_an_hour_without_use() {
        let (all, ada) = (Conversations::default(), CredentialId::new("ada"));
        let one = Conversation([1; 32]);
        all.put(one, &ada, Instant::now());
        tokio::time::advance(Duration::from_secs(3_000)).await;
        all.put(one, &ada, Instant::now());
        tokio::time::advance(Duration::from_secs(3_000)).await;
        assert_eq!(all.get(one, Instant::now()), Some(ada));
        tokio::time::advance(Duration::from_secs(601)).await;
        assert_eq!(all.get(one, Instant::now()), None);
        all.put(Conversation([2; 32]), &CredentialId::new("bob"), Instant::now());
        let held = all.held.lock().unwrap();
        assert_eq!((held.by.len(), held.order.len()), (1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn there_are_never_too_many() {
        let (all, ada) = (Conversations::default(), CredentialId::new("ada"));
        for n in 0..MOST + 50 {
            let mut name = [0; 32];
            name[..8].copy_from_slice(&n.to_be_bytes());
            all.put(Conversation(name), &ada, Instant::now());
        }
        let held = all.held.lock().unwrap();
        assert_eq!((held.by.len(), held.order.len()), (MOST, MOST));
    }
}
