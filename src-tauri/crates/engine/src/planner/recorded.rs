//! What was recorded, as a trace that policies are played over.

use super::demand::Learnt;
use super::{Demand, Planner};
use crate::store::StoreError;
use domain::catalogue::Group;
use domain::credential::{CredentialId, Provider};
use domain::quota::WindowKind;
use domain::replay::{Login, Request, Size, Trace};
use domain::settings::Hours;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// What a long window holds, in short ones, where too few drops tell.
const ROOMY: f64 = 1_000.0;
/// Less than this of a short window is rounding.
const LEAST: f64 = 1e-4;

/// What the replay is asked for.
struct Span<'a> {
    since: Timestamp,
    now: Timestamp,
    zone: &'a TimeZone,
    working_hours: Option<Hours>,
}

impl Planner {
    /// The demand since `since` as far as drops tell, with windows for every credential that may be warmed.
    /// A unit is one short window.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn recorded(&self, since: Timestamp) -> Result<Trace, StoreError> {
        let now = self.clock.now();
        let demand = self.learn(now).await?;
        let state = self.ledger.state();
        let logins = state
            .credentials
            .iter()
            .map(|known| &known.credential)
            .filter(|one| one.provider == Provider::Antigravity && one.state.is_active())
            .map(|one| &one.id);
        let working_hours = self.settings.current().working_hours.clone();
        Ok(trace(&demand, logins, Span { since, now, zone: &self.zone, working_hours }))
    }
}

fn trace<'a>(demand: &Demand, logins: impl Iterator<Item = &'a CredentialId>, span: Span<'_>) -> Trace {
    let Span { since, now, zone, working_hours } = span;
    let mut requests = Vec::new();
    let mut start = now;
    for (key, learnt) in &demand.groups {
        let name = Group::from_key(key).key().to_owned();
        start = start.min(learnt.log.begins());
        let asked = learnt.log.entries().filter(|(at, cost)| *at >= since && *at < now && *cost > LEAST);
        requests.extend(asked.map(|(at, cost)| Request { at, group: name.clone(), cost }));
    }
    requests.sort_by_key(|request| request.at);
    let windows = |id: &CredentialId| -> BTreeMap<String, Vec<Size>> {
        let sized =
            |(key, learnt): (&String, &Learnt)| (Group::from_key(key).key().to_owned(), sizes(learnt, id));
        demand.groups.iter().map(sized).filter(|(_, sizes)| !sizes.is_empty()).collect()
    };
    Trace {
        zone: zone.clone(),
        start: start.max(since).min(now - SignedDuration::from_mins(10)),
        end: now,
        working_hours,
        credentials: logins.map(|id| Login { id: id.to_string(), groups: windows(id) }).collect(),
        demand: requests,
    }
}

/// The windows of a credential as its drops named them, the short one first; empty where no drop tells.
fn sizes(learnt: &Learnt, id: &CredentialId) -> Vec<Size> {
    let Some(kinds) = learnt.kinds(id) else { return Vec::new() };
    let long = learnt.ratio().unwrap_or(ROOMY).max(1.0);
    let size = |kind: &Option<WindowKind>, capacity| Some(Size { kind: kind.clone()?, capacity });
    [size(&kinds.short, 1.0), size(&kinds.long, long)].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Drop;

    #[test]
    fn the_windows_are_those_that_the_drops_name() {
        let now: Timestamp = "2026-09-01T12:00:00Z".parse().unwrap();
        let mut demand = Demand::default();
        let mut fell = |who: &str, window: &str, hours_ago: i64, points: f64| {
            let to = now - SignedDuration::from_hours(hours_ago);
            let drop = Drop {
                credential: CredentialId::new(who),
                group: "3p".to_owned(),
                window: window.to_owned(),
                from: to - SignedDuration::from_mins(15),
                to,
                points,
                by: "elsewhere".to_owned(),
            };
            demand.learn(&drop, &TimeZone::UTC);
        };
        // The service changed Ada's periods on the way; of Bob only a short window is known, of Chen nothing.
        for (who, window, hours_ago, points) in [
            ("ada", "5h", 20, 40.0),
            ("ada", "weekly", 20, 4.0),
            ("ada", "3h", 10, 40.0),
            ("ada", "14d", 10, 4.0),
            ("ada", "monthly", 10, 2.0),
            ("bob", "8h", 5, 20.0),
        ] {
            fell(who, window, hours_ago, points);
        }
        let ids = ["ada", "bob", "chen"].map(CredentialId::new);
        let since = Timestamp::UNIX_EPOCH;
        let played =
            trace(&demand, ids.iter(), Span { since, now, zone: &TimeZone::UTC, working_hours: None });
        let told = |login: &Login| -> Vec<String> {
            login.groups["3p"].iter().map(|size| format!("{} {}", size.kind, size.capacity)).collect()
        };
        let told: Vec<_> = played.credentials.iter().map(told).collect();
        assert_eq!(told, [vec!["3h 1", "14d 10"], vec!["8h 1"], vec!["3h 1", "14d 10"]]);
        assert!((played.total() - 1.0).abs() < 1e-6, "{}", played.total());
    }
}
