//! Client keys: made once, shown once, and recognised by their hash.

use crate::store::ClientKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;

/// What every key begins with, so that people and secret scanners recognise one.
pub const PREFIX: &str = "hr-";

/// The SHA-256 of a key. A key has 256 random bits, so a fast hash is as good as a slow one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// The hash of a key.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }

    /// Takes what the store kept; `None` where that is no hash.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// What the store keeps.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(…)")
    }
}

/// A key with what it is recognised by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKeyWithHash {
    /// The key as it may be shown.
    pub key: ClientKey,
    /// Its hash.
    pub hash: KeyHash,
}

/// A key that nobody had before. It exists in clear only here: whoever asked for it shows it once.
#[must_use]
pub fn fresh() -> SecretString {
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())).into()
}

/// The key that was presented, unless it is revoked or none of ours. Takes the same time whichever of them it is.
#[must_use]
pub fn find<'k>(keys: &'k [ClientKeyWithHash], presented: &str) -> Option<&'k ClientKey> {
    let hash = KeyHash::of(presented);
    let mut found = None;
    for known in keys {
        if bool::from(known.hash.0.ct_eq(&hash.0)) && !known.key.revoked {
            found = Some(&known.key);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    fn key(name: &str, secret: &str, revoked: bool) -> ClientKeyWithHash {
        let key = ClientKey {
            id: name.to_owned(),
            name: name.to_owned(),
            models: Vec::new(),
            daily_cap: None,
            created_at: "2026-03-01T12:00:00Z".parse().unwrap(),
            last_used_at: None,
            revoked,
        };
        ClientKeyWithHash { key, hash: KeyHash::of(secret) }
    }

    #[test]
    fn a_key_is_recognised_whole_and_while_it_is_not_revoked() {
        let keys = [key("a", "hr-one", false), key("b", "hr-two", true), key("c", "hr-three", false)];
        let name = |presented| find(&keys, presented).map(|k| k.name.as_str());
        assert_eq!(name("hr-one"), Some("a"));
        assert_eq!(name("hr-three"), Some("c"));
        for wrong in ["hr-two", "hr-on", "hr-onee", "HR-ONE", "one", ""] {
            assert_eq!(name(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn fresh_keys_are_long_recognisable_and_never_the_same() {
        let (a, b) = (fresh(), fresh());
        assert!(a.expose_secret().starts_with(PREFIX));
        // 256 bits in base64.
        assert_eq!(a.expose_secret().len(), PREFIX.len() + 43);
        assert_ne!(a.expose_secret(), b.expose_secret());
        assert!(!format!("{a:?} {:?}", KeyHash::of("x")).contains(a.expose_secret()));
    }
}
