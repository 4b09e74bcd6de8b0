//! The user's word that personal logins may serve other programs.

use super::Proxy;
use crate::store::StoreError;
use std::sync::atomic::Ordering;

/// Where the store keeps when the user agreed.
pub(super) const CONSENT_AT: &str = "proxy_consent_at";

/// What the proxy does with personal logins and what the service's terms say: shown before it is switched on.
pub const PROXY_CONSENT: &str = "The proxy lets other programs on this computer use your quota. Over Antigravity and Gemini CLI it goes out with your own personal login, and the service's terms may forbid that: accounts were suspended for use through programs that are not Google's. An API key of Google AI Studio is the supported way. Headroom says openly what it is, stops at once for a login that the service refuses, and gives nobody access without a key that you made.";

impl Proxy {
    /// When the user agreed, if ever.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn consent_at(&self) -> Result<Option<String>, StoreError> {
        self.inner.parts.store.meta(CONSENT_AT).await
    }

    /// Records the user's word with its date, and says once what it means.
    ///
    /// # Errors
    /// When the database fails; then personal logins serve nobody.
    pub async fn agree(&self) -> Result<(), StoreError> {
        if self.consent_at().await?.is_none() {
            tracing::warn!("{PROXY_CONSENT}");
            let now = self.inner.parts.clock.now().to_string();
            self.inner.parts.store.put_meta(CONSENT_AT, Some(&now)).await?;
        }
        self.inner.roster.personal_logins.store(true, Ordering::Release);
        Ok(())
    }
}
