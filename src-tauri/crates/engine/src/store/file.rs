//! Files that only their owner reads, written so that a crash leaves the old content or the new.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Replaces a file's content in one step, readable for the user alone.
///
/// # Errors
/// When the file cannot be written beside the old one, or not put in its place; the old one stays then.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // tempfile creates with mode 0600.
    let mut fresh = tempfile::Builder::new().prefix(".new-").tempfile_in(dir)?;
    fresh.write_all(content)?;
    fresh.as_file().sync_all()?;
    fresh.persist(path)?;
    sync_dir(dir)
}

/// Creates a file that must not exist yet, readable for the user alone from its first moment.
///
/// # Errors
/// When it exists or cannot be created.
pub fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes sure that a directory exists and only the user can enter it.
///
/// # Errors
/// When it cannot be created or closed to others, or everybody may write to it (like `/tmp`): that one is
/// nobody's own.
pub fn private_dir(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path)?.permissions().mode();
        if mode & 0o1000 != 0 {
            return Err(io::Error::other(
                "it is shared by all users of this machine; choose a directory of its own",
            ));
        }
        if mode & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}

/// Takes others' access to a file away, where it has any.
///
/// # Errors
/// When the file is there and its mode cannot be changed.
pub fn tighten(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        match fs::metadata(path) {
            Ok(found) if found.permissions().mode() & 0o077 != 0 => {
                fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Makes renames and new names in a directory survive a power cut.
///
/// # Errors
/// When the directory cannot be opened or synced.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(dir)?.sync_all()?;
    // Windows has no such call; its rename is journaled.
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

/// Puts a file aside as `NAME.TAG` and says where it went; `None` where there is none.
///
/// # Errors
/// When it cannot be renamed.
pub fn keep_aside(path: &Path, tag: &str) -> io::Result<Option<PathBuf>> {
    let name = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{tag}{suffix}"));
        PathBuf::from(name)
    };
    let free =
        (1..1000).map(|n| if n == 1 { name("") } else { name(&format!("-{n}")) }).find(|p| !p.exists());
    let kept = free.ok_or_else(|| io::Error::other("too many files are kept aside"))?;
    match fs::rename(path, &kept) {
        Ok(()) => Ok(Some(kept)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_file_holds_the_new_content_and_leaves_nothing_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_kept_aside_never_replaces_what_was_kept_before() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        for content in ["one", "two"] {
            replace(&path, content.as_bytes()).unwrap();
            let kept = keep_aside(&path, "corrupt-1").unwrap().unwrap();
            assert_eq!(fs::read_to_string(kept).unwrap(), content);
        }
        assert_eq!(keep_aside(&path, "corrupt-1").unwrap(), None);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn files_and_directories_are_the_users_alone() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        let dir = tempfile::tempdir().unwrap();
        let (inner, open) = (dir.path().join("a/b"), dir.path().join("open"));
        private_dir(&inner).unwrap();
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
        private_dir(&open).unwrap();
        assert_eq!((mode(&inner), mode(&open)), (0o700, 0o700));
        create_private(&inner.join("c")).unwrap();
        replace(&inner.join("d"), b"").unwrap();
        assert_eq!((mode(&inner.join("c")), mode(&inner.join("d"))), (0o600, 0o600));
        fs::set_permissions(&open, fs::Permissions::from_mode(0o1777)).unwrap();
        assert!(private_dir(&open).is_err());
    }
}
