//! The one place that changes credentials: durable first, then shown.
//!
//! Holds no state of its own. Which change is due is decided elsewhere (user, quota source, tokens).

use crate::clock::Clock;
use crate::ledger::{Change, Ledger, Note};
use crate::secrets::{SecretError, SecretName, VaultCell};
use crate::store::{Store, StoreError};
use domain::credential::{Blocked, Credential, CredentialId, Provider, State, Tier};
use domain::policy::words::Spoken;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use std::collections::HashMap;
use std::sync::Arc;

/// How long a removed credential can be brought back.
pub const UNDO: SignedDuration = SignedDuration::from_mins(10);

/// Why a credential could not be changed or its secrets not be had.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CredentialError {
    /// There is no such credential.
    #[error("there is no credential {0:?}; `headroom credentials` lists them")]
    NotFound(String),
    /// The name fits several.
    #[error("{0:?} fits several credentials; use the id")]
    Ambiguous(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret cannot be sealed or opened.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl Spoken for CredentialError {
    fn in_chinese(&self) -> String {
        match self {
            Self::NotFound(text) => format!("没有凭据 {text:?}；`headroom credentials` 列出全部凭据"),
            Self::Ambiguous(text) => format!("{text:?} 对应多个凭据；请使用 id"),
            Self::Store(error) => error.in_chinese(),
            Self::Secret(error) => error.in_chinese(),
        }
    }
}

/// A credential on its way in.
pub struct Newcomer {
    /// Where it belongs.
    pub provider: Provider,
    /// The e-mail address, where known.
    pub email: Option<String>,
    /// The user's name for it.
    pub label: Option<String>,
    /// The project, where known.
    pub project: Option<String>,
    /// It comes in switched off.
    pub disabled: bool,
    /// Its secrets.
    pub secrets: Vec<(SecretName, SecretString)>,
}

/// Changes credentials. Clones share everything.
#[derive(Clone)]
pub struct Credentials {
    store: Store,
    vault: VaultCell,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
}

/// The secrets of one owner, opened.
pub type Opened = HashMap<SecretName, SecretString>;

impl Credentials {
    /// Changes what `store` keeps and `ledger` shows.
    #[must_use]
    pub fn new(store: Store, vault: VaultCell, ledger: Ledger, clock: Arc<dyn Clock>) -> Self {
        Self { store, vault, ledger, clock }
    }

    /// Finds a credential by id, else by a name or e-mail address that only one has.
    ///
    /// # Errors
    /// When none fits, or several do.
    pub fn find(&self, text: &str) -> Result<Credential, CredentialError> {
        let state = self.ledger.state();
        let all = || state.credentials.iter().map(|k| &k.credential);
        if let Some(credential) = all().find(|c| c.id.as_str() == text) {
            return Ok(credential.clone());
        }
        let mut fitting =
            all().filter(|c| c.label.as_deref() == Some(text) || c.email.as_deref() == Some(text));
        match (fitting.next(), fitting.next()) {
            (Some(credential), None) => Ok(credential.clone()),
            (Some(_), Some(_)) => Err(CredentialError::Ambiguous(text.to_owned())),
            (None, _) => Err(CredentialError::NotFound(text.to_owned())),
        }
    }

    /// The credential as it is now; `None` once it is removed.
    #[must_use]
    pub fn get(&self, id: &CredentialId) -> Option<Credential> {
        self.ledger.state().get(id).map(|k| k.credential.clone())
    }

    /// Stores a new credential with its secrets.
    ///
    /// # Errors
    /// When there is no key to seal with, or the database fails.
    pub async fn add(&self, new: Newcomer) -> Result<Credential, CredentialError> {
        self.add_as(mint(new.provider), new).await
    }

    /// Stores a login that is only watched: it has no secrets, and nothing is ever sent for it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn watch(&self, label: String) -> Result<Credential, CredentialError> {
        let id = CredentialId::new(format!("{}{}", CredentialId::WATCHED, tail()));
        let new = Newcomer {
            provider: Provider::Antigravity,
            email: None,
            label: Some(label),
            project: None,
            disabled: false,
            secrets: Vec::new(),
        };
        self.add_as(id, new).await
    }

    async fn add_as(&self, id: CredentialId, new: Newcomer) -> Result<Credential, CredentialError> {
        let credential = Credential {
            id,
            provider: new.provider,
            email: new.email,
            label: new.label,
            project: new.project,
            tier: None,
            state: if new.disabled { State::Disabled } else { State::Active },
            added_at: self.clock.now(),
            discovered_at: None,
            last_quota_refresh: None,
        };
        let sealed = self.vault.seal_all(credential.id.as_str(), &new.secrets)?;
        self.store.insert_credential(&credential, sealed).await?;
        self.ledger.note(Note::Credential(Box::new(credential.clone()))).await;
        Ok(credential)
    }

    /// Gives a credential newer secrets; what was refused with the old ones is over.
    ///
    /// # Errors
    /// When there is no key to seal with, or the database fails.
    pub async fn renew(
        &self,
        id: &CredentialId,
        secrets: Vec<(SecretName, SecretString)>,
    ) -> Result<(), CredentialError> {
        self.put_secrets(id.as_str(), secrets).await?;
        let refused = self.get(id).is_some_and(|c| match c.state {
            State::Invalid { .. } => true,
            State::Blocked { why, .. } => why == Blocked::Scope,
            State::Active | State::Disabled | State::Retired { .. } => false,
        });
        if refused {
            self.set_state(id, State::Active).await?;
        }
        Ok(())
    }

    /// Replaces the named secrets of an owner, durably, before it returns.
    ///
    /// # Errors
    /// When there is no key to seal with, or the database fails.
    pub async fn put_secrets(
        &self,
        owner: &str,
        secrets: Vec<(SecretName, SecretString)>,
    ) -> Result<(), CredentialError> {
        let sealed = self.vault.seal_all(owner, &secrets)?;
        Ok(self.store.put_secrets(owner, sealed).await?)
    }

    /// Opens the secrets of an owner (a credential id, or `provider:NAME`).
    ///
    /// # Errors
    /// When there is no key, or it does not fit.
    pub async fn secrets(&self, owner: &str) -> Result<Opened, CredentialError> {
        let sealed = self.store.secrets(owner).await?;
        let mut opened = Opened::new();
        for (name, sealed) in sealed {
            opened.insert(name, self.vault.open_secret(owner, name, &sealed)?);
        }
        Ok(opened)
    }

    /// A state the service brought about. The user's own "disabled" stays, and so does a state that is
    /// already the same kind: its beginning is kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark(&self, id: &CredentialId, state: State) -> Result<(), CredentialError> {
        let Some(credential) = self.get(id) else { return Ok(()) };
        if credential.state == State::Disabled || same_standing(&credential.state, &state) {
            return Ok(());
        }
        tracing::info!(credential = %id, from = credential.state.key(), to = state.key(), "The credential's state changed");
        self.set_state(id, state).await
    }

    /// A state the user asked for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_state(&self, id: &CredentialId, state: State) -> Result<(), CredentialError> {
        self.store.set_state(id, &state).await?;
        self.change(id, Change::State(state)).await;
        Ok(())
    }

    /// The user's own name for it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_label(&self, id: &CredentialId, label: Option<String>) -> Result<(), CredentialError> {
        self.store.set_label(id, label.as_deref()).await?;
        self.change(id, Change::Label(label)).await;
        Ok(())
    }

    /// The e-mail address the service told.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_email(&self, id: &CredentialId, email: String) -> Result<(), CredentialError> {
        self.store.set_email(id, &email).await?;
        self.change(id, Change::Email(email)).await;
        Ok(())
    }

    /// Project and subscription the service told.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_discovery(
        &self,
        id: &CredentialId,
        project: Option<String>,
        tier: Option<Tier>,
        at: Timestamp,
    ) -> Result<(), CredentialError> {
        self.store.set_discovery(id, project.as_deref(), tier.as_ref(), at).await?;
        self.change(id, Change::Discovery { project, tier, at }).await;
        Ok(())
    }

    /// Quota was read with success.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_last_quota_refresh(
        &self,
        id: &CredentialId,
        at: Timestamp,
    ) -> Result<(), CredentialError> {
        self.store.set_last_quota_refresh(id, at).await?;
        self.change(id, Change::LastQuotaRefresh(at)).await;
        Ok(())
    }

    /// Takes a credential away; it can be brought back for [`UNDO`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove(&self, id: &CredentialId) -> Result<Timestamp, CredentialError> {
        let now = self.clock.now();
        self.store.remove_credential(id, now).await?;
        self.ledger.note(Note::Removed(id.clone())).await;
        Ok(now + UNDO)
    }

    /// Brings a removed credential back.
    ///
    /// # Errors
    /// When there is none to bring back, or the database fails.
    pub async fn restore(&self, id: &CredentialId) -> Result<Credential, CredentialError> {
        let not_found = || CredentialError::NotFound(id.to_string());
        if !self.store.restore_credential(id).await? {
            return Err(not_found());
        }
        let credential = self
            .store
            .credentials()
            .await?
            .credentials
            .into_iter()
            .find(|c| &c.id == id)
            .ok_or_else(not_found)?;
        self.ledger.note(Note::Credential(Box::new(credential.clone()))).await;
        Ok(credential)
    }

    async fn change(&self, id: &CredentialId, change: Change) {
        self.ledger.note(Note::Changed(id.clone(), change)).await;
    }
}

/// A new id: the provider's first letters and six random characters without look-alikes.
fn mint(provider: Provider) -> CredentialId {
    let prefix = match provider {
        Provider::Antigravity => "ag",
        Provider::GeminiCli => "gc",
        Provider::ApiKey => "key",
    };
    CredentialId::new(format!("{prefix}-{}", tail()))
}

fn tail() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    (0..6).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())])).collect()
}

/// Whether two states are the same but for their beginning and the service's words.
fn same_standing(a: &State, b: &State) -> bool {
    match (a, b) {
        (State::Invalid { why: a, .. }, State::Invalid { why: b, .. }) => a == b,
        (State::Blocked { why: a, link: la, .. }, State::Blocked { why: b, link: lb, .. }) => {
            a == b && la == lb
        }
        (a, b) => a.key() == b.key(),
    }
}
