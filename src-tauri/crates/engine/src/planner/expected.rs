//! What planned starts were expected to bring, until it can be told what came.

use super::Planner;
use crate::journal::{Entry, Kind};
use crate::store::StoreError;
use domain::catalogue::Group;
use domain::credential::CredentialId;
use domain::planner::gained;
use domain::policy::warmup::{Came, Plan};
use domain::policy::words::{Here, Said};
use jiff::{SignedDuration, Timestamp};

/// Where the store keeps them.
const KEPT: &str = "planned_starts";
/// After so long it is told what came.
const TOLD_AFTER: SignedDuration = SignedDuration::from_hours(24);
const LENGTH: SignedDuration = SignedDuration::from_hours(5);

/// A start that was sent as planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expected {
    credential: CredentialId,
    group: Group,
    at: Timestamp,
    minutes: u32,
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
        let planned: Vec<Expected> = planned.collect();
        if planned.is_empty() {
            return Ok(());
        }
        let mut kept = self.kept().await?;
        kept.extend(planned);
        self.keep(&kept).await
    }

    /// Says of starts a day ago what came of them; each once.
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
        let demand = self.learn(now).await?;
        let state = self.ledger.state();
        let mut entries = Vec::new();
        for Expected { credential, group, at, minutes } in due {
            let Some(known) = state.get(&credential) else { continue };
            let log = demand.groups.get(group.key()).and_then(|learnt| learnt.own.get(&credential));
            let came = log.map_or(0.0, |log| gained(log, at, LENGTH, 1.0));
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
