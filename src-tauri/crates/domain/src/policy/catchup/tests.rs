use super::*;
use crate::policy::testing::{hours, minutes, noon};
use crate::settings::Hours;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Zones with every kind of clock change of these years: by an hour and by half, at midnight and at the end of a
/// day, around a fast, and none.
const ZONES: [&str; 20] = [
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "America/Scoresbysund",
    "America/Nuuk",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Pacific/Chatham",
    "UTC",
];

#[test]
fn a_job_that_never_ran_is_due_at_once() {
    assert_eq!(periodic(None, minutes(10), noon()), Due { at: noon(), missed: 0, last: None });
}

#[test]
fn a_job_keeps_its_beat_and_catches_up_once() {
    let last = noon();
    for (passed, at, missed) in [
        (0, minutes(10), 0),
        (9, minutes(10), 0),
        (10, minutes(10), 0),
        (19, minutes(10), 0),
        // Two intervals are over: one run is missed, one made now.
        (20, minutes(20), 1),
        (485, minutes(485), 47),
    ] {
        let due = periodic(Some(last), minutes(10), last + minutes(passed));
        assert_eq!((due.at, due.missed, due.last), (last + at, missed, Some(last)), "after {passed} min");
    }
}

/// Holds F50.
#[test]
fn a_last_run_in_the_future_waits_one_interval_from_now() {
    for ahead in [minutes(1), hours(24), hours(24 * 365 * 12)] {
        let due = periodic(Some(noon() + ahead), minutes(10), noon());
        assert_eq!(due, Due { at: noon() + minutes(10), missed: 0, last: Some(noon()) });
        // Remembered so, it runs once when that is over.
        let then = noon() + minutes(10);
        assert!(periodic(due.last, minutes(10), then).is_now(then));
    }
}

/// Holds F48, G10.
#[test]
fn a_day_and_a_year_hold_an_exact_number_of_runs() {
    for (every, a_day) in [(600, 144), (900, 96)] {
        // Looked at a little late each time, as a timer does.
        assert_eq!(runs(every, 1, 7), a_day, "a day, every {every} s");
        assert_eq!(runs(every, 365, 53), a_day * 365, "a year, every {every} s");
    }
}

/// Runs of a job over whole days, when it is looked at every `look` seconds.
fn runs(every: i64, days: i64, look: i64) -> i64 {
    let every = SignedDuration::from_secs(every);
    // The last run of the last day may be looked at up to one look late.
    let end = noon() + hours(24 * days) + SignedDuration::from_secs(look - 1);
    let (mut now, mut last, mut count) = (noon(), Some(noon()), 0);
    while now <= end {
        let due = periodic(last, every, now);
        last = due.last;
        if due.is_now(now) {
            (last, count) = (Some(due.at), count + 1);
        }
        now += SignedDuration::from_secs(look);
    }
    count
}

/// Holds F49.
#[test]
fn eight_hours_of_sleep_are_one_catch_up() {
    let woken = noon() + hours(8) + minutes(5);
    let due = periodic(Some(noon()), minutes(10), woken);
    assert!(due.is_now(woken));
    assert_eq!((due.at, due.missed), (woken, 47));
    let next = periodic(Some(due.at), minutes(10), woken + minutes(1));
    assert_eq!((next.at, next.missed), (woken + minutes(10), 0));
}

#[test]
fn catching_up_is_spread_over_a_minute() {
    let starts: Vec<_> = (0..6).map(|nth| spread(nth, 6).as_secs()).collect();
    assert_eq!(starts, [0, 10, 20, 30, 40, 50]);
    assert_eq!((spread(0, 0), spread(9, 3)), (SignedDuration::ZERO, SignedDuration::from_secs(40)));
}

#[test]
fn a_jump_of_the_clock_is_more_than_a_minute() {
    let passed = minutes(1);
    for (wall, expected) in [
        (60, None),
        (120, None),
        (121, Some(Jump::Ahead(SignedDuration::from_secs(61)))),
        (0, None),
        (-1, Some(Jump::Back(SignedDuration::from_secs(61)))),
        (86_460, Some(Jump::Ahead(hours(24)))),
        (-86_340, Some(Jump::Back(hours(24)))),
    ] {
        assert_eq!(jump(noon(), noon() + SignedDuration::from_secs(wall), passed), expected, "{wall} s");
    }
}

#[test]
fn a_daily_job_runs_at_its_local_time_or_later_that_day() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let local = |text: &str| zone.to_timestamp(text.parse().unwrap()).unwrap();
    for (last, now, at, missed) in [
        // Never ran: it waits for its time, and does not make up for the time before it.
        (None, "2026-09-02T03:00", "2026-09-02T06:00", 0),
        (None, "2026-09-02T18:00", "2026-09-03T06:00", 0),
        (Some("2026-09-01T06:00"), "2026-09-02T05:59", "2026-09-02T06:00", 0),
        (Some("2026-09-01T06:00"), "2026-09-02T06:00", "2026-09-02T06:00", 0),
        (Some("2026-09-01T06:00"), "2026-09-02T23:50", "2026-09-02T06:00", 0),
        // Slept through a day: its own time is waited for, else at once; one day is missed.
        (Some("2026-08-31T06:00"), "2026-09-02T03:00", "2026-09-02T06:00", 1),
        (Some("2026-08-31T06:00"), "2026-09-02T09:00", "2026-09-02T06:00", 1),
        (Some("2026-09-02T06:00"), "2026-09-02T06:00", "2026-09-03T06:00", 0),
        // The clock was set back a day: today counts as done.
        (Some("2026-09-03T06:00"), "2026-09-02T06:30", "2026-09-03T06:00", 0),
    ] {
        let due = daily(six(), &zone, last.map(local), local(now));
        assert_eq!((due.at, due.missed), (local(at), missed), "last {last:?}, now {now}");
    }
}

#[test]
fn a_daily_job_that_is_new_runs_when_its_time_comes() {
    let first = daily(six(), &TimeZone::UTC, None, noon());
    assert_eq!((first.at, first.is_now(noon())), (noon() + hours(18), false));
    assert!(daily(six(), &TimeZone::UTC, first.last, first.at).is_now(first.at));
}

#[test]
fn a_time_that_the_clock_skips_or_shows_twice_is_one_run_on_that_day() {
    for (zone, day, time, at) in [
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:30:00Z"),
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30:00Z"),
        ("America/Havana", "2026-03-08", "00:30", "2026-03-08T05:30:00Z"),
        // Here the clock goes from 23:00 to midnight: half past eleven does not exist, and the day must not pass.
        ("America/Scoresbysund", "2026-03-28", "23:30", "2026-03-29T00:30:00Z"),
    ] {
        let tz = TimeZone::get(zone).unwrap();
        let day: Date = day.parse().unwrap();
        let midnight = tz.to_timestamp(day.to_datetime(Time::midnight())).unwrap();
        let due = daily(time.parse().unwrap(), &tz, Some(midnight - minutes(1)), midnight);
        assert_eq!(due.at, at.parse().unwrap(), "{zone} {day} {time}");
        assert_eq!(tz.to_datetime(due.at).date(), day, "{zone} {time}");
    }
}

/// Holds F51, G10.
#[test]
fn a_daily_job_runs_once_a_local_day_for_ten_years_in_every_zone() {
    let from: Date = "2026-01-01".parse().unwrap();
    let until: Date = "2036-01-01".parse().unwrap();
    for name in ZONES {
        let zone = TimeZone::get(name).unwrap();
        for time in ["00:30", "02:30", "23:30"] {
            let time: Time = time.parse().unwrap();
            let mut runs: BTreeMap<Date, u32> = BTreeMap::new();
            let mut now = zone.to_timestamp(from.to_datetime(Time::midnight())).unwrap() - minutes(30);
            let mut last = None;
            while zone.to_datetime(now).date() < until {
                let due = daily(time, &zone, last, now);
                if due.is_now(now) {
                    *runs.entry(zone.to_datetime(now).date()).or_default() += 1;
                    assert_eq!(due.missed, 0, "{name} {time}");
                    last = Some(due.at);
                } else {
                    last = due.last;
                    now = due.at;
                }
            }
            let days = (until - from).get_days();
            runs.retain(|day, _| *day >= from);
            assert!(runs.values().all(|count| *count == 1), "{name} {time}: {runs:?}");
            assert_eq!(runs.len(), usize::try_from(days).unwrap(), "{name} {time}");
        }
    }
}

#[test]
fn the_next_opening_is_now_or_the_next_full_minute_inside() {
    // 2026-09-02 is a Wednesday.
    for (allowed, zone, from, opens) in [
        ("", "UTC", "2026-09-02T03:00:30Z", "2026-09-02T03:00:30Z"),
        ("mon-fri 06:00-20:00", "UTC", "2026-09-02T12:00:30Z", "2026-09-02T12:00:30Z"),
        ("mon-fri 06:00-20:00", "UTC", "2026-09-02T05:59:30Z", "2026-09-02T06:00:00Z"),
        ("mon-fri 06:00-20:00", "Europe/Berlin", "2026-09-02T03:00:00Z", "2026-09-02T04:00:00Z"),
        ("mon-fri 06:00-20:00", "UTC", "2026-09-04T20:00:00Z", "2026-09-07T06:00:00Z"),
        ("wed 12:00-12:30", "UTC", "2026-09-02T12:30:00Z", "2026-09-09T12:00:00Z"),
        // The hour that the clock skips is open on no minute of that Sunday.
        ("sun 02:00-03:00", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-04-05T00:00:00Z"),
        // Of the hour that it shows twice both halves are open.
        ("sun 02:30-03:00", "Europe/Berlin", "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z"),
    ] {
        let (allowed, zone): (Hours, _) = (allowed.parse().unwrap(), TimeZone::get(zone).unwrap());
        let mut openings = Openings::new(&allowed, &zone);
        let from: Timestamp = from.parse().unwrap();
        assert_eq!(openings.next(from), opens.parse().unwrap(), "{allowed} from {from}");
        assert_eq!(openings.next(from), opens.parse().unwrap(), "{allowed} from {from}, asked again");
    }
}

fn six() -> Time {
    "06:00".parse().unwrap()
}

fn seconds(count: i64) -> Timestamp {
    Timestamp::from_second(count).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn whatever_the_clock_does_a_job_is_due_within_one_interval(
        last in proptest::option::of(0i64..4_000_000_000),
        now in 0i64..4_000_000_000,
        every in 1i64..100_000,
    ) {
        let (now, every) = (seconds(now), SignedDuration::from_secs(every));
        let due = periodic(last.map(seconds), every, now);
        prop_assert!(due.at <= now + every);
        prop_assert!(due.last.is_none_or(|last| last <= now));
        // Once it has begun, it is not due again at once.
        if due.is_now(now) {
            prop_assert!(!periodic(Some(due.at), every, due.at).is_now(due.at));
        }
    }

    #[test]
    fn looking_more_often_makes_no_more_runs(every in 60i64..10_000, looks in proptest::collection::vec(1i64..5_000, 1..200)) {
        let every = SignedDuration::from_secs(every);
        let (mut now, mut last, mut runs) = (noon(), Some(noon()), 0);
        for look in looks {
            now += SignedDuration::from_secs(look);
            let due = periodic(last, every, now);
            if due.is_now(now) {
                (last, runs) = (Some(due.at), runs + 1);
            }
        }
        let most = noon().duration_until(now).as_secs() / every.as_secs();
        prop_assert!(runs <= most, "{runs} runs, {most} intervals");
    }

    #[test]
    fn a_daily_job_never_runs_twice_on_a_local_day(
        zone in proptest::sample::select(ZONES.as_slice()),
        minute in 0i8..60, hour in 0i8..24,
        // Ten years from 2026 on.
        start in 1_767_225_600i64..2_082_758_400,
        looks in proptest::collection::vec(60i64..200_000, 1..60),
    ) {
        let zone = TimeZone::get(zone).unwrap();
        let time = Time::new(hour, minute, 0, 0).unwrap();
        let (mut now, mut last) = (seconds(start), None);
        let mut runs: BTreeMap<Date, u32> = BTreeMap::new();
        for look in looks {
            now += SignedDuration::from_secs(look);
            let due = daily(time, &zone, last, now);
            last = due.last;
            if due.is_now(now) {
                *runs.entry(zone.to_datetime(now).date()).or_default() += 1;
                last = Some(due.at);
            }
        }
        prop_assert!(runs.values().all(|count| *count == 1), "{:?}", runs);
    }

    #[test]
    fn an_opening_is_allowed_and_nothing_before_it_is(
        zone in proptest::sample::select(ZONES.as_slice()),
        from in 1_767_225_600i64..2_082_758_400,
        days in proptest::sample::select(vec!["mon-fri", "sat-wed", "tue-mon"]),
        span in (0u16..1_430, 1u16..10),
    ) {
        let (start, length) = span;
        let clock = |m: u16| format!("{:02}:{:02}", m / 60, m % 60);
        let allowed: Hours = format!("{days} {}-{}", clock(start), clock(start + length)).parse().unwrap();
        let (zone, from) = (TimeZone::get(zone).unwrap(), seconds(from));
        let opens = Openings::new(&allowed, &zone).next(from);
        prop_assert!(opens >= from && allowed.contains(zone.to_datetime(opens)));
        prop_assert!(opens == from || !allowed.contains(zone.to_datetime(opens - SignedDuration::from_secs(1))));
    }
}
