//! Finding and calling an engine in another process; here the other process is a control API beside the test.

use super::*;
use crate::control::tests::Api;
use crate::view::dto::QuotaArgs;
use serde_json::{Value, json};

#[tokio::test]
async fn a_running_engine_is_found_and_called() {
    let api = Api::start().await;
    let _owner = lock_beside(&api);
    let client = Client::find(api.dir.path()).await.unwrap();
    let answer: Value = client.call("quota", QuotaArgs::default()).await.unwrap();
    assert_eq!(answer, json!({"command": "quota"}));
    let answer: Value = client.call("status", json!({})).await.unwrap();
    assert_eq!(answer, json!({"command": "status"}));
}

#[tokio::test]
async fn an_address_nobody_owns_is_not_called() {
    let api = Api::start().await;
    assert!(Client::find(api.dir.path()).await.is_none(), "announced, but the directory is not locked");
    let empty = tempfile::tempdir().unwrap();
    assert!(Client::find(empty.path()).await.is_none());
}

#[tokio::test]
async fn an_engine_that_is_gone_is_unreachable() {
    let api = Api::start().await;
    let _owner = lock_beside(&api);
    let client = Client::find(api.dir.path()).await.unwrap();
    let mut changes = client.changes();
    assert_eq!(changes.next().await, Some(1));
    api.server.stop().await;
    let error = client.call::<_, Value>("status", json!({})).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Unreachable, "{error}");
    assert_eq!(changes.next().await, None);
}

#[tokio::test]
async fn a_failure_keeps_its_code_and_words() {
    let api = Api::start().await;
    let client = client_of(&api);
    for (name, code) in [
        ("bad_input", ErrorCode::BadInput),
        ("not_found", ErrorCode::NotFound),
        ("refused", ErrorCode::Refused),
        ("needs_user", ErrorCode::NeedsUser),
        ("no_key", ErrorCode::NoKey),
        ("failed", ErrorCode::Failed),
    ] {
        let error = client.call::<_, Value>(name, json!({})).await.unwrap_err();
        assert_eq!(error, ApiError::new(code, "What, why and what to do."), "{name}");
    }
}

#[tokio::test]
async fn the_token_of_an_earlier_run_opens_nothing() {
    let api = Api::start().await;
    let client = Client::remote(api.server.address(), "FAKE_OLD".to_owned().into()).unwrap();
    let error = client.call::<_, Value>("status", json!({})).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Unreachable);
}

#[tokio::test]
async fn an_answer_of_another_version_is_no_crash() {
    let api = Api::start().await;
    let error = client_of(&api).call::<_, Vec<u8>>("status", json!({})).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Failed);
    assert!(error.message.contains("different versions"), "{error}");
}

#[tokio::test]
async fn changes_are_followed_and_none_is_told_twice() {
    let api = Api::start().await;
    let mut changes = client_of(&api).changes();
    assert_eq!(changes.next().await, Some(1));
    api.fake.revision.send_replace(2);
    assert_eq!(changes.next().await, Some(2));
    // A revision that was sent again, without a change.
    api.fake.revision.send_replace(2);
    api.fake.revision.send_replace(9);
    assert_eq!(changes.next().await, Some(9));
}

fn client_of(api: &Api) -> Client {
    let announced = control::announced(api.dir.path()).unwrap();
    Client::remote(announced.address, announced.token).unwrap()
}

// As the engine does it, but without forgetting what the control API has announced already.
fn lock_beside(api: &Api) -> std::fs::File {
    let owner = std::fs::File::create(api.dir.path().join("engine.lock")).unwrap();
    owner.try_lock().unwrap();
    owner
}
