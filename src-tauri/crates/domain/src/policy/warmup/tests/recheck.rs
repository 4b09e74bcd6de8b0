//! What is looked at again before each request.

use super::world::{CLAUDE, Cause, PRO, World, ada_id};
use crate::credential::State;
use crate::policy::cooldown::Part;
use crate::policy::exceptions::Exceptions;
use crate::policy::testing::{hours, left, minutes, noon};
use crate::policy::warmup::*;
use crate::quota::Idleness;

#[test]
fn rows_1_6_8_and_9_are_looked_at_again() {
    let causes: [(&str, Cause); 10] = [
        ("warm", |_| {}),
        ("off", |w| w.set("smart_warmup_enabled", "false")),
        ("off", |w| w.ada().credential.state = State::Disabled),
        ("off", |w| w.switches = Exceptions::new([(ada_id(), None, false)])),
        ("off", |w| w.people.clear()),
        ("off", |w| w.agent_refused = true),
        ("cooling_down", |w| w.tried(PRO, -minutes(1), Outcome::Sent)),
        ("resting", |w| w.rest(Part::Whole, hours(1))),
        ("backing_off", |w| w.tried(PRO, minutes(1), Outcome::Failed(Refusal::Refused))),
        ("budget_spent", |w| {
            [20, 15, 10].into_iter().for_each(|ago| w.tried(PRO, hours(ago), Outcome::Sent))
        }),
    ];
    for (expected, cause) in causes {
        assert_eq!(again(cause, Run::Automatic).key(), expected);
    }
}

#[test]
fn the_plan_stands_for_everything_else() {
    let causes: [Cause; 6] = [
        |w| w.short(|w| w.remaining = None),
        |w| w.short(|w| (w.remaining, w.idleness) = (Some(left(40.0)), Idleness::Started)),
        |w| w.week(|w| w.remaining = Some(left(1.0))),
        |w| w.tried(PRO, minutes(1), Outcome::Sent),
        |w| w.uses = Uses::default(),
        |w| w.set("smart_warmup_hours", "sun 10:00-11:00"),
    ];
    for (at, cause) in causes.into_iter().enumerate() {
        assert_eq!(again(cause, Run::Automatic), Verdict::Warm, "cause {at}");
    }
}

#[test]
fn a_quota_that_is_not_known_any_more_decides_nothing() {
    let forget = |w: &mut World| w.ada().quota = None;
    assert_eq!(again(forget, Run::Automatic).key(), "quota_unknown");
    // Whoever asks by hand read it a moment before.
    assert_eq!(again(forget, Run::ByHand { target: Target::All, force: false }), Verdict::Warm);
}

#[test]
fn a_confirmed_hand_is_stopped_by_what_is_off_alone() {
    let forced = Run::ByHand { target: Target::All, force: true };
    assert_eq!(again(|w| w.rest(Part::Whole, hours(1)), forced), Verdict::Warm);
    assert_eq!(again(|w| w.set("smart_warmup_enabled", "false"), forced), Verdict::Warm);
    assert_eq!(again(|w| w.ada().credential.state = State::Disabled, forced).key(), "off");
    let unconfirmed = Run::ByHand { target: Target::All, force: false };
    assert_eq!(again(|w| w.rest(Part::Whole, hours(1)), unconfirmed).key(), "resting");
}

#[test]
fn a_follow_model_goes_only_after_a_claude_that_succeeded() {
    let mut world = World::with_models("claude-sonnet-4-6,gemini-3-pro-high");
    world.set("smart_warmup_follow_models", PRO);
    let plan = world.plan();
    let [claude, follow] = plan.to_send().collect::<Vec<_>>()[..] else { panic!("both are warmed") };
    let look =
        |line, sent: &Sent| world.with(Run::Automatic, |inputs| recheck(inputs, line, noon(), sent, noon()));
    let mut sent = Sent::default();
    assert_eq!((look(claude, &sent), look(follow, &sent)), (Verdict::Warm, Verdict::FollowSkipped));
    // Another line's success is none of Claude's.
    sent.succeeded(follow);
    assert_eq!(look(follow, &sent), Verdict::FollowSkipped);
    sent.succeeded(claude);
    assert_eq!(look(follow, &sent), Verdict::Warm);
    assert_eq!(claude.model.as_deref(), Some(CLAUDE));
}

/// Plans, lets something happen, and looks at the line again.
fn again(change: impl Fn(&mut World), run: Run<'_>) -> Verdict {
    let mut world = World::ready();
    let plan = world.plan();
    let line = plan.to_send().next().unwrap();
    change(&mut world);
    world.with(run, |inputs| recheck(inputs, line, noon(), &Sent::default(), noon()))
}
