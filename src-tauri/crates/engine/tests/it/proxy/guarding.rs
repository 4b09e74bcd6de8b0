//! Who is let in, and what is never let through.

use super::{Door, GEMINI, chat, generates};
use serde_json::json;

/// Holds T6, G6.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_nothing_answers_but_a_sign_of_life() {
    let door = Door::with(&["ada"]).await;
    let health = door.http.get(door.url("/healthz")).send().await.unwrap();
    assert_eq!((health.status().as_u16(), health.text().await.unwrap().as_str()), (200, "ok\n"));
    let model = format!("/v1beta/models/{GEMINI}:generateContent");
    for path in [
        "/",
        "/v1/models",
        "/v1beta/models",
        "/v1/models/x",
        "/v1/chat/completions",
        "/v1/completions",
        "/v1/responses",
        "/v1/images/generations",
        "/v1/messages",
        "/v1/messages/count_tokens",
        model.as_str(),
        "/internal/warmup",
        "/api/v1/status",
        "/assets/index.js",
        "/v1/embeddings",
        "/metrics",
        "/healthz/x",
    ] {
        for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"] {
            let request =
                door.http.request(method.parse().unwrap(), door.url(path)).json(&chat(GEMINI, false));
            let status = request.send().await.unwrap().status();
            assert!(status == 401 || status == 429, "{method} {path}: {status}");
        }
    }
    assert!(door.bench.simulator.calls().iter().all(|call| !generates(call)));
}

/// Holds T8.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_keys_are_refused_in_the_dialect_and_throttled_and_the_right_one_still_enters() {
    let door = Door::with(&["ada"]).await;
    let mut statuses = Vec::new();
    for n in 0..40 {
        let answer = door.post_as(&format!("hr-wrong{n}"), "/v1/messages", &chat(GEMINI, false)).await;
        statuses.push(answer.status().as_u16());
        if n == 0 {
            let body: serde_json::Value = answer.json().await.unwrap();
            assert_eq!(body["error"]["type"], "authentication_error", "{body}");
        }
    }
    assert_eq!(statuses.iter().filter(|s| **s == 401).count(), 20);
    assert_eq!(statuses.iter().filter(|s| **s == 429).count(), 20);
    assert_eq!(door.chat(GEMINI).await.status(), 200);
    let neighbour = reqwest::Client::builder()
        .no_proxy()
        .local_address(std::net::IpAddr::from([127, 0, 0, 2]))
        .build()
        .unwrap();
    let wrong = neighbour.get(door.url("/v1/models")).bearer_auth("hr-wrong").send().await.unwrap();
    assert_eq!(wrong.status(), 401, "another peer has guessed nothing");
    let elsewhere = format!("/v1/chat/completions?key={}", door.key);
    let answer = door.http.post(door.url(&elsewhere)).json(&chat(GEMINI, false)).send().await.unwrap();
    assert_eq!(answer.status(), 429, "a key in the query counts on Google's paths alone");
}

/// Holds T2, T3, T4.
#[tokio::test(flavor = "multi_thread")]
async fn other_hosts_and_pages_get_nothing() {
    let door = Door::with(&["ada"]).await;
    let body = chat(GEMINI, false).to_string();
    let port = door.address.port();
    let send = |host: String, extra: String| {
        let request = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: {host}\r\n{extra}authorization: Bearer {}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            door.key,
            body.len()
        );
        let door = &door;
        async move { door.raw(&request).await }
    };
    for host in [
        "evil.test",
        "evil.test:PORT",
        "localhost",
        "127.0.0.1",
        "127.0.0.1:1",
        "[::1]",
        "0.0.0.0:PORT",
        "127.1:PORT",
        "2130706433:PORT",
        "localhost.:PORT",
        "LOCALHOST:PORT",
        "a@localhost:PORT",
        "",
    ] {
        let answer = send(host.replace("PORT", &port.to_string()), String::new()).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{host}: {answer}");
    }
    for extra in [
        "origin: null",
        "origin: http://evil.test",
        "origin: https://localhost:PORT",
        "origin: http://localhost:1",
        "referer: http://evil.test/",
        "sec-fetch-site: cross-site",
        "sec-fetch-site: same-site",
        "host: evil.test",
    ] {
        let extra = format!("{}\r\n", extra.replace("PORT", &port.to_string()));
        let answer = send(format!("localhost:{port}"), extra.clone()).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{extra}: {answer}");
        assert!(!answer.to_lowercase().contains("access-control-"), "{answer}");
    }
    let preflight = format!(
        "OPTIONS /v1/chat/completions HTTP/1.1\r\nhost: localhost:{port}\r\norigin: http://evil.test\r\naccess-control-request-method: POST\r\nconnection: close\r\n\r\n"
    );
    assert!(door.raw(&preflight).await.starts_with("HTTP/1.1 403"));
    assert!(door.calls().is_empty());
    let own = send(format!("localhost:{port}"), String::new()).await;
    assert!(own.starts_with("HTTP/1.1 200"), "{own}");
}

/// Holds T18.
#[tokio::test(flavor = "multi_thread")]
async fn requests_that_can_be_read_in_two_ways_are_refused_and_end_the_connection() {
    let door = Door::with(&["ada"]).await;
    let body = chat(GEMINI, false).to_string();
    let length = body.len();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n",
        door.address, door.key
    );
    let smuggled = door.request("/v1/chat/completions", &chat(GEMINI, false));
    for (what, framing, sent) in [
        (
            "length then chunks",
            format!("content-length: {length}\r\ntransfer-encoding: chunked\r\n"),
            body.clone(),
        ),
        (
            "chunks then length",
            format!("transfer-encoding: chunked\r\ncontent-length: {length}\r\n"),
            body.clone(),
        ),
        ("two lengths", format!("content-length: {length}\r\ncontent-length: {length}\r\n"), body.clone()),
        ("two other lengths", format!("content-length: {length}\r\ncontent-length: 0\r\n"), body.clone()),
        ("a list of lengths", format!("content-length: {length}, {length}\r\n"), body.clone()),
        ("a signed length", format!("content-length: +{length}\r\n"), body.clone()),
        (
            "two encodings",
            "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n".into(),
            "0\r\n\r\n".into(),
        ),
        ("another encoding", "transfer-encoding: gzip\r\n".into(), body.clone()),
        ("space before the colon", format!("content-length : {length}\r\n"), body.clone()),
        ("a folded line", format!("x: a\r\n b\r\ncontent-length: {length}\r\n"), body.clone()),
        (
            "an upgrade",
            format!("upgrade: websocket\r\nconnection: upgrade\r\ncontent-length: {length}\r\n"),
            body.clone(),
        ),
    ] {
        let answer = door.raw(&format!("{head}{framing}\r\n{sent}{smuggled}")).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{what}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{what}: {answer}");
    }
    let old = head.replace("HTTP/1.1", "HTTP/1.0");
    let answer = door.raw(&format!("{old}transfer-encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}")).await;
    assert!(answer.starts_with("HTTP/1.") && !answer.contains(" 200 "), "{answer}");
    assert!(door.calls().is_empty());

    // Chunks alone are a good request, and the last one of their connection.
    let chunked =
        format!("{head}transfer-encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n{smuggled}");
    let answer = door.raw(&chunked).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!((answer.matches("HTTP/1.1 ").count(), door.calls().len()), (1, 1), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_carries_several_requests() {
    let door = Door::with(&["ada"]).await;
    let one = door.request("/v1/chat/completions", &chat(GEMINI, false));
    let last = one.replace("content-type", "connection: close\r\ncontent-type");
    let answer = door.raw(&format!("{one}{one}{last}")).await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 3, "{answer}");
    assert_eq!(door.calls().len(), 3);
}

/// Holds T20, T1.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_or_no_json_is_refused() {
    let door = Door::with(&["ada"]).await;
    let head = |extra: &str| {
        format!(
            "POST /v1/messages HTTP/1.1\r\nhost: {}\r\nx-api-key: {}\r\nconnection: close\r\n{extra}\r\n",
            door.address, door.key
        )
    };
    let large = door.raw(&head("content-type: application/json\r\ncontent-length: 33554433\r\n")).await;
    assert!(large.starts_with("HTTP/1.1 413") && large.contains("request_too_large"), "{large}");
    let form = door.raw(&(head("content-type: text/plain\r\ncontent-length: 2\r\n") + "{}")).await;
    assert!(form.starts_with("HTTP/1.1 415"), "{form}");
    let packed = head("content-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n");
    assert!(door.raw(&(packed + "{}")).await.starts_with("HTTP/1.1 415"));
    let broken = door.post("/v1/chat/completions", &json!("no object")).await;
    assert_eq!(broken.status(), 400);
    let many: String = (0..101).map(|n| format!("x-{n}: y\r\n")).collect();
    assert!(door.raw(&head(&many)).await.starts_with("HTTP/1.1 431"));
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = format!("{{\"model\":\"{GEMINI}\",\"messages\":{deep}}}");
    let request = door.http.post(door.url("/v1/chat/completions")).bearer_auth(&door.key);
    let answer = request.header("content-type", "application/json").body(body).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert!(door.calls().is_empty());
    let get = door.http.get(door.url("/v1/messages")).bearer_auth(&door.key).send().await.unwrap();
    assert_eq!((get.status().as_u16(), get.headers()["allow"].to_str().unwrap()), (405, "POST"));
}

/// Holds T17.
#[tokio::test(flavor = "multi_thread")]
async fn addresses_in_a_request_are_never_fetched() {
    let canary = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    canary.set_nonblocking(true).unwrap();
    let url = format!("http://{}/x.png", canary.local_addr().unwrap());
    let door = Door::with(&["ada"]).await;
    let image = json!({"model": GEMINI, "messages": [{"role": "user", "content": [
        {"type": "image_url", "image_url": {"url": url}}]}]});
    assert_eq!(door.post("/v1/chat/completions", &image).await.status(), 400);
    let source = json!({"model": GEMINI, "max_tokens": 5, "messages": [{"role": "user", "content": [
        {"type": "image", "source": {"type": "url", "url": url}}]}]});
    assert_eq!(door.post("/v1/messages", &source).await.status(), 400);
    assert!(canary.accept().is_err(), "nobody came");
}

/// Holds T5.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_the_query_goes_no_further() {
    let door = Door::with(&["ada"]).await;
    let path = format!("/v1beta/models/{GEMINI}:generateContent?key={}", door.key);
    let body = json!({"contents": [{"parts": [{"text": "Say hello."}]}]});
    assert_eq!(door.http.post(door.url(&path)).json(&body).send().await.unwrap().status(), 200);
    let calls = door.bench.simulator.calls();
    assert!(calls.iter().any(generates));
    assert!(!format!("{calls:?}").contains(&door.key));
    for _ in 0..100 {
        if !door.bench.requests().await.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(!format!("{:?}", door.bench.requests().await).contains(&door.key));
}

/// Holds T19.
#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_keep_no_client_out() {
    use tokio::io::AsyncWriteExt;
    let door = Door::with(&["ada"]).await;
    let mut silent = Vec::new();
    for n in 0..400 {
        let mut stream = tokio::net::TcpStream::connect(door.address).await.unwrap();
        if n % 3 != 0 {
            let _ = stream.write_all(b"POST /v1/messages HTTP/1.1\r\nhost: ").await;
        }
        silent.push(stream);
    }
    let began = tokio::time::Instant::now();
    assert_eq!(door.chat(GEMINI).await.status(), 200);
    assert!(began.elapsed() < std::time::Duration::from_secs(2), "{:?}", began.elapsed());
}
