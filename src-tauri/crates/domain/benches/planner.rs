//! How long planning takes: one plan for 50 credentials with four weeks behind, and a month of plans for them; alone, and
//! with everything that may limit a warmup.
//!
//!     cargo bench -p domain --bench planner
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot start has failed")]

use criterion::{Criterion, criterion_group, criterion_main};
use domain::planner::{Asked, DemandLog, Known, Long, Plan, Short, plan};
use domain::quota::WindowKind;
use domain::replay::{Login, Planned, Policy, Pool, Request, Size, Trace, World, run};
use domain::settings::Hours;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::hint::black_box;

const LOGINS: usize = 50;
/// What the limits say: the hours, how many warmups a day, and what a floor keeps back.
const ALLOWED: &str = "mon-fri 05:00-22:00, sat 08:00-20:00";
const WORKING: &str = "mon-fri 09:00-18:00";
const BUDGET: usize = 3;
const FLOOR: f64 = 0.1;
const A_DAY: SignedDuration = SignedDuration::from_hours(24);
/// A plan is made again after so long, as in a replay.
const FRESH: SignedDuration = SignedDuration::from_hours(2);

fn start() -> Timestamp {
    "2026-03-02T00:00:00Z".parse().unwrap()
}

/// With a change of the clock in the month.
fn zone() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
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

    // The same in the middle of a day, under everything that limits.
    let now = now + SignedDuration::from_hours(10);
    let after = |minutes: usize| now + SignedDuration::from_mins(i64::try_from(minutes).unwrap());
    let busy = |place: usize| Known {
        short: Short {
            length: SignedDuration::from_hours(5),
            capacity: 100.0 * (1.0 - FLOOR),
            left: place as f64,
            ends: (!place.is_multiple_of(5)).then(|| after(6 * place)),
        },
        long: Some(Long {
            length: SignedDuration::from_hours(168),
            left: 2_000.0,
            ends: Some(after(3_000 + 10 * place)),
        }),
        not_before: place.is_multiple_of(7).then(|| after(300 + place)),
        budget: place % (BUDGET + 1),
    };
    let pools: Vec<Known> = (0..LOGINS).map(busy).collect();
    let (allowed, hours) = (ALLOWED.parse::<Hours>().unwrap(), WORKING.parse::<Hours>().unwrap());
    let zone = zone();
    let asked = Asked {
        log: &log,
        zone: &zone,
        hours: Some(&hours),
        allowed: Some(&allowed),
        now,
        pools: black_box(&pools),
    };
    c.bench_function("a plan for 50 credentials under all limits", |b| b.iter(|| plan(black_box(&asked))));
}

/// Warms as planned within hours, budget and floor.
struct Limited {
    log: DemandLog,
    zone: TimeZone,
    allowed: Hours,
    working: Hours,
    made: Option<(Timestamp, Vec<Plan>)>,
    /// By pool: when it was warmed in the last day.
    sent: Vec<Vec<Timestamp>>,
}

impl Limited {
    fn new() -> Self {
        Self {
            log: DemandLog::since(start()),
            zone: zone(),
            allowed: ALLOWED.parse().unwrap(),
            working: WORKING.parse().unwrap(),
            made: None,
            sent: vec![Vec::new(); LOGINS],
        }
    }

    fn known(&self, place: usize, pool: &Pool, now: Timestamp) -> Known {
        let (short, sent) = (pool.short().unwrap(), &self.sent[place]);
        let kept = FLOOR * short.capacity;
        let long = pool.long().map(|w| Long { length: w.length, left: w.left(now), ends: w.ends(now) });
        Known {
            short: Short {
                length: short.length,
                capacity: short.capacity - kept,
                left: (short.left(now) - kept).max(0.0),
                ends: short.ends(now),
            },
            long: long.min_by(|a, b| a.left.total_cmp(&b.left)),
            not_before: sent.first().filter(|_| sent.len() >= BUDGET).map(|at| *at + A_DAY),
            budget: BUDGET - sent.len().min(BUDGET),
        }
    }
}

impl Policy for Limited {
    fn name(&self) -> &'static str {
        "limited"
    }

    fn every(&self) -> Option<SignedDuration> {
        Some(SignedDuration::from_mins(5))
    }

    fn decide(&mut self, now: Timestamp, world: &World) -> Vec<usize> {
        self.sent.iter_mut().for_each(|sent| sent.retain(|at| *at + A_DAY > now));
        let idle = |place: usize| world.pools[place].short().is_some_and(|w| w.ends(now).is_none());
        let due = |plans: &[Plan]| -> Vec<usize> {
            let is_due = |place: &usize| {
                idle(*place) && plans[*place].starts.first().is_some_and(|start| *start <= now)
            };
            (0..plans.len()).filter(is_due).collect()
        };
        let holds = |(made, plans): &(Timestamp, Vec<Plan>)| {
            made.duration_until(now) < FRESH && due(plans).is_empty()
        };
        if !(0..LOGINS).any(idle) || self.made.as_ref().is_some_and(holds) {
            return Vec::new();
        }
        let pools: Vec<Known> =
            world.pools.iter().enumerate().map(|(place, pool)| self.known(place, pool, now)).collect();
        let plans = plan(&Asked {
            log: &self.log,
            zone: &self.zone,
            hours: Some(&self.working),
            allowed: Some(&self.allowed),
            now,
            pools: &pools,
        });
        let warm = due(&plans);
        warm.iter().for_each(|&place| self.sent[place].push(now));
        self.made = warm.is_empty().then_some((now, plans));
        warm
    }

    fn saw(&mut self, request: &Request, _: usize, _: &World) {
        self.log.add(request.at, request.cost);
    }
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
    group.bench_function("a month of plans for 50 credentials under all limits", |b| {
        b.iter(|| run(black_box(&trace), &mut Limited::new()));
    });
}

criterion_group!(benches, one_plan, a_month);
criterion_main!(benches);
