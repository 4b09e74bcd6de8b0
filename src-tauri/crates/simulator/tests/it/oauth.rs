//! Sign-in, exchange, refresh, revocation, user info.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use sha2::{Digest as _, Sha256};
use simulator::{
    AccountChange, AccountKind, AccountSpec, CallKind, Change, Fault, FaultKind, Scenario, error_names,
};
use url::Url;

use crate::bench::{Answer, Bench, fixture};

const VERIFIER: &str = "FAKE_VERIFIER_43_TO_128_CHARS_xxxxxxxxxxxxxxxxxxx";
const BACK: &str = "http://127.0.0.1:51121/oauth-callback";
const ID: &str = "FAKE_CLIENT_ID";
const SECRET: &str = "FAKE_CLIENT_SECRET";

async fn bench() -> Bench {
    let spec = AccountSpec {
        email: "ada.pro@example.com".into(),
        full_name: "Ada Example".into(),
        refresh_token: "1//FAKE_REFRESH_TOKEN_PRO_0001".into(),
        ..AccountSpec::new("ada")
    };
    Bench::with(Scenario::default().with(spec).with(AccountSpec::new("bob").kind(AccountKind::GeminiCli)))
        .await
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

/// The authorize query with some fields changed; an empty value leaves one out.
async fn authorize(bench: &Bench, changed: &[(&str, &str)]) -> Answer {
    let challenge = challenge();
    let mut query = vec![
        ("client_id", ID),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", "https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/cclog"),
        ("access_type", "offline"),
        ("prompt", "consent"),
        ("state", "FAKE_STATE_0001"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    query.retain(|(name, _)| changed.iter().all(|(other, _)| other != name));
    query.extend(changed.iter().filter(|(_, value)| !value.is_empty()));
    bench.send(bench.request(Method::GET, "/authorize").query(&query)).await
}

fn location(answer: &Answer) -> Url {
    answer.headers["location"].to_str().unwrap().parse().unwrap()
}

fn pair(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

async fn code(bench: &Bench, changed: &[(&str, &str)]) -> String {
    pair(&location(&authorize(bench, changed).await), "code").unwrap()
}

/// The exchange form with some fields changed; an empty value leaves one out.
async fn exchange(bench: &Bench, code: &str, changed: &[(&str, &str)]) -> Answer {
    let mut form = vec![
        ("client_id", ID),
        ("client_secret", SECRET),
        ("code", code),
        ("redirect_uri", BACK),
        ("grant_type", "authorization_code"),
        ("code_verifier", VERIFIER),
    ];
    form.retain(|(name, _)| changed.iter().all(|(other, _)| other != name));
    form.extend(changed.iter().filter(|(_, value)| !value.is_empty()));
    bench.form("/token", &form).await
}

async fn refresh(bench: &Bench, token: &str) -> Answer {
    refresh_as(bench, ID, SECRET, token).await
}

async fn refresh_as(bench: &Bench, id: &str, secret: &str, token: &str) -> Answer {
    let form = [
        ("client_id", id),
        ("client_secret", secret),
        ("refresh_token", token),
        ("grant_type", "refresh_token"),
    ];
    bench.form("/token", &form).await
}

async fn user_info(bench: &Bench, token: &str) -> Answer {
    bench.send(bench.request(Method::GET, "/oauth2/v2/userinfo?alt=json").bearer_auth(token)).await
}

#[tokio::test]
async fn a_sign_in_ends_with_tokens_that_work() {
    let bench = bench().await;
    let back = location(&authorize(&bench, &[]).await);
    assert!(back.as_str().starts_with(BACK));
    assert_eq!(pair(&back, "state").as_deref(), Some("FAKE_STATE_0001"));
    let code = pair(&back, "code").unwrap();
    assert!(code.starts_with("4/0FAKE_CODE") && back.as_str().contains("4%2F0"), "{back}");

    let tokens = exchange(&bench, &code, &[]).await.json();
    let mut names: Vec<_> = tokens.as_object().unwrap().keys().cloned().collect();
    let mut expected: Vec<_> =
        fixture("oauth/token.exchange.json").as_object().unwrap().keys().cloned().collect();
    names.sort();
    expected.sort();
    assert_eq!(names, expected);
    assert_eq!(tokens["refresh_token"], "1//FAKE_REFRESH_TOKEN_PRO_0001");

    let who = user_info(&bench, tokens["access_token"].as_str().unwrap()).await;
    assert_eq!((who.status, who.json()), (200, fixture("oauth/userinfo.json")));
    let kinds: Vec<_> = bench.sim.calls().iter().map(|call| (call.method, call.account.clone())).collect();
    let ada = || Some("ada".to_owned());
    assert_eq!(kinds, [(CallKind::Authorize, ada()), (CallKind::Token, ada()), (CallKind::UserInfo, ada())]);
}

#[tokio::test]
async fn whoever_is_named_signs_in_else_somebody_new_else_the_first_of_the_client() {
    let newcomer = AccountSpec { import: false, ..AccountSpec::new("fay") };
    let old = || {
        Scenario::default()
            .with(AccountSpec::new("ada"))
            .with(AccountSpec::new("bob").kind(AccountKind::GeminiCli))
    };
    for (scenario, changed, who) in [
        (old(), vec![("login_hint", "ada@example.com")], "ADA"),
        (old(), vec![], "ADA"),
        (old(), vec![("client_id", "FAKE_CLIENT_ID_CLI"), ("scope", "cloud-platform")], "BOB"),
        (old().with(newcomer), vec![], "FAY"),
    ] {
        let bench = Bench::with(scenario).await;
        let code = code(&bench, &changed).await;
        assert!(code.contains(who), "{changed:?}: {code}");
    }
}

#[tokio::test]
async fn a_denied_sign_in_comes_back_with_the_error_and_the_state() {
    let bench = bench().await;
    let denied = |answer: Answer| {
        let back = location(&answer);
        (pair(&back, "error"), pair(&back, "state"), pair(&back, "code"))
    };
    let expected = (Some("access_denied".to_owned()), Some("FAKE_STATE_0001".to_owned()), None);
    assert_eq!(denied(authorize(&bench, &[("deny", "1")]).await), expected);
    bench.sim.set(AccountChange::new("ada", Change::DenySignIn { denied: true }));
    assert_eq!(denied(authorize(&bench, &[]).await), expected);
}

#[tokio::test]
async fn a_wrong_authorize_request_gets_a_page_and_no_redirect() {
    let bench = bench().await;
    for changed in [
        ("client_id", "FAKE_STRANGER"),
        ("redirect_uri", "http://example.com/x"),
        ("response_type", "token"),
        ("code_challenge_method", "plain"),
    ] {
        let answer = authorize(&bench, &[changed]).await;
        assert_eq!((answer.status, answer.headers.get("location")), (400, None), "{changed:?}");
    }
}

#[tokio::test]
async fn an_exchange_must_fit_its_code() {
    let bench = bench().await;
    for (changed, error, text) in [
        (("code_verifier", "somebody else's"), "invalid_grant", "Bad Request"),
        (("code_verifier", ""), "invalid_grant", "Bad Request"),
        (("redirect_uri", "http://127.0.0.1:9/x"), "invalid_grant", "Bad Request"),
        (("code", "4/0FAKE_UNKNOWN"), "invalid_grant", "Malformed auth code."),
        (("code", ""), "invalid_request", "Missing required parameter: code"),
        (("client_id", "FAKE_STRANGER"), "invalid_client", "The OAuth client was not found."),
        (("client_secret", "FAKE_WRONG"), "unauthorized_client", "Unauthorized"),
        (("grant_type", "password"), "unsupported_grant_type", "Invalid grant_type: password"),
    ] {
        let code = code(&bench, &[]).await;
        let body = exchange(&bench, &code, &[changed]).await.json();
        assert_eq!(
            (body["error"].as_str(), body["error_description"].as_str()),
            (Some(error), Some(text)),
            "{changed:?}"
        );
    }
}

#[tokio::test]
async fn a_code_works_once() {
    let bench = bench().await;
    let code = code(&bench, &[]).await;
    assert_eq!(exchange(&bench, &code, &[]).await.status, 200);
    let again = exchange(&bench, &code, &[]).await;
    assert_eq!((again.status, again.json()["error"].clone()), (400, "invalid_grant".into()));
}

#[tokio::test]
async fn without_a_challenge_no_verifier_is_needed() {
    let bench = bench().await;
    let code = code(&bench, &[("code_challenge", ""), ("code_challenge_method", "")]).await;
    assert_eq!(exchange(&bench, &code, &[("code_verifier", "")]).await.status, 200);
}

#[tokio::test]
async fn a_refresh_keeps_the_refresh_token_unless_it_is_rotated() {
    let bench = bench().await;
    let token = "1//FAKE_REFRESH_TOKEN_PRO_0001";
    let kept = refresh(&bench, token).await.json();
    let expected = fixture("oauth/token.refresh.json");
    for same in ["expires_in", "scope", "token_type"] {
        assert_eq!(kept[same], expected[same], "{same}");
    }
    assert_eq!(kept.get("refresh_token"), None);

    bench.sim.script(Fault::new(FaultKind::RotateRefreshToken).on(CallKind::Token));
    let rotated = refresh(&bench, token).await.json()["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(
        refresh(&bench, token).await.json()["error_description"],
        "Token has been expired or revoked."
    );
    assert_eq!(refresh(&bench, &rotated).await.status, 200);
}

#[tokio::test]
async fn a_refresh_token_works_with_its_own_client_only() {
    let bench = bench().await;
    let answer =
        refresh_as(&bench, "FAKE_CLIENT_ID_CLI", "FAKE_CLIENT_SECRET_CLI", "1//FAKE_REFRESH_TOKEN_PRO_0001")
            .await;
    assert_eq!((answer.status, answer.json()["error"].clone()), (400, "invalid_grant".into()));
}

#[tokio::test]
async fn a_revoked_login_is_dead_until_the_next_sign_in() {
    let bench = bench().await;
    let token = "1//FAKE_REFRESH_TOKEN_PRO_0001";
    let access = refresh(&bench, token).await.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(bench.form("/revoke", &[("token", token)]).await.status, 200);
    assert_eq!(refresh(&bench, token).await.json()["error"], "invalid_grant");
    assert_eq!(user_info(&bench, &access).await.status, 401);

    let code = code(&bench, &[]).await;
    let new = exchange(&bench, &code, &[]).await.json()["refresh_token"].as_str().unwrap().to_owned();
    assert_ne!(new, token);
    assert_eq!(refresh(&bench, &new).await.status, 200);
}

#[tokio::test]
async fn access_tokens_expire_by_the_simulators_clock_or_by_the_lever() {
    let bench = bench().await;
    let token = "1//FAKE_REFRESH_TOKEN_PRO_0001";
    let access = refresh(&bench, token).await.json()["access_token"].as_str().unwrap().to_owned();
    bench.sim.advance(jiff::SignedDuration::from_secs(3598));
    assert_eq!(user_info(&bench, &access).await.status, 200);
    bench.sim.advance(jiff::SignedDuration::from_secs(1));
    assert_eq!(user_info(&bench, &access).await.status, 401);

    let access = refresh(&bench, token).await.json()["access_token"].as_str().unwrap().to_owned();
    bench.sim.set(AccountChange::new("ada", Change::ExpireAccessTokens));
    assert_eq!(user_info(&bench, &access).await.status, 401);
    assert_eq!(refresh(&bench, token).await.status, 200, "the refresh token lives on");
}

#[tokio::test]
async fn a_workspace_account_says_so() {
    let spec = AccountSpec {
        email: "bob@company.example".into(),
        hosted_domain: Some("company.example".into()),
        ..AccountSpec::new("bob")
    };
    let bench = Bench::of(spec).await;
    assert_eq!(
        user_info(&bench, "ya29.FAKE_bob").await.json()["hd"],
        fixture("oauth/userinfo.workspace.json")["hd"]
    );
}

#[tokio::test]
async fn every_refusal_of_the_token_endpoint_can_be_scripted() {
    let bench = bench().await;
    let names: Vec<_> = error_names().filter(|name| name.starts_with("oauth.")).collect();
    assert!(names.len() >= 12);
    for name in names {
        bench.sim.script(Fault::new(FaultKind::error(name)).on(CallKind::Token));
        let answer = refresh(&bench, "1//FAKE_REFRESH_TOKEN_PRO_0001").await;
        let stem = name.trim_start_matches("oauth.").split('.').next().unwrap();
        assert!(answer.status >= 400);
        assert_eq!(answer.json()["error"], stem, "{name}");
    }
    assert_eq!(refresh(&bench, "1//FAKE_REFRESH_TOKEN_PRO_0001").await.status, 200);
}
