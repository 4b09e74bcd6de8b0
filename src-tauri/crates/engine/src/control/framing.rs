//! Reads along with the HTTP parser for what it hides: how often a head gives a length.
//!
//! The parser folds repeated lengths and drops a length beside `Transfer-Encoding`, so the router could not
//! refuse them. A connection carries one request here, so there is one head to watch.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How many `Content-Length` lines the head held.
#[derive(Debug, Clone, Default)]
pub(super) struct Lengths(Arc<AtomicUsize>);

impl Lengths {
    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A connection whose head is watched while it is read.
pub(super) struct Watched<S> {
    stream: S,
    head: Head,
    lengths: Lengths,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S) -> (Self, Lengths) {
        let lengths = Lengths::default();
        (Self { stream, head: Head::default(), lengths: lengths.clone() }, lengths)
    }
}

const NAME: &[u8] = b"content-length";

/// Counts in bytes as they come; what it keeps is no longer than the name it looks for.
#[derive(Debug, Default)]
struct Head {
    line: Vec<u8>,
    lines: usize,
    over: bool,
}

impl Head {
    /// Takes the next bytes and tells how many lengths they completed.
    fn push(&mut self, bytes: &[u8]) -> usize {
        let mut found = 0;
        for byte in bytes {
            if self.over {
                break;
            }
            match byte {
                b'\n' => found += self.end_of_line(),
                b'\r' => {}
                byte if self.line.len() <= NAME.len() => self.line.push(byte.to_ascii_lowercase()),
                _ => {}
            }
        }
        found
    }

    fn end_of_line(&mut self) -> usize {
        // Empty lines before the request line do not end the head.
        self.over = self.line.is_empty() && self.lines > 0;
        self.lines += usize::from(!self.line.is_empty());
        let is_length = self.line.strip_prefix(NAME).is_some_and(|rest| rest == b":");
        self.line.clear();
        usize::from(is_length)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        let found = this.head.push(&buf.filled()[before..]);
        this.lengths.0.fetch_add(found, Ordering::Relaxed);
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
        check("GET / HTTP/1.1\r\nhost: x\r\n\r\n", 0);
        check("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 1);
        check("POST / HTTP/1.1\r\ncontent-length: 3\r\nCONTENT-LENGTH:3\r\n\r\nabc", 2);
        check("POST / HTTP/1.1\ncontent-length: 3\ncontent-length: 3\n\nabc", 2);
        check("\r\n\r\nPOST / HTTP/1.1\r\ncontent-length: 3\r\ncontent-length: 3\r\n\r\n", 2);
    }

    #[test]
    fn nothing_else_counts() {
        check(
            "POST / HTTP/1.1\r\nx: content-length: 3\r\ncontent-length-x: 3\r\ncontent-lengt: 3\r\n\r\n",
            0,
        );
        check(
            "POST / HTTP/1.1\r\ncontent-length: 40\r\n\r\na\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n",
            1,
        );
    }

    #[track_caller]
    fn check(head: &str, expected: usize) {
        for cut in 0..=head.len() {
            let mut watch = Head::default();
            let (first, second) = head.as_bytes().split_at(cut);
            assert_eq!(watch.push(first) + watch.push(second), expected, "{head:?} cut at {cut}");
        }
    }
}
