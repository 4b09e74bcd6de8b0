//! What was recorded, as a trace that policies are played over.

use super::Planner;
use crate::store::StoreError;
use domain::catalogue::Group;
use domain::credential::Provider;
use domain::quota::WindowKind;
use domain::replay::{Login, Request, Size, Trace};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

const SHORT: &str = "5h";
const LONG: &str = "weekly";
/// What a long window holds, in short ones, where too few drops tell.
const ROOMY: f64 = 1_000.0;
/// Less than this of a short window is rounding.
const LEAST: f64 = 1e-4;

impl Planner {
    /// The demand of the last four weeks as far as drops tell, with windows for every credential that may be warmed.
    /// A unit is one short window.
    pub(crate) async fn recorded(&self, since: Timestamp) -> Result<Trace, StoreError> {
        let now = self.clock.now();
        let demand = self.learn(now).await?;
        let state = self.ledger.state();
        let size = |kind: &str, capacity| Size { kind: WindowKind::new(kind), capacity };
        let mut groups = BTreeMap::new();
        let mut requests = Vec::new();
        let mut start = now;
        for (key, learnt) in &demand.groups {
            let name = Group::from_key(key).key().to_owned();
            let long = learnt.ratio().unwrap_or(ROOMY);
            groups.insert(name.clone(), vec![size(SHORT, 1.0), size(LONG, long.max(1.0))]);
            start = start.min(learnt.log.begins());
            let asked = learnt.log.entries().filter(|(at, cost)| *at >= since && *at < now && *cost > LEAST);
            requests.extend(asked.map(|(at, cost)| Request { at, group: name.clone(), cost }));
        }
        requests.sort_by_key(|request| request.at);
        let logins = state
            .credentials
            .iter()
            .filter(|k| k.credential.provider == Provider::Antigravity && k.credential.state.is_active())
            .map(|k| Login { id: k.credential.id.to_string(), groups: groups.clone() })
            .collect();
        Ok(Trace {
            zone: self.zone.clone(),
            start: start.max(since).min(now - SignedDuration::from_mins(10)),
            end: now,
            working_hours: self.settings.current().working_hours.clone(),
            credentials: logins,
            demand: requests,
        })
    }
}
