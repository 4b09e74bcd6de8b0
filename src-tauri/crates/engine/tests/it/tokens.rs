//! Logins are renewed once, kept whatever the service says, and never used past their end.

use crate::bench::{Bench, one};
use crate::quota::ada;
use engine::view::dto::Freshness;
use jiff::SignedDuration;
use simulator::{AccountChange, CallKind, Change, Fault, FaultKind, Scenario};

/// Holds F26.
#[tokio::test]
async fn a_revoked_login_is_invalid_kept_and_not_tried_again() {
    let bench = Bench::start(one(ada())).await;
    bench.simulator.set(AccountChange::new("ada", Change::RevokeRefreshToken { revoked: true }));
    let view = bench.only(Freshness::Refreshed).await;
    assert_eq!(view.state, "invalid");
    assert!(view.needs_user && view.state_reason.unwrap().contains("Sign in again"));
    bench.quota(Freshness::Refreshed).await;
    bench.quota(Freshness::Cached).await;
    assert_eq!(bench.calls(CallKind::Token).len(), 1);
    // The service thinks better of it: the token was never blanked, so a check brings the login back.
    bench.simulator.set(AccountChange::new("ada", Change::RevokeRefreshToken { revoked: false }));
    let id = bench.only(Freshness::Peek).await.id;
    let change = bench.client.credential_check(engine::view::dto::CredentialArgs { id }).await.unwrap();
    assert_eq!(change.state, "active");
}

/// Holds F26.
#[tokio::test]
async fn one_revoked_login_does_not_touch_the_others() {
    let scenario = Scenario::default().with(ada()).with(simulator::AccountSpec::new("bob"));
    let bench = Bench::start(scenario).await;
    bench.simulator.set(AccountChange::new("bob", Change::RevokeRefreshToken { revoked: true }));
    let states: Vec<_> =
        bench.quota(Freshness::Refreshed).await.credentials.into_iter().map(|c| c.state).collect();
    assert_eq!(states, ["active", "invalid"]);
}

/// Holds F27.
#[tokio::test]
async fn a_sign_in_service_that_is_down_leaves_the_login_alone() {
    let bench = Bench::start(one(ada())).await;
    bench.simulator.script(Fault::new(FaultKind::error("500")).on(CallKind::Token).always());
    let view = bench.only(Freshness::Refreshed).await;
    assert_eq!(view.state, "active");
    assert!(view.failure.unwrap().message.contains("could not be renewed"));
    bench.quota(Freshness::Refreshed).await;
    assert_eq!(bench.calls(CallKind::Token).len(), 1, "at most one try a minute");
    bench.simulator.clear_faults();
    bench.jump(SignedDuration::from_mins(2));
    assert!(bench.only(Freshness::Refreshed).await.failure.is_none());
}

/// Holds F7.
#[tokio::test]
async fn a_401_costs_one_renewal_and_one_more_try() {
    let bench = Bench::start(one(ada())).await;
    bench.quota(Freshness::Refreshed).await;
    bench.simulator.set(AccountChange::new("ada", Change::ExpireAccessTokens));
    bench.simulator.clear_calls();
    bench.jump(SignedDuration::from_mins(2));
    assert!(bench.only(Freshness::Refreshed).await.failure.is_none());
    assert_eq!(bench.calls(CallKind::Token).len(), 1);
    assert_eq!(bench.calls(CallKind::RetrieveUserQuotaSummary).len(), 2);
}

/// Holds F8.
#[tokio::test]
async fn a_401_that_stays_pauses_the_credential_and_blames_nobody() {
    let bench = Bench::start(one(ada())).await;
    bench
        .simulator
        .script(Fault::new(FaultKind::error("401")).on(CallKind::RetrieveUserQuotaSummary).always());
    let view = bench.only(Freshness::Refreshed).await;
    assert_eq!(view.state, "active");
    let failure = view.failure.unwrap();
    let pause =
        failure.at.parse::<jiff::Timestamp>().unwrap().duration_until(failure.retry_at.parse().unwrap());
    assert_eq!(pause, SignedDuration::from_mins(10));
    assert_eq!(bench.calls(CallKind::RetrieveUserQuotaSummary).len(), 2);
    assert_eq!(bench.calls(CallKind::Token).len(), 2);
}

/// Holds F28.
#[tokio::test]
async fn a_rotated_refresh_token_outlives_a_restart() {
    let mut bench = Bench::start(one(ada())).await;
    bench.simulator.script(Fault::new(FaultKind::RotateRefreshToken).on(CallKind::Token));
    bench.quota(Freshness::Refreshed).await;
    bench.jump(SignedDuration::from_hours(2));
    bench.restart(engine::Mode::OneShot).await;
    let view = bench.only(Freshness::Refreshed).await;
    assert_eq!((view.state.as_str(), view.failure), ("active", None));
    assert_eq!(bench.calls(CallKind::Token).len(), 2, "the new token was stored and works");
}

#[tokio::test]
async fn a_token_that_lives_is_used_again_after_a_restart() {
    let mut bench = Bench::start(one(ada())).await;
    bench.quota(Freshness::Refreshed).await;
    bench.restart(engine::Mode::OneShot).await;
    bench.quota(Freshness::Refreshed).await;
    assert_eq!(bench.calls(CallKind::Token).len(), 1);
}

/// Holds T15.
#[tokio::test]
async fn no_call_carries_what_it_must_not() {
    let bench = Bench::start(one(ada())).await;
    bench.quota(Freshness::Refreshed).await;
    for call in bench.simulator.calls() {
        assert!(!call.user_project_header && call.credits_asked.is_empty(), "{call:?}");
        if !matches!(call.method, CallKind::Token | CallKind::UserInfo) {
            assert!(
                call.user_agent.as_deref().is_some_and(|a| a.starts_with("antigravity headroom/")),
                "{call:?}"
            );
        }
    }
}
