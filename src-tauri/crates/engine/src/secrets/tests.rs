//! What the vault promises, and what happens to its key.

mod place;
mod session;
mod vault;

use super::keychain::{Keychain, KeychainError};
use super::*;
use crate::store::Store;
use domain::settings::KeyStorage;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use zeroize::Zeroizing;

/// A keychain that does as it is told.
#[derive(Default)]
struct FakeKeychain {
    entries: Mutex<HashMap<String, Vec<u8>>>,
    fails: Mutex<Option<KeychainError>>,
}

impl FakeKeychain {
    fn failing(why: KeychainError) -> Arc<Self> {
        Arc::new(Self { fails: Mutex::new(Some(why)), ..Self::default() })
    }

    fn now_fails(&self, why: Option<KeychainError>) {
        *self.fails.lock().unwrap() = why;
    }

    fn keys(&self) -> Vec<Vec<u8>> {
        self.entries.lock().unwrap().values().cloned().collect()
    }

    fn answer(&self) -> Result<(), KeychainError> {
        self.fails.lock().unwrap().clone().map_or(Ok(()), Err)
    }
}

impl Keychain for FakeKeychain {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        self.answer()?;
        Ok(self.entries.lock().unwrap().get(name).cloned().map(Zeroizing::new))
    }

    fn set(&self, name: &str, bytes: &[u8]) -> Result<(), KeychainError> {
        self.answer()?;
        self.entries.lock().unwrap().insert(name.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), KeychainError> {
        self.answer()?;
        self.entries.lock().unwrap().remove(name);
        Ok(())
    }
}

fn noon() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn store(dir: &Path) -> Store {
    Store::open(dir, noon()).unwrap().0
}

const OWNER: &str = "provider:antigravity";

async fn seal_one(vault: &VaultCell, store: &Store, text: &str) {
    let sealed = vault.seal_all(OWNER, &[(SecretName::ClientSecret, SecretString::from(text))]).unwrap();
    store.put_secrets(OWNER, sealed).await.unwrap();
}

async fn open_one(vault: &VaultCell, store: &Store) -> Result<String, SecretError> {
    let (name, sealed) = store.secrets(OWNER).await.unwrap().remove(0);
    Ok(vault.open_secret(OWNER, name, &sealed)?.expose_secret().to_owned())
}
