//! Each row of the table with its boundaries, and which row decides where several apply.

use super::world::{CLAUDE, Cause, FLASH, OPUS, PRO, World, ada_id};
use crate::catalogue::Group;
use crate::credential::{Blocked, Invalid, State};
use crate::policy::cooldown::{Part, Reason};
use crate::policy::exceptions::Exceptions;
use crate::policy::testing::{hours, left, minutes, noon};
use crate::policy::warmup::*;
use crate::quota::{Idleness, Remaining};
use jiff::{SignedDuration, Timestamp};

/// A cause for each row, in the order of the table.
const CAUSES: [(&str, Cause); 14] = [
    ("off", |w| w.set("smart_warmup_enabled", "false")),
    ("quota_unknown", |w| w.short(|w| w.remaining = None)),
    ("not_full", |w| w.short(|w| (w.remaining, w.idleness) = (Some(left(50.0)), Idleness::Started))),
    ("already_running", |w| w.short(|w| w.idleness = Idleness::Started)),
    ("weekly_low", |w| w.week(|w| w.remaining = Some(left(5.0)))),
    ("resting", |w| w.rest(Part::Model(PRO.into()), hours(1))),
    ("cooling_down", |w| w.tried(PRO, hours(1), Outcome::Sent)),
    ("backing_off", |w| w.tried(PRO, minutes(5), Outcome::Failed(Refusal::Refused))),
    ("no_effect", |w| [9, 5].into_iter().for_each(|ago| w.tried(PRO, hours(ago), Outcome::NoEffect))),
    ("budget_spent", |w| [20, 15, 10].into_iter().for_each(|ago| w.tried(PRO, hours(ago), Outcome::Sent))),
    ("unused", |w| w.uses = Uses::default()),
    ("planned", |w| w.set("smart_warmup_hours", "wed 18:00-19:00")),
    ("follow_skipped", |w| w.set("smart_warmup_follow_models", PRO)),
    ("same_group", |w| w.set("warmup_models", &format!("{FLASH},{PRO}"))),
];

#[test]
fn without_a_cause_it_is_warmed() {
    assert_eq!(verdict(&World::ready(), PRO), Verdict::Warm);
}

#[test]
fn each_cause_alone_decides_its_row() {
    for (row, cause) in CAUSES {
        let mut world = World::ready();
        cause(&mut world);
        assert_eq!(verdict(&world, PRO).key(), row);
    }
}

#[test]
fn of_any_two_causes_the_earlier_row_decides() {
    for (at, (row, cause)) in CAUSES.into_iter().enumerate() {
        for (later_row, later) in CAUSES.into_iter().skip(at + 1) {
            let mut world = World::ready();
            later(&mut world);
            cause(&mut world);
            assert_eq!(verdict(&world, PRO).key(), row, "{row} and {later_row}");
        }
    }
}

#[test]
fn row_1_says_what_is_off() {
    let disabled = |w: &mut World| w.ada().credential.state = State::Disabled;
    let invalid = State::Invalid { why: Invalid::RefreshRefused, since: noon() };
    let blocked = State::Blocked { why: Blocked::Validation, message: None, link: None, since: noon() };
    check(disabled, Verdict::Off { why: Off::NotActive(State::Disabled) });
    check(
        |w| w.ada().credential.state = invalid.clone(),
        Verdict::Off { why: Off::NotActive(invalid.clone()) },
    );
    check(
        |w| w.ada().credential.state = blocked.clone(),
        Verdict::Off { why: Off::NotActive(blocked.clone()) },
    );
    check(|w| w.set("smart_warmup_enabled", "false"), Verdict::Off { why: Off::Everywhere });
    check(|w| w.switches = Exceptions::new([(ada_id(), None, false)]), Verdict::Off { why: Off::Credential });
    let model =
        |w: &mut World| w.switches = Exceptions::new([(ada_id(), Some("gemini-3-pro".into()), false)]);
    check(model, Verdict::Off { why: Off::Model });
    // An exception that switches on does not overrule the switch of all.
    let on = |w: &mut World| {
        w.set("smart_warmup_enabled", "false");
        w.switches = Exceptions::new([(ada_id(), None, true)]);
    };
    check(on, Verdict::Off { why: Off::Everywhere });
}

#[test]
fn row_2_names_what_is_missing_and_when_it_is_read_again() {
    let unknown = |why, refresh| Verdict::QuotaUnknown { why, refresh };
    let now = Some(noon());
    check(|w| w.short(|w| w.remaining = None), unknown(Unsure::Remaining, now));
    check(|w| w.short(|w| w.reset_at = Some(noon())), unknown(Unsure::Remaining, now));
    check(|w| w.short(|w| w.disabled = true), Verdict::Warm);
    let unsure = |idleness| {
        move |w: &mut World| {
            w.short(|w| (w.idleness, w.observed_at) = (idleness, noon() - SignedDuration::from_secs(20)))
        }
    };
    let in_40_s = Some(noon() + SignedDuration::from_secs(40));
    check(unsure(Idleness::NotSure), unknown(Unsure::Idleness, in_40_s));
    check(unsure(Idleness::Unknown), unknown(Unsure::Idleness, in_40_s));
    let long_ago =
        |w: &mut World| w.short(|w| (w.idleness, w.observed_at) = (Idleness::NotSure, noon() - minutes(3)));
    check(long_ago, unknown(Unsure::Idleness, now));
    let no_length = |w: &mut World| {
        w.short(|w| w.kind = crate::quota::WindowKind::new("sometimes"));
        w.week(|w| w.disabled = true);
    };
    check(no_length, unknown(Unsure::NoShortWindow, None));
    check(|w| w.ada().quota.as_mut().unwrap().groups.clear(), unknown(Unsure::NoShortWindow, None));
}

#[test]
fn row_2_takes_a_reading_of_two_scans_and_at_most_20_minutes() {
    for (interval, age, limit, known) in [
        ("600", minutes(20), minutes(20), true),
        ("600", minutes(20) + SignedDuration::from_secs(1), minutes(20), false),
        ("60", minutes(2), minutes(2), true),
        ("60", minutes(2) + SignedDuration::from_secs(1), minutes(2), false),
        ("86400", minutes(21), minutes(20), false),
        // The clock was set back since: its age cannot be told.
        ("600", -minutes(21), minutes(20), false),
    ] {
        let expected = if known {
            Verdict::Warm
        } else {
            Verdict::QuotaUnknown { why: Unsure::Old { age, limit }, refresh: Some(noon()) }
        };
        let change = |w: &mut World| {
            w.set("smart_warmup_scan_interval_seconds", interval);
            w.short(|w| w.observed_at = noon() - age);
        };
        check(change, expected);
    }
}

#[test]
fn row_2_asks_once_in_a_scan() {
    let asked = |w: &mut World| {
        w.short(|w| w.remaining = None);
        w.ada().asked = true;
    };
    check(asked, Verdict::QuotaUnknown { why: Unsure::Remaining, refresh: None });
}

#[test]
fn rows_3_and_4_tell_used_from_running() {
    let used = |percent: f64| move |w: &mut World| w.short(|w| w.remaining = Some(left(percent)));
    check(used(99.98), Verdict::NotFull { remaining: left(99.98) });
    check(used(0.0), Verdict::NotFull { remaining: Remaining::EMPTY });
    check(|w| w.short(|w| w.remaining = Remaining::clamped(0.9999)), Verdict::Warm);
    let running = |w: &mut World| w.short(|w| w.idleness = Idleness::Started);
    check(running, Verdict::AlreadyRunning { until: Some(noon() + hours(5)) });
}

#[test]
fn row_5_holds_at_the_floor_and_below_whether_protection_is_on_or_not() {
    let week = |percent: f64| move |w: &mut World| w.week(|w| w.remaining = Some(left(percent)));
    check(week(5.0), Verdict::WeeklyLow { remaining: left(5.0), floor: 5 });
    check(week(4.0), Verdict::WeeklyLow { remaining: left(4.0), floor: 5 });
    check(week(5.01), Verdict::Warm);
    check(|w| w.week(|w| w.remaining = None), Verdict::Warm);
    let at = |floor: &'static str, percent: f64| {
        move |w: &mut World| {
            w.set("quota_protection_weekly_threshold", floor);
            w.week(|w| w.remaining = Some(left(percent)));
        }
    };
    check(at("7", 7.0), Verdict::WeeklyLow { remaining: left(7.0), floor: 7 });
    check(at("0", 0.0), Verdict::WeeklyLow { remaining: left(0.0), floor: 0 });
    check(at("0", 1.0), Verdict::Warm);
}

#[test]
fn row_6_names_the_longest_rest() {
    let cooldown = |hour| Verdict::Resting {
        until: Some(noon() + hours(hour)),
        why: Rest::Cooldown(Reason::QuotaEmpty),
    };
    let protected =
        |until| Verdict::Resting { until, why: Rest::Protected { remaining: left(6.0), floor: 10 } };
    check(|w| w.rest(Part::Whole, hours(1)), cooldown(1));
    check(|w| w.rest(Part::Group(Group::Gemini), hours(2)), cooldown(2));
    check(|w| w.rest(Part::Group(Group::ThirdParty), hours(2)), Verdict::Warm);
    check(|w| w.rest(Part::Model(FLASH.into()), hours(2)), Verdict::Warm);
    check(|w| w.rest(Part::Whole, SignedDuration::ZERO), Verdict::Warm);
    check(|w| w.protect(PRO, Some(noon() + hours(3))), protected(Some(noon() + hours(3))));
    check(|w| w.protect(PRO, None), protected(None));
    check(|w| w.protect(FLASH, None), Verdict::Warm);
    let both = |back_at: Option<i64>| {
        move |w: &mut World| {
            w.rest(Part::Whole, hours(2));
            w.protect(PRO, back_at.map(|hour| noon() + hours(hour)));
        }
    };
    check(both(Some(1)), cooldown(2));
    check(both(Some(3)), protected(Some(noon() + hours(3))));
    check(both(None), protected(None));
}

#[test]
fn row_7_counts_whatever_may_have_been_sent() {
    let second = SignedDuration::from_secs(1);
    let cooling = |ago| Verdict::CoolingDown { until: noon() + hours(4) - ago, warmed_at: noon() - ago };
    for (ago, outcome, holds) in [
        (hours(4) - second, Outcome::Sent, true),
        (hours(4), Outcome::Sent, false),
        (hours(1), Outcome::Started, true),
        (hours(1), Outcome::NoEffect, true),
        (hours(1), Outcome::Unknown, true),
        (hours(1), Outcome::Pending, true),
        (hours(1), Outcome::Failed(Refusal::Refused), false),
        (hours(1), Outcome::Failed(Refusal::NotDone), false),
    ] {
        check(|w| w.tried(PRO, ago, outcome), if holds { cooling(ago) } else { Verdict::Warm });
    }
    let longer = |w: &mut World| {
        w.set("smart_warmup_cooldown_seconds", "604800");
        w.tried(PRO, hours(6 * 24), Outcome::Sent);
    };
    check(longer, Verdict::CoolingDown { until: noon() + hours(24), warmed_at: noon() - hours(6 * 24) });
}

#[test]
fn row_7_counts_by_group_or_by_model() {
    let tried = |one: &'static str, model: &'static str| {
        move |w: &mut World| {
            w.set("smart_warmup_one_per_group", one);
            w.tried(model, hours(1), Outcome::Sent);
        }
    };
    let cooling = Verdict::CoolingDown { until: noon() + hours(3), warmed_at: noon() - hours(1) };
    check(tried("true", FLASH), cooling.clone());
    check(tried("false", FLASH), Verdict::Warm);
    check(tried("false", PRO), cooling);
    check(tried("true", CLAUDE), Verdict::Warm);
}

#[test]
fn row_8_doubles_until_a_success() {
    use Outcome::{Failed, Pending, Sent, Unknown};
    let no = Failed(Refusal::Refused);
    for (outcomes, failures, pause) in [
        (&[no][..], 1, minutes(10)),
        (&[Failed(Refusal::NotDone)], 1, minutes(10)),
        (&[no, no], 2, minutes(20)),
        (&[no, no, no], 3, minutes(40)),
        (&[no; 5], 5, minutes(160)),
        (&[no; 6], 6, hours(4)),
        (&[no; 40], 40, hours(4)),
        (&[no, Sent, no], 1, minutes(10)),
        // What is not known neither ends the row nor belongs to it.
        (&[no, Unknown, Pending, no], 2, minutes(20)),
    ] {
        // The oldest first, a day apart, so that neither row 7 nor the budget speaks.
        let tried = |w: &mut World, last: SignedDuration| {
            for (at, outcome) in outcomes.iter().rev().enumerate() {
                w.tried(PRO, last + hours(24 * i64::try_from(at).unwrap()), *outcome);
            }
        };
        let second = SignedDuration::from_secs(1);
        let holds = Verdict::BackingOff { until: noon() + second, failures };
        check(|w| tried(w, pause - second), holds);
        check(|w| tried(w, pause), Verdict::Warm);
    }
}

#[test]
fn row_8a_ends_after_two_without_effect_until_a_hand_or_the_switch() {
    use Outcome::{Failed, NoEffect, Sent, Started, Unknown};
    for (outcomes, times) in [
        (&[NoEffect][..], None),
        (&[NoEffect, NoEffect], Some(2)),
        (&[NoEffect, NoEffect, NoEffect], Some(3)),
        (&[NoEffect, Started, NoEffect], None),
        (&[NoEffect, NoEffect, Started], None),
        // What could not be told never counts against it, nor does it forgive.
        (&[NoEffect, Sent, Unknown, NoEffect], Some(2)),
        (&[NoEffect, Failed(Refusal::Refused), NoEffect], Some(2)),
    ] {
        let tried = |w: &mut World| {
            for (at, outcome) in outcomes.iter().rev().enumerate() {
                w.tried(PRO, hours(24 * i64::try_from(at + 1).unwrap()), *outcome);
            }
        };
        check(tried, times.map_or(Verdict::Warm, |times| Verdict::NoEffect { times }));
    }
    let twice = |w: &mut World| [48, 24].into_iter().for_each(|ago| w.tried(PRO, hours(ago), NoEffect));
    let switched_on = |ago| {
        move |w: &mut World| {
            twice(w);
            w.switched_on_at = Some(noon() - hours(ago));
        }
    };
    check(switched_on(72), Verdict::NoEffect { times: 2 });
    check(switched_on(1), Verdict::Warm);
    let by_hand = |w: &mut World| {
        twice(w);
        w.tried_by(PRO, hours(5), Started, true);
    };
    check(by_hand, Verdict::Warm);
}

#[test]
fn row_9_counts_every_attempt_of_24_hours() {
    let no = Outcome::Failed(Refusal::NotDone);
    let spent = |attempts, until| Verdict::BudgetSpent { attempts, budget: 3, until };
    let tried = |hours_ago: &'static [i64]| {
        move |w: &mut World| hours_ago.iter().for_each(|ago| w.tried(PRO, hours(*ago), no))
    };
    check(tried(&[23, 12]), Verdict::Warm);
    check(tried(&[23, 12, 5]), spent(3, noon() + hours(1)));
    check(tried(&[24, 12, 5]), Verdict::Warm);
    // With four of three allowed, two have to be a day old.
    check(tried(&[23, 20, 12, 5]), spent(4, noon() + hours(4)));
    let other_model = |w: &mut World| [23, 12, 5].into_iter().for_each(|ago| w.tried(FLASH, hours(ago), no));
    check(other_model, spent(3, noon() + hours(1)));
    let other_group = |w: &mut World| [23, 12, 5].into_iter().for_each(|ago| w.tried(CLAUDE, hours(ago), no));
    check(other_group, Verdict::Warm);
}

#[test]
fn row_9_counts_the_lines_of_the_plan_itself() {
    let mut world = World::with_models("claude,gemini");
    world.set("smart_warmup_one_per_group", "false");
    world.set("warmup_daily_budget", "2");
    world.tried(CLAUDE, hours(20), Outcome::Sent);
    let verdicts: Vec<_> = world.plan().lines.into_iter().map(|l| (l.model.unwrap(), l.verdict)).collect();
    let spent = Verdict::BudgetSpent { attempts: 2, budget: 2, until: noon() + hours(4) };
    assert_eq!(
        verdicts,
        [
            (CLAUDE.to_owned(), Verdict::Warm),
            (OPUS.to_owned(), spent),
            (FLASH.to_owned(), Verdict::Warm),
            (PRO.to_owned(), Verdict::Warm),
        ]
    );
    world.set("warmup_daily_budget", "1");
    let last = world.plan().lines.pop().unwrap().verdict;
    assert_eq!(last, Verdict::BudgetSpent { attempts: 1, budget: 1, until: noon() + hours(24) });
}

#[test]
fn row_10_leaves_a_group_alone_that_nobody_used_for_3_days() {
    let second = SignedDuration::from_secs(1);
    let used = |ago: SignedDuration| {
        move |w: &mut World| {
            w.uses = Uses::default();
            w.uses.note(&Group::ThirdParty, noon());
            w.uses.note(&Group::Gemini, noon() - ago);
        }
    };
    check(used(hours(72) - second), Verdict::Warm);
    check(used(hours(72)), Verdict::Unused { last_use: Some(noon() - hours(72)) });
    check(|w| w.uses = Uses::default(), Verdict::Unused { last_use: None });
    let new = |ago: SignedDuration| {
        move |w: &mut World| {
            w.uses = Uses::default();
            w.ada().credential.added_at = noon() - ago;
        }
    };
    check(new(hours(72) - second), Verdict::Warm);
    check(new(hours(72)), Verdict::Unused { last_use: None });
    // Through any credential: what a new one is used for is not known either.
    let new_bob = |w: &mut World| {
        w.uses = Uses::default();
        let mut bob = super::world::person("Bob");
        bob.credential.added_at = noon() - hours(1);
        w.people.push(bob);
    };
    check(new_bob, Verdict::Warm);
}

#[test]
fn row_11_waits_for_the_hours_and_for_the_planner() {
    let at = |hour| -> Timestamp { noon() + hours(hour) };
    let planned = |hour, why| Verdict::Planned { at: at(hour), why };
    // Noon of a Wednesday.
    check(|w| w.set("smart_warmup_hours", "mon-fri 06:00-20:00"), Verdict::Warm);
    check(|w| w.set("smart_warmup_hours", "mon-fri 12:00-20:00"), Verdict::Warm);
    check(|w| w.set("smart_warmup_hours", "mon-fri 06:00-12:00"), planned(18, Hold::Hours));
    let hold = |hour: i64, planner: &'static str, allowed: &'static str| {
        move |w: &mut World| {
            w.set("planner_enabled", planner);
            w.set("smart_warmup_hours", allowed);
            w.holds.hold(&ada_id(), &Group::Gemini, at(hour), Better::NoGain);
        }
    };
    check(hold(2, "true", ""), planned(2, Hold::Planner(Better::NoGain)));
    check(hold(0, "true", ""), Verdict::Warm);
    check(hold(-1, "true", ""), Verdict::Warm);
    check(hold(2, "false", ""), Verdict::Warm);
    check(hold(2, "true", "wed 12:00-13:00"), planned(7 * 24, Hold::Hours));
    check(hold(2, "true", "wed 13:30-20:00"), planned(2, Hold::Planner(Better::NoGain)));
    check(hold(1, "true", "wed 14:00-20:00"), planned(2, Hold::Hours));
}

#[test]
fn row_12_lets_a_follow_model_only_ride_along_with_claude() {
    let follow = |models: &'static str| {
        move |w: &mut World| {
            w.set("warmup_models", models);
            w.set("smart_warmup_follow_models", PRO);
        }
    };
    check(follow(PRO), Verdict::FollowSkipped);
    check(follow("gemini-3-pro-high,claude-sonnet-4-6"), Verdict::Warm);
    let claude_cools = |w: &mut World| {
        follow("gemini-3-pro-high,claude-sonnet-4-6")(w);
        w.tried(CLAUDE, hours(1), Outcome::Sent);
    };
    check(claude_cools, Verdict::FollowSkipped);
    // Another ordinary model is no Claude.
    check(follow("gemini-3-pro-high,gpt"), Verdict::FollowSkipped);
}

#[test]
fn row_13_warms_one_model_a_group() {
    let both = |one: &'static str| {
        move |w: &mut World| {
            w.set("warmup_models", "gemini-3.6-flash-low,gemini-3-pro-high");
            w.set("smart_warmup_one_per_group", one);
        }
    };
    check(both("true"), Verdict::SameGroup { with: FLASH.to_owned() });
    check(both("false"), Verdict::Warm);
}

#[test]
fn every_verdict_has_a_word_of_its_own() {
    let mut keys: Vec<_> = CAUSES.iter().map(|(row, _)| *row).chain([Verdict::Warm.key()]).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 15);
}

/// What is decided for one model of Ada.
fn verdict(world: &World, model: &str) -> Verdict {
    let lines = world.plan().lines;
    let of_ada = lines.into_iter().find(|l| l.name == "Ada" && l.model.as_deref().is_none_or(|m| m == model));
    of_ada.expect("the plan has a line for the pair").verdict
}

#[track_caller]
fn check(change: impl Fn(&mut World), expected: Verdict) {
    let mut world = World::ready();
    change(&mut world);
    assert_eq!(verdict(&world, PRO), expected);
}
