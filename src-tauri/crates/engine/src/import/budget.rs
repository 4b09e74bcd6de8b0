//! How much one import reads before it stops: hostile files cost bounded time and memory.

use domain::policy::words::Spoken;
use std::io::{self, Read};
use zeroize::Zeroizing;

/// No credential file is larger.
pub(super) const LARGEST_FILE: u64 = 4 * 1024 * 1024;
/// A ZIP may hold many.
pub(super) const LARGEST_ARCHIVE: u64 = 8 * 1024 * 1024;
/// Of everything together, as it is read (and unpacked).
const LARGEST_IMPORT: u64 = 16 * 1024 * 1024;
/// Files, folders and entries of archives.
pub(super) const MOST_ENTRIES: usize = 10_000;
/// Folders within folders.
pub(super) const DEEPEST_FOLDER: usize = 16;
/// Ten thousand logins with a few objects each.
const MOST_OBJECTS: usize = 4 * MOST_ENTRIES;
/// Ten thousand logins with dozens of fields each.
const MOST_VALUES: usize = 40 * MOST_ENTRIES;
/// Enough to tell what a file is.
const HEAD: u64 = 512;

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The system says no, e.g. there is no such file.
    #[error("It cannot be read: {0}.")]
    Unreadable(String),
    /// Larger than any credential file.
    #[error("It is larger than {} MiB, which no credential file is.", LARGEST_FILE / (1024 * 1024))]
    TooLarge,
    /// An archive larger than any export.
    #[error("The archive is larger than {} MiB. Unpack it and import its files.", LARGEST_ARCHIVE / (1024 * 1024))]
    ArchiveTooLarge,
    /// The limit of one import is reached.
    #[error("This import has reached its limit of {} MiB. Import the rest by itself.", LARGEST_IMPORT / (1024 * 1024))]
    ImportTooLarge,
    /// More files than one import takes.
    #[error("There are more than {MOST_ENTRIES} files; the rest was not looked at. Import it in parts.")]
    TooMany,
    /// A pipe, a device, a socket.
    #[error("It is no ordinary file.")]
    NotAFile,
    /// A link inside a folder may lead anywhere.
    #[error("It is a link, and links inside a folder are not followed. Name the file itself.")]
    Link,
    /// Folders within folders without end.
    #[error("The folder lies more than {DEEPEST_FOLDER} folders deep; it was not looked into.")]
    TooDeep,
    /// The ZIP is damaged or of a kind that is not read.
    #[error(
        "The archive cannot be read: it is damaged, or packed in an unusual way. Unpack it and import its files."
    )]
    BadArchive,
    /// The entry wants a password.
    #[error("It is encrypted. Unpack the archive with its password and import its files.")]
    Encrypted,
    /// So many values that reading them all would take more memory than any real file needs.
    #[error("It has more entries than are taken at once. Split it.")]
    TooComplex,
    /// A database that cannot be opened or is not of the form its tables promise.
    #[error("The database cannot be read. Stop the program that writes it and try again.")]
    BadDatabase,
    /// A database of another program.
    #[error(
        "This is a database, but not one of gcli2api. Export the credentials from the program that wrote it."
    )]
    OtherDatabase,
    /// The index names a file that is not there.
    #[error("The index names this account, but its file is missing.")]
    Missing,
    /// The bytes that came along are no base64.
    #[error("What came along is no base64.")]
    NotBase64,
}

impl Spoken for Problem {
    fn in_chinese(&self) -> String {
        const MIB: u64 = 1024 * 1024;
        match self {
            Self::Unreadable(why) => format!("无法读取：{why}。"),
            Self::TooLarge => format!("超过 {} MiB，没有这么大的凭据文件。", LARGEST_FILE / MIB),
            Self::ArchiveTooLarge => {
                format!("压缩包超过 {} MiB。请解压后导入其中的文件。", LARGEST_ARCHIVE / MIB)
            }
            Self::ImportTooLarge => {
                format!("此次导入已达到 {} MiB 的上限。其余的请单独导入。", LARGEST_IMPORT / MIB)
            }
            Self::TooMany => format!("文件超过 {MOST_ENTRIES} 个；其余的没有查看。请分批导入。"),
            Self::NotAFile => "这不是普通文件。".to_owned(),
            Self::Link => "这是链接；文件夹中的链接不会被跟随。请直接指定文件。".to_owned(),
            Self::TooDeep => format!("文件夹的深度超过 {DEEPEST_FOLDER} 层，没有查看其中的内容。"),
            Self::BadArchive => {
                "压缩包无法读取：它已损坏，或采用了不常见的打包方式。请解压后导入其中的文件。".to_owned()
            }
            Self::Encrypted => "它已加密。请用密码解压后导入其中的文件。".to_owned(),
            Self::TooComplex => "其中的条目多于一次可接受的数量。请拆分文件。".to_owned(),
            Self::BadDatabase => "数据库无法读取。请停止写入它的程序后重试。".to_owned(),
            Self::OtherDatabase => "这是数据库，但不是 gcli2api 的。请从写入它的程序中导出凭据。".to_owned(),
            Self::Missing => "索引中有此账号，但缺少它的文件。".to_owned(),
            Self::NotBase64 => "随请求传来的内容不是 base64。".to_owned(),
        }
    }
}

/// What is left of an import's limits.
pub(super) struct Budget {
    entries: usize,
    bytes: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { entries: MOST_ENTRIES, bytes: LARGEST_IMPORT }
    }
}

impl Budget {
    /// Counts one more file, folder or entry.
    pub fn entry(&mut self) -> Result<(), Problem> {
        self.entries = self.entries.checked_sub(1).ok_or(Problem::TooMany)?;
        Ok(())
    }

    /// Reads one file, `declared` bytes long by its own account. Of what is clearly no credential file only the
    /// beginning is read: enough to say what it is.
    pub fn read(&mut self, mut source: impl Read, declared: u64) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let mut bytes = Zeroizing::new(Vec::new());
        self.fill(&mut source, HEAD, &mut bytes)?;
        if is_archive(&bytes) {
            if declared > LARGEST_ARCHIVE {
                return Err(Problem::ArchiveTooLarge);
            }
            return self
                .rest(source, LARGEST_ARCHIVE, bytes)
                .map_err(|why| if why == Problem::TooLarge { Problem::ArchiveTooLarge } else { why });
        }
        if !may_be_credentials(&bytes) {
            return Ok(bytes);
        }
        if declared > LARGEST_FILE {
            return Err(Problem::TooLarge);
        }
        let bytes = self.rest(source, LARGEST_FILE, bytes)?;
        if is_simple(&bytes) { Ok(bytes) } else { Err(Problem::TooComplex) }
    }

    fn rest(
        &mut self,
        mut source: impl Read,
        limit: u64,
        mut bytes: Zeroizing<Vec<u8>>,
    ) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let have = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.fill(&mut source, (limit + 1).saturating_sub(have), &mut bytes)?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
            Err(Problem::TooLarge)
        } else {
            Ok(bytes)
        }
    }

    /// Reads at most `limit` more bytes. They count whether or not they are of use: unpacking costs time.
    fn fill(&mut self, source: &mut impl Read, limit: u64, bytes: &mut Vec<u8>) -> Result<(), Problem> {
        if self.bytes == 0 {
            return Err(Problem::ImportTooLarge);
        }
        let allowed = limit.min(self.bytes);
        let read = source.by_ref().take(allowed).read_to_end(bytes);
        let count = *read.as_ref().unwrap_or(&0);
        self.bytes = self.bytes.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
        read.map_err(|error| unreadable(&error))?;
        if allowed < limit && self.bytes == 0 { Err(Problem::ImportTooLarge) } else { Ok(()) }
    }
}

/// Whether the JSON in `bytes` fits into memory many times its own size: every value and every object costs far
/// more there than in the file.
fn is_simple(bytes: &[u8]) -> bool {
    let count = |wanted: &[u8]| bytes.iter().filter(|b| wanted.contains(b)).count();
    count(b"{") <= MOST_OBJECTS && count(b"{[,") <= MOST_VALUES
}

/// Whether the content is a ZIP, an empty one too.
pub(super) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// JSON, or a keyring entry; whatever `wire` makes of it.
fn may_be_credentials(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    matches!(head.first(), None | Some(b'{' | b'[' | b'g'))
}

pub(super) fn unreadable(error: &io::Error) -> Problem {
    Problem::Unreadable(error.to_string())
}
