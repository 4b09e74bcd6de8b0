//! From one request's head to its answer: guard, framing, open files, token, then the command.

use super::access::Access;
use super::answer::{self, Answer, Body};
use super::assets::{self, Assets};
use super::refusal::Refusal;
use super::{Commands, Limits, events};
use crate::listener::{Answering, Guard, Head, Seat};
use crate::tasks::Tasks;
use crate::view::dto::{ApiError, ErrorCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap};
use hyper::{Method, Request};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// Where every command and the event stream live.
pub(crate) const API: &str = "/api/v1/";
/// Where programs that collect measurements look by custom.
const METRICS: &str = "/metrics";

/// What a connection needs to answer its request.
pub(super) struct Router<C> {
    pub(super) guard: Guard,
    pub(super) access: Arc<Access>,
    pub(super) commands: C,
    pub(super) assets: Arc<dyn Assets>,
    pub(super) limits: Limits,
    pub(super) tasks: Tasks,
    pub(super) closing: CancellationToken,
    pub(super) over: CancellationToken,
}

impl<C: Commands> Answering for Router<C> {
    type Body = Body;

    async fn answer(&self, request: Request<Incoming>, head: Head, seat: &Seat) -> Answer {
        seat.head_is_complete();
        answer::harden(self.route(request, head, seat).await.unwrap_or_else(answer::refusal))
    }
}

impl<C: Commands> Router<C> {
    async fn route(&self, request: Request<Incoming>, framing: Head, seat: &Seat) -> Result<Answer, Refusal> {
        let (head, body) = request.into_parts();
        self.guard.check(&head.method, &head.uri, &head.headers, &[])?;
        if head.headers.contains_key(header::TRANSFER_ENCODING) {
            return Err(Refusal::Chunked);
        }
        if framing.lengths > 1 {
            return Err(Refusal::SeveralLengths);
        }

        let path = head.uri.path();
        if let Some(name) = assets::name_of(path) {
            return match head.method {
                Method::GET | Method::HEAD => assets::answer(self.assets.as_ref(), name),
                _ => Err(Refusal::Method("GET, HEAD")),
            };
        }
        if path.strip_prefix(API) == Some("login") {
            only(&Method::POST, "POST", &head.method)?;
            return self.login(&head.headers, body).await;
        }

        if path == METRICS {
            only(&Method::GET, "GET", &head.method)?;
            let metrics = self.commands.metrics();
            if !metrics.open {
                self.access.admit(bearer(&head.headers), Instant::now())?;
            }
            return Ok(answer::metrics(metrics.text));
        }
        self.access.admit(bearer(&head.headers), Instant::now())?;
        seat.is_trusted();
        let command = path.strip_prefix(API).ok_or(Refusal::NoPath)?;
        if command == "events" {
            only(&Method::GET, "GET", &head.method)?;
            return Ok(events::answer(self.commands.revision(), self.closing.clone()));
        }
        let known = self.commands.names().iter().find(|known| **known == command);
        let command = known.ok_or(Refusal::NoCommand)?;
        only(&Method::POST, "POST", &head.method)?;
        self.command(command, &head.headers, body).await
    }

    async fn login(&self, headers: &HeaderMap, body: Incoming) -> Result<Answer, Refusal> {
        // Nobody has shown a token yet: the whole body has to be here soon.
        let read = self.read(headers, body, LOGIN_LIMIT, self.limits.head);
        let bytes = timeout(self.limits.head, read).await.map_err(|_| Refusal::TooSlow)??;
        let word: LoginWord = serde_json::from_slice(&bytes)?;
        let session = self.access.redeem(&word.word, Instant::now()).map_err(Refusal::of_word)?;
        Ok(answer::json(&LoginToken { token: session.expose_secret() }))
    }

    async fn command(
        &self,
        name: &'static str,
        headers: &HeaderMap,
        body: Incoming,
    ) -> Result<Answer, Refusal> {
        let limit = if name == "import" { IMPORT_LIMIT } else { BODY_LIMIT };
        let bytes = self.read(headers, body, limit, self.limits.body_idle).await?;
        let args = if bytes.is_empty() { Value::Object(Map::new()) } else { serde_json::from_slice(&bytes)? };
        drop(bytes);
        // A change runs to its end even when the caller hangs up: a half-done one serves nobody.
        let (commands, over) = (self.commands.clone(), self.over.clone());
        let work = self.tasks.run(async move {
            over.run_until_cancelled(async { commands.dispatch(name, args).await }).await
        });
        Ok(match work.await {
            Ok(Some(Ok(result))) => answer::json(&result),
            Ok(Some(Err(error))) => answer::failure(&error),
            Ok(None) => answer::failure(&ApiError::new(ErrorCode::Unreachable, "The engine is stopping.")),
            Err(_) => {
                tracing::error!(command = name, "The command {name} failed inside the engine");
                let message = format!(
                    "The command `{name}` failed inside the engine. That is a fault of Headroom; its log says where."
                );
                answer::failure(&ApiError::new(ErrorCode::Failed, message))
            }
        })
    }

    async fn read(
        &self,
        headers: &HeaderMap,
        body: Incoming,
        limit: usize,
        idle: Duration,
    ) -> Result<Vec<u8>, Refusal> {
        if !is_json(headers) {
            return Err(Refusal::NotJson);
        }
        let mut body = Limited::new(body, limit);
        let mut bytes = Vec::new();
        while let Some(frame) = timeout(idle, body.frame()).await.map_err(|_| Refusal::TooSlow)? {
            let frame = frame.map_err(|error| match error.downcast_ref::<LengthLimitError>() {
                Some(_) => Refusal::TooLarge { limit },
                None => Refusal::CutShort,
            })?;
            if let Ok(data) = frame.into_data() {
                bytes.extend_from_slice(&data);
            }
        }
        Ok(bytes)
    }
}

const BODY_LIMIT: usize = 1 << 20;
const IMPORT_LIMIT: usize = 8 << 20;
const LOGIN_LIMIT: usize = 4 << 10;

#[derive(Deserialize)]
struct LoginWord {
    word: String,
}

#[derive(Serialize)]
struct LoginToken<'a> {
    token: &'a str,
}

fn only(method: &Method, name: &'static str, asked: &Method) -> Result<(), Refusal> {
    if asked == method { Ok(()) } else { Err(Refusal::Method(name)) }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let Ok(value) = value.to_str() else { return false };
    value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
