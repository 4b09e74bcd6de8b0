//! The invented weeks of one login's group: what it was used for, what its windows showed, and which starts the
//! planner found in them.
//!
//! The use is invented. The windows keep the rules of the service, and the starts are the planner's own: each evening it
//! plans on the drops until then, as it does in the engine, and what a start brought is told from the drops after it.

use crate::planner::Demand;
use crate::store::Drop;
use domain::catalogue::Group;
use domain::credential::CredentialId;
use domain::planner::{BIN, Known, Long, Short};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// The windows of the simulated service.
pub(super) const SHORT: SignedDuration = SignedDuration::from_hours(5);
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// When people work, in hours after the time of day at which the demo is looked at. The planner looks 30 hours ahead: so the
/// whole next day of work lies in sight, and its best start a while ahead, whenever that is.
const WORK: std::ops::Range<i64> = 3..13;
/// The day ahead is planned, in fives of minutes after that time.
const PLANNED_AT: i64 = 1;
/// Where the planner has nothing to say, the rule without a plan warms what is full, on one day of these.
const RULE_AT: i64 = 2 * BINS_AN_HOUR;
const RULE_EVERY: i64 = 3;
/// On one day of so many the service refuses; on this one, counted from the first, and later by one's luck.
const REFUSED_OF: i64 = 7;
const REFUSED: i64 = 1;
const BINS_AN_HOUR: i64 = 3_600 / BIN;

/// Whose weeks, and how busy they are.
pub(super) struct Habits<'a> {
    pub(super) id: &'a CredentialId,
    pub(super) group: &'a Group,
    /// What a working day asks for, in short windows.
    pub(super) wish: f64,
    /// How many short windows the week holds.
    pub(super) week_holds: f64,
    /// On which days the service refuses warmups.
    pub(super) luck: i64,
}

/// What its two windows show at the end of an hour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hour {
    pub(super) at: Timestamp,
    pub(super) short: f64,
    pub(super) week: f64,
}

/// A warmup.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Warmup {
    pub(super) at: Timestamp,
    /// What the planner said of it; `None` where it had nothing to say and the rule without a plan sent it.
    pub(super) planned: Option<Planned>,
    /// The service refused it, and the first use started the window.
    pub(super) refused: bool,
}

/// What the planner said of a start, before it and after.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Planned {
    /// When it was planned.
    pub(super) said: Timestamp,
    pub(super) refills: [Option<Timestamp>; 2],
    pub(super) gain_minutes: u32,
    /// What came of it, in minutes of use; `None` where its day is not over.
    pub(super) came_minutes: Option<u32>,
}

/// What was played.
#[derive(Debug, Default)]
pub(super) struct Weeks {
    pub(super) hours: Vec<Hour>,
    pub(super) drops: Vec<Drop>,
    pub(super) warmups: Vec<Warmup>,
}

/// One window: what is left, and when it ends.
#[derive(Debug, Clone, Copy)]
struct Window {
    left: f64,
    ends: Option<Timestamp>,
}

impl Window {
    const FULL: Self = Self { left: 1.0, ends: None };

    fn ended(self, now: Timestamp) -> Self {
        if self.ends.is_some_and(|ends| ends <= now) { Self::FULL } else { self }
    }

    /// Starts it where it is not running.
    fn start(&mut self, now: Timestamp, length: SignedDuration) {
        self.ends = self.ends.or(Some(now + length));
    }
}

/// Plays so many days until `now`, by the local clock.
pub(super) fn play(habits: &Habits<'_>, days: i32, now: Timestamp, zone: &TimeZone) -> Weeks {
    let mut play = Play {
        habits,
        zone,
        short: Window::FULL,
        week: Window::FULL,
        demand: Demand::default(),
        next: None,
        is_planned: false,
        fallen: [0.0; 2],
        day: 0,
        weeks: Weeks::default(),
    };
    let today = zone.to_datetime(now);
    let ago = |days: i32| zone.to_timestamp(today.saturating_sub(days.days())).unwrap_or(now);
    for day in (0..days).rev() {
        let (begin, end) = (ago(day + 1), ago(day));
        for bin in 0..begin.duration_until(end).as_secs() / BIN {
            play.bin(begin + SignedDuration::from_secs(bin * BIN), bin);
        }
        play.day += 1;
    }
    play.tell(now);
    play.weeks
}

struct Play<'a> {
    habits: &'a Habits<'a>,
    zone: &'a TimeZone,
    short: Window,
    week: Window,
    /// What the drops taught so far.
    demand: Demand,
    /// The start that comes next, and whether the planner found one for this day.
    next: Option<Warmup>,
    is_planned: bool,
    /// What fell since the hour began, as shares of the short and of the long window.
    fallen: [f64; 2],
    /// How many are over.
    day: i64,
    weeks: Weeks,
}

impl Play<'_> {
    /// Five minutes, the `bin`th of the day.
    fn bin(&mut self, at: Timestamp, bin: i64) {
        (self.short, self.week) = (self.short.ended(at), self.week.ended(at));
        let hour = bin / BINS_AN_HOUR;
        if bin % BINS_AN_HOUR == 0 {
            self.read(at);
        }
        if bin == PLANNED_AT {
            self.plan(at);
        }
        if bin == RULE_AT && !self.is_planned && self.short.ends.is_none() && self.day % RULE_EVERY == 0 {
            self.next = Some(Warmup { at, planned: None, refused: false });
        }
        let mut begins = false;
        if self.short.ends.is_none()
            && let Some(warmup) = self.next.take_if(|warmup| warmup.at <= at)
        {
            let refused = self.day % REFUSED_OF == REFUSED + self.habits.luck;
            begins = !refused;
            self.weeks.warmups.push(Warmup { at, refused, ..warmup });
        }
        let wish = if WORK.contains(&hour) {
            let hours = WORK.end - WORK.start;
            self.habits.wish / (hours * BINS_AN_HOUR) as f64 * (0.7 + 0.6 * wave(self.day * 24 + hour))
        } else {
            0.0
        };
        if begins || wish > 0.0 {
            self.short.start(at, SHORT);
            self.week.start(at, WEEK);
        }
        let used = wish.min(self.short.left).min(self.week.left * self.habits.week_holds);
        let of_week = used / self.habits.week_holds;
        self.short.left -= used;
        self.week.left = (self.week.left - of_week).max(0.0);
        self.fallen = [self.fallen[0] + used, self.fallen[1] + of_week];
    }

    /// A reading at the turn of an hour: what fell since the one before is known from now on.
    fn read(&mut self, at: Timestamp) {
        let (short, week) = (self.short.left, self.week.left);
        self.weeks.hours.push(Hour { at, short, week });
        for (window, fallen) in ["5h", "weekly"].into_iter().zip(std::mem::take(&mut self.fallen)) {
            if fallen < 0.001 {
                continue;
            }
            let drop = Drop {
                credential: self.habits.id.clone(),
                group: self.habits.group.key().to_owned(),
                window: window.to_owned(),
                from: at - SignedDuration::from_hours(1),
                to: at,
                points: fallen * 100.0,
                by: "elsewhere".to_owned(),
            };
            self.demand.learn(&drop, self.zone);
            self.weeks.drops.push(drop);
        }
    }

    fn plan(&mut self, at: Timestamp) {
        let Habits { group, week_holds, .. } = *self.habits;
        let short = Short { length: SHORT, capacity: 1.0, left: self.short.left, ends: self.short.ends };
        let long = Long { length: WEEK, left: self.week.left * week_holds, ends: self.week.ends };
        let known = Known { short, long: Some(long), not_before: None, budget: usize::MAX };
        let starts = crate::planner::unlimited(&self.demand, group, &[known], self.zone, at);
        self.next = starts.into_iter().flatten().next().and_then(|start| {
            let mut refills = start.refills.iter().copied();
            let planned = Planned {
                said: at,
                refills: [refills.next(), refills.next()],
                gain_minutes: start.gain_minutes,
                came_minutes: None,
            };
            let at = start.starts.first().copied()?;
            Some(Warmup { at, planned: Some(planned), refused: false })
        });
        self.is_planned = self.next.is_some();
    }

    /// Says of each start whose day is over what came of it.
    fn tell(&mut self, now: Timestamp) {
        for warmup in self.weeks.warmups.iter_mut().filter(|warmup| !warmup.refused) {
            if let Some(planned) = &mut warmup.planned
                && warmup.at + SignedDuration::from_hours(24) <= now
            {
                let came = self.demand.came(self.habits.group, self.habits.id, warmup.at);
                planned.came_minutes = Some(crate::planner::minutes(came));
            }
        }
    }
}

/// Between 0 and 1, the same at every start.
fn wave(hour: i64) -> f64 {
    f64::from(u8::try_from((hour * 37 + hour * hour % 11) % 10).unwrap_or(0)) / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAYS: i32 = 28;

    fn weeks(group: &Group, wish: f64, now: &str, zone: &str) -> Weeks {
        let id = CredentialId::new("ada");
        let habits = Habits { id: &id, group, wish, week_holds: 24.0, luck: 0 };
        play(&habits, DAYS, now.parse().unwrap(), &TimeZone::get(zone).unwrap())
    }

    #[test]
    fn every_day_is_worked_and_runs_out() {
        // The clock is set back on the way.
        let Weeks { hours, drops, warmups } =
            weeks(&Group::ThirdParty, 3.4, "2026-11-12T18:00:00Z", "America/Los_Angeles");
        assert_eq!(hours.len(), 28 * 24 + 1);
        assert!(hours.iter().all(|h| (0.0..=1.0).contains(&h.short) && (0.0..=1.0).contains(&h.week)));
        for day in hours.chunks(24).take(28) {
            assert!(day.iter().any(|h| h.short < 0.01), "a busy day empties it");
        }
        assert!(hours.windows(2).any(|pair| pair[1].week > pair[0].week + 0.3), "the week comes back");
        let points =
            |window: &str| -> f64 { drops.iter().filter(|d| d.window == window).map(|d| d.points).sum() };
        assert!((points("5h") / points("weekly") - 24.0).abs() < 0.2, "both fell together");
        assert!(warmups.len() <= 28, "at most one a day");
    }

    #[test]
    fn what_the_planner_said_is_followed_and_told_a_day_later() {
        let Weeks { warmups, hours, .. } =
            weeks(&Group::ThirdParty, 3.4, "2026-11-26T16:00:00Z", "Asia/Tokyo");
        let (planned, unplanned): (Vec<_>, Vec<_>) = warmups.iter().partition(|w| w.planned.is_some());
        assert!(planned.len() > 20 && unplanned.len() <= 2, "once it is sure: {}", planned.len());
        let now = hours.first().unwrap().at + SignedDuration::from_hours(i64::from(DAYS) * 24);
        for warmup in planned {
            let said = warmup.planned.as_ref().unwrap();
            assert!(said.said <= warmup.at && said.gain_minutes >= 6, "{warmup:?}");
            let refill = warmup.at + SHORT;
            assert!(said.refills[0].unwrap().duration_until(refill).abs() < SignedDuration::from_mins(5));
            let is_over = warmup.at + SignedDuration::from_hours(24) <= now;
            assert_eq!(said.came_minutes.is_some(), is_over && !warmup.refused, "{warmup:?}");
            assert!(said.came_minutes.is_none_or(|came| came >= 30), "{warmup:?}");
        }
        assert!(warmups.iter().any(|w| w.refused), "the service refuses one now and then");
    }

    #[test]
    fn where_nothing_runs_out_nothing_is_planned() {
        let Weeks { warmups, .. } = weeks(&Group::Gemini, 0.8, "2026-11-26T16:00:00Z", "Etc/UTC");
        assert!(warmups.len() > 5 && warmups.iter().all(|w| w.planned.is_none()), "{warmups:?}");
    }
}
