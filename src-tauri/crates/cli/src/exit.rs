//! The one place that turns failures into exit codes.

use engine::StartError;
use engine::view::dto::{ApiError, ErrorCode};
use std::process::ExitCode;

/// What a script can tell apart; 0 is success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It did not work.
    Failed = 1,
    /// The command line, or a value in it, is wrong.
    Usage = 2,
    /// Nothing matched.
    NothingMatched = 3,
    /// A cooldown, budget or protection stands against it.
    Refused = 4,
    /// The engine does not answer.
    Unreachable = 5,
    /// A credential needs the user.
    NeedsUser = 6,
}

/// Why a command ends without success: one line, and the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// For the script.
    pub exit: Exit,
    /// For the person: what, why, what to do.
    pub message: String,
}

impl Failure {
    /// A failure with its code.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }

    /// Something that simply did not work.
    pub fn of(error: impl std::fmt::Display) -> Self {
        Self::new(Exit::Failed, error.to_string())
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        let exit = match error.code {
            ErrorCode::BadInput => Exit::Usage,
            ErrorCode::NotFound => Exit::NothingMatched,
            ErrorCode::Refused | ErrorCode::NeedsConsent => Exit::Refused,
            ErrorCode::NeedsUser => Exit::NeedsUser,
            ErrorCode::Unreachable => Exit::Unreachable,
            ErrorCode::NoKey | ErrorCode::Failed => Exit::Failed,
        };
        Self::new(exit, error.message)
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let exit = match &error {
            StartError::Taken { .. } => Exit::Unreachable,
            StartError::Lock(_)
            | StartError::Store(_)
            | StartError::Settings(_)
            | StartError::Control(_)
            | StartError::Triggers(_)
            | StartError::Demo(_) => Exit::Failed,
        };
        Self::new(exit, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_failure_has_its_code() {
        for (code, exit) in [
            (ErrorCode::Failed, 1),
            (ErrorCode::NoKey, 1),
            (ErrorCode::BadInput, 2),
            (ErrorCode::NotFound, 3),
            (ErrorCode::Refused, 4),
            (ErrorCode::NeedsConsent, 4),
            (ErrorCode::Unreachable, 5),
            (ErrorCode::NeedsUser, 6),
        ] {
            let failure = Failure::from(ApiError::new(code, "what"));
            assert_eq!((failure.exit as u8, failure.message.as_str()), (exit, "what"), "{code:?}");
        }
    }

    #[test]
    fn a_directory_another_process_holds_is_an_engine_out_of_reach() {
        assert_eq!(Failure::from(StartError::Taken { pid: None }).exit, Exit::Unreachable);
        assert_eq!(Failure::from(StartError::Demo("why".to_owned())).exit, Exit::Failed);
    }
}
