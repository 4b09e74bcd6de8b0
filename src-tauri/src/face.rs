//! `settings.json` through Tauri's store: the document that people may edit, in the data directory.
//!
//! The engine decides what stands in it and what a changed one means; the database is the truth.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::io;
use std::path::PathBuf;

use serde_json::Value;
use tauri::AppHandle;
use tauri_plugin_store::StoreBuilder;

/// The file `settings.json` of one data directory.
pub(crate) struct StoreFace {
    app: AppHandle,
    path: PathBuf,
}

impl StoreFace {
    /// `path` is absolute: the store would look for any other in a folder of its own.
    pub fn new(app: AppHandle, path: PathBuf) -> Self {
        Self { app, path }
    }
}

impl engine::settings::Face for StoreFace {
    fn read(&self) -> io::Result<Option<String>> {
        // As text: the store drops what it cannot parse, and the engine has to see that to keep it aside.
        match std::fs::read_to_string(&self.path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(&self, text: &str) -> io::Result<()> {
        let document: BTreeMap<String, Value> = serde_json::from_str(text)?;
        private(&self.path)?;
        let store = StoreBuilder::new(&self.app, &self.path)
            .create_new()
            .disable_auto_save()
            .serialize(sorted)
            .build()
            .map_err(io::Error::other)?;
        for (key, value) in document {
            store.set(key, value);
        }
        let saved = store.save().map_err(io::Error::other);
        // An open store is written again at exit, over what a person has edited since.
        store.close_resource();
        saved
    }
}

fn sorted(document: &HashMap<String, Value>) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let sorted: BTreeMap<_, _> = document.iter().collect();
    let mut bytes = serde_json::to_vec_pretty(&sorted)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Makes the file readable for its owner only, before anything is in it.
fn private(path: &std::path::Path) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_written_in_order() {
        let document: HashMap<String, Value> =
            ["b", "a", "c"].into_iter().map(|key| (key.to_owned(), Value::from(key))).collect();
        let text = String::from_utf8(sorted(&document).unwrap()).unwrap();
        assert_eq!(text, "{\n  \"a\": \"a\",\n  \"b\": \"b\",\n  \"c\": \"c\"\n}\n");
    }
}
