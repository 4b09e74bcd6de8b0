//! Commands that change a credential.

use crate::credentials::{CredentialError, Newcomer};
use crate::host::Host;
use crate::secrets::SecretName;
use crate::view::dto::{
    AddKeyArgs, ApiError, CredentialArgs, CredentialChange, ErrorCode, ProjectArgs, RenameArgs, WatchArgs,
};
use domain::credential::{Credential, CredentialId, Provider, State};
use domain::policy::words::{Said, Spoken as _};
use secrecy::SecretString;

/// Keys are opaque; this only keeps a pasted page from becoming one.
const LONGEST_KEY: usize = 4096;
const LONGEST_NAME: usize = 200;

impl Host {
    pub(crate) async fn credential_enable(&self, args: CredentialArgs) -> Result<CredentialChange, ApiError> {
        let runtime = self.runtime();
        let credential = runtime.credentials.find(&args.id)?;
        // What the service said stays true: enabling lifts the user's own switch only.
        if credential.state == State::Disabled {
            runtime.credentials.set_state(&credential.id, State::Active).await?;
            runtime.refresh_soon(&credential.id);
        }
        self.changed(&credential.id)
    }

    pub(crate) async fn credential_disable(
        &self,
        args: CredentialArgs,
    ) -> Result<CredentialChange, ApiError> {
        let runtime = self.runtime();
        let credential = runtime.credentials.find(&args.id)?;
        runtime.credentials.set_state(&credential.id, State::Disabled).await?;
        self.changed(&credential.id)
    }

    pub(crate) async fn credential_remove(&self, args: CredentialArgs) -> Result<CredentialChange, ApiError> {
        let runtime = self.runtime();
        let credential = runtime.credentials.find(&args.id)?;
        let undo_until = runtime.credentials.remove(&credential.id).await?;
        runtime.source.forget(&credential.id);
        Ok(CredentialChange {
            state: "removed".to_owned(),
            undo_until: Some(undo_until.to_string()),
            ..change(&credential)
        })
    }

    pub(crate) async fn credential_restore(
        &self,
        args: CredentialArgs,
    ) -> Result<CredentialChange, ApiError> {
        let credential = self.runtime().credentials.restore(&CredentialId::new(args.id)).await?;
        Ok(change(&credential))
    }

    pub(crate) async fn credential_check(&self, args: CredentialArgs) -> Result<CredentialChange, ApiError> {
        let runtime = self.runtime();
        let credential = runtime.credentials.find(&args.id)?;
        runtime.source.check(&credential.id).await;
        self.changed(&credential.id)
    }

    pub(crate) async fn credential_rename(&self, args: RenameArgs) -> Result<CredentialChange, ApiError> {
        let runtime = self.runtime();
        let credential = runtime.credentials.find(&args.id)?;
        let label = args.label.map(|l| l.trim().to_owned()).filter(|l| !l.is_empty());
        if label.as_ref().is_some_and(|l| l.chars().count() > LONGEST_NAME) {
            return Err(long_name());
        }
        runtime.credentials.set_label(&credential.id, label).await?;
        self.changed(&credential.id)
    }

    pub(crate) async fn credential_project(&self, args: ProjectArgs) -> Result<CredentialChange, ApiError> {
        let runtime = self.runtime();
        let credential = runtime.credentials.find(&args.id)?;
        let project = args.project.trim();
        // Google's own client refuses project numbers as well: the service wants the id.
        let is_id = project.starts_with(|c: char| c.is_ascii_lowercase())
            && project
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | ':' | '.'));
        if !is_id || project.len() > 100 {
            return Err(ApiError::said(
                ErrorCode::BadInput,
                Said::new(
                    "a Google Cloud project id has lower-case letters, digits and hyphens and starts with a letter; a project number does not work",
                    "Google Cloud 项目 ID 由小写字母、数字和连字符组成，以字母开头；项目编号不可用",
                ),
            ));
        }
        let (tier, at) = (credential.tier.clone(), runtime.clock.now());
        runtime.credentials.set_discovery(&credential.id, Some(project.to_owned()), tier, at).await?;
        runtime.source.check(&credential.id).await;
        self.changed(&credential.id)
    }

    pub(crate) async fn credential_add_key(&self, args: AddKeyArgs) -> Result<CredentialChange, ApiError> {
        let (name, key) = (args.name.trim().to_owned(), SecretString::from(args.key.trim().to_owned()));
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(ApiError::said(
                ErrorCode::BadInput,
                Said::new(
                    "give the key a name, so that you can tell it from others",
                    "请给密钥取一个名称，以便区分",
                ),
            ));
        }
        let text = secrecy::ExposeSecret::expose_secret(&key);
        if text.is_empty() || text.len() > LONGEST_KEY || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(ApiError::said(
                ErrorCode::BadInput,
                Said::new(
                    "that is no API key: it is empty, or has spaces or other signs in it",
                    "这不是 API 密钥：它是空的，或含有空格等其他字符",
                ),
            ));
        }
        self.leave_demo().await?;
        let runtime = self.runtime();
        if let Some(same) = self.same_key(&key).await? {
            return Err(ApiError::said(
                ErrorCode::Refused,
                Said::new(
                    format!("this key is already there as {:?}", same.name()),
                    format!("此密钥已存在，名称为 {:?}", same.name()),
                ),
            ));
        }
        let credential = runtime
            .credentials
            .add(Newcomer {
                provider: Provider::ApiKey,
                email: None,
                label: Some(name),
                project: None,
                disabled: false,
                secrets: vec![(SecretName::ApiKey, key)],
            })
            .await?;
        Ok(change(&credential))
    }

    pub(crate) async fn credential_watch(&self, args: WatchArgs) -> Result<CredentialChange, ApiError> {
        self.leave_demo().await?;
        let runtime = self.runtime();
        let state = runtime.ledger.state();
        if let Some(watched) = state.credentials.iter().find(|k| k.credential.id.is_watched_only()) {
            let name = watched.credential.name();
            let words = Said::new(
                format!("it is watched already, as {name:?}"),
                format!("已在监看，名称为 {name:?}"),
            );
            return Err(ApiError::said(ErrorCode::Refused, words));
        }
        let name = args.name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        if name.as_ref().is_some_and(|name| name.chars().count() > LONGEST_NAME) {
            return Err(long_name());
        }
        let label = name.unwrap_or_else(|| "Antigravity CLI".to_owned());
        let credential = runtime.credentials.watch(label).await?;
        runtime.refresh_soon(&credential.id);
        Ok(change(&credential))
    }

    async fn same_key(&self, key: &SecretString) -> Result<Option<Credential>, CredentialError> {
        use secrecy::ExposeSecret;
        let runtime = self.runtime();
        let state = runtime.ledger.state();
        for known in state.credentials.iter().filter(|k| k.credential.provider == Provider::ApiKey) {
            let secrets = runtime.credentials.secrets(known.credential.id.as_str()).await?;
            if secrets.get(&SecretName::ApiKey).is_some_and(|k| k.expose_secret() == key.expose_secret()) {
                return Ok(Some(known.credential.clone()));
            }
        }
        Ok(None)
    }

    fn changed(&self, id: &CredentialId) -> Result<CredentialChange, ApiError> {
        let credential =
            self.runtime().credentials.get(id).ok_or_else(|| CredentialError::NotFound(id.to_string()))?;
        Ok(change(&credential))
    }
}

fn long_name() -> ApiError {
    let words = Said::new(
        format!("a name has at most {LONGEST_NAME} characters"),
        format!("名称最多 {LONGEST_NAME} 个字符"),
    );
    ApiError::said(ErrorCode::BadInput, words)
}

fn change(credential: &Credential) -> CredentialChange {
    CredentialChange {
        id: credential.id.to_string(),
        name: credential.name(),
        state: credential.state.key().to_owned(),
        undo_until: None,
    }
}

impl From<CredentialError> for ApiError {
    fn from(error: CredentialError) -> Self {
        let code = match &error {
            CredentialError::NotFound(_) => ErrorCode::NotFound,
            CredentialError::Ambiguous(_) => ErrorCode::BadInput,
            CredentialError::Store(_) => ErrorCode::Failed,
            CredentialError::Secret(_) => ErrorCode::NoKey,
        };
        Self::said(code, error.said())
    }
}
