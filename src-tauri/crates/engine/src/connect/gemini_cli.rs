//! Gemini CLI: address and key come from its `.env` alone, and are heeded only where its settings choose the API key
//! as the way to sign in. It appends `/v1beta` to the address itself, and takes plain http on loopback only.

use super::{Entry, FileSetup, Format, Home, Setup, Wanted};
use domain::policy::words::Said;
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
        Said::new(
            "It reads one .env only: one in the folder where it is started, or above it, comes before this one.",
            "它只读取一个 .env：启动时所在文件夹或其上级文件夹中的 .env 优先于这一个。",
        ),
        Said::new(
            "Variables of the shell come before the file: GEMINI_API_KEY and GOOGLE_GEMINI_BASE_URL must not be set there to something else.",
            "shell 中的变量优先于文件：那里不能把 GEMINI_API_KEY 和 GOOGLE_GEMINI_BASE_URL 设为别的值。",
        ),
    ];
    Setup {
        files: vec![
            FileSetup { path: folder.join(".env"), format: Format::Env, entries: env },
            FileSetup { path: folder.join("settings.json"), format: Format::Json, entries: settings },
        ],
        by_hand: String::new(),
        notes: notes.to_vec(),
    }
}
