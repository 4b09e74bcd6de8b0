//! What the window may call: the engine's commands, one to one, and saving a file.
//!
//! Nothing is decided here. The types become `bindings.ts` by a test of this module.

use engine::view::dto::{
    AddKeyArgs, ApiError, Check, CooldownArgs, CooldownView, CredentialArgs, CredentialChange, DecisionView,
    DecisionsArgs, HistoryArgs, HistoryDocument, ImportArgs, ImportReport, LoginArgs, LoginFlowArgs,
    LoginPasteArgs, LoginProgress, LoginStarted, NotificationView, NotificationsArgs, PauseArgs, PauseView,
    ProjectArgs, QuotaArgs, QuotaDocument, RenameArgs, SchedulerView, SettingArgs, SettingKeyArgs,
    SettingSetArgs, SettingView, SettingsImportReport, SettingsText, StatusView, UiLink, WarmupArgs,
    WarmupRound, WatchArgs, WhatIf, WhatIfArgs,
};
use tauri::State;

use crate::backend::Backend;
use crate::locale::Locale;
use crate::tray::Presence;

pub(crate) mod archive;
#[cfg(test)]
mod bindings;
#[cfg(test)]
mod names;
pub(crate) mod proxy;
pub(crate) mod saving;

/// Gives the commands to a macro that wants their list.
macro_rules! every_command {
    ($($wants:ident)::+) => {
        $($wants)::+![
            $crate::commands::status,
            $crate::commands::quota,
            $crate::commands::credential_enable,
            $crate::commands::credential_disable,
            $crate::commands::credential_remove,
            $crate::commands::credential_restore,
            $crate::commands::credential_check,
            $crate::commands::credential_rename,
            $crate::commands::credential_project,
            $crate::commands::credential_add_key,
            $crate::commands::credential_watch,
            $crate::commands::import,
            $crate::commands::archive::archive_export,
            $crate::commands::archive::archive_import,
            $crate::commands::login_start,
            $crate::commands::login_progress,
            $crate::commands::login_paste,
            $crate::commands::login_cancel,
            $crate::commands::settings_list,
            $crate::commands::settings_get,
            $crate::commands::settings_set,
            $crate::commands::settings_reset,
            $crate::commands::settings_export,
            $crate::commands::settings_import,
            $crate::commands::doctor,
            $crate::commands::warmup,
            $crate::commands::warmup_cancel,
            $crate::commands::automation_pause,
            $crate::commands::notifications,
            $crate::commands::scheduler,
            $crate::commands::decisions,
            $crate::commands::cooldowns,
            $crate::commands::cooldown_clear,
            $crate::commands::history,
            $crate::commands::whatif,
            $crate::commands::proxy::keys_list,
            $crate::commands::proxy::key_create,
            $crate::commands::proxy::key_change,
            $crate::commands::proxy::key_revoke,
            $crate::commands::proxy::requests,
            $crate::commands::proxy::request_prompts,
            $crate::commands::proxy::prompts_delete,
            $crate::commands::proxy::request_statistics,
            $crate::commands::proxy::proxy_status,
            $crate::commands::proxy::alias_preview,
            $crate::commands::proxy::connect_list,
            $crate::commands::proxy::connect_show,
            $crate::commands::proxy::connect_write,
            $crate::commands::proxy::connect_undo,
            $crate::commands::ui_link,
            $crate::commands::demo_begin,
            $crate::commands::demo_end,
            $crate::commands::saving::save_text,
        ]
    };
}
pub(crate) use every_command;

type Answer<T> = Result<T, ApiError>;

#[tauri::command]
#[specta::specta]
pub(crate) async fn status(
    backend: State<'_, Backend>,
    tray: State<'_, Presence>,
    locale: State<'_, Locale>,
) -> Answer<StatusView> {
    let mut status = backend.client().await?.status().await?;
    status.notices.splice(0..0, tray.notice(locale.language(&status.language)));
    Ok(status)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn quota(backend: State<'_, Backend>, args: QuotaArgs) -> Answer<QuotaDocument> {
    backend.client().await?.quota(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn credential_enable(
    backend: State<'_, Backend>,
    args: CredentialArgs,
) -> Answer<CredentialChange> {
    backend.client().await?.credential_enable(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn credential_disable(
    backend: State<'_, Backend>,
    args: CredentialArgs,
) -> Answer<CredentialChange> {
    backend.client().await?.credential_disable(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn credential_remove(
    backend: State<'_, Backend>,
    args: CredentialArgs,
) -> Answer<CredentialChange> {
    backend.client().await?.credential_remove(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn credential_restore(
    backend: State<'_, Backend>,
    args: CredentialArgs,
) -> Answer<CredentialChange> {
    backend.client().await?.credential_restore(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn credential_check(
    backend: State<'_, Backend>,
    args: CredentialArgs,
) -> Answer<CredentialChange> {
    backend.client().await?.credential_check(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn credential_rename(
    backend: State<'_, Backend>,
    args: RenameArgs,
) -> Answer<CredentialChange> {
    backend.client().await?.credential_rename(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn credential_project(
    backend: State<'_, Backend>,
    args: ProjectArgs,
) -> Answer<CredentialChange> {
    backend.client().await?.credential_project(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn credential_add_key(
    backend: State<'_, Backend>,
    args: AddKeyArgs,
) -> Answer<CredentialChange> {
    backend.client().await?.credential_add_key(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn credential_watch(
    backend: State<'_, Backend>,
    args: WatchArgs,
) -> Answer<CredentialChange> {
    backend.client().await?.credential_watch(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn import(backend: State<'_, Backend>, args: ImportArgs) -> Answer<ImportReport> {
    backend.client().await?.import(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn login_start(backend: State<'_, Backend>, args: LoginArgs) -> Answer<LoginStarted> {
    backend.client().await?.login_start(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn login_progress(
    backend: State<'_, Backend>,
    args: LoginFlowArgs,
) -> Answer<LoginProgress> {
    backend.client().await?.login_progress(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn login_paste(backend: State<'_, Backend>, args: LoginPasteArgs) -> Answer<LoginProgress> {
    backend.client().await?.login_paste(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn login_cancel(backend: State<'_, Backend>, args: LoginFlowArgs) -> Answer<()> {
    backend.client().await?.login_cancel(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn settings_list(backend: State<'_, Backend>) -> Answer<Vec<SettingView>> {
    backend.client().await?.settings_list().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn settings_get(backend: State<'_, Backend>, args: SettingKeyArgs) -> Answer<SettingView> {
    backend.client().await?.settings_get(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn settings_set(backend: State<'_, Backend>, args: SettingSetArgs) -> Answer<SettingView> {
    backend.client().await?.settings_set(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn settings_reset(backend: State<'_, Backend>, args: SettingArgs) -> Answer<SettingView> {
    backend.client().await?.settings_reset(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn settings_export(backend: State<'_, Backend>) -> Answer<SettingsText> {
    backend.client().await?.settings_export().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn settings_import(
    backend: State<'_, Backend>,
    args: SettingsText,
) -> Answer<SettingsImportReport> {
    backend.client().await?.settings_import(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn doctor(backend: State<'_, Backend>) -> Answer<Vec<Check>> {
    backend.client().await?.doctor().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn warmup(backend: State<'_, Backend>, args: WarmupArgs) -> Answer<WarmupRound> {
    backend.client().await?.warmup(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn warmup_cancel(backend: State<'_, Backend>) -> Answer<()> {
    backend.client().await?.warmup_cancel().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn automation_pause(backend: State<'_, Backend>, args: PauseArgs) -> Answer<PauseView> {
    backend.client().await?.automation_pause(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn notifications(
    backend: State<'_, Backend>,
    args: NotificationsArgs,
) -> Answer<Vec<NotificationView>> {
    backend.client().await?.notifications(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn scheduler(backend: State<'_, Backend>) -> Answer<SchedulerView> {
    backend.client().await?.scheduler().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn decisions(backend: State<'_, Backend>, args: DecisionsArgs) -> Answer<Vec<DecisionView>> {
    backend.client().await?.decisions(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn cooldowns(backend: State<'_, Backend>) -> Answer<Vec<CooldownView>> {
    backend.client().await?.cooldowns().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn cooldown_clear(backend: State<'_, Backend>, args: CooldownArgs) -> Answer<()> {
    backend.client().await?.cooldown_clear(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn history(backend: State<'_, Backend>, args: HistoryArgs) -> Answer<HistoryDocument> {
    backend.client().await?.history(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn whatif(backend: State<'_, Backend>, args: WhatIfArgs) -> Answer<WhatIf> {
    backend.client().await?.whatif(args).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn ui_link(backend: State<'_, Backend>) -> Answer<UiLink> {
    backend.client().await?.ui_link().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn demo_begin(backend: State<'_, Backend>) -> Answer<()> {
    backend.client().await?.demo_begin().await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn demo_end(backend: State<'_, Backend>) -> Answer<()> {
    backend.client().await?.demo_end().await
}
