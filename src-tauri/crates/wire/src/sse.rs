//! Server-sent events: bytes cut anywhere become the data of whole events.
//!
//! Knows lines, comments and `data:`; what the data means is the caller's. The upstream sends no event names and no
//! ids, so other fields are passed over. Data that lies whole in the caller's bytes is lent from there, not copied.

use memchr::memchr;

/// The longest event that is read, in bytes. The largest known ones carry an image and have a few megabytes.
pub const LONGEST: usize = 32 * 1024 * 1024;

/// An event that never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("An event of the stream has more than {limit} bytes. It is not read any further.")]
pub struct TooLong {
    /// What is allowed, in bytes.
    pub limit: usize,
}

/// Cuts a stream into events. One reader a stream.
#[derive(Debug)]
pub struct Reader {
    /// The begun line.
    line: Vec<u8>,
    /// The data of the begun event.
    data: Vec<u8>,
    /// Whether the begun event has data.
    has_data: bool,
    /// Whether the next line is the first.
    first: bool,
    limit: usize,
}

impl Default for Reader {
    fn default() -> Self {
        Self::with_limit(LONGEST)
    }
}

impl Reader {
    /// A reader that refuses events of more than `limit` bytes.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        Self { line: Vec::new(), data: Vec::new(), has_data: false, first: true, limit }
    }

    /// Takes the next bytes and hands over the data of every event that they complete, in order.
    ///
    /// # Errors
    /// Where an event is too long; the reader is of no use afterwards.
    pub fn push(&mut self, bytes: &[u8], mut event: impl FnMut(&[u8])) -> Result<(), TooLong> {
        let mut rest = bytes;
        while let Some(end) = memchr(b'\n', rest) {
            let (line, after) = (&rest[..end], &rest[end + 1..]);
            if self.line.is_empty() {
                self.take_line(line, after, &mut event)?;
            } else {
                self.keep(line)?;
                let mut whole = std::mem::take(&mut self.line);
                let taken = self.take_line(&whole, after, &mut event);
                whole.clear();
                self.line = whole;
                taken?;
            }
            rest = after;
        }
        self.keep(rest)
    }

    /// Ends the stream: hands over a last event that no blank line followed.
    ///
    /// # Errors
    /// Where that event is too long.
    pub fn end(&mut self, mut event: impl FnMut(&[u8])) -> Result<(), TooLong> {
        let last = std::mem::take(&mut self.line);
        if !last.is_empty() {
            self.take_line(&last, b"", &mut event)?;
        }
        self.take_line(b"", b"", &mut event)
    }

    fn keep(&mut self, part: &[u8]) -> Result<(), TooLong> {
        self.check(self.line.len() + part.len())?;
        self.line.extend_from_slice(part);
        Ok(())
    }

    fn check(&self, length: usize) -> Result<(), TooLong> {
        if length > self.limit { Err(TooLong { limit: self.limit }) } else { Ok(()) }
    }

    /// One line without its end; `after` is what is already known to follow it.
    fn take_line(&mut self, line: &[u8], after: &[u8], event: &mut impl FnMut(&[u8])) -> Result<(), TooLong> {
        let line = if std::mem::take(&mut self.first) { without_mark(line) } else { line };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            if std::mem::take(&mut self.has_data) {
                event(&self.data);
                self.data.clear();
            }
            return Ok(());
        }
        let Some(data) = data_of(line) else { return Ok(()) };
        self.check(self.data.len() + data.len())?;
        if !self.has_data && begins_blank(after) {
            // The common event: one line, all of it here.
            event(data);
            return Ok(());
        }
        if std::mem::replace(&mut self.has_data, true) {
            self.data.push(b'\n');
        }
        self.data.extend_from_slice(data);
        Ok(())
    }
}

/// The value of a `data` line; `None` for comments and other fields.
fn data_of(line: &[u8]) -> Option<&[u8]> {
    match line.strip_prefix(b"data")? {
        [] => Some(&[]),
        [b':', b' ', data @ ..] | [b':', data @ ..] => Some(data),
        _ => None,
    }
}

/// Whether a blank line comes next for certain.
fn begins_blank(after: &[u8]) -> bool {
    after.starts_with(b"\n") || after.starts_with(b"\r\n")
}

/// Without the byte order mark a stream may begin with.
fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_line_is_one_event() {
        check("data: a\n\ndata:b\n\ndata:  c\n\n", &["a", "b", " c"]);
    }

    #[test]
    fn line_ends_come_in_two_forms() {
        check("data: a\r\n\r\ndata: b\r\n\r\n", &["a", "b"]);
    }

    #[test]
    fn data_lines_are_joined() {
        check("data: a\ndata: b\ndata\ndata:\n\n", &["a\nb\n\n"]);
    }

    #[test]
    fn comments_and_other_fields_are_skipped() {
        check(": ping\n\nevent: x\nid: 7\ndata: a\nretry: 1\n\ndatum: b\n\n", &["a"]);
    }

    #[test]
    fn the_last_event_needs_no_blank_line() {
        check("data: a\n\ndata: b", &["a", "b"]);
        check("data: a\r\ndata: b\r\n", &["a\nb"]);
    }

    #[test]
    fn a_byte_order_mark_is_skipped_once() {
        check("\u{feff}data: a\n\n", &["a"]);
        check("data: a\n\n\u{feff}data: b\n\n", &["a"]);
    }

    #[test]
    fn nothing_is_no_event() {
        check("", &[]);
        check("\n\n\r\n", &[]);
    }

    #[test]
    fn an_event_without_an_end_is_refused() {
        for stream in ["data: 12345678901\n\n", "data: 123456789012", "data: 12345\ndata: 12345\ndata: 1\n\n"]
        {
            let mut reader = Reader::with_limit(10);
            let mut count = 0;
            let pushed = reader.push(stream.as_bytes(), |_| count += 1);
            assert_eq!((pushed, count), (Err(TooLong { limit: 10 }), 0), "{stream}");
        }
    }

    #[test]
    fn data_in_one_piece_is_lent() {
        let stream = b"data: abc\n\n";
        let mut at = None;
        Reader::default().push(stream, |data| at = Some(data.as_ptr())).unwrap();
        assert_eq!(at, Some(stream[6..].as_ptr()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn any_cuts_give_the_same_events(
            lines in proptest::collection::vec("(data: ?|data|: |event: )?[aé\u{1f44b}:]{0,4}(\r|)", 0..14),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let stream = lines.join("\n").into_bytes();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
            cuts.sort_unstable();
            prop_assert_eq!(events(&stream, &cuts), events(&stream, &[]));
        }
    }

    #[track_caller]
    fn check(stream: &str, expected: &[&str]) {
        let bytes = stream.as_bytes();
        for cut in 0..=bytes.len() {
            assert_eq!(events(bytes, &[cut]), expected, "{stream:?} cut at {cut}");
        }
        let everywhere: Vec<usize> = (0..bytes.len()).collect();
        assert_eq!(events(bytes, &everywhere), expected, "{stream:?} byte by byte");
    }

    fn events(stream: &[u8], cuts: &[usize]) -> Vec<String> {
        let mut reader = Reader::default();
        let mut seen = Vec::new();
        let mut take = |data: &[u8]| seen.push(String::from_utf8(data.to_vec()).unwrap());
        let mut from = 0;
        for cut in cuts.iter().copied().chain([stream.len()]) {
            reader.push(&stream[from..cut], &mut take).unwrap();
            from = cut;
        }
        reader.end(&mut take).unwrap();
        seen
    }
}
