//! Invented people: traces of four weeks, by kind and seed.
//!
//! Everything about a person is drawn from the seed: how requests arrive, what they cost, how large the windows are,
//! how punctual the days are, where they live and on which day the trace begins.

#![expect(
    clippy::wildcard_enum_match_arm,
    clippy::expect_used,
    reason = "most kinds of people share most of their habits; a person that cannot be invented is a fault"
)]

use domain::quota::WindowKind;
use domain::replay::{Login, Request, Size, Trace};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::collections::BTreeMap;

/// A kind of person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Office,
    Early,
    Evenings,
    Light,
    Weekends,
    Shifts,
    Holidays,
    Change,
    Logins,
    WeekBinds,
}

impl Kind {
    pub const ALL: [Self; 10] = [
        Self::Office,
        Self::Early,
        Self::Evenings,
        Self::Light,
        Self::Weekends,
        Self::Shifts,
        Self::Holidays,
        Self::Change,
        Self::Logins,
        Self::WeekBinds,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::Early => "early",
            Self::Evenings => "evenings",
            Self::Light => "light",
            Self::Weekends => "weekends",
            Self::Shifts => "shifts",
            Self::Holidays => "holidays",
            Self::Change => "change",
            Self::Logins => "logins",
            Self::WeekBinds => "week-binds",
        }
    }
}

/// A small generator whose numbers never change: SplitMix64.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x1234_5678)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 to 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[(self.next() % of.len() as u64) as usize]
    }

    fn wait(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }
}

/// How requests come.
#[derive(Clone, Copy)]
enum Arrival {
    /// One by one, at random.
    Single,
    /// In bursts of a session.
    Bursts,
    /// As regular as a clock, almost.
    Steady,
    /// Few and large.
    Large,
}

/// One stretch of work: hours since midnight, and how hard.
#[derive(Clone, Copy)]
struct Stretch {
    from: f64,
    to: f64,
    /// Demand in capacities of all windows.
    load: f64,
}

struct Person {
    chance: Chance,
    arrival: Arrival,
    capacity: f64,
    spread: f64,
    punctual: f64,
    moody: f64,
}

/// Invents the trace of `kind` number `seed`, `days` long.
pub fn invent(kind: Kind, seed: u64, days: i32) -> Trace {
    let mut chance = Chance::new(seed.wrapping_mul(31).wrapping_add(kind as u64));
    let zone = chance.pick(&["UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Asia/Kolkata"]);
    let zone = TimeZone::get(zone).expect("a zone of this system");
    let first: Date =
        Date::constant(2026, 3, 2).checked_add(chance.pick(&[0, 0, 0, 2, 5, 21]).days()).expect("a date");
    let start = midnight_of(&zone, first);
    let logins = if kind == Kind::Logins { chance.pick(&[2, 3, 5]) } else { 1 };
    let each = chance.pick(&[100.0, 100.0, 40.0, 1_000.0]);
    let week = match kind {
        Kind::WeekBinds => Some(chance.pick(&[3.0, 5.0, 8.0])),
        _ => chance.pick(&[None, Some(20.0), Some(40.0)]),
    };
    let group = chance.pick(&["gemini", "claude"]);
    let short = Size { kind: WindowKind::new("5h"), capacity: each };
    let long = week.map(|w| Size { kind: WindowKind::new("weekly"), capacity: w * each });
    let sizes: Vec<Size> = [Some(short), long].into_iter().flatten().collect();
    let credentials = (0..logins)
        .map(|n| Login { id: format!("c{n}"), groups: BTreeMap::from([(group.to_owned(), sizes.clone())]) })
        .collect();
    let arrival = chance.pick(&[Arrival::Single, Arrival::Bursts, Arrival::Steady, Arrival::Large]);
    let mut person = Person {
        arrival,
        capacity: each * f64::from(logins),
        spread: chance.between(0.0, 0.8),
        punctual: chance.between(0.03, 0.3),
        moody: chance.between(0.05, 0.25),
        chance,
    };
    let plan = Habit::new(kind, &mut person, first);
    let mut demand = Vec::new();
    for day in 0..days {
        let date = first.checked_add(day.days()).expect("a date");
        let midnight = midnight_of(&zone, date);
        let mood = (person.moody * person.chance.normal()).exp();
        for stretch in plan.day(&mut person, date, day, days) {
            person.work(midnight, Stretch { load: mood * stretch.load, ..stretch }, group, &mut demand);
        }
    }
    let end = midnight_of(&zone, first.checked_add(days.days()).expect("a date"));
    demand.retain(|r: &Request| r.at < end);
    demand.sort_by_key(|r| r.at);
    Trace { zone, start, end, working_hours: None, credentials, demand }
}

impl Person {
    fn work(&mut self, midnight: Timestamp, stretch: Stretch, group: &str, demand: &mut Vec<Request>) {
        let wobble = self.punctual;
        let from = stretch.from + wobble * self.chance.normal();
        let to = (stretch.to + wobble * self.chance.normal()).max(from + 0.5);
        let load = stretch.load * self.capacity;
        let hours = to - from;
        let unit = self.capacity / 100.0;
        let (mean, burst) = match self.arrival {
            Arrival::Single | Arrival::Steady => (unit, 1.0),
            Arrival::Bursts => (unit, 12.0),
            Arrival::Large => (6.0 * unit, 1.0),
        };
        let gap = hours / (load / (mean * burst)).max(0.01);
        let mut at = from;
        loop {
            at += match self.arrival {
                Arrival::Steady => gap * self.chance.between(0.8, 1.2),
                Arrival::Single | Arrival::Bursts | Arrival::Large => self.chance.wait(gap),
            };
            if at > to {
                return;
            }
            let count = if burst > 1.0 { self.chance.between(1.0, 2.0 * burst) as usize } else { 1 };
            let mut within = at;
            for _ in 0..count {
                let cost = mean * (self.spread * self.chance.normal() - self.spread.powi(2) / 2.0).exp();
                let cost = (cost * 1e4).round() / 1e4;
                let at = midnight + SignedDuration::from_millis((within * 3_600_000.0) as i64);
                demand.push(Request { at, group: group.to_owned(), cost });
                within += self.chance.wait(0.01);
            }
        }
    }
}

/// What days look like.
struct Habit {
    kind: Kind,
    from: f64,
    to: f64,
    load: f64,
    lunch: bool,
    other: f64,
    holidays: Vec<i32>,
    rota: i32,
}

impl Habit {
    fn new(kind: Kind, person: &mut Person, _first: Date) -> Self {
        let chance = &mut person.chance;
        let (from, to) = match kind {
            Kind::Early => (chance.between(4.5, 6.5), chance.between(12.5, 15.0)),
            Kind::Evenings => (chance.between(17.5, 20.0), chance.between(23.0, 26.0)),
            Kind::Weekends => (chance.between(9.0, 12.0), chance.between(17.0, 21.0)),
            _ => (chance.between(8.0, 10.0), chance.between(16.5, 19.0)),
        };
        let hours: f64 = to - from;
        let load = match kind {
            Kind::Light => chance.between(0.15, 0.9),
            Kind::Evenings => chance.between(0.3, 0.6) * hours,
            _ => chance.between(0.32, 0.62) * hours,
        };
        let other = chance.between(3.0, 6.0) * if chance.unit() < 0.5 { 1.0 } else { -1.0 };
        let holidays = (0..4).map(|_| chance.between(0.0, 28.0) as i32).collect();
        let lunch = chance.unit() < 0.6;
        Self { kind, from, to, load, lunch, other, holidays, rota: chance.pick(&[7, 7, 3, 2]) }
    }

    fn day(&self, person: &mut Person, date: Date, day: i32, days: i32) -> Vec<Stretch> {
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        let works = match self.kind {
            Kind::Weekends => weekend,
            Kind::Shifts => {
                self.rota == 7 && !weekend || self.rota < 7 && day % (3 * self.rota) < 3 * self.rota - 2
            }
            Kind::Evenings => !weekend || person.chance.unit() < 0.3,
            Kind::Holidays => {
                !weekend
                    && !self.holidays.contains(&day)
                    && !(self.holidays[0]..self.holidays[0] + 3).contains(&day)
            }
            _ => !weekend,
        };
        if !works {
            return Vec::new();
        }
        let shift = match self.kind {
            Kind::Shifts => [0.0, 7.0, -4.0][((day / self.rota) % 3) as usize],
            Kind::Change if day >= days / 2 => self.other,
            _ => 0.0,
        };
        let (from, to) = (self.from + shift, self.to + shift);
        if self.lunch && to - from > 6.0 {
            let noon = from + 0.4 * (to - from);
            let part = (noon - from) / (to - from - 0.75);
            vec![
                Stretch { from, to: noon, load: self.load * part },
                Stretch { from: noon + 0.75, to, load: self.load * (1.0 - part) },
            ]
        } else {
            vec![Stretch { from, to, load: self.load }]
        }
    }
}

fn midnight_of(zone: &TimeZone, date: Date) -> Timestamp {
    zone.to_timestamp(date.at(0, 0, 0, 0)).expect("a midnight")
}
