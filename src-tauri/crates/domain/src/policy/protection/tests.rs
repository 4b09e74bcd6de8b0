use super::*;
use crate::catalogue::Group;
use crate::policy::exceptions::Exceptions;
use crate::policy::testing::{hours, left, minutes, model, noon, quota, settings, window};
use crate::policy::words::Here;
use crate::quota::Quota;
use crate::settings::{Floor, Settings};
use jiff::tz::TimeZone;
use proptest::prelude::*;

const CLAUDE: &str = "claude-sonnet-4-6";
const FLASH: &str = "gemini-3-flash";

#[test]
fn a_pair_is_protected_below_the_floor_and_back_above_the_band() {
    for (before, percent, protected) in [
        (None, Some(10.0), false),
        (None, Some(9.999), true),
        (None, Some(0.0), true),
        (None, None, false),
        (Some(8.0), Some(10.0), true),
        (Some(8.0), Some(14.999), true),
        (Some(8.0), Some(15.0), false),
        (Some(8.0), None, true),
    ] {
        let previous = before.map(|percent| first(&settings(&on()), percent).pairs);
        let judged = judged(
            &settings(&on()),
            previous.as_ref(),
            &shown(percent, Some(80.0), minutes(10)),
            minutes(10),
        );
        assert_eq!(is_protected(&judged, CLAUDE), protected, "{before:?} then {percent:?}");
    }
}

#[test]
fn after_its_reset_a_fresh_reading_inside_the_band_is_enough() {
    let settings = settings(&on());
    let previous = first(&settings, 8.0).pairs;
    let reset = hours(5);
    // The old reading is unknown once its reset has passed: nothing changes.
    let stale = shown(Some(8.0), Some(80.0), minutes(0));
    assert!(is_protected(&judged(&settings, Some(&previous), &stale, reset + minutes(1)), CLAUDE));
    let fresh = shown(Some(12.0), Some(80.0), reset + minutes(1));
    let judged_fresh = judged(&settings, Some(&previous), &fresh, reset + minutes(1));
    assert!(!is_protected(&judged_fresh, CLAUDE));
    let why = judged_fresh.changes.iter().map(|c| c.turn).collect::<Vec<_>>();
    assert!(matches!(why.as_slice(), [Turn::Back { why: Back::Reset(_), .. }, ..]), "{why:?}");
    // Below the floor again in the new window: it stays, and nothing is told twice.
    let low = judged(
        &settings,
        Some(&previous),
        &shown(Some(3.0), Some(80.0), reset + minutes(1)),
        reset + minutes(1),
    );
    assert!(is_protected(&low, CLAUDE) && low.changes.is_empty());
}

#[test]
fn a_floor_beyond_the_band_is_back_with_a_full_window() {
    let settings =
        settings(&[on()[0], ("quota_protection_threshold", "98"), ("quota_protection_hysteresis", "50")]);
    let previous = first(&settings, 50.0).pairs;
    assert!(is_protected(
        &judged(&settings, Some(&previous), &shown(Some(99.0), Some(80.0), minutes(1)), minutes(1)),
        CLAUDE
    ));
    assert!(!is_protected(
        &judged(&settings, Some(&previous), &shown(Some(100.0), Some(80.0), minutes(1)), minutes(1)),
        CLAUDE
    ));
}

#[test]
fn the_week_only_puts_a_credential_last_with_a_band_of_its_own() {
    let settings = settings(&on());
    for (percents, last) in
        [(&[5.0][..], false), (&[4.9], true), (&[4.0, 9.9], true), (&[4.0, 10.0], false), (&[0.0], true)]
    {
        let mut pairs = None;
        for percent in percents {
            pairs = Some(
                judged(&settings, pairs.as_ref(), &shown(Some(80.0), Some(*percent), minutes(0)), minutes(0))
                    .pairs,
            );
        }
        assert_eq!(matches!(standing(pairs.as_ref(), CLAUDE), Standing::Last { .. }), last, "{percents:?}");
    }
}

#[test]
fn a_protected_pair_is_protected_also_where_its_week_is_low() {
    let judged = judged(&settings(&on()), None, &shown(Some(6.0), Some(3.0), minutes(0)), minutes(0));
    assert!(is_protected(&judged, CLAUDE));
    assert_eq!(judged.changes.iter().filter(|c| c.model == CLAUDE).count(), 2);
}

#[test]
fn where_the_week_is_the_only_window_it_is_never_a_hard_floor() {
    let mut quota = shown(Some(80.0), Some(3.0), minutes(0));
    for group in &mut quota.groups {
        group.windows.retain(|w| w.kind.as_str() == "weekly");
    }
    let judged = judged(&settings(&on()), None, &quota, minutes(0));
    assert!(matches!(standing(Some(&judged.pairs), CLAUDE), Standing::Last { .. }));
}

#[test]
fn where_no_length_is_known_the_single_number_stands_for_the_short_window() {
    let mut own = model(CLAUDE);
    own.own = Some(left(6.0));
    let single = Quota { models: vec![own], list_at: Some(noon()), ..Quota::default() };
    assert!(is_protected(&judged(&settings(&on()), None, &single, minutes(0)), CLAUDE));
    let mut strange = shown(Some(80.0), Some(80.0), minutes(0));
    for group in &mut strange.groups {
        group.windows = vec![window(&group.group, "5h", Some(6.0), noon())];
        group.windows[0].kind = crate::quota::WindowKind::new("sometimes");
    }
    // Its id is known, so that it binds; its length is not.
    assert!(is_protected(&judged(&settings(&on()), None, &strange, minutes(0)), CLAUDE));
}

#[test]
fn the_other_group_stays_in_use() {
    let mut quota = shown(Some(6.0), Some(80.0), minutes(0));
    quota.groups[0].windows[0].remaining = Some(left(70.0));
    let judged = judged(&settings(&on()), None, &quota, minutes(0));
    assert!(is_protected(&judged, CLAUDE) && !is_protected(&judged, FLASH));
}

#[test]
fn only_listed_models_are_protected_and_deprecated_ids_are_mapped() {
    for (list, claude, flash) in [
        ("*", true, true),
        ("claude", true, false),
        ("claude-sonnet-4-5", true, false),
        ("gemini-3-flash,claude-opus-4-5", false, true),
        ("gemini-3", false, true),
    ] {
        let settings = settings(&[on()[0], ("quota_protection_models", list)]);
        let mut quota = shown(Some(6.0), Some(80.0), minutes(0));
        quota.replaced = vec![("claude-sonnet-4-5".into(), CLAUDE.into())];
        let judged = judged(&settings, None, &quota, minutes(0));
        assert_eq!((is_protected(&judged, CLAUDE), is_protected(&judged, FLASH)), (claude, flash), "{list}");
    }
}

#[test]
fn a_credential_and_a_model_may_have_their_own_floor() {
    let floors = Exceptions::new([(ada(), None, 30), (ada(), Some(CLAUDE.to_owned()), 50)]);
    for (percent, claude, flash) in [(49.0, true, false), (29.0, true, true), (50.0, false, false)] {
        let settings = settings(&on());
        let rules = Rules { settings: &settings, floors: &floors };
        let quota = shown(Some(percent), Some(80.0), minutes(0));
        let judged = judge(None, &ada(), &quota, &rules, &calm(), noon());
        assert_eq!(
            (is_protected(&judged, CLAUDE), is_protected(&judged, FLASH)),
            (claude, flash),
            "{percent} %"
        );
    }
}

#[test]
fn what_ends_protection_is_told() {
    let previous = first(&settings(&on()), 8.0).pairs;
    let low = shown(Some(8.0), Some(80.0), minutes(1));
    let mut none = low.clone();
    none.models.clear();
    let mut only_week = low.clone();
    for group in &mut only_week.groups {
        group.windows.retain(|w| w.kind.as_str() == "weekly");
    }
    let list = [on()[0], ("quota_protection_models", "gpt")];
    for (settings, quota, expected) in [
        (settings(&[]), &low, Back::SwitchedOff),
        (settings(&list), &low, Back::NotListed),
        (settings(&on()), &none, Back::NotOffered),
        (settings(&[]), &none, Back::SwitchedOff),
        (settings(&on()), &only_week, Back::NoWindow),
    ] {
        let judged = judged(&settings, Some(&previous), quota, minutes(1));
        assert_eq!(judged.pairs, Pairs::new());
        let said: Vec<_> = judged.changes.iter().map(|c| (c.model.as_str(), c.turn)).collect();
        let all = said.iter().all(|(_, turn)| matches!(turn, Turn::Back { why, .. } if *why == expected));
        assert!(said.len() == 2 && all, "{expected:?}: {said:?}");
    }
}

#[test]
fn the_state_survives_a_restart_until_the_models_are_known_again() {
    let mut protection = Protection::default();
    protection.put(&ada(), first(&settings(&on()), 8.0).pairs);
    let stored = protection.iter().map(|(c, model, held)| (c.clone(), model.to_owned(), *held));
    let restored: Protection = stored.collect();
    assert_eq!(restored, protection);
    // The first summary after the start comes without a list of models.
    let summary = Quota { models: Vec::new(), list_at: None, ..shown(Some(8.0), Some(80.0), minutes(1)) };
    let judged = judged(&settings(&on()), restored.of(&ada()), &summary, minutes(1));
    assert_eq!(Some(&judged.pairs), protection.of(&ada()));
    assert!(judged.changes.is_empty());
    // Inside the band it is still protected: the restart did not forget it.
    let band = super::tests::judged(
        &settings(&on()),
        restored.of(&ada()),
        &shown(Some(12.0), Some(80.0), minutes(2)),
        minutes(2),
    );
    assert!(is_protected(&band, CLAUDE));
}

#[test]
fn a_standing_says_floor_share_and_return() {
    let mut protection = Protection::default();
    assert_eq!(protection.standing(&ada(), CLAUDE), Standing::Usable);
    protection.put(&ada(), first(&settings(&on()), 6.0).pairs);
    let expected = Below { floor: 10, remaining: left(6.0), back_at: Some(noon() + hours(5)), since: noon() };
    assert_eq!(protection.standing(&ada(), CLAUDE), Standing::Protected(expected));
    assert_eq!(protection.standing(&CredentialId::new("bob"), CLAUDE), Standing::Usable);
    protection.put(&ada(), Pairs::new());
    assert_eq!(protection, Protection::default());
}

#[test]
fn near_a_floor_the_next_reading_comes_sooner() {
    for (short, week, burn, expected) in [
        (Some(16.0), Some(80.0), None, None),
        (Some(15.0), Some(80.0), None, Some(Early::Near { remaining: left(15.0), floor: 10 })),
        (Some(10.0), Some(80.0), None, Some(Early::Near { remaining: left(10.0), floor: 10 })),
        (Some(9.0), Some(80.0), None, None),
        (None, Some(80.0), Some(50.0), None),
        (Some(80.0), Some(9.0), None, Some(Early::Near { remaining: left(9.0), floor: 5 })),
        (Some(12.0), Some(6.0), None, Some(Early::Near { remaining: left(6.0), floor: 5 })),
        // 30 points above the floor: at 120 points an hour it is met in 15 minutes, which is not before the reading.
        (Some(40.0), Some(80.0), Some(120.0), None),
        (Some(40.0), Some(80.0), Some(180.0), Some(Early::Crosses { at: noon() + minutes(10), floor: 10 })),
        (Some(12.0), Some(80.0), Some(12.0), Some(Early::Crosses { at: noon() + minutes(10), floor: 10 })),
        (Some(40.0), Some(80.0), Some(0.0), None),
    ] {
        let settings = settings(&on());
        let floors = Exceptions::default();
        let burn: Vec<_> = burn.map(|points| (Group::ThirdParty, Which::Short, points)).into_iter().collect();
        let outlook = Outlook { burn: &burn, next_reading: noon() + minutes(15) };
        let rules = Rules { settings: &settings, floors: &floors };
        let mut quota = shown(short, week, minutes(0));
        quota.models.retain(|m| m.id == CLAUDE);
        let judged = judge(None, &ada(), &quota, &rules, &outlook, noon());
        assert_eq!(judged.early, expected, "{short:?} and {week:?} at {burn:?}");
    }
}

#[test]
fn what_refills_before_it_is_used_up_is_not_read_sooner() {
    let settings = settings(&on());
    let floors = Exceptions::default();
    let burn = [(Group::ThirdParty, Which::Short, 180.0)];
    let outlook = Outlook { burn: &burn, next_reading: noon() + minutes(15) };
    let mut quota = shown(Some(40.0), Some(80.0), minutes(0));
    quota.models.retain(|m| m.id == CLAUDE);
    quota.groups[1].windows[0].reset_at = Some(noon() + minutes(9));
    let rules = Rules { settings: &settings, floors: &floors };
    assert_eq!(judge(None, &ada(), &quota, &rules, &outlook, noon()).early, None);
}

#[test]
fn while_protection_is_off_nothing_is_judged_or_read_sooner() {
    let judged = judged(&settings(&[]), None, &shown(Some(6.0), Some(3.0), minutes(0)), minutes(0));
    assert_eq!(judged, Judgement { pairs: Pairs::new(), changes: Vec::new(), early: None });
}

#[test]
fn a_hard_floor_names_the_earliest_return_and_a_soft_one_the_least_depleted() {
    let below = |percent: f64, back: Option<i64>| Below {
        floor: 10,
        remaining: left(percent),
        back_at: back.map(|h| noon() + hours(h)),
        since: noon(),
    };
    let all = [
        ("a", below(4.0, None)),
        ("b", below(6.0, Some(3))),
        ("c", below(2.0, Some(1))),
        ("d", below(6.0, Some(2))),
    ];
    assert_eq!(
        last_resort(Floor::Hard, all),
        Some(LastResort::Refuse { back_at: Some(noon() + hours(1)), floor: 10 })
    );
    assert_eq!(last_resort(Floor::Soft, all), Some(LastResort::Use { who: "b", below: all[1].1 }));
    assert_eq!(last_resort(Floor::Hard, [all[0]]), Some(LastResort::Refuse { back_at: None, floor: 10 }));
    assert_eq!(last_resort::<&str>(Floor::Soft, []), None);
}

#[test]
fn judgements_read_like_speech() {
    let zone = TimeZone::UTC;
    let here = Here { now: noon(), zone: &zone };
    let below = first(&settings(&on()), 6.0);
    let said = |change| ChangeSentence { change, name: "Ada", here }.to_string();
    assert_eq!(
        said(&below.changes[0]),
        "claude-sonnet-4-6 of Ada: protected, 6 % is below the 10 % floor; back at 17:00"
    );
    let back =
        judged(&settings(&on()), Some(&below.pairs), &shown(Some(18.0), Some(80.0), minutes(1)), minutes(1));
    assert_eq!(
        said(&back.changes[0]),
        "claude-sonnet-4-6 of Ada: no longer protected, 18 % left (floor 10 %)"
    );
    let week = judged(&settings(&on()), None, &shown(Some(80.0), Some(4.0), minutes(0)), minutes(0));
    assert_eq!(
        said(&week.changes[0]),
        "claude-sonnet-4-6 of Ada: used last, week at 4 % is below the 5 % weekly floor; back at 9 Sep 12:00"
    );
    let band =
        judged(&settings(&on()), Some(&below.pairs), &shown(Some(12.0), Some(80.0), minutes(1)), minutes(1));
    let standing = standing(Some(&band.pairs), CLAUDE);
    assert_eq!(
        StandingSentence { standing: &standing, model: CLAUDE, name: "Ada", here }.to_string(),
        "claude-sonnet-4-6 of Ada: protected, 12 % is above the 10 % floor again, not by enough yet; back at 17:01"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn it_never_turns_inside_the_band_nor_on_the_unknown(
        floor in 1u32..=99, hysteresis in 0u32..=50,
        percents in proptest::collection::vec(proptest::option::of(0u32..=1_000), 1..40),
    ) {
        let settings = settings(&[
            on()[0],
            ("quota_protection_threshold", &floor.to_string()),
            ("quota_protection_hysteresis", &hysteresis.to_string()),
        ]);
        let mut pairs: Option<Pairs> = None;
        let mut protected = false;
        // Within one window: no reset comes in between.
        for (at, percent) in percents.into_iter().enumerate() {
            let percent = percent.map(|tenths| f64::from(tenths) / 10.0);
            let age = minutes(i64::try_from(at).unwrap());
            let judged = judged(&settings, pairs.as_ref(), &shown(percent, Some(80.0), age), age);
            let now_protected = is_protected(&judged, CLAUDE);
            match percent {
                None => prop_assert_eq!(now_protected, protected, "turned on the unknown"),
                Some(p) if p < f64::from(floor) - 1e-6 => prop_assert!(now_protected),
                Some(p) if p >= f64::from((floor + hysteresis).min(100)) => prop_assert!(!now_protected),
                Some(_) => prop_assert_eq!(now_protected, protected, "turned inside the band"),
            }
            let turned = judged.changes.iter().any(|c| c.model == CLAUDE && c.which == Which::Short);
            prop_assert_eq!(turned, now_protected != protected, "told exactly when it turns");
            protected = now_protected;
            pairs = Some(judged.pairs);
        }
    }

    /// Holds F55, G14.
    #[test]
    fn the_unknown_never_protects_a_new_pair(floor in 1u32..=99, week in proptest::option::of(0.0f64..100.0)) {
        let settings = settings(&[on()[0], ("quota_protection_threshold", &floor.to_string())]);
        let judged = judged(&settings, None, &shown(None, week, minutes(0)), minutes(0));
        prop_assert!(!is_protected(&judged, CLAUDE));
    }

    #[test]
    fn the_same_inputs_give_the_same_judgement(short in proptest::option::of(0.0f64..100.0), week in proptest::option::of(0.0f64..100.0)) {
        let quota = shown(short, week, minutes(0));
        prop_assert_eq!(judged(&settings(&on()), None, &quota, minutes(0)), judged(&settings(&on()), None, &quota, minutes(0)));
    }

    #[test]
    fn a_soft_floor_uses_one_that_nobody_is_fuller_than(percents in proptest::collection::vec(0.0f64..10.0, 1..20)) {
        let all: Vec<_> = percents.iter().map(|p| Below { floor: 10, remaining: left(*p), back_at: None, since: noon() }).collect();
        let Some(LastResort::Use { who, below }) = last_resort(Floor::Soft, all.iter().copied().enumerate()) else {
            panic!("one of them is used");
        };
        prop_assert_eq!(below, all[who]);
        prop_assert!(all.iter().all(|b| b.remaining <= below.remaining));
    }
}

fn on() -> [(&'static str, &'static str); 1] {
    [("quota_protection_enabled", "true")]
}

fn ada() -> CredentialId {
    CredentialId::new("ada")
}

/// Claude and Flash with these shares in the short window and the week, read so long after noon.
fn shown(short: Option<f64>, week: Option<f64>, after: jiff::SignedDuration) -> Quota {
    quota(&[CLAUDE, FLASH], short, week, noon() + after)
}

fn calm() -> Outlook<'static> {
    Outlook { burn: &[], next_reading: noon() + minutes(15) }
}

fn judged(
    settings: &Settings,
    previous: Option<&Pairs>,
    quota: &Quota,
    after: jiff::SignedDuration,
) -> Judgement {
    let rules = Rules { settings, floors: &Exceptions::default() };
    judge(previous, &ada(), quota, &rules, &calm(), noon() + after)
}

/// The first judgement of Ada, with so much left in the short windows at noon.
fn first(settings: &Settings, percent: f64) -> Judgement {
    judged(settings, None, &shown(Some(percent), Some(80.0), minutes(0)), minutes(0))
}

fn standing(pairs: Option<&Pairs>, model: &str) -> Standing {
    let mut protection = Protection::default();
    protection.put(&ada(), pairs.cloned().unwrap_or_default());
    protection.standing(&ada(), model)
}

fn is_protected(judged: &Judgement, model: &str) -> bool {
    matches!(standing(Some(&judged.pairs), model), Standing::Protected(_))
}
