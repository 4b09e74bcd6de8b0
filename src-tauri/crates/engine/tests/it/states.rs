//! What a credential's state is, what keeps it there, and what brings it back.

use crate::bench::{Bench, one};
use crate::quota::ada;
use engine::view::dto::{AddKeyArgs, CredentialArgs, ErrorCode, Freshness, ImportOutcome, RenameArgs};
use jiff::SignedDuration;
use simulator::{
    AccountChange, AccountSpec, ApiKeySpec, ApiKeyState, CallKind, Change, Fault, FaultKind, Flag, Scenario,
};

/// Holds F9.
#[tokio::test]
async fn a_request_to_verify_blocks_all_automatic_traffic_until_the_user_checks() {
    let bench = Bench::start(one(ada().flag(Flag::ValidationRequired))).await;
    let view = bench.only(Freshness::Refreshed).await;
    assert_eq!((view.state.as_str(), view.needs_user), ("blocked", true));
    assert!(view.link.unwrap().starts_with("https://"));
    bench.simulator.clear_calls();
    for _ in 0..5 {
        bench.jump(SignedDuration::from_hours(24));
        bench.quota(Freshness::Cached).await;
        bench.quota(Freshness::Refreshed).await;
    }
    assert!(bench.simulator.calls().is_empty(), "{:?}", bench.simulator.calls());
    bench
        .simulator
        .set(AccountChange::new("ada", Change::Flag { flag: Flag::ValidationRequired, on: false }));
    let change = bench.client.credential_check(CredentialArgs { id: view.id }).await.unwrap();
    assert_eq!(change.state, "active");
    assert!(bench.only(Freshness::Peek).await.headline.is_some());
}

/// Holds F9.
#[tokio::test]
async fn a_suspension_is_told_in_the_services_words() {
    let bench = Bench::start(one(ada().flag(Flag::Suspended))).await;
    let view = bench.only(Freshness::Refreshed).await;
    assert_eq!(view.state, "blocked");
    assert!(view.state_reason.unwrap().contains("terms"));
}

#[tokio::test]
async fn a_switched_off_api_comes_back_by_a_rare_discovery() {
    let bench = Bench::start(one(ada().flag(Flag::ServiceDisabled))).await;
    assert_eq!(bench.only(Freshness::Refreshed).await.state, "blocked");
    bench.simulator.set(AccountChange::new("ada", Change::Flag { flag: Flag::ServiceDisabled, on: false }));
    bench.simulator.clear_calls();
    bench.quota(Freshness::Refreshed).await;
    assert!(bench.simulator.calls().is_empty(), "not before half an hour");
    bench.jump(SignedDuration::from_mins(31));
    assert_eq!(bench.only(Freshness::Refreshed).await.state, "active");
}

#[tokio::test]
async fn a_credential_that_is_off_is_not_read() {
    let bench = Bench::start(one(ada())).await;
    let id = bench.only(Freshness::Peek).await.id;
    bench.client.credential_disable(CredentialArgs { id: id.clone() }).await.unwrap();
    bench.quota(Freshness::Refreshed).await;
    assert!(bench.simulator.calls().is_empty());
    bench.client.credential_enable(CredentialArgs { id }).await.unwrap();
    assert!(bench.only(Freshness::Refreshed).await.headline.is_some());
}

#[tokio::test]
async fn a_removed_credential_can_be_brought_back_with_its_login() {
    let mut bench = Bench::start(one(ada())).await;
    let id = bench.only(Freshness::Peek).await.id;
    let change = bench.client.credential_remove(CredentialArgs { id: id.clone() }).await.unwrap();
    assert!(change.undo_until.is_some() && bench.quota(Freshness::Peek).await.credentials.is_empty());
    bench.restart(engine::Mode::OneShot).await;
    assert!(bench.quota(Freshness::Peek).await.credentials.is_empty());
    bench.client.credential_restore(CredentialArgs { id }).await.unwrap();
    assert!(bench.only(Freshness::Refreshed).await.headline.is_some());
}

#[tokio::test]
async fn a_name_is_the_users_own_and_finds_the_credential() {
    let bench = Bench::start(one(ada())).await;
    let id = bench.only(Freshness::Peek).await.id;
    bench.client.credential_rename(RenameArgs { id, label: Some("Work".into()) }).await.unwrap();
    assert_eq!(bench.only(Freshness::Peek).await.name, "Work");
    bench.client.credential_disable(CredentialArgs { id: "Work".into() }).await.unwrap();
    let error = bench.client.credential_enable(CredentialArgs { id: "Nobody".into() }).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn the_same_file_twice_is_one_credential() {
    let scenario = one(ada());
    let files = scenario.credential_files();
    let bench = Bench::start(scenario).await;
    let again = bench.import(files).await;
    assert_eq!(again.entries[0].outcome, ImportOutcome::Duplicate);
    bench.only(Freshness::Peek).await;
}

#[tokio::test]
async fn a_new_account_is_set_up_and_gets_its_project() {
    let mut account = ada();
    account.onboarded = false;
    account.project = Some("example-project-new".into());
    let bench = Bench::start(one(account)).await;
    let view = bench.only(Freshness::Refreshed).await;
    assert!(view.headline.is_some(), "{view:?}");
    assert_eq!(bench.calls(CallKind::OnboardUser).len(), 1);
    let summary = bench.calls(CallKind::RetrieveUserQuotaSummary);
    assert_eq!(summary[0].project.as_deref(), Some("example-project-new"));
}

/// Holds F11.
#[tokio::test]
async fn a_broken_host_is_not_the_credentials_fault() {
    let bench = Bench::start(one(ada())).await;
    bench
        .simulator
        .script(Fault::new(FaultKind::Reset { after: None }).on(CallKind::RetrieveUserQuotaSummary).times(1));
    let view = bench.only(Freshness::Refreshed).await;
    assert_eq!(view.state, "active");
    assert!(view.failure.is_some());
}

#[tokio::test]
async fn an_api_key_lists_its_models_without_percentages() {
    let scenario = Scenario { api_keys: vec![ApiKeySpec::new("studio")], ..Scenario::default() };
    let bench = with_key(scenario).await;
    let view = bench.only(Freshness::Refreshed).await;
    assert_eq!((view.state.as_str(), view.headline.is_none()), ("active", true));
    assert!(!view.models.is_empty() && view.models.iter().all(|m| m.effective_remaining.is_none()));
    assert!(bench.calls(CallKind::KeyModels).iter().all(|c| !c.path.contains("FAKE_API_KEY")));
}

#[tokio::test]
async fn a_refused_key_is_invalid() {
    let key = ApiKeySpec { state: ApiKeyState::Invalid, ..ApiKeySpec::new("studio") };
    let bench = with_key(Scenario { api_keys: vec![key], ..Scenario::default() }).await;
    assert_eq!(bench.only(Freshness::Refreshed).await.state, "invalid");
}

async fn with_key(scenario: Scenario) -> Bench {
    let (name, key) = scenario.api_keys().remove(0);
    let bench = Bench::without_credentials(scenario, engine::Mode::OneShot).await;
    bench.client.credential_add_key(AddKeyArgs { name, key: key.clone() }).await.unwrap();
    let twice = bench.client.credential_add_key(AddKeyArgs { name: "again".into(), key }).await.unwrap_err();
    assert_eq!(twice.code, ErrorCode::Refused);
    bench
}

#[tokio::test]
async fn the_background_reads_new_credentials_without_being_asked() {
    let scenario = one(AccountSpec::new("ada"));
    let files = scenario.credential_files();
    let bench = Bench::without_credentials(scenario, engine::Mode::Full).await;
    let mut changes = bench.client.changes();
    bench.import(files).await;
    loop {
        if bench.only(Freshness::Peek).await.headline.is_some() {
            break;
        }
        changes.next().await.unwrap();
    }
}
