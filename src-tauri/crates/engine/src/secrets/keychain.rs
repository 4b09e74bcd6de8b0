//! The system's keychain: one entry, asked for on a thread of its own, never for longer than ten seconds.

use domain::policy::words::Spoken;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// The service under which the entry is kept.
const SERVICE: &str = "headroom";

/// A keychain that waits for its user, or hangs, is given up for this time.
const LIMIT: Duration = Duration::from_secs(10);

/// Why the keychain gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeychainError {
    /// There is none on this machine, or none in this session.
    #[error("there is no keychain here ({0})")]
    Absent(String),
    /// It is locked and nobody unlocked it.
    #[error("the keychain is locked")]
    Locked,
    /// The user or the system said no.
    #[error("the keychain refused access")]
    Denied,
    /// No answer in time: it may be waiting for its user.
    #[error("the keychain did not answer within {} s; it may be waiting to be unlocked", LIMIT.as_secs())]
    TooSlow,
    /// It answered with something else.
    #[error("the keychain failed ({0})")]
    Failed(String),
}

impl Spoken for KeychainError {
    fn in_chinese(&self) -> String {
        match self {
            Self::Absent(why) => format!("这里没有钥匙串（{why}）"),
            Self::Locked => "钥匙串已锁定".to_owned(),
            Self::Denied => "钥匙串拒绝访问".to_owned(),
            Self::TooSlow => format!("钥匙串在 {} 秒内没有应答；它可能在等待解锁", LIMIT.as_secs()),
            Self::Failed(why) => format!("钥匙串出错（{why}）"),
        }
    }
}

/// A keychain. Calls block, possibly for as long as a user looks at a dialogue.
pub trait Keychain: Send + Sync + 'static {
    /// The bytes kept under a name; `None` where there are none.
    ///
    /// # Errors
    /// When the keychain gives no answer: that is not the same as having none.
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError>;

    /// Keeps bytes under a name.
    ///
    /// # Errors
    /// When the keychain does not take them.
    fn set(&self, name: &str, bytes: &[u8]) -> Result<(), KeychainError>;

    /// Forgets a name; nothing where there is none.
    ///
    /// # Errors
    /// When the keychain does not let go.
    fn delete(&self, name: &str) -> Result<(), KeychainError>;
}

/// The operating system's keychain: Keychain Services, Credential Manager or the Secret Service.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemKeychain;

impl Keychain for SystemKeychain {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        match entry(name)?.get_secret() {
            Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(read_error(&error)),
        }
    }

    fn set(&self, name: &str, bytes: &[u8]) -> Result<(), KeychainError> {
        entry(name)?.set_secret(bytes).map_err(|error| read_error(&error))
    }

    fn delete(&self, name: &str) -> Result<(), KeychainError> {
        match entry(name)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(read_error(&error)),
        }
    }
}

fn entry(name: &str) -> Result<keyring::Entry, KeychainError> {
    if let Err(error) = keyring::Entry::store_status() {
        return Err(KeychainError::Absent(error.to_string()));
    }
    keyring::Entry::new(SERVICE, name).map_err(|error| read_error(&error))
}

/// Only the error's text is looked at: some variants carry what was read, and that is the key.
fn read_error(error: &keyring::Error) -> KeychainError {
    let text = error.to_string();
    let says = |words: &[&str]| words.iter().any(|w| text.to_lowercase().contains(w));
    let no_access = matches!(error, keyring::Error::NoStorageAccess(_));
    let platform = matches!(error, keyring::Error::PlatformFailure(_));
    if matches!(error, keyring::Error::NoDefaultStore) {
        KeychainError::Absent(text)
    } else if (no_access || platform) && says(&["prompt", "denied", "cancel"]) {
        KeychainError::Denied
    } else if no_access {
        KeychainError::Locked
    } else {
        KeychainError::Failed(text)
    }
}

/// Asks the keychain on a thread of its own, so that one that hangs holds nobody up.
pub(super) async fn ask<T, F>(keychain: &Arc<dyn Keychain>, question: F) -> Result<T, KeychainError>
where
    T: Send + 'static,
    F: FnOnce(&dyn Keychain) -> Result<T, KeychainError> + Send + 'static,
{
    let (done, answer) = oneshot::channel();
    let keychain = Arc::clone(keychain);
    std::thread::Builder::new()
        .name("keychain".to_owned())
        .spawn(move || {
            // Nobody waiting any more is not an error.
            let _ = done.send(question(&*keychain));
        })
        .map_err(|error| KeychainError::Failed(error.to_string()))?;
    match tokio::time::timeout(LIMIT, answer).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(KeychainError::Failed("it stopped in the middle".to_owned())),
        Err(_) => Err(KeychainError::TooSlow),
    }
}
