//! What holds for every plan, whatever the inputs.

use super::world::{CLAUDE, FLASH, OPUS, PRO, World, person};
use crate::catalogue::{Group, group_of_model};
use crate::credential::{Blocked, State};
use crate::policy::cooldown::{Claim, Part};
use crate::policy::exceptions::Exceptions;
use crate::policy::pair::Pair;
use crate::policy::protection::{Below, Held};
use crate::policy::testing::{hours, left, minutes, noon};
use crate::policy::warmup::*;
use crate::quota::Idleness;
use jiff::Timestamp;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const MODELS: [&str; 4] = [FLASH, PRO, OPUS, CLAUDE];

/// One credential by chance: state, then for each group share, idleness, age of the reading and share of the week.
#[derive(Debug, Clone)]
struct Dice {
    state: u8,
    groups: [(Option<f64>, u8, i64, Option<f64>); 2],
    /// Attempts: model, minutes ago, outcome.
    attempts: Vec<(usize, i64, usize)>,
    protected: Vec<usize>,
    resting: Option<(u8, i64)>,
    off: bool,
}

fn dice() -> impl Strategy<Value = Dice> {
    // Mostly what allows a warmup, so that plans are not empty.
    let share = prop_oneof![6 => Just(Some(100.0)), 1 => Just(None), 1 => (0.0f64..100.0).prop_map(Some)];
    let week = prop_oneof![6 => Just(Some(80.0)), 1 => Just(None), 1 => (0.0f64..8.0).prop_map(Some)];
    let group =
        (share, prop_oneof![6 => Just(0u8), 1 => 1u8..4], prop_oneof![8 => 0i64..20, 1 => 20i64..60], week);
    (
        prop_oneof![8 => Just(0u8), 1 => 1u8..3],
        [group.clone(), group],
        proptest::collection::vec((0usize..4, 0i64..2_000, 0usize..7), 0..5),
        prop_oneof![5 => Just(Vec::new()), 1 => proptest::collection::vec(0usize..4, 1..3)],
        prop_oneof![5 => Just(None), 1 => (0u8..3, 1i64..300).prop_map(Some)],
        prop_oneof![8 => Just(false), 1 => Just(true)],
    )
        .prop_map(|(state, groups, attempts, protected, resting, off)| Dice {
            state,
            groups,
            attempts,
            protected,
            resting,
            off,
        })
}

fn options() -> impl Strategy<Value = (&'static str, &'static str, bool, u32, bool)> {
    (
        proptest::sample::select(vec!["auto", "claude,gemini", "gemini-3-pro-high,auto", "*"]),
        proptest::sample::select(vec!["", PRO, "gemini"]),
        any::<bool>(),
        1u32..4,
        prop_oneof![9 => Just(true), 1 => Just(false)],
    )
}

fn world(dice: &[Dice], (models, follow, one_per_group, budget, on): (&str, &str, bool, u32, bool)) -> World {
    let mut world = World::with_models(models);
    world.set("smart_warmup_follow_models", follow);
    world.set("smart_warmup_one_per_group", &one_per_group.to_string());
    world.set("warmup_daily_budget", &budget.to_string());
    world.set("smart_warmup_enabled", &on.to_string());
    world.people.clear();
    let mut off = Vec::new();
    let mut attempts = Vec::new();
    for (at, dice) in dice.iter().enumerate() {
        let mut person = person(&format!("P{at}"));
        let id = person.credential.id.clone();
        person.credential.state = match dice.state {
            0 => State::Active,
            1 => State::Disabled,
            _ => State::Blocked { why: Blocked::Terms, message: None, link: None, since: noon() },
        };
        for (group, (share, idleness, age, week)) in
            person.quota.as_mut().unwrap().groups.iter_mut().zip(dice.groups)
        {
            let short = &mut group.windows[0];
            short.remaining = share.map(left);
            short.idleness = [Idleness::Idle, Idleness::Started, Idleness::NotSure, Idleness::Unknown]
                [usize::from(idleness)];
            short.observed_at = noon() - minutes(age);
            group.windows[1].remaining = week.map(left);
        }
        if dice.off {
            off.push((id.clone(), None, false));
        }
        for (model, ago, outcome) in &dice.attempts {
            attempts.push(Attempt {
                id: AttemptId(i64::try_from(attempts.len()).unwrap()),
                credential: id.clone(),
                group: group_of_model(MODELS[*model], None),
                model: MODELS[*model].to_owned(),
                at: noon() - minutes(*ago),
                by_hand: false,
                outcome: Outcome::ALL[*outcome],
            });
        }
        let below = Below { floor: 10, remaining: left(5.0), back_at: None, since: noon() };
        let held = Held { short: Some(below), week: None };
        world.protection.put(&id, dice.protected.iter().map(|m| (MODELS[*m].to_owned(), held)).collect());
        if let Some((part, lasts)) = dice.resting {
            let part = [Part::Whole, Part::Group(Group::Gemini), Part::Model(CLAUDE.into())]
                [usize::from(part)]
            .clone();
            let mut lender = World::ready();
            lender.rest(part, minutes(lasts));
            let claim = lender.cooldowns.iter().next().unwrap().clone();
            let scope = crate::policy::cooldown::Scope { credential: id.clone(), ..claim.scope.clone() };
            world.cooldowns.add(Claim { scope, ..claim });
        }
        world.people.push(person);
    }
    world.switches = Exceptions::new(off);
    world.history = attempts.into_iter().collect();
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn nothing_is_warmed_that_is_off_or_rests_or_is_not_known_to_be_idle(
        dice in proptest::collection::vec(dice(), 1..5), options in options(),
    ) {
        let world = world(&dice, options);
        for line in world.plan().to_send() {
            let at: usize = line.name[1..].parse().unwrap();
            let (person, dice) = (&world.people[at], &dice[at]);
            prop_assert!(world.settings.smart_warmup_enabled && !dice.off);
            prop_assert!(person.credential.state.is_active());
            let model = line.model.as_deref().unwrap();
            prop_assert!(!dice.protected.iter().any(|m| MODELS[*m] == model), "{} is protected", model);
            prop_assert!(world.cooldowns.resting(line.pair().unwrap(), noon()).is_none());
            let (share, idleness, age, week) = dice.groups[usize::from(line.group == Some(Group::ThirdParty))];
            prop_assert!(share == Some(100.0) && idleness == 0 && age <= 20, "{:?}", dice);
            prop_assert!(week.is_none_or(|week| week > 5.0));
        }
    }

    #[test]
    fn one_request_a_group_and_none_beyond_the_budget(
        dice in proptest::collection::vec(dice(), 1..5), options in options(),
    ) {
        let world = world(&dice, options);
        let mut warmed: BTreeMap<_, u32> = BTreeMap::new();
        for line in world.plan().to_send() {
            *warmed.entry((line.name.clone(), line.group.clone())).or_default() += 1;
        }
        for ((name, group), count) in warmed {
            prop_assert!(count <= 1 || !world.settings.smart_warmup_one_per_group, "{} times {:?}", count, group);
            let tried = dice[name[1..].parse::<usize>().unwrap()].attempts.iter().filter(|(model, ago, _)| {
                group_of_model(MODELS[*model], None) == group && *ago < 24 * 60
            });
            prop_assert!(u32::try_from(tried.count()).unwrap() + count <= world.settings.warmup_daily_budget);
        }
    }

    #[test]
    fn a_follow_model_never_goes_alone(dice in proptest::collection::vec(dice(), 1..5), options in options()) {
        let world = world(&dice, options);
        let plan = world.plan();
        let claudes: BTreeSet<_> = plan.to_send()
            .filter(|l| !l.follow && l.model.as_deref().unwrap().starts_with("claude-"))
            .map(|l| &l.credential)
            .collect();
        for line in plan.to_send().filter(|l| l.follow) {
            prop_assert!(claudes.contains(&line.credential));
        }
        // And comes after what it rides along with.
        for pair in plan.lines.windows(2) {
            prop_assert!(pair[0].credential != pair[1].credential || !pair[0].follow || pair[1].follow);
        }
    }

    #[test]
    fn the_same_inputs_in_any_order_give_the_same_plan(
        dice in proptest::collection::vec(dice(), 1..5), options in options(), turn in 0usize..5,
    ) {
        let world = world(&dice, options);
        let mut turned = world.clone();
        turned.people.rotate_left(turn % dice.len());
        prop_assert_eq!(world.plan(), turned.plan());
        prop_assert_eq!(world.plan(), world.plan());
    }

    #[test]
    fn what_a_plan_sends_passes_the_second_look(
        dice in proptest::collection::vec(dice(), 1..5), options in options(),
    ) {
        let world = world(&dice, options);
        let plan = world.plan();
        let mut sent = Sent::default();
        plan.to_send().for_each(|line| sent.succeeded(line));
        for line in &plan.lines {
            let again = world.with(Run::Automatic, |inputs| recheck(inputs, line, noon(), &sent, noon()));
            prop_assert!(again.is_warm() || !line.verdict.is_warm(), "{:?} then {:?}", line.verdict, again);
        }
    }

    #[test]
    fn a_hand_that_confirms_is_only_held_by_what_is_off(
        dice in proptest::collection::vec(dice(), 1..5), options in options(),
    ) {
        let world = world(&dice, options);
        let forced = world.plan_for(Run::ByHand { target: Target::All, force: true });
        for line in &forced.lines {
            let dice = &dice[line.name[1..].parse::<usize>().unwrap()];
            let off = dice.state != 0 || dice.off;
            prop_assert_eq!(line.verdict.key(), if off { "off" } else { "warm" });
        }
    }

    #[test]
    fn days_of_scans_keep_the_distance_and_the_budget(
        budget in 1u32..5, cooldown_h in 1i64..8, outcomes in proptest::collection::vec(0usize..7, 20),
    ) {
        let mut world = World::ready();
        world.set("warmup_daily_budget", &budget.to_string());
        world.set("smart_warmup_cooldown_seconds", &(cooldown_h * 3_600).to_string());
        // A window that always looks idle is the worst case: nothing else holds warmups back.
        let mut sent: Vec<(Timestamp, Outcome)> = Vec::new();
        world.ada().quota.as_mut().unwrap().models.retain(|m| m.id == PRO);
        for scan in 0..(36 * 4) {
            let now = noon() + minutes(15 * scan);
            world.uses.note(&Group::Gemini, now);
            world.short(|w| (w.observed_at, w.reset_at) = (now, Some(now + hours(5))));
            world.week(|w| (w.observed_at, w.reset_at) = (now, Some(now + hours(168))));
            let plan = world.with(Run::Automatic, |inputs| plan(inputs, now));
            if plan.to_send().count() == 1 {
                let outcome = Outcome::ALL[outcomes[sent.len() % outcomes.len()]];
                world.tried(PRO, now.duration_until(noon()), outcome);
                sent.push((now, outcome));
            }
        }
        let day = hours(24);
        for (at, (now, _)) in sent.iter().enumerate() {
            let before = &sent[..at];
            let recent = before.iter().filter(|(then, _)| then.duration_until(*now) < day).count();
            prop_assert!(u32::try_from(recent).unwrap() < budget);
            let last = before.iter().rev().find(|(_, outcome)| outcome.may_have_started());
            prop_assert!(last.is_none_or(|(then, _)| then.duration_until(*now) >= hours(cooldown_h)));
            prop_assert!(before.last().is_none_or(|(then, o)| o.may_have_started() || then.duration_until(*now) >= minutes(10)));
        }
        // Nothing after two without effect in a row.
        let effects: Vec<_> = sent.iter().map(|(_, o)| o).filter(|o| matches!(o, Outcome::NoEffect | Outcome::Started)).collect();
        let stop = effects.windows(2).position(|two| two == [&Outcome::NoEffect, &Outcome::NoEffect]);
        prop_assert!(stop.is_none_or(|at| at + 2 == effects.len()));
    }

    #[test]
    fn a_key_decides_alone_what_belongs_to_a_pair(
        attempts in proptest::collection::vec((0usize..4, 0i64..600), 0..20), asked in 0usize..4, lasts in 1i64..600,
    ) {
        let id = super::world::ada_id();
        let attempt = |(number, (model, ago)): (usize, &(usize, i64))| Attempt {
            id: AttemptId(i64::try_from(number).unwrap()),
            credential: id.clone(),
            group: group_of_model(MODELS[*model], None),
            model: MODELS[*model].to_owned(),
            at: noon() - minutes(*ago),
            by_hand: false,
            outcome: Outcome::Sent,
        };
        let history: History = attempts.iter().enumerate().map(attempt).collect();
        let group = group_of_model(MODELS[asked], None);
        let pair = Pair { credential: &id, group: group.as_ref(), model: MODELS[asked] };
        let latest = |same: &dyn Fn(usize) -> bool| {
            attempts.iter().filter(|(m, _)| same(*m)).map(|(_, ago)| noon() - minutes(*ago)).max()
        };
        let by_group = latest(&|m| group_of_model(MODELS[m], None) == group);
        let by_model = latest(&|m| m == asked);
        prop_assert_eq!(history.last_warmup(pair, Key::Group), by_group);
        prop_assert_eq!(history.last_warmup(pair, Key::Model), by_model);
        let cooling = history.of(&id).cooling(pair, Key::Group, minutes(lasts), noon());
        let expected = by_group.map(|at| at + minutes(lasts)).filter(|until| *until > noon());
        prop_assert_eq!(cooling.map(|pause| pause.until), expected);
    }
}
