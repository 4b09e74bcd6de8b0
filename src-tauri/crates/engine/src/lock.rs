//! Decides which process owns a data directory.
//!
//! The lock is the operating system's on `engine.lock`: it ends with the process however that ends, so a
//! killed engine leaves nothing to clean up. The file also names the owner's process for messages. What the
//! owner does with the directory, and how others reach it, belong to `host` and `control`.

use crate::store::file::private_dir;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

const FILE: &str = "engine.lock";

// A reader that asks `is_held` holds the lock for some microseconds: one that starts looks again before it gives up.
const TRIES: u32 = 4;
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// Ownership of a data directory; given back when dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why a data directory cannot be owned.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process owns it.
    #[error("another Headroom{} already uses this data directory", pid.map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    Taken {
        /// Its process id, where it can be read.
        pid: Option<u32>,
    },
    /// The lock file cannot be made or locked.
    #[error("cannot lock {}: {source}; check that the folder exists and that you may write to it", path.display())]
    Unusable {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Takes ownership of `data_dir`, which is created (0700) where it is missing.
///
/// Whatever a killed owner left in `control.json` is removed: its address is nobody's any more.
///
/// # Errors
///
/// [`LockError::Taken`] when another process owns it, [`LockError::Unusable`] when the file cannot be locked.
pub fn acquire(data_dir: &Path) -> Result<Lock, LockError> {
    let path = data_dir.join(FILE);
    let unusable = |source| LockError::Unusable { path: path.clone(), source };
    private_dir(data_dir).map_err(unusable)?;
    let mut file = open_private(&path).map_err(unusable)?;
    for attempt in 1..=TRIES {
        match file.try_lock() {
            Ok(()) => {
                crate::control::announce::forget(data_dir);
                sign(&mut file).map_err(unusable)?;
                return Ok(Lock { _file: file });
            }
            Err(TryLockError::WouldBlock) if attempt < TRIES => std::thread::sleep(BETWEEN_TRIES),
            Err(TryLockError::WouldBlock) => break,
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
    }
    Err(LockError::Taken { pid: owner(&mut file) })
}

/// Whether some process owns `data_dir` at this moment.
#[must_use]
pub fn is_held(data_dir: &Path) -> bool {
    let Ok(file) = File::open(data_dir.join(FILE)) else { return false };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// The process that owns `data_dir` at this moment, where one does and its id can be read.
#[must_use]
pub fn holder(data_dir: &Path) -> Option<u32> {
    if !is_held(data_dir) {
        return None;
    }
    owner(&mut File::open(data_dir.join(FILE)).ok()?)
}

fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

// Windows locks the bytes too, so there the owner's id cannot be read.
fn owner(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_second_owner_is_refused_and_told_who_holds_it() {
        let dir = tempfile::tempdir().unwrap();
        let _first = acquire(dir.path()).unwrap();
        let refused = acquire(dir.path()).unwrap_err();
        assert!(
            matches!(refused, LockError::Taken { pid: Some(pid) } if pid == std::process::id()),
            "{refused:?}"
        );
    }

    #[test]
    fn the_lock_ends_with_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let first = acquire(dir.path()).unwrap();
        assert!(is_held(dir.path()));
        drop(first);
        assert!(!is_held(dir.path()));
        acquire(dir.path()).unwrap();
    }

    #[test]
    fn asking_who_holds_it_creates_nothing() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!is_held(dir.path()));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn of_many_that_start_at_once_one_gets_it() {
        let dir = tempfile::tempdir().unwrap();
        let gate = std::sync::Barrier::new(50);
        let locks: Vec<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..50)
                .map(|_| {
                    scope.spawn(|| {
                        gate.wait();
                        acquire(dir.path()).ok()
                    })
                })
                .collect();
            starts.into_iter().filter_map(|start| start.join().unwrap()).collect()
        });
        assert_eq!(locks.len(), 1);
    }

    #[test]
    fn what_a_killed_owner_announced_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let left = dir.path().join("control.json");
        File::create(&left).unwrap();
        let _lock = acquire(dir.path()).unwrap();
        assert!(!left.exists());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_may_read_what_it_creates() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let data_dir = dir.path().join("new");
        let _lock = acquire(&data_dir).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&data_dir), mode(&data_dir.join(FILE))), (0o700, 0o600));
    }
}
