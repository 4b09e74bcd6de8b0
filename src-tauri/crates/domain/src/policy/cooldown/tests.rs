use super::*;
use crate::catalogue::Group;
use crate::credential::Provider;
use crate::fault::{self, Fault};
use crate::policy::testing::{hours, left, minutes, noon, quota};
use crate::policy::words::Here;
use crate::quota::Quota;
use jiff::tz::TimeZone;
use proptest::prelude::*;

const CLAUDE: &str = "claude-sonnet-4-6";
const OPUS: &str = "claude-opus-4-6";
const FLASH: &str = "gemini-3-flash";

/// Holds F1.
#[test]
fn a_claim_has_the_scope_and_the_deadline_of_the_decision() {
    use Class::{
        BadRequest, Capacity, ModelNotFound, QuotaExhausted, RateLimit, Unauthenticated, Unstructured,
    };
    let (group, model) = (Part::Group(Group::ThirdParty), Part::Model(CLAUDE.to_owned()));
    let grace = fault::GRACE;
    for (class, delay, attempt, expected) in [
        (QuotaExhausted, Some(hours(2)), 0, Some((group.clone(), Reason::QuotaEmpty, hours(2) + grace))),
        (QuotaExhausted, None, 0, Some((group.clone(), Reason::QuotaEmpty, hours(1)))),
        (RateLimit, Some(minutes(1)), 0, Some((model.clone(), Reason::Rate, minutes(1) + grace))),
        (RateLimit, Some(hours(1)), 0, Some((group, Reason::QuotaEmpty, hours(1) + grace))),
        (RateLimit, None, 0, Some((model.clone(), Reason::Rate, minutes(1)))),
        (Unstructured, None, 2, Some((model.clone(), Reason::Rate, minutes(2)))),
        (ModelNotFound, None, 0, Some((model, Reason::NotOffered, hours(1)))),
        (Unauthenticated, None, 1, Some((Part::Whole, Reason::Unauthenticated, minutes(10)))),
        (Capacity, None, 0, None),
        (BadRequest, None, 0, None),
        // What waits for the user is the credential's state.
        (Class::ValidationRequired, None, 0, None),
        (Class::Forbidden, None, 0, None),
    ] {
        let fault = Fault { delay, ..Fault::new(class, 429, "no") };
        let decision = fault::decide_among_others(&fault, Provider::Antigravity, attempt, noon());
        let claim = Claim::of(&fault, &decision, claude(&ada()), attempt, noon());
        let found = claim.map(|c| (c.scope.part, c.reason, noon().duration_until(c.until)));
        assert_eq!(found, expected, "{}", class.key());
    }
}

#[test]
fn only_the_scope_rests() {
    let (ada, bob) = (ada(), CredentialId::new("bob"));
    for (part, resting) in [
        (Part::Whole, [true, true, true]),
        (Part::Group(Group::ThirdParty), [true, true, false]),
        (Part::Model(CLAUDE.into()), [true, false, false]),
    ] {
        let mut all = Cooldowns::default();
        all.add(claim(part.clone(), Reason::Rate, noon(), minutes(5)));
        let rests = |id, model| all.resting(pair(id, model), noon()).is_some();
        assert_eq!([CLAUDE, OPUS, FLASH].map(|model| rests(&ada, model)), resting, "{part:?}");
        assert!(!rests(&bob, CLAUDE));
    }
}

#[test]
fn a_claim_ends_at_its_time() {
    let mut all = Cooldowns::default();
    all.add(claim(Part::Whole, Reason::Rate, noon(), minutes(5)));
    let until = noon() + minutes(5);
    let rests = |at| all.resting(claude(&ada()), at).is_some();
    assert_eq!([rests(until - SignedDuration::from_nanos(1)), rests(until)], [true, false]);
    assert_eq!(all.expire(until).len(), 1);
    assert_eq!(all, Cooldowns::default());
}

/// Holds F3.
#[test]
fn a_later_deadline_replaces_an_earlier_one_and_never_the_other_way() {
    let mut all = Cooldowns::default();
    let part = || Part::Group(Group::ThirdParty);
    assert_eq!(all.add(claim(part(), Reason::Rate, noon(), minutes(1))), Added::New);
    let grown = all.add(claim(part(), Reason::QuotaEmpty, noon() + SignedDuration::from_secs(1), hours(2)));
    assert_eq!(grown, Added::Grew { from: noon() + minutes(1) });
    assert_eq!(all.add(claim(part(), Reason::Rate, noon() + minutes(2), minutes(1))), Added::Stood);
    let standing = all.resting(claude(&ada()), noon()).unwrap();
    assert_eq!((standing.reason, standing.since), (Reason::QuotaEmpty, noon()));
    assert_eq!(standing.until, noon() + SignedDuration::from_secs(1) + hours(2));
    // What is over is no earlier deadline.
    assert_eq!(all.add(claim(part(), Reason::Rate, noon() + hours(3), minutes(1))), Added::New);
}

#[test]
fn the_claim_that_lasts_longest_speaks() {
    let mut all = Cooldowns::default();
    all.add(claim(Part::Model(CLAUDE.into()), Reason::Rate, noon(), minutes(1)));
    all.add(claim(Part::Group(Group::ThirdParty), Reason::QuotaEmpty, noon(), hours(1)));
    all.add(claim(Part::Whole, Reason::Unauthenticated, noon(), minutes(10)));
    assert_eq!(all.resting(claude(&ada()), noon()).unwrap().reason, Reason::QuotaEmpty);
}

#[test]
fn a_reading_that_shows_quota_opens_a_probe_and_lifts_nothing() {
    let (mut all, ada) = (empty_claude(), ada());
    // A reading from before the refusal says nothing.
    assert_eq!(all.read(&ada, &claude_left(Some(50.0), noon() - minutes(1)), noon()), []);
    assert_eq!(all.read(&ada, &claude_left(None, noon() + minutes(1)), noon() + minutes(1)), []);
    assert!(matches!(all.standing(claude(&ada), noon()), Resting::Yes(_)));
    let fresh = noon() + minutes(1);
    let found = all.read(&ada, &claude_left(Some(50.0), fresh), fresh);
    assert!(matches!(found.as_slice(), [Finding::ProbeOpened(_)]));
    assert_eq!(all.read(&ada, &claude_left(Some(50.0), fresh), fresh), [], "told once");
    assert!(matches!(all.standing(claude(&ada), fresh), Resting::Probe(_)));
    // Automatic traffic does not probe.
    assert!(all.resting(claude(&ada), fresh).is_some());
}

#[test]
fn a_probe_is_sent_once_and_its_answer_ends_the_claim() {
    let (mut all, ada, fresh) = (empty_claude(), ada(), noon() + minutes(1));
    assert!(!all.probe_sent(claude(&ada), fresh));
    all.read(&ada, &claude_left(Some(50.0), fresh), fresh);
    assert_eq!([(); 2].map(|()| all.probe_sent(claude(&ada), fresh)), [true, false]);
    assert!(matches!(all.standing(pair(&ada, OPUS), fresh), Resting::Yes(_)), "the group has one probe");
    all.probe_undecided(claude(&ada));
    assert!(all.probe_sent(claude(&ada), fresh));
    assert_eq!(all.answered(claude(&ada)).len(), 1);
    assert_eq!(all.standing(claude(&ada), fresh), Resting::No);
}

#[test]
fn a_429_to_a_probe_restores_the_rest() {
    let (mut all, ada, fresh) = (empty_claude(), ada(), noon() + minutes(1));
    all.read(&ada, &claude_left(Some(50.0), fresh), fresh);
    assert!(all.probe_sent(claude(&ada), fresh));
    let refused = fresh + minutes(1);
    assert_eq!(
        all.add(claim(Part::Group(Group::ThirdParty), Reason::QuotaEmpty, refused, minutes(30))),
        Added::Stood
    );
    assert!(matches!(all.standing(claude(&ada), refused), Resting::Yes(_)));
    assert_eq!(all.answered(claude(&ada)), [], "an answer that was under way does not end it");
    // The reading that opened the probe is older than the refusal now.
    assert_eq!(all.read(&ada, &claude_left(Some(50.0), fresh), refused), []);
    assert_eq!(all.read(&ada, &claude_left(Some(50.0), refused + minutes(1)), refused + minutes(1)).len(), 1);
}

#[test]
fn a_reading_that_shows_an_empty_window_shuts_the_probe_and_may_lengthen_the_rest() {
    let (mut all, ada, fresh) = (empty_claude(), ada(), noon() + minutes(1));
    all.read(&ada, &claude_left(Some(50.0), fresh), fresh);
    let later = fresh + minutes(1);
    let week_empty = quota(&[CLAUDE], Some(100.0), Some(0.0), later);
    assert_eq!(all.read(&ada, &week_empty, later), []);
    let standing = all.resting(claude(&ada), later).unwrap();
    assert_eq!((standing.probe, standing.until), (Probe::Shut, later + hours(7 * 24) + fault::GRACE));
}

#[test]
fn a_reading_after_a_bare_429_gives_the_verdict() {
    let fresh = noon() + SignedDuration::from_secs(5);
    for (share, reason, until) in [
        (Some(40.0), Reason::Refused, noon() + SignedDuration::from_secs(30)),
        (Some(0.0), Reason::QuotaEmpty, fresh + hours(5) + fault::GRACE),
        (None, Reason::Rate, noon() + SignedDuration::from_secs(30)),
    ] {
        let (mut all, ada) = (Cooldowns::default(), ada());
        all.add(bare(noon(), 1));
        let findings = all.read(&ada, &claude_left(share, fresh), fresh).len();
        let standing = all.resting(claude(&ada), fresh).unwrap();
        assert_eq!((standing.reason, standing.until), (reason, until), "{share:?} left");
        assert_eq!(findings, usize::from(share.is_some()));
    }
}

#[test]
fn a_reading_says_nothing_about_a_token_or_another_credential() {
    let (mut all, fresh) = (Cooldowns::default(), noon() + minutes(1));
    all.add(claim(Part::Whole, Reason::Unauthenticated, noon(), minutes(10)));
    assert_eq!(all.read(&ada(), &claude_left(Some(50.0), fresh), fresh), []);
    let mut all = empty_claude();
    assert_eq!(all.read(&CredentialId::new("bob"), &claude_left(Some(50.0), fresh), fresh), []);
}

#[test]
fn a_model_without_windows_is_probed_by_its_own_number() {
    let fresh = noon() + minutes(1);
    let mut shown = Quota { groups: Vec::new(), ..quota(&[CLAUDE], None, None, fresh) };
    shown.models[0].own = Some(left(30.0));
    shown.models[0].observed_at = fresh;
    let mut all = Cooldowns::default();
    all.add(claim(Part::Model(CLAUDE.into()), Reason::QuotaEmpty, noon(), hours(1)));
    assert_eq!(all.read(&ada(), &shown, fresh).len(), 1);
}

#[test]
fn the_user_and_a_sign_in_end_claims() {
    let (mut all, ada) = (empty_claude(), ada());
    all.add(claim(Part::Whole, Reason::Unauthenticated, noon(), minutes(10)));
    assert_eq!(all.signed_in(&ada).len(), 1);
    let scope = Scope { credential: ada.clone(), part: Part::Group(Group::ThirdParty) };
    assert_eq!(all.clear(&scope).map(|c| c.reason), Some(Reason::QuotaEmpty));
    assert_eq!(all.clear(&scope), None);
    let mut all = empty_claude();
    assert_eq!((all.clear_credential(&ada).len(), all.iter().count()), (1, 0));
}

#[test]
fn bare_429s_in_a_row_outlive_their_claims_until_an_answer() {
    let (mut all, ada) = (Cooldowns::default(), ada());
    for times in 1..=3 {
        all.add(bare(noon() + hours(i64::from(times)), times));
        all.expire(noon() + hours(i64::from(times)) + minutes(30));
    }
    assert_eq!((all.strikes(&ada, CLAUDE), all.strikes(&ada, OPUS)), (3, 0));
    all.answered(claude(&ada));
    assert_eq!(all.strikes(&ada, CLAUDE), 0);
}

/// Holds F3.
#[test]
fn claims_survive_a_restart() {
    let (mut all, fresh) = (empty_claude(), noon() + minutes(1));
    all.add(bare(noon(), 4));
    all.read(&ada(), &claude_left(Some(50.0), fresh), fresh);
    let stored: Cooldowns = all.iter().cloned().collect();
    assert_eq!(stored.strikes(&ada(), CLAUDE), 4);
    let deadlines = |c: &Cooldowns| c.iter().map(|c| (c.scope.clone(), c.until)).collect::<Vec<_>>();
    assert_eq!(deadlines(&stored), deadlines(&all));
    assert!(stored.iter().all(|c| c.probe == Probe::Shut));
}

/// Holds F50.
#[test]
fn a_clock_that_was_set_back_lengthens_no_rest() {
    let mut all = Cooldowns::default();
    all.add(claim(Part::Whole, Reason::Rate, noon() + hours(24), minutes(5)));
    assert_eq!(all.clamp(noon()).len(), 1);
    let standing = all.iter().next().unwrap();
    assert_eq!((standing.since, standing.until, standing.seen_at), (noon(), noon() + minutes(5), noon()));
    assert_eq!(all.clamp(noon()), []);
}

#[test]
fn a_claim_says_what_why_until_when_and_what_ends_it() {
    let zone = TimeZone::UTC;
    let said =
        |claim: &Claim| Sentence { claim, name: "Ada", here: Here { now: noon(), zone: &zone } }.to_string();
    let mut empty = claim(Part::Group(Group::ThirdParty), Reason::QuotaEmpty, noon(), minutes(125));
    empty.proof.message = "Quota exhausted.".into();
    assert_eq!(
        said(&empty),
        "Claude and GPT of Ada rests until 14:05: quota empty (the service answered 429: Quota exhausted.); \
         ends at its reset or when you clear it or with a request that is answered after all"
    );
    let rate = claim(Part::Model(CLAUDE.into()), Reason::Rate, noon(), minutes(1));
    assert_eq!(
        said(&rate),
        "claude-sonnet-4-6 of Ada rests until 12:01: rate (the service answered 429); ends by time or when you clear it"
    );
}

#[test]
fn every_reason_comes_back_from_its_key() {
    for reason in Reason::ALL {
        assert_eq!(Reason::from_key(reason.key()), Some(reason));
        assert!(!reason.ends_by().is_empty());
    }
    assert_eq!(Reason::from_key("tired"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_deadline_only_grows_while_evidence_stands(
        adds in proptest::collection::vec((0i64..600, 1i64..7_200, 0u8..3, 0u8..2), 1..40),
    ) {
        let (mut all, mut now) = (Cooldowns::default(), noon());
        for (after, lasts, part, reading) in adds {
            now += SignedDuration::from_secs(after);
            let part = [Part::Whole, Part::Group(Group::ThirdParty), Part::Model(CLAUDE.into())][usize::from(part)].clone();
            let before: Vec<_> = all.iter().map(|c| (c.scope.clone(), c.until)).collect();
            let added = claim(part, Reason::QuotaEmpty, now, SignedDuration::from_secs(lasts));
            let (scope, until) = (added.scope.clone(), added.until);
            all.add(added);
            if reading == 1 {
                all.read(&ada(), &claude_left(Some(50.0), now + minutes(1)), now);
            }
            let of = |scope: &Scope| all.iter().find(|c| &c.scope == scope).map(|c| c.until);
            prop_assert!(of(&scope) >= Some(until));
            for (scope, until) in before {
                prop_assert!(of(&scope) >= Some(until) || until <= now, "{:?} shrank", scope);
            }
        }
    }

    #[test]
    fn a_pair_rests_exactly_while_a_claim_touches_it(
        claims in proptest::collection::vec((0u8..4, 0u8..3, 1i64..7_200), 0..30),
        asked in (0u8..4, 0u8..3, 0i64..7_200),
    ) {
        let id = |n: u8| CredentialId::new(format!("credential-{n}"));
        let models = [CLAUDE, OPUS, FLASH];
        let all: Cooldowns = claims.iter().map(|(who, part, lasts)| {
            let part = match part {
                0 => Part::Whole,
                1 => Part::Group(Group::ThirdParty),
                _ => Part::Model(OPUS.into()),
            };
            let mut claim = claim(part, Reason::Rate, noon(), SignedDuration::from_secs(*lasts));
            claim.scope.credential = id(*who);
            claim
        }).collect();
        let (who, model, after) = asked;
        let (who, model, now) = (id(who), models[usize::from(model)], noon() + SignedDuration::from_secs(after));
        let touched = |part: u8| part == 0 || (part == 1 && model != FLASH) || (part == 2 && model == OPUS);
        let longest = claims.iter()
            .filter(|(w, part, lasts)| id(*w) == who && touched(*part) && *lasts > after)
            .map(|(_, _, lasts)| noon() + SignedDuration::from_secs(*lasts))
            .max();
        prop_assert_eq!(all.resting(pair(&who, model), now).map(|c| c.until), longest);
    }
}

fn ada() -> CredentialId {
    CredentialId::new("ada")
}

fn claude(credential: &CredentialId) -> Pair<'_> {
    pair(credential, CLAUDE)
}

fn pair<'a>(credential: &'a CredentialId, model: &'a str) -> Pair<'a> {
    let group = if model == FLASH { &Group::Gemini } else { &Group::ThirdParty };
    Pair { credential, group: Some(group), model }
}

fn claim(part: Part, reason: Reason, now: Timestamp, lasts: SignedDuration) -> Claim {
    Claim {
        scope: Scope { credential: ada(), part },
        reason,
        proof: Proof { class: Class::QuotaExhausted, status: 429, message: String::new(), times: 1 },
        since: now,
        until: now + lasts,
        seen_at: now,
        probe: Probe::Shut,
    }
}

/// A bare 429 for Claude of Ada that rests for half a minute.
fn bare(now: Timestamp, times: u32) -> Claim {
    let mut claim = claim(Part::Model(CLAUDE.into()), Reason::Rate, now, SignedDuration::from_secs(30));
    claim.proof = Proof { class: Class::Unstructured, times, ..claim.proof };
    claim
}

/// Claude's group of Ada is empty for an hour from noon.
fn empty_claude() -> Cooldowns {
    let mut all = Cooldowns::default();
    all.add(claim(Part::Group(Group::ThirdParty), Reason::QuotaEmpty, noon(), hours(1)));
    all
}

fn claude_left(percent: Option<f64>, at: Timestamp) -> Quota {
    quota(&[CLAUDE, OPUS], percent, Some(80.0), at)
}
