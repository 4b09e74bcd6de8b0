//! The real keychain of a Linux desktop: a D-Bus session with gnome-keyring, started for the test alone.
#![cfg(target_os = "linux")]

use super::*;
use std::process::{Command, Stdio};

const CHILD: &str = "secrets::tests::session::a_process_in_a_session_of_its_own";
const ALONE: &str = "secrets::tests::session::a_process_without_a_session";
const HOME: &str = "HEADROOM_TEST_KEYRING_HOME";
const LOCKED: &str = "HEADROOM_TEST_KEYRING_LOCKED";

/// Unlocked: the password that gnome-keyring reads from its input makes and opens the keyring `login`.
/// Locked: the service runs, and nobody gave it a password.
fn in_session(home: &Path, locked: bool) -> Option<bool> {
    for program in ["dbus-run-session", "gnome-keyring-daemon"] {
        if Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_err()
        {
            println!("skipped: {program} is not installed; Debian has it in dbus-daemon and gnome-keyring");
            return None;
        }
    }
    let unlock = if locked { "--start" } else { "--unlock" };
    let script = format!(
        "printf test | gnome-keyring-daemon {unlock} --components=secrets >/dev/null 2>&1; exec \"$@\""
    );
    let exe = std::env::current_exe().unwrap();
    let mut session = Command::new("dbus-run-session");
    session.args(["--", "sh", "-c", &script, "sh"]).arg(exe).args([
        "--exact",
        CHILD,
        "--ignored",
        "--nocapture",
    ]);
    session
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_RUNTIME_DIR", home)
        .env("HOME", home)
        .env(HOME, home);
    if locked {
        session.env(LOCKED, "1");
    }
    let output = session.stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    Some(text.contains("1 passed"))
}

/// Holds F45.
#[test]
fn the_key_lies_in_the_real_keychain_and_is_found_by_the_next_process() {
    let home = tempfile::tempdir().unwrap();
    for _ in ["the first makes the key", "the second finds it"] {
        if let Some(passed) = in_session(home.path(), false) {
            assert!(passed);
            assert!(!home.path().join("headroom/secrets.key").exists());
        }
    }
}

/// Holds F45.
#[test]
fn a_locked_keychain_is_told_apart_from_an_empty_one() {
    let home = tempfile::tempdir().unwrap();
    if in_session(home.path(), false).is_some() {
        assert_eq!(in_session(home.path(), true), Some(true));
    }
}

/// Holds F45.
#[test]
fn a_machine_without_a_session_says_that_there_is_no_keychain() {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", ALONE, "--ignored", "--nocapture"])
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}/nothing", home.path().display()))
        .env(HOME, home.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[tokio::test]
#[ignore = "started by the test above without a session"]
async fn a_process_without_a_session() {
    let store = store(&std::path::PathBuf::from(std::env::var_os(HOME).unwrap()));
    let vault = VaultCell::open(KeyStorage::Keychain, &store, Arc::new(SystemKeychain)).await.unwrap();
    assert!(
        matches!(vault.state(), VaultState::Missing(Missing::Keychain(KeychainError::Absent(_)))),
        "{:?}",
        vault.state()
    );
}

#[tokio::test]
#[ignore = "started by the tests above inside a session with a keychain"]
async fn a_process_in_a_session_of_its_own() {
    let home = std::path::PathBuf::from(std::env::var_os(HOME).unwrap());
    let store = store(&home.join("headroom"));
    let vault = VaultCell::open(KeyStorage::Keychain, &store, Arc::new(SystemKeychain)).await.unwrap();
    if std::env::var_os(LOCKED).is_some() {
        assert!(matches!(vault.state(), VaultState::Missing(Missing::Keychain(_))), "{:?}", vault.state());
        assert!(store.has_secrets().await.unwrap(), "its records are kept");
        return;
    }
    if store.has_secrets().await.unwrap() {
        assert_eq!(open_one(&vault, &store).await.as_deref(), Ok("FAKE_REAL"));
    }
    seal_one(&vault, &store, "FAKE_REAL").await;
    assert_eq!(vault.storage(), crate::view::dto::KeyStorageView::Keychain);
    // To the file and back, as the user may choose.
    for mode in [KeyStorage::File, KeyStorage::Keychain] {
        vault.move_to(mode).await.unwrap();
        vault.forget_elsewhere().await.unwrap();
        assert_eq!(open_one(&vault, &store).await.as_deref(), Ok("FAKE_REAL"));
    }
    store.close().await;
}
