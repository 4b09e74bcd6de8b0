//! The one place that changes client keys: durable first, then in force.

use super::keys::{self, ClientKeyWithHash, KeyHash};
use crate::clock::Clock;
use crate::store::{ClientKey, KeyChange, Store, StoreError};
use domain::policy::words::Spoken;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::Arc;
use tokio::sync::{Mutex, watch};

/// Keeps the client keys. Clones share them.
#[derive(Clone)]
pub struct ClientKeys {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    show: watch::Sender<Arc<Vec<ClientKeyWithHash>>>,
    /// One change at a time, so that what is shown is what is stored.
    changing: Mutex<()>,
}

/// Why no single key is meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// None has this name or id.
    #[error("there is no client key {0:?} in use; `headroom keys` lists them")]
    Unknown(String),
}

impl Spoken for NoKey {
    fn in_chinese(&self) -> String {
        let Self::Unknown(text) = self;
        format!("没有名为 {text:?} 的可用客户端密钥；`headroom keys` 列出全部密钥")
    }
}

impl ClientKeys {
    /// Reads the keys.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load(store: Store, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let show = watch::Sender::new(Arc::new(store.client_keys().await?));
        Ok(Self { inner: Arc::new(Inner { store, clock, show, changing: Mutex::new(()) }) })
    }

    /// Every key, revoked ones included, the oldest first.
    #[must_use]
    pub fn all(&self) -> Arc<Vec<ClientKeyWithHash>> {
        self.inner.show.borrow().clone()
    }

    /// Tells when a key is made, changed or revoked.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Arc<Vec<ClientKeyWithHash>>> {
        self.inner.show.subscribe()
    }

    /// The key that a client presented, if it is one in use.
    #[must_use]
    pub fn recognise(&self, presented: &str) -> Option<ClientKey> {
        keys::find(&self.all(), presented).cloned()
    }

    /// The key in use with this id, or this name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn named(&self, text: &str) -> Result<ClientKey, NoKey> {
        let all = self.all();
        let in_use = || all.iter().map(|k| &k.key).filter(|k| !k.revoked);
        let found = in_use().find(|k| k.id == text).or_else(|| in_use().find(|k| k.name == text));
        found.cloned().ok_or_else(|| NoKey::Unknown(text.chars().take(60).collect()))
    }

    /// Makes a key. It comes out in clear this once.
    ///
    /// # Errors
    /// [`StoreError::KeyExists`] where the name is in use, or when the database fails.
    pub async fn create(
        &self,
        name: String,
        models: Vec<String>,
        daily_cap: Option<u32>,
    ) -> Result<(ClientKey, SecretString), StoreError> {
        let secret = keys::fresh();
        let now = self.inner.clock.now();
        let key = ClientKey {
            id: format!("k-{:016x}", rand::random::<u64>()),
            name,
            models,
            daily_cap,
            // As finely as the store keeps it.
            created_at: Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now),
            last_used_at: None,
            revoked: false,
        };
        let kept = ClientKeyWithHash { key: key.clone(), hash: KeyHash::of(secret.expose_secret()) };
        let _one_at_a_time = self.inner.changing.lock().await;
        self.inner.store.add_client_key(kept).await?;
        self.reload().await?;
        tracing::info!(target: "proxy", "The client key {:?} was made", key.name);
        Ok((key, secret))
    }

    /// Changes a key in use. Answers whether there is one.
    ///
    /// # Errors
    /// [`StoreError::KeyExists`] where the new name is in use, or when the database fails.
    pub async fn change(&self, id: &str, change: KeyChange) -> Result<bool, StoreError> {
        let _one_at_a_time = self.inner.changing.lock().await;
        let changed = self.inner.store.change_client_key(id, change).await?;
        self.reload().await?;
        Ok(changed)
    }

    /// Makes a key open nothing any more, from the next request on. Answers whether it did until then.
    ///
    /// # Errors
    /// When the database fails: then it still opens.
    pub async fn revoke(&self, id: &str) -> Result<bool, StoreError> {
        let _one_at_a_time = self.inner.changing.lock().await;
        let revoked = self.inner.store.revoke_client_key(id).await?;
        self.reload().await?;
        if revoked {
            tracing::info!(target: "proxy", key = id, "A client key was revoked");
        }
        Ok(revoked)
    }

    /// Notes that a request came with a key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn used(&self, id: &str) -> Result<(), StoreError> {
        let now = self.inner.clock.now();
        self.inner.store.touch_client_key(id, now).await?;
        self.inner.show.send_modify(|keys| {
            if let Some(known) = Arc::make_mut(keys).iter_mut().find(|k| k.key.id == id) {
                known.key.last_used_at = known.key.last_used_at.max(Some(now));
            }
        });
        Ok(())
    }

    async fn reload(&self) -> Result<(), StoreError> {
        self.inner.show.send_replace(Arc::new(self.inner.store.client_keys().await?));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    async fn empty() -> ClientKeys {
        ClientKeys::load(Store::in_memory().unwrap(), Arc::new(SystemClock)).await.unwrap()
    }

    #[tokio::test]
    async fn a_key_opens_from_its_making_to_its_end() {
        let keys = empty().await;
        let (key, secret) = keys.create("laptop".into(), vec![], None).await.unwrap();
        assert_eq!(keys.recognise(secret.expose_secret()), Some(key.clone()));
        keys.used(&key.id).await.unwrap();
        assert!(keys.named("laptop").unwrap().last_used_at.is_some());
        assert!(keys.revoke(&key.id).await.unwrap());
        assert_eq!(keys.recognise(secret.expose_secret()), None);
        assert!(keys.named("laptop").is_err());
        assert_eq!(keys.all().len(), 1, "it is still there for the records that name it");
    }

    #[tokio::test]
    async fn ten_thousand_guesses_open_nothing() {
        let keys = empty().await;
        keys.create("laptop".into(), vec![], None).await.unwrap();
        for _ in 0..10_000 {
            assert_eq!(keys.recognise(keys::fresh().expose_secret()), None);
        }
    }
}
