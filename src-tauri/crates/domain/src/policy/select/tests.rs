//! Who serves, by table, and what never happens, by chance.

use super::*;
use crate::catalogue::Group;
use crate::credential::{Credential, CredentialId, Invalid, Provider, State};
use crate::fault::Class;
use crate::policy::cooldown::{Claim, Cooldowns, Part, Probe, Proof, Reason, Resting, Scope};
use crate::policy::pair::Pair;
use crate::policy::protection::{Below, Held, Protection, Standing};
use crate::policy::testing::{credential, hours, left, minutes, noon, quota, settings};
use crate::policy::words::{Here, Language};
use crate::quota::{Idleness, Quota};
use crate::settings::Settings;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

const MODEL: &str = "claude-sonnet-4-6";

/// Credentials with their quota, and everything around them.
struct World {
    members: Vec<(Credential, Option<Quota>)>,
    cooldowns: Cooldowns,
    protection: Protection,
    settings: Settings,
    personal_logins: bool,
}

impl World {
    fn new(changes: &[(&str, &str)]) -> Self {
        Self {
            members: Vec::new(),
            cooldowns: Cooldowns::default(),
            protection: Protection::default(),
            settings: settings(changes),
            personal_logins: true,
        }
    }

    /// With a login whose short and weekly windows have so much left.
    fn with(mut self, name: &str, short: Option<f64>, week: Option<f64>) -> Self {
        self.members.push((credential(name), Some(quota(&[MODEL], short, week, noon()))));
        self
    }

    fn change(mut self, name: &str, change: impl FnOnce(&mut Credential, &mut Quota)) -> Self {
        let (credential, quota) = self.members.iter_mut().find(|(c, _)| c.id.as_str() == name).unwrap();
        change(credential, quota.as_mut().unwrap());
        self
    }

    /// With the short window's end moved by so many hours from five.
    fn ends(self, name: &str, in_hours: i64) -> Self {
        self.change(name, |_, quota| {
            for window in
                quota.groups.iter_mut().flat_map(|g| &mut g.windows).filter(|w| w.kind.as_str() == "5h")
            {
                window.reset_at = Some(noon() + hours(in_hours));
                window.idleness = Idleness::Started;
            }
        })
    }

    fn protect(mut self, name: &str, held: Held) -> Self {
        self.protection.put(&CredentialId::new(name), [(MODEL.to_owned(), held)].into());
        self
    }

    fn rests(mut self, name: &str, part: Part, until: Timestamp, probe: Probe) -> Self {
        self.cooldowns.add(claim(name, part, until, probe));
        self
    }

    fn lineup(&self) -> Lineup {
        self.lineup_at(noon())
    }

    fn lineup_at(&self, now: Timestamp) -> Lineup {
        let members: Vec<_> = self
            .members
            .iter()
            .map(|(credential, quota)| Member { credential, quota: quota.as_ref() })
            .collect();
        let inputs = Inputs {
            credentials: &members,
            cooldowns: &self.cooldowns,
            protection: &self.protection,
            settings: &self.settings,
            personal_logins: self.personal_logins,
        };
        Lineup::draw(&inputs, MODEL, now)
    }

    /// Everybody in the order they would be tried.
    #[track_caller]
    fn check(&self, order: &str) {
        assert_eq!(in_order(&self.lineup(), 0), order);
    }
}

#[test]
fn started_windows_come_first_and_of_them_the_soonest_reset() {
    let world = World::new(&[])
        .with("idle", Some(100.0), Some(50.0))
        .with("late", Some(60.0), Some(50.0))
        .with("soon", Some(90.0), Some(50.0))
        .with("full", Some(100.0), Some(50.0))
        .ends("late", 4)
        .ends("soon", 1)
        // Full, and started all the same.
        .ends("full", 2);
    world.check("soon full late idle");
}

#[test]
fn each_strategy_has_its_order() {
    for (routing, order) in [("soonest-reset", "b c a"), ("most-remaining", "c a b"), ("fill-first", "a b c")]
    {
        let world = World::new(&[("proxy_routing", routing)])
            .with("a", Some(50.0), Some(80.0))
            .with("b", Some(20.0), Some(80.0))
            .with("c", Some(70.0), Some(80.0))
            .ends("a", 3)
            .ends("b", 1)
            .ends("c", 2);
        world.check(order);
    }
}

#[test]
fn turns_go_round_and_pass_on_from_who_was_tried() {
    let world = World::new(&[("proxy_routing", "round-robin")])
        .with("a", Some(50.0), Some(80.0))
        .with("b", Some(20.0), Some(80.0))
        .with("c", Some(70.0), Some(80.0))
        .with("unknown", None, None);
    let lineup = world.lineup();
    let orders: Vec<_> = (0..4).map(|turn| in_order(&lineup, turn)).collect();
    assert_eq!(orders, ["a b c unknown", "b c a unknown", "c a b unknown", "a b c unknown"]);
}

#[test]
fn a_pinned_credential_is_the_only_candidate() {
    let world = World::new(&[("proxy_routing", "pinned"), ("proxy_pinned", "b")])
        .with("a", Some(50.0), Some(80.0))
        .with("b", Some(20.0), Some(80.0));
    world.check("b");
    assert_eq!(world.lineup().choose(&Ask::default()).unwrap().why, Why::Pinned);
    let gone =
        World::new(&[("proxy_routing", "pinned"), ("proxy_pinned", "x")]).with("a", Some(50.0), Some(80.0));
    assert!(matches!(gone.lineup().nobody(noon()), NoCandidate::NoneActive { .. }));
}

#[test]
fn kinds_come_in_the_users_order_before_everything_else() {
    let world = |order| {
        World::new(&[("provider_order", order)])
            .with("key", None, None)
            .with("cli", Some(90.0), Some(90.0))
            .with("ag", Some(20.0), Some(90.0))
            .change("key", |c, _| c.provider = Provider::ApiKey)
            .change("cli", |c, _| c.provider = Provider::GeminiCli)
    };
    world("antigravity,gemini-cli,api-key").check("ag cli key");
    world("api-key,gemini-cli").check("key cli ag");
}

#[test]
fn unknown_comes_after_known_and_a_low_week_last() {
    World::new(&[])
        .with("low", Some(90.0), Some(3.0))
        .with("unknown", None, None)
        .with("known", Some(10.0), Some(90.0))
        .protect("low", Held { short: None, week: Some(below(3.0, 5, None)) })
        .check("known unknown low");
}

#[test]
fn a_low_week_of_a_kind_comes_before_the_next_kind() {
    World::new(&[])
        .with("low", Some(90.0), Some(3.0))
        .with("cli", Some(90.0), Some(90.0))
        .change("cli", |c, _| c.provider = Provider::GeminiCli)
        .protect("low", Held { short: None, week: Some(below(3.0, 5, None)) })
        .check("low cli");
}

#[test]
fn a_probe_is_the_last_of_all() {
    let until = noon() + hours(2);
    let world = World::new(&[])
        .with("probe", Some(90.0), Some(90.0))
        .with("low", Some(90.0), Some(3.0))
        .with("key", None, None)
        .change("key", |c, _| c.provider = Provider::ApiKey)
        .protect("low", Held { short: None, week: Some(below(3.0, 5, None)) })
        .rests("probe", Part::Group(Group::ThirdParty), until, Probe::Open);
    world.check("low key probe");
    let sticky = CredentialId::new("probe");
    let ask = Ask { sticky: Some(&sticky), ..Ask::default() };
    assert_eq!(
        world.lineup().choose(&ask).unwrap().place.id.as_str(),
        "low",
        "a probe serves no conversation"
    );
}

#[test]
fn what_rests_is_empty_or_protected_is_no_candidate() {
    let until = noon() + hours(1);
    World::new(&[])
        .with("whole", Some(90.0), Some(90.0))
        .with("group", Some(90.0), Some(90.0))
        .with("model", Some(90.0), Some(90.0))
        .with("sent", Some(90.0), Some(90.0))
        .with("other", Some(90.0), Some(90.0))
        .with("passed", Some(90.0), Some(90.0))
        .with("empty", Some(90.0), Some(0.0))
        .with("floor", Some(4.0), Some(90.0))
        .rests("whole", Part::Whole, until, Probe::Shut)
        .rests("group", Part::Group(Group::ThirdParty), until, Probe::Shut)
        .rests("model", Part::Model(MODEL.to_owned()), until, Probe::Shut)
        .rests("sent", Part::Whole, until, Probe::Sent)
        .rests("other", Part::Group(Group::Gemini), until, Probe::Shut)
        .rests("passed", Part::Whole, noon(), Probe::Shut)
        .protect("floor", Held { short: Some(below(4.0, 10, None)), week: None })
        .check("other passed");
}

#[test]
fn a_conversation_stays_until_its_credential_is_out() {
    let world =
        World::new(&[]).with("a", Some(50.0), Some(80.0)).with("b", Some(20.0), Some(80.0)).ends("a", 1);
    let b = CredentialId::new("b");
    let ask = Ask { sticky: Some(&b), ..Ask::default() };
    let lineup = world.lineup();
    let choice = lineup.choose(&ask).unwrap();
    assert_eq!((choice.place.id.as_str(), choice.why), ("b", Why::Sticky));
    let tried = [b.clone()];
    assert_eq!(lineup.choose(&Ask { tried: &tried, ..ask }).unwrap().place.id.as_str(), "a");
    let world = world.rests("b", Part::Whole, noon() + hours(1), Probe::Shut);
    assert_eq!(world.lineup().choose(&ask).unwrap().place.id.as_str(), "a");
}

#[test]
fn a_hard_floor_refuses_and_a_soft_one_takes_the_least_depleted() {
    let world = |floor| {
        World::new(&[("quota_protection_floor", floor)])
            .with("low", Some(2.0), Some(90.0))
            .with("less", Some(4.0), Some(90.0))
            .protect("low", Held { short: Some(below(2.0, 10, Some(2))), week: None })
            .protect("less", Held { short: Some(below(4.0, 10, Some(3))), week: None })
    };
    let hard = world("hard").lineup();
    assert_eq!(hard.choose(&Ask::default()), None);
    let nobody = hard.nobody(noon());
    assert!(
        matches!(&nobody, NoCandidate::NoneUsable { cause: Cause::Floor, back_at: Some(at), left } if *at == noon() + hours(2) && left.len() == 2),
        "{nobody:?}"
    );
    let soft = world("soft").lineup();
    let choice = soft.choose(&Ask::default()).unwrap();
    assert_eq!(choice.place.id.as_str(), "less");
    assert!(matches!(choice.why, Why::SoftFloor(_)));
    let tried = [CredentialId::new("less")];
    let next = soft.choose(&Ask { tried: &tried, ..Ask::default() }).unwrap();
    assert_eq!(next.place.id.as_str(), "low");
}

#[test]
fn nobody_says_why_and_when_the_first_is_back() {
    let unknown = World::new(&[]).lineup().nobody(noon());
    assert_eq!((unknown.status(), unknown.left().len()), (404, 0));

    let inactive = World::new(&[])
        .with("off", Some(90.0), Some(90.0))
        .with("bad", Some(90.0), Some(90.0))
        .change("off", |c, _| c.state = State::Disabled)
        .change("bad", |c, _| c.state = State::Invalid { why: Invalid::RefreshRefused, since: noon() });
    let nobody = inactive.lineup().nobody(noon());
    assert_eq!((nobody.status(), nobody.left().len()), (503, 2));

    let no_consent = World { personal_logins: false, ..World::new(&[]).with("a", Some(90.0), Some(90.0)) };
    let nobody = no_consent.lineup().nobody(noon());
    assert_eq!(nobody.status(), 503);
    assert_eq!(nobody.left()[0].why, Out::NoConsent);

    let resting = World::new(&[])
        .with("off", Some(90.0), Some(90.0))
        .with("rate", Some(90.0), Some(90.0))
        .with("gone", Some(0.0), Some(90.0))
        .with("out", Some(50.0), Some(90.0))
        .change("off", |c, _| c.state = State::Disabled)
        .rests("rate", Part::Model(MODEL.to_owned()), noon() + minutes(9), Probe::Shut)
        .rests("out", Part::Group(Group::ThirdParty), noon() + hours(3), Probe::Shut);
    let nobody = resting.lineup().nobody(noon());
    let NoCandidate::NoneUsable { cause, back_at, left } = &nobody else { panic!("{nobody:?}") };
    assert_eq!((nobody.status(), *cause, *back_at), (429, Cause::QuotaEmpty, Some(noon() + minutes(9))));
    let zone = TimeZone::UTC;
    let here = Here { now: noon(), zone: &zone, language: Language::English };
    let said: Vec<_> =
        left.iter().map(|l| format!("{}: {}", l.name, OutSentence { why: &l.why, here })).collect();
    assert_eq!(
        said,
        [
            "off: Switched off by you",
            "rate: rests until 12:09 (quota empty)",
            "gone: quota empty, back at 17:00",
            "out: rests until 15:00 (quota empty)",
        ]
    );
}

#[test]
fn a_choice_says_why() {
    let zone = TimeZone::UTC;
    let here = Here { now: noon(), zone: &zone, language: Language::English };
    let said = |world: World| {
        let lineup = world.lineup();
        let choice = lineup.choose(&Ask::default()).unwrap();
        ChoiceSentence { choice: &choice, here }.to_string()
    };
    let two =
        |changes| World::new(changes).with("a", Some(58.0), Some(80.0)).with("b", Some(100.0), Some(80.0));
    assert_eq!(said(two(&[]).ends("a", 2)), "a: the soonest reset of 2; 58 % left until 14:00");
    assert_eq!(said(two(&[("proxy_routing", "most-remaining")])), "b: the most left of 2; 80 % left");
    assert_eq!(said(World::new(&[]).with("a", None, None)), "a: the only candidate; what is left is unknown");
    let soft = World::new(&[("quota_protection_floor", "soft")])
        .with("a", Some(4.0), Some(80.0))
        .protect("a", Held { short: Some(below(4.0, 10, None)), week: None });
    assert_eq!(said(soft), "a: all others are out; 4 % is below the 10 % soft floor; 4 % left until 17:00");
}

#[test]
fn a_lineup_holds_until_a_window_or_a_rest_ends() {
    let world =
        World::new(&[]).with("a", Some(50.0), Some(80.0)).with("b", Some(50.0), Some(80.0)).ends("b", 2);
    let lineup = world.lineup();
    assert_eq!(lineup.holds_until(), Some(noon() + hours(2)));
    assert!(lineup.holds_at(noon() + minutes(119)) && !lineup.holds_at(noon() + hours(2)));
    let world = world.rests("a", Part::Whole, noon() + minutes(1), Probe::Shut);
    assert_eq!(world.lineup().holds_until(), Some(noon() + minutes(1)));
    assert_eq!(world.lineup_at(noon() + minutes(1)).candidates(), 2);
}

/// Short and weekly share, state, rest, floor, provider, whether it offers the model.
type Dice = (Option<f64>, Option<f64>, u8, u8, u8, usize, bool);

prop_compose! {
    fn some_login()(
        short in proptest::option::of(0.0f64..=100.0),
        week in proptest::option::of(0.0f64..=100.0),
        state in 0u8..8,
        rests in 0u8..6,
        held in 0u8..4,
        provider in 0usize..3,
        offers in any::<bool>(),
    ) -> Dice {
        (short, week, state, rests, held, provider, offers || rests > 0)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn nobody_serves_who_may_not(
        logins in proptest::collection::vec(some_login(), 0..12),
        routing in 0usize..4,
        soft in any::<bool>(),
        consent in any::<bool>(),
        turn in 0usize..20,
    ) {
        let world = random(&logins, routing, soft, consent);
        let lineup = world.lineup();
        let mut tried: Vec<CredentialId> = Vec::new();
        while let Some(choice) = lineup.choose(&Ask { tried: &tried, sticky: None, turn }) {
            let place = choice.place;
            let (credential, quota) = world.members.iter().find(|(c, _)| c.id == place.id).unwrap();
            let pair = Pair { credential: &place.id, group: Some(&Group::ThirdParty), model: MODEL };
            prop_assert!(!tried.contains(&place.id), "twice");
            prop_assert!(credential.state.is_active());
            prop_assert!(consent || credential.provider == Provider::ApiKey);
            let quota = quota.as_ref().unwrap();
            let effective = quota.effective(&quota.models[0], noon());
            prop_assert!(effective.remaining.is_none_or(|left| !left.is_empty()));
            match world.cooldowns.standing(pair, noon()) {
                Resting::Yes(_) => prop_assert!(false, "it rests"),
                Resting::Probe(_) => prop_assert_eq!(choice.why, Why::Probe),
                Resting::No => {}
            }
            let below = matches!(world.protection.standing(&place.id, MODEL), Standing::Protected(_));
            prop_assert_eq!(below, matches!(choice.why, Why::SoftFloor(_)));
            prop_assert!(!below || soft);
            tried.push(place.id.clone());
        }
        // Whoever offers the model has served or has a reason.
        let offering = world.members.iter().filter(|(_, q)| q.as_ref().is_some_and(|q| !q.models.is_empty())).count();
        let nobody = lineup.nobody(noon());
        if tried.is_empty() {
            prop_assert_eq!(nobody.left().len() + usize::from(soft) * lineup.protected.len(), offering);
            prop_assert_eq!(nobody == NoCandidate::UnknownModel, offering == 0);
        }
    }

    #[test]
    fn the_best_place_comes_first_whatever_the_order_of_credentials(
        logins in proptest::collection::vec(some_login(), 1..10),
        shift in 0usize..10,
    ) {
        let mut world = random(&logins, 0, false, true);
        let best = |world: &World| {
            let lineup = world.lineup();
            lineup.choose(&Ask::default()).map(|c| (c.place.provider, c.place.reset_at, c.place.probes))
        };
        let before = best(&world);
        let length = world.members.len();
        world.members.rotate_left(shift % length);
        prop_assert_eq!(best(&world), before);
    }
}

fn random(logins: &[Dice], routing: usize, soft: bool, consent: bool) -> World {
    let routing = ["soonest-reset", "most-remaining", "round-robin", "fill-first"][routing];
    let floor = if soft { "soft" } else { "hard" };
    let mut world = World::new(&[("proxy_routing", routing), ("quota_protection_floor", floor)]);
    world.personal_logins = consent;
    for (n, (short, week, state, rests, held, provider, offers)) in logins.iter().enumerate() {
        let name = format!("c{n}");
        world = world.with(&name, *short, *week).change(&name, |c, q| {
            c.provider = Provider::ALL[*provider];
            if *state == 0 {
                c.state = State::Disabled;
            }
            if !offers {
                q.models.clear();
            }
        });
        let (until, group) = (noon() + hours(1), Part::Group(Group::ThirdParty));
        world = match rests {
            0 => world.rests(&name, Part::Whole, until, Probe::Shut),
            1 => world.rests(&name, group, until, Probe::Open),
            2 => world.rests(&name, group, until, Probe::Sent),
            3 => world.rests(&name, Part::Group(Group::Gemini), until, Probe::Shut),
            _ => world,
        };
        world = match held {
            0 => world.protect(&name, Held { short: Some(below(4.0, 10, None)), week: None }),
            1 => world.protect(&name, Held { short: None, week: Some(below(4.0, 5, None)) }),
            _ => world,
        };
    }
    world
}

/// Everybody in the order they would be tried.
fn in_order(lineup: &Lineup, turn: usize) -> String {
    let mut tried: Vec<CredentialId> = Vec::new();
    while let Some(choice) = lineup.choose(&Ask { tried: &tried, sticky: None, turn }) {
        tried.push(choice.place.id.clone());
    }
    tried.iter().map(CredentialId::as_str).collect::<Vec<_>>().join(" ")
}

fn below(percent: f64, floor: u32, back_in_hours: Option<i64>) -> Below {
    Below {
        floor,
        remaining: left(percent),
        back_at: back_in_hours.map(|h| noon() + hours(h)),
        since: noon(),
    }
}

fn claim(name: &str, part: Part, until: Timestamp, probe: Probe) -> Claim {
    Claim {
        scope: Scope { credential: CredentialId::new(name), part },
        reason: Reason::QuotaEmpty,
        proof: Proof { class: Class::QuotaExhausted, status: 429, message: String::new(), times: 1 },
        since: noon() - minutes(5),
        until,
        seen_at: noon() - minutes(5),
        probe,
    }
}
