//! A stream on its way to the client, piece by piece: the client reads, and only then the upstream is read.
//!
//! It lives in the body of the answer. When the client has gone the body is dropped, and the upstream's call with it.

use super::Inner;
use super::attempt::{IDLE, Pieces};
use super::log::Outcome;
use super::record::Ticket;
use crate::ledger::OwnPair;
use crate::upstream::CallError;
use domain::credential::Credential;
use domain::fault::{Class, decide};
use futures_util::{FutureExt, Stream, StreamExt};
use hyper::body::Bytes;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::time::timeout;
use wire::answer::{Answer, Broken};

/// A silent upstream is covered by signs of life, where the dialect has them.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// Pieces that are there at once are passed on as one, up to this many bytes.
const TOGETHER: usize = 16 << 10;

/// Who serves a request.
pub(super) struct Server {
    pub(super) credential: Credential,
    pub(super) pair: OwnPair,
}

/// A stream that has begun.
pub(super) struct Relay {
    inner: Arc<Inner>,
    server: Server,
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
        server: Server,
        answer: Answer,
        first: Vec<u8>,
        pieces: Option<Pieces>,
        ticket: Option<Ticket>,
    ) -> Self {
        let first = Some(Bytes::from(first)).filter(|first| !first.is_empty());
        Self { inner, server, answer, first, pieces, silent: Duration::ZERO, ticket }
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
                Ok(piece) => self.take(piece, &mut out),
                Err(_) => {
                    self.silent += SIGN_OF_LIFE;
                    if self.silent >= IDLE {
                        self.finish(&mut out);
                    } else {
                        out.extend_from_slice(self.answer.keep_alive());
                    }
                }
            }
            // What is there already goes along; nothing is waited for.
            while out.len() < TOGETHER
                && let Some(piece) = self.pieces.as_mut().and_then(|pieces| pieces.next().now_or_never())
            {
                self.take(piece, &mut out);
            }
        }
        self.inner.remember(self.answer.take_issued());
        Some(out.into())
    }

    /// Takes a piece of the upstream, or its end.
    fn take(&mut self, piece: Option<Result<Bytes, CallError>>, out: &mut Vec<u8>) {
        self.silent = Duration::ZERO;
        match piece {
            Some(Ok(bytes)) => {
                if let Err(broke) = self.answer.push(&bytes, out) {
                    self.break_off(broke.how);
                }
            }
            Some(Err(_)) | None => self.finish(out),
        }
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        match self.answer.finish(out) {
            Ok(()) => self.end(Outcome::Ok),
            Err(broke) => self.break_off(broke.how),
        }
    }

    fn break_off(&mut self, how: Broken) {
        self.inner.broke(&self.server, how);
        self.end(Outcome::Truncated);
    }

    fn end(&mut self, outcome: Outcome) {
        self.pieces = None;
        self.inner.remember(self.answer.take_issued());
        if let Some(mut ticket) = self.ticket.take() {
            ticket.hears(&mut self.answer);
            ticket.ends(outcome);
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // The client left: what it cost until then is known all the same.
        if let Some(ticket) = &mut self.ticket {
            ticket.hears(&mut self.answer);
        }
    }
}

impl Inner {
    /// An answer broke off after its beginning: the client is told, and nothing is tried again. What the service said
    /// of the credential holds all the same.
    pub(super) fn broke(self: &Arc<Self>, server: &Server, how: Broken) {
        tracing::info!(credential = %server.credential.id, model = %server.pair.model, "An answer broke off: {how}");
        let Some(fault) = how.fault().filter(|fault| fault.class != Class::Transient) else { return };
        let (inner, credential, pair) = (self.clone(), server.credential.clone(), server.pair.clone());
        self.parts.tasks.start(|_| async move {
            let strikes = inner.refusals.strikes(pair.pair());
            let decision = decide(&fault, credential.provider, strikes, inner.parts.clock.now());
            inner.refusals.mark(&credential, &fault).await;
            if let Some(resting) = inner.refusals.rest(&credential, pair.pair(), &fault, &decision).await {
                resting.keep().await;
            }
        });
    }

    /// Remembers signatures, so that the next request of the conversation can bring them along.
    pub(super) fn remember(&self, issued: Vec<wire::signature::Issued>) {
        if !issued.is_empty() {
            let mut memory = self.signatures.write().unwrap_or_else(PoisonError::into_inner);
            issued.iter().for_each(|one| memory.remember(one));
        }
    }
}
