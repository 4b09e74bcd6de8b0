//! Why the database could not do something, and what to do about it.

use domain::credential::CredentialId;
use domain::policy::words::Spoken;
use rusqlite::ErrorCode;
use std::io;
use std::path::{Path, PathBuf};

/// A failure of the durable store. What was stored before is still there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A later version has changed the database's form.
    #[error(
        "the database was written by a newer version of Headroom (form {found}, this version knows {known}) and was not touched; update Headroom, or go back to the newest backup: headroom doctor --restore"
    )]
    Newer {
        /// The form found.
        found: u32,
        /// The newest form this version knows.
        known: u32,
    },
    /// The disk is full.
    #[error("the disk is full: nothing was changed; free some space and try again")]
    Full,
    /// The directory or the file cannot be written.
    #[error(
        "the data directory cannot be written, so nothing can be changed; make it writable and start Headroom again"
    )]
    ReadOnly,
    /// The file is damaged.
    #[error(
        "the database is damaged ({0}); start Headroom again, it then restores the newest backup and keeps the damaged file"
    )]
    Damaged(String),
    /// A file or directory could not be used.
    #[error("could not {doing} {}: {why}", .path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// The database refused a statement.
    #[error("the database failed: {0}")]
    Failed(String),
    /// Headroom is going down, or the store was closed.
    #[error("the database is closed")]
    Closed,
    /// There is no such credential.
    #[error("there is no credential {0}")]
    NoCredential(CredentialId),
    /// A credential with this id is there already.
    #[error("there is a credential {0} already")]
    Exists(CredentialId),
    /// A client key of this name is in use.
    #[error("there is a client key named {0:?} already; choose another name, or revoke that one first")]
    KeyExists(String),
}

impl Spoken for StoreError {
    fn in_chinese(&self) -> String {
        match self {
            Self::Newer { found, known } => format!(
                "数据库由更新版本的 Headroom 写入（格式 {found}，本版本认识 {known}），未作改动；请更新 Headroom，或退回到最新的备份：headroom doctor --restore"
            ),
            Self::Full => "磁盘已满：没有任何改动；请腾出空间后重试".to_owned(),
            Self::ReadOnly => {
                "数据目录不可写，因此无法作任何更改；请使其可写，然后重新启动 Headroom".to_owned()
            }
            Self::Damaged(why) => {
                format!("数据库已损坏（{why}）；请重新启动 Headroom，它会恢复最新的备份并保留损坏的文件")
            }
            // What was tried is a word of the program's own, for the log.
            Self::File { path, why, .. } => format!("无法使用 {}：{why}", path.display()),
            Self::Failed(why) => format!("数据库出错：{why}"),
            Self::Closed => "数据库已关闭".to_owned(),
            Self::NoCredential(id) => format!("没有凭据 {id}"),
            Self::Exists(id) => format!("已有凭据 {id}"),
            Self::KeyExists(name) => format!("已有名为 {name:?} 的客户端密钥；请换一个名称，或先撤销那一个"),
        }
    }
}

impl StoreError {
    pub(super) fn file(doing: &'static str, path: &Path, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::StorageFull {
            Self::Full
        } else {
            Self::File { doing, path: path.to_owned(), why: error.to_string() }
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}
