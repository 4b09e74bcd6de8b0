//! What was said, as much of it as is kept for a person to read.

use crate::convert::{Data, Draft, Outcome, Part, Turn, Who};
use std::borrow::Cow;

/// A piece of what was said, no longer than its keeper allows. Not `Debug`: it is the user's own conversation.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// The text that is kept.
    pub text: String,
    /// How many bytes of text are not.
    pub left_out: usize,
}

impl Draft<'_> {
    /// What a request says, by turns, in at most `limit` bytes: its end, because what comes before stood in the
    /// requests before it. Media and thoughts are named or left out.
    #[must_use]
    pub fn excerpt(&self, limit: usize) -> Excerpt {
        let mut kept = Ending { limit, pieces: Vec::new(), bytes: 0, left_out: 0 };
        for turn in self.turns.iter().rev() {
            for part in turn.parts.iter().rev() {
                if let Some(line) = self.line(part) {
                    kept.put("\n");
                    kept.put(&line);
                }
            }
            kept.put(match turn.who {
                Who::User => "user:\n",
                Who::Model => "assistant:\n",
            });
        }
        for text in self.system.iter().rev() {
            kept.put("\n");
            kept.put(text);
            kept.put("system:\n");
        }
        kept.excerpt()
    }

    fn line<'p>(&self, part: &'p Part<'_>) -> Option<Cow<'p, str>> {
        match &part.data {
            Data::Text(text) => Some(Cow::Borrowed(text)),
            Data::Thought(_) => None,
            Data::Blob(blob) => Some(Cow::Owned(media(&blob.mime, blob.data.len()))),
            Data::Call(call) => Some(Cow::Owned(call_line(&call.name, call.args.get()))),
            Data::Outcome(outcome) => Some(Cow::Owned(self.outcome_line(outcome))),
        }
    }

    fn outcome_line(&self, outcome: &Outcome<'_>) -> String {
        let mut calls = self.turns.iter().flat_map(Turn::calls);
        // Some dialects name the call by its id only.
        let called = calls.find(|call| call.id.is_some() && call.id == outcome.id).map(|call| &*call.name);
        let name = outcome.name.as_deref().or(called).unwrap_or("a call");
        let media: String =
            outcome.blobs.iter().map(|blob| format!(" {}", media(&blob.mime, blob.data.len()))).collect();
        format!("[{name} gave {}{media}]", outcome.response.clone().into_text())
    }
}

/// Collects a text from its end towards its beginning.
struct Ending {
    limit: usize,
    /// The last one first.
    pieces: Vec<String>,
    bytes: usize,
    left_out: usize,
}

impl Ending {
    fn put(&mut self, piece: &str) {
        let room = self.limit - self.bytes;
        // Nothing is kept beyond a gap.
        let from = if self.left_out > 0 { piece.len() } else { piece.len().saturating_sub(room) };
        let from = piece.ceil_char_boundary(from);
        self.left_out += from;
        self.bytes += piece.len() - from;
        if from < piece.len() {
            self.pieces.push(piece[from..].to_owned());
        }
    }

    fn excerpt(self) -> Excerpt {
        let text: String = self.pieces.into_iter().rev().collect();
        Excerpt { text: text.trim_end().to_owned(), left_out: self.left_out }
    }
}

fn call_line(name: &str, args: &str) -> String {
    format!("[calls {name} {args}]")
}

/// Media in base64 by its kind and size.
fn media(mime: &str, base64: usize) -> String {
    format!("[{mime}, {} bytes]", base64 / 4 * 3)
}

/// Collects the beginning of an answer while it is passed on.
pub(crate) struct Listener {
    limit: usize,
    heard: Excerpt,
}

impl Listener {
    pub fn new(limit: usize) -> Self {
        Self { limit, heard: Excerpt::default() }
    }

    pub fn words(&mut self, text: &str) {
        let room = if self.heard.left_out > 0 { 0 } else { self.limit - self.heard.text.len() };
        let to = text.floor_char_boundary(room);
        self.heard.text.push_str(&text[..to]);
        self.heard.left_out += text.len() - to;
    }

    pub fn call(&mut self, name: &str, args: &str) {
        self.note(&call_line(name, args));
    }

    pub fn image(&mut self, mime: &str, base64: &str) {
        self.note(&media(mime, base64.len()));
    }

    fn note(&mut self, note: &str) {
        if !self.heard.text.is_empty() && !self.heard.text.ends_with('\n') {
            self.words("\n");
        }
        self.words(note);
        self.words("\n");
    }

    pub fn excerpt(self) -> Excerpt {
        self.heard
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{Asked, Endpoint};

    const BODY: &str = r#"{"model": "m", "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": [{"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJDREVG"}}]},
        {"role": "assistant", "content": "I look it up.", "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{\"at\":1}"}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "a cät"}]}"#;

    fn excerpt(limit: usize) -> Excerpt {
        Asked::read(Endpoint::ChatCompletions, BODY.as_bytes()).unwrap().draft().excerpt(limit)
    }

    #[test]
    fn a_request_reads_like_a_conversation() {
        let whole = excerpt(1_000);
        assert_eq!(whole.left_out, 0);
        assert_eq!(
            whole.text,
            "system:\nBe kind.\nuser:\nWhat is this?\n[image/png, 6 bytes]\nassistant:\nI look it up.\n\
             [calls look {\"at\":1}]\nuser:\n[look gave a cät]"
        );
    }

    #[test]
    fn of_a_long_request_the_end_is_kept_whatever_the_limit() {
        let whole = excerpt(1_000).text + "\n";
        for limit in 0..=whole.len() {
            let part = excerpt(limit);
            assert!(part.text.len() <= limit, "{limit}");
            assert!(whole.trim_end().ends_with(&part.text), "{limit}: {:?}", part.text);
            assert!(part.text.len() + part.left_out <= whole.len(), "{limit}");
            assert_eq!(part.left_out == 0, limit == whole.len(), "{limit}");
        }
    }

    #[test]
    fn of_a_long_answer_the_beginning_is_kept() {
        let mut listener = Listener::new(10);
        for text in ["wörds", " ", "and more", "!"] {
            listener.words(text);
        }
        let heard = listener.excerpt();
        assert_eq!((heard.text.as_str(), heard.left_out), ("wörds and", 6));
        let mut listener = Listener::new(100);
        listener.words("Look:");
        listener.call("look", "{}");
        listener.image("image/png", "QUJDREVG");
        assert_eq!(listener.excerpt().text, "Look:\n[calls look {}]\n[image/png, 6 bytes]\n");
    }
}
