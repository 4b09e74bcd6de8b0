//! From a connection to a request: who may ask, whether the request is whole, and what is asked.

use super::Inner;
use super::admission::Denied;
use super::reply::{self, Answer, Body};
use super::route::{self, Call, Found, Route};
use crate::listener::{Answering, Foreign, Guard, Head, Seat};
use crate::store::ClientKey;
use futures_util::FutureExt;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, Request};
use jiff::SignedDuration;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use wire::bad_request::{BadRequest, Problem};
use wire::refusal::{Dialect, Refusal};

/// The largest request.
pub(super) const BODY_LIMIT: usize = 32 << 20;
/// Between two pieces of a request.
const BODY_IDLE: Duration = Duration::from_secs(60);
/// Room for a request's beginning before it is known to be longer.
const BODY_ROOM: usize = 1 << 20;
/// Who guessed too often may guess again after this.
const GUESS_PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// Answers the proxy's listener.
pub(super) struct Entry {
    pub(super) guard: Guard,
    pub(super) inner: Arc<Inner>,
}

impl Answering for Entry {
    type Body = Body;

    async fn answer(&self, request: Request<Incoming>, framing: Head, seat: &Seat) -> Answer {
        seat.head_is_complete();
        let found = route::find(request.uri(), request.headers());
        let dialect = found.dialect;
        // A fault of ours costs this request and no other.
        let Ok(page) = self.page_of(&request) else {
            let mut answer = reply::refusal(&Refusal::Foreign, dialect);
            reply::harden(&mut answer, framing.is_last);
            return answer;
        };
        let preflight = page.is_some() && reply::is_preflight(request.method(), request.headers());
        let answered =
            AssertUnwindSafe(self.route(request, found, framing, seat, preflight)).catch_unwind().await;
        let mut answer = answered.unwrap_or_else(|_| {
            tracing::error!("A request failed inside the proxy");
            reply::refusal(&Refusal::Internal, dialect)
        });
        reply::harden(&mut answer, framing.is_last);
        if let Some(page) = page {
            reply::let_read(&mut answer, page);
        }
        answer
    }
}

impl Entry {
    /// The page of another site that a request comes from, where the user lets it in.
    fn page_of(&self, request: &Request<Incoming>) -> Result<Option<HeaderValue>, Foreign> {
        let (method, target, headers) = (request.method(), request.uri(), request.headers());
        // Only browsers name an origin; other programs do not pay for the look at the settings.
        let settings = headers.contains_key(header::ORIGIN).then(|| self.inner.parts.settings.current());
        let pages = settings.as_ref().map_or(&[][..], |settings| &settings.proxy_origins);
        Ok(self.guard.check(method, target, headers, pages)?.cloned())
    }

    async fn route(
        &self,
        request: Request<Incoming>,
        found: Found,
        framing: Head,
        seat: &Seat,
        preflight: bool,
    ) -> Answer {
        let began = Instant::now();
        let (head, body) = request.into_parts();
        let refuse = |refusal: &Refusal<'_>| reply::refusal(refusal, found.dialect);
        if let Some(bad) = malformed(&head.headers, framing) {
            let mut answer = refuse(&Refusal::BadRequest(&bad));
            reply::harden(&mut answer, true);
            return answer;
        }
        // A browser's own question before a page's request; it never brings the key along.
        if preflight {
            return reply::preflight(&head.headers);
        }
        if found.route == Route::Health && found.takes(&head.method) {
            return reply::document(b"ok\n".to_vec(), "text/plain");
        }
        let key = match self.inner.admission.admit(&found, &head.uri, &head.headers, seat.peer()) {
            Ok(key) => key,
            Err(Denied::Wrong) => return refuse(&Refusal::BadKey),
            Err(Denied::TooOften) => return refuse(&Refusal::TooManyGuesses { retry_after: GUESS_PAUSE }),
        };
        seat.is_trusted();
        if !found.takes(&head.method) {
            let mut answer = refuse(&Refusal::WrongMethod);
            let allowed = if matches!(found.route, Route::Call(_)) { Method::POST } else { Method::GET };
            if let Ok(allowed) = allowed.as_str().parse() {
                answer.headers_mut().insert(header::ALLOW, allowed);
            }
            return answer;
        }
        match &found.route {
            Route::Models => self.inner.list(&key, found.dialect),
            Route::Model(id) => self.inner.one(&key, id, found.dialect),
            Route::Call(call) => self.call(call, &key, &head.headers, body, began).await,
            Route::Health | Route::Nothing => refuse(&Refusal::UnknownPath),
        }
    }

    async fn call(
        &self,
        call: &Call,
        key: &ClientKey,
        headers: &HeaderMap,
        body: Incoming,
        began: Instant,
    ) -> Answer {
        let at = self.inner.parts.clock.now();
        let ticket = self.inner.recorder.ticket(key, call.name(), at, began);
        let dialect: Dialect = call.endpoint().dialect();
        match read(headers, body).await {
            Ok(body) => self.inner.serve(call, key, &body, ticket).await,
            Err(unread) => unread.answer(dialect, ticket),
        }
    }
}

/// Why a body was not read.
enum Unread {
    NotJson,
    TooLarge,
    Broken(Problem),
}

impl Unread {
    fn answer(self, dialect: Dialect, ticket: super::record::Ticket) -> Answer {
        let bad;
        let refusal = match self {
            Self::NotJson => Refusal::WrongContentType,
            Self::TooLarge => Refusal::TooLarge { limit: BODY_LIMIT },
            Self::Broken(problem) => {
                bad = BadRequest::Invalid { param: "body".to_owned(), problem };
                Refusal::BadRequest(&bad)
            }
        };
        ticket.refused(&refusal, dialect, super::log::Outcome::Refused)
    }
}

async fn read(headers: &HeaderMap, body: Incoming) -> Result<Vec<u8>, Unread> {
    if !is_json(headers) {
        return Err(Unread::NotJson);
    }
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > BODY_LIMIT {
        return Err(Unread::TooLarge);
    }
    let mut bytes = Vec::with_capacity(announced.min(BODY_ROOM));
    let mut body = Limited::new(body, BODY_LIMIT);
    loop {
        let frame = timeout(BODY_IDLE, body.frame()).await;
        match frame.map_err(|_| Unread::Broken(Problem::TooSlow))? {
            None => return Ok(bytes),
            Some(Ok(frame)) => bytes.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data)),
            Some(Err(error)) if error.is::<LengthLimitError>() => return Err(Unread::TooLarge),
            Some(Err(_)) => return Err(Unread::Broken(Problem::TooShort)),
        }
    }
}

/// What is wrong with how a request is framed.
fn malformed(headers: &HeaderMap, framing: Head) -> Option<BadRequest> {
    let bad = |param: &str, problem| Some(BadRequest::Invalid { param: param.to_owned(), problem });
    if framing.lengths > 1 {
        return bad("Content-Length", Problem::MoreThanOnce);
    }
    if framing.transfers > 0 && framing.lengths > 0 {
        return bad("Transfer-Encoding", Problem::NotWithLength);
    }
    if framing.transfers > 1 {
        return bad("Transfer-Encoding", Problem::MoreThanOnce);
    }
    let upgrades = headers.get_all(header::UPGRADE).iter();
    if upgrades.into_iter().any(|to| !to.as_bytes().eq_ignore_ascii_case(b"h2c")) {
        return bad("Upgrade", Problem::NoUpgrade);
    }
    None
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let Ok(value) = value.to_str() else { return false };
    let json =
        value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    // What is packed is not unpacked: a small request could become a large one.
    json && headers.get(header::CONTENT_ENCODING).is_none_or(|coding| coding == "identity")
}
