//! The state and how a note changes it. Pure.

use super::foresight::Foresight;
use super::note::Note;
use domain::catalogue::Group;
use domain::credential::{Credential, CredentialId};
use domain::policy::cooldown::Cooldowns;
use domain::policy::protection::{Early, Pairs, Protection};
use domain::policy::warmup::{History, Uses};
use domain::policy::words::Said;
use domain::quota::{Parts, Quota};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use wire::upstream::models::CatalogueEntry;

/// All that is known at one moment. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The credentials, in the user's order.
    pub credentials: Vec<Arc<Known>>,
    /// What the user should know, newest first.
    pub notices: Vec<Notice>,
    /// What rests.
    pub cooldowns: Arc<Cooldowns>,
    /// What is below a floor.
    pub protection: Arc<Protection>,
    /// What was warmed.
    pub warmups: Arc<History>,
    /// When each group was last used.
    pub uses: Arc<Uses>,
    /// Since when warmup is on; older warmups without effect are forgiven.
    pub warmup_on_since: Option<Timestamp>,
    /// What is expected of the hours ahead.
    pub foresight: Arc<Foresight>,
    /// Counts up with every change that matters to who serves a request.
    pub routing: u64,
}

/// One credential with what was read of it.
#[derive(Debug, Clone)]
pub struct Known {
    /// The credential.
    pub credential: Credential,
    /// What was read, by source.
    pub parts: Parts,
    /// The same merged; `None` where nothing was ever read in this run.
    pub quota: Option<Arc<Quota>>,
    /// What its models can, from the latest list that says so.
    pub catalogue: Arc<Vec<CatalogueEntry>>,
    /// The service has no summary for this login, for the rest of this run.
    pub no_summary: bool,
    /// The last read failed; the numbers are those before it.
    pub failure: Option<Failure>,
    /// The list, or project and tier, could not be read beside numbers that stand: how often in a row, and until when
    /// neither is tried again.
    pub aside: Option<(u32, Timestamp)>,
    /// Why it is read sooner than the interval says, if it is.
    pub early: Option<Early>,
    /// Reads under way.
    pub reading: u32,
    /// When the proxy last served a request with each group.
    pub served: BTreeMap<Group, Timestamp>,
    /// The last drop of each group that nothing here caused and that is worth telling.
    pub drained: BTreeMap<Group, Drained>,
}

/// Why the last read failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What, why and what to do.
    pub message: Said,
    /// How often in a row.
    pub times: u32,
    /// When.
    pub at: Timestamp,
    /// No automatic read before this.
    pub until: Timestamp,
}

/// A drop of quota that nothing here caused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drained {
    /// How much, in points.
    pub points: f64,
    /// Between two readings so far apart.
    pub within: SignedDuration,
    /// The later of them.
    pub at: Timestamp,
}

/// Something the user should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Stable name; a newer notice of the same code replaces the older.
    pub code: &'static str,
    /// How grave it is.
    pub level: Level,
    /// What, why and what to do.
    pub message: Said,
    /// When it arose.
    pub at: Timestamp,
}

/// How grave a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Good to know.
    Info,
    /// Something works less well.
    Warning,
    /// Something does not work.
    Error,
}

impl Level {
    /// The word in JSON.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl State {
    /// The credential of that id.
    #[must_use]
    pub fn get(&self, id: &CredentialId) -> Option<&Arc<Known>> {
        self.credentials.iter().find(|k| &k.credential.id == id)
    }

    /// How many credentials there are.
    #[must_use]
    pub fn credential_count(&self) -> usize {
        self.credentials.len()
    }

    /// Takes a note. Notes about a credential that is gone have no effect: a late answer brings nothing back.
    pub fn apply(&mut self, note: Note) {
        self.routing += u64::from(note.matters_to_routing());
        match note {
            Note::Credential(credential) => self.put(*credential),
            Note::Changed(id, change) => self.with(&id, |k| change.to(&mut k.credential)),
            Note::Removed(id) => {
                self.credentials.retain(|k| k.credential.id != id);
                Arc::make_mut(&mut self.cooldowns).clear_credential(&id);
                Arc::make_mut(&mut self.protection).put(&id, Pairs::new());
            }
            Note::Reading(id) => self.with(&id, |k| k.reading += 1),
            Note::ReadingDone(id) => self.with(&id, |k| k.reading = k.reading.saturating_sub(1)),
            Note::Summary(id, part) => self.with(&id, |k| {
                k.parts = std::mem::take(&mut k.parts).with_summary(*part);
                k.quota = Some(Arc::new(k.parts.merged()));
            }),
            Note::NoSummary(id) => self.with(&id, |k| {
                k.no_summary = true;
                k.parts.summary = None;
                k.quota = k.parts.list.is_some().then(|| Arc::new(k.parts.merged()));
            }),
            Note::List(id, part) => self.with(&id, |k| {
                k.parts = std::mem::take(&mut k.parts).with_list(*part);
                k.quota = Some(Arc::new(k.parts.merged()));
            }),
            Note::Catalogue(id, entries) => self.with(&id, |k| k.catalogue = entries),
            Note::ReadWell(id) => self.with(&id, |k| k.failure = None),
            Note::Aside(id, aside) => self.with(&id, |k| k.aside = aside),
            Note::ReadFailed(id, failure) => self.with(&id, |k| k.failure = Some(failure)),
            Note::Rests(claim) => drop(Arc::make_mut(&mut self.cooldowns).add(claim)),
            Note::ClaimsRead(id, now) => {
                if let Some(quota) = self.get(&id).and_then(|k| k.quota.clone()) {
                    Arc::make_mut(&mut self.cooldowns).read(&id, &quota, now);
                }
            }
            Note::ProbeSent(pair, at, may) => {
                may.store(Arc::make_mut(&mut self.cooldowns).probe_sent(pair.pair(), at), Ordering::Release);
            }
            Note::ProbeUndecided(pair) => Arc::make_mut(&mut self.cooldowns).probe_undecided(pair.pair()),
            Note::Answered(pair) => drop(Arc::make_mut(&mut self.cooldowns).answered(pair.pair())),
            Note::ClaimCleared(scope) => drop(Arc::make_mut(&mut self.cooldowns).clear(&scope)),
            Note::ClaimsExpired(now) => drop(Arc::make_mut(&mut self.cooldowns).expire(now)),
            Note::Early(id, early) => self.with(&id, |k| k.early = early),
            Note::Protected(id, pairs) => Arc::make_mut(&mut self.protection).put(&id, pairs),
            Note::Warmup(attempt) => Arc::make_mut(&mut self.warmups).record(attempt),
            Note::WarmupConcluded(credential, id, outcome) => {
                Arc::make_mut(&mut self.warmups).conclude(&credential, id, outcome);
            }
            Note::WarmupOn(at) => self.warmup_on_since = Some(at),
            Note::OldForgotten(before) => {
                let known = |id: &CredentialId| self.credentials.iter().any(|k| &k.credential.id == id);
                Arc::make_mut(&mut self.warmups).forget(before, known);
            }
            Note::ClockSetBack(now) => {
                Arc::make_mut(&mut self.warmups).clamp(now);
                Arc::make_mut(&mut self.cooldowns).clamp(now);
                self.forget_what_is_to_come(now);
            }
            Note::Served(id, group, at) => {
                Arc::make_mut(&mut self.uses).note(&group, at);
                self.with(&id, |k| {
                    k.served.insert(group, at);
                });
            }
            Note::Drained(id, group, drained) => self.with(&id, |k| {
                k.drained.insert(group, drained);
            }),
            Note::Used(group, at) => Arc::make_mut(&mut self.uses).note(&group, at),
            Note::Foreseen(foresight) => self.foresight = foresight,
            Note::Notice(notice) => {
                self.notices.retain(|n| n.code != notice.code);
                self.notices.insert(0, notice);
            }
            Note::NoticeOver(code) => self.notices.retain(|n| n.code != code),
        }
    }

    /// A reading from the future would count as fresh when its time comes again; nobody knows how old it is. A pause
    /// until then would be longer than it was meant.
    fn forget_what_is_to_come(&mut self, now: Timestamp) {
        for known in &mut self.credentials {
            let read_at = known.quota.as_ref().and_then(|q| q.summary_at.max(q.list_at));
            if read_at.is_some_and(|at| at > now) {
                let known = Arc::make_mut(known);
                (known.parts, known.quota, known.early) = (Parts::default(), None, None);
            }
            if known.failure.as_ref().is_some_and(|f| f.at > now) {
                Arc::make_mut(known).failure = None;
            }
            if known.aside.is_some() {
                Arc::make_mut(known).aside = None;
            }
        }
    }

    fn put(&mut self, credential: Credential) {
        match self.credentials.iter_mut().find(|k| k.credential.id == credential.id) {
            Some(known) => Arc::make_mut(known).credential = credential,
            None => self.credentials.push(Arc::new(Known {
                credential,
                parts: Parts::default(),
                quota: None,
                catalogue: Arc::default(),
                no_summary: false,
                failure: None,
                aside: None,
                early: None,
                reading: 0,
                served: BTreeMap::new(),
                drained: BTreeMap::new(),
            })),
        }
    }

    fn with(&mut self, id: &CredentialId, change: impl FnOnce(&mut Known)) {
        if let Some(known) = self.credentials.iter_mut().find(|k| &k.credential.id == id) {
            change(Arc::make_mut(known));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::credential::{Provider, State as Standing};
    use domain::quota::SummaryPart;

    #[test]
    fn a_late_answer_does_not_bring_a_removed_credential_back() {
        let mut state = State::default();
        state.apply(Note::Credential(Box::new(ada())));
        state.apply(Note::Removed(ada().id));
        state.apply(Note::Summary(ada().id, Box::new(nothing())));
        state.apply(Note::ReadWell(ada().id));
        assert!(state.credentials.is_empty());
    }

    #[test]
    fn a_failure_keeps_the_numbers_and_a_success_ends_it() {
        let mut state = State::default();
        state.apply(Note::Credential(Box::new(ada())));
        state.apply(Note::Summary(ada().id, Box::new(nothing())));
        let failure = Failure {
            message: Said::new("no route", "没有路由"),
            times: 1,
            at: Timestamp::UNIX_EPOCH,
            until: Timestamp::UNIX_EPOCH,
        };
        state.apply(Note::ReadFailed(ada().id, failure));
        let known = state.get(&ada().id).unwrap();
        assert!(known.quota.is_some() && known.failure.is_some());
        state.apply(Note::ReadWell(ada().id));
        assert!(state.get(&ada().id).unwrap().failure.is_none());
    }

    #[test]
    fn a_clock_that_is_set_back_forgets_readings_of_the_future() {
        let mut state = State::default();
        state.apply(Note::Credential(Box::new(ada())));
        let at = |second| Timestamp::from_second(second).unwrap();
        state.apply(Note::Summary(ada().id, Box::new(SummaryPart { at: at(100), ..nothing() })));
        state.apply(Note::ClockSetBack(at(200)));
        assert!(state.get(&ada().id).unwrap().quota.is_some());
        state.apply(Note::ClockSetBack(at(99)));
        let known = state.get(&ada().id).unwrap();
        assert!(known.quota.is_none() && known.parts == Parts::default());
    }

    #[test]
    fn a_notice_stands_once() {
        let mut state = State::default();
        for second in [1, 2] {
            let at = Timestamp::from_second(second).unwrap();
            state.apply(Note::Notice(Notice {
                code: "clock_differs",
                level: Level::Warning,
                message: Said::default(),
                at,
            }));
        }
        assert_eq!(state.notices.len(), 1);
        assert_eq!(state.notices[0].at.as_second(), 2);
        state.apply(Note::NoticeOver("clock_differs"));
        assert!(state.notices.is_empty());
    }

    fn nothing() -> SummaryPart {
        SummaryPart { groups: Vec::new(), models: Vec::new(), at: Timestamp::UNIX_EPOCH }
    }

    fn ada() -> Credential {
        Credential {
            id: CredentialId::new("ada"),
            provider: Provider::Antigravity,
            email: None,
            label: None,
            project: None,
            tier: None,
            state: Standing::Active,
            added_at: Timestamp::UNIX_EPOCH,
            discovered_at: None,
            last_quota_refresh: None,
        }
    }
}
