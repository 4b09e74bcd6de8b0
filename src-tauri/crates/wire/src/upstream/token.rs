//! The token endpoint: what a code or a refresh token gets, and what its refusals mean.
//!
//! Its errors have a flat form of their own. Only `invalid_grant` from here means that a login is dead.

use super::{Malformed, document, fields, without};
use crate::field;
use crate::json::{self, Confidential, Fields};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::fault::plain_text;
use domain::policy::words::Said;
use jiff::SignedDuration;
use secrecy::SecretString;
use serde_json::Value;

const ENDPOINT: &str = "the token endpoint";
/// The longest life of an access token that is believed, in seconds: a day; the service gives an hour.
const LONGEST_LIFE: i64 = 86_400;

/// What a code or a refresh token got. Its secrets do not show in `Debug`.
#[derive(Debug, Clone)]
pub struct TokenAnswer {
    /// The access token.
    pub access_token: SecretString,
    /// How long it lives, zero to a day; zero where the answer does not say: it counts as over.
    pub expires_in: SignedDuration,
    /// A new refresh token, to be stored before the access token is used. Without one the old one stays.
    pub refresh_token: Option<SecretString>,
    /// What was granted; the user can untick scopes.
    pub scopes: Vec<String>,
    /// The address in the id token, not verified: to show only.
    pub email: Option<String>,
}

/// Why the token endpoint refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenRefusal {
    /// `invalid_grant`: the refresh token is dead, or of another client, or the code was used.
    RefreshRefused,
    /// Client id or secret are wrong: a matter of the settings, no credential's fault. The service's words.
    Client(String),
    /// A policy of the service or the organisation. The service's words.
    Policy(String),
    /// Our request was wrong. The service's words.
    Ours(String),
    /// For the moment: try again later.
    Transient,
}

impl TokenRefusal {
    /// What people read, with the service's words where there are any.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::RefreshRefused => "the login or code is no longer valid".to_owned(),
            Self::Client(words) => format!("client id or secret are wrong: {words}"),
            Self::Policy(words) => format!("a policy forbids it: {words}"),
            Self::Ours(words) => format!("our request was wrong: {words}"),
            Self::Transient => "the sign-in service failed for the moment".to_owned(),
        }
    }
}

impl TokenRefusal {
    /// The same in both languages; the service's words stay as they are.
    #[must_use]
    pub fn said(&self) -> Said {
        let chinese = match self {
            Self::RefreshRefused => "登录或授权码已失效".to_owned(),
            Self::Client(words) => format!("客户端 id 或密钥不正确：{words}"),
            Self::Policy(words) => format!("策略不允许：{words}"),
            Self::Ours(words) => format!("请求有误：{words}"),
            Self::Transient => "登录服务暂时出错".to_owned(),
        };
        Said::new(self.title(), chinese)
    }
}

/// Reads an answer that is a success.
///
/// # Errors
/// Where there is no access token in it.
pub fn parse(body: &[u8]) -> Result<TokenAnswer, Malformed> {
    let document = Confidential::new(document(ENDPOINT, body)?);
    let root = fields(ENDPOINT, document.get())?;
    let secret = |key: &str| root.plain(key).and_then(field::secret);
    Ok(TokenAnswer {
        access_token: secret("access_token").ok_or(without(ENDPOINT, "access token"))?,
        expires_in: SignedDuration::from_secs(life(root)),
        refresh_token: secret("refresh_token"),
        scopes: root.plain("scope").map(scopes).unwrap_or_default(),
        email: root.plain("id_token").and_then(email),
    })
}

/// Reads a refusal. `status` 0 stands for no answer at all.
#[must_use]
pub fn refusal(status: u16, body: &[u8]) -> TokenRefusal {
    // Every other status passes by itself, whatever stands in the body.
    if !(400..500).contains(&status) || matches!(status, 408 | 429) {
        return TokenRefusal::Transient;
    }
    let document = json::document(body).unwrap_or(Value::Null);
    let Some(root) = Fields::of(&document) else { return TokenRefusal::Transient };
    let nested = || root.get("error")?.get("message")?.as_str();
    let Some(word) = root.plain("error").or_else(nested) else { return TokenRefusal::Transient };
    let text = root.plain("error_description").map_or_else(|| word.to_owned(), |d| format!("{word}: {d}"));
    let text = plain_text(&text).unwrap_or_default();
    match word {
        "invalid_grant" => TokenRefusal::RefreshRefused,
        "invalid_client" | "unauthorized_client" => TokenRefusal::Client(text),
        "invalid_request" | "unsupported_grant_type" | "redirect_uri_mismatch" => TokenRefusal::Ours(text),
        "internal_failure" | "temporarily_unavailable" => TokenRefusal::Transient,
        // invalid_scope, access_denied, admin_policy_enforced, rate_limit_exceeded, and what is new: shown as it comes.
        _ => TokenRefusal::Policy(text),
    }
}

/// Seconds, as a number or as a text.
fn life(root: Fields<'_>) -> i64 {
    let Some(value) = root.get("expires_in") else { return 0 };
    let seconds = value.as_f64().or_else(|| value.as_str()?.parse().ok()).unwrap_or(0.0);
    // A cast of a float saturates, and NaN becomes 0.
    (seconds as i64).clamp(0, LONGEST_LIFE)
}

pub(crate) fn scopes(text: &str) -> Vec<String> {
    text.split_whitespace().filter_map(field::id).map(str::to_owned).collect()
}

/// The address in an id token. Its signature is not checked, so it decides nothing.
fn email(id_token: &str) -> Option<String> {
    let claims = URL_SAFE_NO_PAD.decode(id_token.split('.').nth(1)?).ok()?;
    field::address(json::document(&claims).ok()?.get("email")?.as_str()?)
}
