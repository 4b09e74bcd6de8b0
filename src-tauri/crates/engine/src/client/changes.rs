//! Follows the engine's revision, in this process or over the event stream.

use super::Remote;
use crate::control::KEEP_ALIVE;
use reqwest::Response;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// A reader of the engine's revision; each has its own place in the stream.
pub struct Changes(Source);

enum Source {
    Local(watch::Receiver<u64>),
    Remote { remote: Remote, stream: Option<Box<Stream>>, last: Option<u64> },
}

struct Stream {
    response: Response,
    unread: Vec<u8>,
}

/// An engine that has missed two signs of life is gone.
const SILENT_FOR: Duration = Duration::from_secs(KEEP_ALIVE.as_secs() * 2 + 5);
/// Longer than any line the engine sends.
const LINE_LIMIT: usize = 4 << 10;

impl Changes {
    pub(super) fn local(revision: watch::Receiver<u64>) -> Self {
        Self(Source::Local(revision))
    }

    pub(super) fn remote(remote: Remote) -> Self {
        Self(Source::Remote { remote, stream: None, last: None })
    }

    /// The next revision after the last one seen here; nothing when the engine is gone.
    ///
    /// Nothing is lost by dropping the future: the next call continues where it was.
    pub async fn next(&mut self) -> Option<u64> {
        match &mut self.0 {
            Source::Local(revision) => {
                revision.changed().await.ok()?;
                Some(*revision.borrow_and_update())
            }
            Source::Remote { remote, stream, last } => {
                let open = match stream {
                    Some(open) => open,
                    None => {
                        let response = remote.events().await.ok()?;
                        stream.insert(Box::new(Stream { response, unread: Vec::new() }))
                    }
                };
                loop {
                    let revision = open.next().await?;
                    if *last != Some(revision) {
                        *last = Some(revision);
                        return Some(revision);
                    }
                }
            }
        }
    }
}

impl Stream {
    async fn next(&mut self) -> Option<u64> {
        loop {
            while let Some(line) = take_line(&mut self.unread) {
                if let Some(revision) = revision_of(&line) {
                    return Some(revision);
                }
            }
            if self.unread.len() > LINE_LIMIT {
                return None;
            }
            let chunk = timeout(SILENT_FOR, self.response.chunk()).await.ok()?.ok()??;
            self.unread.extend_from_slice(&chunk);
        }
    }
}

fn take_line(unread: &mut Vec<u8>) -> Option<Vec<u8>> {
    let end = unread.iter().position(|byte| *byte == b'\n')?;
    Some(unread.drain(..=end).collect())
}

fn revision_of(line: &[u8]) -> Option<u64> {
    #[derive(serde::Deserialize)]
    struct Changed {
        revision: u64,
    }
    let data = line.strip_prefix(b"data:")?;
    serde_json::from_slice::<Changed>(data).ok().map(|changed| changed.revision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_read_wherever_the_bytes_are_cut() {
        let stream = b"event: changed\ndata: {\"revision\":7}\n\n: still here\n\nevent: changed\ndata: {\"revision\":8}\n\n";
        for cut in 0..=stream.len() {
            let mut unread = Vec::new();
            let mut seen = Vec::new();
            for part in [&stream[..cut], &stream[cut..]] {
                unread.extend_from_slice(part);
                while let Some(line) = take_line(&mut unread) {
                    seen.extend(revision_of(&line));
                }
            }
            assert_eq!(seen, [7, 8], "cut at {cut}");
        }
    }
}
