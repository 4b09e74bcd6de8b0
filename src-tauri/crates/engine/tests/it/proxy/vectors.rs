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
