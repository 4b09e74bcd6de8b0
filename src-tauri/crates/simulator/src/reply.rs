//! What the simulator decided to answer, before a fault bends it and the wire carries it.

use hyper::body::Bytes;
use serde::Serialize;

use crate::{refusal::Refusal, stream::Events};

/// An answer.
pub(crate) struct Reply {
    pub status: u16,
    /// Header names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Headers a scenario asked for.
    pub extra_headers: Vec<(String, String)>,
    pub body: Payload,
    /// Why a request was refused, for the call log.
    pub refusal: Option<Refusal>,
}

/// The body of an answer.
pub(crate) enum Payload {
    Whole(Bytes),
    /// Made piece by piece while the client reads.
    Events(Events),
}

impl Reply {
    pub(crate) fn text(status: u16, content_type: &str, text: String) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self { status, headers, extra_headers: Vec::new(), body: Payload::Whole(text.into()), refusal: None }
    }

    /// A JSON body. A value that does not serialise becomes `null`, which none of this crate's types do.
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        let text = serde_json::to_string(body).unwrap_or_else(|_| "null".to_owned());
        Self::text(status, "application/json; charset=UTF-8", text)
    }

    pub(crate) fn stream(events: Events) -> Self {
        let headers = vec![("content-type", "text/event-stream".to_owned())];
        Self { status: 200, headers, extra_headers: Vec::new(), body: Payload::Events(events), refusal: None }
    }

    pub(crate) fn redirect(status: u16, location: String) -> Self {
        let mut reply = Self::text(status, "text/html; charset=UTF-8", String::new());
        reply.headers.push(("location", location));
        reply
    }

    #[must_use]
    pub(crate) fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value));
        self
    }

    #[must_use]
    pub(crate) fn extra(mut self, name: &str, value: &str) -> Self {
        self.extra_headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub(crate) fn because(mut self, refusal: Refusal) -> Self {
        self.refusal = Some(refusal);
        self
    }

    #[cfg(test)]
    pub(crate) fn into_text(self) -> String {
        match self.body {
            Payload::Whole(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            Payload::Events(events) => {
                let bytes: Vec<u8> = events.flat_map(|piece| piece.bytes.to_vec()).collect();
                String::from_utf8(bytes).unwrap()
            }
        }
    }
}
