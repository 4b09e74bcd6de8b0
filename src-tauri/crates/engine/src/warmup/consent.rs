//! The user's word that warmups may be sent.

use super::Warmups;
use crate::store::StoreError;
use domain::policy::words::Language;

/// Where the store keeps when the user agreed.
const CONSENT_AT: &str = "warmup_consent_at";

/// What warmup sends and what the service's terms say: shown before it is switched on.
#[must_use]
pub fn warmup_consent(language: Language) -> &'static str {
    language.say(
        "Warmup sends one tiny request (\"hi\") to a quota window that nobody has used yet, so that its clock starts early and it comes back early. It costs next to nothing of the quota. It goes over your own login, by itself. The service's terms may forbid that: accounts were suspended for use through programs that are not Google's. An API key is the supported way. Headroom stops at once for a login that the service refuses.",
        "预热会向尚未使用的额度窗口发送一个极小的请求（“hi”），让它早些开始计时，也就早些恢复，几乎不消耗额度。请求经由你自己的登录自动发出。服务条款可能禁止这样做：曾有账号因通过非 Google 程序使用而被停用。API 密钥才是受支持的方式。一旦服务拒绝某个登录，Headroom 会立即停止使用它。",
    )
}

impl Warmups {
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
    /// When the database fails.
    pub async fn agree(&self) -> Result<(), StoreError> {
        if self.consent_at().await?.is_none() {
            tracing::warn!(target: "smart_warmup", "{}", warmup_consent(Language::English));
            self.agree_quietly().await?;
        }
        Ok(())
    }

    /// As [`Self::agree`], where no login of anybody's is at stake.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn agree_quietly(&self) -> Result<(), StoreError> {
        let now = self.inner.parts.clock.now().to_string();
        self.inner.parts.store.put_meta(CONSENT_AT, Some(&now)).await
    }
}
