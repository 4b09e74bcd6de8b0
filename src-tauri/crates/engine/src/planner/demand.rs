//! What drops of quota teach of demand, added as they come.

use crate::store::Drop;
use domain::planner::{BIN, DemandLog};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What drops taught so far.
#[derive(Debug, Default)]
pub(super) struct Demand {
    /// The number of the last drop it knows.
    pub(super) seen: i64,
    /// By group's key.
    pub(super) groups: BTreeMap<String, Learnt>,
}

/// One group's demand, and what a long window holds of short ones.
#[derive(Debug)]
pub(super) struct Learnt {
    pub(super) log: DemandLog,
    /// The local days with use.
    pub(super) days: BTreeSet<Date>,
    /// Points that fell in short and in long windows in the same times.
    pub(super) short: f64,
    pub(super) long: f64,
}

impl Demand {
    /// Adds what fell in a short window, but for our own warmups. A unit is one short window.
    pub(super) fn learn(&mut self, drop: &Drop, zone: &TimeZone) {
        if drop.by == "warmup" {
            return;
        }
        let is_short = domain::quota::WindowKind::new(drop.window.as_str())
            .length()
            .is_some_and(|length| length < SignedDuration::from_hours(24));
        let learnt = self.groups.entry(drop.group.clone()).or_insert_with(|| Learnt {
            log: DemandLog::since(drop.from),
            days: BTreeSet::new(),
            short: 0.0,
            long: 0.0,
        });
        if !is_short {
            learnt.long += drop.points;
            return;
        }
        learnt.short += drop.points;
        learnt.days.insert(zone.to_datetime(drop.to).date());
        // When between two readings it was used, nobody knows: evenly.
        let span = drop.from.duration_until(drop.to).as_secs().clamp(BIN, 86_400);
        let parts = (span / BIN).max(1);
        for part in 0..parts {
            let at = drop.to - SignedDuration::from_secs(span * (parts - part) / parts);
            learnt.log.add(at, drop.points / 100.0 / parts as f64);
        }
    }

    /// Days further back than is learnt from make nothing sure.
    pub(super) fn forget(&mut self, before: Timestamp, zone: &TimeZone) {
        let first = zone.to_datetime(before).date();
        for learnt in self.groups.values_mut() {
            learnt.days = learnt.days.split_off(&first);
        }
    }
}
