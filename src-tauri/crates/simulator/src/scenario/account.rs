//! One account of a scenario: who it is, what it may, how much of its quota is gone.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::token_word;
use crate::{catalogue::Group, span::Offset};

/// Which program's login it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountKind {
    /// Antigravity: groups with windows.
    #[default]
    Antigravity,
    /// Gemini CLI: a bucket per model.
    GeminiCli,
}

/// The subscription (`upstream-api` §3.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// `free-tier`.
    Free,
    /// `g1-pro-tier`.
    #[default]
    Pro,
    /// `g1-ultra-tier`.
    Ultra,
    /// `ws-ai-ultra-business-tier`.
    WorkspaceUltra,
    /// `helium-tier`.
    Helium,
    /// `standard-tier`: a company's Google Cloud project.
    Standard,
    /// `legacy-tier`.
    Legacy,
}

/// Something that is wrong with, or odd about, an account. Several may apply; the worst decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// 403 `TOS_VIOLATION` everywhere.
    Suspended,
    /// 403 `VALIDATION_REQUIRED` with a link; `loadCodeAssist` names it as well.
    ValidationRequired,
    /// The service no longer serves this kind of login: `UNSUPPORTED_CLIENT`.
    Retired,
    /// `UNSUPPORTED_LOCATION`, and 400 `FAILED_PRECONDITION` on generation.
    UnsupportedLocation,
    /// `RESTRICTED_AGE`.
    RestrictedAge,
    /// `loadCodeAssist` is refused by a VPC-SC policy; everything else works.
    PolicyDenied,
    /// 403 `SERVICE_DISABLED` on everything but `loadCodeAssist`.
    ServiceDisabled,
    /// 403 `IAM_PERMISSION_DENIED` on generation.
    IamDenied,
    /// 403 `ACCESS_TOKEN_SCOPE_INSUFFICIENT` on everything.
    ScopeInsufficient,
    /// Fractions in steps of 20 %, rounded up.
    Step20,
}

/// What `retrieveUserQuotaSummary` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SummaryShape {
    /// Groups with their windows.
    Windows,
    /// One group "All Models" with a bucket per model, as for Cloud projects.
    AllModels,
    /// `{"groups":[]}`: this account has no summary.
    Empty,
    /// 404.
    NotFound,
    /// Missing fractions, a disabled bucket, unknown windows.
    OddFields,
}

/// What `fetchAvailableModels` answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListShape {
    /// The whole catalogue.
    #[default]
    Full,
    /// `{"models":{}}`.
    Empty,
    /// Few models with every odd shape of `quotaInfo`.
    Minimal,
}

/// How `onboardUser` ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Onboarded {
    /// Done, with a project object.
    #[default]
    Project,
    /// Done, with the project as text.
    StringProject,
    /// Done, with `{}` as project.
    EmptyProject,
    /// Done, without the field.
    NoProject,
    /// Done, with an error.
    Error,
    /// Never done.
    Never,
}

/// How long `onboardUser` takes and how it ends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OnboardingSpec {
    /// The end.
    pub ends: Onboarded,
    /// Answers "not done yet" before it.
    pub polls: u32,
}

/// An OAuth client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuthClient {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

impl OAuthClient {
    /// The client the logins of a kind come from unless the scenario says otherwise; the values of the fixtures.
    pub fn of(kind: AccountKind) -> Self {
        let suffix = match kind {
            AccountKind::Antigravity => "",
            AccountKind::GeminiCli => "_CLI",
        };
        Self { id: format!("FAKE_CLIENT_ID{suffix}"), secret: format!("FAKE_CLIENT_SECRET{suffix}") }
    }
}

/// Where a window stands at the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WindowSpec {
    /// Share used, 0.0–1.0.
    pub used: f64,
    /// Its first use relative to the start (`-3h`). Where it is missing, a used window started half its length ago
    /// and an unused one has not started.
    pub started: Option<Offset>,
}

/// A request bucket of a Gemini CLI login; models in one bucket share it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BucketSpec {
    /// The ids it is listed for.
    pub models: Vec<String>,
    /// Requests a day; also sent as `remainingAmount` where `amount` is on. 0 becomes 1000.
    pub limit: u64,
    /// Share used, 0.0–1.0.
    pub used: f64,
    /// Its first use relative to the start.
    pub started: Option<Offset>,
    /// Leave the fraction out: unknown.
    pub unknown: bool,
    /// Send `remainingAmount` as well.
    pub amount: bool,
    /// List every id a second time with `_vertex`.
    pub vertex: bool,
}

/// How one model of the list differs from the catalogue for this account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelSpec {
    /// Not in the list, and 404 on generation.
    pub hidden: bool,
    /// Say this share in the list, whatever the windows say.
    pub remaining: Option<f64>,
    /// Send an empty `quotaInfo`: unknown.
    pub unknown: bool,
    /// Mark it `disabled`.
    pub disabled: bool,
    /// Another display name. With an id the catalogue lacks, this adds a model to the list.
    pub display_name: Option<String>,
}

/// A login.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountSpec {
    /// Short name; what tests, faults and the call log use.
    pub name: String,
    /// E-mail address; empty becomes `<name>@example.com`.
    pub email: String,
    /// The person's name; empty becomes the short name.
    pub full_name: String,
    /// `hd` of a Workspace account.
    pub hosted_domain: Option<String>,
    /// Which program's login it is.
    pub kind: AccountKind,
    /// Its subscription.
    pub tier: Tier,
    /// Whether it has a current tier; otherwise `onboardUser` is needed.
    pub onboarded: bool,
    /// How `onboardUser` ends.
    pub onboarding: OnboardingSpec,
    /// Its project; missing becomes `example-project-<name>`, empty means none was granted.
    pub project: Option<String>,
    /// Send the project as an object.
    pub project_object: bool,
    /// Refresh token; empty becomes `1//FAKE_REFRESH_TOKEN_<NAME>_0001`.
    pub refresh_token: String,
    /// An access token that is valid from the start, for one lifetime.
    pub access_token: Option<String>,
    /// The OAuth client that minted the tokens; missing is the usual one of its kind.
    pub client: Option<OAuthClient>,
    /// Granted scopes; missing is everything its kind asks for.
    pub scopes: Option<Vec<String>>,
    /// What is wrong or odd.
    pub flags: BTreeSet<Flag>,
    /// Another reason code of an ineligible tier without a current one, e.g. `DASHER_USER`.
    pub ineligible_reason: Option<String>,
    /// The windows of each group.
    pub windows: Vec<String>,
    /// Where windows stand at the start, by group and window name; others are unused.
    pub groups: BTreeMap<Group, BTreeMap<String, WindowSpec>>,
    /// Share of the short window that is used elsewhere per hour, by group.
    pub drift: BTreeMap<Group, f64>,
    /// What one request costs of the short window; missing: by tokens, tier, and at least 0.0004.
    pub cost: Option<f64>,
    /// Groups whose models have an empty `quotaInfo` in the list.
    pub unknown_in_list: BTreeSet<Group>,
    /// Groups whose buckets lack the fraction in the summary.
    pub unknown_in_summary: BTreeSet<Group>,
    /// What the summary call answers; missing: `AllModels` for the standard tier, else `Windows`.
    pub summary: Option<SummaryShape>,
    /// What the list call answers.
    pub list: ListShape,
    /// How single models differ.
    pub models: BTreeMap<String, ModelSpec>,
    /// Request buckets of a Gemini CLI login; none given = every id in one untouched bucket.
    pub buckets: Vec<BucketSpec>,
    /// AI credits; missing is what the tier brings.
    pub credits: Option<u64>,
    /// Whether [`Scenario::credential_files`](super::Scenario::credential_files) hands it out. Others are for
    /// signing in by browser.
    pub import: bool,
}

impl Default for AccountSpec {
    fn default() -> Self {
        Self {
            name: String::new(),
            email: String::new(),
            full_name: String::new(),
            hosted_domain: None,
            kind: AccountKind::default(),
            tier: Tier::default(),
            onboarded: true,
            onboarding: OnboardingSpec::default(),
            project: None,
            project_object: false,
            refresh_token: String::new(),
            access_token: None,
            client: None,
            scopes: None,
            flags: BTreeSet::new(),
            ineligible_reason: None,
            windows: vec!["5h".to_owned(), "weekly".to_owned()],
            groups: BTreeMap::new(),
            drift: BTreeMap::new(),
            cost: None,
            unknown_in_list: BTreeSet::new(),
            unknown_in_summary: BTreeSet::new(),
            summary: None,
            list: ListShape::default(),
            models: BTreeMap::new(),
            buckets: Vec::new(),
            credits: None,
            import: true,
        }
    }
}

impl AccountSpec {
    /// An untouched AI Pro login of Antigravity.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// With this subscription.
    #[must_use]
    pub fn tier(mut self, tier: Tier) -> Self {
        self.tier = tier;
        self
    }

    /// As a login of this program.
    #[must_use]
    pub fn kind(mut self, kind: AccountKind) -> Self {
        self.kind = kind;
        self
    }

    /// With one more flag.
    #[must_use]
    pub fn flag(mut self, flag: Flag) -> Self {
        self.flags.insert(flag);
        self
    }

    /// With a window of a group used to this share since `started` (`-3h`; a text that is no length counts as now).
    #[must_use]
    pub fn used(mut self, group: Group, window: &str, used: f64, started: &str) -> Self {
        let started = Some(Offset::parse(started).unwrap_or_default());
        self.groups.entry(group).or_default().insert(window.to_owned(), WindowSpec { used, started });
        self
    }

    /// Its e-mail address.
    pub fn address(&self) -> String {
        if self.email.is_empty() { format!("{}@example.com", self.name) } else { self.email.clone() }
    }

    /// Its refresh token.
    pub fn refresh_secret(&self) -> String {
        if self.refresh_token.is_empty() {
            format!("1//FAKE_REFRESH_TOKEN_{}_0001", token_word(&self.name))
        } else {
            self.refresh_token.clone()
        }
    }

    /// Its project, where it has one.
    pub fn project_id(&self) -> Option<String> {
        match self.project.as_deref() {
            None => Some(format!("example-project-{}", self.name)),
            Some("") => None,
            Some(project) => Some(project.to_owned()),
        }
    }

    /// The OAuth client its tokens belong to.
    pub fn oauth_client(&self) -> OAuthClient {
        self.client.clone().unwrap_or_else(|| OAuthClient::of(self.kind))
    }

    /// The scopes it granted.
    pub fn granted_scopes(&self) -> Vec<String> {
        self.scopes.clone().unwrap_or_else(|| usual_scopes(self.kind))
    }
}

/// What each program asks for (`upstream-api` §2.1).
fn usual_scopes(kind: AccountKind) -> Vec<String> {
    let common = ["cloud-platform", "userinfo.email", "userinfo.profile"];
    let more: &[&str] = match kind {
        AccountKind::Antigravity => &["cclog", "experimentsandconfigs"],
        AccountKind::GeminiCli => &[],
    };
    common.iter().chain(more).map(|scope| format!("https://www.googleapis.com/auth/{scope}")).collect()
}
