//! The one owner of the key: where it is, whether it is there, and moving it.

use super::keychain::Keychain;
use super::locate::{Located, Locator, Lost, Missing, Place};
use super::{Sealed, SecretError, SecretName, Vault};
use crate::store::{Store, StoreError};
use crate::view::dto::KeyStorageView;
use domain::settings::KeyStorage;
use jiff::Timestamp;
use secrecy::SecretString;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex;

/// Whether there is a key.
#[derive(Debug, Clone)]
pub enum VaultState {
    /// There is.
    Ready(Vault, Place),
    /// Not now; nothing can be sealed or opened.
    Missing(Missing),
    /// Sealed records exist and their key is gone. They are kept, and no new key is made over them.
    Lost(Lost),
}

/// Why the key could not be moved or made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is none now, or its new place does not take it.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// It is gone.
    #[error(transparent)]
    Lost(#[from] Lost),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key in memory has no other place.
    #[error("the demo keeps its key in memory only")]
    InMemory,
}

/// Seals and opens secrets as long as there is a key. Clones share it.
#[derive(Clone)]
pub struct VaultCell {
    inner: Arc<Inner>,
}

struct Inner {
    state: RwLock<VaultState>,
    /// `None` for a key in memory.
    locator: Option<Locator>,
    /// One change of the key at a time.
    changing: Mutex<()>,
}

impl VaultCell {
    /// Finds the key of a store, or makes the first one where nothing is sealed yet. A store in memory gets a
    /// key in memory.
    ///
    /// # Errors
    /// When the database cannot be read. That there is no key is no error: [`VaultCell::state`] says why.
    pub async fn open(
        mode: KeyStorage,
        store: &Store,
        keychain: Arc<dyn Keychain>,
    ) -> Result<Self, StoreError> {
        let Some(dir) = store.dir().map(Path::to_owned) else {
            return Self::in_memory().map_err(|error| StoreError::Failed(error.to_string()));
        };
        let locator = Locator { store: store.clone(), dir, keychain };
        let state = locator.locate(mode).await?.into();
        Ok(Self::with(state, Some(locator)))
    }

    /// A key that leaves with the process: for the demo and tests.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn in_memory() -> Result<Self, SecretError> {
        Ok(Self::with(VaultState::Ready(Vault::generate()?, Place::Memory), None))
    }

    fn with(state: VaultState, locator: Option<Locator>) -> Self {
        Self { inner: Arc::new(Inner { state: RwLock::new(state), locator, changing: Mutex::new(()) }) }
    }

    /// Whether there is a key, and if not, why.
    #[must_use]
    pub fn state(&self) -> VaultState {
        self.inner.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where the key is, as readers see it.
    #[must_use]
    pub fn storage(&self) -> KeyStorageView {
        match self.state() {
            VaultState::Ready(_, Place::Keychain) => KeyStorageView::Keychain,
            VaultState::Ready(_, Place::File) => KeyStorageView::File,
            VaultState::Ready(_, Place::Memory) => KeyStorageView::Memory,
            VaultState::Missing(_) => KeyStorageView::Missing,
            VaultState::Lost(_) => KeyStorageView::Lost,
        }
    }

    /// Why there is no key and what to do; `None` while there is one.
    #[must_use]
    pub fn why_not(&self) -> Option<String> {
        self.vault().err().map(|error| error.to_string())
    }

    fn vault(&self) -> Result<Vault, SecretError> {
        match self.state() {
            VaultState::Ready(vault, _) => Ok(vault),
            VaultState::Missing(why) => Err(SecretError::NoKey(why.to_string())),
            VaultState::Lost(why) => Err(SecretError::NoKey(why.to_string())),
        }
    }

    /// Seals secrets for their owner.
    ///
    /// # Errors
    /// When there is no key, or the system has no random numbers.
    pub fn seal_all(
        &self,
        owner: &str,
        secrets: &[(SecretName, SecretString)],
    ) -> Result<Vec<(SecretName, Sealed)>, SecretError> {
        let vault = self.vault()?;
        secrets.iter().map(|(name, secret)| Ok((*name, vault.seal(owner, *name, secret)?))).collect()
    }

    /// Opens a secret of an owner.
    ///
    /// # Errors
    /// When there is no key, or it does not fit.
    pub fn open_secret(
        &self,
        owner: &str,
        name: SecretName,
        sealed: &Sealed,
    ) -> Result<SecretString, SecretError> {
        self.vault()?.open(owner, name, sealed)
    }

    /// Seals what was said in a request, which `request` names.
    ///
    /// # Errors
    /// When there is no key, or the system has no random numbers.
    pub fn seal_prompt(&self, request: &str, said: &SecretString) -> Result<Sealed, SecretError> {
        self.vault()?.seal_prompt(request, said)
    }

    /// Opens what was said in a request; `None` without the key, or where it does not fit.
    #[must_use]
    pub fn open_prompt(&self, request: &str, sealed: &Sealed) -> Option<SecretString> {
        self.vault().ok()?.open_prompt(request, sealed)
    }

    /// Looks for the key again, e.g. after the user unlocked the keychain.
    ///
    /// # Errors
    /// When there still is none.
    pub async fn look_again(&self, mode: KeyStorage) -> Result<(), KeyError> {
        let _one_at_a_time = self.inner.changing.lock().await;
        self.locate(mode).await
    }

    /// Brings the key to where `mode` says, and leaves it where it was too: once the setting is stored,
    /// [`VaultCell::forget_elsewhere`] takes it away there. A crash between the two loses nothing.
    ///
    /// # Errors
    /// When there is no key, or the new place does not take it; everything stays as it was then.
    pub async fn move_to(&self, mode: KeyStorage) -> Result<(), KeyError> {
        let _one_at_a_time = self.inner.changing.lock().await;
        let place = place_of(mode);
        match self.state() {
            VaultState::Ready(_, Place::Memory) => Err(KeyError::InMemory),
            VaultState::Ready(_, now) if now == place => Ok(()),
            VaultState::Ready(vault, _) => {
                self.locator()?.keep(mode, &vault).await?;
                self.become_(VaultState::Ready(vault, place));
                Ok(())
            }
            VaultState::Missing(_) | VaultState::Lost(_) => self.locate(mode).await,
        }
    }

    /// Takes the key out of the place where it no longer belongs.
    ///
    /// # Errors
    /// When that place does not let go; the key is then in both.
    pub async fn forget_elsewhere(&self) -> Result<(), KeyError> {
        let _one_at_a_time = self.inner.changing.lock().await;
        match self.state() {
            VaultState::Ready(_, Place::Keychain) => Ok(self.locator()?.forget(KeyStorage::File).await?),
            VaultState::Ready(_, Place::File) => Ok(self.locator()?.forget(KeyStorage::Keychain).await?),
            VaultState::Ready(_, Place::Memory) | VaultState::Missing(_) | VaultState::Lost(_) => Ok(()),
        }
    }

    /// Begins with a new key after the old one was lost: only on the user's word. The old records stay in a
    /// backup and in the database; they open again only with the old key.
    ///
    /// # Errors
    /// When nothing is lost, there is no room for the backup, or the new key cannot be kept.
    pub async fn start_over(&self, mode: KeyStorage, now: Timestamp) -> Result<(), KeyError> {
        let _one_at_a_time = self.inner.changing.lock().await;
        match self.state() {
            VaultState::Lost(_) => {}
            VaultState::Missing(why) => return Err(why.into()),
            VaultState::Ready(..) => return Ok(()),
        }
        let locator = self.locator()?;
        locator.store.back_up(now).await?;
        let state = locator.make(mode).await?.into();
        self.settle(state)
    }

    async fn locate(&self, mode: KeyStorage) -> Result<(), KeyError> {
        if matches!(self.state(), VaultState::Ready(..)) {
            return Ok(());
        }
        let state = self.locator()?.locate(mode).await?.into();
        self.settle(state)
    }

    fn settle(&self, state: VaultState) -> Result<(), KeyError> {
        self.become_(state.clone());
        match state {
            VaultState::Ready(..) => Ok(()),
            VaultState::Missing(why) => Err(why.into()),
            VaultState::Lost(why) => Err(why.into()),
        }
    }

    fn become_(&self, state: VaultState) {
        *self.inner.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    fn locator(&self) -> Result<&Locator, KeyError> {
        self.inner.locator.as_ref().ok_or(KeyError::InMemory)
    }
}

impl From<Located> for VaultState {
    fn from(located: Located) -> Self {
        match located {
            Located::Ready(vault, place) => Self::Ready(vault, place),
            Located::Missing(why) => Self::Missing(why),
            Located::Lost(why) => Self::Lost(why),
        }
    }
}

fn place_of(mode: KeyStorage) -> Place {
    match mode {
        KeyStorage::Keychain => Place::Keychain,
        KeyStorage::File => Place::File,
    }
}
