//! What choosing among 1,000 credentials costs: `cargo bench -p domain --bench select`.
//!
//! Beside the means, each pick is timed by itself and the distribution printed: the one that finds everybody else
//! resting, or that comes right after a change, is not hidden behind the others.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench that cannot be set up has nothing to measure, and prints what it measured"
)]

use criterion::{Criterion, criterion_group};
use domain::catalogue::Group;
use domain::credential::{Credential, CredentialId, Provider, State};
use domain::fault::Class;
use domain::policy::cooldown::{Claim, Cooldowns, Part, Probe, Proof, Reason, Scope};
use domain::policy::protection::{Below, Held, Protection};
use domain::policy::select::{Ask, Inputs, Lineup, Member};
use domain::quota::{
    GroupReading, Idleness, ModelReading, Quota, Remaining, Source, WindowKind, WindowReading,
};
use domain::settings::Settings;
use jiff::{SignedDuration, Timestamp};
use std::hint::black_box;
use std::time::Instant;

const CREDENTIALS: i64 = 1_000;
const MODEL: &str = "claude-sonnet-4-6";

fn choosing(c: &mut Criterion) {
    let all: Vec<_> = (0..CREDENTIALS).map(login).collect();
    let members: Vec<_> =
        all.iter().map(|(credential, quota)| Member { credential, quota: Some(quota) }).collect();
    let (cooldowns, protection) = (Cooldowns::default(), Protection::default());
    let mut group = c.benchmark_group("1,000 credentials");
    for routing in ["soonest-reset", "most-remaining", "round-robin", "fill-first"] {
        let mut settings = Settings::defaults("0.0.0");
        settings.set("proxy_routing", routing).unwrap();
        let inputs = Inputs {
            credentials: &members,
            cooldowns: &cooldowns,
            protection: &protection,
            settings: &settings,
            personal_logins: true,
        };
        let lineup = Lineup::draw(&inputs, MODEL, now());
        assert_eq!(lineup.candidates(), 1_000);
        // The worst case: four were tried, and the conversation's credential stands at the end.
        let tried: Vec<_> = lineup.places().iter().take(4).map(|place| place.id.clone()).collect();
        let last = lineup.places().last().unwrap().id.clone();
        for (what, ask) in [
            ("first", Ask { tried: &[], sticky: None, turn: 0 }),
            ("fifth", Ask { tried: &tried, sticky: None, turn: 999 }),
            ("sticky", Ask { tried: &[], sticky: Some(&last), turn: 7 }),
        ] {
            group.bench_function(format!("choose, {routing}, {what}"), |b| {
                b.iter(|| lineup.choose(black_box(&ask)).unwrap().place.id.as_str().len());
            });
        }
        group.bench_function(format!("draw up, {routing}"), |b| {
            b.iter(|| Lineup::draw(black_box(&inputs), MODEL, now()).candidates());
        });
    }
}

/// Picks that are timed one by one, in each case.
const PICKS: usize = 20_000;
/// Those after a change cost more.
const CHANGES: usize = 2_000;

/// Where every credential but the last stands.
#[derive(Clone, Copy)]
enum Others {
    Free,
    Resting,
    Protected,
    /// Every one is, the last too, and the floor is soft.
    AllProtected,
}

/// One line a case: how long single picks took.
fn distribution() {
    let all: Vec<_> = (0..CREDENTIALS).map(login).collect();
    let members: Vec<_> =
        all.iter().map(|(credential, quota)| Member { credential, quota: Some(quota) }).collect();
    println!("\na pick among 1,000 credentials, each timed by itself (to reach: 20 us at p99)");
    for (what, others) in [
        ("all of them free", Others::Free),
        ("all but one resting", Others::Resting),
        ("all but one protected", Others::Protected),
        ("all protected, soft floor", Others::AllProtected),
    ] {
        let (cooldowns, protection) = standing(&all, others);
        let mut settings = Settings::defaults("0.0.0");
        settings.set("proxy_routing", "round-robin").unwrap();
        settings.set("quota_protection_floor", "soft").unwrap();
        let inputs = Inputs {
            credentials: &members,
            cooldowns: &cooldowns,
            protection: &protection,
            settings: &settings,
            personal_logins: true,
        };
        let lineup = Lineup::draw(&inputs, MODEL, now());
        let tried: Vec<_> = lineup.places().iter().take(4).map(|place| place.id.clone()).collect();
        let stickies: Vec<_> = all.iter().map(|(credential, _)| credential.id.clone()).collect();
        // As a request does it: how many it may be tried with, then the one that serves.
        let pick = |lineup: &Lineup, turn: usize, tried: &[CredentialId], sticky| {
            let ask = Ask { tried, sticky, turn };
            (lineup.others(&[]), lineup.choose(black_box(&ask)).map(|choice| choice.place.id.as_str().len()))
        };
        report(what, "nothing changed", PICKS, |n| pick(&lineup, n, &[], None));
        report(what, "nothing changed, in a conversation", PICKS, |n| {
            pick(&lineup, n, &[], Some(&stickies[n * 7 % stickies.len()]))
        });
        report(what, "nothing changed, four tried in vain", PICKS, |n| pick(&lineup, n, &tried, None));
        report(what, "right after a change", CHANGES, |n| {
            pick(&Lineup::draw(black_box(&inputs), MODEL, now()), n, &[], None)
        });
    }
}

fn report<T>(what: &str, when: &str, times: usize, mut pick: impl FnMut(usize) -> T) {
    let mut took: Vec<_> = (0..times)
        .map(|n| {
            let began = time();
            black_box(pick(n));
            time().duration_since(began)
        })
        .collect();
    took.sort();
    let at = |share: usize| took[(took.len() - 1) * share / 1_000].as_nanos() as f64 / 1e3;
    println!(
        "{what}, {when}: p50 {:.2} us, p99 {:.2} us, p99.9 {:.2} us, most {:.2} us",
        at(500),
        at(990),
        at(999),
        at(1_000)
    );
}

#[expect(clippy::disallowed_methods, reason = "a bench measures the machine's own time")]
fn time() -> Instant {
    Instant::now()
}

fn standing(all: &[(Credential, Quota)], others: Others) -> (Cooldowns, Protection) {
    let (mut cooldowns, mut protection) = (Cooldowns::default(), Protection::default());
    let but_last = &all[..all.len() - 1];
    let protected = match others {
        Others::Free => &[][..],
        Others::Resting => {
            for (credential, _) in but_last {
                cooldowns.add(rest(credential));
            }
            &[]
        }
        Others::Protected => but_last,
        Others::AllProtected => all,
    };
    for (credential, quota) in protected {
        let remaining = quota.groups[0].windows[0].remaining.unwrap_or(Remaining::EMPTY);
        let below = Below { floor: 99, remaining, back_at: None, since: now() };
        let held = Held { short: Some(below), ..Held::default() };
        protection.put(&credential.id, [(MODEL.to_owned(), held)].into());
    }
    (cooldowns, protection)
}

fn rest(credential: &Credential) -> Claim {
    Claim {
        scope: Scope { credential: credential.id.clone(), part: Part::Model(MODEL.to_owned()) },
        reason: Reason::Rate,
        proof: Proof { class: Class::RateLimit, status: 429, message: String::new(), times: 1 },
        since: now(),
        until: now() + SignedDuration::from_mins(1),
        seen_at: now(),
        probe: Probe::Shut,
    }
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

/// A login with eight models and two windows a group, used up to a different share each.
fn login(n: i64) -> (Credential, Quota) {
    let credential = Credential {
        id: CredentialId::new(format!("ag-{n:06}")),
        provider: Provider::Antigravity,
        email: Some(format!("person{n}@example.com")),
        label: None,
        project: None,
        tier: None,
        state: State::Active,
        added_at: now(),
        discovered_at: None,
        last_quota_refresh: None,
    };
    let window = |kind: &str, hours: i64| WindowReading {
        bucket: format!("3p-{kind}"),
        kind: WindowKind::new(kind),
        remaining: Remaining::clamped(f64::from(u32::try_from(n % 90 + 10).unwrap()) / 100.0),
        reset_at: Some(now() + SignedDuration::from_hours(hours) - SignedDuration::from_secs(n * 7 % 900)),
        reset_by_service: None,
        answered_at: now(),
        observed_at: now(),
        idleness: Idleness::Started,
        disabled: false,
        source: Source::Summary,
    };
    let group = GroupReading {
        group: Group::ThirdParty,
        name: "Claude and GPT models".to_owned(),
        windows: vec![window("5h", 4), window("weekly", 100)],
    };
    let ids = ["a", "b", "c", "d", "e", "f", "g", MODEL];
    let models = ids.map(|id| ModelReading {
        id: id.to_owned(),
        display_name: id.to_owned(),
        group: Some(Group::ThirdParty),
        hidden: false,
        disabled: false,
        own: None,
        reset_at: None,
        source: Source::ModelList,
        observed_at: now(),
    });
    (credential, Quota { groups: vec![group], models: models.into(), ..Quota::default() })
}

criterion_group!(benches, choosing);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    distribution();
}
