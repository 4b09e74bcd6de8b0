//! The windows of all credentials, as the service keeps them.

use super::trace::Trace;
use jiff::{SignedDuration, Timestamp};

/// Costs are sums of decimal fractions: what is missing by less than this is rounding.
const ROUNDING: f64 = 1e-9;

/// One window of a pool.
#[derive(Debug, Clone)]
pub struct Window {
    /// How long it runs once started.
    pub length: SignedDuration,
    /// What it holds when full.
    pub capacity: f64,
    left: f64,
    ends: Option<Timestamp>,
}

impl Window {
    /// A window that has not started.
    #[must_use]
    pub fn new(length: SignedDuration, capacity: f64) -> Self {
        Self { length, capacity, left: capacity, ends: None }
    }

    /// When it refills, if it runs at `now`.
    #[must_use]
    pub fn ends(&self, now: Timestamp) -> Option<Timestamp> {
        self.ends.filter(|ends| now < *ends)
    }

    /// What is left at `now`.
    #[must_use]
    pub fn left(&self, now: Timestamp) -> f64 {
        if self.ends(now).is_some() { self.left } else { self.capacity }
    }

    fn start(&mut self, now: Timestamp) {
        if self.ends(now).is_none() {
            self.left = self.capacity;
            self.ends = Some(now + self.length);
        }
    }
}

/// The windows of one group of one credential.
#[derive(Debug, Clone)]
pub struct Pool {
    /// Which credential, by its place in the trace.
    pub login: usize,
    /// Which group, by its place in [`World::groups`].
    pub group: usize,
    /// Shortest first.
    pub windows: Vec<Window>,
}

impl Pool {
    /// The short window: the shortest, if a warmup can bring it back within a day.
    #[must_use]
    pub fn short(&self) -> Option<&Window> {
        self.windows.first().filter(|w| w.length < SignedDuration::from_hours(24))
    }

    /// The windows after the short one.
    pub fn long(&self) -> impl Iterator<Item = &Window> {
        self.windows.iter().skip(usize::from(self.short().is_some()))
    }

    /// Starts each window that does not run.
    pub fn start(&mut self, now: Timestamp) {
        self.windows.iter_mut().for_each(|w| w.start(now));
    }

    /// The least share left over its windows, 0 to 1.
    #[must_use]
    pub fn share(&self, now: Timestamp) -> f64 {
        self.windows.iter().map(|w| w.left(now) / w.capacity).fold(1.0, f64::min)
    }

    fn fits(&self, now: Timestamp, cost: f64) -> bool {
        self.windows.iter().all(|w| w.left(now) + ROUNDING >= cost)
    }

    fn take(&mut self, now: Timestamp, cost: f64) -> bool {
        self.start(now);
        let fits = self.fits(now, cost);
        if fits {
            self.windows.iter_mut().for_each(|w| w.left = (w.left - cost).max(0.0));
        }
        fits
    }
}

/// Which pool a request goes to, of those with anything left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Where most is left; the first on a tie.
    #[default]
    MostRemaining,
    /// Started windows first, the soonest refill first: the router's own rule.
    SoonestReset,
    /// The first that has anything.
    FillFirst,
}

impl Order {
    /// The word of the router's strategy.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::MostRemaining => "most-remaining",
            Self::SoonestReset => "soonest-reset",
            Self::FillFirst => "fill-first",
        }
    }
}

impl Order {
    /// The greatest goes first; on a tie the first pool.
    fn rank(self, pool: &Pool, now: Timestamp, cost: f64) -> f64 {
        let share = pool.share(now);
        match self {
            Self::MostRemaining => share,
            // The service refuses what does not fit, and the router tries the next.
            Self::SoonestReset | Self::FillFirst if !pool.fits(now, cost) => -1e12,
            Self::FillFirst => 0.0,
            Self::SoonestReset => pool
                .short()
                .and_then(|w| w.ends(now))
                .map_or(-1e9, |ends| -now.duration_until(ends).as_secs_f64()),
        }
    }
}

/// All pools of a trace.
#[derive(Debug, Clone)]
pub struct World {
    /// Which pool a request goes to.
    pub order: Order,
    /// In order of name.
    pub groups: Vec<String>,
    /// In the order of credentials, then groups.
    pub pools: Vec<Pool>,
}

impl World {
    /// Nothing has started yet.
    #[must_use]
    pub fn new(trace: &Trace) -> Self {
        let groups = trace.groups();
        let mut pools = Vec::new();
        for (login, credential) in trace.credentials.iter().enumerate() {
            for (group, name) in groups.iter().enumerate() {
                let Some(sizes) = credential.groups.get(name) else { continue };
                let mut windows: Vec<_> = sizes
                    .iter()
                    .filter_map(|size| Some(Window::new(size.kind.length()?, size.capacity)))
                    .collect();
                windows.sort_by_key(|w| w.length);
                pools.push(Pool { login, group, windows });
            }
        }
        Self { order: Order::default(), groups, pools }
    }

    /// The place of a group by name.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<usize> {
        self.groups.binary_search_by(|g| g.as_str().cmp(name)).ok()
    }

    /// Sends one request where most is left; the first on a tie. Whether it was served, and by which pool it was
    /// taken or turned away. A request starts windows even where it is turned away.
    pub fn request(&mut self, now: Timestamp, group: usize, cost: f64) -> (bool, Option<usize>) {
        let mut best: Option<(usize, f64)> = None;
        for (at, pool) in self.pools.iter().enumerate().filter(|(_, p)| p.group == group) {
            let rank = self.order.rank(pool, now, cost);
            if best.is_none_or(|(_, most)| rank > most) {
                best = Some((at, rank));
            }
        }
        let Some((at, _)) = best else { return (false, None) };
        let served = self.pools.get_mut(at).is_some_and(|pool| pool.take(now, cost));
        (served, Some(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quota::WindowKind;
    use crate::replay::{Login, Size, Trace};
    use jiff::tz::TimeZone;
    use std::collections::BTreeMap;

    #[test]
    fn each_order_sends_a_request_where_it_says() {
        let size = Size { kind: WindowKind::new("5h"), capacity: 10.0 };
        let login = |id: &str| Login {
            id: id.to_owned(),
            groups: BTreeMap::from([("gemini".to_owned(), vec![size.clone()])]),
        };
        let at = |hour| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour);
        let trace = Trace {
            zone: TimeZone::UTC,
            start: at(0),
            end: at(9),
            working_hours: None,
            credentials: vec![login("a"), login("b")],
            demand: Vec::new(),
        };
        // Two requests, and one that does not fit beside the first.
        for (order, expected) in [
            (Order::MostRemaining, [0, 1, 0]),
            (Order::SoonestReset, [0, 0, 1]),
            (Order::FillFirst, [0, 0, 1]),
        ] {
            let mut world = World { order, ..World::new(&trace) };
            let went = [3.0, 3.0, 5.0].map(|cost| world.request(at(1), 0, cost).1.unwrap());
            assert_eq!(went, expected, "{order:?}");
        }
    }
}
