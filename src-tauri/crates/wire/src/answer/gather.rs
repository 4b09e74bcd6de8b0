//! The steps of an answer put together, for clients that want it whole.

use super::{Call, Step};

/// A piece of a whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block {
    Thought { text: String, signature: Option<String> },
    Text(String),
    Call { id: String, name: String, args: String, custom: bool },
}

/// One or more answers.
#[derive(Debug)]
pub(crate) struct Gather {
    answers: Vec<Vec<Block>>,
}

impl Gather {
    /// Room for so many answers.
    pub fn new(answers: usize) -> Self {
        Self { answers: vec![vec![]; answers.max(1)] }
    }

    /// How many answers there is room for.
    pub fn room(&self) -> usize {
        self.answers.len()
    }

    /// The blocks of the first answers, as many as ended.
    pub fn answers(&self, ended: usize) -> &[Vec<Block>] {
        &self.answers[..ended.clamp(1, self.answers.len())]
    }

    /// Takes a step in.
    pub fn step(&mut self, candidate: usize, step: Step<'_>) {
        let Some(blocks) = self.answers.get_mut(candidate) else { return };
        match (step, blocks.last_mut()) {
            (Step::Thought(more), Some(Block::Thought { text, signature: None })) => text.push_str(more),
            (Step::Thought(text), _) => {
                blocks.push(Block::Thought { text: text.to_owned(), signature: None });
            }
            (Step::Signature(signed), Some(Block::Thought { signature: open @ None, .. })) => {
                *open = Some(signed.to_owned());
            }
            (Step::Signature(signed), _) => {
                blocks.push(Block::Thought { text: String::new(), signature: Some(signed.to_owned()) });
            }
            (Step::Text(more), Some(Block::Text(text))) => text.push_str(more),
            (Step::Text(text), _) => blocks.push(Block::Text(text.to_owned())),
            (Step::Call(call), last) => {
                if let (Some(signed), Some(Block::Thought { signature: open @ None, .. })) =
                    (call.signature, last)
                {
                    *open = Some(signed.to_owned());
                }
                blocks.push(Block::from(call));
            }
            (Step::Image { mime, data }, Some(Block::Text(text))) => push_image(text, mime, data),
            (Step::Image { mime, data }, _) => {
                let mut text = String::new();
                push_image(&mut text, mime, data);
                blocks.push(Block::Text(text));
            }
        }
    }
}

impl From<Call<'_>> for Block {
    fn from(call: Call<'_>) -> Self {
        Self::Call {
            id: call.id.to_owned(),
            name: call.name.to_owned(),
            args: call.args.to_owned(),
            custom: call.custom,
        }
    }
}

impl Block {
    /// The call, if it is one.
    pub fn as_call(&self) -> Option<Call<'_>> {
        match self {
            Self::Call { id, name, args, custom } => {
                Some(Call { id, name, args, custom: *custom, signature: None })
            }
            Self::Thought { .. } | Self::Text(_) => None,
        }
    }
}

/// An image in a dialect whose answers have no images: Markdown, as other programs do it.
pub(crate) fn push_image(text: &mut String, mime: &str, data: &str) {
    text.reserve(mime.len() + data.len() + 30);
    for piece in ["![image](data:", mime, ";base64,", data, ")"] {
        text.push_str(piece);
    }
}
