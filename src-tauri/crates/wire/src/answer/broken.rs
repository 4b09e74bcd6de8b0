//! Ways an answer breaks.

use crate::sse::TooLong;
use domain::fault::{Class, Fault};

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
    #[error("{}", .0.message)]
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
                Some(Fault::new(Class::Transient, 502, &self.to_string()))
            }
            Self::NoImage(_) => Some(Fault::new(Class::BadRequest, 400, &self.to_string())),
            Self::Outdated => None,
        }
    }
}

impl From<TooLong> for Broken {
    fn from(too_long: TooLong) -> Self {
        Self::TooLong(too_long.limit)
    }
}
