//! What the store promises, on files of its own.

mod access;
mod client_keys;
mod damage;
mod history;
mod kill;
mod points;
mod records;
mod requests;

use super::*;
use crate::secrets::{Sealed, SecretName};
use domain::credential::{Credential, CredentialId, Provider, State};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn noon() -> Timestamp {
    at("2026-03-01T12:00:00Z")
}

fn credential(id: &str) -> Credential {
    Credential {
        id: CredentialId::new(id),
        provider: Provider::Antigravity,
        email: Some(format!("{id}@example.com")),
        label: None,
        project: None,
        tier: None,
        state: State::Active,
        added_at: noon(),
        discovered_at: None,
        last_quota_refresh: None,
    }
}

fn sealed(text: &str) -> Vec<(SecretName, Sealed)> {
    vec![(SecretName::RefreshToken, Sealed::from_bytes(text.as_bytes().to_vec()))]
}

/// A database in `dir` that holds `count` credentials with their secrets.
async fn fill(dir: &Path, count: usize) {
    let (store, notes) = Store::open(dir, noon()).unwrap();
    assert_eq!(notes, []);
    for n in 0..count {
        store.insert_credential(&credential(&format!("c{n}")), sealed("x")).await.unwrap();
    }
    store.close().await;
}
