//! The rows of the table, each a question to a pair; the first that answers decides.

use super::history::{Key, Past};
use super::inputs::{Candidate, Inputs, Run};
use super::pick::{self, is_claude};
use super::verdict::{Hold, Off, Rest, Unsure, Verdict};
use crate::catalogue::Group;
use crate::policy::catchup::Openings;
use crate::policy::cooldown::{Claim, longest};
use crate::policy::floor::is_at_or_below;
use crate::policy::pair::Pair;
use crate::policy::protection::{Pairs, Standing, weekly_window};
use crate::quota::{Idleness, ModelReading, Quota, WindowReading};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// A reading is too old from here on, or from two scan intervals on where those are shorter.
const OLDEST: SignedDuration = SignedDuration::from_mins(20);
/// A reading that could not tell idle from started is followed by another after this.
const APART: SignedDuration = SignedDuration::from_secs(60);
/// A group that nobody used for this long is left alone.
const UNUSED: SignedDuration = SignedDuration::from_hours(3 * 24);
/// So many warmups without effect in a row end it.
const WITHOUT_EFFECT: u32 = 2;

/// The table with everything it is asked with.
#[derive(Debug)]
pub(super) struct Table<'a> {
    inputs: &'a Inputs<'a>,
    now: Timestamp,
    /// Groups that a credential offers whose use is not known for long enough.
    used_unknown: BTreeSet<&'a Group>,
    openings: Openings<'a>,
}

/// A credential with what is kept of it, looked up once for all its models.
#[derive(Debug, Clone, Copy)]
pub(super) struct File<'a> {
    pub candidate: &'a Candidate<'a>,
    past: Past<'a>,
    claims: &'a [Claim],
    held: Option<&'a Pairs>,
}

/// One pair as the table sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat<'a> {
    pub file: File<'a>,
    pub quota: &'a Quota,
    pub model: &'a ModelReading,
    pub follow: bool,
}

/// What the plan decided for a credential so far.
#[derive(Debug, Default)]
pub(super) struct SoFar<'a> {
    /// The models to be warmed, with their groups.
    pub warm: Vec<(Option<&'a Group>, &'a str)>,
}

impl SoFar<'_> {
    fn count_of(&self, group: Option<&Group>) -> u32 {
        u32::try_from(self.warm.iter().filter(|(g, _)| *g == group).count()).unwrap_or(u32::MAX)
    }
}

impl<'a> Seat<'a> {
    pub(super) fn pair(&self) -> Pair<'a> {
        Pair {
            credential: &self.file.candidate.credential.id,
            group: self.model.group.as_ref(),
            model: &self.model.id,
        }
    }
}

impl<'a> Table<'a> {
    pub(super) fn new(inputs: &'a Inputs<'a>, now: Timestamp) -> Self {
        let is_new = |c: &&Candidate<'_>| c.credential.added_at.duration_until(now) < UNUSED;
        let new = inputs.candidates.iter().filter(|c| c.has_windows()).filter(is_new);
        let used_unknown = new.filter_map(|c| c.quota).flat_map(pick::groups).collect();
        let openings = Openings::new(&inputs.settings.smart_warmup_hours, inputs.zone);
        Self { inputs, now, used_unknown, openings }
    }

    pub(super) fn file(&self, candidate: &'a Candidate<'a>) -> File<'a> {
        let id = &candidate.credential.id;
        File {
            candidate,
            past: self.inputs.history.of(id),
            claims: self.inputs.cooldowns.of(id),
            held: self.inputs.protection.of(id),
        }
    }

    /// Rows 1 to 14.
    pub(super) fn automatic(&mut self, seat: &Seat<'a>, so_far: &SoFar<'a>) -> Verdict {
        let (pair, file) = (seat.pair(), &seat.file);
        if let Some(off) = self.off(seat.file.candidate, Some(seat.quota), pair.model) {
            return off;
        }
        if let Err(undecided) = self.idle(seat) {
            return undecided;
        }
        self.weekly_low(seat)
            .or_else(|| self.resting(file, pair))
            .or_else(|| self.cooling_down(file, pair))
            .or_else(|| self.backing_off(file, pair))
            .or_else(|| self.no_effect(file, pair))
            .or_else(|| self.budget_spent(file, pair, so_far.count_of(pair.group)))
            .or_else(|| self.unused(pair))
            .or_else(|| self.planned(pair))
            .or_else(|| Self::follow_skipped(seat, so_far))
            .or_else(|| self.same_group(pair, so_far))
            .unwrap_or(Verdict::Warm)
    }

    /// The rows that hold a warmup by hand, those that only ask for confirmation unless it is given.
    pub(super) fn by_hand(
        &self,
        file: &File<'_>,
        quota: Option<&Quota>,
        pair: Pair<'_>,
        so_far: &SoFar<'_>,
    ) -> Verdict {
        if let Some(off) = self.off(file.candidate, quota, pair.model) {
            return off;
        }
        if let Run::ByHand { force: true, .. } = self.inputs.run {
            return Verdict::Warm;
        }
        self.resting(file, pair)
            .or_else(|| self.cooling_down(file, pair))
            .or_else(|| self.backing_off(file, pair))
            .or_else(|| self.no_effect(file, pair))
            .or_else(|| self.budget_spent(file, pair, so_far.count_of(pair.group)))
            .unwrap_or(Verdict::Warm)
    }

    /// What is looked at again before a request: rows 1, 6, 8 and 9.
    pub(super) fn again(&self, file: &File<'_>, pair: Pair<'_>) -> Verdict {
        if let Some(off) = self.off(file.candidate, file.candidate.quota, pair.model) {
            return off;
        }
        if let Run::ByHand { force: true, .. } = self.inputs.run {
            return Verdict::Warm;
        }
        self.resting(file, pair)
            .or_else(|| self.backing_off(file, pair))
            .or_else(|| self.budget_spent(file, pair, 0))
            .unwrap_or(Verdict::Warm)
    }

    /// Row 7 for what was warmed since the plan was made.
    pub(super) fn warmed_since(
        &self,
        file: &File<'_>,
        pair: Pair<'_>,
        planned_at: Timestamp,
    ) -> Option<Verdict> {
        let last = file.past.last_warmup(pair, self.key())?;
        (last > planned_at).then(|| self.cooling_down(file, pair)).flatten()
    }

    /// Row 1.
    pub(super) fn off(
        &self,
        candidate: &Candidate<'_>,
        quota: Option<&Quota>,
        model: &str,
    ) -> Option<Verdict> {
        let credential = candidate.credential;
        let replaced = quota.map(|q| q.replaced.as_slice()).unwrap_or_default();
        let scan_is_off = match self.inputs.run {
            Run::Automatic => !self.inputs.settings.smart_warmup_enabled,
            // A rehearsal shows what the switch would do, and a hand needs no switch.
            Run::Rehearsal | Run::ByHand { .. } => false,
        };
        let why = if scan_is_off {
            Off::Everywhere
        } else if !credential.state.is_active() {
            Off::NotActive(credential.state.clone())
        } else if !candidate.has_windows() {
            Off::OtherProvider
        } else if self.inputs.agent_refused {
            Off::AgentRefused
        } else if self.inputs.switches.of(&credential.id, model, replaced) == Some(false) {
            let whole = self.inputs.switches.of_whole(&credential.id) == Some(false);
            if whole { Off::Credential } else { Off::Model }
        } else {
            return None;
        };
        Some(Verdict::Off { why })
    }

    /// Rows 2 to 4: whether the short window is known to be idle; else what is decided instead.
    fn idle(&self, seat: &Seat<'_>) -> Result<(), Verdict> {
        let group = seat.model.group.as_ref();
        let Some(window) = group.and_then(|group| seat.quota.short_window(group)) else {
            return Err(Verdict::QuotaUnknown { why: Unsure::NoShortWindow, refresh: None });
        };
        let unknown =
            |why| Verdict::QuotaUnknown { why, refresh: self.refresh(seat.file.candidate, why, window) };
        let limit = self.oldest();
        let age = window.observed_at.duration_until(self.now);
        // From the future: the clock was set back, nobody can say how old it is.
        if age.abs() > limit {
            return Err(unknown(Unsure::Old { age, limit }));
        }
        let Some(remaining) = window.remaining_at(self.now) else { return Err(unknown(Unsure::Remaining)) };
        if !remaining.is_full() {
            return Err(Verdict::NotFull { remaining });
        }
        match window.idleness {
            Idleness::Idle => Ok(()),
            Idleness::Started => Err(Verdict::AlreadyRunning { until: window.reset_at }),
            Idleness::NotSure | Idleness::Unknown => Err(unknown(Unsure::Idleness)),
        }
    }

    fn oldest(&self) -> SignedDuration {
        let interval =
            SignedDuration::from_secs(self.inputs.settings.smart_warmup_scan_interval_seconds.into());
        OLDEST.min(interval * 2)
    }

    /// When the refresh that row 2 asks for is to be made: once per credential and scan.
    fn refresh(&self, candidate: &Candidate<'_>, why: Unsure, window: &WindowReading) -> Option<Timestamp> {
        if candidate.asked {
            return None;
        }
        match why {
            Unsure::NoShortWindow => None,
            Unsure::NeverRead | Unsure::Remaining | Unsure::Old { .. } => Some(self.now),
            // Only a second reading tells, and only from this distance.
            Unsure::Idleness => Some(window.observed_at.checked_add(APART).unwrap_or(self.now).max(self.now)),
        }
    }

    /// Row 5.
    fn weekly_low(&self, seat: &Seat<'_>) -> Option<Verdict> {
        let floor = self.inputs.settings.quota_protection_weekly_threshold;
        let window = weekly_window(seat.quota, seat.model.group.as_ref()?, self.now)?;
        let remaining = window.remaining_at(self.now)?;
        is_at_or_below(remaining, floor).then_some(Verdict::WeeklyLow { remaining, floor })
    }

    /// Row 6: of several rests the longest; one without a known end is the longest of all.
    fn resting(&self, file: &File<'_>, pair: Pair<'_>) -> Option<Verdict> {
        let held = file.held.and_then(|pairs| pairs.get(pair.model)).copied().unwrap_or_default();
        let protected = match held.standing() {
            Standing::Protected(below) => {
                Some((below.back_at, Rest::Protected { remaining: below.remaining, floor: below.floor }))
            }
            Standing::Usable | Standing::Last { .. } => None,
        };
        let claim = longest(file.claims, pair, self.now);
        let cooldown = claim.map(|c| (Some(c.until), Rest::Cooldown(c.reason)));
        let rests = [protected, cooldown].into_iter().flatten();
        let (until, why) = rests.max_by_key(|(until, _)| until.unwrap_or(Timestamp::MAX))?;
        Some(Verdict::Resting { until, why })
    }

    /// Row 7.
    fn cooling_down(&self, file: &File<'_>, pair: Pair<'_>) -> Option<Verdict> {
        let lasts = SignedDuration::from_secs(self.inputs.settings.smart_warmup_cooldown_seconds.into());
        let pause = file.past.cooling(pair, self.key(), lasts, self.now)?;
        Some(Verdict::CoolingDown { until: pause.until, warmed_at: pause.last_at })
    }

    /// Row 8.
    fn backing_off(&self, file: &File<'_>, pair: Pair<'_>) -> Option<Verdict> {
        let pause = file.past.backing_off(pair, self.key(), self.now)?;
        Some(Verdict::BackingOff { until: pause.until, failures: pause.attempts })
    }

    /// Row 8a.
    fn no_effect(&self, file: &File<'_>, pair: Pair<'_>) -> Option<Verdict> {
        let times = file.past.without_effect(pair, self.key(), self.inputs.switched_on_at);
        (times >= WITHOUT_EFFECT).then_some(Verdict::NoEffect { times })
    }

    /// Row 9.
    fn budget_spent(&self, file: &File<'_>, pair: Pair<'_>, planned: u32) -> Option<Verdict> {
        let budget = self.inputs.settings.warmup_daily_budget;
        let spent = file.past.overspent(pair, planned, budget, self.now)?;
        Some(Verdict::BudgetSpent { attempts: spent.attempts, budget, until: spent.until })
    }

    /// Row 10.
    fn unused(&self, pair: Pair<'_>) -> Option<Verdict> {
        let group = pair.group?;
        let last_use = self.inputs.uses.last(group);
        let is_recent = last_use.is_some_and(|at| at.duration_until(self.now) < UNUSED);
        let may_be_used = is_recent || self.used_unknown.contains(group);
        (!may_be_used).then_some(Verdict::Unused { last_use })
    }

    /// Row 11.
    fn planned(&mut self, pair: Pair<'_>) -> Option<Verdict> {
        let held =
            |group| self.inputs.holds.until(pair.credential, group).filter(|(until, _)| *until > self.now);
        let planner = pair.group.filter(|_| self.inputs.settings.planner_enabled).and_then(held);
        let at = self.openings.next(planner.map_or(self.now, |(until, _)| until));
        let why =
            planner.filter(|(until, _)| *until == at).map_or(Hold::Hours, |(_, why)| Hold::Planner(why));
        (at > self.now).then_some(Verdict::Planned { at, why })
    }

    /// Row 12.
    fn follow_skipped(seat: &Seat<'_>, so_far: &SoFar<'_>) -> Option<Verdict> {
        let claude = so_far.warm.iter().any(|(_, model)| is_claude(model));
        (seat.follow && !claude).then_some(Verdict::FollowSkipped)
    }

    /// Row 13.
    fn same_group(&self, pair: Pair<'_>, so_far: &SoFar<'_>) -> Option<Verdict> {
        if !self.inputs.settings.smart_warmup_one_per_group {
            return None;
        }
        let other = so_far.warm.iter().find(|(group, _)| group.is_some() && *group == pair.group);
        other.map(|(_, model)| Verdict::SameGroup { with: (*model).to_owned() })
    }

    fn key(&self) -> Key {
        if self.inputs.settings.smart_warmup_one_per_group { Key::Group } else { Key::Model }
    }
}
