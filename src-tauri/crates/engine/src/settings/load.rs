//! Settling the settings at start: database, edited file, environment and flags.

use super::document::{self, Document, Values};
use super::keeper::{Held, Inner, Said, WRITTEN, settle};
use super::shown::Shown;
use super::{Face, Scope, SettingsError, SettingsKeeper, SettingsProblem, Vars};
use crate::store::{Store, StoreError};
use domain::settings::{IGNORED, Origin, Refused, SETTINGS, Settings};
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::sync::{Arc, RwLock};

impl SettingsKeeper {
    /// Settles the settings and writes the file people may edit. What is wrong with what somebody said comes
    /// back as problems; the program runs all the same.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn load(
        store: Store,
        vars: Arc<dyn Vars>,
        flags: Vec<(String, String)>,
        face: Arc<dyn Face>,
        now: Timestamp,
    ) -> Result<(Self, Vec<SettingsProblem>), SettingsError> {
        let mut problems = Vec::new();
        let mut values = stored(&store).await?;
        let (document, on_disk) = read_face(&face, now, &mut problems).await;
        let mut unknown = Map::new();
        if let Some(document) = document {
            let written = store.meta(WRITTEN).await?;
            let before = written.as_deref().and_then(|text| Document::read(text).ok()).unwrap_or_default();
            let changes = edits(&before, &document, &values, &mut problems);
            unknown = document.unknown;
            match store.put_settings(changes.clone()).await {
                Ok(()) => apply(&mut values, changes),
                // A directory that cannot be written was reported where it was opened.
                Err(StoreError::ReadOnly) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let said = said(&*vars, flags);
        let resolved = settle(&values, &said);
        problems.extend(
            resolved
                .refused
                .iter()
                .map(|(origin, why)| SettingsProblem::Refused { origin: *origin, why: why.clone() }),
        );
        let ignored = IGNORED.iter().filter(|i| vars.get(i.env).is_some_and(|v| !v.is_empty()));
        problems.extend(ignored.map(|i| SettingsProblem::NoEffect(i.why)));
        let settings = resolved.settings.clone();
        let held = Held { values: values.clone(), unknown: unknown.clone(), resolved };
        let keeper = Self {
            inner: Arc::new(Inner {
                store,
                face,
                said,
                locale: ["LC_ALL", "LC_MESSAGES", "LANG"]
                    .iter()
                    .find_map(|name| vars.get(name).filter(|set| !set.is_empty())),
                vault: RwLock::new(None),
                shown: Shown::new(settings, held),
            }),
        };
        keeper.renew_face(&values, &unknown, on_disk, &mut problems).await?;
        Ok((keeper, problems))
    }

    /// Writes the file where it is not what it should be.
    async fn renew_face(
        &self,
        values: &Values,
        unknown: &Map<String, Value>,
        on_disk: Option<String>,
        problems: &mut Vec<SettingsProblem>,
    ) -> Result<(), SettingsError> {
        let wanted = document::write(crate::VERSION, values, unknown);
        let same = on_disk.as_deref().and_then(document::canonical) == document::canonical(&wanted);
        let noted = self.inner.store.meta(WRITTEN).await?.as_deref() == Some(wanted.as_str());
        if same && noted {
            return Ok(());
        }
        match self.write_face(values, unknown).await {
            Ok(()) | Err(SettingsError::Store(StoreError::ReadOnly)) => Ok(()),
            Err(error) => {
                problems.push(SettingsProblem::Unwritten(error.to_string()));
                Ok(())
            }
        }
    }
}

/// What the database holds, as far as this version knows it.
async fn stored(store: &Store) -> Result<Values, StoreError> {
    let all = store.settings_all().await?;
    let known = all.into_iter().filter(|s| SETTINGS.iter().any(|row| row.key == s.key));
    Ok(known.map(|s| ((s.key, s.scope), s.value)).collect())
}

/// Environment and flags. An empty variable counts as not set: that is how many shells unset one.
fn said(vars: &dyn Vars, flags: Vec<(String, String)>) -> Said {
    let environment = SETTINGS.iter().filter_map(|s| {
        let value = s.env.and_then(|env| vars.get(env)).filter(|v| !v.trim().is_empty())?;
        Some(((Origin::Environment, s.key), value))
    });
    let flags = flags.into_iter().filter_map(|(key, value)| {
        let setting = SETTINGS.iter().find(|s| s.key == key)?;
        Some(((Origin::Flag, setting.key), value))
    });
    environment.chain(flags).collect()
}

/// Reads the file; one that cannot be read is put aside and reported.
async fn read_face(
    face: &Arc<dyn Face>,
    now: Timestamp,
    problems: &mut Vec<SettingsProblem>,
) -> (Option<Document>, Option<String>) {
    let reading = Arc::clone(face);
    let read = tokio::task::spawn_blocking(move || reading.read()).await;
    let why = match read {
        Ok(Ok(None)) => return (None, None),
        Ok(Ok(Some(text))) => match Document::read(&text) {
            Ok(document) => return (Some(document), Some(text)),
            Err(why) => why,
        },
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    let tag = format!("corrupt-{}", crate::store::stamp(now));
    let keeping = Arc::clone(face);
    let kept = match tokio::task::spawn_blocking(move || keeping.keep_aside(&tag)).await {
        Ok(Ok(kept)) => kept,
        Ok(Err(_)) | Err(_) => None,
    };
    problems.push(SettingsProblem::Unreadable { why, kept });
    (None, None)
}

pub(super) type Changes = Vec<(String, Scope, Option<String>)>;

/// What people changed in the file since it was last written, as far as it may be taken.
fn edits(
    before: &Document,
    after: &Document,
    values: &Values,
    problems: &mut Vec<SettingsProblem>,
) -> Changes {
    problems.extend(after.secrets.iter().map(|key| SettingsProblem::SecretInFile(key)));
    let new_unknown = after.unknown.keys().filter(|key| !before.unknown.contains_key(*key));
    problems.extend(new_unknown.map(|key| SettingsProblem::Unknown(key.chars().take(60).collect())));
    let mut changes = Changes::new();
    for (name, text) in &after.values {
        if before.values.get(name) == Some(text) {
            continue;
        }
        match text.as_deref().map(|text| checked(&name.0, &name.1, text)) {
            None => problems.push(SettingsProblem::Form(name.0.clone())),
            Some(Err(why)) => problems.push(SettingsProblem::Refused { origin: Origin::Settings, why }),
            Some(Ok(text)) if holds_already(values, name, &text) => {}
            Some(Ok(text)) => changes.push((name.0.clone(), name.1.clone(), Some(text))),
        }
    }
    let gone =
        before.values.keys().filter(|name| !after.values.contains_key(name) && values.contains_key(name));
    changes.extend(gone.map(|(key, scope)| (key.clone(), scope.clone(), None)));
    let withheld = withhold(values, &mut changes);
    problems.extend(withheld.into_iter().map(SettingsProblem::Withheld));
    changes
}

/// Takes out of `changes` what opens a door wider, and names it.
pub(super) fn withhold(values: &Values, changes: &mut Changes) -> Vec<&'static str> {
    let before = plain(values);
    let mut candidate = values.clone();
    apply(&mut candidate, changes.clone());
    let lowered = before.lowered_by(&plain(&candidate));
    changes.retain(|(key, scope, _)| *scope != Scope::Everywhere || !lowered.contains(&key.as_str()));
    lowered
}

/// The values alone, without environment, flags and rules between them.
pub(super) fn plain(values: &Values) -> Settings {
    let mut settings = Settings::defaults(crate::VERSION);
    for ((key, scope), text) in values {
        if *scope == Scope::Everywhere && settings.set(key, text).is_err() {
            tracing::debug!(key, "A stored setting is no longer of its form");
        }
    }
    settings
}

/// The normal form of a value, if it may stand for this scope.
pub(super) fn checked(key: &str, scope: &Scope, text: &str) -> Result<String, Refused> {
    let normal = Settings::defaults(crate::VERSION).normal(key, text)?;
    match domain::settings::find(key) {
        Some(setting) if *scope != Scope::Everywhere && !setting.per_credential => {
            Err(Refused::NotPerCredential(setting.key))
        }
        Some(_) | None => Ok(normal),
    }
}

/// Whether a value changes nothing: it is stored, or it is the default of what was never set.
pub(super) fn holds_already(values: &Values, name: &(String, Scope), text: &str) -> bool {
    match values.get(name) {
        Some(stored) => stored == text,
        None => {
            name.1 == Scope::Everywhere
                && Settings::defaults(crate::VERSION).text(&name.0).as_deref() == Some(text)
        }
    }
}

pub(super) fn apply(values: &mut Values, changes: Changes) {
    for (key, scope, value) in changes {
        match value {
            Some(value) => values.insert((key, scope), value),
            None => values.remove(&(key, scope)),
        };
    }
}
