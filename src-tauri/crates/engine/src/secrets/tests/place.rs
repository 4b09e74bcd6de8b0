use super::*;
use crate::view::dto::KeyStorageView as View;
use KeyStorage::{File, Keychain as Chain};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use std::time::Duration;

async fn open(mode: KeyStorage, store: &Store, keychain: &Arc<FakeKeychain>) -> VaultCell {
    VaultCell::open(mode, store, keychain.clone()).await.unwrap()
}

fn key_file(dir: &Path) -> std::path::PathBuf {
    dir.join("secrets.key")
}

#[tokio::test]
async fn the_key_is_made_once_and_found_again() {
    for mode in [Chain, File] {
        let (dir, keychain) = (tempfile::tempdir().unwrap(), Arc::new(FakeKeychain::default()));
        let store = store(dir.path());
        seal_one(&open(mode, &store, &keychain).await, &store, "FAKE_ONE").await;
        let again = open(mode, &store, &keychain).await;
        assert_eq!(open_one(&again, &store).await.as_deref(), Ok("FAKE_ONE"));
        assert_eq!(keychain.keys().len(), usize::from(mode == Chain));
        assert_eq!(key_file(dir.path()).exists(), mode == File);
        assert_eq!(again.storage(), if mode == Chain { View::Keychain } else { View::File });
    }
}

/// Holds F45.
#[tokio::test]
async fn without_a_keychain_nothing_is_kept_in_clear_by_itself() {
    for why in [
        KeychainError::Absent("no bus".into()),
        KeychainError::Locked,
        KeychainError::Denied,
        KeychainError::Failed("odd".into()),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        let vault = open(Chain, &store, &FakeKeychain::failing(why.clone())).await;
        assert_eq!(vault.storage(), View::Missing);
        assert!(matches!(vault.state(), VaultState::Missing(Missing::Keychain(found)) if found == why));
        assert!(vault.why_not().unwrap().english.contains("key_storage file"));
        assert!(matches!(vault.seal_all(OWNER, &[]), Err(SecretError::NoKey(_))));
        assert!(!key_file(dir.path()).exists());
        // The user says so: now the file may be.
        vault.move_to(File).await.unwrap();
        assert_eq!(vault.storage(), View::File);
        seal_one(&vault, &store, "FAKE_TWO").await;
    }
}

/// Holds F45.
#[tokio::test(start_paused = true)]
async fn a_keychain_that_hangs_is_given_up_after_ten_seconds() {
    struct Hanging(Mutex<std::sync::mpsc::Receiver<()>>);
    impl Keychain for Hanging {
        fn get(&self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
            let _ = self.0.lock().unwrap().recv();
            Ok(None)
        }
        fn set(&self, _: &str, _: &[u8]) -> Result<(), KeychainError> {
            let _ = self.0.lock().unwrap().recv();
            Ok(())
        }
        fn delete(&self, _: &str) -> Result<(), KeychainError> {
            Ok(())
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let (_held, never) = std::sync::mpsc::channel();
    let began = tokio::time::Instant::now();
    let vault = VaultCell::open(Chain, &store, Arc::new(Hanging(Mutex::new(never)))).await.unwrap();
    assert!(matches!(vault.state(), VaultState::Missing(Missing::Keychain(KeychainError::TooSlow))));
    assert!(began.elapsed() <= Duration::from_secs(11), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_keychain_that_comes_back_brings_the_key_back() {
    let (dir, keychain) = (tempfile::tempdir().unwrap(), Arc::new(FakeKeychain::default()));
    let store = store(dir.path());
    seal_one(&open(Chain, &store, &keychain).await, &store, "FAKE_THREE").await;
    keychain.now_fails(Some(KeychainError::Locked));
    let vault = open(Chain, &store, &keychain).await;
    assert_eq!(vault.storage(), View::Missing);
    assert!(vault.look_again(Chain).await.is_err());
    keychain.now_fails(None);
    vault.look_again(Chain).await.unwrap();
    assert_eq!(open_one(&vault, &store).await.as_deref(), Ok("FAKE_THREE"));
}

/// Holds F46.
#[tokio::test]
async fn a_lost_key_is_never_replaced_by_itself_and_no_record_goes() {
    let wrong = STANDARD.encode([7; 32]);
    for (mode, harm, expected) in [
        (Chain, None, Lost::KeychainEmpty),
        (Chain, Some("another"), Lost::Changed),
        (Chain, Some("no key"), Lost::Changed),
        (File, None, Lost::FileGone),
        (File, Some(wrong.as_str()), Lost::Changed),
        (File, Some("not base64 at all!"), Lost::Changed),
        (File, Some(""), Lost::Changed),
    ] {
        let (dir, keychain) = (tempfile::tempdir().unwrap(), Arc::new(FakeKeychain::default()));
        let store = store(dir.path());
        seal_one(&open(mode, &store, &keychain).await, &store, "FAKE_FOUR").await;
        let before = store.secrets(OWNER).await.unwrap();
        match (mode, harm) {
            (Chain, None) => keychain.entries.lock().unwrap().clear(),
            (Chain, Some("another")) => {
                keychain.entries.lock().unwrap().values_mut().for_each(|k| *k = vec![7; 32])
            }
            (Chain, Some(_)) => keychain.entries.lock().unwrap().values_mut().for_each(|k| *k = vec![7; 5]),
            (File, None) => std::fs::remove_file(key_file(dir.path())).unwrap(),
            (File, Some(text)) => {
                crate::store::file::replace(&key_file(dir.path()), text.as_bytes()).unwrap()
            }
        }
        for _ in 0..2 {
            let vault = open(mode, &store, &keychain).await;
            assert!(
                matches!(vault.state(), VaultState::Lost(why) if why == expected),
                "{mode:?} {harm:?}: {:?}",
                vault.state()
            );
            assert_eq!(vault.storage(), View::Lost);
            assert!(vault.move_to(mode).await.is_err());
            assert_eq!(store.secrets(OWNER).await.unwrap(), before);
        }
    }
}

/// Holds F46.
#[tokio::test]
async fn the_user_may_begin_with_a_new_key_and_the_old_records_stay() {
    for mode in [Chain, File] {
        let (dir, keychain) = (tempfile::tempdir().unwrap(), Arc::new(FakeKeychain::default()));
        let store = store(dir.path());
        let vault = open(mode, &store, &keychain).await;
        seal_one(&vault, &store, "FAKE_FIVE").await;
        assert_eq!(vault.start_over(mode, noon()).await, Ok(()), "with a key there is nothing to begin");
        assert_eq!(open_one(&vault, &store).await.as_deref(), Ok("FAKE_FIVE"));
        let before = store.secrets(OWNER).await.unwrap();
        match mode {
            Chain => keychain.entries.lock().unwrap().values_mut().for_each(|k| *k = vec![7; 32]),
            File => crate::store::file::replace(&key_file(dir.path()), b"broken").unwrap(),
        }
        let vault = open(mode, &store, &keychain).await;
        vault.start_over(mode, noon()).await.unwrap();
        assert_eq!(store.secrets(OWNER).await.unwrap(), before);
        assert!(matches!(open_one(&vault, &store).await, Err(SecretError::Unreadable { .. })));
        seal_one(&vault, &store, "FAKE_SIX").await;
        assert_eq!(open_one(&open(mode, &store, &keychain).await, &store).await.as_deref(), Ok("FAKE_SIX"));
        // What lay in the key's place is still there under another name, and so is a copy of the records.
        assert!(keychain.keys().contains(&vec![7; 32]) || dir.path().join("secrets.key.old").exists());
        assert_eq!(std::fs::read_dir(dir.path().join("backups")).unwrap().count(), 1);
    }
}

#[tokio::test]
async fn the_key_moves_and_is_then_in_one_place_only() {
    let (dir, keychain) = (tempfile::tempdir().unwrap(), Arc::new(FakeKeychain::default()));
    let store = store(dir.path());
    let vault = open(Chain, &store, &keychain).await;
    seal_one(&vault, &store, "FAKE_SEVEN").await;
    for (mode, other) in [(File, Chain), (Chain, File), (File, Chain)] {
        vault.move_to(mode).await.unwrap();
        // A crash here leaves it in both places: either finds it.
        for place in [mode, other] {
            assert_eq!(
                open_one(&open(place, &store, &keychain).await, &store).await.as_deref(),
                Ok("FAKE_SEVEN")
            );
        }
        vault.forget_elsewhere().await.unwrap();
        assert_eq!(
            (keychain.keys().len(), key_file(dir.path()).exists()),
            if mode == Chain { (1, false) } else { (0, true) }
        );
        assert_eq!(open_one(&vault, &store).await.as_deref(), Ok("FAKE_SEVEN"));
    }
}

#[tokio::test]
async fn a_key_that_cannot_move_stays() {
    let (dir, keychain) = (tempfile::tempdir().unwrap(), Arc::new(FakeKeychain::default()));
    let store = store(dir.path());
    let vault = open(File, &store, &keychain).await;
    seal_one(&vault, &store, "FAKE_EIGHT").await;
    keychain.now_fails(Some(KeychainError::Denied));
    assert_eq!(vault.move_to(Chain).await, Err(Missing::Keychain(KeychainError::Denied).into()));
    assert_eq!(vault.storage(), View::File);
    assert_eq!(open_one(&open(File, &store, &keychain).await, &store).await.as_deref(), Ok("FAKE_EIGHT"));
}

#[tokio::test]
async fn a_choice_made_elsewhere_takes_the_key_along() {
    for (was, is) in [(File, Chain), (Chain, File)] {
        let (dir, keychain) = (tempfile::tempdir().unwrap(), Arc::new(FakeKeychain::default()));
        let store = store(dir.path());
        seal_one(&open(was, &store, &keychain).await, &store, "FAKE_NINE").await;
        let vault = open(is, &store, &keychain).await;
        assert_eq!(open_one(&vault, &store).await.as_deref(), Ok("FAKE_NINE"));
        assert_eq!(vault.storage(), if is == Chain { View::Keychain } else { View::File });
    }
}

#[tokio::test]
async fn a_key_in_the_file_is_pointed_out_where_the_keychain_is_gone() {
    let (dir, keychain) = (tempfile::tempdir().unwrap(), Arc::new(FakeKeychain::default()));
    let store = store(dir.path());
    seal_one(&open(File, &store, &keychain).await, &store, "FAKE_TEN").await;
    keychain.now_fails(Some(KeychainError::Absent("no bus".into())));
    let vault = open(Chain, &store, &keychain).await;
    assert!(matches!(vault.state(), VaultState::Missing(Missing::KeyIsInFile(_))));
    vault.move_to(File).await.unwrap();
    assert_eq!(open_one(&vault, &store).await.as_deref(), Ok("FAKE_TEN"));
}

#[tokio::test]
async fn two_databases_never_share_a_key() {
    let keychain = Arc::new(FakeKeychain::default());
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for dir in &dirs {
        let store = store(dir.path());
        seal_one(&open(Chain, &store, &keychain).await, &store, "FAKE_ELEVEN").await;
    }
    let keys = keychain.keys();
    assert!(keys.len() == 2 && keys[0] != keys[1]);
}

/// Holds T10.
#[tokio::test]
async fn a_thousand_tokens_leave_no_trace_in_the_data_directory() {
    for mode in [Chain, File] {
        let (dir, keychain) = (tempfile::tempdir().unwrap(), Arc::new(FakeKeychain::default()));
        let store = store(dir.path());
        let vault = open(mode, &store, &keychain).await;
        let tokens: Vec<String> =
            (0..1000).map(|n| format!("1//FAKE_CANARY_{n:04}_{:016x}", rand::random::<u64>())).collect();
        for (n, token) in tokens.iter().enumerate() {
            let owner = format!("provider:{n}");
            let sealed = vault
                .seal_all(&owner, &[(SecretName::RefreshToken, SecretString::from(token.as_str()))])
                .unwrap();
            store.put_secrets(&owner, sealed).await.unwrap();
        }
        store.back_up(noon()).await.unwrap();
        // Looked at while it runs, with its journal, and after it has closed.
        check_no_trace(dir.path(), &tokens);
        store.close().await;
        check_no_trace(dir.path(), &tokens);
    }
}

#[track_caller]
fn check_no_trace(dir: &Path, tokens: &[String]) {
    let mut folders = vec![dir.to_owned()];
    let mut bytes = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                bytes.extend(std::fs::read(path).unwrap());
            }
        }
    }
    assert!(bytes.len() > 100_000, "the records are there");
    let text = String::from_utf8_lossy(&bytes);
    // The part that all tokens have in common is enough to find any of them.
    assert!(tokens.iter().all(|t| t.starts_with("1//FAKE_CANARY_")));
    let hex = |token: &str| token.bytes().map(|b| format!("{b:02x}")).collect::<String>();
    let planted = "1//FAKE_CANARY_";
    for trace in [planted.to_owned(), hex(planted), hex(planted).to_uppercase()] {
        assert!(!text.contains(&trace), "{trace}");
    }
    // Of base64, whichever way it is written and wherever it begins, the inner characters stay the same.
    for shift in 0..3 {
        let shifted = format!("{}{planted}", " ".repeat(shift));
        for encoded in
            [STANDARD.encode(&shifted), URL_SAFE.encode(&shifted), STANDARD_NO_PAD.encode(&shifted)]
        {
            let inner = &encoded[4..16];
            assert!(!text.contains(inner), "base64 {inner}");
        }
    }
}
