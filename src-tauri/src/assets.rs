//! The page's files, embedded by Tauri, for the engine's control listener too.

use std::borrow::Cow;
use std::collections::HashSet;

use engine::control::{Asset, Assets};
use tauri::{AppHandle, Wry};

/// What `ui/dist` held when the program was built.
pub(crate) struct Embedded {
    app: AppHandle<Wry>,
    names: HashSet<String>,
}

impl Embedded {
    /// The files of this program.
    pub fn new(app: AppHandle<Wry>) -> Self {
        let names =
            app.asset_resolver().iter().map(|(name, _)| name.trim_start_matches('/').to_owned()).collect();
        Self { app, names }
    }
}

impl Assets for Embedded {
    fn get(&self, path: &str) -> Option<Asset> {
        // For a name it does not know the resolver answers with the start page.
        if !self.names.contains(path) {
            return None;
        }
        let asset = self.app.asset_resolver().get(path.to_owned())?;
        Some(Asset { bytes: Cow::Owned(asset.bytes), mime: asset.mime_type })
    }
}
