//! Who gets in: names, origins, tokens, words, and what is open to everybody.

use super::*;
use crate::listener::vectors::{FOREIGN_HOSTS, FOREIGN_ORIGINS};

/// Holds T3, G5.
#[tokio::test]
async fn no_foreign_host_reaches_a_command_even_with_the_token() {
    let api = Api::start().await;
    let (port, token) = (api.port().to_string(), api.token());
    for vector in FOREIGN_HOSTS {
        let host = vector.replace("4711", &port);
        // The parser takes spaces around a value away, so these come in as the right name.
        if host.trim() != host && !host.trim().is_empty() {
            continue;
        }
        let request = format!(
            "POST /api/v1/status HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}"
        );
        assert_eq!(api.raw(request).await.status, 403, "Host {host:?}");
    }
    assert_eq!(api.called(), [""; 0]);
}

/// Holds T2, G5.
#[tokio::test]
async fn no_foreign_origin_reaches_a_command_even_with_the_token() {
    let api = Api::start().await;
    let (port, token) = (api.port().to_string(), api.token());
    for vector in FOREIGN_ORIGINS {
        let origin = vector.replace("4711", &port);
        if origin.trim() != origin && !origin.trim().is_empty() {
            continue;
        }
        let request = format!(
            "POST /api/v1/status HTTP/1.1\r\nhost: localhost:{port}\r\norigin: {origin}\r\n\
             authorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}"
        );
        let reply = api.raw(request).await;
        assert_eq!(reply.status, 403, "Origin {origin:?}");
        assert!(!reply.head.contains("access-control-"), "{reply:?}");
    }
    assert_eq!(api.called(), [""; 0]);
}

/// Holds T4, T7.
#[tokio::test]
async fn another_sites_page_cannot_even_load_the_page() {
    let api = Api::start().await;
    for headers in [
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-site")],
        [("origin", "http://evil.test")],
        [("referer", "http://evil.test/")],
    ] {
        for path in ["/", "/assets/index-C620Ktfz.js", "/api/v1/events"] {
            assert_eq!(api.send("GET", path, &headers, "").await.status, 403, "{path} {headers:?}");
        }
    }
}

/// Holds T6, T7, G6.
#[tokio::test]
async fn without_the_token_nothing_but_the_page_and_the_login_answers() {
    let api = Api::start().await;
    let mut paths: Vec<String> = NAMES.iter().map(|name| format!("/api/v1/{name}")).collect();
    for more in [
        "/api/v1/events",
        "/api/v1/",
        "/api/v1",
        "/api/v2/status",
        "/api/v1/status/",
        "/api/v1/../status",
        "/api//v1/status",
        "/API/v1/status",
        "/api/v1/unheard_of",
        "/index.html",
        "/assets",
        "/favicon.ico",
        "/healthz",
        "/metrics",
        "/control.json",
        "/..",
        "/%2e%2e/control.json",
        "//",
        "/?x=/assets/",
        "*",
    ] {
        paths.push(more.to_owned());
    }
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW"];
    for path in &paths {
        for method in methods {
            let reply = api.send(method, path, &[("content-type", "application/json")], "{}").await;
            let open = path == "/?x=/assets/" && ["GET", "HEAD"].contains(&method);
            let refused = [400, 401, 403, 405].contains(&reply.status);
            assert!(if open { reply.status == 200 } else { refused }, "{method} {path}: {}", reply.status);
        }
    }
    for method in methods {
        for path in ["/", "/assets/index-C620Ktfz.js"] {
            let expected = if ["GET", "HEAD"].contains(&method) { 200 } else { 405 };
            assert_eq!(api.send(method, path, &[], "").await.status, expected, "{method} {path}");
        }
        let login = api
            .send(method, "/api/v1/login", &[("content-type", "application/json")], "{\"word\":\"x\"}")
            .await;
        assert_eq!(login.status, if method == "POST" { 401 } else { 405 }, "{method} login");
    }
    assert_eq!(api.called(), [""; 0]);
}

/// Holds T7.
#[tokio::test]
async fn with_the_token_each_route_takes_its_own_method_only() {
    let api = Api::start().await;
    let bearer = format!("Bearer {}", api.token());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    for (method, path, expected) in [
        ("POST", "/api/v1/status", 200),
        ("GET", "/api/v1/status", 405),
        ("HEAD", "/api/v1/status", 405),
        ("PUT", "/api/v1/status", 405),
        ("DELETE", "/api/v1/status", 405),
        ("OPTIONS", "/api/v1/status", 405),
        ("POST", "/api/v1/events", 405),
        ("POST", "/api/v1/unheard_of", 404),
        ("POST", "/api/v1/STATUS", 404),
        ("POST", "/api/v1/status/", 404),
        ("POST", "/api/v1/status%20", 404),
        ("POST", "/api/v1/", 404),
        ("POST", "/status", 404),
        ("GET", "/favicon.ico", 404),
        ("GET", "/assets/missing.js", 404),
        ("GET", "/assets/../index.html", 404),
        ("GET", "/assets/%2e%2e/index.html", 404),
        ("GET", "/assets//index-C620Ktfz.js", 404),
    ] {
        assert_eq!(api.send(method, path, &headers, "").await.status, expected, "{method} {path}");
    }
    assert_eq!(api.called(), ["status"]);
}

/// Holds T8.
#[tokio::test]
async fn only_the_bearer_scheme_with_the_whole_token_opens() {
    let api = Api::start().await;
    let token = api.token();
    for (authorization, expected) in [
        (format!("Bearer {token}"), 200),
        (format!("bearer {token}"), 200),
        (format!("Bearer  {token}"), 401),
        (format!("Bearer {token}x"), 401),
        (format!("Bearer {}", &token[1..]), 401),
        (format!("Basic {token}"), 401),
        (format!("Bearer{token}"), 401),
        (token.clone(), 401),
        ("Bearer".to_owned(), 401),
        (String::new(), 401),
    ] {
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let reply = api.send("POST", "/api/v1/status", &headers, "{}").await;
        assert_eq!(reply.status, expected, "{authorization:?}");
    }
    let twice = [("authorization", format!("Bearer {token}")), ("authorization", format!("Bearer {token}"))];
    let twice: Vec<_> = twice.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(api.send("POST", "/api/v1/status", &twice, "{}").await.status, 401, "two Authorization lines");
    let query = format!("/api/v1/status?token={token}");
    assert_eq!(api.send("POST", &query, &[], "{}").await.status, 401, "a token in the address");
}

/// Holds T8.
#[tokio::test]
async fn guessing_is_answered_429_and_the_user_still_gets_in() {
    let api = Api::start().await;
    let mut answers = Vec::new();
    for guess in 0..30 {
        let bearer = format!("Bearer guess-{guess}");
        answers.push(api.send("POST", "/api/v1/status", &[("authorization", &bearer)], "{}").await.status);
    }
    assert_eq!(answers, [[401; 20].as_slice(), &[429; 10]].concat());
    assert_eq!(api.command("status", "{}").await.status, 200);
    assert_eq!(api.called(), ["status"]);
}

#[tokio::test]
async fn a_link_opens_one_session_once() {
    let api = Api::start().await;
    let link = api.server.handle().issue_link().url;
    let (page, word) = link.split_once("#t=").unwrap();
    assert_eq!(page, format!("http://127.0.0.1:{}/", api.port()));
    let json = [("content-type", "application/json")];
    let body = format!("{{\"word\":\"{word}\"}}");
    let first = api.send("POST", "/api/v1/login", &json, &body).await;
    assert_eq!(first.status, 200);
    let token = first.json()["token"].as_str().unwrap().to_owned();
    assert_ne!(token, api.token(), "the page gets a token of its own");
    assert_eq!(api.send("POST", "/api/v1/login", &json, &body).await.status, 401, "a second time");
    let bearer = format!("Bearer {token}");
    let reply = api.send("POST", "/api/v1/status", &[("authorization", &bearer), json[0]], "{}").await;
    assert_eq!(reply.status, 200);
    let bearer = format!("Bearer {word}");
    let reply = api.send("POST", "/api/v1/status", &[("authorization", &bearer), json[0]], "{}").await;
    assert_eq!(reply.status, 401, "the word itself is no token");
}

/// Holds T2, T21.
#[tokio::test]
async fn every_answer_is_hardened_and_none_speaks_cors() {
    let api = Api::start().await;
    let bearer = format!("Bearer {}", api.token());
    let preflight = [
        ("origin", "http://evil.test"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization"),
    ];
    let replies = [
        api.send("GET", "/", &[], "").await,
        api.send("GET", "/assets/index-C620Ktfz.js", &[], "").await,
        api.send("GET", "/assets/missing.js", &[], "").await,
        api.send("GET", "/", &[("origin", "http://evil.test")], "").await,
        api.send("POST", "/api/v1/status", &[], "{}").await,
        api.send("OPTIONS", "/api/v1/status", &preflight, "").await,
        api.send("OPTIONS", "/api/v1/status", &preflight[1..], "").await,
        api.command("status", "{}").await,
        api.command("panics", "{}").await,
        api.send("GET", "/nothing", &[("authorization", &bearer)], "").await,
    ];
    for reply in &replies {
        for header in [
            "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
             img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "x-frame-options: deny",
            "cache-control: ",
            "connection: close",
        ] {
            assert!(reply.head.contains(header), "{header} in {reply:?}");
        }
        assert!(!reply.head.contains("access-control-"), "{reply:?}");
        assert!(!reply.head.contains("set-cookie"), "{reply:?}");
        assert!(!reply.head.contains("\nserver:"), "{reply:?}");
    }
    assert!(replies[0].head.contains("cache-control: no-cache"));
    assert!(replies[1].head.contains("immutable"));
    assert!(replies[7].head.contains("cache-control: no-store"));
}
