//! How long deciding takes: a plan for many logins, and looking one pair up among many records.
//!
//!     cargo bench -p domain
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark that cannot start has failed; it reads the real clock and prints figures"
)]

use criterion::{Criterion, criterion_group, criterion_main};
use domain::catalogue::Group;
use domain::credential::{Credential, CredentialId, Provider, State};
use domain::fault::Class;
use domain::policy::cooldown::{Claim, Cooldowns, Part, Probe, Proof, Reason, Scope};
use domain::policy::exceptions::Exceptions;
use domain::policy::pair::Pair;
use domain::policy::protection::Protection;
use domain::policy::warmup::{
    Attempt, AttemptId, Candidate, History, Holds, Inputs, Key, Outcome, Run, Uses, plan,
};
use domain::quota::{
    GroupReading, Idleness, ModelReading, Quota, Remaining, Source, WindowKind, WindowReading,
};
use domain::settings::Settings;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::hint::black_box;
use std::time::Instant;

const LOGINS: usize = 1_000;
const MODELS: [(&str, Group); 4] = [
    ("gemini-3.8-flash-low", Group::Gemini),
    ("gemini-3.1-pro-low", Group::Gemini),
    ("claude-sonnet-4-6", Group::ThirdParty),
    ("claude-opus-4-6-thinking", Group::ThirdParty),
];

fn now() -> Timestamp {
    "2026-09-08T12:00:00Z".parse().unwrap()
}

fn login(n: usize) -> Credential {
    Credential {
        id: CredentialId::new(format!("ag-{n:06}")),
        provider: Provider::Antigravity,
        email: Some(format!("login{n}@example.com")),
        label: None,
        project: None,
        tier: None,
        state: State::Active,
        added_at: now(),
        discovered_at: None,
        last_quota_refresh: None,
    }
}

/// Both groups unused, so that every row of the table is asked.
fn quota() -> Quota {
    let window = |kind: &str, hours| WindowReading {
        bucket: kind.into(),
        kind: WindowKind::new(kind),
        remaining: Remaining::clamped(1.0),
        reset_at: Some(now() + SignedDuration::from_hours(hours)),
        reset_by_service: Some(now() + SignedDuration::from_hours(hours)),
        answered_at: now(),
        observed_at: now(),
        idleness: Idleness::Idle,
        disabled: false,
        source: Source::Summary,
    };
    let group = |group: Group| GroupReading {
        name: group.title().to_owned(),
        group,
        windows: vec![window("5h", 5), window("weekly", 168)],
    };
    let model = |(id, group): (&str, Group)| ModelReading {
        id: id.into(),
        display_name: id.into(),
        group: Some(group),
        hidden: false,
        disabled: false,
        own: Remaining::clamped(1.0),
        reset_at: None,
        source: Source::ModelList,
        observed_at: now(),
    };
    Quota {
        groups: vec![group(Group::Gemini), group(Group::ThirdParty)],
        models: MODELS.into_iter().map(model).collect(),
        list_at: Some(now()),
        summary_at: Some(now()),
        ..Quota::default()
    }
}

fn planning(c: &mut Criterion) {
    let (logins, quota) = ((0..LOGINS).map(login).collect::<Vec<_>>(), quota());
    let candidates: Vec<_> =
        logins.iter().map(|credential| Candidate { credential, quota: Some(&quota), asked: false }).collect();
    let mut settings = Settings::defaults("1.0.0");
    for (key, value) in [
        ("smart_warmup_enabled", "true"),
        ("warmup_models", "*"),
        ("smart_warmup_one_per_group", "false"),
        ("smart_warmup_hours", "mon-fri 06:00-20:00"),
    ] {
        settings.set(key, value).unwrap();
    }
    let mut history = History::default();
    for login in &logins {
        for (n, (model, group)) in MODELS.into_iter().enumerate() {
            history.record(attempt(n, login, model, group, now() - SignedDuration::from_hours(30)));
        }
    }
    let (switches, uses, protection, cooldowns, holds) = (
        Exceptions::default(),
        Uses::default(),
        Protection::default(),
        Cooldowns::default(),
        Holds::default(),
    );
    let inputs = Inputs {
        candidates: &candidates,
        settings: &settings,
        switches: &switches,
        history: &history,
        uses: &uses,
        protection: &protection,
        cooldowns: &cooldowns,
        holds: &holds,
        zone: &TimeZone::UTC,
        switched_on_at: None,
        agent_refused: false,
        paused_until: None,
        run: Run::Automatic,
    };
    assert_eq!(plan(&inputs, now()).lines.len(), LOGINS * MODELS.len());
    c.bench_function("plan 1,000 logins with 4 models", |b| b.iter(|| black_box(plan(&inputs, now()))));
}

fn attempt(n: usize, login: &Credential, model: &str, group: Group, at: Timestamp) -> Attempt {
    Attempt {
        id: AttemptId(i64::try_from(n).unwrap()),
        credential: login.id.clone(),
        group: Some(group),
        model: model.to_owned(),
        at,
        by_hand: false,
        outcome: Outcome::Started,
    }
}

/// One million attempts and a rest for every pair: what a look-up costs, the slowest of a hundred included.
fn looking_up(c: &mut Criterion) {
    let logins: Vec<_> = (0..LOGINS).map(login).collect();
    let mut history = History::default();
    let mut cooldowns = Cooldowns::default();
    for login in &logins {
        for n in 0..250 {
            for (model, group) in MODELS {
                let at = now() - SignedDuration::from_mins(i64::try_from(250 - n).unwrap() * 60);
                history.record(attempt(n, login, model, group, at));
            }
        }
        for (model, _) in MODELS {
            cooldowns.add(Claim {
                scope: Scope { credential: login.id.clone(), part: Part::Model(model.to_owned()) },
                reason: Reason::Rate,
                proof: Proof { class: Class::Unstructured, status: 429, message: String::new(), times: 1 },
                since: now(),
                until: now() + SignedDuration::from_hours(1),
                seen_at: now(),
                probe: Probe::Shut,
            });
        }
    }
    let look = |n: usize| {
        let (model, group) = &MODELS[n % MODELS.len()];
        let pair = Pair { credential: &logins[n * 7 % LOGINS].id, group: Some(group), model };
        (cooldowns.resting(pair, now()).is_some(), history.last_warmup(pair, Key::Group))
    };
    let mut n = 0;
    c.bench_function("look a pair up among 1,000,000 attempts and 4,000 rests", |b| {
        b.iter(|| {
            n += 1;
            black_box(look(n))
        });
    });
    let mut times: Vec<_> = (0..100_000)
        .map(|n| {
            let begun = Instant::now();
            black_box(look(n));
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("look a pair up: p99 {:?}, slowest {:?}", times[99_000], times[99_999]);
}

criterion_group!(benches, planning, looking_up);
criterion_main!(benches);
