//! What the window may call about archives: everything of a user in one encrypted file.

use super::Answer;
use crate::backend::Backend;
use engine::view::dto::{ArchiveExportArgs, ArchiveExported, ArchiveImportArgs, ArchiveReport};
use tauri::State;

#[tauri::command]
#[specta::specta]
pub(crate) async fn archive_export(
    backend: State<'_, Backend>,
    args: ArchiveExportArgs,
) -> Answer<ArchiveExported> {
    backend.client().await?.archive_export(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn archive_import(
    backend: State<'_, Backend>,
    args: ArchiveImportArgs,
) -> Answer<ArchiveReport> {
    backend.client().await?.archive_import(args).await
}
