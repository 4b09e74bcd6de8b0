//! Compares policies over demand: a trace file, or what this engine recorded.

use crate::view::dto::{WhatIf, WhatIfPart, WhatIfPolicy, WhatIfWarmup};
use domain::replay::{Fixed, Idle, Order, Outcome, Planned, Trace, Warmup, World, bound, run, run_in};
use jiff::Timestamp;
use wire::trace::BadTrace;

/// Plays a trace file with every policy.
///
/// # Errors
///
/// Where the file is no trace.
pub fn of_file(bytes: &[u8]) -> Result<WhatIf, BadTrace> {
    Ok(compare(&wire::trace::read(bytes)?))
}

/// Plays a trace with every policy.
#[must_use]
pub fn compare(trace: &Trace) -> WhatIf {
    play(trace, &[WhatIfPart::None, WhatIfPart::Fixed, WhatIfPart::Planner, WhatIfPart::Bound])
}

/// Plays these parts of the comparison.
#[must_use]
pub fn play(trace: &Trace, parts: &[WhatIfPart]) -> WhatIf {
    let world = World::new(trace);
    let view = |outcome: &Outcome| WhatIfPolicy {
        name: outcome.name.to_owned(),
        share: outcome.share(),
        served: outcome.served,
        demand: outcome.demand,
        exact: None,
        found: None,
        warmups: warmups(trace, &world, &outcome.warmups),
    };
    let policy = |part: &WhatIfPart| match part {
        WhatIfPart::None => Some(view(&run(trace, &mut Idle))),
        WhatIfPart::Fixed => Some(view(&run(trace, &mut Fixed::default()))),
        WhatIfPart::Planner => Some(view(&run(trace, &mut Planned::new(trace)))),
        WhatIfPart::Bound => Some(best(trace, &world)),
        WhatIfPart::Variants => None,
    };
    WhatIf {
        time_zone: trace.zone.iana_name().unwrap_or("UTC").to_owned(),
        start: trace.start.to_string(),
        end: trace.end.to_string(),
        policies: parts.iter().filter_map(policy).collect(),
        variants: if parts.contains(&WhatIfPart::Variants) { variants(trace) } else { Vec::new() },
    }
}

fn best(trace: &Trace, world: &World) -> WhatIfPolicy {
    let best = bound(trace);
    let demand = trace.total();
    WhatIfPolicy {
        name: "bound".to_owned(),
        share: if demand > 0.0 { best.served / demand } else { 1.0 },
        served: best.served,
        demand,
        exact: Some(best.is_exact()),
        found: Some(best.found),
        warmups: warmups(trace, world, &best.warmups),
    }
}

/// Floors worth comparing, in percent.
const FLOORS: [u32; 3] = [5, 15, 30];

/// What floors and other orders of the credentials would have served, without any warmup.
fn variants(trace: &Trace) -> Vec<WhatIfPolicy> {
    let mut found = Vec::new();
    let mut add = |name: String, outcome: &Outcome| {
        found.push(WhatIfPolicy {
            name,
            share: outcome.share(),
            served: outcome.served,
            demand: outcome.demand,
            exact: None,
            found: None,
            warmups: Vec::new(),
        });
    };
    for floor in FLOORS {
        let mut kept = trace.clone();
        let short = |size: &&mut domain::replay::Size| {
            size.kind.length().is_some_and(|length| length < jiff::SignedDuration::from_hours(24))
        };
        let sizes = kept.credentials.iter_mut().flat_map(|c| c.groups.values_mut()).flatten();
        sizes.filter(short).for_each(|size| size.capacity *= 1.0 - f64::from(floor) / 100.0);
        add(format!("floor {floor} %"), &run(&kept, &mut Idle));
    }
    if trace.credentials.len() > 1 {
        for order in [Order::MostRemaining, Order::SoonestReset, Order::FillFirst] {
            let world = World { order, ..World::new(trace) };
            add(order.key().to_owned(), &run_in(world, trace, &mut Idle));
        }
    }
    found
}

fn warmups(trace: &Trace, world: &World, sent: &[Warmup]) -> Vec<WhatIfWarmup> {
    let name = |at: Timestamp, pool: usize| {
        let pool = world.pools.get(pool)?;
        Some(WhatIfWarmup {
            at: at.to_string(),
            credential: trace.credentials.get(pool.login)?.id.clone(),
            group: world.groups.get(pool.group)?.clone(),
        })
    };
    sent.iter().filter_map(|w| name(w.at, w.pool)).collect()
}
