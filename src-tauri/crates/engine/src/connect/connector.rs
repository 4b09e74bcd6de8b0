//! Writes what a program needs into its files, and takes it back.
//!
//! Everything is checked before anything is written, what was there is copied beside the file first, and what was
//! written is remembered. A failure in the middle puts back what was done.

use super::file::{self, FileError, Found};
use super::format::Unfit;
use super::record::{Record, RecordFile};
use super::{FileSetup, Home, KEY_PLACEHOLDER, Program, Setup, Wanted};
use crate::proxy::ClientKeys;
use crate::store::{ClientKey, Store, StoreError};
use domain::policy::words::{Said, Spoken};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Points programs at the proxy. Clones share one turn: two changes at once wait for each other.
#[derive(Clone)]
pub struct Connector {
    store: Store,
    keys: ClientKeys,
    turn: Arc<Mutex<()>>,
}

/// Why a program is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// A file cannot be used or edited.
    #[error("{} {}; nothing was changed", .path.display(), .why.english)]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: Said,
    },
    /// It has no file that is written.
    #[error("{0} is set up by hand; `headroom connect` with its name shows what to enter")]
    ByHand(&'static str),
    /// Nobody knows where the user's files are.
    #[error("the environment does not say where your home is")]
    NoHome,
    /// The key that was given opens nothing.
    #[error("this is no client key in use; leave it out, and one is made")]
    BadKey,
    /// There is nothing to take back.
    #[error("Headroom has not set {0} up, so there is nothing to take back")]
    NotConnected(&'static str),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Spoken for ConnectError {
    fn in_chinese(&self) -> String {
        match self {
            Self::File { path, why } => format!("{} {}；没有任何改动", path.display(), why.chinese),
            Self::ByHand(name) => {
                format!("{name} 需要手动设置；`headroom connect` 加其名称会显示要填写的内容")
            }
            Self::NoHome => "环境变量没有说明你的主目录在哪里".to_owned(),
            Self::BadKey => "这不是可用的客户端密钥；不填写则会新建一个".to_owned(),
            Self::NotConnected(name) => format!("Headroom 没有设置过 {name}，因此没有可撤回的内容"),
            Self::Store(error) => error.in_chinese(),
        }
    }
}

/// How a program stands to the proxy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its files hold what they have to, with a key in use.
    pub connected: bool,
    /// Headroom wrote into its files and can take it back.
    pub can_undo: bool,
    /// Why its files cannot be written.
    pub problem: Option<Said>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Files that changed; none where everything was there already.
    pub changed: Vec<PathBuf>,
    /// Copies of what they held.
    pub backups: Vec<PathBuf>,
    /// The key that the program has.
    pub key: ClientKey,
    /// It was made for it.
    pub key_is_new: bool,
    /// What the user should know of the files.
    pub notes: Vec<Said>,
}

/// What was taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Undone {
    /// Files that hold again what they held before.
    pub restored: Vec<PathBuf>,
    /// Files that had changed since: only our values were taken out.
    pub edited: Vec<PathBuf>,
    /// Files that were not there before and are gone.
    pub removed: Vec<PathBuf>,
    /// The name of the key that was made for it and is revoked now.
    pub revoked_key: Option<String>,
}

/// A file on its way.
struct Change<'s> {
    setup: &'s FileSetup,
    found: Found,
}

impl Connector {
    /// Remembers in `store` and makes its keys with `keys`.
    #[must_use]
    pub fn new(store: Store, keys: ClientKeys) -> Self {
        Self { store, keys, turn: Arc::default() }
    }

    /// How a program stands.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn standing(
        &self,
        program: &Program,
        wanted: &Wanted<'_>,
        home: &Home,
    ) -> Result<Standing, ConnectError> {
        let can_undo = Record::load(&self.store, program.id).await?.is_some();
        let setup = program.setup(wanted, home);
        if setup.files.is_empty() {
            return Ok(Standing::default());
        }
        let (connected, problem) = match changes(&setup, home) {
            Ok(changes) => (self.is_connected(&changes), None),
            Err(error) => (false, Some(error.said())),
        };
        Ok(Standing { connected, can_undo, problem })
    }

    /// Writes what a program needs. What is there already is left as it is; a key that it has stays.
    ///
    /// # Errors
    /// When a file cannot be edited, the key is none, or the database fails: then nothing is changed.
    pub async fn write(
        &self,
        program: &Program,
        wanted: Wanted<'_>,
        home: &Home,
        given: Option<&SecretString>,
    ) -> Result<Written, ConnectError> {
        let _one_at_a_time = self.turn.lock().await;
        let rehearsal = program.setup(&Wanted { key: KEY_PLACEHOLDER, ..wanted }, home);
        if rehearsal.files.is_empty() {
            return Err(ConnectError::ByHand(program.name));
        }
        let seen = changes(&rehearsal, home)?;
        let old = Record::load(&self.store, program.id).await?;
        let (key, secret, is_new) = match (given, self.present_key(&seen)) {
            (Some(secret), _) => {
                let key = self.keys.recognise(secret.expose_secret()).ok_or(ConnectError::BadKey)?;
                (key, secret.clone(), false)
            }
            (None, Some((key, secret))) => (key, secret, false),
            (None, None) => {
                let (key, secret) = self.make_key(program.id).await?;
                (key, secret, true)
            }
        };
        let setup = program.setup(&Wanted { key: secret.expose_secret(), ..wanted }, home);
        let done = self.write_all(program, &setup, home, old, is_new.then_some(&key)).await;
        match done {
            Ok((changed, backups, notes)) => Ok(Written { changed, backups, key, key_is_new: is_new, notes }),
            Err(error) => {
                if is_new && let Err(error) = self.keys.revoke(&key.id).await {
                    tracing::warn!(target: "proxy", %error, "A key that was made for nothing is still in use");
                }
                Err(error)
            }
        }
    }

    async fn write_all(
        &self,
        program: &Program,
        setup: &Setup,
        home: &Home,
        old: Option<Record>,
        made_key: Option<&ClientKey>,
    ) -> Result<(Vec<PathBuf>, Vec<PathBuf>, Vec<Said>), ConnectError> {
        let old = old.unwrap_or_default();
        let mut record = Record { files: Vec::new(), made_key: old.made_key.clone() };
        if let Some(key) = made_key {
            record.made_key = Some(key.id.clone());
        }
        let (mut done, mut backups, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        let mut obsolete = Vec::new();
        let result = (|| {
            for Change { setup, found } in changes(setup, home)? {
                let FileSetup { path, format, entries } = setup;
                let text = format.apply(&found.text, entries).map_err(|why| unfit(path, &why))?;
                let places = entries.iter().map(|entry| entry.at.clone()).collect();
                let before = old.of(path);
                notes.extend(remarks(path, &found));
                if text == found.text && (before.is_some() || found.exists()) {
                    record.files.extend(before.cloned());
                    continue;
                }
                let original = original(before, &found).map_err(|why| broken(path, &why))?;
                let keep = before.filter(|file| file.wrote(&found.text)).and_then(|file| file.backup.clone());
                let backup = match (keep, original) {
                    (Some(backup), Some(_)) => Some(backup),
                    (None, Some(original)) => {
                        let backup = file::back_up(path, &original).map_err(|why| broken(path, &why))?;
                        backups.push(backup.clone());
                        obsolete.extend(before.and_then(|file| file.backup.clone()));
                        Some(backup)
                    }
                    (_, None) => None,
                };
                file::replace(&found, &text).map_err(|why| broken(path, &why))?;
                record.files.push(RecordFile::new(path.clone(), *format, backup, &text, places));
                done.push((path.clone(), found, text));
            }
            Ok(())
        })();
        let kept = match result {
            Ok(()) if done.is_empty() => Ok(()),
            Ok(()) => Record::keep(Some(&record), &self.store, program.id).await.map_err(ConnectError::from),
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            done.iter().rev().for_each(|(path, found, text)| put_back(path, found, text));
            backups.iter().for_each(|backup| drop(file::remove(backup)));
            return Err(error);
        }
        for backup in obsolete {
            if let Err(error) = file::remove(&backup) {
                tracing::warn!(target: "proxy", %error, "A backup is left: {}", backup.display());
            }
        }
        Ok((done.into_iter().map(|(path, ..)| path).collect(), backups, notes))
    }

    /// Takes back what was written, and revokes the key that was made for it.
    ///
    /// # Errors
    /// When nothing was written, a file cannot be edited, or the database fails.
    pub async fn undo(&self, program: &Program) -> Result<Undone, ConnectError> {
        let _one_at_a_time = self.turn.lock().await;
        let record = Record::load(&self.store, program.id).await?;
        let record = record.ok_or(ConnectError::NotConnected(program.name))?;
        let mut undone = Undone::default();
        // First everything is read and worked out, so that a broken file leaves all as they are.
        let mut plans = Vec::new();
        for file in &record.files {
            plans.push((file, plan_undo(file)?));
        }
        for (file, (found, plan)) in &plans {
            let done = match plan {
                Plan::Nothing => Ok(()),
                Plan::Restore(text) => {
                    undone.restored.push(file.path.clone());
                    file::replace(found, text)
                }
                Plan::Edit(text) => {
                    undone.edited.push(file.path.clone());
                    file::replace(found, text)
                }
                Plan::Remove => {
                    undone.removed.push(file.path.clone());
                    file::remove(&found.real)
                }
            };
            done.map_err(|why| broken(&file.path, &why))?;
        }
        for backup in record.files.iter().filter_map(|file| file.backup.as_ref()) {
            if let Err(error) = file::remove(backup) {
                tracing::warn!(target: "proxy", %error, "A backup is left: {}", backup.display());
            }
        }
        Record::keep(None, &self.store, program.id).await?;
        if let Some(id) = &record.made_key {
            let name = self.keys.named(id).ok().map(|key| key.name);
            undone.revoked_key = self.keys.revoke(id).await?.then_some(name).flatten();
        }
        Ok(undone)
    }

    fn is_connected(&self, changes: &[Change<'_>]) -> bool {
        let holds = |change: &Change<'_>| {
            let FileSetup { format, entries, .. } = change.setup;
            entries
                .iter()
                .filter(|e| !e.is_key && !e.value.is_object())
                .all(|entry| format.get(&change.found.text, &entry.at).as_ref() == Some(&entry.value))
        };
        changes.iter().all(holds) && self.present_key(changes).is_some()
    }

    /// The key in use that a program has already.
    fn present_key(&self, changes: &[Change<'_>]) -> Option<(ClientKey, SecretString)> {
        changes.iter().find_map(|change| {
            let FileSetup { format, entries, .. } = change.setup;
            let place = &entries.iter().find(|entry| entry.is_key)?.at;
            let Value::String(text) = format.get(&change.found.text, place)? else { return None };
            Some((self.keys.recognise(&text)?, text.into()))
        })
    }

    /// A key named after the program, or with a number behind it where that name is taken.
    async fn make_key(&self, program: &str) -> Result<(ClientKey, SecretString), ConnectError> {
        let free = |name: &String| self.keys.named(name).is_err();
        let numbered = (2..1_000).map(|count| format!("{program}-{count}"));
        let name = std::iter::once(program.to_owned()).chain(numbered).find(free);
        Ok(self.keys.create(name.unwrap_or_else(|| program.to_owned()), Vec::new(), None).await?)
    }
}

/// What the files hold now; fails where one of them could not be edited.
fn changes<'s>(setup: &'s Setup, home: &Home) -> Result<Vec<Change<'s>>, ConnectError> {
    let mut changes = Vec::with_capacity(setup.files.len());
    for file in &setup.files {
        if !file.path.is_absolute() || home.dir().is_none() {
            return Err(ConnectError::NoHome);
        }
        let found = file::read(&file.path).map_err(|why| broken(&file.path, &why))?;
        file.format.apply(&found.text, &file.entries).map_err(|why| unfit(&file.path, &why))?;
        changes.push(Change { setup: file, found });
    }
    Ok(changes)
}

/// What the file would hold without us; `None` where it would not be there.
fn original(before: Option<&RecordFile>, found: &Found) -> Result<Option<String>, FileError> {
    let Some(before) = before else { return Ok(found.exists().then(|| found.text.clone())) };
    let kept = before.backup.as_deref().map(file::read).transpose()?.map(|backup| backup.text);
    if before.wrote(&found.text) {
        return Ok(kept);
    }
    // Edited since: the user's edits stay, our values go.
    let without = before
        .format()
        .and_then(|format| format.revert(&found.text, kept.as_deref().unwrap_or(""), &before.places).ok());
    let text = without.unwrap_or_else(|| found.text.clone());
    Ok((before.backup.is_some() || !is_blank(&text)).then_some(text))
}

/// Whether a file says nothing.
fn is_blank(text: &str) -> bool {
    matches!(text.trim(), "" | "{}")
}

enum Plan {
    Nothing,
    Restore(String),
    Edit(String),
    Remove,
}

fn plan_undo(record: &RecordFile) -> Result<(Found, Plan), ConnectError> {
    let path = &record.path;
    let found = file::read(path).map_err(|why| broken(path, &why))?;
    if !found.exists() {
        return Ok((found, Plan::Nothing));
    }
    let backup = record.backup.as_deref().map(file::read).transpose().map_err(|why| broken(path, &why))?;
    // A backup that somebody took away leaves only the way of taking our values out.
    let lost = backup.as_ref().is_some_and(|backup| !backup.exists());
    if record.wrote(&found.text) && !lost {
        let plan = backup.map_or(Plan::Remove, |backup| Plan::Restore(backup.text));
        return Ok((found, plan));
    }
    let original = backup.map(|backup| backup.text).unwrap_or_default();
    let format = record.format().ok_or_else(|| ConnectError::File {
        path: path.clone(),
        why: Said::new("was written by a newer version", "由更新的版本写入"),
    })?;
    let text = format.revert(&found.text, &original, &record.places).map_err(|why| unfit(path, &why))?;
    let is_empty = is_blank(&text) && record.backup.is_none();
    Ok((found, if is_empty { Plan::Remove } else { Plan::Edit(text) }))
}

fn put_back(path: &Path, found: &Found, written: &str) {
    let back = if found.exists() {
        file::read(path)
            .and_then(|now| if now.text == written { file::replace(&now, &found.text) } else { Ok(()) })
    } else {
        file::remove(path)
    };
    if let Err(error) = back {
        tracing::warn!(target: "proxy", %error, "{} could not be put back", path.display());
    }
}

fn remarks(path: &Path, found: &Found) -> Vec<Said> {
    let mut notes = Vec::new();
    if found.is_open_to_others() {
        let path = path.display();
        notes.push(Said::new(
            format!("Other users of this machine can read {path}, and the key in it: chmod 600 closes it."),
            format!("本机的其他用户可以读取 {path} 及其中的密钥：chmod 600 可以禁止。"),
        ));
    }
    if found.is_link {
        let (path, real) = (path.display(), found.real.display());
        notes.push(Said::new(
            format!("{path} is a link: the key is in {real}, and goes where that goes."),
            format!("{path} 是链接：密钥在 {real} 中，会随该文件一起移动。"),
        ));
    }
    notes
}

fn broken(path: &Path, why: &FileError) -> ConnectError {
    ConnectError::File { path: path.to_owned(), why: why.said() }
}

fn unfit(path: &Path, why: &Unfit) -> ConnectError {
    ConnectError::File { path: path.to_owned(), why: why.said() }
}
