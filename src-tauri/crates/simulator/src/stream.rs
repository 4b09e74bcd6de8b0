//! Bodies that are made while the client reads: event streams, cut where a scenario wants them cut.
//!
//! Knows framing (`upstream-api` §6.5), not what the events say; pauses between events are kept by `wire`.

use std::{collections::VecDeque, time::Duration};

use hyper::body::Bytes;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::Value;

use crate::scenario::{LineEnding, Split, StreamOptions};

/// Longest piece of a randomly cut stream.
const LONGEST_CUT: usize = 48;

/// What goes to the network at once.
pub(crate) struct Piece {
    pub bytes: Bytes,
    /// It begins an event, so the pause between events comes before it.
    pub begins_event: bool,
}

/// A body in pieces, made on demand.
pub(crate) struct Events {
    pieces: Box<dyn Iterator<Item = Piece> + Send>,
    /// Wait before each event.
    pub pause: Duration,
}

impl Iterator for Events {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        self.pieces.next()
    }
}

impl Events {
    /// JSON events as server-sent events.
    pub(crate) fn sse(
        events: impl Iterator<Item = Value> + Send + 'static,
        options: &StreamOptions,
        seed: u64,
    ) -> Self {
        let end = match options.line_ending {
            LineEnding::Lf => "\n",
            LineEnding::Crlf => "\r\n",
        };
        let framed = events.map(move |event| Bytes::from(format!("data: {event}{end}{end}")));
        let pause = Duration::from_millis(options.delay_ms);
        Self { pieces: cut(framed, options.split, seed), pause }
    }

    /// JSON events as one array, what the service sends without `alt=sse`.
    pub(crate) fn array(
        events: impl Iterator<Item = Value> + Send + 'static,
        options: &StreamOptions,
    ) -> Self {
        let opened = events.enumerate().map(|(index, event)| {
            let before = if index == 0 { "[" } else { ",\r\n" };
            Bytes::from(format!("{before}{event}"))
        });
        let whole = opened.chain(std::iter::once(Bytes::from_static(b"]")));
        Self { pieces: cut(whole, Split::Events, 0), pause: Duration::from_millis(options.delay_ms) }
    }

    /// Bytes as they are.
    pub(crate) fn raw(chunks: impl Iterator<Item = Bytes> + Send + 'static) -> Self {
        Self { pieces: cut(chunks, Split::Events, 0), pause: Duration::ZERO }
    }

    /// A captured stream, cut as the scenario says.
    pub(crate) fn captured(bytes: &'static [u8], options: &StreamOptions, seed: u64) -> Self {
        let whole = std::iter::once(Bytes::from_static(bytes));
        Self { pieces: cut(whole, options.split, seed), pause: Duration::from_millis(options.delay_ms) }
    }

    /// A JSON answer of exactly so many bytes, as long as that is enough for its frame.
    pub(crate) fn huge_json(bytes: u64) -> Self {
        const BEFORE: &[u8] = br#"{"response":{"candidates":[{"content":{"role":"model","parts":[{"text":""#;
        const AFTER: &[u8] = br#""}]},"finishReason":"STOP"}]}}"#;
        let mut left = bytes.saturating_sub((BEFORE.len() + AFTER.len()) as u64);
        let block = Bytes::from(vec![b'x'; 64 * 1024]);
        let filling = std::iter::from_fn(move || {
            let size = usize::try_from(left).unwrap_or(usize::MAX).min(block.len());
            left -= size as u64;
            (size > 0).then(|| block.slice(..size))
        });
        let before = std::iter::once(Bytes::from_static(BEFORE));
        Self::raw(before.chain(filling).chain(std::iter::once(Bytes::from_static(AFTER))))
    }
}

fn cut(
    events: impl Iterator<Item = Bytes> + Send + 'static,
    split: Split,
    seed: u64,
) -> Box<dyn Iterator<Item = Piece> + Send> {
    let size: Box<dyn FnMut() -> usize + Send> = match split {
        Split::Events => return Box::new(events.map(|bytes| Piece { bytes, begins_event: true })),
        Split::Bytes => Box::new(|| 1),
        Split::Random => {
            let mut chance = StdRng::seed_from_u64(seed);
            Box::new(move || chance.random_range(1..=LONGEST_CUT))
        }
    };
    Box::new(Cutter { events, size, waiting: VecDeque::new() })
}

/// Cuts without respect for events, lines or characters.
struct Cutter<I> {
    events: I,
    size: Box<dyn FnMut() -> usize + Send>,
    waiting: VecDeque<u8>,
}

impl<I: Iterator<Item = Bytes>> Iterator for Cutter<I> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let size = (self.size)();
        let mut begins_event = false;
        while self.waiting.len() < size {
            let Some(event) = self.events.next() else { break };
            self.waiting.extend(event.iter());
            begins_event = true;
        }
        let bytes: Bytes = self.waiting.drain(..size.min(self.waiting.len())).collect();
        (!bytes.is_empty()).then_some(Piece { bytes, begins_event })
    }
}

macro_rules! captured {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("bodies/streams/", $name, ".sse")) as &[u8])),*]
    };
}

static CAPTURED: [(&str, &[u8]); 15] = captured![
    "claude.thinking",
    "claude.tool",
    "empty_200",
    "gemini.image",
    "gemini.max_tokens",
    "gemini.text",
    "gemini.text.crlf",
    "gemini.tool",
    "midstream_error",
    "multiline_data",
    "no_trailing_blank_line",
    "truncated_no_finish",
    "version_unsupported",
    "warmup.gemini",
    "warmup.gemini.no_text",
];

/// A captured stream by name, byte for byte.
pub(crate) fn captured(name: &str) -> Option<&'static [u8]> {
    CAPTURED.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes)
}

/// Names of the captured streams that can be scripted.
pub fn stream_names() -> impl Iterator<Item = &'static str> {
    CAPTURED.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn bytes(events: Events) -> Vec<u8> {
        events.flat_map(|piece| piece.bytes.to_vec()).collect()
    }

    fn options(split: Split, line_ending: LineEnding) -> StreamOptions {
        StreamOptions { split, line_ending, ..StreamOptions::default() }
    }

    #[test]
    fn events_are_framed_with_either_line_ending() {
        let framed = |ending| {
            bytes(Events::sse([json!({"a": 1}), json!(2)].into_iter(), &options(Split::Events, ending), 0))
        };
        assert_eq!(framed(LineEnding::Lf), b"data: {\"a\":1}\n\ndata: 2\n\n");
        assert_eq!(framed(LineEnding::Crlf), b"data: {\"a\":1}\r\n\r\ndata: 2\r\n\r\n");
    }

    #[test]
    fn without_sse_it_is_one_array() {
        let array = bytes(Events::array([json!({"a": 1}), json!(2)].into_iter(), &StreamOptions::default()));
        assert_eq!(serde_json::from_slice::<Value>(&array).unwrap(), json!([{"a": 1}, 2]));
    }

    #[test]
    fn a_huge_body_has_exactly_its_length_and_is_json() {
        let huge = bytes(Events::huge_json(200_000));
        assert_eq!(huge.len(), 200_000);
        assert!(serde_json::from_slice::<Value>(&huge).is_ok());
    }

    #[test]
    fn byte_by_byte_means_one_at_a_time() {
        let sizes: Vec<usize> = Events::captured(b"abc", &options(Split::Bytes, LineEnding::Lf), 0)
            .map(|piece| piece.bytes.len())
            .collect();
        assert_eq!(sizes, [1, 1, 1]);
    }

    proptest! {
        #[test]
        fn no_cut_changes_the_bytes(seed: u64, which in 0..CAPTURED.len()) {
            let (name, whole) = CAPTURED[which];
            let cut = bytes(Events::captured(whole, &options(Split::Random, LineEnding::Lf), seed));
            prop_assert_eq!(cut, whole, "{}", name);
        }
    }
}
