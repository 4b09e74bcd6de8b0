//! Warmups that the user asks for.

use super::world::{CLAUDE, Cause, FLASH, OPUS, PRO, World, ada_id, person, said};
use crate::credential::{CredentialId, Provider, State};
use crate::policy::cooldown::Part;
use crate::policy::exceptions::Exceptions;
use crate::policy::testing::{hours, left, minutes, noon};
use crate::policy::warmup::*;
use crate::quota::Idleness;

#[test]
fn all_is_one_request_a_group_of_every_credential() {
    let mut world = World::with_models("claude-opus");
    world.people.extend(["Bob", "Chen"].map(person));
    world.people[1].credential.state = State::Disabled;
    world.people[2].credential.provider = Provider::GeminiCli;
    let expected = [
        format!("Ada {FLASH} warm"),
        format!("Ada {OPUS} warm"),
        "Bob - off".to_owned(),
        "Chen - off".to_owned(),
    ];
    assert_eq!(lines(&world, Target::All), expected);
    assert_eq!(lines(&world, Target::Credential(&ada_id())), expected[..2]);
}

#[test]
fn a_model_is_named_by_its_id_or_its_beginning() {
    let world = World::ready();
    for (name, expected) in [
        (OPUS, format!("Ada {OPUS} warm")),
        ("claude", format!("Ada {CLAUDE} warm")),
        (PRO, format!("Ada {PRO} warm")),
    ] {
        assert_eq!(lines(&world, Target::Model(&ada_id(), name)), [expected]);
    }
    let nobodys = plan(&world, Target::Model(&ada_id(), "claude-sonet"), false);
    assert_eq!(nobodys.lines, []);
    assert_eq!(nobodys.unmatched[0].nearest.as_deref(), Some(CLAUDE));
    assert_eq!(lines(&world, Target::Credential(&CredentialId::new("nobody"))), [""; 0]);
    let pairs = [
        (ada_id(), PRO.to_owned()),
        (CredentialId::new("nobody"), PRO.to_owned()),
        (ada_id(), CLAUDE.to_owned()),
    ];
    assert_eq!(
        lines(&world, Target::Pairs(&pairs)),
        [format!("Ada {PRO} warm"), format!("Ada {CLAUDE} warm")]
    );
}

#[test]
fn the_quota_is_read_first_and_once() {
    let mut world = World::ready();
    let target = Target::Model(&ada_id(), PRO);
    let asked: Vec<_> = plan(&world, target, false).refreshes.iter().map(|r| r.not_before).collect();
    assert_eq!(asked, [noon()]);
    world.ada().asked = true;
    assert_eq!(plan(&world, target, false).refreshes, []);
}

#[test]
fn where_nothing_can_be_read_the_service_decides_about_a_named_model() {
    let mut world = World::ready();
    (world.ada().quota, world.ada().asked) = (None, true);
    let named = plan(&world, Target::Model(&ada_id(), "claude-new"), false);
    assert_eq!(said(&named), ["Ada claude-new warm"]);
    assert_eq!(named.lines[0].group, Some(crate::catalogue::Group::ThirdParty));
    assert_eq!(lines(&world, Target::All), ["Ada - quota_unknown"]);
}

#[test]
fn rows_2_to_5_and_10_to_13_do_not_hold_it() {
    let causes: [Cause; 8] = [
        |w| w.set("smart_warmup_enabled", "false"),
        |w| w.short(|w| w.remaining = None),
        |w| w.short(|w| (w.remaining, w.idleness) = (Some(left(40.0)), Idleness::Started)),
        |w| w.short(|w| w.idleness = Idleness::Started),
        |w| w.week(|w| w.remaining = Some(left(1.0))),
        |w| w.uses = Uses::default(),
        |w| w.set("smart_warmup_hours", "sun 10:00-11:00"),
        |w| w.set("smart_warmup_follow_models", PRO),
    ];
    for (at, cause) in causes.into_iter().enumerate() {
        let mut world = World::ready();
        cause(&mut world);
        assert_eq!(lines(&world, Target::Model(&ada_id(), PRO)), [format!("Ada {PRO} warm")], "cause {at}");
    }
}

#[test]
fn rows_6_to_9_ask_for_confirmation() {
    let causes: [(&str, Cause); 6] = [
        ("resting", |w| w.rest(Part::Whole, hours(1))),
        ("resting", |w| w.protect(PRO, None)),
        ("cooling_down", |w| w.tried(PRO, hours(1), Outcome::Sent)),
        ("backing_off", |w| w.tried(PRO, minutes(1), Outcome::Failed(Refusal::Refused))),
        ("no_effect", |w| [9, 5].into_iter().for_each(|ago| w.tried(PRO, hours(ago), Outcome::NoEffect))),
        ("budget_spent", |w| {
            [20, 15, 10].into_iter().for_each(|ago| w.tried(PRO, hours(ago), Outcome::Sent))
        }),
    ];
    for (row, cause) in causes {
        let mut world = World::ready();
        cause(&mut world);
        let target = Target::Model(&ada_id(), PRO);
        let held = plan(&world, target, false);
        assert_eq!(said(&held), [format!("Ada {PRO} {row}")]);
        assert_eq!((held.to_send().count(), held.to_confirm().count()), (0, 1));
        assert_eq!(said(&plan(&world, target, true)), [format!("Ada {PRO} warm")], "{row} confirmed");
    }
}

#[test]
fn what_is_off_is_off_for_a_hand_too() {
    let causes: [Cause; 4] = [
        |w| w.ada().credential.state = State::Disabled,
        |w| w.ada().credential.provider = Provider::ApiKey,
        |w| w.switches = Exceptions::new([(ada_id(), None, false)]),
        |w| w.switches = Exceptions::new([(ada_id(), Some(PRO.to_owned()), false)]),
    ];
    for (at, cause) in causes.into_iter().enumerate() {
        let mut world = World::ready();
        cause(&mut world);
        let forced = plan(&world, Target::Model(&ada_id(), PRO), true);
        assert_eq!(forced.to_send().count(), 0, "cause {at}");
        assert_eq!(forced.lines[0].verdict.key(), "off", "cause {at}");
    }
}

fn plan(world: &World, target: Target<'_>, force: bool) -> Plan {
    world.plan_for(Run::ByHand { target, force })
}

fn lines(world: &World, target: Target<'_>) -> Vec<String> {
    said(&plan(world, target, false))
}
