//! Secrets at rest: sealed one by one under a key that lies in the system's keychain, or where the user said
//! so in a file.
//!
//! Owns the key. Where sealed records are kept is `store`'s business, what is in them everybody else's.

mod cell;
mod key_file;
mod keychain;
mod locate;
mod vault;

pub use cell::{KeyError, VaultCell, VaultState};
pub use keychain::{Keychain, KeychainError, SystemKeychain};
pub use locate::{Lost, Missing, Place};
pub use vault::{SecretError, Vault};

/// What a secret is for an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretName {
    /// Buys access tokens; worth as much as the login.
    RefreshToken,
    /// The last access token with its end.
    AccessToken,
    /// The OAuth client that the refresh token belongs to.
    ClientId,
    /// That client's secret.
    ClientSecret,
    /// An API key of Google AI Studio.
    ApiKey,
}

impl SecretName {
    /// Every name.
    pub const ALL: [Self; 5] =
        [Self::RefreshToken, Self::AccessToken, Self::ClientId, Self::ClientSecret, Self::ApiKey];

    /// The word in the store; part of what is authenticated, so it never changes.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::RefreshToken => "refresh_token",
            Self::AccessToken => "access_token",
            Self::ClientId => "client_id",
            Self::ClientSecret => "client_secret",
            Self::ApiKey => "api_key",
        }
    }

    /// The name of a word in the store.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|n| n.key() == word)
    }
}

/// A sealed secret: ciphertext, of use to nobody without the key.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Takes what the store kept.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// What the store keeps.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests;
