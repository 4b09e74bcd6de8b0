//! One account while the simulator runs: its standing, its quota, its request rate.
//!
//! Starts as an `AccountSpec` says. What its state looks like on the wire is left to the endpoints.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::{
    catalogue::{GEMINI_CLI_IDS, Group},
    pool::Pool,
    scenario::{AccountKind, AccountSpec, BucketSpec, Flag, Tier, WindowSpec},
    span::Offset,
    window::Window,
};

/// What the smallest request costs of a short window (capture after a warmup: 0.9996 left).
const SMALLEST_COST: f64 = 0.0004;

/// A Gemini CLI bucket refills this long after its first use (`upstream-api` §5.3: looks like a rolling day).
const BUCKET_LENGTH: SignedDuration = SignedDuration::from_hours(24);

/// A login.
#[derive(Debug)]
pub(crate) struct Account {
    pub spec: AccountSpec,
    pub flags: BTreeSet<Flag>,
    pub onboarded: bool,
    pub project: Option<String>,
    pub refresh_token: String,
    pub refresh_revoked: bool,
    /// Old refresh tokens that a rotation has replaced.
    pub rotations: u32,
    pub pools: BTreeMap<Group, Pool>,
    pub buckets: Vec<Bucket>,
    pub credits: u64,
    /// The running onboarding: its operation and how often it was asked after.
    pub onboarding: Option<(String, u32)>,
    /// The next sign-in is denied.
    pub denies_sign_in: bool,
    pub generation_rate: Rate,
    pub control_rate: Rate,
}

/// A request bucket and its state.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub spec: BucketSpec,
    pub window: Window,
}

impl Bucket {
    fn new(spec: BucketSpec, now: Timestamp) -> Self {
        let mut window = Window::of("1d", BUCKET_LENGTH);
        place(&mut window, WindowSpec { used: spec.used, started: spec.started }, now);
        Self { spec, window }
    }

    /// Requests a day.
    pub(crate) fn limit(&self) -> u64 {
        if self.spec.limit == 0 { 1000 } else { self.spec.limit }
    }
}

impl Account {
    pub(crate) fn new(spec: AccountSpec, now: Timestamp) -> Self {
        let pools = Group::ALL.map(|group| (group, pool(&spec, group, now))).into();
        let buckets = match spec.kind {
            AccountKind::Antigravity => Vec::new(),
            AccountKind::GeminiCli if spec.buckets.is_empty() => {
                let models = GEMINI_CLI_IDS.map(str::to_owned).to_vec();
                vec![Bucket::new(BucketSpec { models, ..BucketSpec::default() }, now)]
            }
            AccountKind::GeminiCli => {
                spec.buckets.iter().map(|bucket| Bucket::new(bucket.clone(), now)).collect()
            }
        };
        Self {
            flags: spec.flags.clone(),
            onboarded: spec.onboarded,
            project: spec.project_id().filter(|_| spec.onboarded),
            refresh_token: spec.refresh_secret(),
            refresh_revoked: false,
            rotations: 0,
            pools,
            buckets,
            credits: spec.credits.unwrap_or_else(|| usual_credits(spec.tier)),
            onboarding: None,
            denies_sign_in: false,
            generation_rate: Rate::default(),
            control_rate: Rate::default(),
            spec,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.spec.name
    }

    /// Whether a fault, a lever or a login hint means this account.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.spec.name == name || self.spec.address() == name
    }

    pub(crate) fn has(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }

    pub(crate) fn pool(&mut self, group: Group) -> Option<&mut Pool> {
        self.pools.get_mut(&group)
    }

    /// The bucket a model counts in.
    pub(crate) fn bucket(&mut self, model: &str) -> Option<&mut Bucket> {
        self.buckets.iter_mut().find(|bucket| bucket.spec.models.iter().any(|id| id == model))
    }

    /// What a request of so many tokens costs of a short window.
    pub(crate) fn cost(&self, tokens: u64) -> f64 {
        let by_tokens = tokens as f64 / short_window_tokens(self.spec.tier);
        self.spec.cost.unwrap_or_else(|| by_tokens.max(SMALLEST_COST))
    }
}

fn pool(spec: &AccountSpec, group: Group, now: Timestamp) -> Pool {
    let stands = spec.groups.get(&group);
    let mut windows: Vec<Window> = spec.windows.iter().filter_map(|name| Window::named(name)).collect();
    for window in &mut windows {
        if let Some(stand) = stands.and_then(|stands| stands.get(&window.name)) {
            place(window, *stand, now);
        }
    }
    Pool::new(windows, spec.drift.get(&group).copied().unwrap_or_default(), now)
}

fn place(window: &mut Window, stand: WindowSpec, now: Timestamp) {
    let half = || Offset(-(window.length / 2));
    let started = stand.started.or_else(|| (stand.used > 0.0).then(half));
    window.place(stand.used, started.and_then(|offset| now.checked_add(offset.0).ok()));
    window.settle(now);
}

/// Invented sizes with believable proportions: the service publishes none.
fn short_window_tokens(tier: Tier) -> f64 {
    match tier {
        Tier::Free | Tier::Legacy => 500_000.0,
        Tier::Pro | Tier::Helium | Tier::Standard => 5_000_000.0,
        Tier::Ultra | Tier::WorkspaceUltra => 50_000_000.0,
    }
}

/// Credits of the fixtures.
fn usual_credits(tier: Tier) -> u64 {
    match tier {
        Tier::Pro | Tier::Helium => 1_000,
        Tier::Ultra | Tier::WorkspaceUltra => 25_000,
        Tier::Free | Tier::Legacy | Tier::Standard => 0,
    }
}

/// A token bucket in the simulator's time.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    last: Option<(f64, Timestamp)>,
}

impl Rate {
    /// Takes one request, or says how long until the next one is allowed.
    pub(crate) fn take(&mut self, per_second: f64, now: Timestamp) -> Result<(), SignedDuration> {
        let size = per_second.max(1.0);
        let left = match self.last {
            None => size,
            Some((left, then)) => {
                let elapsed = now.duration_since(then).as_secs_f64().max(0.0);
                (left + elapsed * per_second).min(size)
            }
        };
        if left >= 1.0 {
            self.last = Some((left - 1.0, now));
            return Ok(());
        }
        self.last = Some((left, now));
        let wait = (1.0 - left) / per_second;
        Err(SignedDuration::try_from_secs_f64(wait).unwrap_or(SignedDuration::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-09-01T00:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_rate_lets_a_burst_through_and_then_says_how_long() {
        let mut rate = Rate::default();
        let later = now() + SignedDuration::from_millis(250);
        assert_eq!([rate.take(2.0, now()), rate.take(2.0, now())], [Ok(()), Ok(())]);
        assert_eq!(rate.take(2.0, now()), Err(SignedDuration::from_millis(500)));
        assert_eq!(rate.take(2.0, later), Err(SignedDuration::from_millis(250)));
        assert_eq!(rate.take(2.0, later + SignedDuration::from_millis(250)), Ok(()));
    }

    #[test]
    fn a_window_stands_where_the_scenario_puts_it() {
        let spec = AccountSpec::new("ada").used(Group::Gemini, "5h", 0.42, "-3h").used(
            Group::ThirdParty,
            "5h",
            0.9,
            "-6h",
        );
        let mut account = Account::new(spec, now());
        let mut short = |group| account.pool(group).unwrap().read(now())[0].1;
        let running = short(Group::Gemini);
        assert_eq!((running.started, running.reset), (true, now() + SignedDuration::from_hours(2)));
        assert!((running.remaining - 0.58).abs() < 1e-9);
        assert_eq!(short(Group::ThirdParty).remaining, 1.0, "it was over an hour ago");
    }

    #[test]
    fn a_used_window_without_a_start_is_half_way() {
        let spec = AccountSpec {
            groups: [(Group::Gemini, [("5h".to_owned(), WindowSpec { used: 0.5, started: None })].into())]
                .into(),
            ..AccountSpec::new("ada")
        };
        let reset = Account::new(spec, now()).pool(Group::Gemini).unwrap().read(now())[0].1.reset;
        assert_eq!(reset, now() + SignedDuration::from_mins(150));
    }

    #[test]
    fn cost_follows_tokens_and_tier_and_has_a_floor() {
        let cost = |tier, tokens| Account::new(AccountSpec::new("a").tier(tier), now()).cost(tokens);
        assert_eq!(cost(Tier::Pro, 9), 0.0004);
        assert_eq!(cost(Tier::Pro, 50_000), 0.01);
        assert_eq!(cost(Tier::Free, 50_000), 0.1);
    }
}
