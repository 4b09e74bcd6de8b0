//! The one table of what follows from a failure.
//!
//! Source: the contract's recommendation for each class, with its vectors. The table shows the case of a single
//! candidate; [`decide_among_others`] is what changes while other candidates are left.

use super::{Class, FURTHEST, Fault};
use crate::credential::Provider;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Added to every wait that the service named, so that we do not come back a moment too early.
pub const GRACE: SignedDuration = SignedDuration::from_millis(1_500);

/// Up to here a rate limit is waited for with the same credential.
const SHORT_RATE: SignedDuration = SignedDuration::from_secs(3);
/// Above this a rate limit is an empty quota.
const LONG_RATE: SignedDuration = SignedDuration::from_mins(5);
/// The rest after a rate limit that names no time.
const UNTIMED_RATE: SignedDuration = SignedDuration::from_secs(60);
/// The rest after an empty quota that names no time.
const UNTIMED_EMPTY: SignedDuration = SignedDuration::from_hours(1);
/// The rest after a bare 429, doubling up to [`LONGEST_BARE`].
const FIRST_BARE: SignedDuration = SignedDuration::from_secs(30);
/// The longest rest after bare 429s.
const LONGEST_BARE: SignedDuration = SignedDuration::from_mins(10);
/// The rest after a second 401.
const UNAUTHENTICATED: SignedDuration = SignedDuration::from_mins(10);
/// The rest of a model that was not found.
const NOT_FOUND: SignedDuration = SignedDuration::from_hours(1);
/// Project discovery of a refused login is not tried sooner.
const REDISCOVERY: SignedDuration = SignedDuration::from_mins(30);
/// The longest the service may make one request wait for capacity.
const LONGEST_CAPACITY: SignedDuration = SignedDuration::from_secs(10);
/// Spread over which callers come back after a short rate limit, so that they do not meet again.
const RATE_SPREAD: SignedDuration = SignedDuration::from_millis(250);

/// What follows from a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What rests, and until when. Never beside `same`.
    pub cooldown: Option<Cooldown>,
    /// Whether the same credential is tried again; together with `rotate` only where no other is left.
    pub same: Option<After>,
    /// Whether the next credential is tried.
    pub rotate: bool,
    /// Whether the next try with this credential goes to the next host. Without `same` (a model that was not
    /// found): one try there at once, before the rest of the decision applies. Where there is no other host:
    /// the same one, or no such try.
    pub next_host: bool,
    /// The status for the client when nothing is left to try. 529 stands for a full service; a dialect that
    /// does not know it says 503.
    pub surface_status: u16,
    /// What the credential is marked with.
    pub mark: Option<Mark>,
}

/// What rests and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cooldown {
    /// What rests.
    pub scope: Scope,
    /// Until when.
    pub until: Until,
}

/// What a failure touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everything of the credential.
    Credential,
    /// The model's group, for this credential.
    Group,
    /// The model, for this credential.
    Model,
    /// Nothing.
    None,
}

/// When a cooldown ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// At this time, by our clock.
    At(Timestamp),
    /// With the next successful project discovery, tried no sooner than this, or with a new sign-in.
    Discovery {
        /// The earliest time of the next discovery.
        not_before: Timestamp,
    },
    /// When the user has acted: checked again, signed in again, or brought another key.
    UserActs,
}

/// The same credential again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// How long to wait.
    pub delay: SignedDuration,
    /// Up to this much more is added at random by the caller.
    pub spread: SignedDuration,
    /// What has to happen first.
    pub first: First,
}

/// What has to happen before the same credential is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// Nothing.
    Nothing,
    /// The access token is refreshed, whatever its expiry says.
    RefreshToken,
    /// The thought signatures of the request are repaired.
    RepairSignatures,
}

/// What a credential is marked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// A refreshed token was refused too.
    AuthFailed,
    /// The user has to verify the account.
    ValidationRequired,
    /// The API is off in the project.
    ServiceDisabled,
    /// The service refuses the login.
    Forbidden,
    /// The login lacks a scope.
    NeedsRelogin,
    /// The account is suspended: all automatic traffic of it stops.
    Suspended,
    /// The service no longer serves this kind of login.
    Retired,
    /// The API key is not valid.
    KeyInvalid,
    /// The API key may not be used here.
    KeyBlocked,
}

impl Mark {
    /// The word in logs, the ledger and JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::AuthFailed => "auth_failed",
            Self::ValidationRequired => "validation_required",
            Self::ServiceDisabled => "service_disabled",
            Self::Forbidden => "forbidden",
            Self::NeedsRelogin => "needs_relogin",
            Self::Suspended => "suspended",
            Self::Retired => "retired",
            Self::KeyInvalid => "key_invalid",
            Self::KeyBlocked => "key_blocked",
        }
    }
}

impl Decision {
    /// What rests; [`Scope::None`] where nothing does.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.cooldown.map_or(Scope::None, |cooldown| cooldown.scope)
    }

    fn surface(status: u16) -> Self {
        Self {
            cooldown: None,
            same: None,
            rotate: false,
            next_host: false,
            surface_status: status,
            mark: None,
        }
    }

    fn rest(scope: Scope, until: Until, status: u16) -> Self {
        Self { cooldown: Some(Cooldown { scope, until }), rotate: true, ..Self::surface(status) }
    }

    fn marked(until: Until, mark: Mark) -> Self {
        Self { mark: Some(mark), ..Self::rest(Scope::Credential, until, 403) }
    }
}

/// What follows from `fault` when its credential is the only candidate.
///
/// `attempt` counts what went before, 0 = first: the same class from the same credential inside this request; for
/// a bare 429, in a row from this pair. `now` is our clock.
#[must_use]
pub fn decide(fault: &Fault, provider: Provider, attempt: u32, now: Timestamp) -> Decision {
    let rediscovery = Until::Discovery { not_before: later(now, REDISCOVERY) };
    match fault.class {
        Class::BadRequest | Class::LocationUnsupported => Decision::surface(400),
        Class::BadSignature => {
            let same = (attempt == 0).then(|| at_once(First::RepairSignatures));
            Decision { same, ..Decision::surface(400) }
        }
        Class::Unauthenticated => unauthenticated(provider, attempt, now),
        Class::ValidationRequired => Decision::marked(Until::UserActs, Mark::ValidationRequired),
        Class::AccountSuspended => Decision::marked(Until::UserActs, Mark::Suspended),
        Class::Retired => Decision::marked(Until::UserActs, Mark::Retired),
        Class::KeyBlocked => Decision::marked(Until::UserActs, Mark::KeyBlocked),
        Class::ServiceDisabled => Decision::marked(rediscovery, Mark::ServiceDisabled),
        Class::Forbidden => Decision::marked(rediscovery, Mark::Forbidden),
        Class::ScopeInsufficient => Decision::marked(rediscovery, Mark::NeedsRelogin),
        Class::KeyInvalid => Decision::marked(Until::UserActs, Mark::KeyInvalid),
        Class::ModelNotFound => {
            let next_host = attempt == 0;
            Decision { next_host, ..Decision::rest(Scope::Model, at(now, NOT_FOUND), 404) }
        }
        Class::QuotaExhausted => quota_exhausted(fault, provider, now),
        Class::RateLimit => rate_limit(fault, provider, attempt, now),
        Class::Unstructured => {
            let rest = FIRST_BARE.saturating_mul(1 << attempt.min(10)).min(LONGEST_BARE);
            Decision::rest(Scope::Model, at(now, rest), 429)
        }
        Class::Capacity => {
            let wait = asked(fault).map(|delay| delay.min(LONGEST_CAPACITY));
            let same = backoff(attempt).map(|step| wait_for(wait.unwrap_or(step)));
            Decision { same, next_host: true, ..Decision::surface(529) }
        }
        Class::Transient => Decision {
            same: backoff(attempt).map(wait_for),
            next_host: true,
            rotate: attempt > 0,
            // What the service called its own inner failure stays one; every other form is "not available".
            ..Decision::surface(if fault.status == 500 { 500 } else { 503 })
        },
    }
}

/// What follows from `fault` while other candidates are left: a short rate limit and a failure for the moment are
/// not waited for, the next candidate is tried at once and a rate-limited pair rests for its delay. Capacity alone
/// waits. Arguments as for [`decide`].
#[must_use]
pub fn decide_among_others(fault: &Fault, provider: Provider, attempt: u32, now: Timestamp) -> Decision {
    let alone = decide(fault, provider, attempt, now);
    match fault.class {
        Class::RateLimit if alone.same.is_some() => rate_rest(asked(fault).unwrap_or_default(), now),
        Class::Transient => Decision { same: None, rotate: true, ..alone },
        Class::BadRequest
        | Class::BadSignature
        | Class::LocationUnsupported
        | Class::Unauthenticated
        | Class::ValidationRequired
        | Class::ServiceDisabled
        | Class::Forbidden
        | Class::ScopeInsufficient
        | Class::AccountSuspended
        | Class::Retired
        | Class::ModelNotFound
        | Class::QuotaExhausted
        | Class::RateLimit
        | Class::Unstructured
        | Class::Capacity
        | Class::KeyInvalid
        | Class::KeyBlocked => alone,
    }
}

/// Whether a rate limit is so long that it is an empty quota.
pub(super) fn is_long_rate_limit(fault: &Fault) -> bool {
    fault.class == Class::RateLimit && fault.delay.is_some_and(|delay| delay > LONG_RATE)
}

fn unauthenticated(provider: Provider, attempt: u32, now: Timestamp) -> Decision {
    let refreshable = match provider {
        Provider::Antigravity | Provider::GeminiCli => true,
        // An API key has nothing to refresh.
        Provider::ApiKey => false,
    };
    if refreshable && attempt == 0 {
        return Decision { same: Some(at_once(First::RefreshToken)), ..Decision::surface(401) };
    }
    let rest = Decision::rest(Scope::Credential, at(now, UNAUTHENTICATED), 401);
    Decision { mark: Some(Mark::AuthFailed), ..rest }
}

fn quota_exhausted(fault: &Fault, provider: Provider, now: Timestamp) -> Decision {
    let per_day = fault.evidence.is_per_day();
    let scope = match provider {
        // A quota per day is one of the older kind, which counts each model alone.
        Provider::Antigravity if per_day => Scope::Model,
        Provider::Antigravity => Scope::Group,
        Provider::GeminiCli | Provider::ApiKey => Scope::Model,
    };
    let named = asked(fault).map(|delay| with_grace(now, delay));
    let midnight = per_day.then(|| next_midnight_in_los_angeles(now));
    let until = match provider {
        // Its RetryInfo is often a matter of seconds beside a quota that is gone for the day.
        Provider::ApiKey => midnight.max(named),
        Provider::Antigravity | Provider::GeminiCli => named.or(midnight),
    };
    Decision::rest(scope, Until::At(until.unwrap_or_else(|| later(now, UNTIMED_EMPTY))), 429)
}

fn rate_limit(fault: &Fault, provider: Provider, attempt: u32, now: Timestamp) -> Decision {
    match asked(fault) {
        None => Decision::rest(Scope::Model, at(now, UNTIMED_RATE), 429),
        Some(_) if is_long_rate_limit(fault) => quota_exhausted(fault, provider, now),
        Some(delay) if delay <= SHORT_RATE && attempt < 2 => {
            let same = After { delay, spread: RATE_SPREAD, first: First::Nothing };
            Decision { same: Some(same), ..Decision::surface(429) }
        }
        Some(delay) => rate_rest(delay, now),
    }
}

fn rate_rest(delay: SignedDuration, now: Timestamp) -> Decision {
    Decision::rest(Scope::Model, Until::At(with_grace(now, delay)), 429)
}

/// 1 s, 2 s, 4 s, then no more.
fn backoff(attempt: u32) -> Option<SignedDuration> {
    (attempt < 3).then(|| SignedDuration::from_secs(1 << attempt))
}

fn at_once(first: First) -> After {
    After { delay: SignedDuration::ZERO, spread: SignedDuration::ZERO, first }
}

fn wait_for(delay: SignedDuration) -> After {
    After { delay, ..at_once(First::Nothing) }
}

fn at(now: Timestamp, rest: SignedDuration) -> Until {
    Until::At(later(now, rest))
}

fn with_grace(now: Timestamp, delay: SignedDuration) -> Timestamp {
    later(later(now, delay), GRACE)
}

/// The delay the service asked for, held to what a fault may carry whoever built it.
fn asked(fault: &Fault) -> Option<SignedDuration> {
    Some(fault.delay?.clamp(SignedDuration::ZERO, FURTHEST))
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// When quotas per day come back. That it is midnight there is documented for API keys and a guess for the rest.
fn next_midnight_in_los_angeles(now: Timestamp) -> Timestamp {
    // Without a time zone database the rule in force since 2007 stands in.
    TimeZone::get("America/Los_Angeles")
        .or_else(|_| TimeZone::posix("PST8PDT,M3.2.0,M11.1.0"))
        .and_then(|zone| now.to_zoned_datetime(zone).tomorrow()?.start_of_day())
        .map_or_else(|_| later(now, SignedDuration::from_hours(24)), |midnight| midnight.timestamp())
}

#[cfg(test)]
mod tests;
