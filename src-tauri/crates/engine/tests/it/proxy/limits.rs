//! How long and how much is waited for. Time is held and moved by hand while sockets are real.

use super::{Door, GEMINI, chat, generates, until};
use serde_json::json;
use simulator::{CallKind, Fault, FaultKind};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Holds F12.
#[tokio::test]
async fn an_upstream_that_says_nothing_is_given_up_after_two_minutes() {
    let door = Door::with(&["ada"]).await;
    door.bench.simulator.script(Fault::new(FaultKind::Hang).on(CallKind::StreamGenerate).always());
    let request = door.http.post(door.url("/v1/chat/completions")).bearer_auth(&door.key);
    let waiting = engine::tasks::Tasks::default().run(request.json(&chat(GEMINI, true)).send());
    let simulator = door.bench.simulator.clone();
    until("the call is under way", || simulator.calls().iter().any(generates)).await;
    let held = Held::time();
    held.pass(Duration::from_secs(119)).await;
    assert!(door.calls()[0].ended.is_none(), "it may still begin");
    held.pass(Duration::from_secs(2)).await;
    settle(|| door.calls()[0].ended.is_some()).await;
    assert!(door.calls()[0].ended.is_some(), "{:?}", door.calls());
    // The credential is the only one: what is known to pass is tried again with it, each time for as long.
    let mut tries = 1;
    while !waiting.is_finished() {
        assert!(tries < 10, "it goes on and on");
        held.pass(Duration::from_secs(130)).await;
        settle(|| waiting.is_finished()).await;
        tries += 1;
    }
    let answer = waiting.await.unwrap().unwrap();
    assert!([502, 503, 504].contains(&answer.status().as_u16()), "{answer:?}");
    println!(
        "figure F12: without a first byte a call is closed between 119 s and 121 s; {} calls, then {}",
        door.calls().len(),
        answer.status()
    );
}

/// Holds F12, F13.
#[tokio::test]
async fn a_stream_lives_while_something_comes_and_is_given_up_after_five_silent_minutes() {
    let door = Door::with(&["ada"]).await;
    door.bench.simulator.script(Fault::new(FaultKind::Stall { after: 1_500 }).on(CallKind::StreamGenerate));
    let mut body = chat(GEMINI, true);
    body["messages"][0]["content"] = json!("sim:long=4000");
    let mut client = TcpStream::connect(door.address).await.unwrap();
    client.write_all(door.request("/v1/chat/completions", &body).as_bytes()).await.unwrap();
    let mut first = [0; 400];
    client.read_exact(&mut first).await.unwrap();
    let held = Held::time();
    // A little more than the pause between two signs of life: timers round up.
    for _ in 0..18 {
        held.pass(Duration::from_millis(15_010)).await;
    }
    let mut text = String::new();
    drain(&mut client, &mut text).await;
    assert!(
        text.contains(": ping"),
        "signs of life: {} bytes, {}",
        text.len(),
        &text[text.len().saturating_sub(300)..]
    );
    assert!(!text.contains("\"error\""), "270 silent seconds are fine: {text}");
    for _ in 0..3 {
        held.pass(Duration::from_millis(15_010)).await;
    }
    drain(&mut client, &mut text).await;
    assert!(text.contains("\"error\"") && !text.contains("[DONE]"), "{text}");
    println!(
        "figure F12, F13: a silent stream lives 270 s with signs of life and is told broken after 300 s"
    );
}

/// Time that stands still until it is moved. A blocking task keeps the paused clock from jumping to the next timer
/// while everybody waits for sockets.
struct Held {
    _until_dropped: std::sync::mpsc::Sender<()>,
}

impl Held {
    fn time() -> Self {
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        tokio::task::spawn_blocking(move || receiver.recv());
        tokio::time::pause();
        Self { _until_dropped: sender }
    }

    async fn pass(&self, time: Duration) {
        tokio::time::advance(time).await;
        settle(|| false).await;
    }
}

/// Lets sockets and tasks do what they have to: they need real time, and the clock stands still.
async fn settle(done: impl Fn() -> bool) {
    for _ in 0..200 {
        if done() {
            return;
        }
        tokio::task::yield_now().await;
        tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_micros(250))).await.unwrap();
    }
}

async fn drain(client: &mut TcpStream, text: &mut String) {
    let mut buffer = [0; 16_384];
    for _ in 0..50 {
        settle(|| false).await;
        match client.try_read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => text.push_str(&String::from_utf8_lossy(&buffer[..count])),
            Err(_) => return,
        }
    }
}
