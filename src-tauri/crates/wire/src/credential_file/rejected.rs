//! Why a file, or one entry of it, was not taken. Never carries the file's content.

use super::MOST_ENTRIES;
use crate::json::{DEEPEST, LARGEST};
use domain::policy::words::Spoken;

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

impl Spoken for Rejected {
    fn in_chinese(&self) -> String {
        match self {
            Self::Empty => "文件是空的。请选择凭据文件本身。".to_owned(),
            Self::TooLarge => {
                format!("文件超过 {} MiB，没有这么大的凭据文件。请选择另一个文件。", LARGEST / (1024 * 1024))
            }
            Self::TooDeep => format!("文件嵌套超过 {DEEPEST} 层，没有这样的凭据文件。请选择另一个文件。"),
            Self::TooManyEntries(count) => {
                format!("文件有 {count} 个条目；一次最多接受 {MOST_ENTRIES} 个。请拆分文件。")
            }
            Self::NotJson { line, column } => {
                format!("文件不是可读的 JSON：请查看第 {line} 行第 {column} 列，或重新导出。")
            }
            Self::BadKeyring => {
                "钥匙串条目已损坏：go-keyring-base64: 之后的内容无法解码。请完整复制。".to_owned()
            }
            Self::Database => {
                "这是数据库，不是凭据文件。如果由 gcli2api 写入，请用 `headroom import` 指定其路径。".to_owned()
            }
            Self::Archive => "这是压缩包。请解压后选择其中的文件。".to_owned(),
            Self::Index => {
                "这是 Antigravity-Manager 的索引，其中没有令牌。请选择其 accounts 文件夹中的文件。".to_owned()
            }
            Self::AddressList => {
                "这是 Gemini CLI 的地址列表，其中没有令牌。请选择旁边的 oauth_creds.json。".to_owned()
            }
            Self::IdeState => "这是 Antigravity IDE 的状态，其中没有刷新令牌。请改为在此登录。".to_owned(),
            Self::ServiceAccount => {
                "这是服务账号，不是个人登录。请选择个人的凭据文件，或使用 API 密钥。".to_owned()
            }
            Self::UnknownType => {
                "文件的类型不是 Headroom 认识的 antigravity 或 gemini。请选择这两种凭据文件。".to_owned()
            }
            Self::UnknownFormat => {
                "这不是 Headroom 认识的凭据文件。可以识别 gcli2api、CLIProxyAPI、Antigravity-Manager、Gemini CLI 和 Antigravity CLI 的文件。".to_owned()
            }
            Self::NoRefreshToken => {
                "其中没有刷新令牌，一小时内就会失效。请在原程序中重新登录并重新导出。".to_owned()
            }
            Self::RefreshTokenNotText => "其 refresh_token 不是字符串。请重新导出。".to_owned(),
            Self::BadRefreshToken => {
                "其 refresh_token 的字符或长度不可能属于令牌。请重新导出。".to_owned()
            }
        }
    }
}
