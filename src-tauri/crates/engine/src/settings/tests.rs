//! What the keeper promises.

mod change;
mod file;
mod import;

use super::*;
use crate::store::Store;
use domain::settings::Origin;
use jiff::Timestamp;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

fn noon() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

/// A document that remembers what was put aside.
#[derive(Default)]
struct FakeFace {
    document: Mutex<Option<Vec<u8>>>,
    aside: Mutex<Vec<String>>,
    refuses: Mutex<bool>,
}

impl FakeFace {
    fn holding(text: &str) -> Arc<Self> {
        Arc::new(Self { document: Mutex::new(Some(text.into())), ..Self::default() })
    }

    fn text(&self) -> String {
        String::from_utf8(self.document.lock().unwrap().clone().unwrap()).unwrap()
    }

    fn value(&self, key: &str) -> serde_json::Value {
        serde_json::from_str::<serde_json::Value>(&self.text()).unwrap()[key].clone()
    }

    /// Changes the document as a person with an editor does.
    fn edit(&self, change: impl FnOnce(&mut serde_json::Map<String, serde_json::Value>)) {
        let mut members = serde_json::from_str(&self.text()).unwrap();
        change(&mut members);
        *self.document.lock().unwrap() = Some(serde_json::to_vec(&members).unwrap());
    }
}

impl Face for FakeFace {
    fn read(&self) -> io::Result<Option<String>> {
        let document = self.document.lock().unwrap().clone();
        document.map(String::from_utf8).transpose().map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))
    }

    fn write(&self, document: &str) -> io::Result<()> {
        if *self.refuses.lock().unwrap() {
            return Err(io::Error::other("read-only"));
        }
        *self.document.lock().unwrap() = Some(document.into());
        Ok(())
    }

    fn keep_aside(&self, tag: &str) -> io::Result<Option<PathBuf>> {
        self.aside.lock().unwrap().push(tag.to_owned());
        self.document.lock().unwrap().take();
        Ok(Some(PathBuf::from(format!("settings.json.{tag}"))))
    }
}

type Env = Vec<(String, String)>;

fn env(values: &[(&str, &str)]) -> Env {
    values.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

async fn load(store: &Store, face: &Arc<FakeFace>) -> (SettingsKeeper, Vec<SettingsProblem>) {
    load_with(store, face, &[], &[]).await
}

async fn load_with(
    store: &Store,
    face: &Arc<FakeFace>,
    vars: &[(&str, &str)],
    flags: &[(&str, &str)],
) -> (SettingsKeeper, Vec<SettingsProblem>) {
    SettingsKeeper::load(store.clone(), Arc::new(env(vars)), env(flags), face.clone(), noon()).await.unwrap()
}

fn memory() -> (Store, Arc<FakeFace>) {
    (Store::in_memory().unwrap(), Arc::new(FakeFace::default()))
}

fn codes(problems: &[SettingsProblem]) -> Vec<&'static str> {
    problems.iter().map(SettingsProblem::code).collect()
}
