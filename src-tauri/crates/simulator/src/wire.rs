//! Puts an answer on the wire, in order or bent by a scripted fault.
//!
//! What to send and which fault applies has been decided before.

use std::{
    future,
    io::IoSlice,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{Stream, stream};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::{
    io::{self, AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::sleep,
};

use crate::{
    calls::End,
    core::Ticket,
    fault::FaultKind,
    reply::Payload,
    stream::{Events, Piece},
};

/// A reset overtakes bytes on their way; this much time lets them arrive first.
const BEFORE_RESET: Duration = Duration::from_millis(20);

/// A scripted fault ended the connection.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("a scripted fault broke the connection")]
pub(crate) struct Broken;

/// The connection's socket, which can be told to end with a reset.
#[derive(Debug)]
pub(crate) struct Line {
    socket: TcpStream,
    reset: ResetLever,
}

/// Makes a connection end with RST instead of FIN when it is dropped.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResetLever(Arc<AtomicBool>);

impl ResetLever {
    pub(crate) fn pull(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Line {
    pub(crate) fn new(socket: TcpStream, reset: ResetLever) -> Self {
        Self { socket, reset }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.reset.0.load(Ordering::Relaxed) && self.socket.set_zero_linger().is_err() {
            tracing::warn!("The socket takes no reset; the connection ends in order instead");
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}

/// How a body is bent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bend {
    break_after: Option<(u64, Break)>,
    drip: Option<(usize, Duration)>,
}

#[derive(Debug, Clone, Copy)]
enum Break {
    Cut,
    Reset,
    Stall,
}

impl Bend {
    /// What these faults do to the body.
    pub(crate) fn of(faults: &[FaultKind]) -> Self {
        let mut bend = Self::default();
        for fault in faults {
            match fault {
                FaultKind::Cut { after } => bend.break_after = Some((*after, Break::Cut)),
                FaultKind::Reset { after: Some(after) } => bend.break_after = Some((*after, Break::Reset)),
                FaultKind::Stall { after } => bend.break_after = Some((*after, Break::Stall)),
                FaultKind::Drip { bytes, every_ms } => {
                    bend.drip = Some(((*bytes).max(1), Duration::from_millis(*every_ms)));
                }
                FaultKind::Reset { after: None }
                | FaultKind::Error { .. }
                | FaultKind::Raw { .. }
                | FaultKind::Stream { .. }
                | FaultKind::Hang
                | FaultKind::HugeBody { .. }
                | FaultKind::HugeStream { .. }
                | FaultKind::Redirect { .. }
                | FaultKind::Delay { .. }
                | FaultKind::ContentType { .. }
                | FaultKind::DateOffset { .. }
                | FaultKind::RotateRefreshToken => {}
            }
        }
        bend
    }
}

/// A body on its way out. Made piece by piece as the network takes it, so a slow reader slows the maker.
pub(crate) struct Outgoing {
    pieces: Pin<Box<dyn Stream<Item = Result<Bytes, Broken>> + Send>>,
    length: Option<u64>,
}

impl Outgoing {
    pub(crate) fn new(payload: Payload, bend: Bend, reset: ResetLever, mut ticket: Ticket) -> Self {
        let (source, length) = match payload {
            Payload::Whole(bytes) => {
                if bytes.is_empty() && bend.break_after.is_none() {
                    // An empty body is never asked for.
                    ticket.end(End::Complete);
                }
                let length = bytes.len() as u64;
                (Source::Whole(bytes), Some(length))
            }
            Payload::Events(events) => (Source::Events(events), None),
        };
        let sender = Sender { source, held: Bytes::new(), bend, reset, ticket, length };
        Self { pieces: Box::pin(stream::unfold(sender, Sender::step)), length }
    }

    /// A body nobody keeps a log of.
    pub(crate) fn plain(bytes: Bytes) -> Self {
        let length = bytes.len() as u64;
        Self { pieces: Box::pin(stream::once(future::ready(Ok(bytes)))), length: Some(length) }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        self.pieces.as_mut().poll_next(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.length == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

enum Source {
    Whole(Bytes),
    Events(Events),
}

/// The state between two pieces.
struct Sender {
    source: Source,
    /// Taken from the source and not sent yet.
    held: Bytes,
    bend: Bend,
    reset: ResetLever,
    ticket: Ticket,
    length: Option<u64>,
}

impl Sender {
    /// The next piece, the break, or the end.
    async fn step(mut self) -> Option<(Result<Bytes, Broken>, Self)> {
        if let Some((0, how)) = self.bend.break_after {
            return self.break_off(how).await;
        }
        let Some(mut bytes) = self.next().await else {
            self.ticket.end(End::Complete);
            return None;
        };
        if let Some((size, every)) = self.bend.drip {
            self.held = bytes.split_off(size.min(bytes.len()));
            sleep(every).await;
        }
        if let Some((left, _)) = &mut self.bend.break_after {
            bytes.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
            *left -= bytes.len() as u64;
        }
        let sent = self.ticket.sent(bytes.len());
        if self.length == Some(sent) {
            // A body of known length is not asked for its end.
            self.ticket.end(End::Complete);
        }
        Some((Ok(bytes), self))
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let bytes = std::mem::take(&mut self.held);
            if !bytes.is_empty() {
                return Some(bytes);
            }
            self.held = match &mut self.source {
                Source::Whole(bytes) if bytes.is_empty() => return None,
                Source::Whole(bytes) => std::mem::take(bytes),
                Source::Events(events) => {
                    let Piece { bytes, begins_event } = events.next()?;
                    if begins_event && !events.pause.is_zero() {
                        sleep(events.pause).await;
                    }
                    bytes
                }
            };
        }
    }

    async fn break_off(mut self, how: Break) -> Option<(Result<Bytes, Broken>, Self)> {
        match how {
            // What was handed over before is flushed while this waits.
            Break::Cut => tokio::task::yield_now().await,
            Break::Reset => {
                sleep(BEFORE_RESET).await;
                self.reset.pull();
            }
            Break::Stall => future::pending().await,
        }
        self.ticket.end(End::Broken);
        Some((Err(Broken), self))
    }
}
