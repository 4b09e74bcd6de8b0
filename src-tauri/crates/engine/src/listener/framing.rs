//! Reads along with the HTTP parser for what it hides: how often a head gives a length, whether it speaks of transfer
//! encodings beside it, and how long it has been coming.
//!
//! The parser folds repeated lengths and drops a length beside `Transfer-Encoding`, so nobody else could refuse
//! them. Where the next head begins follows from the length of the one before; after a head whose length is not
//! plain nothing more is read along, and the connection has to end with that request.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// What one head says of its body's length.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// How many `Content-Length` lines it held.
    pub(crate) lengths: u32,
    /// How many `Transfer-Encoding` lines.
    pub(crate) transfers: u32,
    /// Where its body ends is not for us to say: no other request may follow on this connection.
    pub(crate) is_last: bool,
}

/// The heads that came in and were not asked for yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Heads(Arc<Mutex<VecDeque<Head>>>);

impl Heads {
    /// The next head. The parser reads no further than it is allowed to, and never fewer heads than it answers; one
    /// that is missing all the same is taken for the worst.
    pub(super) fn next(&self) -> Head {
        let worst = Head { lengths: 2, transfers: 1, is_last: true };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front().unwrap_or(worst)
    }
}

/// A connection whose heads are watched while it is read.
pub(crate) struct Watched<S> {
    stream: S,
    watch: Watch,
    heads: Heads,
    /// For a whole head.
    limit: Duration,
    /// The head that is coming has to be there by then: the first from the connection's beginning on, another from its
    /// own first byte on.
    late: Option<Pin<Box<Sleep>>>,
}

impl<S> Watched<S> {
    /// `limit` is the time for a whole head.
    pub(super) fn new(stream: S, limit: Duration) -> (Self, Heads) {
        let (watch, heads) = (Watch::default(), Heads::default());
        (Self { stream, watch, heads: heads.clone(), limit, late: Some(Box::pin(sleep(limit))) }, heads)
    }

    /// The time of the head that is coming, while there is nothing to read.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.late {
            Some(late) => late.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into())),
            None => Poll::Pending,
        }
    }
}

const LENGTH: &[u8] = b"content-length:";
const TRANSFER: &[u8] = b"transfer-encoding:";
/// Of a line only its beginning is kept: more than a name and a length with some space around it.
const KEPT: usize = 64;

/// Where in a connection's bytes we are.
#[derive(Debug)]
enum Watch {
    Head(Lines),
    Body { left: u64 },
    Over,
}

impl Default for Watch {
    fn default() -> Self {
        Self::Head(Lines::default())
    }
}

#[derive(Debug, Default)]
struct Lines {
    line: Vec<u8>,
    lines: usize,
    head: Head,
    length: Option<u64>,
}

impl Watch {
    fn is_within_a_head(&self) -> bool {
        matches!(self, Self::Head(lines) if lines.lines > 0 || !lines.line.is_empty())
    }

    /// Takes the next bytes and tells of the heads they complete.
    fn push(&mut self, mut bytes: &[u8], mut tell: impl FnMut(Head)) {
        while !bytes.is_empty() {
            match self {
                Self::Over => return,
                Self::Body { left } => {
                    let of_body = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    *left -= of_body as u64;
                    bytes = &bytes[of_body..];
                    if *left == 0 {
                        *self = Self::default();
                    }
                }
                Self::Head(lines) => {
                    let end = bytes.iter().position(|byte| *byte == b'\n');
                    let (line, rest) = bytes.split_at(end.map_or(bytes.len(), |at| at + 1));
                    bytes = rest;
                    if let Some(head) = lines.push(line, end.is_some()) {
                        let left = lines.length.unwrap_or(0);
                        tell(head);
                        *self = match (head.is_last, left) {
                            (true, _) => Self::Over,
                            (false, 0) => Self::default(),
                            (false, left) => Self::Body { left },
                        };
                    }
                }
            }
        }
    }
}

impl Lines {
    /// Takes a piece of a line; answers the head where it is complete with it.
    fn push(&mut self, piece: &[u8], ends: bool) -> Option<Head> {
        // One more than is kept tells that a line is longer.
        let room = (KEPT + 1).saturating_sub(self.line.len());
        let seen = piece.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')).take(room);
        self.line.extend(seen.map(u8::to_ascii_lowercase));
        if !ends {
            return None;
        }
        // Empty lines before the request line do not end the head.
        if self.line.is_empty() {
            return (self.lines > 0).then(|| self.end());
        }
        self.lines += 1;
        if let Some(value) = self.line.strip_prefix(LENGTH) {
            self.head.lengths += 1;
            self.length = plain_number(value).filter(|_| self.line.len() <= KEPT);
        }
        self.head.transfers += u32::from(self.line.starts_with(TRANSFER));
        self.line.clear();
        None
    }

    fn end(&mut self) -> Head {
        let plain = match self.head.lengths {
            0 => true,
            1 => self.length.is_some(),
            _ => false,
        };
        self.head.is_last = !plain || self.head.transfers > 0;
        self.head
    }
}

/// A number without sign or anything around it but space.
fn plain_number(value: &[u8]) -> Option<u64> {
    let value = value.trim_ascii();
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    digits.then(|| std::str::from_utf8(value).ok()?.parse().ok()).flatten()
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        if Pin::new(&mut this.stream).poll_read(cx, buf)?.is_pending() {
            return this.wait(cx);
        }
        let (heads, mut complete) = (&this.heads.0, false);
        this.watch.push(&buf.filled()[before..], |head| {
            complete = true;
            heads.lock().unwrap_or_else(PoisonError::into_inner).push_back(head);
        });
        if complete {
            this.late = None;
        }
        if this.late.is_none() && this.watch.is_within_a_head() {
            this.late = Some(Box::pin(sleep(this.limit)));
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_the_head_are_counted_wherever_the_bytes_are_cut() {
        check("GET / HTTP/1.1\r\nhost: x\r\n\r\n", &[(0, 0, false)]);
        check("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", &[(1, 0, false)]);
        check("POST / HTTP/1.1\r\ncontent-length: 3\r\nCONTENT-LENGTH:3\r\n\r\nabc", &[(2, 0, true)]);
        check("POST / HTTP/1.1\ncontent-length: 3\ncontent-length: 3\n\nabc", &[(2, 0, true)]);
        let late = "\r\n\r\nPOST / HTTP/1.1\r\ncontent-length: 3\r\ncontent-length: 3\r\n\r\n";
        check(late, &[(2, 0, true)]);
    }

    #[test]
    fn nothing_else_counts() {
        let names =
            "POST / HTTP/1.1\r\nx: content-length: 3\r\ncontent-length-x: 3\r\ncontent-lengt: 3\r\n\r\n";
        check(names, &[(0, 0, false)]);
        let body = "POST / HTTP/1.1\r\ncontent-length: 40\r\n\r\na\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n";
        check(body, &[(1, 0, false)]);
    }

    #[test]
    fn the_next_head_is_found_behind_the_body() {
        let first = "POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nab\r\n\r";
        let second = "POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n";
        let third = "GET / HTTP/1.1\r\n\r\n";
        let fourth = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\ncontent-length: 1\r\n\r\nx";
        let heads = [(1, 0, false), (1, 0, false), (0, 0, false), (1, 1, true)];
        check(&format!("{first}{second}{third}{fourth}{third}"), &heads);
    }

    #[test]
    fn a_length_behind_much_space_is_the_last() {
        let text = format!("POST / HTTP/1.1\r\ncontent-length:{:>60}\r\n\r\nGET / HTTP/1.1\r\n\r\n", 12345);
        check(&text, &[(1, 0, true)]);
    }

    #[test]
    fn a_length_that_is_not_plain_is_the_last() {
        for length in ["", "-1", "+3", "3, 3", "0x3", "99999999999999999999999", "3 3"] {
            let text = format!("POST / HTTP/1.1\r\ncontent-length: {length}\r\n\r\nGET / HTTP/1.1\r\n\r\n");
            check(&text, &[(1, 0, true)]);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_its_time_and_silence_between_two_has_none() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
        use tokio::time::{Instant, timeout};
        const LIMIT: Duration = Duration::from_secs(10);
        let late = async |beginning: &str| {
            let (mut client, server) = duplex(1 << 10);
            let (mut watched, _heads) = Watched::new(server, LIMIT);
            client.write_all(beginning.as_bytes()).await.unwrap();
            let began = Instant::now();
            let read = async { tokio::io::copy(&mut watched, &mut tokio::io::sink()).await };
            let Ok(ended) = timeout(LIMIT * 20, read).await else {
                // A head that begins now has its time from now on.
                client.write_all(b"G").await.unwrap();
                let began = Instant::now();
                let error = watched.read_to_end(&mut Vec::new()).await.unwrap_err();
                return (false, error.kind(), began.elapsed());
            };
            (true, ended.unwrap_err().kind(), began.elapsed())
        };
        let whole = "POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\n";
        for (beginning, at_once) in [
            ("", true),
            ("\r\n\r\n", true),
            ("GET / HTTP/1.1\r\n", true),
            ("GET / HTTP/1.1\r\n\r\n", false),
            (&format!("{whole}abc"), false),
            (&format!("{whole}abcGET /"), true),
        ] {
            let (was_late, kind, after) = late(beginning).await;
            assert_eq!((was_late, kind), (at_once, io::ErrorKind::TimedOut), "{beginning:?}");
            assert!(after >= LIMIT && after < LIMIT * 2, "{beginning:?}: {after:?}");
        }
        let (mut client, server) = duplex(1 << 10);
        let (mut watched, _heads) = Watched::new(server, LIMIT);
        client.write_all(whole.as_bytes()).await.unwrap();
        let body = timeout(LIMIT * 20, watched.read_to_end(&mut Vec::new())).await;
        assert!(body.is_err(), "a body has no time of its own here");
    }

    #[track_caller]
    fn check(text: &str, expected: &[(u32, u32, bool)]) {
        for cut in 0..=text.len() {
            let (mut watch, mut found) = (Watch::default(), Vec::new());
            let (first, second) = text.as_bytes().split_at(cut);
            for piece in [first, second] {
                watch.push(piece, |head| found.push((head.lengths, head.transfers, head.is_last)));
            }
            assert_eq!(found, expected, "{text:?} cut at {cut}");
        }
    }
}
