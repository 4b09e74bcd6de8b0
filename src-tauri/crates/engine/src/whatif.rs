//! Compares policies over demand: a trace file, or what this engine recorded.

use crate::view::dto::{WhatIf, WhatIfPolicy, WhatIfWarmup};
use domain::replay::{Fixed, Idle, Outcome, Planned, Trace, Warmup, World, bound, run};
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
    let mut policies = vec![
        view(&run(trace, &mut Idle)),
        view(&run(trace, &mut Fixed::default())),
        view(&run(trace, &mut Planned::new(trace))),
    ];
    let best = bound(trace);
    let demand = trace.total();
    policies.push(WhatIfPolicy {
        name: "bound".to_owned(),
        share: if demand > 0.0 { best.served / demand } else { 1.0 },
        served: best.served,
        demand,
        exact: Some(best.is_exact()),
        found: Some(best.found),
        warmups: warmups(trace, &world, &best.warmups),
    });
    WhatIf {
        time_zone: trace.zone.iana_name().unwrap_or("UTC").to_owned(),
        start: trace.start.to_string(),
        end: trace.end.to_string(),
        policies,
    }
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
