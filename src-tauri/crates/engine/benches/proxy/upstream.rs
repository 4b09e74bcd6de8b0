//! A stand-in for the service that is as fast as it can be: streams are canned, the rest is the simulated service's.

use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, header};
use hyper_util::rt::TokioIo;
use simulator::{AccountSpec, Scenario, SimClock, Simulator};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

/// Events of a stream, of 16 characters each.
pub const EVENTS: usize = 20;

pub struct Upstream {
    pub address: SocketAddr,
    pub scenario: Scenario,
    events: Arc<AtomicUsize>,
    _tasks: TaskTracker,
}

impl Upstream {
    pub async fn start() -> Self {
        let scenario = (0..super::programs::CREDENTIALS)
            .fold(Scenario::default(), |all, n| all.with(AccountSpec::new(&format!("user{n}"))));
        let simulator = Simulator::without_network(scenario.clone(), SimClock::System).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (events, tasks) = (Arc::new(AtomicUsize::new(EVENTS)), TaskTracker::new());
        let (counted, connections) = (events.clone(), tasks.clone());
        tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let (simulator, events) = (simulator.clone(), counted.clone());
                connections.spawn(async move {
                    let service = service_fn(|request| answer(request, simulator.clone(), events.clone()));
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, scenario, events, _tasks: tasks }
    }

    /// How many events a stream has from now on.
    pub fn events(&self, count: usize) {
        self.events.store(count, Ordering::SeqCst);
    }
}

async fn answer(
    request: Request<Incoming>,
    simulator: Simulator,
    events: Arc<AtomicUsize>,
) -> Result<Response<UnsyncBoxBody<Bytes, Infallible>>, Infallible> {
    let streams = request.uri().path().ends_with("streamGenerateContent");
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    if !streams {
        let whole = simulator.send(Request::from_parts(head, body.to_vec())).await.unwrap();
        return Ok(whole.map(|body| Full::new(body).boxed_unsync()));
    }
    let count = events.load(Ordering::Relaxed);
    // Each event leaves by itself, as the service's do.
    let frames = stream::unfold(0, move |n| async move {
        if n > 0 {
            tokio::task::yield_now().await;
        }
        (n < count).then(|| (Ok(Frame::data(event(n + 1 == count))), n + 1))
    });
    let mut response = Response::new(BodyExt::boxed_unsync(StreamBody::new(frames)));
    response.headers_mut().insert(header::CONTENT_TYPE, "text/event-stream".parse().unwrap());
    Ok(response)
}

fn event(last: bool) -> Bytes {
    const NEXT: &str = "data: {\"response\":{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"sixteen letters!\"}]}}],\"usageMetadata\":{\"promptTokenCount\":9,\"candidatesTokenCount\":4,\"totalTokenCount\":13},\"modelVersion\":\"gemini-3.6-flash-high\",\"responseId\":\"FAKE\"},\"traceId\":\"FAKE\"}\n\n";
    const LAST: &str = "data: {\"response\":{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"sixteen letters!\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":9,\"candidatesTokenCount\":80,\"totalTokenCount\":89},\"modelVersion\":\"gemini-3.6-flash-high\",\"responseId\":\"FAKE\"},\"traceId\":\"FAKE\"}\n\n";
    Bytes::from_static(if last { LAST } else { NEXT }.as_bytes())
}
