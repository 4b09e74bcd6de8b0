//! Documents about the proxy: client keys, what went through it, and how other programs are pointed at it.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Arguments of `key_create`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
pub struct KeyCreateArgs {
    /// What the user calls it; no other key in use may have the name.
    pub name: String,
    /// Which models it may use, by id or its beginning; empty allows every model.
    #[serde(default)]
    pub models: Vec<String>,
    /// Most requests on one day; null or 0 is without limit.
    #[serde(default)]
    pub daily_cap: Option<u32>,
}

/// Arguments of `key_change`. What is null stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
pub struct KeyChangeArgs {
    /// The key, by id or name.
    pub key: String,
    /// Its new name.
    #[serde(default)]
    pub name: Option<String>,
    /// Its new models; empty allows every model.
    #[serde(default)]
    pub models: Option<Vec<String>>,
    /// Its new cap; 0 takes it away.
    #[serde(default)]
    pub daily_cap: Option<u32>,
}

/// Arguments of `key_revoke`.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct KeyArgs {
    /// The key, by id or name.
    pub key: String,
}

/// A client key, without the key itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ClientKeyView {
    /// Names it for ever.
    pub id: String,
    /// What the user calls it.
    pub name: String,
    /// Which models it may use; empty allows every model.
    pub models: Vec<String>,
    /// Most requests on one day.
    pub daily_cap: Option<u32>,
    /// Requests of today, in local time.
    pub requests_today: u32,
    /// When it was made.
    pub created_at: String,
    /// When a request last came with it.
    pub last_used_at: Option<String>,
    /// It opens nothing any more.
    pub revoked: bool,
}

/// A key that was just made. Not `Debug`: it holds the key in clear, this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct KeyCreated {
    /// What it is.
    pub key: ClientKeyView,
    /// The key itself. It cannot be shown again.
    pub secret: String,
}

/// Arguments of `requests`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
pub struct RequestsArgs {
    /// How far back: a span (`1h`, `7d`) or an instant. Default: one day.
    #[serde(default)]
    pub since: Option<String>,
    /// At most so many, newest first. Default and most: 1000.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Of one credential, by id or name.
    #[serde(default)]
    pub credential: Option<String>,
    /// Of one client key, by id or name.
    #[serde(default)]
    pub key: Option<String>,
    /// For one model, as it was asked for or used.
    #[serde(default)]
    pub model: Option<String>,
    /// `ok`, `cancelled`, `refused`, `failed` or `truncated`.
    #[serde(default)]
    pub outcome: Option<String>,
}

/// One request that went through the proxy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RequestView {
    /// Names the record.
    pub id: String,
    /// When it came.
    pub at: String,
    /// The client key's id.
    pub key: String,
    /// What the key was called then.
    pub key_name: String,
    /// Where it came in, e.g. `/v1/messages`.
    pub endpoint: String,
    /// The model the client named.
    pub model_asked: String,
    /// The model that was asked upstream; null where nothing was.
    pub model_used: Option<String>,
    /// The credential's id; null where none was asked.
    pub credential: Option<String>,
    /// What people call the credential.
    pub name: Option<String>,
    /// `antigravity`, `gemini-cli` or `api-key`.
    pub provider: Option<String>,
    /// Tokens read, or null.
    pub tokens_in: Option<u32>,
    /// Tokens written, or null.
    pub tokens_out: Option<u32>,
    /// Of those read: from a cache.
    pub tokens_cached: Option<u32>,
    /// Of those written: reasoning.
    pub tokens_reasoning: Option<u32>,
    /// From its arrival to its end, in milliseconds.
    pub duration_ms: u32,
    /// From its arrival to the first byte of the answer, in milliseconds.
    pub first_byte_ms: Option<u32>,
    /// The HTTP status the client saw.
    pub status: u16,
    /// `ok`, `cancelled`, `refused`, `failed` or `truncated`.
    pub outcome: String,
    /// Upstream calls beyond the first.
    pub retries: u32,
    /// Why it went where it went, in one sentence.
    pub decision: String,
    /// It is kept what was said; `request_prompts` shows it.
    pub has_prompt: bool,
}

/// Arguments of `request_prompts`.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct RequestPromptsArgs {
    /// The records, by id; at most 1000.
    pub requests: Vec<String>,
}

/// What was said in one request. Not `Debug`: it is the user's own conversation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PromptView {
    /// The record's id.
    pub request: String,
    /// The end of what was asked, by turns.
    pub asked: String,
    /// Bytes of it that came before and are not kept.
    #[specta(type = u32)]
    pub asked_left_out: u64,
    /// The beginning of the answer; null where none came.
    pub answered: Option<String>,
    /// Bytes of it that came after and are not kept.
    #[specta(type = u32)]
    pub answered_left_out: u64,
}

/// What `prompts_delete` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PromptsDeleted {
    /// In how many requests something was said that is gone now.
    pub deleted: u32,
}

/// Arguments of `request_statistics`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
pub struct RequestStatisticsArgs {
    /// How far back: a span (`1h`, `7d`) or an instant. Default: seven days.
    #[serde(default)]
    pub since: Option<String>,
}

/// Sums over what went through the proxy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RequestStatisticsView {
    /// From when.
    pub since: String,
    /// Over everything; its subject and name are empty.
    pub total: UsageView,
    /// By the model that was used, or where none was, asked for.
    pub models: Vec<UsageView>,
    /// By credential.
    pub credentials: Vec<UsageView>,
    /// By client key.
    pub keys: Vec<UsageView>,
}

/// What one model, credential or key amounts to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct UsageView {
    /// The model, or the id of credential or key.
    pub subject: String,
    /// What people call it.
    pub name: String,
    /// Requests.
    pub requests: u32,
    /// Of them: failed or broken off.
    pub failures: u32,
    /// Of them: not sent.
    pub refusals: u32,
    /// Tokens read, where the service said so.
    #[specta(type = u32)]
    pub tokens_in: u64,
    /// Tokens written.
    #[specta(type = u32)]
    pub tokens_out: u64,
    /// Of those read: from a cache.
    #[specta(type = u32)]
    pub tokens_cached: u64,
    /// Of those written: reasoning.
    #[specta(type = u32)]
    pub tokens_reasoning: u64,
    /// The median time to the first byte, in milliseconds.
    pub median_first_byte_ms: Option<u32>,
}

/// What the proxy is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ProxyView {
    /// It is switched on.
    pub enabled: bool,
    /// Where it listens, e.g. `127.0.0.1:8045`; null while it does not.
    pub listening: Option<String>,
    /// Why it does not listen although it is switched on, and what to do.
    pub why_not: Option<String>,
    /// What programs on this machine are given as its address, e.g. `http://127.0.0.1:8045`.
    pub address: String,
    /// Requests that are being answered.
    pub in_flight: u32,
    /// What the proxy does and what the service's terms say, in plain words.
    pub consent_text: String,
    /// When the user agreed; null while nobody has.
    pub consent_at: Option<String>,
    /// Client keys in use.
    pub keys: u32,
    /// Of so many requests it is kept what was said.
    pub prompts: u32,
    /// For how many hours what is said is kept; null while it is not.
    pub prompts_hours: Option<u32>,
}

/// Arguments of `alias_preview`.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct AliasArgs {
    /// A model's name, as a client would send it.
    pub name: String,
}

/// Where a model's name goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AliasView {
    /// The name.
    pub name: String,
    /// The model that is asked.
    pub model: String,
    /// Whether any credential offers that model.
    pub known: bool,
    /// How the name comes to it: `itself`, `alias`, `replaced` or `nothing`.
    pub via: String,
    /// The rule, where it is one.
    pub rule: Option<String>,
    /// All of it in one sentence.
    pub sentence: String,
}

/// Arguments of `connect_show` and `connect_undo`.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct ConnectArgs {
    /// The program, e.g. `claude-code`.
    pub client: String,
}

/// Arguments of `connect_write`. Not `Debug`: it may hold a key.
#[derive(Clone, Serialize, Deserialize, Type)]
pub struct ConnectWriteArgs {
    /// The program, e.g. `claude-code`.
    pub client: String,
    /// A client key to give it. Without one it keeps the key it has, or one is made and named after it.
    #[serde(default)]
    pub key: Option<String>,
}

/// A program that can be pointed at the proxy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ConnectView {
    /// Its name in commands.
    pub client: String,
    /// Its name.
    pub name: String,
    /// How it is set up, in a few words.
    pub about: String,
    /// Its files that are written; none where it is set up by hand.
    pub files: Vec<String>,
    /// What to set, for a person to read and copy; a placeholder stands for the key.
    pub text: String,
    /// What else there is to know.
    pub notes: Vec<String>,
    /// Its files hold what they have to, with a key in use.
    pub connected: bool,
    /// Headroom wrote into its files and can take it back.
    pub can_undo: bool,
    /// Why its files cannot be written.
    pub problem: Option<String>,
}

/// What `connect_write` did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ConnectWritten {
    /// The program.
    pub client: String,
    /// Its name.
    pub name: String,
    /// Files that changed; none where everything was there already.
    pub changed: Vec<String>,
    /// Copies of what they held before.
    pub backups: Vec<String>,
    /// The name of the client key it has.
    pub key_name: String,
    /// That key was made for it.
    pub key_is_new: bool,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// What `connect_undo` did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ConnectUndone {
    /// The program.
    pub client: String,
    /// Its name.
    pub name: String,
    /// Files that hold again what they held before.
    pub restored: Vec<String>,
    /// Files that had changed since: only what Headroom put in was taken out.
    pub edited: Vec<String>,
    /// Files that were not there before and are gone.
    pub removed: Vec<String>,
    /// The name of the key that was made for it and is revoked now.
    pub revoked_key: Option<String>,
}
