//! Commands of the settings.

use crate::credentials::CredentialError;
use crate::host::Host;
use crate::runtime::Runtime;
use crate::settings::{Scope, SettingsError};
use crate::view::dto::{
    ApiError, ErrorCode, SettingArgs, SettingKeyArgs, SettingSetArgs, SettingView, SettingsImportReport,
    SettingsText,
};
use domain::credential::{Invalid, Provider, State};
use domain::policy::words::{Said, Spoken as _};

impl Host {
    pub(crate) async fn settings_list(&self) -> Result<Vec<SettingView>, ApiError> {
        Ok(self.runtime().settings.list().await?)
    }

    pub(crate) async fn settings_get(&self, args: SettingKeyArgs) -> Result<SettingView, ApiError> {
        Ok(self.runtime().settings.get(&args.key).await?)
    }

    pub(crate) async fn settings_set(&self, args: SettingSetArgs) -> Result<SettingView, ApiError> {
        let runtime = self.runtime();
        let scope = scope(&runtime, args.credential.as_deref(), args.model.as_deref())?;
        let view = runtime.settings.set(&args.key, &scope, &args.value).await?;
        if args.key == "smart_warmup_enabled" && view.value.as_deref() == Some("true") {
            runtime.warmups.agree().await.map_err(CredentialError::from)?;
        }
        if args.key == "proxy_enabled" {
            runtime.note_proxy_switch().await?;
        }
        if args.key.starts_with("oauth_client_") {
            runtime.client_changed(&args.key).await?;
        }
        Ok(view)
    }

    pub(crate) async fn settings_reset(&self, args: SettingArgs) -> Result<SettingView, ApiError> {
        let runtime = self.runtime();
        let scope = scope(&runtime, args.credential.as_deref(), args.model.as_deref())?;
        Ok(runtime.settings.reset(&args.key, &scope).await?)
    }

    pub(crate) async fn settings_export(&self) -> Result<SettingsText, ApiError> {
        Ok(self.runtime().settings.export())
    }

    pub(crate) async fn settings_import(&self, args: SettingsText) -> Result<SettingsImportReport, ApiError> {
        let runtime = self.runtime();
        let report = runtime.settings.import(&args.text).await?;
        if runtime.settings.current().smart_warmup_enabled {
            runtime.warmups.agree().await.map_err(CredentialError::from)?;
        }
        runtime.note_proxy_switch().await?;
        Ok(report)
    }
}

impl Runtime {
    /// Where the proxy is on now: who switched it on agreed to it.
    async fn note_proxy_switch(&self) -> Result<(), CredentialError> {
        if self.settings.current().proxy_enabled {
            self.proxy.agree().await?;
        }
        Ok(())
    }

    /// Logins that waited for an OAuth client are tried again.
    async fn client_changed(&self, key: &str) -> Result<(), CredentialError> {
        let provider = if key.ends_with("gemini_cli") { Provider::GeminiCli } else { Provider::Antigravity };
        for credential in self.ledger.state().credentials.iter().map(|k| &k.credential) {
            let waits = matches!(credential.state, State::Invalid { why: Invalid::NoClient, .. });
            if credential.provider == provider && waits {
                self.credentials.set_state(&credential.id, State::Active).await?;
                self.refresh_soon(&credential.id);
            }
        }
        Ok(())
    }
}

fn scope(runtime: &Runtime, credential: Option<&str>, model: Option<&str>) -> Result<Scope, ApiError> {
    let credential =
        credential.map(|text| runtime.credentials.find(text)).transpose()?.map(|c| c.id.to_string());
    Scope::of(credential.as_deref(), model).ok_or_else(|| {
        ApiError::said(
            ErrorCode::BadInput,
            Said::new(
                "a model's own value belongs to a credential; name both",
                "模型自己的值属于凭据；请同时指定两者",
            ),
        )
    })
}

impl From<SettingsError> for ApiError {
    fn from(error: SettingsError) -> Self {
        let code = match &error {
            SettingsError::Refused(_) | SettingsError::NoEffect(_) | SettingsError::NotADocument(_) => {
                ErrorCode::BadInput
            }
            SettingsError::Store(_) => ErrorCode::Failed,
            SettingsError::Secret(_) | SettingsError::Key(_) => ErrorCode::NoKey,
        };
        Self::said(code, error.said())
    }
}
