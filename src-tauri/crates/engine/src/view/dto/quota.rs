//! The quota document: every credential, model and window.

use serde::{Deserialize, Serialize};
use specta::Type;

/// How fresh an answer must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// What is in memory, with its age; never calls the service.
    #[default]
    Peek,
    /// Calls the service only when memory has nothing younger than `quota_cache_ttl_seconds`.
    Cached,
    /// Calls the service now; goes once through a failure cooldown.
    Refreshed,
}

/// Arguments of `quota`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
pub struct QuotaArgs {
    /// How fresh the answer must be.
    #[serde(default)]
    pub freshness: Freshness,
    /// One credential only, by id.
    #[serde(default)]
    pub credential: Option<String>,
}

/// Every credential, model and window: the document of `headroom quota --json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct QuotaDocument {
    /// When the document was made.
    pub at: String,
    /// One sentence that answers "what can I use now".
    pub sentence: String,
    /// Until when groups last, over all credentials together, where they are expected to run out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lasts: Vec<LastsView>,
    /// Whether the numbers are those of the built-in simulated service.
    pub demo: bool,
    /// Credentials in the user's order.
    pub credentials: Vec<CredentialView>,
}

/// One credential with all its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct CredentialView {
    /// Our id.
    pub id: String,
    /// The user's label, else the e-mail address.
    pub name: String,
    /// `antigravity`, `gemini-cli` or `api-key`.
    pub provider: String,
    /// `active`, `disabled`, `invalid`, `blocked` or `retired`.
    pub state: String,
    /// Why it is not active and what to do, in one or two sentences.
    pub state_reason: Option<String>,
    /// Since when it is in that state, where it is not active.
    pub state_since: Option<String>,
    /// Whether the user has to act.
    pub needs_user: bool,
    /// A link of the service where the user can act.
    pub link: Option<String>,
    /// The subscription's name.
    pub tier: Option<String>,
    /// When quota was last read with success.
    pub last_quota_refresh: Option<String>,
    /// A read is under way.
    pub reading: bool,
    /// Why the last read failed; the numbers shown are the ones before it.
    pub failure: Option<FailureView>,
    /// The tightest number of the credential.
    pub headline: Option<Headline>,
    /// Groups with their windows.
    pub groups: Vec<GroupView>,
    /// Models with their own and their effective numbers.
    pub models: Vec<ModelView>,
}

/// Why a read failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FailureView {
    /// What, why and what to do, in one sentence.
    pub message: String,
    /// When it failed.
    pub at: String,
    /// No automatic read before this instant.
    pub retry_at: String,
}

/// The tightest number of a credential.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Headline {
    /// What is left; never null here: an unknown number is no headline.
    pub remaining: Option<f64>,
    /// The group it belongs to, as people read it.
    pub group: Option<String>,
    /// The window that decides, e.g. `5h`.
    pub window: Option<String>,
    /// When it refills.
    pub reset_at: Option<String>,
    /// Whether the window's clock has started.
    pub started: Option<bool>,
}

/// One group with its windows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct GroupView {
    /// `gemini`, `3p`, or the service's name of a group this version does not know.
    pub key: String,
    /// As people read it.
    pub name: String,
    /// The smallest known remaining of its windows.
    pub remaining: Option<f64>,
    /// When that refills.
    pub reset_at: Option<String>,
    /// The window that decides, e.g. `weekly`.
    pub binding: Option<String>,
    /// Its windows, shortest first.
    pub windows: Vec<WindowView>,
    /// Until when it lasts, where it is expected to run out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts: Option<LastsView>,
    /// The start that is planned for it, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<PlannedView>,
}

/// Until when a group lasts, forecast from the person's days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LastsView {
    /// The group's key.
    pub group: String,
    /// The forecast.
    pub at: String,
    /// It runs out between this
    pub from: String,
    /// and this in four of five cases.
    pub to: String,
    /// How likely it runs out at all in the next 12 hours, 0 to 1.
    pub chance: f64,
    /// The same in one sentence.
    pub sentence: String,
}

/// A start that the planner has in view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PlannedView {
    /// When the window is to be started, as long as nobody uses it before; the next first.
    pub starts: Vec<String>,
    /// When it refills after the first start.
    pub refills: Vec<String>,
    /// The use it is expected to bring, in hours.
    pub gain_hours: f64,
    /// The same in one sentence.
    pub sentence: String,
}

/// One window of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct WindowView {
    /// The service's word for the period: `5h`, `weekly`, or any other.
    pub window: String,
    /// How long it is in seconds, where known.
    pub length_seconds: Option<f64>,
    /// What is left, or null for unknown.
    pub remaining: Option<f64>,
    /// When it refills.
    pub reset_at: Option<String>,
    /// Whether its clock has started; null where that cannot be told.
    pub started: Option<bool>,
    /// Whether it decides over its group's models; one that does not is shown only.
    pub binds: bool,
    /// Points (0 to 100) used per hour since its clock started, as of the reading; null where too little is known.
    pub points_per_hour: Option<f64>,
    /// When nothing is left at that rate; null where the window refills first.
    pub runs_out_at: Option<String>,
    /// `official_report`, `summary`, `model_list`, `buckets` or `refusal`.
    pub source: String,
    /// When it was read.
    pub observed_at: String,
    /// The last attempt to read it anew failed, or its reset has passed since.
    pub stale: bool,
}

/// One model of a credential.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModelView {
    /// The upstream id.
    pub id: String,
    /// The service's name of it.
    pub display_name: String,
    /// The group's key, or null where it has none.
    pub group: Option<String>,
    /// The model's own number in the per-model list, or null.
    pub remaining: Option<f64>,
    /// The number that counts: the smallest known of all that binds the model.
    pub effective_remaining: Option<f64>,
    /// When that refills.
    pub reset_at: Option<String>,
    /// Who said so.
    pub source: String,
    /// When it was read.
    pub observed_at: String,
    /// The last attempt to read it anew failed, or its reset has passed since.
    pub stale: bool,
    /// The per-model list is more than 5 points away from every window that binds the model.
    pub contradicts: bool,
    /// Protection keeps the last of it back.
    pub protected: bool,
    /// The model rests for this credential until then.
    pub cooldown_until: Option<String>,
    /// Why it rests.
    pub cooldown_reason: Option<String>,
    /// When it was last warmed up.
    pub last_warmup_at: Option<String>,
}
