//! What a command is given, and what comes back.

use super::*;

#[tokio::test]
async fn the_body_is_the_argument() {
    let api = Api::start().await;
    let reply = api.command("quota", "{\"freshness\":\"cached\"}").await;
    assert_eq!((reply.status, reply.json()), (200, json!({"command": "quota"})));
    api.command("status", "{}").await;
    api.command("status", "").await;
    let calls = api.fake.calls.lock().unwrap().clone();
    let expected = [("quota", json!({"freshness": "cached"})), ("status", json!({})), ("status", json!({}))];
    assert_eq!(calls, expected.map(|(name, args)| (name.to_owned(), args)));
}

#[tokio::test]
async fn failures_carry_their_status() {
    let api = Api::start().await;
    for (name, status) in [
        ("bad_input", 400),
        ("not_found", 404),
        ("refused", 409),
        ("needs_user", 409),
        ("no_key", 409),
        ("failed", 500),
    ] {
        let reply = api.command(name, "{}").await;
        let expected = json!({"code": name, "message": "What, why and what to do."});
        assert_eq!((reply.status, reply.json()), (status, expected), "{name}");
    }
}

/// Holds F42.
#[tokio::test]
async fn a_panicking_command_is_answered_500_and_the_rest_goes_on() {
    let api = Api::start().await;
    let reply = api.command("panics", "{}").await;
    assert_eq!((reply.status, reply.json()["code"].as_str()), (500, Some("failed")));
    assert!(!reply.body.contains("a fault in a command"), "the panic's text stays inside");
    assert_eq!(api.command("status", "{}").await.status, 200);
}

/// Holds T1.
#[tokio::test]
async fn only_json_is_taken() {
    let api = Api::start().await;
    let bearer = format!("Bearer {}", api.token());
    for (kind, expected) in [
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/jsonp", 415),
        ("text/plain, application/json", 415),
        ("", 415),
    ] {
        let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
        assert_eq!(api.send("POST", "/api/v1/status", &headers, "{}").await.status, expected, "{kind:?}");
    }
    let reply = api.send("POST", "/api/v1/status", &[("authorization", &bearer)], "{}").await;
    assert_eq!(reply.status, 415, "no content type");
    assert_eq!(api.called().len(), 2);
}

#[tokio::test]
async fn what_is_no_json_is_refused_without_being_repeated() {
    let api = Api::start().await;
    let deep = "[".repeat(100_000);
    for body in ["{", "FAKE_SECRET", "{\"key\": FAKE_SECRET}", "{} {}", "\u{feff}{}", &deep] {
        let reply = api.command("status", body).await;
        assert_eq!((reply.status, reply.json()["code"].as_str()), (400, Some("bad_input")), "{body:.40}");
        assert!(!reply.body.contains("FAKE_SECRET"));
    }
    assert_eq!(api.called(), [""; 0]);
}

/// Holds T20.
#[tokio::test]
async fn bodies_are_limited_and_an_import_may_be_larger() {
    let api = Api::start().await;
    let of_size = |size: usize| format!("\"{}\"", "x".repeat(size - 2));
    for (name, size, expected) in [
        ("quota", 1 << 20, 200),
        ("quota", (1 << 20) + 1, 413),
        ("import", 8 << 20, 200),
        ("import", (8 << 20) + 1, 413),
        ("quota", 12 << 20, 413),
    ] {
        assert_eq!(api.command(name, &of_size(size)).await.status, expected, "{name} with {size} bytes");
    }
    let word = format!("{{\"word\":\"{}\"}}", "x".repeat(4 << 10));
    let reply = api.send("POST", "/api/v1/login", &[("content-type", "application/json")], &word).await;
    assert_eq!(reply.status, 413);
}

#[tokio::test]
async fn a_page_that_was_never_built_says_how() {
    let dir = tempfile::tempdir().unwrap();
    let options = ControlOptions { assets: Arc::new(NoAssets), ..options(dir.path(), None) };
    let (server, fake) = (ControlServer::bind(options, Fake::default()).await.unwrap(), Fake::default());
    let api = Api { server, fake, dir };
    let reply = api.send("GET", "/", &[], "").await;
    assert_eq!(reply.status, 200);
    assert!(reply.body.contains("npm run build"), "{}", reply.body);
}
