//! Gemini CLI: address and key come from its `.env` alone, and are heeded only where its settings choose the API key
//! as the way to sign in. It appends `/v1beta` to the address itself, and takes plain http on loopback only.

use super::{Entry, FileSetup, Format, Home, Setup, Wanted};
use std::path::PathBuf;

pub(super) fn setup(wanted: &Wanted<'_>, home: &Home) -> Setup {
    // The variable names the home that holds the folder, not the folder.
    let base: PathBuf = home.folder("GEMINI_CLI_HOME", "");
    let folder = base.join(".gemini");
    let env = vec![
        Entry::new(&["GOOGLE_GEMINI_BASE_URL"], wanted.base),
        Entry::key(&["GEMINI_API_KEY"], wanted.key),
    ];
    let settings = vec![Entry::new(&["security", "auth", "selectedType"], "gemini-api-key")];
    let notes = [
        "It reads one .env only: one in the folder where it is started, or above it, comes before this one.",
        "Variables of the shell come before the file: GEMINI_API_KEY and GOOGLE_GEMINI_BASE_URL must not be set there to something else.",
    ];
    Setup {
        files: vec![
            FileSetup { path: folder.join(".env"), format: Format::Env, entries: env },
            FileSetup { path: folder.join("settings.json"), format: Format::Json, entries: settings },
        ],
        by_hand: String::new(),
        notes: notes.map(str::to_owned).to_vec(),
    }
}
