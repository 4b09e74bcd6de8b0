//! What no plan can exceed, from simpler problems that allow more.

use super::super::trace::{Request, Trace};
use super::super::world::{Pool, World};
use super::short::Short;
use jiff::{SignedDuration, Timestamp};

/// Where nothing is asked for so long, no short window reaches across with use on both sides.
const QUIET: SignedDuration = SignedDuration::from_hours(5);
/// The grid for starts of a long window.
const COARSE: i64 = 600;

/// The least of: all that was asked for; what the short windows allow; what the long windows allow; and, for one
/// credential, what both allow together.
pub(super) fn upper(trace: &Trace, world: &World, pools: &[usize]) -> f64 {
    let pools: Vec<&Pool> = pools.iter().filter_map(|&p| world.pools.get(p)).collect();
    let total = trace.total();
    if pools.is_empty() {
        return 0.0;
    }
    let short = match pools.as_slice() {
        [one] => one
            .short()
            .map_or(total, |w| Short::new(trace, &trace.demand, w.length, w.capacity).plan().served),
        many => by_day(trace, many),
    };
    let long: f64 = pools.iter().map(|p| long_of(trace, p)).sum();
    let bound = total.min(short).min(long);
    match pools.as_slice() {
        [one] if long < f64::INFINITY && short > 0.0 => bound.min(both(trace, one)),
        _ => bound,
    }
}

/// Day by day: not more than was asked for, not more than each window alone could have served.
fn by_day(trace: &Trace, pools: &[&Pool]) -> f64 {
    let mut days: Vec<Vec<Request>> = Vec::new();
    for request in &trace.demand {
        match days.last_mut() {
            Some(day) if day.last().is_some_and(|r| r.at.duration_until(request.at) < QUIET) => {
                day.push(request.clone());
            }
            _ => days.push(vec![request.clone()]),
        }
    }
    days.iter()
        .map(|day| {
            let asked: f64 = day.iter().map(|r| r.cost).sum();
            let mut known: Vec<(SignedDuration, f64, f64)> = Vec::new();
            let mut sum = 0.0;
            for pool in pools {
                let Some(w) = pool.short() else { return asked };
                let same = known.iter().find(|(l, c, _)| *l == w.length && (*c - w.capacity).abs() < 1e-12);
                sum += match same {
                    Some((_, _, serves)) => *serves,
                    None => {
                        let serves = fluid(day, w.length, w.capacity);
                        known.push((w.length, w.capacity, serves));
                        serves
                    }
                };
            }
            asked.min(sum)
        })
        .sum()
}

/// What the long windows of a pool allow; without one, anything.
fn long_of(trace: &Trace, pool: &Pool) -> f64 {
    pool.long().map(|w| fluid(&trace.demand, w.length, w.capacity)).fold(f64::INFINITY, f64::min)
}

/// One window as if requests could be split, its starts chosen freely: each start serves what was asked for while
/// it runs, up to its capacity. A best choice starts every window at a request or at the end of another, or just
/// late enough to reach one more request: moving starts later to the next of these loses nothing.
fn fluid(demand: &[Request], length: SignedDuration, capacity: f64) -> f64 {
    let Some(origin) = demand.first().map(|r| r.at.as_second()) else { return 0.0 };
    let step = 60;
    let length = length.as_secs();
    let bins = |seconds: i64| usize::try_from(seconds / step).unwrap_or(0);
    let last = demand.last().map_or(0, |r| r.at.as_second() - origin);
    let mut sums = vec![0.0; bins(last) + 2];
    for request in demand {
        sums[bins(request.at.as_second() - origin) + 1] += request.cost;
    }
    for at in 1..sums.len() {
        sums[at] += sums[at - 1];
    }
    // Time in front of the first request: a window may have started before it.
    let before = bins(length);
    let until = |at: usize| sums[at.saturating_sub(before).min(sums.len() - 1)];
    let span = bins(length) + 1;
    let count = before + sums.len();
    let mut best = vec![0.0; count + span + 1];
    for at in (0..count).rev() {
        // Rounded in favour: the window reaches a minute further, the next one starts a minute sooner.
        let serves = (until(at + span) - until(at)).min(capacity);
        best[at] = f64::max(best[at + 1], serves + best[at + span - 1]);
    }
    best[0]
}

/// Both windows of one credential: for each start of the long one, not more than its capacity, and not more than
/// freely started short windows serve while it runs.
fn both(trace: &Trace, pool: &Pool) -> f64 {
    let (Some(short), Some(long)) = (pool.short(), pool.long().next()) else { return f64::INFINITY };
    let (Some(first), Some(last)) = (trace.demand.first(), trace.demand.last()) else { return 0.0 };
    let origin = first.at.min(trace.start).as_second();
    let bins = |at: Timestamp| usize::try_from((at.as_second() - origin) / COARSE).unwrap_or(0);
    let span = |length: SignedDuration| usize::try_from(length.as_secs() / COARSE).unwrap_or(1).max(1);
    let count = bins(last.at) + 1;
    let mut sums = vec![0.0; count + 1];
    for request in &trace.demand {
        sums[bins(request.at) + 1] += request.cost;
    }
    for at in 1..sums.len() {
        sums[at] += sums[at - 1];
    }
    let sum = |from: usize, to: usize| sums[to.min(count)] - sums[from.min(count)];
    let (inner, outer) = (span(short.length), span(long.length));
    let mut best = vec![0.0; count + outer + 2];
    let mut within = vec![0.0; outer + inner + 2];
    for at in (0..count).rev() {
        // The long window covers [at, at + outer], rounded up by a step; the short ones inside likewise.
        within.fill(0.0);
        let end = (at + outer + 1).min(count);
        for from in (at..end).rev() {
            let serves = sum(from, (from + inner + 1).min(end)).min(short.capacity);
            within[from - at] = f64::max(within[from + 1 - at], serves + within[from + inner - at]);
        }
        // A short window that ran before may reach in, up to any moment of its length.
        let reach = if at == 0 { 0 } else { inner.min(end - at) };
        let serves = (0..=reach)
            .map(|to| sum(at, at + to).min(short.capacity) + within[to])
            .fold(0.0, f64::max)
            .min(long.capacity);
        best[at] = f64::max(best[at + 1], serves + best[at + outer]);
    }
    best[0]
}
