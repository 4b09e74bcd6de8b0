//! What choosing among 1,000 credentials costs: `cargo bench -p domain --bench select`.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has nothing to measure")]

use criterion::{Criterion, criterion_group, criterion_main};
use domain::catalogue::Group;
use domain::credential::{Credential, CredentialId, Provider, State};
use domain::policy::cooldown::Cooldowns;
use domain::policy::protection::Protection;
use domain::policy::select::{Ask, Inputs, Lineup, Member};
use domain::quota::{
    GroupReading, Idleness, ModelReading, Quota, Remaining, Source, WindowKind, WindowReading,
};
use domain::settings::Settings;
use jiff::{SignedDuration, Timestamp};
use std::hint::black_box;

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
criterion_main!(benches);
