//! `loadCodeAssist`: the subscription, the project, and why there is none (`upstream-api` §3).

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    account::Account,
    assist::{check_fields, project_value},
    reply::Reply,
    request::Request,
    scenario::{AccountKind, Flag, Tier},
};

/// The answer.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct LoadCodeAssist {
    #[serde(skip_serializing_if = "Option::is_none")]
    current_tier: Option<TierBody>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_tiers: Vec<TierBody>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ineligible_tiers: Vec<Ineligible>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloudaicompanion_project: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gcp_managed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upgrade_subscription_uri: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_tier: Option<TierBody>,
}

/// A tier.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct TierBody {
    id: &'static str,
    name: &'static str,
    description: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_defined_cloudaicompanion_project: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    privacy_notice: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uses_gcp_tos: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_default: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upgrade_subscription_uri: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upgrade_subscription_text: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upgrade_subscription_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    available_credits: Option<Value>,
}

/// A tier one cannot have, and why.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ineligible {
    reason_code: String,
    reason_message: &'static str,
    tier_id: &'static str,
    tier_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_error_message: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_url: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_url_link_text: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_learn_more_url: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_learn_more_link_text: Option<&'static str>,
}

const UPGRADE: &str = "https://example.com/upgrade";

/// Answers `loadCodeAssist`.
pub(crate) fn load_code_assist(account: &Account, request: &Request, now: Timestamp) -> Reply {
    match check_fields(request, &["metadata", "cloudaicompanionProject", "mode"]) {
        Ok(()) => Reply::json(200, &body(account)),
        Err(refusal) => refusal.reply(now),
    }
}

fn body(account: &Account) -> LoadCodeAssist {
    let gcp = || vec![standard()];
    if let Some(ineligible) = ineligible(account) {
        let gcp_managed = account.has(Flag::Retired).then_some(false);
        return LoadCodeAssist {
            allowed_tiers: gcp(),
            ineligible_tiers: vec![ineligible],
            gcp_managed,
            ..LoadCodeAssist::default()
        };
    }
    let tier = account.spec.tier;
    if !account.onboarded {
        let allowed = allowed_tiers(account);
        let gcp_managed = (tier != Tier::Legacy).then_some(false);
        return LoadCodeAssist { allowed_tiers: allowed, gcp_managed, ..LoadCodeAssist::default() };
    }
    let company = tier == Tier::Standard;
    LoadCodeAssist {
        current_tier: Some(current_tier(account)),
        allowed_tiers: allowed_tiers(account),
        ineligible_tiers: Vec::new(),
        cloudaicompanion_project: account
            .project
            .as_deref()
            .map(|p| project_value(p, account.spec.project_object)),
        gcp_managed: Some(company),
        upgrade_subscription_uri: matches!(tier, Tier::Free | Tier::Pro | Tier::Helium).then_some(UPGRADE),
        paid_tier: paid_tier(account),
    }
}

/// The tiers this account could be onboarded to; one of them is the default.
fn allowed_tiers(account: &Account) -> Vec<TierBody> {
    match account.spec.tier {
        Tier::Standard => vec![standard()],
        Tier::Legacy => vec![TierBody { is_default: Some(true), ..legacy() }],
        Tier::Free | Tier::Pro | Tier::Ultra | Tier::WorkspaceUltra | Tier::Helium => {
            vec![TierBody { is_default: Some(true), ..free(account.spec.kind) }, standard()]
        }
    }
}

/// Whether a tier may be onboarded to, and whether the user must bring a project for it.
pub(crate) fn allows(account: &Account, tier_id: &str) -> Option<bool> {
    if ineligible(account).is_some() && tier_id != "standard-tier" {
        return None;
    }
    let tier = allowed_tiers(account).into_iter().find(|tier| tier.id == tier_id)?;
    Some(tier.user_defined_cloudaicompanion_project.unwrap_or_default())
}

/// For a subscriber it is still the free one.
fn current_tier(account: &Account) -> TierBody {
    match account.spec.tier {
        Tier::Standard => standard(),
        Tier::Legacy => legacy(),
        Tier::Free | Tier::Pro | Tier::Ultra | Tier::WorkspaceUltra | Tier::Helium => free(account.spec.kind),
    }
}

fn free(kind: AccountKind) -> TierBody {
    let (name, description) = match kind {
        AccountKind::Antigravity => {
            ("Antigravity", "Gemini-powered code suggestions and chat in Antigravity")
        }
        AccountKind::GeminiCli => {
            ("Gemini Code Assist for individuals", "Gemini-powered code suggestions and chat")
        }
    };
    let privacy_notice = Some(json!({"showNotice": true, "noticeText": "Example privacy notice text."}));
    TierBody { id: "free-tier", name, description, privacy_notice, ..TierBody::default() }
}

fn standard() -> TierBody {
    TierBody {
        id: "standard-tier",
        name: "Gemini Code Assist",
        description: "Code assistance with a Cloud project",
        user_defined_cloudaicompanion_project: Some(true),
        privacy_notice: Some(json!({})),
        uses_gcp_tos: Some(true),
        ..TierBody::default()
    }
}

fn legacy() -> TierBody {
    TierBody {
        id: "legacy-tier",
        name: "Legacy",
        description: "Legacy tier",
        user_defined_cloudaicompanion_project: Some(true),
        ..TierBody::default()
    }
}

/// The subscription itself.
fn paid_tier(account: &Account) -> Option<TierBody> {
    let credits = || {
        Some(json!([{"creditType": "GOOGLE_ONE_AI", "creditAmount": account.credits.to_string(),
                     "minimumCreditAmountForUsage": "50"}]))
    };
    let paid = |id, name| TierBody {
        id,
        name,
        description: name,
        available_credits: credits(),
        ..TierBody::default()
    };
    let up = |tier: TierBody, uri, text, kind| TierBody {
        upgrade_subscription_uri: Some(uri),
        upgrade_subscription_text: Some(text),
        upgrade_subscription_type: Some(kind),
        ..tier
    };
    match account.spec.tier {
        Tier::Standard | Tier::Legacy => None,
        Tier::Free => {
            let tier = TierBody {
                id: "free-tier",
                name: "Antigravity Starter Quota",
                description: "Antigravity",
                ..TierBody::default()
            };
            Some(up(tier, UPGRADE, "Upgrade to get higher limits", "GOOGLE_ONE"))
        }
        Tier::Pro => {
            let tier = paid("g1-pro-tier", "Google AI Pro");
            Some(up(tier, "https://example.com/upgrade-ultra", "Upgrade to Ultra", "GOOGLE_ONE_HELIUM"))
        }
        Tier::Helium => Some(paid("helium-tier", "Google AI Helium")),
        Tier::Ultra => Some(paid("g1-ultra-tier", "Google AI Ultra")),
        Tier::WorkspaceUltra => Some(paid("ws-ai-ultra-business-tier", "Google AI Ultra for Business")),
    }
}

/// Why the account has no tier at all (`upstream-api` §3.4).
fn ineligible(account: &Account) -> Option<Ineligible> {
    let because = |code: &str, reason_message| Ineligible {
        reason_code: code.to_owned(),
        reason_message,
        tier_id: "free-tier",
        tier_name: "Antigravity",
        ..Ineligible::default()
    };
    if account.has(Flag::ValidationRequired) {
        let text = "Verify your account to continue.";
        return Some(Ineligible {
            validation_error_message: Some(text),
            validation_url: Some(
                "https://accounts.google.com/signin/continue?sarp=1&scc=1&continue=https%3A%2F%2Fexample.com%2F&plt=FAKE",
            ),
            validation_url_link_text: Some("Verify your account"),
            validation_learn_more_url: Some("https://support.google.com/accounts?p=al_alert"),
            validation_learn_more_link_text: Some("Learn more"),
            ..because("VALIDATION_REQUIRED", text)
        });
    }
    if account.has(Flag::Retired) {
        let text = "This client is no longer supported for Gemini Code Assist for individuals. To continue using \
                    Gemini, please migrate to the Antigravity suite of products: https://antigravity.google";
        return Some(Ineligible {
            tier_name: "Gemini Code Assist for individuals",
            ..because("UNSUPPORTED_CLIENT", text)
        });
    }
    if account.has(Flag::UnsupportedLocation) {
        let text = "Your current account is not eligible for Antigravity, because it is not currently available in \
                    your location.";
        return Some(because("UNSUPPORTED_LOCATION", text));
    }
    let not_eligible = "Your current account is not eligible for this product.";
    if account.has(Flag::RestrictedAge) {
        return Some(because("RESTRICTED_AGE", not_eligible));
    }
    account.spec.ineligible_reason.as_deref().map(|code| because(code, not_eligible))
}
