//! The upstream's answer on its way to the client: bytes in, bytes of the client's dialect out.
//!
//! An [`Answer`] is a state machine. It holds the begun event and what the dialect's last event has to repeat, never
//! more. Nothing comes out before the upstream has said something worth passing on, so that until then the request
//! may be tried elsewhere. Sending, waiting and counting time are the caller's.

mod broken;
mod core;
mod finish;
mod frame;
mod gather;
mod outdated;
mod usage;
mod writer;

pub use broken::{Broke, Broken};
pub use usage::Usage;

pub(crate) use finish::{Ending, Reason};
pub(crate) use frame::{Body, Frame, alone};
pub(crate) use gather::{Block, Gather, push_image};
pub(crate) use outdated::says_outdated;
pub(crate) use writer::{Call, End, Step, Writer, put, written};

use crate::convert::Family;
use crate::excerpt::Excerpt;
use crate::gemini::generate::Native;
use crate::signature::Issued;
use crate::sse;
use crate::tool_name::Names;
use domain::credential::Provider;
use jiff::Timestamp;

/// What an answer calls itself. All ids of it are made from `stem`.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Random letters and digits, new for each answer; 24 or more.
    pub stem: String,
    /// When it was begun.
    pub created: Timestamp,
    /// The model as the client is told.
    pub model: String,
}

/// Where an answer comes from.
#[derive(Debug, Clone)]
pub struct Source {
    /// Whose credential was used.
    pub provider: Provider,
    /// Whose rules the model follows.
    pub family: Family,
    /// The tools of the request.
    pub names: Names,
}

/// Who writes.
pub(crate) enum Form {
    /// A dialect of its own, step by step.
    Steps(Box<dyn Writer>),
    /// The upstream's own form, passed on.
    Native(Native),
}

/// One answer.
pub struct Answer {
    reader: sse::Reader,
    core: core::Core,
}

impl Answer {
    pub(crate) fn new(form: Form, source: Source, identity: &Identity) -> Self {
        Self { reader: sse::Reader::default(), core: core::Core::new(form, source, identity) }
    }

    /// Takes the next bytes of the upstream's stream and appends what the client gets for them.
    ///
    /// # Errors
    /// Once, where the stream says or turns out to be an error; afterwards nothing more comes out.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Broke> {
        let Self { reader, core } = self;
        if core.is_over() {
            return Ok(());
        }
        if let Err(too_long) = reader.push(bytes, |event| core.take(event, out)) {
            core.break_off(too_long.into(), out);
        }
        core.outcome()
    }

    /// The upstream's stream has ended, by itself or because the connection broke: the end of the client's answer.
    ///
    /// # Errors
    /// Once, where the stream ended too early or without an answer.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Broke> {
        let Self { reader, core } = self;
        if core.is_over() {
            return Ok(());
        }
        match reader.end(|event| core.take(event, out)) {
            Ok(()) => core.finish(out),
            Err(too_long) => core.break_off(too_long.into(), out),
        }
        core.outcome()
    }

    /// Takes the upstream's whole answer to a request without streaming, and ends.
    ///
    /// # Errors
    /// As [`Answer::push`] and [`Answer::finish`].
    pub fn whole(&mut self, body: &[u8], out: &mut Vec<u8>) -> Result<(), Broke> {
        if self.core.is_over() {
            return Ok(());
        }
        self.core.take(body, out);
        self.core.finish(out);
        self.core.outcome()
    }

    /// Whether anything of the answer has come out: from here on nothing is tried elsewhere.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.core.has_begun()
    }

    /// Bytes that keep an idle connection open without meaning anything in the dialect; none where it has no such.
    #[must_use]
    pub fn keep_alive(&self) -> &'static [u8] {
        self.core.keep_alive()
    }

    /// The latest counts of tokens.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.core.usage()
    }

    /// From here on keeps what the answer says, up to `limit` bytes of its beginning.
    pub fn listen(&mut self, limit: usize) {
        self.core.listen(limit);
    }

    /// What was heard since [`Answer::listen`]; nothing more is kept afterwards.
    pub fn take_heard(&mut self) -> Option<Excerpt> {
        self.core.take_heard()
    }

    /// The signatures that have come since the last call, to be remembered.
    pub fn take_issued(&mut self) -> Vec<Issued> {
        self.core.take_issued()
    }
}
