//! An answer whose body is read as it comes.

use super::{Answer, CallError};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use hyper::body::Bytes;
use jiff::Timestamp;

/// An answer of the service, whatever its status, of which the head is there. Dropping it ends the call.
pub struct Incoming {
    /// The HTTP status.
    pub status: u16,
    /// The service's clock when it answered.
    pub date: Option<Timestamp>,
    /// The `Retry-After` header as it came.
    pub retry_after: Option<String>,
    /// Our clock when the head of the answer came.
    pub received_at: Timestamp,
    /// The body, piece by piece.
    pub body: BoxStream<'static, Result<Bytes, CallError>>,
}

impl Incoming {
    pub(super) fn of(response: reqwest::Response, received_at: Timestamp) -> Self {
        let header =
            |name| response.headers().get(name).and_then(|v: &reqwest::header::HeaderValue| v.to_str().ok());
        Self {
            status: response.status().as_u16(),
            date: header("date").and_then(wire::date::http_date),
            retry_after: header("retry-after").map(str::to_owned),
            received_at,
            body: response.bytes_stream().map_err(CallError::from).boxed(),
        }
    }

    /// One that is there already.
    pub(super) fn whole(answer: Answer) -> Self {
        let Answer { status, date, retry_after, received_at, body } = answer;
        let body = futures_util::stream::iter([Ok(Bytes::from(body))]).boxed();
        Self { status, date, retry_after, received_at, body }
    }

    /// Whether the service does what was asked.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
