//! Why a file, or one entry of it, was not taken. Never carries the file's content.

use super::MOST_ENTRIES;
use crate::json::{DEEPEST, LARGEST};

/// Why a file, or one entry of it, was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// There is nothing in it.
    #[error("The file is empty. Choose the credential file itself.")]
    Empty,
    /// It is larger than any credential file.
    #[error("The file has more than {} MiB, which no credential file has. Choose another one.", LARGEST / (1024 * 1024))]
    TooLarge,
    /// It is nested deeper than any credential file.
    #[error(
        "The file is nested more than {DEEPEST} levels deep, which no credential file is. Choose another one."
    )]
    TooDeep,
    /// It has more entries than are taken at once.
    #[error("The file has {0} entries; at most {MOST_ENTRIES} are taken at once. Split it.")]
    TooManyEntries(usize),
    /// It is no JSON.
    #[error("The file is not readable as JSON: look at line {line}, column {column}, or export it again.")]
    NotJson {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// A keyring entry whose content is not base64.
    #[error(
        "The keyring entry is damaged: what follows go-keyring-base64: cannot be decoded. Copy all of it."
    )]
    BadKeyring,
    /// A database.
    #[error(
        "This is a database, not a credential file. If gcli2api wrote it, name its path with `headroom import`."
    )]
    Database,
    /// An archive.
    #[error("This is an archive. Unpack it and choose the files in it.")]
    Archive,
    /// The index of Antigravity-Manager.
    #[error(
        "This is the index of Antigravity-Manager, which holds no tokens. Choose the files in its folder accounts."
    )]
    Index,
    /// Gemini CLI's list of addresses.
    #[error(
        "This is Gemini CLI's list of addresses, which holds no tokens. Choose oauth_creds.json beside it."
    )]
    AddressList,
    /// The state of the Antigravity IDE.
    #[error("This is the state of the Antigravity IDE, which holds no refresh token. Sign in here instead.")]
    IdeState,
    /// A service account.
    #[error(
        "This is a service account, not a login of a person. Choose a credential file of a person, or use an API key."
    )]
    ServiceAccount,
    /// Its type is another program's or service's.
    #[error(
        "The file's type is not one Headroom knows: antigravity or gemini. Choose a credential file of those."
    )]
    UnknownType,
    /// It is JSON, but no known credential file.
    #[error(
        "This is not a credential file Headroom knows. Known are those of gcli2api, CLIProxyAPI, Antigravity-Manager, Gemini CLI and the Antigravity CLI."
    )]
    UnknownFormat,
    /// There is no refresh token.
    #[error(
        "There is no refresh token in it, so it would stop working within the hour. Sign in again there and export anew."
    )]
    NoRefreshToken,
    /// The refresh token is no text.
    #[error("Its refresh_token is not a string. Export it again.")]
    RefreshTokenNotText,
    /// The refresh token cannot be one.
    #[error("Its refresh_token has characters or a length that no token has. Export it again.")]
    BadRefreshToken,
}
