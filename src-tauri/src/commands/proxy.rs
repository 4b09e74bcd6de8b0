//! What the window may call about the proxy: client keys, requests, names for models, and other programs.

use super::Answer;
use crate::backend::Backend;
use engine::view::dto::{
    AliasArgs, AliasView, ClientKeyView, ConnectArgs, ConnectUndone, ConnectView, ConnectWriteArgs,
    ConnectWritten, KeyArgs, KeyChangeArgs, KeyCreateArgs, KeyCreated, PromptView, PromptsDeleted, ProxyView,
    RequestPromptsArgs, RequestStatisticsArgs, RequestStatisticsView, RequestView, RequestsArgs,
};
use tauri::State;

#[tauri::command]
#[specta::specta]
pub(crate) async fn keys_list(backend: State<'_, Backend>) -> Answer<Vec<ClientKeyView>> {
    backend.client().await?.keys_list().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn key_create(backend: State<'_, Backend>, args: KeyCreateArgs) -> Answer<KeyCreated> {
    backend.client().await?.key_create(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn key_change(backend: State<'_, Backend>, args: KeyChangeArgs) -> Answer<ClientKeyView> {
    backend.client().await?.key_change(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn key_revoke(backend: State<'_, Backend>, args: KeyArgs) -> Answer<ClientKeyView> {
    backend.client().await?.key_revoke(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn requests(backend: State<'_, Backend>, args: RequestsArgs) -> Answer<Vec<RequestView>> {
    backend.client().await?.requests(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn request_prompts(
    backend: State<'_, Backend>,
    args: RequestPromptsArgs,
) -> Answer<Vec<PromptView>> {
    backend.client().await?.request_prompts(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn prompts_delete(backend: State<'_, Backend>) -> Answer<PromptsDeleted> {
    backend.client().await?.prompts_delete().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn request_statistics(
    backend: State<'_, Backend>,
    args: RequestStatisticsArgs,
) -> Answer<RequestStatisticsView> {
    backend.client().await?.request_statistics(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn proxy_status(backend: State<'_, Backend>) -> Answer<ProxyView> {
    backend.client().await?.proxy_status().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn alias_preview(backend: State<'_, Backend>, args: AliasArgs) -> Answer<AliasView> {
    backend.client().await?.alias_preview(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn connect_list(backend: State<'_, Backend>) -> Answer<Vec<ConnectView>> {
    backend.client().await?.connect_list().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn connect_show(backend: State<'_, Backend>, args: ConnectArgs) -> Answer<ConnectView> {
    backend.client().await?.connect_show(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn connect_write(
    backend: State<'_, Backend>,
    args: ConnectWriteArgs,
) -> Answer<ConnectWritten> {
    backend.client().await?.connect_write(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn connect_undo(backend: State<'_, Backend>, args: ConnectArgs) -> Answer<ConnectUndone> {
    backend.client().await?.connect_undo(args).await
}
