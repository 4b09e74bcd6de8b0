//! A text of the page as a file, where the user wants it: the one thing a window does that the engine does not.
//!
//! The page says what and how it may be called; where it goes the user alone says, in the system's own dialogue.

use std::path::{Path, PathBuf};

use engine::view::dto::{ApiError, ErrorCode};
use serde::Deserialize;
use specta::Type;
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

use super::Answer;
use crate::windows;

/// Longer names are cut by some file systems.
const LONGEST_NAME: usize = 100;

/// Arguments of `save_text`.
#[derive(Debug, Deserialize, Type)]
pub(crate) struct SaveTextArgs {
    /// The name to begin with, without a folder.
    name: String,
    /// What goes in.
    text: String,
}

/// Where the text went; null where the user gave it up.
///
/// # Errors
/// When the file cannot be written, with the system's words.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_text(app: AppHandle, args: SaveTextArgs) -> Answer<Option<String>> {
    let (tell, told) = oneshot::channel();
    let mut dialog = app.dialog().file().set_file_name(plain(&args.name));
    if let Some(window) = app.get_webview_window(windows::MAIN) {
        dialog = dialog.set_parent(&window);
    }
    if let Ok(folder) = app.path().download_dir()
        && folder.is_dir()
    {
        dialog = dialog.set_directory(folder);
    }
    dialog.save_file(|chosen| {
        // Nobody waits any more only while the program ends.
        let _ = tell.send(chosen);
    });
    let Ok(Some(chosen)) = told.await else { return Ok(None) };
    let path = chosen.into_path().map_err(|error| failed(Path::new(&args.name), &error))?;
    write(path, args.text).await.map(Some)
}

async fn write(path: PathBuf, text: String) -> Answer<String> {
    let shown = path.display().to_string();
    let to = path.clone();
    let written =
        tokio::task::spawn_blocking(move || engine::store::file::replace(&to, text.as_bytes())).await;
    match written {
        Ok(Ok(())) => Ok(shown),
        Ok(Err(error)) => Err(failed(&path, &error)),
        Err(error) => Err(failed(&path, &error)),
    }
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> ApiError {
    ApiError::new(ErrorCode::Failed, format!("{}: {error}", path.display()))
}

/// A name that leads nowhere else, whatever the page says.
fn plain(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let plain: String = kept.take(LONGEST_NAME).collect();
    let plain = plain.trim_start_matches('.');
    if plain.is_empty() { "headroom.txt".to_owned() } else { plain.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_no_other_folder() {
        assert_eq!(plain("headroom-warmups-2026-09-01.csv"), "headroom-warmups-2026-09-01.csv");
        assert_eq!(plain("../../.bashrc"), "bashrc");
        assert_eq!(plain("/etc/passwd"), "etcpasswd");
        assert_eq!(plain("..\\a\nb.csv"), "ab.csv");
        assert_eq!(plain("../"), "headroom.txt");
        assert_eq!(plain(&"x".repeat(300)).len(), LONGEST_NAME);
    }

    #[tokio::test]
    async fn what_was_written_is_told_with_its_place_and_what_was_not_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let told = write(path.clone(), "a,b\r\n".to_owned()).await.unwrap();
        assert_eq!(told, path.display().to_string());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a,b\r\n");
        let nowhere = write(folder.path().join("no/such/a.csv"), String::new()).await.unwrap_err();
        assert!(nowhere.message.contains("a.csv: "), "{}", nowhere.message);
    }
}
