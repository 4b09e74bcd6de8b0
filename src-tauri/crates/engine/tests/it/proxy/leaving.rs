//! Clients that go: the upstream's call ends with them, and nothing is tried again.

use super::{Door, GEMINI, chat, until};
use engine::proxy::log::Outcome;
use serde_json::json;
use simulator::{CallKind, End, Fault, FaultKind};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Holds F20, G7.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_in_the_stream_ends_the_call() {
    let door = Door::with(&["ada", "bob"]).await;
    for (path, stream) in [
        ("/v1/chat/completions".to_owned(), true),
        ("/v1/messages".to_owned(), true),
        (format!("/v1beta/models/{GEMINI}:streamGenerateContent?alt=sse"), false),
    ] {
        door.bench.simulator.clear_calls();
        let endless = FaultKind::HugeStream { events: None, characters: 64 };
        door.bench.simulator.script(Fault::new(endless).on(CallKind::StreamGenerate));
        let mut body = chat(GEMINI, stream);
        body["max_tokens"] = json!(1_000);
        if !stream {
            body = json!({"contents": [{"parts": [{"text": "go on"}]}]});
        }
        let mut client = TcpStream::connect(door.address).await.unwrap();
        client.write_all(door.request(&path, &body).as_bytes()).await.unwrap();
        let mut some = vec![0; 4_096];
        client.read_exact(&mut some).await.unwrap();
        assert!(some.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&some));
        drop(client);
        ends_cancelled(&door).await;
    }
}

/// Holds F21, G7.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_before_the_first_byte_ends_the_call() {
    let door = Door::with(&["ada", "bob"]).await;
    for stream in [true, false] {
        door.bench.simulator.clear_calls();
        door.bench.simulator.script(Fault::new(FaultKind::Hang).on(CallKind::StreamGenerate));
        let mut client = TcpStream::connect(door.address).await.unwrap();
        let request = door.request("/v1/chat/completions", &chat(GEMINI, stream));
        client.write_all(request.as_bytes()).await.unwrap();
        let simulator = door.bench.simulator.clone();
        until("the call is under way", || simulator.calls().iter().any(super::generates)).await;
        drop(client);
        ends_cancelled(&door).await;
    }
    until_recorded(&door, 2).await;
    let records = door.bench.requests().await;
    assert!(records.iter().all(|r| r.outcome == Outcome::Cancelled && r.status == 499), "{records:?}");
}

/// Holds F22, G7.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_while_waiting_makes_no_further_call() {
    let door = Door::with(&["ada"]).await;
    let full = FaultKind::error("503.capacity.no_retry_info");
    door.bench.simulator.script(Fault::new(full).on(CallKind::StreamGenerate).always());
    let mut client = TcpStream::connect(door.address).await.unwrap();
    let request = door.request("/v1/chat/completions", &chat(GEMINI, true));
    client.write_all(request.as_bytes()).await.unwrap();
    let simulator = door.bench.simulator.clone();
    until("the first call has failed", || simulator.calls().iter().any(super::generates)).await;
    drop(client);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(door.calls().len(), 1);
}

/// Holds F18.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_slows_the_upstream_down() {
    let door = Door::with(&["ada"]).await;
    let endless = FaultKind::HugeStream { events: None, characters: 1_024 };
    door.bench.simulator.script(Fault::new(endless).on(CallKind::StreamGenerate));
    let mut client = TcpStream::connect(door.address).await.unwrap();
    client.write_all(door.request("/v1/chat/completions", &chat(GEMINI, true)).as_bytes()).await.unwrap();
    let sent = || door.calls()[0].bytes_sent;
    let mut some = [0; 1_024];
    client.read_exact(&mut some).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let full = sent();
    tokio::time::sleep(Duration::from_millis(500)).await;
    // What is in flight fills the buffers of four sockets and then stands still.
    assert_eq!(sent(), full, "{full} bytes");
    assert!(full < 24 << 20, "{full} bytes");
}

async fn ends_cancelled(door: &Door) {
    let left = Instant::now();
    let simulator = door.bench.simulator.clone();
    let ended = || {
        let calls: Vec<_> = simulator.calls().into_iter().filter(super::generates).collect();
        calls.len() == 1 && calls[0].end != End::Open
    };
    until("the upstream's call ends", ended).await;
    assert!(left.elapsed() < Duration::from_millis(500), "{:?}", left.elapsed());
    tokio::time::sleep(Duration::from_millis(100)).await;
    let calls = door.calls();
    assert_eq!((calls.len(), calls[0].end), (1, End::Cancelled), "no second call");
}

async fn until_recorded(door: &Door, count: usize) {
    for _ in 0..100 {
        if door.bench.requests().await.len() >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never recorded");
}
