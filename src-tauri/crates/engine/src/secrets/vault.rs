//! Seals and opens secrets with one key.
//!
//! XChaCha20-Poly1305: its nonce is long enough to be drawn at random for every record. Owner and name are
//! authenticated too, so that a record moved to another owner or name does not open.

use super::{Sealed, SecretName};
use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The key's length in bytes.
pub(super) const KEY_LENGTH: usize = 32;
const NONCE_LENGTH: usize = 24;
/// The first byte of everything sealed this way.
const VERSION: u8 = 1;

/// Under which owner and name the check of the key is sealed, and what is in it. No credential has such an id.
const CHECK: (&str, &str, &[u8]) = ("\0vault", "check", b"headroom");

/// Under which name it is sealed what was said in a request. No secret has it.
const PROMPT: &str = "prompt";

/// The key, gone from memory with its last holder.
pub(super) type KeyBytes = Zeroizing<[u8; KEY_LENGTH]>;

/// Why a secret cannot be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is no key.
    #[error("{0}")]
    NoKey(String),
    /// The record does not belong here, was changed, or was sealed with another key.
    #[error(
        "the {} of {owner} cannot be decrypted: it was changed or sealed with another key; sign in again or import it again", .name.key()
    )]
    Unreadable {
        /// Whose it is.
        owner: String,
        /// Which one.
        name: SecretName,
    },
    /// The system has no random numbers to give.
    #[error("the system gave no random numbers; try again")]
    NoRandom,
    /// Over the cipher's limit.
    #[error("the {} is too long to be encrypted", .0.key())]
    TooLong(SecretName),
}

/// One key and what can be done with it. Clones share the key.
#[derive(Clone)]
pub struct Vault {
    key: Arc<KeyBytes>,
}

impl Vault {
    /// A vault with a new random key.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn generate() -> Result<Self, SecretError> {
        let mut key = Key::try_generate().map_err(|_| SecretError::NoRandom)?;
        let vault = Self { key: Arc::new(Zeroizing::new(key.into())) };
        zeroize::Zeroize::zeroize(key.as_mut_slice());
        Ok(vault)
    }

    /// A vault with a key that was kept; `None` where it is not of a key's length.
    pub(super) fn with_key(bytes: &[u8]) -> Option<Self> {
        let mut key = KeyBytes::default();
        (bytes.len() == KEY_LENGTH).then(|| {
            key.copy_from_slice(bytes);
            Self { key: Arc::new(key) }
        })
    }

    pub(super) fn key(&self) -> &KeyBytes {
        &self.key
    }

    /// Seals a secret for its owner.
    ///
    /// # Errors
    /// When the system has no random numbers, or the secret is beyond all length.
    pub fn seal(&self, owner: &str, name: SecretName, secret: &SecretString) -> Result<Sealed, SecretError> {
        let text = self.encrypt(owner, name.key(), secret.expose_secret().as_bytes())?;
        text.map(Sealed).ok_or(SecretError::TooLong(name))
    }

    /// Seals what was said in a request, which `request` names.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub(super) fn seal_prompt(&self, request: &str, said: &SecretString) -> Result<Sealed, SecretError> {
        let text = self.encrypt(request, PROMPT, said.expose_secret().as_bytes())?;
        text.map(Sealed).ok_or(SecretError::NoRandom)
    }

    /// Opens what was said in a request; `None` where it belongs to another one, was changed, or was sealed with
    /// another key.
    pub(super) fn open_prompt(&self, request: &str, sealed: &Sealed) -> Option<SecretString> {
        let bytes = self.decrypt(request, PROMPT, &sealed.0)?;
        std::str::from_utf8(&bytes).ok().map(SecretString::from)
    }

    /// Opens a secret of an owner.
    ///
    /// # Errors
    /// [`SecretError::Unreadable`] when it was sealed for another owner or name, or with another key, or changed.
    pub fn open(&self, owner: &str, name: SecretName, sealed: &Sealed) -> Result<SecretString, SecretError> {
        let unreadable = || SecretError::Unreadable { owner: owner.to_owned(), name };
        let bytes = self.decrypt(owner, name.key(), &sealed.0).ok_or_else(unreadable)?;
        std::str::from_utf8(&bytes).map(SecretString::from).map_err(|_| unreadable())
    }

    /// A record that only this key opens; tells a changed key from a changed secret.
    pub(super) fn check_record(&self) -> Result<Vec<u8>, SecretError> {
        let (owner, name, text) = CHECK;
        self.encrypt(owner, name, text)?.ok_or(SecretError::NoRandom)
    }

    pub(super) fn fits(&self, check_record: &[u8]) -> bool {
        let (owner, name, text) = CHECK;
        self.decrypt(owner, name, check_record).is_some_and(|found| *found == text)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&**self.key).into())
    }

    /// `None` where the text is beyond the cipher's limit.
    fn encrypt(&self, owner: &str, name: &str, text: &[u8]) -> Result<Option<Vec<u8>>, SecretError> {
        let nonce = XNonce::try_generate().map_err(|_| SecretError::NoRandom)?;
        let bound = bound_to(owner, name);
        let sealed = self.cipher().encrypt(&nonce, Payload { msg: text, aad: &bound });
        Ok(sealed.ok().map(|text| [&[VERSION], nonce.as_slice(), &text].concat()))
    }

    fn decrypt(&self, owner: &str, name: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let rest = sealed.strip_prefix(&[VERSION])?;
        let (nonce, text) = rest.split_at_checked(NONCE_LENGTH)?;
        let nonce = XNonce::try_from(nonce).ok()?;
        let bound = bound_to(owner, name);
        self.cipher().decrypt(&nonce, Payload { msg: text, aad: &bound }).ok().map(Zeroizing::new)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

/// What a record is bound to; the length keeps owner and name apart.
fn bound_to(owner: &str, name: &str) -> Vec<u8> {
    let length = u64::try_from(owner.len()).unwrap_or(u64::MAX).to_le_bytes();
    [b"headroom".as_slice(), &[VERSION], &length, owner.as_bytes(), name.as_bytes()].concat()
}
