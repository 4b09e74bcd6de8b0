//! What planned starts were expected to bring, until it can be told what came.

use super::{Demand, Planner};
use crate::journal::{Entry, Kind};
use crate::store::{KeptWarmup, StoreError};
use domain::catalogue::Group;
use domain::credential::CredentialId;
use domain::planner::gained;
use domain::policy::warmup::{Came, Outcome, Plan};
use domain::policy::words::{Here, Said};
use jiff::{SignedDuration, Timestamp};

/// Where the store keeps them.
const KEPT: &str = "planned_starts";
/// After so long it is told what came.
const TOLD_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// A round sends its last request within this.
const SENT_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// A start that was sent as planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) credential: CredentialId,
    pub(crate) group: Group,
    pub(crate) at: Timestamp,
    /// The use it is expected to bring, in minutes.
    pub(crate) minutes: u32,
}

impl Planner {
    /// Remembers which lines of a plan are sent because they were planned, and what was expected of them.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn expect(&self, plan: &Plan) -> Result<(), StoreError> {
        let latest = self.latest();
        let planned = plan.to_send().filter_map(|line| {
            let group = line.group.clone()?;
            let start = latest.starts.get(&(line.credential.clone(), group.clone()))?;
            let is_due = start.starts.first().is_some_and(|at| *at <= plan.at);
            let (credential, minutes) = (line.credential.clone(), start.gain_minutes);
            is_due.then_some(Expected { credential, group, at: plan.at, minutes })
        });
        self.remember(planned.collect()).await
    }

    /// Remembers starts, to tell a day after them what came.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn remember(&self, starts: Vec<Expected>) -> Result<(), StoreError> {
        if starts.is_empty() {
            return Ok(());
        }
        let mut kept = self.kept().await?;
        kept.extend(starts);
        self.keep(&kept).await
    }

    /// Says of starts a day ago what came of them; each once. Of one that was refused, or that no reading confirmed,
    /// nothing came that could be told.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn tell(&self) -> Result<Vec<Entry>, StoreError> {
        let now = self.clock.now();
        let (due, later): (Vec<Expected>, Vec<Expected>) =
            self.kept().await?.into_iter().partition(|expected| expected.at + TOLD_AFTER <= now);
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let mut started = Vec::new();
        for expected in due {
            if self.has_started(&expected).await? {
                started.push(expected);
            }
        }
        let demand = self.learn(now).await?;
        let state = self.ledger.state();
        let mut entries = Vec::new();
        for Expected { credential, group, at, minutes } in started {
            let Some(known) = state.get(&credential) else { continue };
            let came = demand.came(&group, &credential, at);
            let name = known.credential.name();
            let sentence = Said::of(|language| {
                let here = Here { now, zone: &self.zone, language };
                let (expected_minutes, came_minutes) = (minutes, super::minutes(came));
                Came { group: &group, name: &name, at, expected_minutes, came_minutes, here }.to_string()
            });
            tracing::info!(target: "smart_warmup", "{}", sentence.english);
            let subject = group.key().to_owned();
            let kind = Kind::Warmup;
            entries.push(Entry { kind, credential, name, subject, verdict: "came", sentence, until: None });
        }
        drop(demand);
        self.keep(&later).await?;
        Ok(entries)
    }

    /// Whether the window's clock ran after it.
    async fn has_started(&self, expected: &Expected) -> Result<bool, StoreError> {
        let warmups = self.store.warmups(Some(&expected.credential), expected.at).await?;
        let sent = |warmup: &&KeptWarmup| {
            warmup.attempt.group.as_ref() == Some(&expected.group)
                && warmup.attempt.at <= expected.at + SENT_WITHIN
        };
        Ok(warmups.iter().filter(sent).any(|warmup| warmup.attempt.outcome == Outcome::Started))
    }

    async fn kept(&self) -> Result<Vec<Expected>, StoreError> {
        let mut known = self.expected.lock().await;
        if let Some(kept) = known.as_ref() {
            return Ok(kept.clone());
        }
        let lines = self.store.meta(KEPT).await?.unwrap_or_default();
        let kept: Vec<Expected> = lines.lines().filter_map(read).collect();
        *known = Some(kept.clone());
        Ok(kept)
    }

    async fn keep(&self, kept: &[Expected]) -> Result<(), StoreError> {
        let line = |e: &Expected| format!("{}\t{}\t{}\t{}\n", e.credential, e.group.key(), e.at, e.minutes);
        let lines: String = kept.iter().map(line).collect();
        self.store.put_meta(KEPT, Some(&lines).filter(|lines| !lines.is_empty()).map(String::as_str)).await?;
        *self.expected.lock().await = Some(kept.to_vec());
        Ok(())
    }
}

impl Demand {
    /// The use, in hours, that a start of a credential's window at `at` brought; none where nothing of it is known.
    pub(crate) fn came(&self, group: &Group, credential: &CredentialId, at: Timestamp) -> f64 {
        let learnt = self.groups.get(group.key());
        let known = learnt.and_then(|learnt| learnt.own.get(credential).zip(learnt.length(credential)));
        known.map_or(0.0, |(log, length)| gained(log, at, length, 1.0))
    }
}

/// A line that is none is forgotten: what came of it is not told.
fn read(line: &str) -> Option<Expected> {
    let [credential, group, at, minutes] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
    Some(Expected {
        credential: CredentialId::new(credential),
        group: Group::from_key(group),
        at: at.parse().ok()?,
        minutes: minutes.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Drop;
    use jiff::tz::TimeZone;

    #[test]
    fn what_came_is_told_of_a_window_as_long_as_its_drops_name_it() {
        let at = |hour: i64| Timestamp::from_second(hour * 3600).unwrap();
        let ada = CredentialId::new("ada");
        let came_of = |window: &str| {
            let mut demand = Demand::default();
            // Half a window an hour from 9 to 17.
            for hour in 9..17 {
                let drop = Drop {
                    credential: ada.clone(),
                    group: "3p".to_owned(),
                    window: window.to_owned(),
                    from: at(hour),
                    to: at(hour + 1),
                    points: 50.0,
                    by: "elsewhere".to_owned(),
                };
                demand.learn(&drop, &TimeZone::UTC);
            }
            demand.came(&Group::ThirdParty, &ada, at(6))
        };
        // Of five hours from 6, 11 and 16, half a window more than from 9 and 14. Of three from 6, 9, 12 and 15, which
        // are the same as from 9 on; of four from 6, 10 and 14, as much as from 9 and 13.
        let hours = ["5h", "3h", "4h"].map(|window| (came_of(window) * 10.0).round() / 10.0);
        assert_eq!(hours, [1.0, 0.0, 1.0]);
    }
}
