//! Ways an answer breaks.

use crate::sse::TooLong;
use domain::fault::{Class, Fault};
use domain::policy::words::Spoken;

/// An answer broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broke {
    /// How.
    pub how: Broken,
    /// The client has been told in its stream, which ends here. Otherwise nothing has come out, and the request may
    /// be tried elsewhere.
    pub told: bool,
}

/// How an answer broke.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The service says so.
    #[error("{0}")]
    Refused(Box<Fault>),
    /// A success without content. Safe to try again.
    #[error("The service sent an answer without content.")]
    Empty,
    /// The stream ended before the answer did.
    #[error("The service ended its answer before it was complete.")]
    Truncated,
    /// Something that is no answer.
    #[error("The service sent something that cannot be read.")]
    Unreadable,
    /// An event that does not end.
    #[error("The service sent an event of more than {0} bytes.")]
    TooLong(usize),
    /// The model gave up before it said anything.
    #[error("The model ended its answer without saying anything ({0}).")]
    NothingSaid(String),
    /// A model of images gave none: its filters, or its mind. Asking again is of no use.
    #[error("The model made no image ({0}).")]
    NoImage(String),
    /// The service no longer serves the `User-Agent` that was sent, and says so in place of an answer.
    #[error(
        "The service says that this version is too old. Set a newer User-Agent for the provider in the settings."
    )]
    Outdated,
}

impl Broken {
    /// What follows from it, for the table of decisions; `None` for what is a matter of the settings and not of the
    /// credential.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        match self {
            Self::Refused(fault) => Some(Fault::clone(fault)),
            Self::Empty | Self::Truncated | Self::Unreadable | Self::TooLong(_) | Self::NothingSaid(_) => {
                Some(Fault::ours(Class::Transient, 502, &self.said()))
            }
            Self::NoImage(_) => Some(Fault::ours(Class::BadRequest, 400, &self.said())),
            Self::Outdated => None,
        }
    }
}

impl Spoken for Broken {
    fn in_chinese(&self) -> String {
        match self {
            Self::Refused(fault) => fault.in_chinese(),
            Self::Empty => "服务返回了没有内容的回答。".to_owned(),
            Self::Truncated => "服务在回答完成之前就结束了。".to_owned(),
            Self::Unreadable => "服务返回的内容无法解读。".to_owned(),
            Self::TooLong(limit) => format!("服务返回了超过 {limit} 字节的事件。"),
            Self::NothingSaid(word) => format!("模型什么都没说就结束了回答（{word}）。"),
            Self::NoImage(word) => format!("模型没有生成图片（{word}）。"),
            Self::Outdated => "服务称这个版本太旧。请在设置中为该提供方填写较新的 User-Agent。".to_owned(),
        }
    }
}

impl From<TooLong> for Broken {
    fn from(too_long: TooLong) -> Self {
        Self::TooLong(too_long.limit)
    }
}
