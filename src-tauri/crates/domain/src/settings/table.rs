//! The one table of settings: name, variable, form, default and what it does.

use super::Setting;
use super::alias::Alias;
use super::choice::{Floor, KeyStorage, Language, Routing, Theme};
use super::day_time::DayTime;
use super::hours::Hours;
use super::rule::{
    ALIASES, BOOL, EVENTS, HOSTS, HOURS, Kind, LINE, LISTEN, NAMES, OPTIONAL_HOURS, OPTIONAL_NAME,
    OPTIONAL_PROGRAM, OPTIONAL_TIME, ORIGINS, PROVIDERS, PROXY_URL, SERVICE_URL, SERVICE_URLS, SIGN_IN_URL,
    SOME_NAMES, Why, choice, integer,
};
use crate::credential::Provider;
use crate::event::EventKind;
use std::net::{Ipv4Addr, SocketAddr};

/// Writes the struct, its defaults, its readers and the table from one list. The word before the arrow is the
/// program's version inside the defaults.
macro_rules! settings {
    ($version:ident => $($key:ident: $type:ty = $default:expr, $rule:expr, $env:literal, $scoped:ident, $help:literal;)+) => {
        /// Every setting that is no secret, checked. A field has its setting's name.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Settings {
            $(#[doc = $help] pub $key: $type,)+
        }

        impl Settings {
            /// What holds where nobody said anything; `version` goes into the user agents.
            #[must_use]
            pub fn defaults($version: &str) -> Self {
                Self { $($key: $default,)+ }
            }

            /// The value as text, in the form that reads back; `None` for a name that is no setting.
            #[must_use]
            pub fn text(&self, key: &str) -> Option<String> {
                match key {
                    $(stringify!($key) => Some(($rule.write)(&self.$key)),)+
                    _ => None,
                }
            }

            /// Puts a text in as the value; `None` for a name that is no setting.
            pub(super) fn put(&mut self, key: &str, text: &str) -> Option<Result<(), Why>> {
                match key {
                    $(stringify!($key) => Some(($rule.read)(text.trim(), $rule.kind).map(|value| self.$key = value)),)+
                    _ => None,
                }
            }
        }

        /// Every setting that is no secret, in the order people read them.
        pub const SETTINGS: &[Setting] = &[
            $(Setting {
                key: stringify!($key),
                env: Some($env),
                kind: $rule.kind,
                help: $help,
                per_credential: $scoped,
                secret: false,
            },)+
        ];
    };
}

const EVERYWHERE: bool = false;
const PER_CREDENTIAL: bool = true;

settings! { version =>
    background_refresh_enabled: bool = true, BOOL, "BACKGROUND_REFRESH_ENABLED", EVERYWHERE,
        "Reads quota in the background, which spends none; switched off, numbers are only as fresh as your last look.";
    refresh_interval_minutes: u32 = 15, integer(1, 1440, "minutes"), "REFRESH_INTERVAL_MINUTES", EVERYWHERE,
        "Time between two background reads of a credential; shorter is fresher and asks the service more often.";
    background_refresh_max_concurrent: u32 = 2, integer(1, 16, "credentials"), "BACKGROUND_REFRESH_MAX_CONCURRENT", EVERYWHERE,
        "How many credentials are read at the same time; the pace between two calls stays the same.";
    quota_cache_ttl_seconds: u32 = 60, integer(5, 3600, "seconds"), "QUOTA_CACHE_TTL_SECONDS", EVERYWHERE,
        "How old numbers may be when the command line or a page is opened; younger ones are shown without a call.";
    upstream_min_interval_ms: u32 = 500, integer(500, 60_000, "milliseconds"), "UPSTREAM_MIN_INTERVAL_MS", EVERYWHERE,
        "Least time between two calls for quota, projects and warmup, over all credentials; longer is gentler and slower.";

    quota_protection_enabled: bool = false, BOOL, "QUOTA_PROTECTION_ENABLED", EVERYWHERE,
        "Keeps the last of a quota back: below the floor the proxy leaves the credential alone for that model.";
    quota_protection_threshold: u32 = 10, integer(1, 99, "percent"), "QUOTA_PROTECTION_THRESHOLD", PER_CREDENTIAL,
        "The floor of the short window; below it a credential is protected for the model.";
    quota_protection_weekly_threshold: u32 = 5, integer(0, 99, "percent"), "QUOTA_PROTECTION_WEEKLY_THRESHOLD", EVERYWHERE,
        "The floor of the weekly window; below it a credential is used last, and warmup leaves it alone.";
    quota_protection_hysteresis: u32 = 5, integer(0, 50, "points"), "QUOTA_PROTECTION_HYSTERESIS", EVERYWHERE,
        "How far above the floor quota must be before a protected credential comes back; 0 lets it flicker.";
    quota_protection_models: Vec<String> = list(&["*"]), SOME_NAMES, "QUOTA_PROTECTION_MODELS", EVERYWHERE,
        "Which models are protected, by id or its beginning; * means every model.";
    quota_protection_floor: Floor = Floor::Hard, choice::<Floor>(), "QUOTA_PROTECTION_FLOOR", EVERYWHERE,
        "What happens when only protected credentials are left: hard refuses requests, soft uses the least depleted one and says so.";

    smart_warmup_enabled: bool = false, BOOL, "SMART_WARMUP_ENABLED", PER_CREDENTIAL,
        "Sends a tiny request to idle windows so that their clock starts early; the service's terms may forbid it.";
    warmup_models: Vec<String> = list(&["auto"]), SOME_NAMES, "WARMUP_MODELS", EVERYWHERE,
        "Which models are warmed up, by id or its beginning; auto is the cheapest model of each group.";
    smart_warmup_follow_models: Vec<String> = list(&["gemini-3-pro-high"]), NAMES, "SMART_WARMUP_FOLLOW_MODELS", EVERYWHERE,
        "Models that are never warmed on their own, only together with a Claude model of the same credential.";
    smart_warmup_scan_interval_seconds: u32 = 600, integer(60, 86_400, "seconds"), "SMART_WARMUP_SCAN_INTERVAL_SECONDS", EVERYWHERE,
        "Time between two looks for idle windows; shorter starts windows sooner.";
    smart_warmup_cooldown_seconds: u32 = 14_400, integer(600, 604_800, "seconds"), "SMART_WARMUP_COOLDOWN_SECONDS", EVERYWHERE,
        "Least time between two warmups of the same group; shorter may send more requests.";
    smart_warmup_batch_delay_seconds: u32 = 2, integer(0, 600, "seconds"), "SMART_WARMUP_BATCH_DELAY_SECONDS", EVERYWHERE,
        "Pause between two warmups of one scan; longer is gentler and slower.";
    smart_warmup_one_per_group: bool = true, BOOL, "SMART_WARMUP_ONE_PER_GROUP", EVERYWHERE,
        "One warmup starts a group's windows; switched off, every configured model gets its own request.";
    smart_warmup_hours: Hours = Hours::default(), HOURS, "SMART_WARMUP_HOURS", EVERYWHERE,
        "When warmups may be sent, in local time, e.g. mon-fri 06:00-20:00, sat 10:00-16:00; empty means any time.";
    smart_warmup_daily_at: Option<DayTime> = None, OPTIONAL_TIME, "SMART_WARMUP_DAILY_AT", EVERYWHERE,
        "A local time, e.g. 07:00, at which warmup looks once a day instead of at every interval; empty means at every interval.";
    warmup_daily_budget: u32 = 3, integer(1, 100, "requests"), "WARMUP_DAILY_BUDGET", EVERYWHERE,
        "Most warmups for one group of a credential in 24 hours, whatever their outcome.";
    planner_enabled: bool = true, BOOL, "PLANNER_ENABLED", EVERYWHERE,
        "Lets the planner hold a warmup back for a start that fits your working hours better.";
    working_hours: Option<Hours> = None, OPTIONAL_HOURS, "WORKING_HOURS", EVERYWHERE,
        "Your working hours in local time, in the form of the warmup hours; empty means learned from your use.";

    proxy_enabled: bool = false, BOOL, "PROXY_ENABLED", EVERYWHERE,
        "Runs the proxy for other programs; over personal logins the service's terms may forbid it.";
    proxy_listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 8045)), LISTEN, "PROXY_LISTEN", EVERYWHERE,
        "Where the proxy listens; an address that others on the network reach takes proxy_allow_lan and proxy_hosts.";
    proxy_allow_lan: bool = false, BOOL, "PROXY_ALLOW_LAN", EVERYWHERE,
        "Lets the proxy listen beyond this machine; whoever has a client key can then spend your quota from there.";
    proxy_hosts: Vec<String> = Vec::new(), HOSTS, "PROXY_HOSTS", EVERYWHERE,
        "Names under which other machines may call the proxy; requests under any other name are refused.";
    proxy_origins: Vec<String> = Vec::new(), ORIGINS, "PROXY_ORIGINS", EVERYWHERE,
        "Web pages and browser extensions that may call the proxy, as exact origins, e.g. https://app.example.com; each can read answers and spend your quota with a client key it was given. Empty lets none.";
    proxy_log_prompts: bool = false, BOOL, "PROXY_LOG_PROMPTS", EVERYWHERE,
        "Keeps what clients ask and what they are answered beside the request log, encrypted, for the hours below; whoever opens this program can then read it.";
    proxy_prompts_hours: u32 = 24, integer(1, 168, "hours"), "PROXY_PROMPTS_HOURS", EVERYWHERE,
        "How long kept prompts stay before they are deleted; shorter leaves less to be read.";
    proxy_routing: Routing = Routing::SoonestReset, choice::<Routing>(), "PROXY_ROUTING", EVERYWHERE,
        "In which order credentials of one kind are used; soonest-reset wastes the least.";
    proxy_pinned: Option<String> = None, OPTIONAL_NAME, "PROXY_PINNED", EVERYWHERE,
        "The id of the only credential that pinned routing uses.";
    proxy_aliases: Vec<Alias> = Vec::new(), ALIASES, "PROXY_ALIASES", EVERYWHERE,
        "Other names for models, as name=model or beginning*=model; a client that asks for the name gets the model, the first rule that fits holds.";
    provider_order: Vec<Provider> = Provider::ALL.to_vec(), PROVIDERS, "PROVIDER_ORDER", EVERYWHERE,
        "Which kind of credential is used first; the next kind is taken only when the one before it has nothing left.";

    notify_low: bool = true, BOOL, "NOTIFY_LOW", EVERYWHERE,
        "Tells once a cycle when quota falls to the threshold below; switched off, it is seen in the tray and the window only.";
    notify_low_threshold: u32 = 20, integer(1, 99, "percent"), "NOTIFY_LOW_THRESHOLD", EVERYWHERE,
        "What counts as low for a message; higher tells sooner.";
    notify_empty_soon: bool = true, BOOL, "NOTIFY_EMPTY_SOON", EVERYWHERE,
        "Tells once a cycle when quota would be empty before its reset at the pace it is used.";
    notify_back: bool = true, BOOL, "NOTIFY_BACK", EVERYWHERE,
        "Tells when quota that was low is back.";
    notify_warmup_no_effect: bool = true, BOOL, "NOTIFY_WARMUP_NO_EFFECT", EVERYWHERE,
        "Tells when warmups of a credential's group have no effect and are left alone.";
    notify_needs_user: bool = true, BOOL, "NOTIFY_NEEDS_USER", EVERYWHERE,
        "Tells when a credential needs you: a new sign-in, a verification, a setting.";
    notify_drain: bool = true, BOOL, "NOTIFY_DRAIN", EVERYWHERE,
        "Tells once a cycle when quota falls by five points that nothing here used.";
    notify_quiet_hours: Option<Hours> = None, OPTIONAL_HOURS, "NOTIFY_QUIET_HOURS", EVERYWHERE,
        "When no message is shown, in local time, in the form of the warmup hours; what still holds is told afterwards.";
    tray_pinned: Option<String> = None, OPTIONAL_NAME, "HEADROOM_TRAY_PINNED", EVERYWHERE,
        "The id of the credential whose level the tray icon shows; empty means the tightest that can be used.";
    agy_login: Option<String> = None, OPTIONAL_NAME, "AGY_LOGIN", EVERYWHERE,
        "The id of the Antigravity login that the official program agy is signed in with: its report is then asked first; empty means none.";
    agy_command: Option<String> = None, OPTIONAL_PROGRAM, "AGY_COMMAND", EVERYWHERE,
        "Where the official program agy lies, as an absolute path; empty means where the system finds it.";
    hook_command: Option<String> = None, OPTIONAL_PROGRAM, "HOOK_COMMAND", EVERYWHERE,
        "A program of yours, as an absolute path, that is started with each event as JSON on its standard input; empty means none.";
    hook_events: Vec<EventKind> = EventKind::ALL.to_vec(), EVENTS, "HOOK_EVENTS", EVERYWHERE,
        "Which events start it: low, back, warmed, needs-you; low is below the floor of the short window, whether or not protection is on.";
    metrics_enabled: bool = false, BOOL, "METRICS_ENABLED", EVERYWHERE,
        "Lets every program on this machine read /metrics beside the web page without a token; it has numbers and ids, no names.";

    upstream_proxy: Option<String> = None, PROXY_URL, "HEADROOM_UPSTREAM_PROXY", EVERYWHERE,
        "A proxy for every call to the service, http://… or socks5h://…; the system's proxy variables are not used.";
    upstream_user_agent_antigravity: String = format!("antigravity headroom/{version}"), LINE, "HEADROOM_USER_AGENT_ANTIGRAVITY", EVERYWHERE,
        "What this program calls itself on Antigravity's calls; the service offers models by it.";
    upstream_user_agent_gemini_cli: String = format!("headroom/{version}"), LINE, "HEADROOM_USER_AGENT_GEMINI_CLI", EVERYWHERE,
        "What this program calls itself on Gemini CLI's calls.";
    upstream_urls: Vec<String> = list(&["https://daily-cloudcode-pa.googleapis.com", "https://cloudcode-pa.googleapis.com"]),
        SERVICE_URLS, "HEADROOM_UPSTREAM_URLS", EVERYWHERE,
        "Antigravity's hosts in the order they are tried: https on *.googleapis.com, or plain http on this machine.";
    gemini_cli_urls: Vec<String> = list(&["https://cloudcode-pa.googleapis.com"]), SERVICE_URLS, "HEADROOM_GEMINI_CLI_URLS", EVERYWHERE,
        "Gemini CLI's hosts in the order they are tried: https on *.googleapis.com, or plain http on this machine.";
    api_key_url: String = "https://generativelanguage.googleapis.com".to_owned(), SERVICE_URL, "HEADROOM_API_KEY_URL", EVERYWHERE,
        "The host that API keys are sent to: https on *.googleapis.com, or plain http on this machine.";
    oauth_token_url: String = "https://oauth2.googleapis.com/token".to_owned(), SIGN_IN_URL, "HEADROOM_OAUTH_TOKEN_URL", EVERYWHERE,
        "Where refresh tokens are sent to: https on *.googleapis.com, or plain http on this machine.";
    oauth_userinfo_url: String = "https://www.googleapis.com/oauth2/v2/userinfo".to_owned(), SIGN_IN_URL, "HEADROOM_OAUTH_USERINFO_URL", EVERYWHERE,
        "Where the e-mail address of a login is asked for: https on *.googleapis.com, or plain http on this machine.";
    oauth_authorize_url: String = "https://accounts.google.com/o/oauth2/v2/auth".to_owned(), SIGN_IN_URL, "HEADROOM_OAUTH_AUTHORIZE_URL", EVERYWHERE,
        "The page that a sign-in opens: https on accounts.google.com or *.googleapis.com, or plain http on this machine.";

    key_storage: KeyStorage = KeyStorage::Keychain, choice::<KeyStorage>(), "HEADROOM_KEY_STORAGE", EVERYWHERE,
        "Where the key that encrypts your logins lies; file keeps it readable beside them, for machines without a keychain.";
    language: Language = Language::System, choice::<Language>(), "HEADROOM_LANGUAGE", EVERYWHERE,
        "The language of the interface.";
    theme: Theme = Theme::System, choice::<Theme>(), "HEADROOM_THEME", EVERYWHERE,
        "Light or dark; system follows the desktop.";
    autostart: bool = false, BOOL, "HEADROOM_AUTOSTART", EVERYWHERE,
        "Starts the desktop app when you log in.";
    start_hidden: bool = false, BOOL, "HEADROOM_START_HIDDEN", EVERYWHERE,
        "Starts the desktop app in the tray, without a window.";
}

/// The secrets among the settings: they go in and never come out.
pub const SECRETS: &[Setting] = &[
    secret(
        "oauth_client_id_antigravity",
        "The OAuth client id that signs in to Antigravity; without one, logins come by import.",
    ),
    secret("oauth_client_secret_antigravity", "The secret of the OAuth client that signs in to Antigravity."),
    secret(
        "oauth_client_id_gemini_cli",
        "The OAuth client id that signs in to Gemini CLI; without one, logins come by import.",
    ),
    secret("oauth_client_secret_gemini_cli", "The secret of the OAuth client that signs in to Gemini CLI."),
];

const fn secret(key: &'static str, help: &'static str) -> Setting {
    Setting { key, env: None, kind: Kind::Text, help, per_credential: false, secret: true }
}

fn list(entries: &[&str]) -> Vec<String> {
    entries.iter().map(|e| (*e).to_owned()).collect()
}
