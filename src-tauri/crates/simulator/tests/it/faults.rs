//! Scripted faults as a client sees them on the wire.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;
use simulator::{CallKind, End, Fault, FaultError, FaultKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::bench::{Bench, saying, smallest};

const MODEL: &str = "gemini-3-flash";

async fn scripted(what: FaultKind) -> Bench {
    let bench = Bench::ada().await;
    bench.sim.script(Fault::new(what));
    bench
}

/// Body bytes that arrived before the connection broke; `Err` is how many.
async fn read(bench: &Bench, method: &str) -> Result<usize, usize> {
    let mut response = bench
        .assist_request("ada", method, &saying("ada", MODEL, "hello"))
        .send()
        .await
        .map_err(|_| 0_usize)?;
    let mut arrived = 0;
    loop {
        match response.chunk().await {
            Ok(Some(bytes)) => arrived += bytes.len(),
            Ok(None) => return Ok(arrived),
            Err(_) => return Err(arrived),
        }
    }
}

#[tokio::test]
async fn a_cut_body_ends_early_and_in_order() {
    for method in ["generateContent", "streamGenerateContent?alt=sse"] {
        for after in [0, 1, 100] {
            let bench = scripted(FaultKind::Cut { after }).await;
            assert_eq!(read(&bench, method).await, Err(after as usize), "{method} {after}");
            assert_eq!(bench.last_call().end, End::Broken);
            assert!(read(&bench, method).await.is_ok(), "the next call is whole");
        }
    }
}

#[tokio::test]
async fn a_reset_breaks_the_connection_before_or_inside_the_body() {
    let bench = scripted(FaultKind::Reset { after: None }).await;
    let error =
        bench.assist_request("ada", "generateContent", &smallest("ada", MODEL)).send().await.unwrap_err();
    assert!(format!("{error:?}").contains("ConnectionReset"), "{error:?}");
    let call = bench.last_call();
    assert_eq!((call.status, call.end), (None, End::Broken));

    let bench = scripted(FaultKind::Reset { after: Some(50) }).await;
    let mut response = bench
        .assist_request("ada", "streamGenerateContent?alt=sse", &saying("ada", MODEL, "hello"))
        .send()
        .await
        .unwrap();
    let mut arrived = 0;
    let error = loop {
        match response.chunk().await {
            Ok(bytes) => arrived += bytes.expect("the stream does not end in order").len(),
            Err(error) => break error,
        }
    };
    assert_eq!(arrived, 50);
    assert!(format!("{error:?}").contains("ConnectionReset"), "{error:?}");
}

#[tokio::test]
async fn a_hanging_call_is_never_answered_and_knows_when_the_client_leaves() {
    let bench = scripted(FaultKind::Hang).await;
    let request = bench.assist_request("ada", "generateContent", &smallest("ada", MODEL)).send();
    tokio::select! {
        answer = request => panic!("{answer:?}"),
        () = asked(&bench) => {}
    }
    let call = bench.ended(CallKind::Generate).await;
    assert_eq!((call.status, call.end), (None, End::Cancelled));
}

/// Waits until a call has come in.
async fn asked(bench: &Bench) {
    while bench.sim.calls().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_stalled_body_keeps_the_connection() {
    let bench = scripted(FaultKind::Stall { after: 30 }).await;
    let body = saying("ada", MODEL, "hello");
    let mut response =
        bench.assist_request("ada", "streamGenerateContent?alt=sse", &body).send().await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap().len(), 30);
    assert!(tokio::time::timeout(Duration::from_millis(50), response.chunk()).await.is_err());
    assert_eq!(bench.last_call().end, End::Open);
    drop(response);
    assert_eq!(bench.ended(CallKind::StreamGenerate).await.end, End::Cancelled);
}

#[tokio::test]
async fn a_huge_body_has_its_length_and_a_huge_stream_has_no_end() {
    let bench = scripted(FaultKind::HugeBody { bytes: 20_000_000 }).await;
    assert_eq!(read(&bench, "generateContent").await, Ok(20_000_000));

    bench.sim.script(Fault::new(FaultKind::HugeStream { events: None, characters: 1000 }));
    let mut response = bench
        .assist_request("ada", "streamGenerateContent?alt=sse", &saying("ada", MODEL, "hello"))
        .send()
        .await
        .unwrap();
    let mut arrived = 0;
    while arrived < 5_000_000 {
        arrived += response.chunk().await.unwrap().expect("it has no end").len() as u64;
    }
    drop(response);
    let call = bench.ended(CallKind::StreamGenerate).await;
    assert_eq!(call.end, End::Cancelled);
    assert!(call.bytes_sent < 64_000_000, "made {} for a reader who took {arrived}", call.bytes_sent);
}

#[tokio::test]
async fn a_dripping_body_arrives_whole_and_slowly() {
    let bench = scripted(FaultKind::Drip { bytes: 40, every_ms: 3 }).await;
    let answer = bench.warm("ada", MODEL).await;
    assert!(answer.json()["response"].is_object());
    let call = bench.ended(CallKind::Generate).await;
    assert_eq!((call.end, call.bytes_sent), (End::Complete, answer.text.len() as u64));
    assert!(call.ended.unwrap() - call.started >= call.bytes_sent / 40 * 3, "{call:?}");
}

#[tokio::test]
async fn any_answer_can_be_scripted() {
    let bench = Bench::ada().await;
    let raw = FaultKind::Raw {
        status: 418,
        content_type: "text/plain".into(),
        headers: [("retry-after".to_owned(), "120".to_owned())].into(),
        body: "not { json".into(),
    };
    bench.sim.script(Fault::new(raw));
    let answer = bench.warm("ada", MODEL).await;
    assert_eq!((answer.status, answer.text.as_str()), (418, "not { json"));
    assert_eq!((answer.header("retry-after"), answer.header("content-type")), ("120", "text/plain"));

    let named = FaultKind::Error {
        name: "429.unstructured".into(),
        headers: [("retry-after".to_owned(), "7".to_owned())].into(),
    };
    bench.sim.script(Fault::new(named));
    assert_eq!(bench.warm("ada", MODEL).await.headers["retry-after"], "7");

    bench.sim.script(Fault::new(FaultKind::Redirect { status: 302, location: "http://example.com/".into() }));
    let redirect = bench.warm("ada", MODEL).await;
    assert_eq!((redirect.status, redirect.header("location")), (302, "http://example.com/"));

    bench.sim.script(Fault::new(FaultKind::json(200, &json!({"response": {}}))));
    assert_eq!(bench.warm("ada", MODEL).await.json(), json!({"response": {}}));

    bench.sim.script(Fault::new(FaultKind::ContentType { value: "text/html".into() }));
    let mistyped = bench.warm("ada", MODEL).await;
    assert_eq!((mistyped.status, mistyped.header("content-type")), (200, "text/html"));
    assert!(mistyped.json()["response"].is_object());

    bench.sim.script(Fault::new(FaultKind::DateOffset { seconds: 600 }));
    assert_eq!(bench.warm("ada", MODEL).await.headers["date"], "Tue, 01 Sep 2026 00:10:00 GMT");
    assert_eq!(bench.warm("ada", MODEL).await.headers["date"], "Tue, 01 Sep 2026 00:00:00 GMT");
}

#[tokio::test]
async fn a_delay_comes_before_the_answer_of_another_fault() {
    let bench = Bench::ada().await;
    bench.sim.script(Fault::new(FaultKind::Delay { ms: 40 }));
    bench.sim.script(Fault::new(FaultKind::error("503.unavailable")));
    assert_eq!(bench.warm("ada", MODEL).await.status, 503);
    let call = bench.ended(CallKind::Generate).await;
    assert!(call.ended.unwrap() - call.started >= 40, "{call:?}");
}

#[tokio::test]
async fn a_fault_waits_for_its_account_call_and_model() {
    let bench = Bench::ada().await;
    let fault = || Fault::new(FaultKind::error("500"));
    bench.sim.script(
        fault().account("ada@example.com").on(CallKind::Generate).model("claude-sonnet-4-6").times(2),
    );
    let mut statuses = Vec::new();
    for id in [MODEL, "claude-sonnet-4-6", "claude-sonnet-4-6", "claude-sonnet-4-6"] {
        statuses.push(bench.warm("ada", id).await.status);
    }
    assert_eq!(statuses, [200, 500, 500, 200]);
    bench.sim.script(fault().always());
    bench.sim.clear_faults();
    assert_eq!(bench.warm("ada", MODEL).await.status, 200);
}

#[tokio::test]
async fn a_fault_that_can_never_happen_is_refused() {
    let bench = Bench::ada().await;
    let stranger = Fault::new(FaultKind::Hang).account("eve");
    assert_eq!(bench.sim.try_script(stranger), Err(FaultError::Account("eve".into())));
    assert_eq!(bench.sim.try_script(Fault::new(FaultKind::error("x"))), Err(FaultError::Error("x".into())));
}

#[tokio::test]
async fn hanging_up_ends_a_connection_after_its_answer() {
    let bench = scripted(FaultKind::Delay { ms: 300 }).await;
    let mut socket = TcpStream::connect(bench.sim.address()).await.unwrap();
    socket.write_all(b"GET /v1internal:loadCodeAssist HTTP/1.1\r\nHost: sim\r\n\r\n").await.unwrap();
    asked(&bench).await;
    bench.sim.hang_up();
    // Kept open otherwise: HTTP/1.1 closes nothing by itself.
    let mut answer = String::new();
    let ended = socket.read_to_string(&mut answer);
    tokio::time::timeout(Duration::from_secs(30), ended).await.expect("it ends").unwrap();
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
    assert_eq!(bench.assist("ada", "loadCodeAssist", &json!({})).await.status, 200, "others may come");
}

#[tokio::test]
async fn stopping_ends_open_connections_and_frees_the_port() {
    let bench = scripted(FaultKind::Hang).await;
    let request = bench.assist_request("ada", "generateContent", &smallest("ada", MODEL));
    let hanging = async { request.send().await };
    let stopping = async {
        asked(&bench).await;
        bench.sim.stop().await;
    };
    let (answer, ()) = tokio::join!(hanging, stopping);
    assert!(answer.is_err());
    assert!(tokio::net::TcpListener::bind(bench.sim.address()).await.is_ok());
}

#[tokio::test]
async fn the_last_handle_stops_the_server() {
    let bench = Bench::ada().await;
    let (address, other) = (bench.sim.address(), bench.sim.clone());
    bench.sim.advance(SignedDuration::ZERO);
    drop(bench);
    assert!(tokio::net::TcpStream::connect(address).await.is_ok());
    drop(other);
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
