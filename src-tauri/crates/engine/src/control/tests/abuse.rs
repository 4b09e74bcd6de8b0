//! Malformed framing, and clients that send slowly or not at all.

use super::*;

/// Holds T18, G5.
#[tokio::test]
async fn doubtful_framing_is_refused_and_the_connection_closed() {
    let api = Api::start().await;
    let head = format!(
        "POST /api/v1/status HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\n",
        api.port(),
        api.token()
    );
    let inner = head.replace("/status", "/quota") + "content-length: 2\r\n\r\n{}";
    for framing in [
        // Transfer-Encoding, with and without a length.
        "transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "content-length: 0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "transfer-encoding: identity\r\ncontent-length: 2\r\n\r\n{}",
        "transfer-encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "transfer-encoding: identity, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "transfer-encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "transfer-encoding: xchunked\r\n\r\n{}",
        "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n",
        "transfer-encoding:\tchunked\r\ncontent-length: 2\r\n\r\n{}",
        "transfer-encoding:\u{b}chunked\r\ncontent-length: 2\r\n\r\n{}",
        "Transfer-Encoding: Chunked\r\nContent-Length: 2\r\n\r\n{}",
        "transfer-encoding: \"chunked\"\r\ncontent-length: 2\r\n\r\n{}",
        "transfer-encoding: \r\ncontent-length: 2\r\n\r\n{}",
        "transfer-encoding : chunked\r\ncontent-length: 2\r\n\r\n{}",
        "transfer-encoding: chunked\r\n content-length: 2\r\n\r\n{}",
        // Lengths.
        "content-length: 2\r\ncontent-length: 2\r\n\r\n{}",
        "content-length: 2\r\ncontent-length: 3\r\n\r\n{} ",
        "content-length: 3\r\ncontent-length: 2\r\n\r\n{} ",
        "content-length: 2\r\nContent-Length: 2\r\n\r\n{}",
        "content-length: 2\r\nx: y\r\ncontent-length: 0\r\n\r\n{}",
        "content-length: 2, 2\r\n\r\n{}",
        "content-length: 2,3\r\n\r\n{}",
        "content-length: +2\r\n\r\n{}",
        "content-length: -2\r\n\r\n{}",
        "content-length: 0x2\r\n\r\n{}",
        "content-length: 2.0\r\n\r\n{}",
        "content-length: 2 \u{b}\r\n\r\n{}",
        "content-length: 2a\r\n\r\n{}",
        "content-length: \r\n\r\n",
        "content-length: 99999999999999999999\r\n\r\n{}",
        "content-length: 18446744073709551616\r\n\r\n{}",
        "content-length : 2\r\n\r\n{}",
        " content-length: 2\r\n\r\n{}",
        "content-length: 2\r\n folded\r\n\r\n{}",
        // Heads that are none.
        "content-length\r\n\r\n{}",
        ": 2\r\n\r\n{}",
        "content-length: 2\r\nx\0y: z\r\n\r\n{}",
        "content-length: 2\r\nx: y\0z\r\n\r\n{}",
        "content-length: 2\r\nx: y\rz\r\n\r\n{}",
        "content-length: 2\r\nx y: z\r\n\r\n{}",
    ] {
        let mut stream = api.connect().await;
        stream.write_all(format!("{head}{framing}{inner}").as_bytes()).await.unwrap();
        let reply = Reply::read(&mut stream).await;
        assert_eq!(reply.status, 400, "{framing:?}");
        assert!(!reply.body.contains("HTTP/1.1"), "one answer only: {reply:?}");
    }
    assert_eq!(api.called(), [""; 0]);
}

/// Holds T18, G5.
#[tokio::test]
async fn no_framing_vector_reaches_a_command() {
    let api = Api::start().await;
    let rest = format!(
        "host: 127.0.0.1:{}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n",
        api.port(),
        api.token()
    );
    let vectors = crate::listener::vectors::framings(2);
    for framing in &vectors {
        let inner = format!("POST /api/v1/quota HTTP/1.1\r\n{rest}content-length: 2\r\n\r\n{{}}");
        let request = format!("POST /api/v1/status HTTP/1.1\r\n{rest}{framing}\r\n{{}}{inner}");
        let reply = api.raw(request).await;
        assert!([400, 403].contains(&reply.status), "{framing:?}: {reply:?}");
        assert!(!reply.body.contains("HTTP/1.1"), "one answer only: {reply:?}");
    }
    for line in crate::listener::vectors::LINES {
        let line = line.replace("{TARGET}", "/api/v1/status");
        let reply = api.raw(format!("{line}\r\n{rest}content-length: 2\r\n\r\n{{}}")).await;
        assert!([0, 400, 403, 404, 405, 505].contains(&reply.status), "{line:?}: {reply:?}");
    }
    assert_eq!(api.called(), [""; 0]);
    let count = vectors.len() + crate::listener::vectors::LINES.len();
    assert!(count >= 120, "{count}");
    println!("figure T18, G5: control API: {count} framing vectors, 0 commands reached");
}

/// Holds T18.
#[tokio::test]
async fn request_lines_that_are_none_are_refused() {
    let api = Api::start().await;
    let rest = format!("host: 127.0.0.1:{}\r\nauthorization: Bearer {}\r\n\r\n", api.port(), api.token());
    for line in [
        "",
        " ",
        "GET",
        "GET /",
        "GET /\r\n",
        "GET / HTTP/2.0",
        "GET / HTTP/1.2",
        "GET / HTTP/0.9",
        "GET / http/1.1",
        "GET  / HTTP/1.1",
        "GET / HTTP/1.1 ",
        "GET /\0 HTTP/1.1",
        "GET / / HTTP/1.1",
        "G\u{e4}T / HTTP/1.1",
        "GET evil HTTP/1.1",
        "PRI * HTTP/2.0",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}",
    ] {
        let reply = api.raw(format!("{line}\r\n{rest}")).await;
        assert!([0, 400, 403, 404, 405, 505].contains(&reply.status), "{line:?}: {reply:?}");
    }
    assert_eq!(api.called(), [""; 0]);
}

#[tokio::test]
async fn a_connection_carries_one_request() {
    let api = Api::start().await;
    let bearer = format!("Bearer {}", api.token());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let one = api.request("POST", "/api/v1/status", &headers, "{}");
    let reply = api.raw(one.repeat(3)).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "{\"command\":\"status\"}"));
    assert_eq!(api.called(), ["status"]);
}

/// Holds T18, T20.
#[tokio::test]
async fn old_http_and_a_head_without_end_get_nothing() {
    let api = Api::start().await;
    let token = api.token();
    let reply =
        api.raw(format!("POST /api/v1/status HTTP/1.0\r\nauthorization: Bearer {token}\r\n\r\n")).await;
    assert_eq!(reply.status, 403, "no Host");
    let many: String = (0..200).map(|n| format!("x-{n}: y\r\n")).collect();
    let host = format!("host: 127.0.0.1:{}\r\n", api.port());
    assert_eq!(api.raw(format!("GET / HTTP/1.1\r\n{host}{many}\r\n")).await.status, 431, "200 header lines");
    let long = format!("GET / HTTP/1.1\r\n{host}x: {}\r\n\r\n", "y".repeat(1 << 20));
    assert_eq!(api.raw(long).await.status, 431, "a header line of 1 MiB");
    let target = format!("GET /{} HTTP/1.1\r\n{host}\r\n", "y".repeat(1 << 20));
    assert!([414, 431].contains(&api.raw(target).await.status), "a target of 1 MiB");
    assert_eq!(api.called(), [""; 0]);
}

/// Holds T19.
#[tokio::test]
async fn silent_and_slow_clients_do_not_keep_a_real_one_out() {
    let limits = Limits { head: Duration::from_secs(2), ..LIMITS };
    let api = Api::start_with(limits).await;
    let mut slow = Vec::new();
    for number in 0..512 {
        let mut stream = api.connect().await;
        if number % 2 == 0 {
            stream.write_all(b"POST /api/v1/status HTTP/1.1\r\nhost: ").await.unwrap();
        }
        slow.push(stream);
    }
    assert_eq!(api.command("status", "{}").await.status, 200);
    let newest = slow.last_mut().unwrap();
    let still_there = timeout(Duration::from_millis(50), newest.read_u8()).await;
    assert!(still_there.is_err(), "the real client was served while the slow ones were there");
    for mut stream in slow {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    }
    assert_eq!(api.command("status", "{}").await.status, 200);
}

/// Holds T19.
#[tokio::test]
async fn the_page_kept_open_by_others_does_not_keep_the_user_out() {
    let api = Api::start_with(Limits { connections: 8, ..LIMITS }).await;
    let mut holders = Vec::new();
    for _ in 0..16 {
        let mut stream = api.connect().await;
        let login =
            api.request("POST", "/api/v1/login", &[("content-type", "application/json")], "{\"word\":\"x\"}");
        stream.write_all(&login.as_bytes()[..login.len() - 1]).await.unwrap();
        holders.push(stream);
    }
    assert_eq!(api.command("status", "{}").await.status, 200);
}

/// Holds T19.
#[tokio::test]
async fn a_body_that_stops_coming_is_given_up() {
    let idle = Duration::from_millis(200);
    let api = Api::start_with(Limits { body_idle: idle, head: idle, ..LIMITS }).await;
    let bearer = format!("Bearer {}", api.token());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    for path in ["/api/v1/status", "/api/v1/login"] {
        let request = api.request("POST", path, &headers, "{\"word\":\"x\"}");
        assert_eq!(api.raw(&request[..request.len() - 1]).await.status, 408, "{path}");
    }
    assert_eq!(api.called(), [""; 0]);
}

#[tokio::test]
async fn a_body_that_ends_early_is_no_command() {
    let api = Api::start().await;
    let bearer = format!("Bearer {}", api.token());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let request = api.request("POST", "/api/v1/status", &headers, "{}");
    let mut stream = api.connect().await;
    stream.write_all(&request.as_bytes()[..request.len() - 1]).await.unwrap();
    stream.shutdown().await.unwrap();
    let reply = Reply::read(&mut stream).await;
    assert!([0, 400].contains(&reply.status), "{reply:?}");
    assert_eq!(api.called(), [""; 0]);
}
