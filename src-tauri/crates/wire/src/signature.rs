//! Thought signatures: what the upstream issues with thoughts and calls and wants back unchanged.
//!
//! Clients that cannot send them back, or lose them, are why they are remembered here, in bounded space. A signature
//! is good for the family that issued it only. Where lookups and notes meet between threads is the caller's.

use crate::convert::Family;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Stands for a lost Gemini signature; documented by Google as a last resort.
pub const SENTINEL: &str = "skip_thought_signature_validator";

/// The longest signature that is remembered, in bytes.
const LONGEST: usize = 256 * 1024;
/// What an entry takes beside its signature, about, in bytes.
const OVERHEAD: usize = 200;

/// Where signatures are looked up.
pub trait Signatures {
    /// The signature issued with a call, and by whom.
    fn of_call(&self, call_id: &str) -> Option<(Family, Arc<str>)>;
    /// The signature this family issued for a thought.
    fn of_thought(&self, family: Family, thought: &str) -> Option<Arc<str>>;
    /// Who issued a signature, if that is known.
    fn issuer(&self, signature: &str) -> Option<Family>;
}

/// Remembers nothing: after it, only what clients send back is there.
impl Signatures for () {
    fn of_call(&self, _: &str) -> Option<(Family, Arc<str>)> {
        None
    }

    fn of_thought(&self, _: Family, _: &str) -> Option<Arc<str>> {
        None
    }

    fn issuer(&self, _: &str) -> Option<Family> {
        None
    }
}

/// A signature that came with an answer, to be remembered.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// Who issued it.
    pub family: Family,
    /// As it came.
    pub signature: String,
    /// The call it came with, by the id the client knows.
    pub call_id: Option<String>,
    /// The thought it came with or after.
    pub thought: Option<ThoughtDigest>,
}

/// A thought, as far as it takes to know it again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ThoughtDigest([u8; 32]);

/// Takes a thought in as it streams by.
#[derive(Clone)]
pub struct ThoughtHasher(Sha256);

impl ThoughtHasher {
    /// The beginning of a thought of a family.
    #[must_use]
    pub fn new(family: Family) -> Self {
        Self(Sha256::new().chain_update(b"thought\0").chain_update(family.key()).chain_update(b"\0"))
    }

    /// The next words of it.
    pub fn add(&mut self, words: &str) {
        self.0.update(words.as_bytes());
    }

    /// All of it.
    #[must_use]
    pub fn finish(self) -> ThoughtDigest {
        ThoughtDigest(self.0.finalize().into())
    }
}

/// Remembers the latest signatures, up to a number and a size.
pub struct Memory {
    entries: HashMap<[u8; 32], Entry>,
    /// Keys, the oldest first.
    order: VecDeque<[u8; 32]>,
    bytes: usize,
    most_entries: usize,
    most_bytes: usize,
}

struct Entry {
    family: Family,
    /// Empty where only the issuer is remembered.
    signature: Arc<str>,
}

impl Memory {
    /// A memory for so many entries (a signature has two or three) and so many bytes.
    #[must_use]
    pub fn new(most_entries: usize, most_bytes: usize) -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new(), bytes: 0, most_entries, most_bytes }
    }

    /// Remembers a signature; the oldest give way.
    pub fn remember(&mut self, issued: &Issued) {
        if issued.signature.is_empty() || issued.signature.len() > LONGEST {
            return;
        }
        let signature: Arc<str> = issued.signature.as_str().into();
        self.insert(issuer_key(&signature), issued.family, "".into());
        if let Some(call_id) = &issued.call_id {
            self.insert(call_key(call_id), issued.family, Arc::clone(&signature));
        }
        if let Some(thought) = issued.thought {
            self.insert(thought.0, issued.family, signature);
        }
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn insert(&mut self, key: [u8; 32], family: Family, signature: Arc<str>) {
        self.bytes += OVERHEAD + signature.len();
        match self.entries.insert(key, Entry { family, signature }) {
            Some(old) => self.bytes -= OVERHEAD + old.signature.len(),
            None => self.order.push_back(key),
        }
        while self.entries.len() > self.most_entries || self.bytes > self.most_bytes {
            let Some(oldest) = self.order.pop_front() else { break };
            if let Some(gone) = self.entries.remove(&oldest) {
                self.bytes -= OVERHEAD + gone.signature.len();
            }
        }
    }
}

impl Signatures for Memory {
    fn of_call(&self, call_id: &str) -> Option<(Family, Arc<str>)> {
        let entry = self.entries.get(&call_key(call_id))?;
        Some((entry.family, Arc::clone(&entry.signature)))
    }

    fn of_thought(&self, family: Family, thought: &str) -> Option<Arc<str>> {
        let mut hasher = ThoughtHasher::new(family);
        hasher.add(thought);
        self.entries.get(&hasher.finish().0).map(|entry| Arc::clone(&entry.signature))
    }

    fn issuer(&self, signature: &str) -> Option<Family> {
        self.entries.get(&issuer_key(signature)).map(|entry| entry.family)
    }
}

/// Whether a signature may be sent to a family. Where its issuer is not remembered, its look decides: those of
/// Claude on this way begin with `R`, all others are taken for Gemini's.
pub(crate) fn is_usable(signature: &str, family: Family, known: &dyn Signatures) -> bool {
    if signature.is_empty() {
        return false;
    }
    let look = || if signature.starts_with('R') { Family::Claude } else { Family::Gemini };
    match family {
        Family::Gemini if signature == SENTINEL => true,
        Family::Gemini | Family::Claude => known.issuer(signature).unwrap_or_else(look) == family,
        Family::Gpt => false,
    }
}

fn call_key(call_id: &str) -> [u8; 32] {
    Sha256::new().chain_update(b"call\0").chain_update(call_id.as_bytes()).finalize().into()
}

fn issuer_key(signature: &str) -> [u8; 32] {
    Sha256::new().chain_update(b"issuer\0").chain_update(signature.as_bytes()).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issued(signature: &str, call_id: &str, thought: &str) -> Issued {
        let mut hasher = ThoughtHasher::new(Family::Gemini);
        thought.split_inclusive(' ').for_each(|words| hasher.add(words));
        Issued {
            family: Family::Gemini,
            signature: signature.into(),
            call_id: Some(call_id.into()),
            thought: Some(hasher.finish()),
        }
    }

    #[test]
    fn a_signature_is_found_by_call_thought_and_itself() {
        let mut memory = Memory::new(100, 100_000);
        memory.remember(&issued("Esig", "call_1", "two words"));
        assert_eq!(memory.of_call("call_1"), Some((Family::Gemini, "Esig".into())));
        assert_eq!(memory.of_thought(Family::Gemini, "two words"), Some("Esig".into()));
        assert_eq!(memory.of_thought(Family::Claude, "two words"), None);
        assert_eq!(memory.issuer("Esig"), Some(Family::Gemini));
        assert_eq!((memory.of_call("call_2"), memory.issuer("other")), (None, None));
    }

    #[test]
    fn the_oldest_give_way_by_number_and_by_size() {
        for mut memory in [Memory::new(30, 1 << 20), Memory::new(1_000, 30 * (OVERHEAD + 7))] {
            for n in 0..100 {
                memory.remember(&issued(&format!("E{n:06}"), &format!("call_{n}"), &n.to_string()));
            }
            assert!(memory.len() <= 45 && memory.of_call("call_99").is_some(), "{}", memory.len());
            assert!(memory.of_call("call_0").is_none());
            assert_eq!(memory.order.len(), memory.entries.len());
        }
    }

    #[test]
    fn the_latest_of_one_call_counts() {
        let mut memory = Memory::new(100, 100_000);
        memory.remember(&issued("E1", "call", "a"));
        memory.remember(&issued("E2", "call", "a"));
        assert_eq!(memory.of_call("call"), Some((Family::Gemini, "E2".into())));
        memory.remember(&issued("", "call", "a"));
        memory.remember(&issued(&"E".repeat(LONGEST + 1), "call", "a"));
        assert_eq!(memory.of_call("call"), Some((Family::Gemini, "E2".into())));
    }

    #[test]
    fn the_issuer_decides_before_the_look() {
        let mut memory = Memory::new(100, 100_000);
        memory.remember(&issued("Rlooks-like-claude", "call", ""));
        for (signature, gemini, claude) in [
            ("Rlooks-like-claude", true, false),
            ("Runknown", false, true),
            ("Eunknown", true, false),
            ("", false, false),
        ] {
            assert_eq!(is_usable(signature, Family::Gemini, &memory), gemini, "{signature}");
            assert_eq!(is_usable(signature, Family::Claude, &memory), claude, "{signature}");
            assert!(!is_usable(signature, Family::Gpt, &memory), "{signature}");
        }
        assert!(is_usable(SENTINEL, Family::Gemini, &()) && !is_usable(SENTINEL, Family::Claude, &()));
    }
}
