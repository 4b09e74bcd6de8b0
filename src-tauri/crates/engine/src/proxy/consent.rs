//! The user's word that the proxy may use personal logins.

use super::Proxy;
use crate::clock::Clock;
use crate::store::{Store, StoreError};
use std::sync::atomic::Ordering;
use tokio_util::sync::CancellationToken;

/// Where the store keeps when the user agreed.
const CONSENT_AT: &str = "proxy_consent_at";

/// What the proxy does and what the service's terms say: shown before it is switched on.
pub const PROXY_CONSENT: &str = "The proxy passes the requests of other programs on over your own logins, and they use up the quota of those logins. The service's terms may forbid that for personal logins: accounts were suspended for use through programs that are not Google's. An API key of Google AI Studio is the supported way. Headroom says what it is, imitates no other program, and stops at once for a login that the service refuses.";

/// When the user agreed, if ever.
///
/// # Errors
/// When the database cannot be read.
pub async fn consent_at(store: &Store) -> Result<Option<String>, StoreError> {
    store.meta(CONSENT_AT).await
}

/// Records the user's word with its date, and says once what it means.
///
/// # Errors
/// When the database fails.
pub async fn agree(store: &Store, clock: &dyn Clock) -> Result<(), StoreError> {
    if consent_at(store).await?.is_none() {
        tracing::warn!(target: "proxy", "{PROXY_CONSENT}");
        store.put_meta(CONSENT_AT, Some(&clock.now().to_string())).await?;
    }
    Ok(())
}

impl Proxy {
    /// Records the user's word; from now on personal logins serve.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn agree(&self) -> Result<(), StoreError> {
        let parts = &self.inner.parts;
        agree(&parts.store, &*parts.clock).await?;
        self.inner.roster.personal_logins.store(true, Ordering::Release);
        Ok(())
    }

    /// Takes the switch as the user's word, however it was moved: by a command, the settings file or the environment.
    pub(super) async fn follow_switch(&self, stop: CancellationToken) {
        let mut settings = self.inner.parts.settings.watch();
        loop {
            let on = settings.borrow_and_update().proxy_enabled;
            if on && let Err(error) = self.agree().await {
                tracing::warn!(target: "proxy", %error, "That the proxy was switched on could not be noted");
            }
            tokio::select! {
                changed = settings.changed() => if changed.is_err() { return },
                () = stop.cancelled() => return,
            }
        }
    }
}
