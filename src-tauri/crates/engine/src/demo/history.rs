//! Four weeks of invented history, so that charts and lists of the demo have something to show.
//!
//! Every login works office hours, each a little differently: windows start in the morning (a third of them by a
//! warmup), empty towards noon, come back, and the week runs down until its reset. Nothing of it is ever read as
//! current quota, and it ends a day before now, so that it holds no warmup of the demo back.

use crate::journal::Kind;
use crate::ledger::Known;
use crate::runtime::Runtime;
use crate::store::{Conclusion, Decision, Drop, Intent, Sample, StoreError};
use domain::catalogue::Group;
use domain::credential::{CredentialId, Provider};
use domain::policy::warmup::{Came, Outcome, Start};
use domain::policy::words::{Here, Said};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// With the days since Monday at least four weeks.
const DAYS: i64 = 28;
const INVENTED: i64 = DAYS + 7;
const HOURS_A_DAY: i64 = 24;
/// A five-hour window that starts at nine ends at two.
const MORNING: i64 = 9;
const SHORT: i64 = 5;
const WEEK: i64 = 7 * HOURS_A_DAY;

/// Invents the weeks before now for every login that has windows.
pub(super) async fn invent(runtime: &Runtime) -> Result<(), StoreError> {
    let now = runtime.clock.now();
    let state = runtime.ledger.state();
    let has_windows = |k: &&std::sync::Arc<Known>| {
        k.credential.provider == Provider::Antigravity && k.credential.state.is_active()
    };
    for (place, known) in state.credentials.iter().filter(has_windows).enumerate() {
        let person = Person {
            place,
            id: known.credential.id.clone(),
            name: known.credential.name(),
            busy: 0.5 + 0.2 * f64::from(u8::try_from(place % 4).unwrap_or(0)),
        };
        for group in [Group::Gemini, Group::ThirdParty] {
            invent_group(runtime, &person, &group, now).await?;
        }
    }
    Ok(())
}

struct Person {
    /// Among those with windows.
    place: usize,
    id: CredentialId,
    name: String,
    /// How much of a window a working day takes.
    busy: f64,
}

/// What a group's two windows show at the end of an hour.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Hour {
    short: f64,
    week: f64,
    /// Used in this hour, in points of the short window.
    points: f64,
    /// The short window started in it.
    starts: bool,
}

/// The hours of the weeks before, the oldest first; the first is that after midnight of a Monday.
fn hours(busy: f64, group: &Group) -> Vec<Hour> {
    // Claude is what runs out: there a planned start has something to gain.
    let (wish, week_holds) = if *group == Group::Gemini { (busy, 6.0) } else { (2.4 + 0.2 * busy, 24.0) };
    let (mut short, mut week, mut found) = (1.0_f64, 1.0_f64, Vec::new());
    for hour in 0..INVENTED * HOURS_A_DAY {
        let (day, of_day) = (hour / HOURS_A_DAY, hour % HOURS_A_DAY);
        let weekend = day % 7 >= 5;
        let works = !weekend && (MORNING..MORNING + 2 * SHORT).contains(&of_day);
        if hour % WEEK == 0 {
            week = 1.0;
        }
        if of_day == MORNING || of_day == MORNING + SHORT || of_day == MORNING + 2 * SHORT {
            short = 1.0;
        }
        let wish = if works { wish * (0.12 + 0.08 * wave(hour)) } else { 0.0 };
        let used = wish.min(short).min(week * week_holds);
        short -= used;
        week = (week - used / week_holds).max(0.0);
        let starts = works && (of_day - MORNING) % SHORT == 0;
        found.push(Hour { short, week, points: used * 100.0, starts });
    }
    found
}

/// Between 0 and 1, the same at every start.
fn wave(hour: i64) -> f64 {
    f64::from(u8::try_from((hour * 37 + hour * hour % 11) % 10).unwrap_or(0)) / 10.0
}

/// Midnight, by the local clock, of the Monday of that week.
fn monday_before(at: Timestamp, zone: &TimeZone) -> Timestamp {
    let day = zone.to_datetime(at).date();
    let since = i32::from(day.weekday().to_monday_zero_offset());
    let monday = day.checked_sub(since.days()).unwrap_or(day);
    zone.to_timestamp(monday.to_datetime(Time::midnight())).unwrap_or(at)
}

async fn invent_group(
    runtime: &Runtime,
    person: &Person,
    group: &Group,
    now: Timestamp,
) -> Result<(), StoreError> {
    let begin = monday_before(now - SignedDuration::from_hours(DAYS * HOURS_A_DAY), &runtime.zone);
    let (mut samples, mut drops, mut warmups) = (Vec::new(), Vec::new(), Vec::new());
    let until = now - SignedDuration::from_hours(HOURS_A_DAY);
    for (place, hour) in hours(person.busy, group).into_iter().enumerate() {
        let at = begin + SignedDuration::from_hours(i64::try_from(place).unwrap_or(0));
        if at > until {
            break;
        }
        for (window, left) in [("5h", hour.short), ("weekly", hour.week)] {
            samples.push(Sample {
                credential: person.id.clone(),
                subject: group.key().to_owned(),
                window: Some(window.to_owned()),
                remaining: Some(left),
                at,
                source: "summary".to_owned(),
            });
        }
        if hour.points >= 1.0 {
            drops.push(Drop {
                credential: person.id.clone(),
                group: group.key().to_owned(),
                window: "5h".to_owned(),
                from: at - SignedDuration::from_hours(1),
                to: at,
                points: hour.points,
                by: "elsewhere".to_owned(),
            });
        }
        if hour.starts && (place + person.place).is_multiple_of(3) {
            warmups.push(at - SignedDuration::from_mins(50));
        }
    }
    runtime.store.add_samples(samples).await?;
    runtime.store.add_drops(drops).await?;
    for (place, at) in warmups.into_iter().enumerate() {
        invent_warmup(runtime, person, group, place, at).await?;
    }
    Ok(())
}

async fn invent_warmup(
    runtime: &Runtime,
    person: &Person,
    group: &Group,
    place: usize,
    at: Timestamp,
) -> Result<(), StoreError> {
    let model = match group {
        Group::Gemini => "gemini-3.8-flash-low",
        Group::ThirdParty | Group::Other(_) => "claude-sonnet-4-6",
    };
    let intent = Intent {
        credential: person.id.clone(),
        group: Some(group.clone()),
        model: model.to_owned(),
        by_hand: false,
        forced: false,
    };
    let attempt = runtime.store.record_warmup(intent, at).await?;
    let reset = at + SignedDuration::from_hours(SHORT);
    let (outcome, detail, sentence) = if (place + person.place) % 7 == 3 {
        // As the service puts it, whatever the language here.
        let why = "429: Resource has been exhausted (e.g. check quota).".to_owned();
        (
            Outcome::Failed(domain::policy::warmup::Refusal::Refused),
            Some(why),
            ("the warmup was refused, rate limit", "预热被拒绝，请求过多"),
        )
    } else {
        (Outcome::Started, None, ("the clock started", "已开始计时"))
    };
    let started = outcome == Outcome::Started;
    runtime
        .store
        .conclude_warmup(attempt.id, Conclusion { outcome, detail, reset_at: started.then_some(reset) })
        .await?;
    let decision = |verdict: &str, sentence: Said, at: Timestamp| Decision {
        kind: Kind::Warmup.key(),
        credential: person.id.to_string(),
        name: person.name.clone(),
        subject: model.to_owned(),
        verdict: verdict.to_owned(),
        sentence,
        until: started.then_some(reset),
        at,
    };
    let (english, chinese) = sentence;
    let (what, name) = (group.title(), &person.name);
    let told = Said {
        english: format!("{what} of {name}: {english}"),
        chinese: format!("{name} 的 {what}：{chinese}"),
    };
    let told = decision(outcome.key(), told, at + SignedDuration::from_secs(90));
    // What the scans after it said.
    let after = Said {
        english: format!("{model} of {name}: not warmed, its window is in use"),
        chinese: format!("{name} 的 {model}：不预热，窗口正在使用"),
    };
    let after = decision("not_full", after, at + SignedDuration::from_mins(60));
    let mut decisions = vec![told, after];
    if *group == Group::ThirdParty && started {
        let [planned, came] = around(runtime, person, group, place, at);
        decisions.push(decision("planned", planned, at - SignedDuration::from_mins(90)));
        let told_at = at + SignedDuration::from_hours(HOURS_A_DAY);
        if told_at <= runtime.clock.now() {
            decisions.push(Decision { until: None, ..decision("came", came, told_at) });
        }
    }
    runtime.store.add_decisions(decisions).await
}

/// What was said before a planned start, and a day after it.
fn around(runtime: &Runtime, person: &Person, group: &Group, place: usize, at: Timestamp) -> [Said; 2] {
    let (name, zone) = (person.name.as_str(), &runtime.zone);
    let some = u32::try_from((place * 7 + person.place) % 5).unwrap_or(0);
    let (gain_minutes, came_minutes) = (72 + 6 * some, 84 - 6 * some);
    let refills = [SHORT, 2 * SHORT].map(|hours| Some(at + SignedDuration::from_hours(hours)));
    let planned = Said::of(|language| {
        let here = Here { now: at - SignedDuration::from_mins(90), zone, language };
        Start { group, name, at, refills, gain_minutes, here }.to_string()
    });
    let came = Said::of(|language| {
        let here = Here { now: at + SignedDuration::from_hours(HOURS_A_DAY), zone, language };
        Came { group, name, at, expected_minutes: gain_minutes, came_minutes, here }.to_string()
    });
    [planned, came]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weeks_begin_on_a_local_monday() {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let monday = monday_before("2026-11-26T16:00:00Z".parse().unwrap(), &zone);
        assert_eq!(monday.to_string(), "2026-11-22T15:00:00Z");
    }

    #[test]
    fn the_invented_weeks_look_like_weeks() {
        let hours = hours(0.7, &Group::Gemini);
        assert_eq!(hours.len(), 35 * 24);
        assert!(hours.iter().all(|h| (0.0..=1.0).contains(&h.short) && (0.0..=1.0).contains(&h.week)));
        assert!(hours.iter().any(|h| h.short < 0.5), "a busy morning empties it");
        let sunday = &hours[6 * 24..7 * 24];
        assert!(sunday.iter().all(|h| h.points == 0.0), "nobody works on a Sunday");
        assert_eq!(hours.iter().filter(|h| h.starts).count(), 5 * 5 * 2);
        assert!(hours[6 * 24].week < 0.9 && hours[7 * 24].week > hours[6 * 24].week, "the week runs down");
    }
}
