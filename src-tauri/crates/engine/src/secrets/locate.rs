//! Finds the key, or says why there is none. A key is never made while anything sealed needs another one.

use super::key_file;
use super::keychain::{self, Keychain, KeychainError};
use super::vault::Vault;
use crate::store::{Store, StoreError, file};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::policy::words::Spoken;
use domain::settings::KeyStorage;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the key is that is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the system's keychain.
    Keychain,
    /// In `secrets.key`.
    File,
    /// In memory: it leaves with the process.
    Memory,
}

/// Why there is no key for now. It may come back by itself or by the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// The keychain gave no answer.
    #[error("{0}. Unlock or install one, or allow a key file: headroom settings set key_storage file")]
    Keychain(KeychainError),
    /// The keychain gave no answer, and the key lies in the file of an earlier choice.
    #[error(
        "{0}, but the key lies in secrets.key; to go on using it: headroom settings set key_storage file"
    )]
    KeyIsInFile(KeychainError),
    /// The file cannot be read or written.
    #[error("the key file cannot be used ({0}); see to the access rights of the data directory")]
    File(String),
    /// No random numbers, or no room to note the key's name.
    #[error("a key could not be made: {0}")]
    NotMade(String),
}

/// Why sealed records cannot be opened any more. They are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// The keychain answers, and has no key.
    #[error(
        "the keychain no longer holds the key to your logins; bring it back from a backup of the keychain, or begin with a new key and sign in again"
    )]
    KeychainEmpty,
    /// There is no key file.
    #[error(
        "secrets.key is gone, and with it the key to your logins; bring it back from a backup, or begin with a new key and sign in again"
    )]
    FileGone,
    /// There is a key, but not the one that sealed the records.
    #[error(
        "the key to your logins was replaced by another one; bring the old one back, or begin with a new key and sign in again"
    )]
    Changed,
}

impl Spoken for Missing {
    fn in_chinese(&self) -> String {
        match self {
            Self::Keychain(why) => format!(
                "{}。请解锁或安装钥匙串，或允许使用密钥文件：headroom settings set key_storage file",
                why.in_chinese()
            ),
            Self::KeyIsInFile(why) => format!(
                "{}，但密钥在 secrets.key 中；如要继续使用它：headroom settings set key_storage file",
                why.in_chinese()
            ),
            Self::File(why) => format!("密钥文件无法使用（{why}）；请检查数据目录的访问权限"),
            Self::NotMade(why) => format!("无法生成密钥：{why}"),
        }
    }
}

impl Spoken for Lost {
    fn in_chinese(&self) -> String {
        match self {
            Self::KeychainEmpty => {
                "钥匙串中已没有用于你的登录的密钥；请从钥匙串的备份中恢复，或使用新密钥并重新登录"
            }
            Self::FileGone => {
                "secrets.key 不见了，你的登录的密钥也随之丢失；请从备份中恢复，或使用新密钥并重新登录"
            }
            Self::Changed => "用于你的登录的密钥已被换成另一个；请换回原来的密钥，或使用新密钥并重新登录",
        }
        .to_owned()
    }
}

/// What was found.
pub(super) enum Located {
    Ready(Vault, Place),
    Missing(Missing),
    Lost(Lost),
}

/// In `meta`: what only the right key opens.
const CHECK: &str = "key_check";
/// In `meta`: the name of the keychain entry. Every database has its own, so that no database ever writes over
/// the key of another.
const NAME: &str = "key_name";

/// All that finding the key takes.
#[derive(Clone)]
pub(super) struct Locator {
    pub store: Store,
    pub dir: PathBuf,
    pub keychain: Arc<dyn Keychain>,
}

impl Locator {
    /// Finds the key where `mode` says; else takes it over from the other place; else makes one, where nothing
    /// sealed needs another.
    pub async fn locate(&self, mode: KeyStorage) -> Result<Located, StoreError> {
        let check = self.store.meta(CHECK).await?.and_then(|text| STANDARD.decode(text).ok());
        let here = self.look(mode).await?;
        if let Found::Key(vault) = &here
            && check.as_deref().is_none_or(|check| vault.fits(check))
        {
            return self.ready(vault.clone(), mode, check.is_none()).await;
        }
        let there = match (mode, &here) {
            // Looking into the keychain may open a dialogue: only where the key must be somewhere.
            (KeyStorage::File, _) if check.is_none() => Found::Nothing,
            (KeyStorage::File, _) => self.look(KeyStorage::Keychain).await?,
            (KeyStorage::Keychain, _) => self.look(KeyStorage::File).await?,
        };
        let there = match there {
            Found::Key(vault) if check.as_deref().is_some_and(|check| vault.fits(check)) => Some(vault),
            Found::Key(_) | Found::Other | Found::Nothing | Found::Unusable(_) => None,
        };
        match (here, there) {
            (Found::Unusable(Missing::Keychain(why)), Some(_)) => {
                Ok(Located::Missing(Missing::KeyIsInFile(why)))
            }
            (Found::Unusable(why), _) => Ok(Located::Missing(why)),
            (Found::Key(_) | Found::Other | Found::Nothing, Some(vault)) => {
                match self.keep(mode, &vault).await {
                    Ok(()) => self.ready(vault, mode, false).await,
                    Err(Missing::Keychain(why)) => Ok(Located::Missing(Missing::KeyIsInFile(why))),
                    Err(why) => Ok(Located::Missing(why)),
                }
            }
            (Found::Key(_) | Found::Other, None) if self.store.has_secrets().await? => {
                Ok(Located::Lost(Lost::Changed))
            }
            (Found::Nothing, None) if self.store.has_secrets().await? => Ok(Located::Lost(match mode {
                KeyStorage::Keychain => Lost::KeychainEmpty,
                KeyStorage::File => Lost::FileGone,
            })),
            (Found::Key(_) | Found::Other | Found::Nothing, None) => self.make(mode).await,
        }
    }

    /// Makes a new key and keeps it. What lies in its place is not touched: a file is put aside, and in the
    /// keychain the new key gets a name of its own.
    pub async fn make(&self, mode: KeyStorage) -> Result<Located, StoreError> {
        let vault = match Vault::generate() {
            Ok(vault) => vault,
            Err(error) => return Ok(Located::Missing(Missing::NotMade(error.to_string()))),
        };
        let cleared = match mode {
            KeyStorage::File => {
                let path = key_file::path(&self.dir);
                blocking(move || file::keep_aside(&path, "old").map(drop))
                    .await
                    .map_err(|e| Missing::File(e.to_string()))
            }
            KeyStorage::Keychain => {
                self.new_name().await.map(drop).map_err(|e| Missing::NotMade(e.to_string()))
            }
        };
        match cleared {
            Ok(()) => {}
            Err(why) => return Ok(Located::Missing(why)),
        }
        match self.keep(mode, &vault).await {
            Ok(()) => self.ready(vault, mode, true).await,
            Err(why) => Ok(Located::Missing(why)),
        }
    }

    /// Writes a key to a place and reads it back.
    pub async fn keep(&self, mode: KeyStorage, vault: &Vault) -> Result<(), Missing> {
        match mode {
            KeyStorage::File => {
                let (dir, key) = (self.dir.clone(), vault.clone());
                let written = blocking(move || key_file::write(&dir, key.key())).await;
                written.map_err(|error| Missing::File(error.to_string()))?;
            }
            KeyStorage::Keychain => {
                let name = match self.name().await {
                    Ok(Some(name)) => Ok(name),
                    Ok(None) => self.new_name().await,
                    Err(error) => Err(error),
                };
                let name = name.map_err(|error| Missing::NotMade(error.to_string()))?;
                let key = vault.clone();
                keychain::ask(&self.keychain, move |k| k.set(&name, key.key().as_slice()))
                    .await
                    .map_err(Missing::Keychain)?;
            }
        }
        match self.look(mode).await {
            Ok(Found::Key(kept)) if kept.key() == vault.key() => Ok(()),
            Ok(Found::Unusable(why)) => Err(why),
            Ok(Found::Key(_) | Found::Other | Found::Nothing) => {
                Err(Missing::NotMade("it did not read back".to_owned()))
            }
            Err(error) => Err(Missing::NotMade(error.to_string())),
        }
    }

    /// Takes the key out of a place.
    pub async fn forget(&self, mode: KeyStorage) -> Result<(), Missing> {
        match mode {
            KeyStorage::File => {
                let dir = self.dir.clone();
                blocking(move || key_file::remove(&dir))
                    .await
                    .map_err(|error| Missing::File(error.to_string()))
            }
            KeyStorage::Keychain => {
                let name = self.name().await.map_err(|error| Missing::NotMade(error.to_string()))?;
                let Some(name) = name else { return Ok(()) };
                keychain::ask(&self.keychain, move |k| k.delete(&name)).await.map_err(Missing::Keychain)
            }
        }
    }

    async fn look(&self, mode: KeyStorage) -> Result<Found, StoreError> {
        let bytes = match mode {
            KeyStorage::File => {
                let dir = self.dir.clone();
                blocking(move || key_file::read(&dir)).await.map_err(|error| Missing::File(error.to_string()))
            }
            KeyStorage::Keychain => {
                // Without a name no key of this database was ever kept there.
                let Some(name) = self.name().await? else { return Ok(Found::Nothing) };
                keychain::ask(&self.keychain, move |k| k.get(&name)).await.map_err(Missing::Keychain)
            }
        };
        Ok(match bytes {
            Ok(None) => Found::Nothing,
            Ok(Some(bytes)) => Vault::with_key(&bytes).map_or(Found::Other, Found::Key),
            Err(why) => Found::Unusable(why),
        })
    }

    /// The name of the keychain's entry, where there ever was one.
    async fn name(&self) -> Result<Option<String>, StoreError> {
        self.store.meta(NAME).await
    }

    /// Draws a name and notes it first: an entry that nobody can name would be left for ever.
    async fn new_name(&self) -> Result<String, StoreError> {
        let name = format!("key-{:016x}", rand::random::<u64>());
        self.store.put_meta(NAME, Some(&name)).await?;
        Ok(name)
    }

    async fn ready(&self, vault: Vault, mode: KeyStorage, note_check: bool) -> Result<Located, StoreError> {
        if note_check {
            let record = vault.check_record().map_err(|error| StoreError::Failed(error.to_string()))?;
            match self.store.put_meta(CHECK, Some(&STANDARD.encode(record))).await {
                // Reading goes on without it; it is written at the next start that can write.
                Ok(()) | Err(StoreError::ReadOnly) => {}
                Err(error) => return Err(error),
            }
        }
        let place = match mode {
            KeyStorage::Keychain => Place::Keychain,
            KeyStorage::File => Place::File,
        };
        Ok(Located::Ready(vault, place))
    }
}

enum Found {
    Key(Vault),
    /// Something that is no key.
    Other,
    Nothing,
    Unusable(Missing),
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(std::io::Error::other(error)))
}
