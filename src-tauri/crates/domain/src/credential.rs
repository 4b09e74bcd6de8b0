//! A login or key of the user, and what state it is in.
//!
//! Secrets are not here: they live encrypted in the engine's store and never reach a decision.

use crate::policy::words::{Language, Spoken};
use jiff::Timestamp;
use std::fmt;
use std::str::FromStr;

/// Where a credential belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    /// Google Antigravity, a personal login.
    Antigravity,
    /// Gemini CLI: Code Assist Standard or Enterprise; personal logins are retired since 2026-06-18.
    GeminiCli,
    /// An API key of Google AI Studio, the supported route for other programs.
    ApiKey,
}

impl Provider {
    /// Every provider, in the default routing order.
    pub const ALL: [Self; 3] = [Self::Antigravity, Self::GeminiCli, Self::ApiKey];

    /// The name in settings, JSON and on the command line.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Antigravity => "antigravity",
            Self::GeminiCli => "gemini-cli",
            Self::ApiKey => "api-key",
        }
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Antigravity => "Antigravity",
            Self::GeminiCli => "Gemini CLI",
            Self::ApiKey => "API key",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// The text names no provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no provider; use antigravity, gemini-cli or api-key")]
pub struct UnknownProvider(pub String);

impl Spoken for UnknownProvider {
    fn in_chinese(&self) -> String {
        format!("没有名为 {:?} 的提供方；可用 antigravity、gemini-cli 或 api-key", self.0)
    }
}

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(text: &str) -> Result<Self, UnknownProvider> {
        Self::ALL
            .into_iter()
            .find(|p| p.key() == text || p.key().replace('-', "_") == text)
            .ok_or_else(|| UnknownProvider(text.to_owned()))
    }
}

/// Our own name for a credential: short, stable, safe in a file name and a URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialId(String);

impl CredentialId {
    /// Wraps an id that the store minted.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl CredentialId {
    /// How the id of a login begins that is only watched.
    pub const WATCHED: &str = "agy-";

    /// Whether it is of a login that was never handed over: what is known of it, the official program reports.
    /// It has no secret, so nothing can be sent for it.
    #[must_use]
    pub fn is_watched_only(&self) -> bool {
        self.0.starts_with(Self::WATCHED)
    }
}

/// One login or key of the user, without its secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct Credential {
    /// Our own id.
    pub id: CredentialId,
    /// Where it belongs.
    pub provider: Provider,
    /// The e-mail address, where the service or the file told one.
    pub email: Option<String>,
    /// The user's own name for it; comes before the e-mail address.
    pub label: Option<String>,
    /// The project the service gave this login, if known. Not an account key: several logins may share one.
    pub project: Option<String>,
    /// The subscription, if known.
    pub tier: Option<Tier>,
    /// Whether it can be used, and if not, why.
    pub state: State,
    /// When it came to us.
    pub added_at: Timestamp,
    /// When project and tier were last asked for.
    pub discovered_at: Option<Timestamp>,
    /// When quota was last read with success. A time only: the numbers stay in memory.
    pub last_quota_refresh: Option<Timestamp>,
}

impl Credential {
    /// What people call it: the label, else the e-mail address, else provider and id.
    #[must_use]
    pub fn name(&self) -> String {
        self.label
            .clone()
            .or_else(|| self.email.clone())
            .unwrap_or_else(|| format!("{} {}", self.provider.title(), self.id))
    }
}

/// A subscription as the service names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// The service's id, e.g. `g1-pro-tier`.
    pub id: String,
    /// The service's name, e.g. "Google AI Pro".
    pub name: String,
    /// What kind it is.
    pub class: TierClass,
}

/// Kinds of subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TierClass {
    /// No subscription.
    Free,
    /// Google AI Pro and its like.
    Pro,
    /// Google AI Ultra and its like.
    Ultra,
    /// Code Assist Standard or Enterprise: the user's own project.
    Project,
    /// A name this version cannot place.
    Unknown,
}

impl TierClass {
    /// Places a tier by its id, and by words in id and name where the id is new.
    #[must_use]
    pub fn of(id: &str, name: &str) -> Self {
        match id {
            "free-tier" | "legacy-tier" => return Self::Free,
            "standard-tier" => return Self::Project,
            "g1-pro-tier" | "helium-tier" => return Self::Pro,
            "g1-ultra-tier" | "ws-ai-ultra-business-tier" => return Self::Ultra,
            _ => {}
        }
        let text = format!("{id} {name}").to_lowercase();
        if text.contains("ultra") {
            Self::Ultra
        } else if text.contains("pro") {
            Self::Pro
        } else if text.contains("free") {
            Self::Free
        } else {
            Self::Unknown
        }
    }
}

/// Whether a credential can be used, and if not, why.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// In use.
    Active,
    /// Switched off by the user (or so in the file it came from).
    Disabled,
    /// The service refused the refresh, or there is no usable token.
    Invalid {
        /// What makes it unusable.
        why: Invalid,
        /// Since when.
        since: Timestamp,
    },
    /// The service answered 403 and the user has to act.
    Blocked {
        /// What the service wants.
        why: Blocked,
        /// The service's own words, shortened.
        message: Option<String>,
        /// Where the user can act, an https link of the service.
        link: Option<String>,
        /// Since when.
        since: Timestamp,
    },
    /// The service no longer serves this kind of login.
    Retired {
        /// The service's own words, shortened.
        message: Option<String>,
        /// Since when.
        since: Timestamp,
    },
}

/// Why a credential has no usable token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invalid {
    /// The token endpoint answered `invalid_grant`.
    RefreshRefused,
    /// There is no refresh token and the access token is over.
    NoToken,
    /// `API_KEY_INVALID`.
    KeyRefused,
    /// No client id is known that could refresh this login.
    NoClient,
}

/// What a 403 (or an ineligible account) asks of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocked {
    /// `VALIDATION_REQUIRED`: verify the account on the linked page.
    Validation,
    /// `TOS_VIOLATION`: suspended for a breach of terms.
    Terms,
    /// `SERVICE_DISABLED`: the API is off in the project.
    ServiceDisabled,
    /// `IAM_PERMISSION_DENIED` or a bare 403.
    Forbidden,
    /// The login lacks a scope: sign in again.
    Scope,
    /// No tier of the service is open to this account (age, place, kind of account).
    Ineligible,
    /// The API key may not call this API, or not from here.
    KeyRestricted,
}

impl State {
    /// The word in JSON and in the store.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Invalid { .. } => "invalid",
            Self::Blocked { .. } => "blocked",
            Self::Retired { .. } => "retired",
        }
    }

    /// Whether automatic traffic may use the credential.
    #[must_use]
    pub fn is_active(&self) -> bool {
        matches!(self, Self::Active)
    }

    /// Whether the user has to do something before the credential works again.
    #[must_use]
    pub fn needs_user(&self) -> bool {
        matches!(self, Self::Invalid { .. } | Self::Blocked { .. })
    }

    /// The state in a word or two.
    #[must_use]
    pub fn word(&self, language: Language) -> &'static str {
        match self {
            Self::Active => language.say("active", "使用中"),
            Self::Disabled => language.say("disabled", "已停用"),
            Self::Invalid { .. } => language.say("invalid", "需要重新登录"),
            Self::Blocked { .. } => language.say("blocked", "需要你处理"),
            Self::Retired { .. } => language.say("retired", "已停止服务"),
        }
    }

    /// Why it is not active and what to do, in words; `None` while it is active.
    #[must_use]
    pub fn reason(&self, language: Language) -> Option<String> {
        let text = match self {
            Self::Active => return None,
            Self::Disabled => language.say("Switched off by you.", "已由你停用。"),
            Self::Invalid { why, .. } => why.reason(language),
            Self::Blocked { why, message: None, .. } => why.reason(language),
            Self::Blocked { why, message: Some(message), .. } => {
                let what = why.reason(language);
                return Some(language.say(
                    format!("{what} The service says: {message}"),
                    format!("{what}服务的原话：{message}"),
                ));
            }
            Self::Retired { .. } => language.say(
                "The service no longer serves this kind of login (Gemini CLI for individuals ended on 2026-06-18). Use Antigravity or an API key.",
                "服务已停止支持这类登录（面向个人的 Gemini CLI 于 2026-06-18 终止）。请改用 Antigravity 或 API 密钥。",
            ),
        };
        Some(text.to_owned())
    }
}

impl Invalid {
    fn reason(self, language: Language) -> &'static str {
        match self {
            Self::RefreshRefused => language.say(
                "The service no longer accepts this login (invalid_grant). Sign in again.",
                "服务不再接受这个登录（invalid_grant）。请重新登录。",
            ),
            Self::NoToken => language.say(
                "There is no usable token and no refresh token. Sign in again.",
                "没有可用的令牌，也没有刷新令牌。请重新登录。",
            ),
            Self::KeyRefused => language.say(
                "The service does not accept this API key. Add a valid one.",
                "服务不接受这个 API 密钥。请添加有效的密钥。",
            ),
            Self::NoClient => language.say(
                "No OAuth client is known for this login. Set its client id and secret in the settings.",
                "不知道这个登录的 OAuth 客户端。请在设置中填写 client id 和 secret。",
            ),
        }
    }
}

impl Blocked {
    fn reason(self, language: Language) -> &'static str {
        match self {
            Self::Validation => language.say(
                "The service asks to verify this account. Nothing is sent for it until then.",
                "服务要求验证这个账号。在此之前不会为它发送任何请求。",
            ),
            Self::Terms => language.say(
                "The service suspended this account for a breach of its terms. Nothing is sent for it any more.",
                "服务以违反条款为由停用了这个账号。不会再为它发送任何请求。",
            ),
            Self::ServiceDisabled => language.say(
                "The API is switched off in this login's project. Switch it on, then check again.",
                "这个登录的项目中没有启用该 API。请启用后重新检查。",
            ),
            Self::Forbidden => language.say(
                "The service refuses this login (403). Ask whoever manages its project, then check again.",
                "服务拒绝这个登录（403）。请询问项目的管理者，然后重新检查。",
            ),
            Self::Scope => language.say(
                "This login lacks a permission. Sign in again and leave every box ticked.",
                "这个登录缺少一项权限。请重新登录，并保留所有勾选。",
            ),
            Self::Ineligible => language.say(
                "The service does not offer itself to this account.",
                "服务不向这个账号提供。",
            ),
            Self::KeyRestricted => language.say(
                "This API key may not call the service from here. Lift its restriction, then check again.",
                "这个 API 密钥不能从这里调用服务。请解除限制后重新检查。",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_placed_by_id_then_by_words() {
        for (id, name, class) in [
            ("free-tier", "Antigravity", TierClass::Free),
            ("g1-pro-tier", "Google AI Pro", TierClass::Pro),
            ("g1-ultra-tier", "", TierClass::Ultra),
            ("standard-tier", "Gemini Code Assist", TierClass::Project),
            ("new-tier", "Super ULTRA pro", TierClass::Ultra),
            ("x-pro", "", TierClass::Pro),
            ("mystery", "", TierClass::Unknown),
        ] {
            assert_eq!(TierClass::of(id, name), class, "{id} {name}");
        }
    }

    #[test]
    fn a_provider_is_read_in_both_spellings() {
        assert_eq!("gemini_cli".parse(), Ok(Provider::GeminiCli));
        assert_eq!("gemini-cli".parse(), Ok(Provider::GeminiCli));
        assert_eq!("claude".parse::<Provider>(), Err(UnknownProvider("claude".into())));
    }

    #[test]
    fn only_an_active_credential_has_no_reason() {
        assert_eq!(State::Active.reason(Language::English), None);
        let refused = State::Invalid { why: Invalid::RefreshRefused, since: Timestamp::UNIX_EPOCH };
        assert!(refused.reason(Language::English).is_some_and(|r| r.contains("Sign in again")));
        assert!(refused.needs_user() && !refused.is_active());
    }
}
