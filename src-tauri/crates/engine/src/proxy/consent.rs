//! The user's word that the proxy may use personal logins.

use super::Proxy;
use crate::clock::Clock;
use crate::store::{Store, StoreError};
use domain::policy::words::Language;
use std::sync::atomic::Ordering;
use tokio_util::sync::CancellationToken;

/// Where the store keeps when the user agreed.
const CONSENT_AT: &str = "proxy_consent_at";

/// What the proxy does and what the service's terms say: shown before it is switched on.
#[must_use]
pub fn proxy_consent(language: Language) -> &'static str {
    language.say(
        "The proxy passes the requests of other programs on over your own logins, and they use up the quota of those logins. The service's terms may forbid that for personal logins: accounts were suspended for use through programs that are not Google's. An API key of Google AI Studio is the supported way. Headroom says what it is, imitates no other program, and stops at once for a login that the service refuses.",
        "代理会把其他程序的请求经由你自己的登录转发，并消耗这些登录的额度。对于个人登录，服务条款可能禁止这样做：曾有账号因通过非 Google 程序使用而被停用。Google AI Studio 的 API 密钥才是受支持的方式。Headroom 如实表明自己的身份，不冒充其他程序；一旦服务拒绝某个登录，会立即停止使用它。",
    )
}

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
        tracing::warn!(target: "proxy", "{}", proxy_consent(Language::English));
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
