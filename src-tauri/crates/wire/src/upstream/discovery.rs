//! `loadCodeAssist` and `onboardUser`: which project and subscription a login has, and whether it may come in.

use super::{Malformed, document, fields, without};
use crate::json::{Fields, Odd};
use crate::{fault, field, link};
use domain::credential::{Blocked, Provider, Tier, TierClass};
use domain::fault::plain_text;
use jiff::Timestamp;
use serde_json::{Value, json};

const LOAD: &str = "loadCodeAssist";
const ONBOARD: &str = "onboardUser";
/// The most tiers of one list that are read; the service sends up to three.
const MOST_TIERS: usize = 32;
/// The tier a login is onboarded to where the service offers no default.
const LEGACY: &str = "legacy-tier";
/// The tier of project accounts.
const STANDARD: &str = "standard-tier";

/// What the service knows of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    /// The project it works in. Not an account key: several logins may share one.
    pub project: Option<String>,
    /// The subscription to show.
    pub tier: Option<Tier>,
    /// Whether it may come in.
    pub standing: Standing,
}

/// Whether a login may come in, and if not, what is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Ready,
    /// It has to be onboarded first.
    NotOnboarded {
        /// To which tier.
        tier_id: String,
        /// Whether that takes a project of the user's; without that need none may be sent.
        needs_project: bool,
    },
    /// It works in a project of the user's, and the answer names none. One that is stored or set by the user
    /// answers this.
    NeedsProject,
    /// The service no longer serves this kind of login.
    Retired {
        /// The service's words.
        message: Option<String>,
    },
    /// The account has to do something first, or is not eligible.
    Blocked {
        /// What the service wants.
        why: Blocked,
        /// The service's words.
        message: Option<String>,
        /// Where the user can act. Short-lived, never stored for later.
        link: Option<String>,
    },
}

/// A long-running operation: how far onboarding is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Not yet done; ask for it again by its name, or repeat the request where it has none.
    Pending {
        /// The path below `v1internal/` that answers for it.
        name: Option<String>,
    },
    /// Done.
    Done {
        /// The project it gave; without one `loadCodeAssist` is asked once more.
        project: Option<String>,
    },
    /// Refused.
    Failed {
        /// The service's words.
        message: Option<String>,
    },
}

/// The body of `loadCodeAssist`. `project` is the user's own, for Gemini CLI; Antigravity sends none. API keys
/// have no such call.
#[must_use]
pub fn load_request(provider: Provider, project: Option<&str>) -> Vec<u8> {
    let mut body = json!({ "metadata": metadata(provider, project) });
    if let (Provider::GeminiCli | Provider::ApiKey, Some(project)) = (provider, project) {
        body["cloudaicompanionProject"] = json!(project);
    }
    body.to_string().into_bytes()
}

/// The body of `onboardUser`. `project` only for a tier that needs one: for the others the service refuses it.
#[must_use]
pub fn onboard_request(provider: Provider, tier_id: &str, project: Option<&str>) -> Vec<u8> {
    let mut body = json!({ "tierId": tier_id, "metadata": metadata(provider, project) });
    if let Some(project) = project {
        body["cloudaicompanionProject"] = json!(project);
    }
    body.to_string().into_bytes()
}

fn metadata(provider: Provider, project: Option<&str>) -> Value {
    match provider {
        Provider::Antigravity => json!({ "ideType": "ANTIGRAVITY" }),
        Provider::GeminiCli | Provider::ApiKey => {
            let mut metadata = json!({ "ideType": "IDE_UNSPECIFIED", "platform": "PLATFORM_UNSPECIFIED", "pluginType": "GEMINI" });
            if let Some(project) = project {
                metadata["duetProject"] = json!(project);
            }
            metadata
        }
    }
}

/// Reads the answer of `loadCodeAssist`.
///
/// # Errors
/// Where it is no such answer at all.
pub fn parse_load(body: &[u8]) -> Result<Discovery, Malformed> {
    let document = document(LOAD, body)?;
    let root = fields(LOAD, &document)?;
    if !root.is_empty() && !KNOWN.iter().any(|key| root.has(key)) {
        return Err(without(LOAD, "tiers"));
    }
    let current = root.get("currentTier").and_then(Fields::of);
    let allowed = tiers(root, "allowedTiers");
    let ineligible = tiers(root, "ineligibleTiers");
    let project = root.get("cloudaicompanionProject").and_then(project);
    Ok(Discovery {
        tier: display_tier(root, current, &allowed, &ineligible),
        standing: standing(current, &allowed, &ineligible, project.is_some()),
        project,
    })
}

const KNOWN: [&str; 7] = [
    "currentTier",
    "paidTier",
    "allowedTiers",
    "ineligibleTiers",
    "cloudaicompanionProject",
    "gcpManaged",
    "upgradeSubscriptionUri",
];

/// Reads a 403 of `loadCodeAssist`: an organisation's perimeter (`SECURITY_POLICY_VIOLATED`) hides the answer of
/// a project account, which works all the same. `None` for every other refusal.
#[must_use]
pub fn parse_load_refusal(body: &[u8]) -> Option<Discovery> {
    let answer = fault::Answer { status: 403, retry_after: None, body, now: Timestamp::UNIX_EPOCH };
    let fault = fault::read(answer, Provider::GeminiCli);
    (fault.reason.as_deref() == Some("SECURITY_POLICY_VIOLATED")).then(|| Discovery {
        project: None,
        tier: Some(named(STANDARD, "Gemini Code Assist")),
        standing: Standing::NeedsProject,
    })
}

/// Reads the answer of `onboardUser` and of its operation.
///
/// # Errors
/// Where it is no operation at all.
pub fn parse_operation(body: &[u8]) -> Result<Operation, Malformed> {
    let document = document(ONBOARD, body)?;
    let root = fields(ONBOARD, &document)?;
    if !["name", "done", "response", "metadata"].iter().any(|key| root.has(key)) {
        return Err(without(ONBOARD, "operation"));
    }
    if let Some(error) = root.get("error") {
        let message = error.get("message").and_then(Value::as_str).and_then(plain_text);
        return Ok(Operation::Failed { message });
    }
    if !root.plain_flag("done") {
        return Ok(Operation::Pending { name: root.plain("name").and_then(path).map(str::to_owned) });
    }
    let response = root.get("response").and_then(Fields::of);
    Ok(Operation::Done { project: response.and_then(|r| project(r.get("cloudaicompanionProject")?)) })
}

fn tiers<'a>(root: Fields<'a>, key: &str) -> Vec<Fields<'a>> {
    root.list(key, &mut Odd::default()).iter().take(MOST_TIERS).filter_map(Fields::of).collect()
}

/// A project: its id, or an object with one. Empty means none.
fn project(value: &Value) -> Option<String> {
    let id = value.as_str().or_else(|| value.get("id")?.as_str())?;
    field::id(id).map(str::to_owned)
}

/// An operation's name, as far as it can stand in a path without leading elsewhere.
fn path(name: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    let stays = name.split('/').all(|part| !part.is_empty() && part.chars().any(|c| c != '.'));
    (field::id(name).is_some() && name.chars().all(plain) && stays).then_some(name)
}

/// The subscription, else the tier in use, else the one on offer, which is not in use yet.
fn display_tier(
    root: Fields<'_>,
    current: Option<Fields<'_>>,
    allowed: &[Fields<'_>],
    ineligible: &[Fields<'_>],
) -> Option<Tier> {
    let paid = root.get("paidTier").and_then(Fields::of).and_then(tier);
    let in_use = || current.and_then(tier).filter(|tier| !is_ineligible(&tier.id, ineligible));
    let on_offer = || {
        let offered = default_tier(allowed).and_then(tier)?;
        Some(Tier { name: format!("{} (restricted)", offered.name), ..offered })
    };
    paid.or_else(in_use).or_else(on_offer)
}

fn tier(fields: Fields<'_>) -> Option<Tier> {
    let id = fields.plain("id").and_then(field::id);
    let name = fields.plain("name").and_then(field::name);
    let shown = name.or_else(|| id.map(str::to_owned))?;
    Some(named(id.unwrap_or_default(), &shown))
}

fn named(id: &str, name: &str) -> Tier {
    Tier { id: id.to_owned(), name: name.to_owned(), class: TierClass::of(id, name) }
}

fn default_tier<'a>(allowed: &[Fields<'a>]) -> Option<Fields<'a>> {
    allowed.iter().copied().find(|tier| tier.plain_flag("isDefault"))
}

fn is_ineligible(id: &str, ineligible: &[Fields<'_>]) -> bool {
    ineligible.iter().any(|entry| entry.plain("tierId") == Some(id))
}

fn standing(
    current: Option<Fields<'_>>,
    allowed: &[Fields<'_>],
    ineligible: &[Fields<'_>],
    has_project: bool,
) -> Standing {
    if let Some(current) = current {
        let own_project = current.plain("id") == Some(STANDARD) || needs_project(current);
        return if own_project && !has_project { Standing::NeedsProject } else { Standing::Ready };
    }
    let offered = default_tier(allowed);
    let open = offered.filter(|tier| tier.plain("id").is_some_and(|id| !is_ineligible(id, ineligible)));
    // A tier one cannot have blocks only where no other one is open.
    match (open, barrier(ineligible)) {
        (None, Some(barrier)) => barrier,
        (Some(_), _) | (None, None) => {
            let id = offered.and_then(|tier| tier.plain("id")).and_then(field::id);
            Standing::NotOnboarded {
                tier_id: id.unwrap_or(LEGACY).to_owned(),
                needs_project: id.is_none() || offered.is_some_and(needs_project),
            }
        }
    }
}

fn needs_project(tier: Fields<'_>) -> bool {
    tier.plain_flag("userDefinedCloudaicompanionProject")
}

/// What keeps the account out: what the user can settle first, then the end of this kind of login, then the rest.
fn barrier(ineligible: &[Fields<'_>]) -> Option<Standing> {
    let with = |code: &str| ineligible.iter().find(|entry| entry.plain("reasonCode") == Some(code));
    let words = |entry: &Fields<'_>, keys: &[&str]| keys.iter().find_map(|key| plain_text(entry.plain(key)?));
    if let Some(entry) = with("VALIDATION_REQUIRED") {
        return Some(Standing::Blocked {
            why: Blocked::Validation,
            message: words(entry, &["validationErrorMessage", "reasonMessage"]),
            link: entry.plain("validationUrl").and_then(link::checked),
        });
    }
    if let Some(entry) = with("UNSUPPORTED_CLIENT") {
        return Some(Standing::Retired { message: words(entry, &["reasonMessage"]) });
    }
    let entry = ineligible.first()?;
    Some(Standing::Blocked {
        why: Blocked::Ineligible,
        message: words(entry, &["reasonMessage"]),
        link: None,
    })
}
