//! Accepts connections and walks every request through: read, note, bend, answer.
//!
//! Decisions are `world`'s, bytes are `wire`'s, the levers under `/_simulator/` are `control`'s.

use std::{convert::Infallible, future, pin::pin, sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::{
    Response,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, DATE, HeaderName, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::{
    calls::{CallKind, End},
    control,
    core::{Core, Ticket},
    errors,
    fault::FaultKind,
    reply::Reply,
    request::Request,
    stream::{self, Events},
    tasks::Tasks,
    wire::{Bend, Broken, Line, Outgoing, ResetLever},
};

/// Longest request body; the service takes about 20 MB.
const LONGEST_BODY: usize = 64 * 1024 * 1024;

/// Pause after a failed accept, e.g. without file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until the tasks are stopped.
pub(crate) async fn serve(core: Arc<Core>, listener: TcpListener, tasks: Tasks) {
    loop {
        match listener.accept().await {
            Ok((socket, _)) => tasks.start(connection(Arc::clone(&core), socket)),
            Err(error) => {
                tracing::warn!(%error, "Cannot accept a connection; trying again");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection(core: Arc<Core>, socket: TcpStream) {
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY is not available");
    }
    let reset = ResetLever::default();
    let io = TokioIo::new(Line::new(socket, reset.clone()));
    let shared = Arc::clone(&core);
    let service = service_fn(move |request| exchange(Arc::clone(&shared), reset.clone(), request));
    let mut served = pin!(http1::Builder::new().header_read_timeout(None).serve_connection(io, service));
    let served = tokio::select! {
        served = served.as_mut() => served,
        () = core.hang_up.notified() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "A connection ended early");
    }
}

/// One request and its answer.
async fn exchange(
    core: Arc<Core>,
    reset: ResetLever,
    request: hyper::Request<Incoming>,
) -> Result<Response<Outgoing>, Broken> {
    let (head, body) = request.into_parts();
    match Limited::new(body, LONGEST_BODY).collect().await {
        Ok(body) => answer(core, reset, head, body.to_bytes()).await,
        Err(error) => Ok(unreadable(&core, error.is::<LengthLimitError>())),
    }
}

/// The answer to a request that was read to its end.
pub(crate) async fn answer(
    core: Arc<Core>,
    reset: ResetLever,
    head: hyper::http::request::Parts,
    body: Bytes,
) -> Result<Response<Outgoing>, Broken> {
    if let Some(lever) = head.uri.path().strip_prefix("/_simulator/") {
        let reply = control::answer(&core, &head.method, lever, &body);
        return Ok(response_head(&reply, core.clock.now())
            .body(plain_body(reply))
            .unwrap_or_else(|_| unsendable()));
    }

    let request = Request::new(&head, body);
    let (mut ticket, caller, faults) = core.admit(&request);
    wait(&core, &faults).await;
    if faults.contains(&FaultKind::Reset { after: None }) {
        reset.pull();
        ticket.end(End::Broken);
        return Err(Broken);
    }
    if faults.contains(&FaultKind::Hang) {
        // Until the client gives up or the simulator stops; the ticket notes which.
        future::pending::<Infallible>().await;
    }

    let now = core.clock.now();
    let reply = {
        let mut world = core.world();
        world.rotate_refresh_token = faults.contains(&FaultKind::RotateRefreshToken);
        let scripted = faults.iter().find_map(|fault| scripted(fault, &request, &world.options, now));
        scripted.unwrap_or_else(|| world.answer(&request, caller, now))
    };
    Ok(send(reply, &faults, reset, ticket, now))
}

async fn wait(core: &Core, faults: &[FaultKind]) {
    let latency = core.world().options.latency_ms;
    let scripted =
        faults.iter().find_map(|fault| if let FaultKind::Delay { ms } = fault { Some(*ms) } else { None });
    let ms = latency + scripted.unwrap_or_default();
    if ms > 0 {
        sleep(Duration::from_millis(ms)).await;
    }
}

/// The answer a fault puts in place of the usual one.
fn scripted(
    fault: &FaultKind,
    request: &Request,
    options: &crate::scenario::Options,
    now: Timestamp,
) -> Option<Reply> {
    match fault {
        FaultKind::Error { name, headers } => Some(with_headers(errors::reply(name, now), headers)),
        FaultKind::Raw { status, content_type, headers, body } => {
            Some(with_headers(Reply::text(*status, content_type, body.clone()), headers))
        }
        FaultKind::Stream { name } => {
            let bytes = stream::captured(name)?;
            Some(Reply::stream(Events::captured(bytes, &options.stream, options.seed)))
        }
        FaultKind::HugeBody { bytes } => {
            let mut reply = Reply::stream(Events::huge_json(*bytes));
            reply.headers = vec![("content-type", "application/json; charset=UTF-8".to_owned())];
            Some(reply)
        }
        FaultKind::HugeStream { events, characters } => {
            let wrapped = request.kind != CallKind::KeyStream;
            let event = text_event(*characters, wrapped);
            let events = events.map_or(usize::MAX, |events| usize::try_from(events).unwrap_or(usize::MAX));
            let endless = std::iter::repeat_n(event, events);
            Some(Reply::stream(Events::sse(endless, &options.stream, options.seed)))
        }
        FaultKind::Redirect { status, location } => Some(Reply::redirect(*status, location.clone())),
        FaultKind::Hang
        | FaultKind::Delay { .. }
        | FaultKind::Cut { .. }
        | FaultKind::Reset { .. }
        | FaultKind::Stall { .. }
        | FaultKind::Drip { .. }
        | FaultKind::ContentType { .. }
        | FaultKind::DateOffset { .. }
        | FaultKind::RotateRefreshToken => None,
    }
}

fn text_event(characters: usize, wrapped: bool) -> Value {
    let response =
        json!({"candidates": [{"content": {"role": "model", "parts": [{"text": "x".repeat(characters)}]}}]});
    if wrapped { json!({"response": response}) } else { response }
}

fn with_headers(reply: Reply, headers: &std::collections::BTreeMap<String, String>) -> Reply {
    headers.iter().fold(reply, |reply, (name, value)| reply.extra(name, value))
}

/// Hands a decided answer to the network.
fn send(
    mut reply: Reply,
    faults: &[FaultKind],
    reset: ResetLever,
    ticket: Ticket,
    now: Timestamp,
) -> Response<Outgoing> {
    let mut date = now;
    for fault in faults {
        if let FaultKind::DateOffset { seconds } = fault {
            date = now.checked_add(SignedDuration::from_secs(*seconds)).unwrap_or(now);
        } else if let FaultKind::ContentType { value } = fault {
            reply = reply.header("content-type", value.clone());
        }
    }
    ticket.decided(reply.status, reply.refusal.take());
    let head = response_head(&reply, date);
    let body = Outgoing::new(reply.body, Bend::of(faults), reset, ticket);
    head.body(body).unwrap_or_else(|_| unsendable())
}

fn response_head(reply: &Reply, date: Timestamp) -> hyper::http::response::Builder {
    let mut head = Response::builder().status(reply.status).header(DATE, http_date(date));
    let extra = reply.extra_headers.iter().map(|(name, value)| (name.as_str(), value));
    for (name, value) in reply.headers.iter().map(|(name, value)| (*name, value)).chain(extra) {
        // A header that cannot be sent is left out: scripted ones may be anything.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            head = head.header(name, value);
        }
    }
    head
}

/// The `Date` header (RFC 9110): `Tue, 01 Sep 2026 00:00:00 GMT`.
fn http_date(at: Timestamp) -> String {
    rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap_or_default()
}

fn plain_body(reply: Reply) -> Outgoing {
    match reply.body {
        crate::reply::Payload::Whole(bytes) => Outgoing::plain(bytes),
        crate::reply::Payload::Events(_) => Outgoing::plain(Bytes::new()),
    }
}

/// A status the protocol cannot carry; the scenario's check rules it out.
fn unsendable() -> Response<Outgoing> {
    let mut response =
        Response::new(Outgoing::plain(Bytes::from_static(b"the simulator cannot send this answer")));
    *response.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}

fn unreadable(core: &Core, too_long: bool) -> Response<Outgoing> {
    let now = core.clock.now();
    let reply = if too_long {
        errors::refusal(413, "INVALID_ARGUMENT", "Request payload size exceeds the limit.", None)
    } else {
        errors::reply("400.generic", now)
    };
    response_head(&reply, now).body(plain_body(reply)).unwrap_or_else(|_| unsendable())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_header_is_an_http_date() {
        let at: Timestamp = "2026-09-01T00:00:00.9Z".parse().unwrap();
        assert_eq!(http_date(at), "Tue, 01 Sep 2026 00:00:00 GMT");
    }
}
