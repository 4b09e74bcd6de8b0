//! `GET /api/v1/events`: tells readers that something changed, as server-sent events.
//!
//! Carries the revision and nothing else: the reader asks again for what it shows.

use super::answer::{Answer, Body};
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::Response;
use hyper::body::{Bytes, Frame};
use hyper::header::{self, HeaderValue};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// At most ten events a second, however fast things change.
const AT_MOST_EVERY: Duration = Duration::from_millis(100);
/// A comment, so that a reader notices a connection that died.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(15);

struct Events {
    revision: watch::Receiver<u64>,
    last_sent: Option<Instant>,
    closing: CancellationToken,
}

/// A stream that says the revision now and whenever it changes, until `closing`.
pub(super) fn answer(revision: watch::Receiver<u64>, closing: CancellationToken) -> Answer {
    let mut response = Response::new(body(revision, closing));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response
}

fn body(revision: watch::Receiver<u64>, closing: CancellationToken) -> Body {
    let events = Events { revision, last_sent: None, closing };
    let frames = stream::unfold(events, |mut events| async move {
        let text = events.next().await?;
        Some((Ok::<_, Infallible>(Frame::data(text)), events))
    });
    BodyExt::boxed_unsync(StreamBody::new(frames))
}

impl Events {
    async fn next(&mut self) -> Option<Bytes> {
        let closing = self.closing.clone();
        closing.run_until_cancelled(self.wait()).await?
    }

    async fn wait(&mut self) -> Option<Bytes> {
        if let Some(last) = self.last_sent {
            tokio::select! {
                changed = self.revision.changed() => changed.ok()?,
                () = sleep(KEEP_ALIVE) => return Some(Bytes::from_static(b": still here\n\n")),
            }
            sleep_until(last + AT_MOST_EVERY).await;
        }
        self.last_sent = Some(Instant::now());
        let revision = *self.revision.borrow_and_update();
        Some(format!("event: changed\ndata: {{\"revision\":{revision}}}\n\n").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_thousand_changes_in_a_second_are_ten_events_and_the_last_one_counts() {
        let (bump, revision) = watch::channel(1);
        let mut body = body(revision, CancellationToken::new());
        assert_eq!(next(&mut body).await.as_deref(), Some("event: changed\ndata: {\"revision\":1}\n\n"));
        let writer = async {
            for revision in 2..=1001 {
                sleep(Duration::from_millis(1)).await;
                bump.send_replace(revision);
            }
            sleep(AT_MOST_EVERY * 2).await;
            drop(bump);
        };
        let reader = async {
            let mut seen = Vec::new();
            while let Some(event) = next(&mut body).await {
                seen.push(event);
            }
            seen
        };
        let ((), seen) = tokio::join!(writer, reader);
        assert!((10..=11).contains(&seen.len()), "{} events", seen.len());
        assert_eq!(seen.last().unwrap(), "event: changed\ndata: {\"revision\":1001}\n\n");
    }

    #[tokio::test(start_paused = true)]
    async fn a_quiet_engine_is_heard_every_15_seconds() {
        let (_bump, revision) = watch::channel(1);
        let mut body = body(revision, CancellationToken::new());
        next(&mut body).await;
        let before = Instant::now();
        assert_eq!(next(&mut body).await.as_deref(), Some(": still here\n\n"));
        assert_eq!(before.elapsed().as_secs(), KEEP_ALIVE.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn the_stream_ends_when_the_engine_stops() {
        let (_bump, revision) = watch::channel(1);
        let closing = CancellationToken::new();
        let mut body = body(revision, closing.clone());
        next(&mut body).await;
        closing.cancel();
        assert_eq!(next(&mut body).await, None);
    }

    async fn next(body: &mut Body) -> Option<String> {
        let bytes = body.frame().await?.unwrap().into_data().unwrap();
        Some(String::from_utf8(bytes.to_vec()).unwrap())
    }
}
