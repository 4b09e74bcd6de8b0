//! Sign-in in the browser, played by an HTTP client that follows the service's redirect.

use crate::bench::{Bench, one};
use crate::quota::ada;
use engine::Mode;
use engine::view::dto::{
    ErrorCode, Freshness, LoginArgs, LoginFlowArgs, LoginPasteArgs, LoginProgress, LoginStarted,
    SettingSetArgs,
};
use simulator::{AccountChange, CallKind, Change};

#[tokio::test]
async fn the_browsers_way_back_gives_a_credential_that_is_read() {
    let bench = bench().await;
    let started = begin(&bench).await;
    let page = browse(&started.url).await;
    assert!(page.contains("You can close this page") && !page.contains("code="), "{page}");
    let LoginProgress::Done { name, .. } = ended(&bench, &started).await else { panic!("not done") };
    assert_eq!(name, "ada@example.com");
    assert!(bench.only(Freshness::Refreshed).await.headline.is_some());
    let exchange = &bench.calls(CallKind::Token)[0];
    assert!(String::from_utf8_lossy(&exchange.body).contains("code_verifier"));
}

#[tokio::test]
async fn signing_in_again_renews_the_same_credential() {
    let bench = bench().await;
    for _ in 0..2 {
        let started = begin(&bench).await;
        browse(&started.url).await;
        assert!(matches!(ended(&bench, &started).await, LoginProgress::Done { .. }));
    }
    bench.only(Freshness::Peek).await;
}

/// Holds T12.
#[tokio::test]
async fn a_foreign_or_repeated_callback_exchanges_nothing() {
    let bench = bench().await;
    let started = begin(&bench).await;
    let back = redirect_uri(&started.url);
    for wrong in ["", "?code=4%2F0x", "?code=4%2F0x&state=guess", "?state=guess&error=access_denied"] {
        let answer = reqwest::get(format!("{back}{wrong}")).await.unwrap();
        assert_eq!(answer.status(), 400, "{wrong}");
    }
    let foreign = reqwest::Client::new().get(&back).header("host", "evil.test").send().await.unwrap();
    assert_eq!(foreign.status(), 403);
    assert!(bench.calls(CallKind::Token).is_empty());
    assert_eq!(progress(&bench, &started).await, LoginProgress::Waiting);
}

#[tokio::test]
async fn a_refusal_and_a_cancel_end_it_in_words() {
    let bench = bench().await;
    bench.simulator.set(AccountChange::new("ada", Change::DenySignIn { denied: true }));
    let started = begin(&bench).await;
    browse(&started.url).await;
    let LoginProgress::Failed { message } = ended(&bench, &started).await else { panic!("not failed") };
    assert!(message.contains("access_denied"), "{message}");
    let started = begin(&bench).await;
    bench.client.login_cancel(LoginFlowArgs { flow: started.flow.clone() }).await.unwrap();
    assert!(matches!(ended(&bench, &started).await, LoginProgress::Failed { .. }));
    assert!(bench.calls(CallKind::Token).is_empty());
}

#[tokio::test]
async fn the_address_can_be_pasted_from_another_machine() {
    let bench = bench().await;
    let started = begin(&bench).await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = client.get(&started.url).send().await.unwrap();
    let callback_url = answer.headers()["location"].to_str().unwrap().to_owned();
    let paste =
        |callback_url| bench.client.login_paste(LoginPasteArgs { flow: started.flow.clone(), callback_url });
    assert_eq!(paste("https://example.com/?code=1".to_owned()).await.unwrap_err().code, ErrorCode::BadInput);
    assert!(matches!(paste(callback_url.clone()).await.unwrap(), LoginProgress::Done { .. }));
    paste(callback_url).await.unwrap();
    assert_eq!(bench.calls(CallKind::Token).len(), 1, "a code is exchanged once");
}

#[tokio::test]
async fn without_a_client_it_says_what_to_set() {
    let bench = Bench::without_credentials(one(ada()), Mode::OneShot).await;
    let error = bench.client.login_start(LoginArgs { provider: "antigravity".into() }).await.unwrap_err();
    assert!(error.message.contains("oauth_client_id_antigravity"), "{error}");
}

async fn bench() -> Bench {
    let account = ada();
    let client = account.oauth_client();
    let bench = Bench::without_credentials(one(account), Mode::OneShot).await;
    for (key, value) in
        [("oauth_client_id_antigravity", client.id), ("oauth_client_secret_antigravity", client.secret)]
    {
        let args =
            SettingSetArgs { key: key.to_owned(), value: value.clone(), credential: None, model: None };
        let view = bench.client.settings_set(args).await.unwrap();
        assert!(view.is_set && view.value.is_none(), "{view:?}");
    }
    bench
}

async fn begin(bench: &Bench) -> LoginStarted {
    bench.client.login_start(LoginArgs { provider: "antigravity".into() }).await.unwrap()
}

async fn browse(url: &str) -> String {
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

async fn progress(bench: &Bench, started: &LoginStarted) -> LoginProgress {
    bench.client.login_progress(LoginFlowArgs { flow: started.flow.clone() }).await.unwrap()
}

async fn ended(bench: &Bench, started: &LoginStarted) -> LoginProgress {
    loop {
        match progress(bench, started).await {
            LoginProgress::Waiting | LoginProgress::Exchanging => tokio::task::yield_now().await,
            over @ (LoginProgress::Done { .. } | LoginProgress::Failed { .. }) => return over,
        }
    }
}

fn redirect_uri(authorize: &str) -> String {
    let url = url::Url::parse(authorize).unwrap();
    url.query_pairs().find(|(key, _)| key == "redirect_uri").unwrap().1.into_owned()
}
