//! The table row by row, where the vectors of `wire` do not reach: later attempts, other providers, other candidates.

use super::*;
use proptest::prelude::*;

#[test]
fn a_401_refreshes_once_and_then_rests_the_credential() {
    let first = alone(&fault(Class::Unauthenticated), Provider::Antigravity, 0);
    assert_eq!(first.same.map(|s| s.first), Some(First::RefreshToken));
    assert_eq!((first.scope(), first.rotate, first.mark), (Scope::None, false, None));
    let second = alone(&fault(Class::Unauthenticated), Provider::Antigravity, 1);
    assert_eq!((second.same, second.rotate, second.mark), (None, true, Some(Mark::AuthFailed)));
    check_rest(&second, Scope::Credential, "2026-09-01T00:10:00Z");
}

#[test]
fn an_api_key_has_no_token_to_refresh() {
    let decision = alone(&fault(Class::Unauthenticated), Provider::ApiKey, 0);
    assert_eq!((decision.same, decision.rotate), (None, true));
}

#[test]
fn a_signature_is_repaired_once() {
    let first = alone(&fault(Class::BadSignature), Provider::Antigravity, 0);
    assert_eq!(first.same.map(|s| s.first), Some(First::RepairSignatures));
    assert_eq!(alone(&fault(Class::BadSignature), Provider::Antigravity, 1), Decision::surface(400));
}

/// Holds F10.
#[test]
fn an_unknown_model_tries_the_next_host_once_and_rests_an_hour() {
    let first = alone(&fault(Class::ModelNotFound), Provider::Antigravity, 0);
    assert!(first.next_host && first.rotate && first.same.is_none());
    check_rest(&first, Scope::Model, "2026-09-01T01:00:00Z");
    assert!(!alone(&fault(Class::ModelNotFound), Provider::Antigravity, 1).next_host);
}

#[test]
fn an_empty_quota_rests_what_shares_it() {
    let empty = delayed(Class::QuotaExhausted, 60_000);
    check_rest(&alone(&empty, Provider::Antigravity, 0), Scope::Group, "2026-09-01T00:01:01.5Z");
    check_rest(&alone(&empty, Provider::GeminiCli, 0), Scope::Model, "2026-09-01T00:01:01.5Z");
    check_rest(
        &alone(&fault(Class::QuotaExhausted), Provider::GeminiCli, 0),
        Scope::Model,
        "2026-09-01T01:00:00Z",
    );
}

#[test]
fn a_quota_per_day_comes_back_at_midnight_in_los_angeles() {
    for (now, midnight) in [
        ("2026-09-01T00:00:00Z", "2026-09-01T07:00:00Z"),
        ("2026-09-01T07:00:00Z", "2026-09-02T07:00:00Z"),
        ("2026-12-01T12:00:00Z", "2026-12-02T08:00:00Z"),
        // The night summer time ends: the day has 25 hours.
        ("2026-11-01T07:30:00Z", "2026-11-02T08:00:00Z"),
    ] {
        let decision = decide(&per_day(None), Provider::ApiKey, 0, now.parse().unwrap());
        check_rest(&decision, Scope::Model, midnight);
    }
}

#[test]
fn a_named_delay_beats_midnight_except_for_an_api_key_that_names_less() {
    let (short, long) = (per_day(Some(20_000)), per_day(Some(30 * 3_600_000)));
    check_rest(&alone(&short, Provider::GeminiCli, 0), Scope::Model, "2026-09-01T00:00:21.5Z");
    check_rest(&alone(&short, Provider::ApiKey, 0), Scope::Model, "2026-09-01T07:00:00Z");
    check_rest(&alone(&long, Provider::ApiKey, 0), Scope::Model, "2026-09-02T06:00:01.5Z");
}

#[test]
fn a_short_rate_limit_is_waited_for_twice() {
    let short = delayed(Class::RateLimit, 3_000);
    for attempt in [0, 1] {
        let decision = alone(&short, Provider::Antigravity, attempt);
        assert_eq!(decision.same.map(|s| s.delay), Some(SignedDuration::from_secs(3)));
        assert_eq!((decision.scope(), decision.rotate), (Scope::None, false));
    }
    let third = alone(&short, Provider::Antigravity, 2);
    assert_eq!((third.same, third.rotate), (None, true));
    check_rest(&third, Scope::Model, "2026-09-01T00:00:04.5Z");
}

/// Holds F1.
#[test]
fn a_rate_limit_of_more_than_five_minutes_is_an_empty_quota() {
    let at_five = delayed(Class::RateLimit, 300_000);
    check_rest(&alone(&at_five, Provider::Antigravity, 0), Scope::Model, "2026-09-01T00:05:01.5Z");
    let above = delayed(Class::RateLimit, 300_001);
    check_rest(&alone(&above, Provider::Antigravity, 0), Scope::Group, "2026-09-01T00:05:01.501Z");
    assert_eq!(at_five.word(), Some(crate::fault::Word::Rate));
    assert_eq!(above.word(), Some(crate::fault::Word::QuotaEmpty));
}

/// Holds F2.
#[test]
fn bare_429s_in_a_row_double_up_to_ten_minutes() {
    for (attempt, seconds) in [(0, 30), (1, 60), (2, 120), (4, 480), (5, 600), (u32::MAX, 600)] {
        let decision = alone(&fault(Class::Unstructured), Provider::Antigravity, attempt);
        let until = later(now(), SignedDuration::from_secs(seconds));
        assert_eq!(
            decision.cooldown,
            Some(Cooldown { scope: Scope::Model, until: Until::At(until) }),
            "{attempt}"
        );
    }
}

#[test]
fn capacity_waits_three_times_and_never_rotates() {
    let waits =
        |f: &Fault| [0, 1, 2, 3].map(|n| alone(f, Provider::Antigravity, n).same.map(|s| s.delay.as_secs()));
    assert_eq!(waits(&fault(Class::Capacity)), [Some(1), Some(2), Some(4), None]);
    assert_eq!(waits(&delayed(Class::Capacity, 6_000)), [Some(6), Some(6), Some(6), None]);
    assert_eq!(waits(&delayed(Class::Capacity, 60_000)), [Some(10), Some(10), Some(10), None]);
    assert!(!alone(&fault(Class::Capacity), Provider::Antigravity, 3).rotate);
}

#[test]
fn a_failure_for_the_moment_rotates_from_the_second_on() {
    let steps = [0, 1, 2, 3].map(|n| {
        let decision = alone(&fault(Class::Transient), Provider::Antigravity, n);
        (decision.same.map(|s| s.delay.as_secs()), decision.rotate, decision.next_host)
    });
    assert_eq!(
        steps,
        [(Some(1), false, true), (Some(2), true, true), (Some(4), true, true), (None, true, true)]
    );
}

#[test]
fn with_others_left_only_capacity_waits() {
    let short = among(&delayed(Class::RateLimit, 500));
    assert_eq!((short.same, short.rotate), (None, true));
    check_rest(&short, Scope::Model, "2026-09-01T00:00:02Z");
    let moment = among(&fault(Class::Transient));
    assert_eq!((moment.same, moment.rotate, moment.scope()), (None, true, Scope::None));
    assert!(among(&fault(Class::Capacity)).same.is_some());
    assert!(among(&fault(Class::Unauthenticated)).same.is_some());
}

#[test]
fn what_the_user_has_to_settle_has_no_end_of_its_own() {
    for (class, mark) in [
        (Class::ValidationRequired, Mark::ValidationRequired),
        (Class::AccountSuspended, Mark::Suspended),
        (Class::Retired, Mark::Retired),
        (Class::KeyBlocked, Mark::KeyBlocked),
        (Class::KeyInvalid, Mark::KeyInvalid),
    ] {
        let decision = alone(&fault(class), Provider::Antigravity, 0);
        let expected = Cooldown { scope: Scope::Credential, until: Until::UserActs };
        assert_eq!((decision.cooldown, decision.mark, decision.rotate), (Some(expected), Some(mark), true));
    }
}

#[test]
fn a_refused_login_is_discovered_again_after_half_an_hour_at_the_soonest() {
    for class in [Class::ServiceDisabled, Class::Forbidden, Class::ScopeInsufficient] {
        let until = Until::Discovery { not_before: "2026-09-01T00:30:00Z".parse().unwrap() };
        let decision = alone(&fault(class), Provider::GeminiCli, 0);
        assert_eq!(decision.cooldown, Some(Cooldown { scope: Scope::Credential, until }));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn every_rest_and_wait_is_ahead_and_bounded(
        class in proptest::sample::select(Class::ALL.to_vec()),
        provider in proptest::sample::select(Provider::ALL.to_vec()),
        delay in proptest::option::of(proptest::num::i64::ANY),
        per_day in proptest::bool::ANY,
        attempt in proptest::num::u32::ANY,
        others in proptest::bool::ANY,
        second in 0i64..4_000_000_000,
    ) {
        let now = Timestamp::from_second(second).unwrap();
        let mut fault = fault(class);
        fault.delay = delay.map(SignedDuration::from_millis);
        fault.evidence.quota_id = per_day.then(|| "RequestsPerDay".to_owned());
        let decision = if others { decide_among_others(&fault, provider, attempt, now) } else { decide(&fault, provider, attempt, now) };
        if let Some(Cooldown { until: Until::At(until), .. }) = decision.cooldown {
            prop_assert!(until > now && until <= now + FURTHEST + GRACE);
        }
        if let Some(after) = decision.same {
            prop_assert!((SignedDuration::ZERO..=LONGEST_CAPACITY).contains(&after.delay), "{after:?}");
            prop_assert!(after.first != First::Nothing || attempt < 3);
        }
        prop_assert!(decision.same.is_none() || decision.cooldown.is_none());
        prop_assert!((400..=529).contains(&decision.surface_status));
    }
}

fn now() -> Timestamp {
    "2026-09-01T00:00:00Z".parse().unwrap()
}

fn fault(class: Class) -> Fault {
    Fault::new(class, 0, "")
}

fn delayed(class: Class, ms: i64) -> Fault {
    Fault { delay: Some(SignedDuration::from_millis(ms)), ..fault(class) }
}

fn per_day(ms: Option<i64>) -> Fault {
    let mut fault = fault(Class::QuotaExhausted);
    fault.delay = ms.map(SignedDuration::from_millis);
    fault.evidence.quota_id = Some("GenerateRequestsPerDayPerProjectPerModel-FreeTier".into());
    fault
}

fn alone(fault: &Fault, provider: Provider, attempt: u32) -> Decision {
    decide(fault, provider, attempt, now())
}

fn among(fault: &Fault) -> Decision {
    decide_among_others(fault, Provider::Antigravity, 0, now())
}

#[track_caller]
fn check_rest(decision: &Decision, scope: Scope, until: &str) {
    let until = Until::At(until.parse().unwrap());
    assert_eq!(decision.cooldown, Some(Cooldown { scope, until }));
}
