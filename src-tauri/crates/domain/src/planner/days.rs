//! Which past days tell most about the hours ahead.
//!
//! The model is a handful of remembered days. Each is shifted to now, and weighs more the more recent it is, the more
//! its weekday fits, the more it looks like the last day of use, and the better its last hours match the last hours.
//! A day without use weighs too: it makes use ahead less likely, and changes nothing else.

use super::log::{BIN, DAY, DemandLog, begin_of, bin_of};
use super::plan::Known;
use crate::settings::Hours;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// How far ahead is looked, in bins: 30 hours.
pub(super) const AHEAD: usize = 30 * 12;
/// How many days back are looked at: four weeks.
const BACK: usize = 28;
/// After so many days a day weighs half.
const HALF_LIFE: f64 = 15.0;
/// A day of the week is another's peer (both from Monday to Friday, or both not), or a stranger.
const PEER: f64 = 0.6;
const STRANGER: f64 = 0.03;
/// The weight of "nothing happens", before anything is known.
const DOUBT: f64 = 1.0;
/// A night's work belongs to the day before.
const DAY_STARTS: SignedDuration = SignedDuration::from_hours(4);
/// What of the last hours is compared with the same hours of a remembered day.
const RECENT: i64 = 36;
/// So much of a day may lie before the log begins, in bins: 8 hours.
const MISSING: i64 = 96;
/// The demand of a working hour, as a share of all capacity, where only the working hours are known.
const GUESS: f64 = 0.4;

/// One remembered (or supposed) day, shifted to now.
#[derive(Debug, Clone)]
struct Day {
    /// Its weight before and after the next change of day.
    weight: [f64; 2],
    /// Demand up to the beginning of each bin ahead.
    sums: Vec<f64>,
    /// Demand of that day up to the same time.
    before: f64,
}

/// What the hours ahead may look like.
#[derive(Debug, Clone)]
pub struct Days {
    days: Vec<Day>,
    /// The weight of "nothing happens".
    doubt: f64,
    /// The bin ahead in which the next day starts.
    turn: usize,
    /// Demand of the day so far.
    so_far: f64,
}

impl Days {
    /// Looks back from `now`. `hours` are the working hours of the settings where they are given, and `capacity` what
    /// all windows of the group hold together.
    #[must_use]
    pub fn recall(
        log: &DemandLog,
        zone: &TimeZone,
        hours: Option<&Hours>,
        capacity: f64,
        now: Timestamp,
    ) -> Self {
        let view = View { log, zone, now: bin_of(now), capacity };
        let turn = view.turn();
        let like = view.last_day_of_use();
        let mut days: Vec<Day> =
            (1..=BACK).filter_map(|back| view.day(back, turn, like.as_deref())).collect();
        let supposed = hours.filter(|h| !h.is_any()).map(|h| view.supposed(h));
        let doubt = if supposed.is_some() { DOUBT / 2.0 } else { DOUBT };
        days.extend(supposed);
        Self { days, doubt, turn, so_far: view.so_far(view.now, turn) }
    }

    /// Whether nothing is known of any use.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.iter().all(|d| d.sums.last().is_none_or(|s| *s <= 0.0))
    }

    /// How many days speak, by their weights.
    #[must_use]
    pub fn breadth(&self) -> f64 {
        let active = || self.days.iter().filter(|d| d.sums.last().is_some_and(|s| *s > 0.0));
        let sum: f64 = active().map(|d| d.weight[0].max(d.weight[1])).sum();
        let squares: f64 = active().map(|d| d.weight[0].max(d.weight[1]).powi(2)).sum();
        if squares > 0.0 { sum * sum / squares } else { 0.0 }
    }

    /// Takes out what one credential serves of each day: its window as it stands, then started at `starts` or by
    /// the first request of `all`.
    pub(super) fn take(&mut self, all: &Self, pool: &Known, length: usize, from: usize, starts: &[usize]) {
        for (day, whole) in self.days.iter_mut().zip(&all.days) {
            let (mut ends, mut left) = if from > 0 { (from, pool.short.left) } else { (0, 0.0) };
            let mut served = 0.0;
            let mut before = 0.0;
            for bin in 0..AHEAD {
                let asked = day.sums[bin + 1] - before;
                before = day.sums[bin + 1];
                let starts_now = starts.contains(&bin) || whole.sums[bin + 1] > whole.sums[bin];
                if bin >= ends && starts_now {
                    (ends, left) = (bin + length, pool.short.capacity);
                }
                if bin < ends {
                    let takes = asked.min(left);
                    left -= takes;
                    served += takes;
                }
                day.sums[bin + 1] -= served;
            }
        }
    }

    /// Demand of the day so far.
    pub(crate) fn so_far(&self) -> f64 {
        self.so_far
    }

    /// Every day with any weight: it, the demand ahead, and its demand up to the same time.
    pub(crate) fn ahead(&self) -> impl Iterator<Item = (f64, &[f64], f64)> {
        self.days.iter().map(|d| (d.weight[0], d.sums.as_slice(), d.before)).filter(|(w, _, _)| *w > 0.0)
    }

    /// What is asked for in an hour of use.
    pub(super) fn pace(&self) -> f64 {
        let (mut asked, mut hours) = (0.0, 0.0);
        for day in &self.days {
            let weight = day.weight[0].max(day.weight[1]);
            let half_hours = day.sums.windows(7).step_by(6).filter(|s| s[6] > s[0]).count();
            asked += weight * day.sums.last().copied().unwrap_or(0.0);
            hours += weight * half_hours as f64 / 2.0;
        }
        if hours > 0.0 { asked / hours } else { 0.0 }
    }

    pub(super) fn turn(&self) -> usize {
        self.turn
    }

    pub(super) fn doubt(&self) -> f64 {
        self.doubt
    }

    /// Every day's weights and sums.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[f64; 2], &[f64])> {
        self.days.iter().map(|d| (&d.weight, d.sums.as_slice()))
    }
}

/// The log as seen from one moment.
struct View<'a> {
    log: &'a DemandLog,
    zone: &'a TimeZone,
    now: i64,
    capacity: f64,
}

impl View<'_> {
    fn local(&self, bin: i64) -> (Weekday, i64) {
        let at = begin_of(bin) - DAY_STARTS;
        let local = self.zone.to_datetime(at);
        (local.weekday(), i64::from(local.hour()) * 12 + i64::from(local.minute()) / 5)
    }

    /// The bin ahead in which the next day starts.
    fn turn(&self) -> usize {
        let (_, gone) = self.local(self.now);
        DAY.saturating_sub(usize::try_from(gone).unwrap_or(0))
    }

    /// By how many bins the same local time lies back, `back` days before.
    fn shift(&self, back: usize) -> i64 {
        let days = i64::try_from(back * DAY).unwrap_or(0);
        let noon = self.now + DAY as i64 / 2;
        let offset = |bin: i64| i64::from(self.zone.to_offset(begin_of(bin)).seconds());
        days - (offset(noon) - offset(noon - days)) / BIN
    }

    /// The demand of the 24 hours from `from` on, by hour, smoothed.
    fn shape(&self, from: i64) -> Option<Vec<f64>> {
        let hour = |h: i64| -> f64 { (0..12).map(|b| f64::from(self.log.at(from + h * 12 + b))).sum() };
        let hours: Vec<f64> = (0..24).map(hour).collect();
        let total: f64 = hours.iter().sum();
        let around = |h: usize| 0.25 * hours[(h + 23) % 24] + 0.5 * hours[h] + 0.25 * hours[(h + 1) % 24];
        (total > 0.02 * self.capacity).then(|| (0..24).map(|h| around(h) / total).collect())
    }

    /// The shape of the last 24 hours with use, of the last week.
    fn last_day_of_use(&self) -> Option<Vec<f64>> {
        (1..=7).find_map(|back| self.shape(self.now - self.shift(back)))
    }

    fn recent(&self, end: i64) -> f64 {
        (end - RECENT..end).map(|b| f64::from(self.log.at(b))).sum()
    }

    /// Demand since the day began, up to `end`; of twelve hours at most.
    fn so_far(&self, end: i64, turn: usize) -> f64 {
        let gone = (DAY - turn.min(DAY)).min(DAY / 2) as i64;
        (end - gone..end).map(|b| f64::from(self.log.at(b))).sum()
    }

    fn day(&self, back: usize, turn: usize, like: Option<&[f64]>) -> Option<Day> {
        let from = self.now - self.shift(back);
        if from + MISSING < self.log.first_bin() {
            return None;
        }
        let mut sums = Vec::with_capacity(AHEAD + 1);
        let mut sum = 0.0;
        sums.push(sum);
        for ahead in 0..AHEAD {
            // Of yesterday only 24 hours have happened: the rest is the day before.
            let day_before = if back == 1 && ahead >= DAY { DAY } else { 0 };
            sum += f64::from(self.log.at(from + ahead as i64 - day_before as i64));
            sums.push(sum);
        }
        let recency = 0.5_f64.powf(back as f64 / HALF_LIFE);
        let alike = match (like, self.shape(from)) {
            (Some(like), Some(shape)) => {
                let overlap: f64 = like.iter().zip(&shape).map(|(a, b)| a.min(*b)).sum();
                overlap.powi(3).max(0.02)
            }
            _ => 1.0,
        };
        let little = 0.05 * self.capacity;
        let (now, then) = (self.recent(self.now) + little, self.recent(from) + little);
        let matches = (now / then).min(then / now);
        let weight = recency * alike * matches;
        let fits =
            |ahead: usize| fit(self.local(self.now + ahead as i64).0, self.local(from + ahead as i64).0);
        Some(Day { weight: [weight * fits(0), weight * fits(turn)], sums, before: self.so_far(from, turn) })
    }

    /// A day that follows the working hours.
    fn supposed(&self, hours: &Hours) -> Day {
        let each = GUESS * self.capacity * BIN as f64 / 3600.0;
        let mut sum = 0.0;
        let mut sums = vec![sum];
        for ahead in 0..AHEAD {
            let local = self.zone.to_datetime(begin_of(self.now + ahead as i64));
            sum += if hours.contains(local) { each } else { 0.0 };
            sums.push(sum);
        }
        Day { weight: [0.5; 2], sums, before: self.so_far(self.now, self.turn()) }
    }
}

/// How much one day of the week tells about another.
pub(super) fn fit(one: Weekday, other: Weekday) -> f64 {
    let weekend = |day: Weekday| matches!(day, Weekday::Saturday | Weekday::Sunday);
    if one == other {
        1.0
    } else if weekend(one) == weekend(other) {
        PEER
    } else {
        STRANGER
    }
}
