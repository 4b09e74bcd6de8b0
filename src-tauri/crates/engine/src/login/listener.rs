//! The loopback listener of one sign-in: one path, one answer, then it closes.

use super::flow::{Callback, Flow};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{HOST, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// A browser sends its head at once.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// More connections than a browser opens wait.
const AT_ONCE: usize = 16;
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Opens a random port on the loopback address.
pub(super) async fn open() -> std::io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
}

/// Waits for the callback of this sign-in. Everything else is answered and waited past.
pub(super) async fn wait(listener: TcpListener, flow: Arc<Flow>) -> Callback {
    let (found, mut callback) = mpsc::channel(1);
    // Browsers open connections ahead of time and say nothing on them: each is served on its own.
    let mut connections = FuturesUnordered::new();
    loop {
        let accepted = tokio::select! {
            Some(callback) = callback.recv() => {
                // The page of the connection that brought it still has to go out.
                let _ = tokio::time::timeout(LAST_WORDS, connections.next()).await;
                return callback;
            }
            Some(()) = connections.next() => continue,
            accepted = listener.accept(), if connections.len() < AT_ONCE => accepted,
        };
        let Ok((stream, _)) = accepted else {
            // Out of descriptors: give others time to free one.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (flow, found) = (flow.clone(), found.clone());
        let service = hyper::service::service_fn(move |request| {
            let (reply, callback) = answer(&flow, &request);
            if let Some(callback) = callback {
                let _ = found.try_send(callback);
            }
            async move { Ok::<_, Infallible>(reply) }
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_LIMIT)
            .keep_alive(false)
            .serve_connection(TokioIo::new(stream), service);
        connections.push(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "A connection to the sign-in ended early");
            }
        });
    }
}

fn answer<B>(flow: &Flow, request: &Request<B>) -> (Response<Full<Bytes>>, Option<Callback>) {
    let ours = format!("127.0.0.1:{}", flow.port);
    let mut hosts = request.headers().get_all(HOST).iter();
    if hosts.next().map(HeaderValue::as_bytes) != Some(ours.as_bytes()) || hosts.next().is_some() {
        return (page(StatusCode::FORBIDDEN, "This address is not for you."), None);
    }
    if request.method() != Method::GET || request.uri().path() != flow.path {
        return (page(StatusCode::NOT_FOUND, "There is nothing here."), None);
    }
    match flow.callback(request.uri().query().unwrap_or_default()) {
        Ok(callback) => {
            (page(StatusCode::OK, "Headroom goes on from here. You can close this page."), Some(callback))
        }
        Err(_) => (page(StatusCode::BAD_REQUEST, "This is not the sign-in that Headroom waits for."), None),
    }
}

/// A constant page: nothing of the request is in it.
fn page(status: StatusCode, words: &'static str) -> Response<Full<Bytes>> {
    let html = format!("<!doctype html><meta charset=utf-8><title>Headroom</title><p>{words}</p>");
    let mut response = Response::new(Full::new(Bytes::from(html)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", "default-src 'none'"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
