//! A stand-in for the service that is as fast as it can be: streams are canned, the rest is the simulated service's.
//!
//! A short request may say by `bench:WORD=ID` what is to become of its call; see [`Wish`].

use super::canned::{self, Answer};
use super::wish::Wish;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use simulator::{AccountSpec, Scenario, SimClock, Simulator};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

/// Events of a stream, of 16 characters each.
pub const EVENTS: usize = 20;

pub struct Upstream {
    pub address: SocketAddr,
    pub scenario: Scenario,
    shared: Arc<Shared>,
    _tasks: TaskTracker,
}

struct Shared {
    simulator: Simulator,
    events: AtomicUsize,
    connections: AtomicUsize,
    /// Of every request with a wish.
    wished: Mutex<HashMap<usize, Wished>>,
}

#[derive(Default)]
struct Wished {
    calls: usize,
    begun: Option<oneshot::Sender<()>>,
    gone: Option<oneshot::Sender<Instant>>,
}

/// Tells of one request with a wish.
pub struct Watch {
    /// Its first call has come.
    pub begun: oneshot::Receiver<()>,
    /// Its call was given up by whoever made it.
    pub gone: oneshot::Receiver<Instant>,
}

impl Upstream {
    pub async fn start(credentials: usize) -> Self {
        let scenario = (0..credentials)
            .fold(Scenario::default(), |all, n| all.with(AccountSpec::new(&format!("user{n}"))));
        let simulator = Simulator::without_network(scenario.clone(), SimClock::System).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            simulator,
            events: AtomicUsize::new(EVENTS),
            connections: AtomicUsize::new(0),
            wished: Mutex::default(),
        });
        let tasks = TaskTracker::new();
        let (common, connections) = (shared.clone(), tasks.clone());
        tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let open = Open::new(common.clone());
                connections.spawn(async move {
                    let service = service_fn(|request| answer(request, open.0.clone()));
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, scenario, shared, _tasks: tasks }
    }

    /// How many events a stream has from now on.
    pub fn events(&self, count: usize) {
        self.shared.events.store(count, Ordering::SeqCst);
    }

    /// Connections that are open.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Watches a request with a wish that is yet to come.
    pub fn watch(&self, id: usize) -> Watch {
        let ((begins, begun), (goes, gone)) = (oneshot::channel(), oneshot::channel());
        let wished = Wished { calls: 0, begun: Some(begins), gone: Some(goes) };
        self.shared.wished().insert(id, wished);
        Watch { begun, gone }
    }

    /// Calls that came for a request with a wish.
    pub fn calls(&self, id: usize) -> usize {
        self.shared.wished().get(&id).map_or(0, |wished| wished.calls)
    }
}

impl Shared {
    fn wished(&self) -> MutexGuard<'_, HashMap<usize, Wished>> {
        self.wished.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection while it is open.
struct Open(Arc<Shared>);

impl Open {
    fn new(shared: Arc<Shared>) -> Self {
        shared.connections.fetch_add(1, Ordering::SeqCst);
        Self(shared)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A call that only its caller can end.
struct Held {
    shared: Arc<Shared>,
    id: usize,
}

impl Drop for Held {
    fn drop(&mut self) {
        let now = Instant::now();
        let gone = self.shared.wished().get_mut(&self.id).and_then(|wished| wished.gone.take());
        if let Some(gone) = gone {
            let _ = gone.send(now);
        }
    }
}

async fn answer(request: Request<Incoming>, shared: Arc<Shared>) -> io::Result<Answer> {
    let streams = request.uri().path().ends_with("streamGenerateContent");
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    if !streams {
        let whole = shared.simulator.send(Request::from_parts(head, body.to_vec())).await;
        return Ok(whole.map_err(io::Error::other)?.map(|body| Full::new(body).boxed_unsync()));
    }
    match Wish::of(&body) {
        None => Ok(canned::stream(shared.events.load(Ordering::Relaxed))),
        Some((wish, id)) => wished(wish, id, shared).await,
    }
}

async fn wished(wish: Wish, id: usize, shared: Arc<Shared>) -> io::Result<Answer> {
    let first = {
        let mut all = shared.wished();
        let wished = all.entry(id).or_default();
        wished.calls += 1;
        wished.begun.take().map(|begun| begun.send(()));
        wished.calls == 1
    };
    let events = shared.events.load(Ordering::Relaxed);
    match wish {
        Wish::Endless => Ok(canned::endless(Held { shared, id })),
        Wish::Silence => {
            let _held = Held { shared, id };
            std::future::pending().await
        }
        Wish::Full => Ok(canned::refusal(StatusCode::SERVICE_UNAVAILABLE, canned::FULL)),
        Wish::TooMany if first => Ok(canned::refusal(StatusCode::TOO_MANY_REQUESTS, canned::TOO_MANY)),
        Wish::Expired if first => Ok(canned::refusal(StatusCode::UNAUTHORIZED, canned::EXPIRED)),
        Wish::Cut if first => Err(io::ErrorKind::ConnectionAborted.into()),
        Wish::TooMany | Wish::Expired | Wish::Cut => Ok(canned::stream(events)),
    }
}
