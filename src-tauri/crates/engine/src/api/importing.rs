//! `import`: collect, plan, and only then store.

use crate::credentials::Newcomer;
use crate::host::Host;
use crate::import::{self, Known, Planned};
use crate::runtime::Runtime;
use crate::secrets::SecretName;
use crate::upstream::{client_of, pack, provider_owner};
use crate::view::dto::{ApiError, ErrorCode, ImportArgs, ImportOutcome, ImportReport};
use domain::credential::{CredentialId, Provider};
use domain::policy::words::Spoken as _;
use jiff::Timestamp;
use secrecy::SecretString;
use wire::credential_file::FileCredential;

impl Host {
    pub(crate) async fn import(&self, args: ImportArgs) -> Result<ImportReport, ApiError> {
        let provider: Option<Provider> = args.provider.as_deref().map(str::parse).transpose().map_err(
            |e: domain::credential::UnknownProvider| ApiError::said(ErrorCode::BadInput, e.said()),
        )?;
        let found = import::collect(args.paths, args.files).await;
        let dry_run = args.dry_run;
        let language = self.runtime().settings.language();
        let settings = import::settings(&found, language);
        let plan = |known: &[Known]| import::plan(&found, known, provider, language);
        let mut planned = plan(&self.runtime().known_logins().await?);
        let anything =
            planned.iter().any(|p| matches!(p.entry.outcome, ImportOutcome::Added | ImportOutcome::Updated));
        if !dry_run && anything {
            if self.leave_demo().await? {
                planned = plan(&self.runtime().known_logins().await?);
            }
            let runtime = self.runtime();
            for plan in &mut planned {
                runtime.take_in(plan).await?;
            }
        }
        let settings = match settings {
            Some(settings) if dry_run => Some(settings.foreseen()),
            Some(settings) => Some(settings.take(&self.runtime().settings).await?),
            None => None,
        };
        Ok(ImportReport { dry_run, entries: planned.into_iter().map(|p| p.entry).collect(), settings })
    }
}

impl Runtime {
    /// The logins that are there, to recognise what comes in again.
    async fn known_logins(&self) -> Result<Vec<Known>, ApiError> {
        let mut known = Vec::new();
        for credential in self.ledger.state().credentials.iter().map(|k| &k.credential) {
            let mut secrets = self.credentials.secrets(credential.id.as_str()).await?;
            if let Some(refresh_token) = secrets.remove(&SecretName::RefreshToken) {
                let (id, provider, email) =
                    (credential.id.clone(), credential.provider, credential.email.clone());
                known.push(Known { id, provider, email, refresh_token });
            }
        }
        Ok(known)
    }

    /// Stores one planned credential and writes its id into the entry.
    pub(crate) async fn take_in(&self, planned: &mut Planned) -> Result<(), ApiError> {
        let Some(file) = planned.credential.take() else { return Ok(()) };
        match planned.entry.outcome {
            ImportOutcome::Added => {
                self.take_client(&file).await?;
                let (provider, disabled) = (file.provider, file.disabled);
                let (email, label, project) = (file.email.clone(), file.label.clone(), file.project.clone());
                let secrets = secrets_of(file);
                let new = Newcomer { provider, email, label, project, disabled, secrets };
                let credential = self.credentials.add(new).await?;
                planned.entry.id = Some(credential.id.to_string());
                planned.entry.name = Some(credential.name());
            }
            ImportOutcome::Updated => {
                self.take_client(&file).await?;
                if let Some(id) = planned.entry.id.clone().map(CredentialId::new) {
                    self.credentials.renew(&id, secrets_of(file)).await?;
                    self.source.forget(&id);
                    self.refresh_soon(&id);
                }
            }
            ImportOutcome::Duplicate | ImportOutcome::Rejected => {}
        }
        Ok(())
    }

    /// The first OAuth client that an import brings serves its provider, for logins that come without one.
    async fn take_client(&self, file: &FileCredential) -> Result<(), ApiError> {
        if let Some((id, secret)) = &file.client
            && client_of(&self.credentials, file.provider).await?.is_none()
        {
            let secrets =
                vec![(SecretName::ClientId, id.clone()), (SecretName::ClientSecret, secret.clone())];
            self.credentials.put_secrets(&provider_owner(file.provider), secrets).await?;
        }
        Ok(())
    }
}

fn secrets_of(file: FileCredential) -> Vec<(SecretName, SecretString)> {
    let mut secrets = vec![(SecretName::RefreshToken, file.refresh_token)];
    if let Some(token) = file.access_token {
        // A token without an end counts as over: it is refreshed before its first use.
        secrets
            .push((SecretName::AccessToken, pack(&token, file.expires_at.unwrap_or(Timestamp::UNIX_EPOCH))));
    }
    if let Some((id, secret)) = file.client {
        secrets.push((SecretName::ClientId, id));
        secrets.push((SecretName::ClientSecret, secret));
    }
    secrets
}
