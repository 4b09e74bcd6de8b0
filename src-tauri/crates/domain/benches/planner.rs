//! How long planning takes: one plan for 50 credentials with four weeks behind, and a month of plans for them.
//!
//!     cargo bench -p domain --bench planner
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot start has failed")]

use criterion::{Criterion, criterion_group, criterion_main};
use domain::planner::{Asked, DemandLog, Known, Long, Short, plan};
use domain::quota::WindowKind;
use domain::replay::{Login, Planned, Request, Size, Trace, run};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::hint::black_box;

const LOGINS: usize = 50;

fn start() -> Timestamp {
    "2026-03-02T00:00:00Z".parse().unwrap()
}

/// Office work that uses up all logins, one request every two minutes.
fn demand() -> Vec<Request> {
    let mut demand = Vec::new();
    for day in (0..28).filter(|day| day % 7 < 5) {
        for request in 0..270 {
            let at =
                start() + SignedDuration::from_hours(24 * day + 9) + SignedDuration::from_mins(2 * request);
            demand.push(Request { at, group: "gemini".to_owned(), cost: 80.0 });
        }
    }
    demand
}

fn one_plan(c: &mut Criterion) {
    let mut log = DemandLog::since(start());
    demand().iter().for_each(|r| log.add(r.at, r.cost));
    let now = start() + SignedDuration::from_hours(25 * 24 + 2);
    // No two alike: what is alike is planned once.
    let pools: Vec<_> = (0..LOGINS)
        .map(|n| {
            let used = f64::from(u32::try_from(n).unwrap());
            let ends = (n % 2 == 0).then(|| now + SignedDuration::from_mins(6 * i64::try_from(n).unwrap()));
            let left = if ends.is_some() { 100.0 - used } else { 100.0 };
            let short = Short { length: SignedDuration::from_hours(5), capacity: 100.0, left, ends };
            let left = 2_000.0 - 10.0 * used;
            let long = Long { length: SignedDuration::from_hours(168), left, ends: None };
            Known { short, long: Some(long), not_before: None, budget: 3 }
        })
        .collect();
    let asked = Asked { log: &log, zone: &TimeZone::UTC, hours: None, allowed: None, now, pools: &pools };
    c.bench_function("a plan for 50 credentials", |b| b.iter(|| plan(black_box(&asked))));
}

fn a_month(c: &mut Criterion) {
    let sizes = vec![
        Size { kind: WindowKind::new("5h"), capacity: 100.0 },
        Size { kind: WindowKind::new("weekly"), capacity: 3_000.0 },
    ];
    let trace = Trace {
        zone: TimeZone::UTC,
        start: start(),
        end: start() + SignedDuration::from_hours(28 * 24),
        working_hours: None,
        credentials: (0..LOGINS)
            .map(|n| Login {
                id: format!("c{n}"),
                groups: BTreeMap::from([("gemini".to_owned(), sizes.clone())]),
            })
            .collect(),
        demand: demand(),
    };
    let mut group = c.benchmark_group("replay");
    group.sample_size(10);
    group.bench_function("a month of plans for 50 credentials", |b| {
        b.iter(|| run(black_box(&trace), &mut Planned::new(&trace)));
    });
}

criterion_group!(benches, one_plan, a_month);
criterion_main!(benches);
