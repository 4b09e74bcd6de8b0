//! A plan as a whole: its order, its refreshes, its reports.

use super::world::{CLAUDE, FLASH, OPUS, PRO, Person, World, person, said};
use crate::catalogue::Group;
use crate::credential::{Provider, State};
use crate::policy::exceptions::Exceptions;
use crate::policy::testing::{hours, left, minutes, noon};
use crate::policy::warmup::*;
use crate::policy::words::Said;
use crate::quota::Idleness;
use jiff::SignedDuration;

#[test]
fn lines_come_by_name_and_follow_models_last() {
    let mut world = World::with_models("gemini-3-pro-high,auto");
    world.set("smart_warmup_follow_models", PRO);
    world.people = ["chen", "Ada", "Bob"].map(person).to_vec();
    let mut expected = Vec::new();
    for name in ["Ada", "Bob", "chen"] {
        expected.extend([format!("{name} {CLAUDE} warm"), format!("{name} {FLASH} warm")]);
        expected.push(format!("{name} {PRO} same_group"));
    }
    let mut lines = world.lines();
    // Which of the cheapest comes first is the service's order.
    lines.chunks_mut(3).for_each(|three| three[..2].sort());
    assert_eq!(lines, expected);
}

#[test]
fn two_of_one_name_are_told_apart_by_their_ids() {
    let mut world = World::ready();
    world.people = vec![person("Ada"), person("ADA")];
    world.people[1].credential.id = crate::credential::CredentialId::new("a-first");
    let ids: Vec<_> = world.plan().lines.iter().map(|l| l.credential.as_str().to_owned()).collect();
    assert_eq!(ids, ["a-first", "ada"]);
}

#[test]
fn only_antigravity_logins_are_looked_at() {
    let mut world = World::ready();
    world.people.extend(["Bob", "Chen"].map(person));
    world.people[1].credential.provider = Provider::GeminiCli;
    world.people[2].credential.provider = Provider::ApiKey;
    assert_eq!(world.lines(), [format!("Ada {PRO} warm")]);
}

#[test]
fn a_credential_whose_models_are_not_known_is_one_line() {
    let mut world = World::ready();
    world.people.extend(["Bob", "Chen", "Dora", "Emil"].map(person));
    world.people[1].quota = None;
    let unlisted = world.people[2].quota.as_mut().unwrap();
    (unlisted.models, unlisted.list_at) = (Vec::new(), None);
    (world.people[3].quota, world.people[3].credential.state) = (None, State::Disabled);
    (world.people[4].quota, world.people[4].asked) = (None, true);
    let expected = [
        "Ada gemini-3-pro-high warm",
        "Bob - quota_unknown",
        "Chen - quota_unknown",
        "Dora - off",
        "Emil - quota_unknown",
    ];
    assert_eq!(world.lines(), expected);
    let plan = world.plan();
    let asked: Vec<_> = plan.refreshes.iter().map(|r| (r.credential.as_str(), r.not_before)).collect();
    assert_eq!(asked, [("bob", noon()), ("chen", noon())]);
}

#[test]
fn a_login_that_offers_nothing_of_the_list_has_no_line() {
    let mut world = World::ready();
    world.ada().quota.as_mut().unwrap().models.retain(|m| m.id == CLAUDE);
    assert_eq!(world.lines(), [""; 0]);
}

#[test]
fn a_credential_is_asked_for_once_and_late_enough_for_all() {
    let mut world = World::with_models("auto");
    let young = noon() - SignedDuration::from_secs(15);
    world.short(|w| w.observed_at = young);
    let quota = world.ada().quota.as_mut().unwrap();
    quota.groups[0].windows[0].remaining = None;
    quota.groups[1].windows[0].idleness = Idleness::NotSure;
    let plan = world.plan();
    let expected = Refresh { credential: super::world::ada_id(), not_before: young + minutes(1) };
    assert_eq!((plan.refreshes, plan.lines.len()), (vec![expected], 2));
}

#[test]
fn a_rehearsal_shows_what_the_switch_would_do() {
    let mut world = World::with_models("auto");
    let on = world.plan();
    world.set("smart_warmup_enabled", "false");
    assert_eq!(world.plan_for(Run::Rehearsal), on);
    assert_eq!(world.plan().to_send().count(), 0);
    // Everything else still holds.
    world.ada().credential.state = State::Disabled;
    assert_eq!(world.plan_for(Run::Rehearsal).to_send().count(), 0);
}

#[test]
fn entries_that_nobody_offers_are_reported_with_the_nearest() {
    let mut world = World::with_models("gemini-3-prod,claude");
    world.set("smart_warmup_follow_models", "gemini-3-pro-hihg,gemini-3-prod");
    let reports: Vec<_> = world.plan().unmatched.iter().map(ToString::to_string).collect();
    assert_eq!(
        reports,
        [
            "no credential offers gemini-3-pro-hihg; the nearest is gemini-3-pro-high",
            "no credential offers gemini-3-prod; the nearest is gemini-3-pro-high",
        ]
    );
    world.ada().quota = None;
    assert_eq!(world.plan().unmatched, [], "nothing is known, nothing can be said");
}

#[test]
fn a_deprecated_id_warms_what_replaced_it() {
    let mut world = World::with_models("claude-sonnet-4-5");
    world.ada().quota.as_mut().unwrap().replaced = vec![("claude-sonnet-4-5".into(), CLAUDE.into())];
    let plan = world.plan();
    assert_eq!((said(&plan), plan.unmatched), (vec![format!("Ada {CLAUDE} warm")], vec![]));
}

#[test]
fn the_summary_is_one_line() {
    let mut world = World::with_models("auto,gemini-3-pro-high,claude-opus");
    world.set("smart_warmup_follow_models", PRO);
    world.people.push(person("Bob"));
    world.tried(CLAUDE, hours(1), Outcome::Sent);
    world.people[1].quota.as_mut().unwrap().groups[0].windows[0].remaining = Some(left(40.0));
    let summary = world.plan().summary();
    assert_eq!(
        Said::of(|language| summary.say(language)),
        Said {
            english: "found 2, cooling down 2, follow skipped 1, not full 2, same group 1".into(),
            chinese: "可预热 2，不久前已预热 2，只随同预热 1，正在使用 2，同一窗口 1".into(),
        }
    );
    assert_eq!((summary.found(), summary.count("same_group"), summary.count("off")), (2, 1, 0));
}

#[test]
fn a_line_a_credential_tells_of_its_follow_models() {
    let mut world = World::with_models("claude-sonnet-4-6,gemini-3-pro-high");
    world.set("smart_warmup_follow_models", "gemini");
    world.people.extend(["Bob", "Chen"].map(person));
    world.tried(CLAUDE, hours(1), Outcome::Sent);
    for group in &mut world.people[2].quota.as_mut().unwrap().groups {
        group.windows[0].remaining = Some(left(40.0));
    }
    let said: Vec<_> = world.plan().rides().iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        ["Ada: no Claude, 1 follow model skipped", "Bob: Claude is warmed, 1 follow model rides along"]
    );
}

#[test]
fn a_thousand_credentials_with_four_models_have_a_line_each() {
    let mut world = World::with_models("gemini,claude");
    world.people = (0..1_000).map(|n| person(&format!("Person {n:04}"))).collect();
    let plan = world.plan();
    assert_eq!((plan.lines.len(), plan.to_send().count()), (4_000, 2_000));
}

#[test]
fn a_clock_that_was_set_back_neither_repeats_nor_blocks() {
    let mut world = World::ready();
    world.tried(PRO, -hours(24), Outcome::Started);
    assert_eq!(world.lines(), [format!("Ada {PRO} cooling_down")]);
    assert_eq!(world.history.clamp(noon()).len(), 1);
    assert_eq!(world.history.clamp(noon()), []);
    let later =
        |after| world.with(Run::Automatic, |inputs| plan(inputs, noon() + after)).lines[0].verdict.clone();
    assert_eq!(later(minutes(10)), Verdict::CoolingDown { until: noon() + hours(4), warmed_at: noon() });
    world.short(|w| (w.observed_at, w.reset_at) = (noon() + hours(4), Some(noon() + hours(9))));
    let later =
        |after| world.with(Run::Automatic, |inputs| plan(inputs, noon() + after)).lines[0].verdict.clone();
    assert_eq!(later(hours(4)), Verdict::Warm);
}

#[test]
fn an_attempt_is_concluded_and_forgotten() {
    let mut world = World::ready();
    world.tried(PRO, hours(1), Outcome::Pending);
    let ada = super::world::ada_id();
    assert!(world.history.conclude(&ada, AttemptId(1), Outcome::Failed(Refusal::NotDone)));
    assert_eq!(world.lines(), [format!("Ada {PRO} warm")]);
    assert!(!world.history.conclude(&ada, AttemptId(2), Outcome::Sent));
    for _ in 0..=REMEMBERED {
        world.tried(OPUS, hours(91 * 24), Outcome::Sent);
    }
    world.history.forget(noon() - hours(90 * 24), |_| true);
    assert!(!world.history.conclude(&ada, AttemptId(2), Outcome::Sent), "old, and not among the last");
    assert!(world.history.conclude(&ada, AttemptId(3), Outcome::Sent), "old, and among the last");
    world.history.forget(noon() - hours(90 * 24), |id| *id != ada);
    assert_eq!(world.history, History::default());
}

#[test]
fn a_group_is_meant_where_a_scan_may_send_a_model_of_it_alone() {
    let mut world = World::with_models("auto");
    let meant = |world: &World| {
        let Person { credential, quota, .. } = &world.people[0];
        [Group::Gemini, Group::ThirdParty].map(|group| {
            is_meant(&credential.id, quota.as_ref().unwrap(), &group, &world.settings, &world.switches)
        })
    };
    assert_eq!(meant(&world), [true, true]);
    world.set("warmup_models", CLAUDE);
    assert_eq!(meant(&world), [false, true]);
    world.set("warmup_models", &format!("{CLAUDE},{PRO}"));
    world.set("smart_warmup_follow_models", PRO);
    assert_eq!(meant(&world), [false, true], "what only rides along starts nothing on its own");
    let ada = world.people[0].credential.id.clone();
    world.switches = Exceptions::new([(ada, Some(CLAUDE.to_owned()), false)]);
    assert_eq!(meant(&world), [false, false]);
    world.switches = Exceptions::default();
    world.set("smart_warmup_enabled", "false");
    assert_eq!(meant(&world), [false, false]);
}
