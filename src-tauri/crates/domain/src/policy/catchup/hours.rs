//! The next moment inside allowed hours.

use crate::settings::Hours;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// Every span comes back within a week; a clock change can swallow it once.
const FURTHEST: SignedDuration = SignedDuration::from_hours(15 * 24);

/// Allowed hours in a time zone. Remembers the closed times it has found, so that asking for many pairs is cheap.
#[derive(Debug)]
pub struct Openings<'a> {
    hours: &'a Hours,
    zone: &'a TimeZone,
    /// Closed from, and open again at.
    closed: Vec<(Timestamp, Timestamp)>,
}

impl<'a> Openings<'a> {
    /// The allowed hours `hours` by the clock of `zone`.
    #[must_use]
    pub fn new(hours: &'a Hours, zone: &'a TimeZone) -> Self {
        Self { hours, zone, closed: Vec::new() }
    }

    /// The first moment from `from` on that is allowed; `from` itself where it is. Else a full minute.
    pub fn next(&mut self, from: Timestamp) -> Timestamp {
        if self.is_open(from) {
            return from;
        }
        if let Some((_, opens)) = self.closed.iter().find(|(since, opens)| (*since..*opens).contains(&from)) {
            return *opens;
        }
        let into_minute = SignedDuration::from_nanos_i128(from.as_nanosecond().rem_euclid(MINUTE.as_nanos()));
        let minutes =
            std::iter::successors(from.checked_sub(into_minute).ok(), |at| at.checked_add(MINUTE).ok());
        let limit = from.checked_add(FURTHEST).unwrap_or(Timestamp::MAX);
        let opens = minutes.take_while(|at| *at < limit).find(|at| self.is_open(*at)).unwrap_or(limit);
        self.closed.push((from, opens));
        opens
    }

    fn is_open(&self, at: Timestamp) -> bool {
        self.hours.is_any() || self.hours.contains(self.zone.to_datetime(at))
    }
}
