//! What a replay is about: whose windows, how large, and what was asked of them when.

use crate::quota::WindowKind;
use crate::settings::Hours;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// A stretch of recorded or invented demand.
#[derive(Debug, Clone)]
pub struct Trace {
    /// Where the person lives: days and hours are meant there.
    pub zone: TimeZone,
    /// The first moment at which a policy may act.
    pub start: Timestamp,
    /// No policy acts at or after it.
    pub end: Timestamp,
    /// When the person says to work; may be absent.
    pub working_hours: Option<Hours>,
    /// In the order that decides ties.
    pub credentials: Vec<Login>,
    /// In order of time.
    pub demand: Vec<Request>,
}

/// One credential of a trace.
#[derive(Debug, Clone)]
pub struct Login {
    /// Its id.
    pub id: String,
    /// Its windows by group.
    pub groups: BTreeMap<String, Vec<Size>>,
}

/// How much one window holds, in the trace's units of cost.
#[derive(Debug, Clone)]
pub struct Size {
    /// Which window.
    pub kind: WindowKind,
    /// What it holds when full; above 0.
    pub capacity: f64,
}

/// One request of the person.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// When.
    pub at: Timestamp,
    /// Which group it needs.
    pub group: String,
    /// What it takes from each window; 0 or more.
    pub cost: f64,
}

impl Trace {
    /// The same trace as far as it is known before `at`.
    #[must_use]
    pub fn cut(&self, at: Timestamp) -> Self {
        let demand = self.demand.iter().filter(|r| r.at < at).cloned().collect();
        Self { end: self.end.min(at), demand, ..self.clone() }
    }

    /// All groups that any credential has, in order of name.
    #[must_use]
    pub fn groups(&self) -> Vec<String> {
        let mut all: Vec<_> = self.credentials.iter().flat_map(|c| c.groups.keys().cloned()).collect();
        all.sort();
        all.dedup();
        all
    }

    /// The sum of all costs.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.demand.iter().map(|r| r.cost).sum()
    }
}
