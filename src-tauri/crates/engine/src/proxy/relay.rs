//! A stream on its way to the client, piece by piece: the client reads, and only then the upstream is read.
//!
//! It lives in the body of the answer. When the client has gone the body is dropped, and the upstream's call with it.

use super::Inner;
use super::attempt::{IDLE, Pieces};
use super::log::Outcome;
use super::record::Ticket;
use futures_util::{Stream, StreamExt};
use hyper::body::Bytes;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::time::timeout;
use wire::answer::Answer;

/// A silent upstream is covered by signs of life, where the dialect has them.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// A stream that has begun.
pub(super) struct Relay {
    inner: Arc<Inner>,
    answer: Answer,
    /// What is there already.
    first: Option<Bytes>,
    /// `None` once it has ended.
    pieces: Option<Pieces>,
    /// How long the upstream has been silent.
    silent: Duration,
    ticket: Option<Ticket>,
}

impl Relay {
    pub(super) fn new(
        inner: Arc<Inner>,
        answer: Answer,
        first: Vec<u8>,
        pieces: Option<Pieces>,
        ticket: Option<Ticket>,
    ) -> Self {
        let first = Some(Bytes::from(first)).filter(|first| !first.is_empty());
        Self { inner, answer, first, pieces, silent: Duration::ZERO, ticket }
    }

    /// What the client reads.
    pub(super) fn into_stream(self) -> impl Stream<Item = Bytes> + Send + 'static {
        futures_util::stream::unfold(self, |mut relay| async move {
            let bytes = relay.next().await?;
            Some((bytes, relay))
        })
    }

    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        let mut out = Vec::new();
        while out.is_empty() {
            let pieces = self.pieces.as_mut()?;
            match timeout(SIGN_OF_LIFE, pieces.next()).await {
                Ok(Some(Ok(bytes))) => {
                    self.silent = Duration::ZERO;
                    if self.answer.push(&bytes, &mut out).is_err() {
                        self.end(Outcome::Truncated);
                    }
                }
                Ok(Some(Err(_)) | None) => self.finish(&mut out),
                Err(_) => {
                    self.silent += SIGN_OF_LIFE;
                    if self.silent >= IDLE {
                        self.finish(&mut out);
                    } else {
                        out.extend_from_slice(self.answer.keep_alive());
                    }
                }
            }
        }
        self.inner.remember(self.answer.take_issued());
        Some(out.into())
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        let outcome = if self.answer.finish(out).is_ok() { Outcome::Ok } else { Outcome::Truncated };
        self.end(outcome);
    }

    fn end(&mut self, outcome: Outcome) {
        self.pieces = None;
        if let Some(mut ticket) = self.ticket.take() {
            ticket.costs(self.answer.usage());
            ticket.ends(outcome);
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // The client left: what it cost until then is known all the same.
        if let Some(ticket) = &mut self.ticket {
            ticket.costs(self.answer.usage());
        }
    }
}

impl Inner {
    /// Remembers signatures, so that the next request of the conversation can bring them along.
    pub(super) fn remember(&self, issued: Vec<wire::signature::Issued>) {
        if !issued.is_empty() {
            let mut memory = self.signatures.write().unwrap_or_else(PoisonError::into_inner);
            issued.iter().for_each(|one| memory.remember(one));
        }
    }
}
