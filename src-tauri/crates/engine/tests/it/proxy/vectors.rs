//! Every name, page and framing that must not pass, against the proxy with the right key.

use super::{Door, GEMINI, chat, generates};
use crate::bench::size;
use engine::testkit::vectors::{FOREIGN_HOSTS, FOREIGN_ORIGINS, LINES, framings};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Holds T2, T3, G5.
#[tokio::test(flavor = "multi_thread")]
async fn no_foreign_name_or_page_reaches_the_service_even_with_the_key() {
    let door = Door::with(&["ada"]).await;
    let port = door.address.port().to_string();
    let mut count = [0, 0];
    for (place, vectors) in [FOREIGN_HOSTS, FOREIGN_ORIGINS].into_iter().enumerate() {
        for vector in vectors {
            let value = vector.replace("4711", &port);
            // The parser takes spaces around a value away, so these come in as the right name.
            if value.trim() != value && !value.trim().is_empty() {
                continue;
            }
            let headers = match place {
                0 => format!("host: {value}\r\n"),
                _ => format!("host: localhost:{port}\r\norigin: {value}\r\n"),
            };
            let answer = door.raw(&head("POST /v1/chat/completions HTTP/1.1", &headers, &door)).await;
            assert!(answer.starts_with("HTTP/1.1 403"), "{headers:?}: {answer}");
            assert!(!answer.to_lowercase().contains("access-control-"), "{headers:?}: {answer}");
            count[place] += 1;
        }
    }
    assert!(door.bench.simulator.calls().iter().all(|call| !generates(call)));
    println!("figure T3, G5: proxy: {} Host vectors, 0 calls", count[0]);
    println!("figure T2, G5: proxy: {} Origin vectors, 0 calls, no CORS header", count[1]);
}

/// Every address of the proxy, and some where nothing is.
fn routes() -> Vec<(&'static str, String)> {
    let to = |verb, path: &str| (verb, path.to_owned());
    vec![
        to("GET", "/healthz"),
        to("POST", "/v1/chat/completions"),
        to("POST", "/v1/completions"),
        to("POST", "/v1/responses"),
        to("POST", "/v1/images/generations"),
        to("POST", "/v1/messages"),
        to("POST", "/v1/messages/count_tokens"),
        to("GET", "/v1/models"),
        to("GET", "/v1beta/models"),
        to("GET", &format!("/v1/models/{GEMINI}")),
        to("POST", &format!("/v1beta/models/{GEMINI}:generateContent")),
        to("POST", &format!("/v1beta/models/{GEMINI}:streamGenerateContent")),
        to("POST", &format!("/v1/models/{GEMINI}:countTokens")),
        to("POST", "/v1/embeddings"),
        to("GET", "/"),
    ]
}

/// What a browser sends for a page: the question whether it may, and then the request.
fn from_page(door: &Door, origin: &str, verb: &str, path: &str) -> [String; 2] {
    let host = format!("host: localhost:{}\r\norigin: {origin}\r\n", door.address.port());
    let asks = "access-control-request-method: POST\r\naccess-control-request-headers: authorization,content-type,x-stainless-os\r\n";
    [
        format!("OPTIONS {path} HTTP/1.1\r\n{host}{asks}connection: close\r\n\r\n"),
        head(&format!("{verb} {path} HTTP/1.1"), &host, door),
    ]
}

/// What an answer says about pages that may read it.
fn allowed(answer: &str) -> Vec<String> {
    let head = answer.split("\r\n\r\n").next().unwrap_or_default().to_lowercase();
    head.lines().filter(|line| line.starts_with("access-control-")).map(str::to_owned).collect()
}

/// Holds T2, G5.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_let_in_gets_itself_and_no_other_page_gets_anything() {
    const PAGE: &str = "https://app.example.com";
    let alike = [
        "http://app.example.com",
        "https://app.example.com/",
        "https://app.example.com:8443",
        "https://app.example.com.evil.test",
        "https://x.app.example.com",
        "https://app.example.com, https://evil.test",
    ];
    let door = Door::with(&["ada"]).await;
    let (port, mut count) = (door.address.port().to_string(), 0);
    for pages in ["", PAGE] {
        door.bench.set("proxy_origins", pages).await;
        for origin in FOREIGN_ORIGINS.iter().chain(&alike) {
            let origin = origin.replace("4711", &port);
            // The parser takes spaces around a value away, so these come in as another one.
            if origin.trim() != origin {
                continue;
            }
            for (verb, path) in routes() {
                for request in from_page(&door, &origin, verb, &path) {
                    let answer = door.raw(&request).await;
                    assert!(answer.starts_with("HTTP/1.1 403"), "{pages:?} {request:?}: {answer}");
                    assert_eq!(allowed(&answer), [""; 0], "{pages:?} {request:?}: {answer}");
                    count += 1;
                }
            }
        }
    }
    assert!(door.bench.simulator.calls().iter().all(|call| !generates(call)));
    println!("figure T2: {count} requests of pages that were not let in, 0 calls, no CORS header");

    for (verb, path) in routes() {
        let [asks, sends] = from_page(&door, PAGE, verb, &path);
        let answer = door.raw(&asks).await;
        assert!(answer.starts_with("HTTP/1.1 204"), "{path}: {answer}");
        let expected = [
            "access-control-allow-headers: authorization,content-type,x-stainless-os",
            "access-control-allow-methods: get, post",
            "access-control-allow-origin: https://app.example.com",
            "access-control-expose-headers: retry-after, x-headroom-credential, x-headroom-decision",
            "access-control-max-age: 600",
        ];
        let mut said = allowed(&answer);
        said.sort();
        assert_eq!(said, expected, "{path}");
        assert!(answer.to_lowercase().contains("vary: origin"), "{path}: {answer}");

        let without_key = sends.replace(&door.key, "hr-wrong");
        for (request, keyless) in [(&sends, false), (&without_key, true)] {
            let answer = door.raw(request).await;
            if keyless && path != "/healthz" {
                let refused = answer.starts_with("HTTP/1.1 401") || answer.starts_with("HTTP/1.1 429");
                assert!(refused, "{path}: {answer}");
            }
            let mut said = allowed(&answer);
            said.sort();
            assert_eq!(said, [expected[2], expected[3]], "{path}: {answer}");
        }
    }
    let calls = door.calls().len();
    let [asks, sends] = from_page(&door, PAGE, "POST", "/v1/chat/completions");
    door.raw(&asks).await;
    assert_eq!(door.calls().len(), calls, "a question touches nothing");
    assert!(door.raw(&sends).await.starts_with("HTTP/1.1 200"));
    // Gone with the setting, without a restart.
    door.bench.set("proxy_origins", "").await;
    assert!(door.raw(&sends).await.starts_with("HTTP/1.1 403"));
}

/// Holds T18, G5.
#[tokio::test(flavor = "multi_thread")]
async fn no_framing_vector_reaches_the_service_even_with_the_key() {
    let door = Door::with(&["ada"]).await;
    let body = chat(GEMINI, false).to_string();
    let smuggled = door.request("/v1/chat/completions", &chat(GEMINI, false));
    let host = format!("host: {}\r\n", door.address);
    let vectors = framings(body.len());
    for framing in &vectors {
        let start = start("POST /v1/chat/completions HTTP/1.1", &host, &door);
        let answer = door.raw(&format!("{start}{framing}\r\n{body}{smuggled}")).await;
        let refused = answer.starts_with("HTTP/1.1 400") || answer.starts_with("HTTP/1.1 403");
        assert!(refused, "{framing:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{framing:?}: {answer}");
    }
    for line in LINES {
        let line = line.replace("{TARGET}", "/v1/chat/completions");
        let answer = door.raw(&head(&line, &host, &door)).await;
        assert!(!answer.starts_with("HTTP/1.1 200"), "{line:?}: {answer}");
    }
    assert!(door.calls().is_empty(), "{:?}", door.calls());
    println!("figure T18, G5: proxy: {} framing vectors, 0 calls", vectors.len() + LINES.len());
}

/// Holds T8.
#[tokio::test(flavor = "multi_thread")]
async fn no_wrong_key_of_many_is_taken() {
    let door = Door::with(&["ada"]).await;
    let tries: usize = size("HEADROOM_WRONG_KEYS", 500);
    let mut refused = 0;
    for n in 0..tries {
        // Close to the right one, and anything.
        let mut key = door.key.clone();
        match n % 3 {
            0 => key.truncate(n % key.len()),
            1 => key.push('x'),
            _ => key = format!("{}{n}", &key[..key.len() - 1]),
        }
        let status = door.post_as(&key, "/v1/messages", &chat(GEMINI, false)).await.status().as_u16();
        assert!(status == 401 || status == 429, "{key}: {status}");
        refused += usize::from(status == 429);
    }
    assert!(refused >= tries - 40, "{refused} of {tries} were throttled");
    assert!(door.calls().is_empty());
    assert_eq!(door.chat(GEMINI).await.status(), 200);
    println!("figure T8: {tries} wrong keys: 0 taken, {refused} throttled; the right one enters");
}

/// Holds T19.
#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_slow_connections_do_not_slow_a_client() {
    let door = Door::with(&["ada"]).await;
    door.chat(GEMINI).await;
    let mut slow = Vec::new();
    let mut slowest = Duration::ZERO;
    for n in 0..512 {
        let mut stream = TcpStream::connect(door.address).await.unwrap();
        let piece: &[u8] = match n % 4 {
            0 => b"",
            1 => b"POST /v1/messages HTTP/1.1\r\nhost: ",
            2 => b"P",
            _ => b"POST /v1/messages HTTP/1.1\r\nx: y\r\n",
        };
        let _ = stream.write_all(piece).await;
        slow.push(stream);
        if n % 32 == 31 {
            slowest = slowest.max(served_within(&door).await);
        }
    }
    for _ in 0..20 {
        // They go on dripping, as such clients do.
        for stream in &mut slow {
            let _ = stream.try_write(b"x");
        }
        slowest = slowest.max(served_within(&door).await);
    }
    println!("figure T19: 512 slow connections: a client of its own connection waits {slowest:.1?} at most");
    assert!(slowest < Duration::from_millis(100), "{slowest:?}");
}

/// How long a client with a connection of its own waits for its answer.
async fn served_within(door: &Door) -> Duration {
    let fresh = reqwest::Client::builder().no_proxy().build().unwrap();
    let began = tokio::time::Instant::now();
    let request = fresh.get(door.url("/v1/models")).bearer_auth(&door.key);
    assert_eq!(request.send().await.unwrap().status(), 200);
    began.elapsed()
}

/// A whole request with the right key.
fn head(line: &str, headers: &str, door: &Door) -> String {
    let body = chat(GEMINI, false).to_string();
    format!("{}content-length: {}\r\n\r\n{body}", start(line, headers, door), body.len())
}

fn start(line: &str, headers: &str, door: &Door) -> String {
    format!(
        "{line}\r\n{headers}authorization: Bearer {}\r\ncontent-type: application/json\r\nconnection: close\r\n",
        door.key
    )
}
