//! A job at a fixed local time, once a local day.

use super::Due;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// When a job that runs at `time` by the local clock is due, given its last run. Once a local day: where the clock
/// shows that time twice it is the first, where it skips it the job runs shortly before or after, on the same day. A
/// run that was missed is caught up with on the same local day only; on the next day its own time is waited for. One
/// that never ran does not catch up: it is remembered as if it had run when its time last came.
#[must_use]
pub fn daily(time: Time, zone: &TimeZone, last: Option<Timestamp>, now: Timestamp) -> Due {
    let today = zone.to_datetime(now).date();
    let todays = instant(today, time, zone);
    let last =
        last.unwrap_or_else(|| if todays <= now { todays } else { yesterdays(today, time, zone) }).min(now);
    let last_day = zone.to_datetime(last).date();
    let at = if last_day >= today {
        today.tomorrow().map_or(Timestamp::MAX, |day| instant(day, time, zone))
    } else {
        todays
    };
    Due { at, missed: days_between(last_day, today).saturating_sub(1), last: Some(last) }
}

fn yesterdays(today: Date, time: Time, zone: &TimeZone) -> Timestamp {
    today.yesterday().map_or(Timestamp::MIN, |day| instant(day, time, zone))
}

fn days_between(from: Date, to: Date) -> u64 {
    let hours = from.duration_until(to).as_hours();
    u64::try_from(hours / 24).unwrap_or(0)
}

/// The instant at which the clock of `zone` shows `time` on `day`.
fn instant(day: Date, time: Time, zone: &TimeZone) -> Timestamp {
    let wanted = zone.to_ambiguous_timestamp(day.to_datetime(time));
    let is_on_day = |at: &Timestamp| zone.to_datetime(*at).date() == day;
    // A gap at the end of a day (East Greenland) would push the run into the next one.
    let late = wanted.compatible().ok();
    let early = || wanted.earlier().ok().filter(is_on_day);
    late.filter(is_on_day).or_else(early).or(late).unwrap_or(Timestamp::MAX)
}
