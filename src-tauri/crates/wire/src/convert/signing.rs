//! Thoughts and signatures of a replayed conversation, as the target's family wants them.
//!
//! Gemini wants the signature on the first call of a step, else a stand-in; Claude wants a thinking block exactly as
//! it was issued, else none. A signature of another family counts as lost.

use super::{Data, Family, Part, Target, Turn, Who};
use crate::signature::{SENTINEL, Signatures, is_usable};
use std::borrow::Cow;
use std::sync::Arc;

/// What decides over signatures.
pub(super) struct Signing<'s> {
    pub family: Family,
    /// The first call of a step must be signed.
    pub calls_signed: bool,
    /// The client speaks the upstream's own form and sends back what it got.
    pub native: bool,
    /// The upstream refused the signatures: all count as lost.
    pub lost: bool,
    pub known: &'s dyn Signatures,
}

impl<'s> Signing<'s> {
    pub fn new(target: &Target<'_>, native: bool, lost: bool, known: &'s dyn Signatures) -> Self {
        Self { family: target.family(), calls_signed: target.is_gemini_3(), native, lost, known }
    }

    /// One turn with its thoughts and signatures settled.
    pub fn settle<'b>(&self, mut turn: Turn<'b>) -> Turn<'b> {
        let parts = std::mem::take(&mut turn.parts);
        turn.parts = match (turn.who, self.family) {
            (Who::User, _) => parts.into_iter().map(|part| Part { signature: None, ..part }).collect(),
            (Who::Model, Family::Gemini) => self.gemini(parts),
            (Who::Model, Family::Claude) => self.claude(parts),
            (Who::Model, Family::Gpt) => {
                let kept = parts.into_iter().filter(|part| !part.is_thought());
                kept.map(|part| Part { signature: None, ..part }).collect()
            }
        };
        turn
    }

    /// What the client sent, if it is good for this family.
    fn usable<'b>(&self, signature: Option<Cow<'b, str>>) -> Option<Cow<'b, str>> {
        signature.filter(|signature| !self.lost && is_usable(signature, self.family, self.known))
    }

    fn of_thought<'b>(&self, thought: &str) -> Option<Cow<'b, str>> {
        if self.lost || thought.is_empty() {
            return None;
        }
        self.known.of_thought(self.family, thought).map(owned)
    }

    fn of_call<'b>(&self, id: Option<&str>) -> Option<Cow<'b, str>> {
        let (family, signature) = self.known.of_call(id.filter(|_| !self.lost)?)?;
        (family == self.family).then(|| owned(signature))
    }

    /// Thoughts hand their signature on to the next call: that is where it came from.
    fn gemini<'b>(&self, parts: Vec<Part<'b>>) -> Vec<Part<'b>> {
        let mut settled: Vec<Part<'b>> = Vec::with_capacity(parts.len());
        let mut handed_on: Option<(usize, Cow<'b, str>)> = None;
        let mut first_call = true;
        for part in parts {
            let was_signed = part.signature.is_some();
            let own = self.usable(part.signature);
            match part.data {
                Data::Thought(thought) if self.native => {
                    if own.is_some() || !was_signed {
                        settled.push(Part { data: Data::Thought(thought), signature: own });
                    }
                }
                Data::Thought(thought) => {
                    if let Some(signature) = own.or_else(|| self.of_thought(&thought)) {
                        handed_on = Some((settled.len(), signature));
                        settled.push(Part::of(Data::Thought(thought)));
                    }
                }
                Data::Call(call) => {
                    let signature = own
                        .or_else(|| handed_on.take().map(|(_, signature)| signature))
                        .or_else(|| self.of_call(call.id.as_deref()))
                        .or_else(|| (first_call && self.calls_signed).then_some(Cow::Borrowed(SENTINEL)));
                    first_call = false;
                    settled.push(Part { data: Data::Call(call), signature });
                }
                data @ (Data::Text(_) | Data::Blob(_) | Data::Outcome(_)) => {
                    settled.push(Part { data, signature: own.filter(|_| self.native) });
                }
            }
        }
        if let Some((thought, signature)) = handed_on {
            settled[thought].signature = Some(signature);
        }
        settled
    }

    /// A thinking block is all thoughts up to a signature. (In a stream the signature comes alone, at the end.)
    fn claude<'b>(&self, parts: Vec<Part<'b>>) -> Vec<Part<'b>> {
        let mut settled = Vec::with_capacity(parts.len());
        let mut open: Option<Cow<'b, str>> = None;
        for part in parts {
            let ends = part.signature.is_some();
            let own = self.usable(part.signature);
            match part.data {
                Data::Thought(words) => {
                    let thought = match open.take() {
                        Some(begun) => begun + words,
                        None => words,
                    };
                    if ends {
                        settled.extend(self.block(thought, own));
                    } else {
                        open = Some(thought);
                    }
                }
                data @ (Data::Text(_) | Data::Blob(_) | Data::Call(_) | Data::Outcome(_)) => {
                    settled.extend(open.take().and_then(|thought| self.block(thought, None)));
                    settled.push(Part::of(data));
                }
            }
        }
        settled.extend(open.and_then(|thought| self.block(thought, None)));
        settled
    }

    fn block<'b>(&self, thought: Cow<'b, str>, own: Option<Cow<'b, str>>) -> Option<Part<'b>> {
        let signature = own.or_else(|| self.of_thought(&thought))?;
        Some(Part { data: Data::Thought(thought), signature: Some(signature) })
    }
}

fn owned<'b>(signature: Arc<str>) -> Cow<'b, str> {
    Cow::Owned(signature.as_ref().to_owned())
}
