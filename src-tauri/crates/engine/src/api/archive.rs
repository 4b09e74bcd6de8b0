//! `archive_export` and `archive_import`.

use crate::archive::{self, BadContent, Content, Manifest, Secret, Unopened};
use crate::host::Host;
use crate::runtime::Runtime;
use crate::secrets::{Sealed, SecretName};
use crate::store::{Moving, file};
use crate::view::dto::{
    ApiError, ArchiveExportArgs, ArchiveExported, ArchiveImportArgs, ArchiveReport, ErrorCode, ImportEntry,
    ImportOutcome,
};
use domain::credential::{Credential, CredentialId, Provider};
use domain::policy::words::{Said, Spoken as _};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Shorter ones are guessed whatever the cost of a guess.
const SHORTEST_PASSPHRASE: usize = 8;
/// More than three months of everything need.
const LARGEST: u64 = 512 << 20;

impl Host {
    pub(crate) async fn archive_export(&self, args: ArchiveExportArgs) -> Result<ArchiveExported, ApiError> {
        let runtime = self.runtime();
        if runtime.is_demo() {
            let words =
                Said::new("this is the demo: nothing in it is yours to keep", "这是演示：其中没有你的数据");
            return Err(ApiError::said(ErrorCode::Refused, words));
        }
        let path = absolute(&args.path)?;
        if args.passphrase.chars().count() < SHORTEST_PASSPHRASE {
            let words = Said::new(
                format!("a passphrase needs at least {SHORTEST_PASSPHRASE} characters"),
                format!("口令至少需要 {SHORTEST_PASSPHRASE} 个字符"),
            );
            return Err(ApiError::said(ErrorCode::BadInput, words));
        }
        if !args.replace && path.exists() {
            let words = format!("{} is there already; choose another name, or --replace it", path.display());
            return Err(ApiError::new(ErrorCode::BadInput, words));
        }
        let content = runtime.everything().await?;
        let credentials = runtime.ledger.state().credentials.len();
        let passphrase = SecretString::from(args.passphrase);
        let shown = path.display().to_string();
        let bytes = blocking(move || {
            let sealed = archive::seal(&content.pack()?, &passphrase)?;
            let cannot = |error: std::io::Error| failed(format!("cannot write {}: {error}", path.display()));
            file::replace(&path, &sealed).map_err(cannot)?;
            Ok(sealed.len())
        })
        .await?;
        tracing::info!(path = shown, bytes, credentials, "Everything was exported into an encrypted file");
        Ok(ArchiveExported { path: shown, bytes: count(bytes), credentials: count(credentials) })
    }

    pub(crate) async fn archive_import(&self, args: ArchiveImportArgs) -> Result<ArchiveReport, ApiError> {
        let path = absolute(&args.path)?;
        let passphrase = SecretString::from(args.passphrase);
        let content = blocking(move || {
            let sealed = read(&path)?;
            Ok(Content::unpack(&archive::open(&sealed, &passphrase)?)?)
        })
        .await?;
        self.leave_demo().await?;
        let report = self.runtime().take_archive(content).await?;
        // Rests, protection and warmups are remembered from the database at a start.
        self.start_over().await?;
        Ok(report)
    }
}

impl Runtime {
    async fn everything(&self) -> Result<Content, ApiError> {
        let mut secrets = Vec::new();
        for (owner, name, sealed) in self.store.all_secrets().await.map_err(failed)? {
            let secret = self.vault.open_secret(&owner, name, &sealed).map_err(failed)?;
            secrets.push(Secret { owner, name, secret });
        }
        Ok(Content {
            manifest: Manifest { version: crate::VERSION.to_owned(), at: self.clock.now().to_string() },
            database: self.store.copy_out().await.map_err(failed)?,
            secrets,
            settings: self.settings.export().text,
        })
    }

    async fn take_archive(&self, content: Content) -> Result<ArchiveReport, ApiError> {
        let incoming = self.store.look_into(content.database).await.map_err(failed)?;
        let mut secrets: HashMap<String, Vec<(SecretName, SecretString)>> = HashMap::new();
        for Secret { owner, name, secret } in content.secrets {
            secrets.entry(owner).or_default().push((name, secret));
        }
        let here = self.here().await?;
        let (mut entries, mut moving) = (Vec::new(), Vec::new());
        for credential in &incoming.credentials {
            let own = secrets.remove(credential.id.as_str()).unwrap_or_default();
            let known = here.find(credential, &own);
            let to = known.clone().unwrap_or_else(|| credential.id.clone());
            let new = match known {
                Some(_) => None,
                None => Some(self.vault.seal_all(to.as_str(), &own).map_err(failed)?),
            };
            entries.push(entry(credential, &to, new.is_some()));
            moving.push(Moving { from: credential.id.to_string(), to: to.to_string(), new });
        }
        let of_providers = self.of_providers(secrets).await?;
        let settings = with_ids(&content.settings, &moving);
        let merged = self.store.merge(incoming, moving, of_providers).await.map_err(failed)?;
        let settings = self.settings.import(&settings).await?;
        Ok(ArchiveReport {
            exported_at: content.manifest.at,
            version: content.manifest.version,
            credentials: entries,
            settings,
            samples: count(merged.samples),
            warmups: count(merged.warmups),
            decisions: count(merged.decisions),
            requests: count(merged.requests),
            client_keys: count(merged.client_keys),
        })
    }

    /// OAuth clients of providers that have none here.
    async fn of_providers(
        &self,
        secrets: HashMap<String, Vec<(SecretName, SecretString)>>,
    ) -> Result<Vec<(String, Vec<(SecretName, Sealed)>)>, ApiError> {
        let mut wanted = Vec::new();
        for owner in Provider::ALL.map(crate::upstream::provider_owner) {
            if let Some(own) = secrets.get(&owner)
                && self.store.secrets(&owner).await.map_err(failed)?.is_empty()
            {
                wanted.push((owner.clone(), self.vault.seal_all(&owner, own).map_err(failed)?));
            }
        }
        Ok(wanted)
    }

    /// What is here, to recognise what comes again. What was taken away and comes again is brought back.
    async fn here(&self) -> Result<Here, ApiError> {
        let mut here = Here::default();
        for removed in self.store.removed().await.map_err(failed)? {
            self.store.restore_credential(&removed.credential.id).await.map_err(failed)?;
            here.ids.insert(removed.credential.id);
        }
        for credential in self.ledger.state().credentials.iter().map(|k| &k.credential) {
            here.ids.insert(credential.id.clone());
            if let Some(email) = &credential.email {
                here.people.insert((credential.provider, email.to_lowercase()), credential.id.clone());
            }
            for (name, secret) in self.credentials.secrets(credential.id.as_str()).await? {
                if matches!(name, SecretName::RefreshToken | SecretName::ApiKey) {
                    here.secrets.push((secret, credential.id.clone()));
                }
            }
        }
        Ok(here)
    }
}

#[derive(Default)]
struct Here {
    ids: HashSet<CredentialId>,
    people: HashMap<(Provider, String), CredentialId>,
    secrets: Vec<(SecretString, CredentialId)>,
}

impl Here {
    fn find(&self, credential: &Credential, own: &[(SecretName, SecretString)]) -> Option<CredentialId> {
        let same = |a: &SecretString, b: &SecretString| a.expose_secret() == b.expose_secret();
        let by_secret = || {
            let (_, id) =
                self.secrets.iter().find(|(known, _)| own.iter().any(|(_, own)| same(known, own)))?;
            Some(id.clone())
        };
        let by_person = || {
            let email = credential.email.as_ref()?.to_lowercase();
            self.people.get(&(credential.provider, email)).cloned()
        };
        self.ids.get(&credential.id).cloned().or_else(by_secret).or_else(by_person)
    }
}

fn entry(credential: &Credential, to: &CredentialId, new: bool) -> ImportEntry {
    ImportEntry {
        file: "archive".to_owned(),
        outcome: if new { ImportOutcome::Added } else { ImportOutcome::Duplicate },
        provider: Some(credential.provider.key().to_owned()),
        name: Some(credential.name()),
        id: Some(to.to_string()),
        reason: (!new).then(|| "It is there already; its login stays as it is here.".to_owned()),
        disabled: credential.state == domain::credential::State::Disabled,
    }
}

/// The settings document with the ids that its credentials have here, and without what is each machine's own.
fn with_ids(document: &str, moving: &[Moving]) -> String {
    let Ok(Value::Object(mut members)) = serde_json::from_str(document) else { return document.to_owned() };
    members.remove("key_storage");
    if let Some(Value::Array(overrides)) = members.get_mut("overrides") {
        for entry in overrides {
            if let Some(id) = entry.get_mut("credential")
                && let Some(one) = moving.iter().find(|one| id.as_str() == Some(&one.from))
            {
                *id = one.to.as_str().into();
            }
        }
    }
    Value::Object(members).to_string()
}

fn absolute(path: &str) -> Result<PathBuf, ApiError> {
    let path = PathBuf::from(path);
    if path.is_absolute() {
        return Ok(path);
    }
    Err(ApiError::new(ErrorCode::BadInput, format!("{} is no absolute path", path.display())))
}

fn read(path: &Path) -> Result<Vec<u8>, ApiError> {
    let cannot = |error: std::io::Error| failed(format!("cannot read {}: {error}", path.display()));
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(cannot)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= LARGEST) {
        return Ok(bytes);
    }
    Err(failed(format!("{} is larger than {} MiB, which no archive is", path.display(), LARGEST >> 20)))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(failed)?
}

fn failed(error: impl std::fmt::Display) -> ApiError {
    ApiError::new(ErrorCode::Failed, error.to_string())
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl From<Unopened> for ApiError {
    fn from(why: Unopened) -> Self {
        let code = match why {
            Unopened::NoArchive | Unopened::WrongPassphrase => ErrorCode::BadInput,
            Unopened::Newer | Unopened::Damaged | Unopened::NoKey => ErrorCode::Failed,
        };
        Self::said(code, why.said())
    }
}

impl From<BadContent> for ApiError {
    fn from(why: BadContent) -> Self {
        Self::said(ErrorCode::Failed, why.said())
    }
}
