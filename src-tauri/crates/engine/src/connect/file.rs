//! Files of other programs: read whole, replaced in one step, with their mode and their links kept.

use crate::store::file::{create_private, sync_dir};
use domain::policy::words::Spoken;
use std::fs::{self, Permissions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Far more than any settings file has.
const LARGEST: u64 = 1024 * 1024;
const BACKUP: &str = "headroom-backup";

/// A file as it was found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Where it really is: behind links.
    pub real: PathBuf,
    /// What it holds; empty where it is not there.
    pub text: String,
    /// Its mode; `None` where it is not there.
    permissions: Option<Permissions>,
    /// The path is a link.
    pub is_link: bool,
}

/// Why a file of another program is left alone.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    /// The system refused.
    #[error("cannot be used: {0}")]
    Io(#[from] io::Error),
    /// A link to nothing, to a folder or device, or to somebody else's file.
    #[error("{0}")]
    Odd(Oddity),
}

/// What is odd about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Oddity {
    #[error("is a link to something that is not there")]
    LinkToNothing,
    #[error("is no ordinary file")]
    NotAFile,
    #[error("is a link to a file of another user")]
    LinkToAnother,
    #[error("is larger than any settings file")]
    TooLarge,
    #[error("is no text in UTF-8")]
    NotText,
    #[error("changed in this moment; try again")]
    Changed,
    #[error("has too many backups beside it")]
    ManyBackups,
}

impl Spoken for FileError {
    fn in_chinese(&self) -> String {
        match self {
            Self::Io(error) => format!("无法使用：{error}"),
            Self::Odd(what) => match what {
                Oddity::LinkToNothing => "是链接，但指向的文件不存在",
                Oddity::NotAFile => "不是普通文件",
                Oddity::LinkToAnother => "是链接，指向另一个用户的文件",
                Oddity::TooLarge => "比任何设置文件都大",
                Oddity::NotText => "不是 UTF-8 文本",
                Oddity::Changed => "此刻正在改动；请重试",
                Oddity::ManyBackups => "旁边的备份太多",
            }
            .to_owned(),
        }
    }
}

impl Found {
    pub fn exists(&self) -> bool {
        self.permissions.is_some()
    }

    /// Whether other users of the machine may read it.
    pub fn is_open_to_others(&self) -> bool {
        #[cfg(unix)]
        return self
            .permissions
            .as_ref()
            .is_some_and(|p| std::os::unix::fs::PermissionsExt::mode(p) & 0o044 != 0);
        #[cfg(not(unix))]
        false
    }
}

/// Reads a file; that it is not there is no error.
pub(super) fn read(path: &Path) -> Result<Found, FileError> {
    let link = match fs::symlink_metadata(path) {
        Ok(found) => found.file_type().is_symlink(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Found {
                real: path.to_owned(),
                text: String::new(),
                permissions: None,
                is_link: false,
            });
        }
        Err(error) => return Err(error.into()),
    };
    let real = if link {
        fs::canonicalize(path).map_err(|_| FileError::Odd(Oddity::LinkToNothing))?
    } else {
        path.to_owned()
    };
    let about = fs::metadata(&real)?;
    if !about.is_file() {
        return Err(FileError::Odd(Oddity::NotAFile));
    }
    if link && !belongs_to_the_same(&about, path)? {
        return Err(FileError::Odd(Oddity::LinkToAnother));
    }
    if about.len() > LARGEST {
        return Err(FileError::Odd(Oddity::TooLarge));
    }
    let mut bytes = Vec::new();
    fs::File::open(&real)?.take(LARGEST).read_to_end(&mut bytes)?;
    let text = String::from_utf8(bytes).map_err(|_| FileError::Odd(Oddity::NotText))?;
    Ok(Found { real, text, permissions: Some(about.permissions()), is_link: link })
}

/// Replaces what was found; refuses where it changed since.
pub(super) fn replace(found: &Found, text: &str) -> Result<(), FileError> {
    let now = read(&found.real)?;
    if now.text != found.text || now.exists() != found.exists() {
        return Err(FileError::Odd(Oddity::Changed));
    }
    let dir = found.real.parent().unwrap_or(Path::new("."));
    if !dir.exists() {
        create_dirs(dir)?;
    }
    // tempfile creates with mode 0600: what holds a key is the user's alone, unless the user made it otherwise.
    let mut fresh = tempfile::Builder::new().prefix(".headroom-").tempfile_in(dir)?;
    fresh.write_all(text.as_bytes())?;
    if let Some(permissions) = &found.permissions {
        fresh.as_file().set_permissions(permissions.clone())?;
    }
    fresh.as_file().sync_all()?;
    fresh.persist(&found.real).map_err(|error| error.error)?;
    Ok(sync_dir(dir)?)
}

/// Puts a copy of a text beside a file, under a name that is free.
pub(super) fn back_up(path: &Path, text: &str) -> Result<PathBuf, FileError> {
    for count in 1..100 {
        let mut name = path.as_os_str().to_owned();
        name.push(if count == 1 { format!(".{BACKUP}") } else { format!(".{BACKUP}-{count}") });
        let copy = PathBuf::from(name);
        match create_private(&copy) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())?;
                file.sync_all()?;
                return Ok(copy);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(FileError::Odd(Oddity::ManyBackups))
}

/// Takes a file away; that it is gone already is no error.
pub(super) fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn create_dirs(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// Whether a link's target belongs to whom the link's folder belongs.
fn belongs_to_the_same(target: &fs::Metadata, link: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let folder = fs::metadata(link.parent().unwrap_or(Path::new(".")))?;
        Ok(folder.uid() == target.uid())
    }
    #[cfg(not(unix))]
    {
        let _ = (target, link);
        Ok(true)
    }
}
