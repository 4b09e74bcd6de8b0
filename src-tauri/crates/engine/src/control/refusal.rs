//! Why a request is not accepted before any command sees it.

use super::access::Denied;
use crate::listener::Foreign;
use hyper::StatusCode;

/// The reason; its text is what the client reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("{0}")]
    Foreign(#[from] Foreign),
    #[error("a body comes with Content-Length here, not in chunks")]
    Chunked,
    #[error("the request gives more than one Content-Length")]
    SeveralLengths,
    #[error(
        "the token is missing, or of an engine that runs no more; open the page again with `headroom ui`"
    )]
    NoToken,
    #[error("this link was used already, or is older than a minute; get a new one with `headroom ui`")]
    NoWord,
    #[error("too many wrong tokens came in the last minute; wait a minute")]
    TooOften,
    #[error("this path takes {0} only")]
    Method(&'static str),
    #[error("the web UI has no such file")]
    NoFile,
    #[error("the control API has no such command")]
    NoCommand,
    #[error("there is nothing at this path")]
    NoPath,
    #[error("the body must be application/json")]
    NotJson,
    // Place only: the content may be a secret.
    #[error("the body is not JSON of the right form (line {line}, column {column})")]
    Malformed { line: usize, column: usize },
    #[error("the body is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the body came too slowly")]
    TooSlow,
    #[error("the body ended before its length")]
    CutShort,
}

impl Refusal {
    /// The status it is answered with.
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Foreign(_) => StatusCode::FORBIDDEN,
            Self::NoToken | Self::NoWord => StatusCode::UNAUTHORIZED,
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoFile | Self::NoCommand | Self::NoPath => StatusCode::NOT_FOUND,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Chunked | Self::SeveralLengths | Self::Malformed { .. } | Self::CutShort => {
                StatusCode::BAD_REQUEST
            }
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
        }
    }

    /// What a login without a right word is told.
    pub(super) fn of_word(denied: Denied) -> Self {
        match denied {
            Denied::Wrong => Self::NoWord,
            Denied::TooOften => Self::TooOften,
        }
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Wrong => Self::NoToken,
            Denied::TooOften => Self::TooOften,
        }
    }
}

impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Self {
        Self::Malformed { line: error.line(), column: error.column() }
    }
}
