//! What is said when, and never twice in a cycle.

use super::*;
use crate::credential::Blocked;
use crate::policy::testing::{hours, left, minutes, noon};
use crate::policy::words::{Here, Language, Said};
use proptest::prelude::*;

fn who(name: &str) -> Who {
    Who { id: CredentialId::new(name), name: name.to_owned() }
}

/// Ada's Claude with so much left, back five hours after noon.
fn pool(percent: f64) -> Pool {
    Pool {
        who: who("Ada"),
        group: Group::ThirdParty,
        remaining: Some(left(percent)),
        reset_at: Some(noon() + hours(5)),
        at_this_pace: None,
        foreseen: None,
    }
}

fn of(pools: Vec<Pool>) -> Facts {
    Facts { credentials: pools.iter().map(|p| p.who.id.clone()).collect(), pools, ..Facts::default() }
}

fn settings(changes: &[(&str, &str)]) -> Settings {
    let mut settings = Settings::defaults("0");
    for (key, value) in changes {
        settings.set(key, value).unwrap();
    }
    settings
}

fn said(facts: &Facts, memory: &mut Memory, settings: &Settings, after: SignedDuration) -> Vec<Kind> {
    let rules = Rules { settings, zone: &TimeZone::UTC };
    decide(facts, memory, rules, noon() + after).iter().map(Telling::kind).collect()
}

#[test]
fn low_is_said_once_a_cycle_and_back_once_after_it() {
    let (mut memory, settings) = (Memory::default(), settings(&[]));
    let mut look = |facts: &Facts, after| said(facts, &mut memory, &settings, after);
    assert_eq!(look(&of(vec![pool(21.0)]), hours(0)), []);
    assert_eq!(look(&of(vec![pool(20.0)]), hours(1)), [Kind::Low]);
    // It flickers, and it is used up: the same cycle.
    for percent in [19.0, 25.0, 12.0, 0.0] {
        assert_eq!(look(&of(vec![pool(percent)]), hours(2)), [], "{percent}");
    }
    // Its reset is over, and nobody has read it yet.
    let unread = Pool { remaining: None, ..pool(0.0) };
    assert_eq!(look(&of(vec![unread]), hours(5)), []);
    let next = |percent| of(vec![Pool { reset_at: Some(noon() + hours(10)), ..pool(percent) }]);
    assert_eq!(look(&next(100.0), hours(6)), [Kind::Back]);
    assert_eq!(look(&next(100.0), hours(6)), []);
    assert_eq!(look(&next(10.0), hours(7)), [Kind::Low], "a new cycle");
}

#[test]
fn a_cycle_that_begins_low_is_said_as_low_again_and_not_as_back() {
    let (mut memory, settings) = (Memory::default(), settings(&[]));
    assert_eq!(said(&of(vec![pool(5.0)]), &mut memory, &settings, hours(0)), [Kind::Low]);
    let week = Pool { reset_at: Some(noon() + hours(50)), ..pool(5.0) };
    assert_eq!(said(&of(vec![week.clone()]), &mut memory, &settings, hours(5)), [Kind::Low]);
    assert_eq!(said(&of(vec![week]), &mut memory, &settings, hours(12)), []);
}

#[test]
fn an_empty_end_is_foretold_once_and_not_after_it_is_low() {
    let (mut memory, settings) = (Memory::default(), settings(&[]));
    let soon = |percent| Pool { at_this_pace: Some(end(hours(3))), ..pool(percent) };
    assert_eq!(said(&of(vec![soon(85.0)]), &mut memory, &settings, hours(0)), [], "too little used");
    assert_eq!(said(&of(vec![soon(60.0)]), &mut memory, &settings, hours(1)), [Kind::EmptySoon]);
    assert_eq!(said(&of(vec![soon(50.0)]), &mut memory, &settings, hours(2)), []);
    assert_eq!(said(&of(vec![soon(15.0)]), &mut memory, &settings, hours(2)), [Kind::Low]);
    assert_eq!(said(&of(vec![soon(15.0)]), &mut memory, &settings, hours(2)), []);
}

/// Empty so long after noon, and back with the short window.
fn end(after: SignedDuration) -> End {
    End { at: noon() + after, back_at: Some(noon() + hours(5)), forecast: None }
}

#[test]
fn a_week_that_will_not_last_is_foretold_once_in_it() {
    let (mut memory, settings) = (Memory::default(), settings(&[]));
    // The window of five hours refills nineteen times before the week does.
    let week = End { at: noon() + hours(50), back_at: Some(noon() + hours(95)), forecast: None };
    let look = |hour| Pool {
        reset_at: Some(noon() + hours(hour - hour % 5 + 5)),
        at_this_pace: Some(week),
        ..pool(60.0)
    };
    let told: Vec<i64> = (0..95)
        .filter(|hour| !said(&of(vec![look(*hour)]), &mut memory, &settings, hours(*hour)).is_empty())
        .collect();
    assert_eq!(told, [0]);
}

fn run_out(after: SignedDuration) -> RunOut {
    let at = noon() + after;
    RunOut { at, from: at - minutes(20), to: at + minutes(20), chance: 0.9, by_long: false }
}

#[test]
fn the_persons_days_say_more_than_the_pace() {
    let (mut memory, settings) = (Memory::default(), settings(&[]));
    let foreseen = |told: Option<RunOut>| Pool {
        at_this_pace: Some(end(hours(3))),
        foreseen: Some(told.map(|told| End { forecast: Some(told), ..end(noon().duration_until(told.at)) })),
        ..pool(60.0)
    };
    let facts = |told| of(vec![foreseen(told)]);
    assert_eq!(said(&facts(None), &mut memory, &settings, hours(0)), [], "such days end before");
    let late = Some(run_out(minutes(310)));
    assert_eq!(said(&facts(late), &mut memory, &settings, hours(0)), [], "it refills first");
    let told = Some(run_out(minutes(240)));
    assert_eq!(said(&facts(told), &mut memory, &settings, hours(0)), [], "too far ahead to matter yet");
    assert_eq!(said(&facts(told), &mut memory, &settings, hours(2)), [Kind::EmptySoon]);
    assert_eq!(said(&facts(told), &mut memory, &settings, hours(3)), []);
}

#[test]
fn what_holds_until_somebody_acts_is_said_once_while_it_holds() {
    let (mut memory, settings) = (Memory::default(), settings(&[]));
    let blocked = State::Blocked { why: Blocked::Validation, message: None, link: None, since: noon() };
    let facts = Facts {
        credentials: [who("Ada").id].into(),
        needs: vec![(who("Ada"), blocked)],
        without_effect: vec![(who("Ada"), Group::Gemini)],
        ..Facts::default()
    };
    let mut look = |facts: &Facts, after| said(facts, &mut memory, &settings, after);
    assert_eq!(look(&facts, hours(0)), [Kind::NeedsUser, Kind::NoEffect]);
    assert_eq!(look(&facts, hours(100)), []);
    let well = Facts { needs: vec![], without_effect: vec![], ..facts.clone() };
    assert_eq!(look(&well, hours(101)), []);
    assert_eq!(look(&facts, hours(102)), [Kind::NeedsUser, Kind::NoEffect]);
}

#[test]
fn a_drain_is_said_once_a_cycle_and_never_twice() {
    let (mut memory, settings) = (Memory::default(), settings(&[]));
    let drained = |at| Facts {
        drains: vec![Drain {
            who: who("Ada"),
            group: Group::ThirdParty,
            points: 12.0,
            within: minutes(15),
            at: noon() + at,
        }],
        ..of(vec![pool(60.0)])
    };
    let mut look = |facts: &Facts, after| said(facts, &mut memory, &settings, after);
    assert_eq!(look(&drained(minutes(0)), minutes(1)), [Kind::Drain]);
    assert_eq!(look(&drained(minutes(30)), minutes(31)), [], "the same cycle");
    assert_eq!(look(&drained(minutes(0)), hours(6)), [], "the one that was said");
    assert_eq!(look(&drained(hours(6)), hours(6)), [Kind::Drain]);
    assert_eq!(look(&drained(hours(12)), hours(30)), [], "no news any more");
}

#[test]
fn in_quiet_hours_nothing_is_said_and_what_still_holds_is_said_afterwards() {
    let (mut memory, settings) =
        (Memory::default(), settings(&[("notify_quiet_hours", "mon-sun 11:00-14:00")]));
    let low = of(vec![pool(10.0)]);
    assert_eq!(said(&low, &mut memory, &settings, hours(1)), []);
    assert_eq!(said(&low, &mut memory, &settings, hours(2)), [Kind::Low]);
}

#[test]
fn what_is_switched_off_is_not_said_and_not_said_late() {
    let off = settings(&[("notify_low", "false")]);
    let mut memory = Memory::default();
    assert_eq!(said(&of(vec![pool(10.0)]), &mut memory, &off, hours(0)), []);
    assert_eq!(said(&of(vec![pool(10.0)]), &mut memory, &settings(&[]), hours(1)), []);
    let back = of(vec![Pool { reset_at: Some(noon() + hours(10)), ..pool(90.0) }]);
    assert_eq!(said(&back, &mut memory, &off, hours(6)), [Kind::Back], "that is another switch");
}

#[test]
fn many_of_a_kind_are_one_that_counts_them() {
    let named = |n: usize| Pool { who: who(&format!("c{n}")), ..pool(10.0) };
    let facts = of((0..5).map(named).collect());
    let rules = settings(&[]);
    let told =
        decide(&facts, &mut Memory::default(), Rules { settings: &rules, zone: &TimeZone::UTC }, noon());
    let [telling] = told.as_slice() else { panic!("{told:?}") };
    check(
        telling,
        "5 credentials are low | c0, c1, c2 and 2 more.",
        "5 个凭据额度偏低 | c0、c1、c2 等，另有 2 个。",
    );
}

#[test]
fn a_credential_that_is_gone_is_forgotten() {
    let (mut memory, settings) = (Memory::default(), settings(&[]));
    assert_eq!(said(&of(vec![pool(10.0)]), &mut memory, &settings, hours(0)), [Kind::Low]);
    said(&Facts::default(), &mut memory, &settings, hours(1));
    assert_eq!(memory, Memory::default());
}

#[test]
fn messages_read_like_speech() {
    let (group, back_at) = (Group::ThirdParty, Some(noon() + hours(5)));
    let low = |percent| What::Low { group: group.clone(), left: left(percent), back_at };
    for (what, english, chinese) in [
        (
            low(18.0),
            "Claude is low on Ada | 18 % left until 17:00.",
            "Ada 的 Claude 额度偏低 | 剩余 18%，17:00 重置。",
        ),
        (low(0.0), "Claude is used up on Ada | Back at 17:00.", "Ada 的 Claude 额度已用完 | 17:00 恢复。"),
        (
            What::EmptySoon { group: group.clone(), end: end(minutes(220)) },
            "Claude on Ada will not last | At this pace it is empty at 15:40, and back at 17:00.",
            "Ada 的 Claude 撑不到重置 | 照这个速度 15:40 用完，17:00 才恢复。",
        ),
        (
            What::EmptySoon {
                group: group.clone(),
                end: End { forecast: Some(run_out(minutes(220))), ..end(minutes(220)) },
            },
            "Claude on Ada will not last | Claude on Ada lasts until about 15:40 (15:20 to 16:00), and is back at 17:00.",
            "Ada 的 Claude 撑不到重置 | Ada 的 Claude 大约能用到 15:40（15:20 至 16:00），17:00 恢复。",
        ),
        (
            What::Back { group: group.clone(), left: left(100.0) },
            "Claude is back on Ada | 100 % left.",
            "Ada 的 Claude 已恢复 | 剩余 100%。",
        ),
        (
            What::NoEffect { group: Group::Gemini },
            "Warmup has no effect on Ada | Gemini was warmed twice and its clock did not start. Warm it up by hand once to try again.",
            "对 Ada 的预热没有效果 | Gemini 预热了两次，仍未开始计时。手动预热一次即可重新尝试。",
        ),
        (
            What::NeedsUser {
                state: State::Blocked { why: Blocked::Terms, message: None, link: None, since: noon() },
            },
            "Ada needs you | The service suspended this account for a breach of its terms. Nothing is sent for it any more.",
            "Ada 需要你处理 | 服务以违反条款为由停用了这个账号。不会再为它发送任何请求。",
        ),
        (
            What::Drain { group: group.clone(), points: 12.0, within: minutes(15) },
            "Claude on Ada is used elsewhere | 12 points in 15 min went through nothing here. Another program, or somebody else, uses this login.",
            "Ada 的 Claude 在其他地方被使用 | 15 分钟 内有 12 个百分点不是从这里用掉的。有其他程序或其他人在用这个登录。",
        ),
    ] {
        check(&Telling::One(Message { who: who("Ada"), what }), english, chinese);
    }
}

#[track_caller]
fn check(telling: &Telling, english: &str, chinese: &str) {
    let zone = TimeZone::UTC;
    let said = Said::of(|language| {
        let here = Here { now: noon(), zone: &zone, language };
        format!("{} | {}", telling.title(here), telling.body(here))
    });
    assert_eq!(said.in_language(Language::English), english);
    assert_eq!(said.in_language(Language::Chinese), chinese);
}

proptest! {
    #[test]
    fn nothing_of_a_level_is_said_twice_before_the_reset(
        percents in proptest::collection::vec(proptest::option::of(0u32..=100), 1..60),
        pace in proptest::collection::vec(any::<bool>(), 60),
    ) {
        let (mut memory, settings) = (Memory::default(), settings(&[]));
        let mut told: Vec<Kind> = Vec::new();
        for (minute, percent) in percents.into_iter().enumerate() {
            let soon = pace[minute].then(|| end(hours(4)));
            let now = Pool {
                remaining: percent.map(|p| left(f64::from(p))), at_this_pace: soon, ..pool(0.0)
            };
            let after = minutes(i64::try_from(minute).unwrap());
            told.extend(said(&of(vec![now]), &mut memory, &settings, after));
        }
        for kind in Kind::ALL {
            prop_assert!(told.iter().filter(|k| **k == kind).count() <= 1, "{told:?}");
        }
        prop_assert!(!told.contains(&Kind::Back), "{told:?}");
    }
}
