//! Start, events, and the end.

use super::*;

#[tokio::test]
async fn it_announces_itself_and_takes_that_back() {
    let api = Api::start().await;
    let found = announced(api.dir.path()).unwrap();
    assert_eq!(found.address, api.server.address());
    assert_eq!((found.pid, found.version.as_str(), found.simulator), (std::process::id(), "1.2.3", None));
    let simulator = SocketAddr::from(([127, 0, 0, 1], 99));
    api.server.handle().announce_simulator(Some(simulator)).unwrap();
    assert_eq!(announced(api.dir.path()).unwrap().simulator, Some(simulator));
    api.server.handle().announce_simulator(None).unwrap();
    assert_eq!(announced(api.dir.path()).unwrap().simulator, None);
    let address = api.server.address();
    api.server.stop().await;
    assert!(announced(api.dir.path()).is_none());
    assert!(TcpStream::connect(address).await.is_err());
}

/// Holds T11.
#[tokio::test]
async fn an_address_beyond_this_machine_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:127.0.0.1]:0"] {
        let wanted = options(dir.path(), Some(address.parse().unwrap()));
        let refused = ControlServer::bind(wanted, Fake::default()).await.err();
        assert!(matches!(refused, Some(ControlError::NotLoopback(_))), "{address}");
    }
    assert!(announced(dir.path()).is_none());
}

/// Holds F41, T26.
#[tokio::test]
async fn a_port_in_use_is_said_and_no_other_taken() {
    let first = Api::start().await;
    let dir = tempfile::tempdir().unwrap();
    let refused =
        ControlServer::bind(options(dir.path(), Some(first.server.address())), Fake::default()).await.err();
    assert!(matches!(refused, Some(ControlError::Listen { .. })));
    assert!(announced(dir.path()).is_none());
}

#[tokio::test]
async fn changes_come_as_events() {
    let api = Api::start().await;
    let mut events = events(&api).await;
    assert!(read_to(&mut events, "{\"revision\":1}\n\n").await.contains("text/event-stream"));
    api.fake.revision.send_replace(2);
    assert_eq!(read_to(&mut events, "{\"revision\":2}").await.matches("event: changed").count(), 1);
    for revision in 3..=500 {
        api.fake.revision.send_replace(revision);
    }
    let burst = read_to(&mut events, "{\"revision\":500}").await;
    assert!(burst.matches("event: changed").count() <= 2, "{burst}");
}

/// Holds F43.
#[tokio::test]
async fn stopping_ends_streams_and_lets_requests_finish() {
    let api = Api::start().await;
    let mut events = events(&api).await;
    read_to(&mut events, "revision").await;
    let (mut waiting, silent) = (api.connect().await, api.connect().await);
    let bearer = format!("Bearer {}", api.token());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let request = api.request("POST", "/api/v1/waits", &headers, "{}");
    waiting.write_all(request.as_bytes()).await.unwrap();
    until(|| !api.called().is_empty()).await;

    let (fake, server) = (api.fake, api.server);
    let stopped = server.stop();
    let rest = async {
        let mut over = String::new();
        events.read_to_string(&mut over).await.unwrap();
        fake.go_on.notify_one();
        Reply::read(&mut waiting).await
    };
    let ((), reply) = timeout(LIMITS.drain, async { tokio::join!(stopped, rest) }).await.unwrap();
    assert_eq!((reply.status, reply.body.as_str()), (200, "{\"command\":\"waits\"}"));
    drop(silent);
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut_after_the_drain() {
    let api = Api::start_with(Limits { drain: Duration::from_millis(100), ..LIMITS }).await;
    let mut waiting = api.connect().await;
    let bearer = format!("Bearer {}", api.token());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    waiting.write_all(api.request("POST", "/api/v1/waits", &headers, "{}").as_bytes()).await.unwrap();
    until(|| !api.called().is_empty()).await;
    timeout(Duration::from_secs(5), api.server.stop()).await.unwrap();
    assert_ne!(Reply::read(&mut waiting).await.status, 200);
}

#[tokio::test]
async fn a_command_runs_to_its_end_when_the_caller_hangs_up() {
    let api = Api::start().await;
    let bearer = format!("Bearer {}", api.token());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let mut waiting = api.connect().await;
    waiting.write_all(api.request("POST", "/api/v1/waits", &headers, "{}").as_bytes()).await.unwrap();
    until(|| !api.called().is_empty()).await;
    drop(waiting);
    // Served after the hang-up was noticed or before: the command must not depend on it.
    assert_eq!(api.command("status", "{}").await.status, 200);
    api.fake.go_on.notify_one();
    until(|| api.fake.finished.load(Ordering::SeqCst) == 2).await;
}

#[tokio::test]
async fn a_reader_that_goes_away_frees_its_place() {
    let api = Api::start_with(Limits { connections: 2, ..LIMITS }).await;
    for _ in 0..20 {
        let mut events = events(&api).await;
        let opened = read_to(&mut events, "\n\n").await;
        // Both places can still be taken by readers whose leaving was not noticed yet.
        assert!(opened.contains("200 OK") || opened.is_empty(), "{opened}");
    }
    let readers = || api.fake.revision.receiver_count();
    until(|| readers() == 0).await;
    assert_eq!(api.command("status", "{}").await.status, 200);
}

async fn events(api: &Api) -> TcpStream {
    let mut stream = api.connect().await;
    let bearer = format!("Bearer {}", api.token());
    let request = api.request("GET", "/api/v1/events", &[("authorization", bearer.as_str())], "");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Everything up to and with `mark`, or what there was when the stream ended.
async fn read_to(stream: &mut TcpStream, mark: &str) -> String {
    let mut text = String::new();
    while !text.contains(mark) {
        let Ok(byte) = stream.read_u8().await else { break };
        text.push(char::from(byte));
    }
    text
}

async fn until(state: impl Fn() -> bool) {
    while !state() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
