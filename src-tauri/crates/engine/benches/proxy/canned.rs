//! The service's answers, ready to be sent.

use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::{Response, StatusCode, header};
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::sleep;

/// Between two events of a stream without end.
const BEAT: Duration = Duration::from_millis(10);

/// An answer of the upstream.
pub type Answer = Response<UnsyncBoxBody<Bytes, Infallible>>;

/// A stream of so many events.
pub fn stream(events: usize) -> Answer {
    // Each event leaves by itself, as the service's do.
    let frames = stream::unfold(0, move |n| async move {
        if n > 0 {
            tokio::task::yield_now().await;
        }
        (n < events).then(|| (Ok(Frame::data(event(n + 1 == events))), n + 1))
    });
    streamed(BodyExt::boxed_unsync(StreamBody::new(frames)))
}

/// A stream without end; `held` goes with it.
pub fn endless<H: Send + 'static>(held: H) -> Answer {
    let frames = stream::unfold(held, |held| async move {
        sleep(BEAT).await;
        Some((Ok(Frame::data(event(false))), held))
    });
    streamed(BodyExt::boxed_unsync(StreamBody::new(frames)))
}

fn streamed(body: UnsyncBoxBody<Bytes, Infallible>) -> Answer {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, "text/event-stream".parse().unwrap());
    response
}

/// A refusal with a body of the service's.
pub fn refusal(status: StatusCode, body: &'static str) -> Answer {
    let mut response = Response::new(Full::new(Bytes::from_static(body.as_bytes())).boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    response
}

fn event(last: bool) -> Bytes {
    const NEXT: &str = "data: {\"response\":{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"sixteen letters!\"}]}}],\"usageMetadata\":{\"promptTokenCount\":9,\"candidatesTokenCount\":4,\"totalTokenCount\":13},\"modelVersion\":\"gemini-3.6-flash-high\",\"responseId\":\"FAKE\"},\"traceId\":\"FAKE\"}\n\n";
    const LAST: &str = "data: {\"response\":{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"sixteen letters!\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":9,\"candidatesTokenCount\":80,\"totalTokenCount\":89},\"modelVersion\":\"gemini-3.6-flash-high\",\"responseId\":\"FAKE\"},\"traceId\":\"FAKE\"}\n\n";
    Bytes::from_static(if last { LAST } else { NEXT }.as_bytes())
}

pub const FULL: &str = include_str!("../../../wire/tests/fixtures/errors/503.capacity.no_retry_info.json");
/// The pair may be asked again after 479 ms.
pub const TOO_MANY: &str = include_str!("../../../wire/tests/fixtures/errors/429.rate_limit.json");
pub const EXPIRED: &str = include_str!("../../../wire/tests/fixtures/errors/401.json");
