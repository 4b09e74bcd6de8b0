//! The kinds of failure and the four words people read for them.

use crate::policy::words::Language;

/// Kinds of failure, as `decide` tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// The request itself is wrong; no credential can help.
    BadRequest,
    /// A thought signature is missing, foreign or damaged; the request can be repaired once.
    BadSignature,
    /// The service is not offered where the request left from.
    LocationUnsupported,
    /// 401: the access token was not accepted.
    Unauthenticated,
    /// 403 `VALIDATION_REQUIRED`: the user has to verify the account.
    ValidationRequired,
    /// 403 `SERVICE_DISABLED`: the API is off in the project.
    ServiceDisabled,
    /// 403 without a reason of its own, or `IAM_PERMISSION_DENIED`.
    Forbidden,
    /// 403 `ACCESS_TOKEN_SCOPE_INSUFFICIENT`: the login lacks a scope.
    ScopeInsufficient,
    /// 403 `TOS_VIOLATION`: the account is suspended.
    AccountSuspended,
    /// `UNSUPPORTED_CLIENT`: the service no longer serves this kind of login.
    Retired,
    /// 404: no such model, or not for this account, or not on this host.
    ModelNotFound,
    /// A window is empty.
    QuotaExhausted,
    /// Too fast, or too much in a short time.
    RateLimit,
    /// A 429 that says nothing more.
    Unstructured,
    /// The service is full; nobody's fault.
    Capacity,
    /// The service or the way to it failed for the moment.
    Transient,
    /// `API_KEY_INVALID`.
    KeyInvalid,
    /// The API key may not call this API, or not from here.
    KeyBlocked,
}

/// The four words for the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Word {
    /// Empty until a time.
    QuotaEmpty,
    /// Too fast, for a while.
    Rate,
    /// The service is full, nobody's fault.
    Capacity,
    /// The service declined this request.
    Refused,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 18] = [
        Self::BadRequest,
        Self::BadSignature,
        Self::LocationUnsupported,
        Self::Unauthenticated,
        Self::ValidationRequired,
        Self::ServiceDisabled,
        Self::Forbidden,
        Self::ScopeInsufficient,
        Self::AccountSuspended,
        Self::Retired,
        Self::ModelNotFound,
        Self::QuotaExhausted,
        Self::RateLimit,
        Self::Unstructured,
        Self::Capacity,
        Self::Transient,
        Self::KeyInvalid,
        Self::KeyBlocked,
    ];

    /// The word in logs, the ledger and JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::BadSignature => "bad_signature",
            Self::LocationUnsupported => "location_unsupported",
            Self::Unauthenticated => "unauthenticated",
            Self::ValidationRequired => "validation_required",
            Self::ServiceDisabled => "service_disabled",
            Self::Forbidden => "forbidden",
            Self::ScopeInsufficient => "scope_insufficient",
            Self::AccountSuspended => "account_suspended",
            Self::Retired => "retired",
            Self::ModelNotFound => "model_not_found",
            Self::QuotaExhausted => "quota_exhausted",
            Self::RateLimit => "rate_limit",
            Self::Unstructured => "unstructured",
            Self::Capacity => "capacity",
            Self::Transient => "transient",
            Self::KeyInvalid => "key_invalid",
            Self::KeyBlocked => "key_blocked",
        }
    }

    /// What people read, as a remark beside a status.
    #[must_use]
    pub fn title(self, language: Language) -> &'static str {
        match self {
            Self::BadRequest => language.say("the request is not valid", "请求无效"),
            Self::BadSignature => language.say("a thought signature is not valid", "思考签名无效"),
            Self::LocationUnsupported => language.say("not offered at this location", "所在地区不提供"),
            Self::Unauthenticated => language.say("the login was not accepted", "登录未被接受"),
            Self::ValidationRequired => language.say("the account has to be verified", "账号需要验证"),
            Self::ServiceDisabled => {
                language.say("the API is switched off in the project", "项目中未启用该 API")
            }
            Self::Forbidden => language.say("not allowed", "没有权限"),
            Self::ScopeInsufficient => language.say("the login lacks a permission", "登录缺少权限"),
            Self::AccountSuspended => language.say("the account is suspended", "账号已被停用"),
            Self::Retired => language.say("this kind of login is no longer served", "服务已停止支持这类登录"),
            Self::ModelNotFound => language.say("not found", "未找到"),
            Self::QuotaExhausted => language.say("quota empty", "额度用尽"),
            Self::RateLimit => language.say("too many requests", "请求过多"),
            Self::Unstructured => language.say("too many requests or quota empty", "请求过多或额度用尽"),
            Self::Capacity => language.say("the service is full", "服务已满"),
            Self::Transient => language.say("the service failed for the moment", "服务暂时出错"),
            Self::KeyInvalid => language.say("the API key is not valid", "API 密钥无效"),
            Self::KeyBlocked => language.say("the API key may not be used for this", "API 密钥不能用于此处"),
        }
    }

    /// The inverse of [`Class::key`].
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.key() == key)
    }

    /// The word people read. `None` for what passes by itself or is repaired without them: a lapsed token,
    /// a failure for the moment.
    #[must_use]
    pub fn word(self) -> Option<Word> {
        match self {
            Self::QuotaExhausted => Some(Word::QuotaEmpty),
            Self::RateLimit | Self::Unstructured => Some(Word::Rate),
            Self::Capacity => Some(Word::Capacity),
            Self::BadRequest
            | Self::BadSignature
            | Self::LocationUnsupported
            | Self::ValidationRequired
            | Self::ServiceDisabled
            | Self::Forbidden
            | Self::ScopeInsufficient
            | Self::AccountSuspended
            | Self::Retired
            | Self::ModelNotFound
            | Self::KeyInvalid
            | Self::KeyBlocked => Some(Word::Refused),
            Self::Unauthenticated | Self::Transient => None,
        }
    }
}

impl Word {
    /// The word as people read it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::QuotaEmpty => "quota empty",
            Self::Rate => "rate",
            Self::Capacity => "capacity",
            Self::Refused => "refused",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_comes_back_as_its_class() {
        for class in Class::ALL {
            assert_eq!(Class::from_key(class.key()), Some(class));
        }
        assert_eq!(Class::from_key("something else"), None);
    }
}
