//! Commands of the sign-in.

use crate::host::Host;
use crate::login::LoginError;
use crate::view::dto::{
    ApiError, ErrorCode, LoginArgs, LoginFlowArgs, LoginPasteArgs, LoginProgress, LoginStarted,
};
use domain::credential::{Provider, UnknownProvider};
use domain::policy::words::Spoken as _;

impl Host {
    pub(crate) async fn login_start(&self, args: LoginArgs) -> Result<LoginStarted, ApiError> {
        let provider: Provider = args
            .provider
            .parse()
            .map_err(|e: UnknownProvider| ApiError::said(ErrorCode::BadInput, e.said()))?;
        Ok(self.runtime().logins.start(provider).await?)
    }

    pub(crate) async fn login_progress(&self, args: LoginFlowArgs) -> Result<LoginProgress, ApiError> {
        Ok(self.runtime().logins.progress(&args.flow)?)
    }

    pub(crate) async fn login_paste(&self, args: LoginPasteArgs) -> Result<LoginProgress, ApiError> {
        Ok(self.runtime().logins.paste(&args.flow, &args.callback_url).await?)
    }

    pub(crate) async fn login_cancel(&self, args: LoginFlowArgs) -> Result<(), ApiError> {
        Ok(self.runtime().logins.cancel(&args.flow)?)
    }
}

impl From<LoginError> for ApiError {
    fn from(error: LoginError) -> Self {
        let code = match &error {
            LoginError::NoFlow => ErrorCode::NotFound,
            LoginError::NoClient(_) | LoginError::ApiKey | LoginError::NotACallback => ErrorCode::BadInput,
            LoginError::Listen(_) => ErrorCode::Failed,
            LoginError::Credential(_) => ErrorCode::NoKey,
        };
        Self::said(code, error.said())
    }
}
