//! Why a read failed, in words, and what follows for the credential.

use super::agy::AgyError;
use crate::credentials::CredentialError;
use crate::upstream::{CallError, TokenError};
use domain::fault::{Class, Fault};
use domain::policy::words::{Language, Said, Spoken};
use jiff::SignedDuration;
use wire::upstream::Malformed;

/// After two 401 in a row the credential rests this long.
const UNAUTHENTICATED: SignedDuration = SignedDuration::from_mins(10);

/// Why a read failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    /// The service refused.
    #[error("{}", in_words(.0, Language::English))]
    Refused(Box<Fault>),
    /// No answer.
    #[error("{0}")]
    Call(#[from] CallError),
    /// No token.
    #[error("{0}")]
    Token(#[from] TokenError),
    /// An answer that is none.
    #[error(
        "the service sent something else than quota ({0}); it may have changed, look for an update of Headroom"
    )]
    Malformed(#[from] Malformed),
    /// The official program did not report.
    #[error("{0}")]
    Agy(#[from] AgyError),
    /// Our own records.
    #[error("{0}")]
    Credential(#[from] CredentialError),
    /// Discovery ended with a state that says why.
    #[error("{}", .0.english)]
    State(Said),
    /// The subscription needs a project of the user's own.
    #[error(
        "this subscription needs a Google Cloud project of your own; set one with `headroom credentials project`"
    )]
    NeedsProject,
}

impl ReadError {
    /// How long the service (or the contract) wants the credential left alone, where it says so.
    pub(super) fn named_pause(&self) -> Option<SignedDuration> {
        match self {
            Self::Refused(fault) if fault.class == Class::Unauthenticated => Some(UNAUTHENTICATED),
            Self::Refused(fault) => fault.delay,
            Self::Call(_)
            | Self::Token(_)
            | Self::Malformed(_)
            | Self::Agy(_)
            | Self::Credential(_)
            | Self::State(_)
            | Self::NeedsProject => None,
        }
    }
}

impl Spoken for ReadError {
    fn in_chinese(&self) -> String {
        match self {
            Self::Refused(fault) => in_words(fault, Language::Chinese),
            Self::Call(error) => error.in_chinese(),
            Self::Token(error) => error.in_chinese(),
            Self::Malformed(what) => format!(
                "服务发来的不是额度（{}）；服务可能有变化，请查看 Headroom 是否有更新",
                what.in_chinese()
            ),
            Self::Agy(error) => error.in_chinese(),
            Self::Credential(error) => error.in_chinese(),
            Self::State(why) => why.chinese.clone(),
            Self::NeedsProject => {
                "此订阅需要你自己的 Google Cloud 项目；请用 `headroom credentials project` 设置".to_owned()
            }
        }
    }
}

/// What the service said stays in its words.
fn in_words(fault: &Fault, language: Language) -> String {
    let (status, title, message) = (fault.status, fault.class.title(language), &fault.message);
    language.say(
        format!("the service answered {status} ({title}): {message}"),
        format!("服务应答 {status}（{title}）：{message}"),
    )
}
