//! Who may read what. On Unix; elsewhere the user's profile folder is the user's alone.
#![cfg(unix)]

use super::*;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

const DIR: &str = "HEADROOM_TEST_ACCESS_DIR";
const NOBODY: u32 = 65534;

fn child(name: &str, dir: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("store::tests::access::{name}"), "--ignored"]).env(DIR, dir);
    command.stdout(Stdio::null());
    command
}

fn all_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = vec![dir.to_owned()];
    let mut next = 0;
    while let Some(path) = found.get(next).cloned() {
        if path.is_dir() {
            found.extend(fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
        }
        next += 1;
    }
    found
}

/// Holds T9.
#[test]
fn every_file_is_the_users_alone_whatever_the_umask() {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("data");
    let inner = child("a_process_that_writes_everything", &dir);
    let words: Vec<_> = std::iter::once(inner.get_program()).chain(inner.get_args()).collect();
    // The mask is the process's, and cannot be set from inside without unsafe code.
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 000; exec \"$@\"", "sh"]).args(words).env(DIR, &dir).stdout(Stdio::null());
    assert!(shell.status().unwrap().success());
    let files = all_files(&dir);
    assert!(files.iter().any(|p| p.ends_with("headroom.db-wal")), "{files:?}");
    assert!(files.iter().any(|p| p.parent().unwrap().ends_with("backups")), "{files:?}");
    for path in files {
        let wanted = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, wanted, "{}", path.display());
    }
}

#[tokio::test]
#[ignore = "started by the test above, under its own umask"]
async fn a_process_that_writes_everything() {
    let dir = PathBuf::from(std::env::var_os(DIR).unwrap());
    let (store, _) = Store::open(&dir, noon()).unwrap();
    store.insert_credential(&credential("ada"), sealed("x")).await.unwrap();
    store.back_up(noon()).await.unwrap();
    file::replace(&dir.join("settings.json"), b"{}").unwrap();
    // Left open, as a killed process leaves it: its journal files are looked at too.
    std::process::exit(0);
}

#[tokio::test]
async fn wide_open_files_of_an_older_copy_are_closed() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path(), 1).await;
    for (path, mode) in [(dir.path().to_owned(), 0o755), (dir.path().join(DATABASE), 0o644)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let _open = Store::open(dir.path(), noon()).unwrap();
    assert_eq!(fs::metadata(dir.path()).unwrap().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(dir.path().join(DATABASE)).unwrap().mode() & 0o777, 0o600);
}

/// Holds T9.
#[tokio::test]
async fn another_user_opens_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path(), noon()).unwrap();
    store.insert_credential(&credential("ada"), sealed("x")).await.unwrap();
    store.back_up(noon()).await.unwrap();
    for path in all_files(dir.path()).into_iter().filter(|p| p.is_file()) {
        let mut cat = Command::new("cat");
        match cat.arg(&path).uid(NOBODY).gid(NOBODY).stdout(Stdio::null()).stderr(Stdio::null()).status() {
            Ok(status) => assert!(!status.success(), "{}", path.display()),
            Err(error) => {
                println!("skipped: only root can become another user ({error})");
                return;
            }
        }
    }
}

/// Holds F35.
#[tokio::test]
async fn a_directory_that_cannot_be_written_shows_what_it_holds_and_changes_nothing() {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("data");
    fill(&dir, 3).await;
    fs::set_permissions(outer.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for path in all_files(&dir) {
        if chown(&path, Some(NOBODY), Some(NOBODY)).is_err() {
            println!("skipped: only root can become another user, and root can write anywhere");
            return;
        }
        let mode = if path.is_dir() { 0o500 } else { 0o400 };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let before: Vec<_> = all_files(&dir).into_iter().map(|p| fs::read(&p).ok()).collect();
    let mut reader = child("a_process_that_may_only_read", &dir);
    match reader.uid(NOBODY).gid(NOBODY).current_dir("/").output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        // The test program itself lies where another user cannot reach it.
        Err(error) => println!("skipped: {error}"),
    }
    let after: Vec<_> = all_files(&dir).into_iter().map(|p| fs::read(&p).ok()).collect();
    assert_eq!(before, after);
}

#[tokio::test]
#[ignore = "started by the test above, as another user"]
async fn a_process_that_may_only_read() {
    let dir = PathBuf::from(std::env::var_os(DIR).unwrap());
    let (store, notes) = Store::open(&dir, noon()).unwrap();
    assert_eq!(notes, [StoreNote::ReadOnly]);
    assert_eq!(store.credentials().await.unwrap().credentials.len(), 3);
    assert_eq!(store.put_meta("x", Some("y")).await, Err(StoreError::ReadOnly));
    assert_eq!(store.set_label(&CredentialId::new("c0"), Some("new")).await, Err(StoreError::ReadOnly));
    assert!(store.back_up(noon()).await.is_err());
}
