//! Writing into files of programs and taking it back.

use crate::clock::SystemClock;
use crate::connect::{ConnectError, Connector, Home, KEY_PLACEHOLDER, Standing, Wanted, find};
use crate::proxy::ClientKeys;
use crate::store::Store;
use secrecy::ExposeSecret as _;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A user's home with an engine's connector.
struct User {
    dir: tempfile::TempDir,
    home: Home,
    keys: ClientKeys,
    connector: Connector,
    store: Store,
}

const WRITTEN: [&str; 4] = ["claude-code", "codex", "gemini-cli", "opencode"];

impl User {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().display().to_string();
        let vars = vec![("HOME".to_owned(), path.clone()), ("USERPROFILE".to_owned(), path)];
        let store = Store::in_memory().unwrap();
        let keys = ClientKeys::load(store.clone(), Arc::new(SystemClock)).await.unwrap();
        let connector = Connector::new(store.clone(), keys.clone());
        Self { dir, home: Home::new(Arc::new(vars)), keys, connector, store }
    }

    fn file(&self, path: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        crate::store::file::replace(&path, text.as_bytes()).unwrap();
        path
    }

    async fn write(&self, id: &str) -> Result<crate::connect::Written, ConnectError> {
        self.write_at(id, "http://127.0.0.1:8045").await
    }

    async fn write_at(&self, id: &str, base: &str) -> Result<crate::connect::Written, ConnectError> {
        let wanted = Wanted { base, key: KEY_PLACEHOLDER, models: &["m".to_owned()] };
        self.connector.write(find(id).unwrap(), wanted, &self.home, None).await
    }

    async fn undo(&self, id: &str) -> Result<crate::connect::Undone, ConnectError> {
        self.connector.undo(find(id).unwrap()).await
    }

    async fn standing(&self, id: &str) -> Standing {
        let wanted =
            Wanted { base: "http://127.0.0.1:8045", key: KEY_PLACEHOLDER, models: &["m".to_owned()] };
        self.connector.standing(find(id).unwrap(), &wanted, &self.home).await.unwrap()
    }

    fn in_use(&self) -> Vec<String> {
        self.keys.all().iter().filter(|k| !k.key.revoked).map(|k| k.key.name.clone()).collect()
    }

    /// Every file with its content.
    fn all(&self) -> BTreeMap<PathBuf, String> {
        fn walk(dir: &Path, found: &mut BTreeMap<PathBuf, String>) {
            for entry in fs::read_dir(dir).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    walk(&path, found);
                } else {
                    found.insert(path.clone(), fs::read_to_string(&path).unwrap());
                }
            }
        }
        let mut found = BTreeMap::new();
        walk(self.dir.path(), &mut found);
        found
    }
}

/// Files as people have them.
fn lived_in(user: &User) {
    user.file(".claude/settings.json", "{\n    \"model\": \"opus\",\n    \"env\": { \"A\": \"1\" }\n}");
    user.file(".codex/config.toml", "# mine\nmodel_provider = \"openai\"\n\n[tui]\nsound = true\n");
    user.file(".gemini/.env", "GEMINI_API_KEY=\"old\"\n# mine\n");
    user.file(".gemini/settings.json", "{\"security\":{\"auth\":{\"selectedType\":\"oauth-personal\"}}}\n");
    user.file(".config/opencode/opencode.jsonc", "{\n  // mine\n  \"theme\": \"dark\",\n}\n");
}

#[tokio::test]
async fn what_was_written_is_taken_back_to_the_byte() {
    for fill in [lived_in as fn(&User), |_| {}] {
        let user = User::new().await;
        fill(&user);
        let before = user.all();
        for id in WRITTEN {
            assert!(!user.standing(id).await.connected, "{id}");
            let written = user.write(id).await.unwrap();
            assert!(written.key_is_new && !written.changed.is_empty(), "{id}: {written:?}");
            let standing = user.standing(id).await;
            assert_eq!(standing, Standing { connected: true, can_undo: true, problem: None }, "{id}");
        }
        assert_eq!(user.in_use(), WRITTEN);
        for id in WRITTEN {
            let undone = user.undo(id).await.unwrap();
            assert!(undone.edited.is_empty(), "{id}: {undone:?}");
            assert_eq!(undone.revoked_key.as_deref(), Some(id));
        }
        assert_eq!(user.all(), before);
        assert_eq!(user.in_use(), [""; 0]);
        assert_eq!(user.undo("codex").await, Err(ConnectError::NotConnected("Codex CLI")));
    }
}

#[tokio::test]
async fn a_second_time_changes_nothing_and_a_new_address_keeps_key_and_backup() {
    let user = User::new().await;
    lived_in(&user);
    let before = user.all();
    for id in WRITTEN {
        user.write(id).await.unwrap();
        let once = user.all();
        let again = user.write(id).await.unwrap();
        assert!(again.changed.is_empty() && again.backups.is_empty() && !again.key_is_new, "{again:?}");
        assert_eq!(user.all(), once);
        let moved = user.write_at(id, "http://127.0.0.1:9000").await.unwrap();
        assert!(!moved.changed.is_empty() && moved.backups.is_empty() && !moved.key_is_new, "{moved:?}");
        user.undo(id).await.unwrap();
    }
    assert_eq!(user.all(), before);
}

#[tokio::test]
async fn what_the_user_changed_since_stays() {
    let user = User::new().await;
    let path =
        user.file(".claude/settings.json", "{\n  \"env\": {\n    \"ANTHROPIC_BASE_URL\": \"mine\"\n  }\n}\n");
    user.write("claude-code").await.unwrap();
    let edited =
        fs::read_to_string(&path).unwrap().replace("{\n  \"env\"", "{\n  \"model\": \"opus\",\n  \"env\"");
    crate::store::file::replace(&path, edited.as_bytes()).unwrap();
    let expected = "{\n  \"model\": \"opus\",\n  \"env\": {\n    \"ANTHROPIC_BASE_URL\": \"mine\"\n  }\n}\n";
    // Also over a second write, whose backup is without our values.
    for second in [false, true] {
        if second {
            user.write("claude-code").await.unwrap();
            crate::store::file::replace(&path, fs::read(&path).unwrap().as_slice()).unwrap();
        }
        let undone = user.undo("claude-code").await.unwrap();
        assert_eq!((undone.edited.len(), undone.restored.len()), if second { (0, 1) } else { (1, 0) });
        assert_eq!(fs::read_to_string(&path).unwrap(), expected);
        assert_eq!(user.all().len(), 1, "no backup is left");
    }
}

#[tokio::test]
async fn edits_between_two_writes_stay_too() {
    let user = User::new().await;
    let path = user.file(".codex/config.toml", "model_provider = \"openai\"\n");
    user.write("codex").await.unwrap();
    let edited = fs::read_to_string(&path).unwrap() + "\n[tui]\nsound = true\n";
    crate::store::file::replace(&path, edited.as_bytes()).unwrap();
    user.write_at("codex", "http://127.0.0.1:9000").await.unwrap();
    user.undo("codex").await.unwrap();
    let left = fs::read_to_string(&path).unwrap();
    assert!(left.contains("model_provider = \"openai\"") && left.contains("[tui]\nsound = true"), "{left}");
    assert!(!left.contains("headroom"), "{left}");
    assert_eq!(user.all().len(), 1, "no backup is left");
}

#[tokio::test]
async fn a_broken_file_is_refused_and_nothing_else_is_touched() {
    let user = User::new().await;
    user.file(".gemini/settings.json", "{\n  \"a\": 1\n  \"b\": 2\n}\n");
    user.file(".gemini/.env", "A=1\n");
    let before = user.all();
    let error = user.write("gemini-cli").await.unwrap_err().to_string();
    assert!(
        error.contains("settings.json is not valid JSON: line 3") && error.contains("nothing was changed"),
        "{error}"
    );
    assert_eq!(user.all(), before);
    assert_eq!(user.in_use(), [""; 0], "no key was made for it");
    assert!(user.standing("gemini-cli").await.problem.is_some());
}

#[tokio::test]
async fn a_key_that_is_given_is_used_and_stays() {
    let user = User::new().await;
    let (key, secret) = user.keys.create("mine".into(), vec![], None).await.unwrap();
    let wanted = Wanted { base: "http://127.0.0.1:8045", key: KEY_PLACEHOLDER, models: &[] };
    let program = find("claude-code").unwrap();
    let written = user.connector.write(program, wanted, &user.home, Some(&secret)).await.unwrap();
    assert_eq!((written.key.id, written.key_is_new), (key.id, false));
    let path = user.dir.path().join(".claude/settings.json");
    assert!(fs::read_to_string(&path).unwrap().contains(secret.expose_secret()));
    assert_eq!(user.undo("claude-code").await.unwrap().revoked_key, None);
    assert_eq!(user.in_use(), ["mine"]);
    let wrong = "hr-nothing".to_owned().into();
    let refused = user.connector.write(program, wanted, &user.home, Some(&wrong)).await;
    assert_eq!(refused, Err(ConnectError::BadKey));
    assert!(!path.exists());
}

#[tokio::test]
async fn a_name_that_is_taken_gets_a_number_and_a_revoked_key_is_replaced() {
    let user = User::new().await;
    user.keys.create("codex".into(), vec![], None).await.unwrap();
    let first = user.write("codex").await.unwrap().key;
    assert_eq!(first.name, "codex-2");
    user.keys.revoke(&first.id).await.unwrap();
    assert!(!user.standing("codex").await.connected, "its key opens nothing");
    let second = user.write("codex").await.unwrap();
    assert!(second.key_is_new && second.key.id != first.id);
    assert_eq!(user.undo("codex").await.unwrap().revoked_key.as_deref(), Some("codex-2"));
}

#[tokio::test]
async fn the_database_keeps_no_key_in_clear() {
    let user = User::new().await;
    user.write("claude-code").await.unwrap();
    let record = user.store.meta("connected:claude-code").await.unwrap().unwrap();
    assert!(!record.contains("hr-"), "{record}");
}

#[tokio::test]
async fn programs_set_up_by_hand_are_not_written() {
    let user = User::new().await;
    assert!(matches!(user.write("aider").await, Err(ConnectError::ByHand("Aider"))));
    let nowhere = Home::new(Arc::new([("PATH", "/bin")]));
    let wanted = Wanted { base: "http://127.0.0.1:8045", key: KEY_PLACEHOLDER, models: &[] };
    let refused = user.connector.write(find("codex").unwrap(), wanted, &nowhere, None).await;
    assert_eq!(refused, Err(ConnectError::NoHome));
}

#[cfg(unix)]
mod on_unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn modes_are_kept_and_new_files_are_the_users_alone() {
        let user = User::new().await;
        let path = user.file(".claude/settings.json", "{}\n");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let written = user.write("claude-code").await.unwrap();
        assert_eq!(mode(&path), 0o640);
        assert!(written.notes.iter().any(|n| n.english.contains("chmod 600")), "{written:?}");
        assert_eq!(mode(&written.backups[0]), 0o600);
        user.undo("claude-code").await.unwrap();
        assert_eq!(mode(&path), 0o640);
        user.write("codex").await.unwrap();
        let fresh = user.dir.path().join(".codex/config.toml");
        assert_eq!((mode(&fresh), mode(fresh.parent().unwrap())), (0o600, 0o700));
    }

    #[tokio::test]
    async fn a_link_is_followed_and_stays_one() {
        let user = User::new().await;
        let real = user.file("dotfiles/claude.json", "{}\n");
        let link = user.dir.path().join(".claude/settings.json");
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(&real, &link).unwrap();
        let written = user.write("claude-code").await.unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().file_type().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().contains("ANTHROPIC_BASE_URL"));
        assert!(written.notes.iter().any(|n| n.english.contains("is a link")), "{written:?}");
        assert_eq!(
            written.backups[0].parent(),
            link.parent(),
            "the copy is beside the link, not in what it names"
        );
        user.undo("claude-code").await.unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().file_type().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "{}\n");
    }

    #[tokio::test]
    async fn links_to_nothing_folders_and_devices_are_refused() {
        let user = User::new().await;
        let link = user.dir.path().join(".claude/settings.json");
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        for target in ["/nowhere/at/all", "/dev/null", "/"] {
            symlink(target, &link).unwrap();
            assert!(matches!(user.write("claude-code").await, Err(ConnectError::File { .. })), "{target}");
            fs::remove_file(&link).unwrap();
        }
        assert_eq!(user.in_use(), [""; 0]);
    }
}
