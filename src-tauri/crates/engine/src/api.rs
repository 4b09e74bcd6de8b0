//! The commands: one list, from which come the control API, the client and the names the window may call.

mod archive;
mod automation;
mod connect;
mod credentials;
mod importing;
mod logins;
mod proxy;
mod quota;
mod settings;
mod system;

use crate::client::Client;
use crate::host::Host;
use crate::view::dto::{
    AddKeyArgs, AliasArgs, AliasView, ApiError, ArchiveExportArgs, ArchiveExported, ArchiveImportArgs,
    ArchiveReport, Check, ClientKeyView, ConnectArgs, ConnectUndone, ConnectView, ConnectWriteArgs,
    ConnectWritten, CooldownArgs, CooldownView, CredentialArgs, CredentialChange, DecisionView,
    DecisionsArgs, ErrorCode, HistoryArgs, HistoryDocument, ImportArgs, ImportReport, KeyArgs, KeyChangeArgs,
    KeyCreateArgs, KeyCreated, LoginArgs, LoginFlowArgs, LoginPasteArgs, LoginProgress, LoginStarted,
    NotificationView, NotificationsArgs, PauseArgs, PauseView, ProjectArgs, PromptView, PromptsDeleted,
    ProxyView, QuotaArgs, QuotaDocument, RenameArgs, RequestPromptsArgs, RequestStatisticsArgs,
    RequestStatisticsView, RequestView, RequestsArgs, SchedulerView, SettingArgs, SettingKeyArgs,
    SettingSetArgs, SettingView, SettingsImportReport, SettingsText, StatusView, UiLink, WarmupArgs,
    WarmupRound, WatchArgs, WhatIf, WhatIfArgs,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident($($args:ty)?) -> $result:ty;)*) => {
        /// The names of all commands.
        pub const COMMANDS: &[&str] = &[$(stringify!($name)),*];

        /// Runs a command by name.
        ///
        /// # Errors
        /// When there is no such command, the arguments are not of its form, or it fails.
        pub async fn dispatch(host: &Host, name: &str, args: Value) -> Result<Value, ApiError> {
            let answer = match name {
                $(stringify!($name) => async { encode(&host.$name($(decode::<$args>(args)?)?).await?) }.await,)*
                _ => Err(ApiError::new(ErrorCode::NotFound, format!("there is no command {name:?}"))),
            };
            // Here and nowhere else an error gets its language: what fails need not know the reader.
            answer.map_err(|error: ApiError| error.in_language(host.runtime().settings.language()))
        }

        impl Client {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// When the engine does not answer, or the command fails.
                pub async fn $name(&self $(, args: $args)?) -> Result<$result, ApiError> {
                    self.call(stringify!($name), commands!(@args $(args as $args)?)).await
                }
            )*
        }
    };
    (@args) => { serde_json::Map::<String, Value>::new() };
    (@args $args:ident as $type:ty) => { $args };
}

commands! {
    /// What the program is doing and how it is set up.
    status() -> StatusView;
    /// Every credential, model and window.
    quota(QuotaArgs) -> QuotaDocument;
    /// Switches a credential on.
    credential_enable(CredentialArgs) -> CredentialChange;
    /// Switches a credential off.
    credential_disable(CredentialArgs) -> CredentialChange;
    /// Takes a credential away; it can be restored for a while.
    credential_remove(CredentialArgs) -> CredentialChange;
    /// Brings a removed credential back.
    credential_restore(CredentialArgs) -> CredentialChange;
    /// Asks the service again whether a credential may be used, and reads its quota.
    credential_check(CredentialArgs) -> CredentialChange;
    /// Gives a credential the user's own name.
    credential_rename(RenameArgs) -> CredentialChange;
    /// Names the Google Cloud project of a login whose subscription needs one.
    credential_project(ProjectArgs) -> CredentialChange;
    /// Adds an API key of Google AI Studio.
    credential_add_key(AddKeyArgs) -> CredentialChange;
    /// Watches the login that the official program is signed in with, without any login being handed over.
    credential_watch(WatchArgs) -> CredentialChange;
    /// Takes credentials over from files, or says what it would take.
    import(ImportArgs) -> ImportReport;
    /// Writes everything into one encrypted file.
    archive_export(ArchiveExportArgs) -> ArchiveExported;
    /// Takes everything over from such a file that is not here yet.
    archive_import(ArchiveImportArgs) -> ArchiveReport;
    /// Begins a sign-in in the browser.
    login_start(LoginArgs) -> LoginStarted;
    /// How far a sign-in is.
    login_progress(LoginFlowArgs) -> LoginProgress;
    /// Ends a sign-in by hand with the address the browser ended on.
    login_paste(LoginPasteArgs) -> LoginProgress;
    /// Gives a sign-in up.
    login_cancel(LoginFlowArgs) -> ();
    /// Every setting with its value and where that comes from.
    settings_list() -> Vec<SettingView>;
    /// One setting.
    settings_get(SettingKeyArgs) -> SettingView;
    /// Changes a setting.
    settings_set(SettingSetArgs) -> SettingView;
    /// Puts a setting back to its default.
    settings_reset(SettingArgs) -> SettingView;
    /// All settings as a document to keep.
    settings_export() -> SettingsText;
    /// Takes settings over from such a document, or from the lines of a `.env` file.
    settings_import(SettingsText) -> SettingsImportReport;
    /// Checks what can be wrong with this installation.
    doctor() -> Vec<Check>;
    /// Warms up now, or says what a warmup would do.
    warmup(WarmupArgs) -> WarmupRound;
    /// Stops the warmups under way before their next request.
    warmup_cancel() -> ();
    /// Lets background reads and warmups rest for a while, or go on.
    automation_pause(PauseArgs) -> PauseView;
    /// Messages for the desktop, decided in this run.
    notifications(NotificationsArgs) -> Vec<NotificationView>;
    /// What the scheduler is up to.
    scheduler() -> SchedulerView;
    /// What was done or left undone, and why.
    decisions(DecisionsArgs) -> Vec<DecisionView>;
    /// What rests, why, and until when.
    cooldowns() -> Vec<CooldownView>;
    /// Ends a rest by hand.
    cooldown_clear(CooldownArgs) -> ();
    /// What was measured and done.
    history(HistoryArgs) -> HistoryDocument;
    /// What warmup policies, floors and strategies would have served of what was recorded.
    whatif(WhatIfArgs) -> WhatIf;
    /// Every client key of the proxy.
    keys_list() -> Vec<ClientKeyView>;
    /// Makes a client key; it is shown this once.
    key_create(KeyCreateArgs) -> KeyCreated;
    /// Changes a client key's name, models or cap.
    key_change(KeyChangeArgs) -> ClientKeyView;
    /// Makes a client key open nothing any more.
    key_revoke(KeyArgs) -> ClientKeyView;
    /// What went through the proxy.
    requests(RequestsArgs) -> Vec<RequestView>;
    /// What was said in some requests, where that is kept.
    request_prompts(RequestPromptsArgs) -> Vec<PromptView>;
    /// Deletes all that is kept of what was said.
    prompts_delete() -> PromptsDeleted;
    /// Sums over what went through the proxy.
    request_statistics(RequestStatisticsArgs) -> RequestStatisticsView;
    /// What the proxy is doing.
    proxy_status() -> ProxyView;
    /// Where a model's name goes, by the user's rules and the service's list.
    alias_preview(AliasArgs) -> AliasView;
    /// The programs that can be pointed at the proxy.
    connect_list() -> Vec<ConnectView>;
    /// What a program needs to use the proxy.
    connect_show(ConnectArgs) -> ConnectView;
    /// Writes what a program needs into its own files.
    connect_write(ConnectWriteArgs) -> ConnectWritten;
    /// Takes back what was written into a program's files.
    connect_undo(ConnectArgs) -> ConnectUndone;
    /// A link that opens the web UI once.
    ui_link() -> UiLink;
    /// Begins the demo, where there is no credential yet.
    demo_begin() -> ();
    /// Ends the demo; the program goes on with the user's own, so far empty, data.
    demo_end() -> ();
}

fn decode<A: DeserializeOwned>(args: Value) -> Result<A, ApiError> {
    // serde's words name the field and what was expected; of the value they show its kind, and a string's
    // content only for a wrong choice. Arguments with secrets have no choices.
    serde_json::from_value(args)
        .map_err(|error| ApiError::new(ErrorCode::BadInput, format!("the arguments do not fit: {error}")))
}

fn encode<R: Serialize>(result: &R) -> Result<Value, ApiError> {
    serde_json::to_value(result)
        .map_err(|error| ApiError::new(ErrorCode::Failed, format!("the answer cannot be written: {error}")))
}
