//! Access tokens: handed out while they live, refreshed once however many ask, never blanked.

use super::single_flight::SingleFlight;
use super::{CallError, Upstream};
use crate::clock::Clock;
use crate::credentials::{CredentialError, Credentials};
use crate::secrets::SecretName;
use crate::tasks::Tasks;
use domain::credential::{CredentialId, Invalid, Provider, State};
use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use wire::upstream::token::{TokenAnswer, TokenRefusal};

/// A token that is over within this time is refreshed first.
const EARLY: SignedDuration = SignedDuration::from_mins(5);
/// After a refresh that failed for a passing reason, the next one waits this long.
const RETRY: SignedDuration = SignedDuration::from_mins(1);

/// Why there is no access token.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TokenError {
    /// The credential is gone or not a login.
    #[error("this credential is gone")]
    Gone,
    /// The login is refused; its state says so.
    #[error("the service no longer accepts this login; sign in again")]
    Refused,
    /// No OAuth client is known for it, or the service does not know ours.
    #[error("{0}")]
    Client(String),
    /// The token endpoint failed; it is tried again in a while.
    #[error("the login could not be renewed: {0}")]
    Passing(String),
    /// The secrets cannot be opened or stored.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// The work was ended.
    #[error("the program is stopping")]
    Stopping,
}

#[derive(Clone)]
struct Live {
    token: SecretString,
    expires_at: Timestamp,
}

/// Hands out access tokens. Clones share everything.
#[derive(Clone)]
pub struct Tokens {
    inner: Arc<Inner>,
}

struct Inner {
    credentials: Credentials,
    upstream: Upstream,
    clock: Arc<dyn Clock>,
    live: Mutex<HashMap<CredentialId, Live>>,
    /// API keys that were opened, so that not every request opens them again.
    keys: Mutex<HashMap<CredentialId, SecretString>>,
    failed: Mutex<HashMap<CredentialId, (Timestamp, String)>>,
    flights: SingleFlight<CredentialId, Result<SecretString, TokenError>>,
    tasks: Tasks,
}

impl Tokens {
    /// Nothing is loaded before somebody asks: tokens are refreshed when needed, not by a timer.
    #[must_use]
    pub fn new(credentials: Credentials, upstream: Upstream, clock: Arc<dyn Clock>, tasks: &Tasks) -> Self {
        let flights = SingleFlight::new(tasks);
        let (live, keys, failed) = (Mutex::default(), Mutex::default(), Mutex::default());
        let tasks = tasks.clone();
        Self { inner: Arc::new(Inner { credentials, upstream, clock, live, keys, failed, flights, tasks }) }
    }

    /// An access token that lives for five minutes or more, refreshed if it must be.
    ///
    /// # Errors
    /// When there is none to be had; the credential's state is set where the service refused it for good.
    pub async fn access(&self, id: &CredentialId) -> Result<SecretString, TokenError> {
        self.get(id, None).await
    }

    /// Another token than `refused`, which the service answered with 401.
    ///
    /// # Errors
    /// As [`Tokens::access`].
    pub async fn instead_of(
        &self,
        id: &CredentialId,
        refused: &SecretString,
    ) -> Result<SecretString, TokenError> {
        self.get(id, Some(refused)).await
    }

    /// What a credential is sent with: an API key's key, else an access token.
    ///
    /// # Errors
    /// As [`Tokens::access`].
    pub async fn secret(&self, id: &CredentialId, provider: Provider) -> Result<SecretString, TokenError> {
        if provider != Provider::ApiKey {
            return self.access(id).await;
        }
        if let Some(key) = self.inner.keys.lock().unwrap_or_else(PoisonError::into_inner).get(id) {
            return Ok(key.clone());
        }
        let mut secrets = self.inner.credentials.secrets(id.as_str()).await?;
        let key = secrets.remove(&SecretName::ApiKey).ok_or(TokenError::Refused)?;
        self.inner.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), key.clone());
        Ok(key)
    }

    /// Takes over what an import or a sign-in brought; a later refresh does not have to read it again.
    pub fn forget(&self, id: &CredentialId) {
        self.inner.live.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        self.inner.keys.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        self.inner.failed.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    async fn get(
        &self,
        id: &CredentialId,
        refused: Option<&SecretString>,
    ) -> Result<SecretString, TokenError> {
        if let Some(live) = self.inner.usable(id, refused) {
            return Ok(live);
        }
        let (inner, key, refused) = (self.inner.clone(), id.clone(), refused.cloned());
        let flight = self.inner.flights.join(id.clone(), || async move {
            // Whoever landed just before may have brought it already.
            match inner.usable(&key, refused.as_ref()) {
                Some(live) => Ok(live),
                None => inner.renew(&key, refused.as_ref()).await,
            }
        });
        flight.await.unwrap_or(Err(TokenError::Stopping))
    }
}

impl Inner {
    fn usable(&self, id: &CredentialId, refused: Option<&SecretString>) -> Option<SecretString> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()?;
        (self.lives(live.expires_at, EARLY) && is_other(&live.token, refused)).then_some(live.token)
    }

    fn lives(&self, expires_at: Timestamp, spare: SignedDuration) -> bool {
        self.clock.now().duration_until(expires_at) > spare
    }

    fn keep(&self, id: &CredentialId, live: Live) {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        self.live.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), live);
    }

    async fn renew(
        &self,
        id: &CredentialId,
        refused: Option<&SecretString>,
    ) -> Result<SecretString, TokenError> {
        let credential = self.credentials.get(id).ok_or(TokenError::Gone)?;
        let secrets = self.credentials.secrets(id.as_str()).await?;
        let stored =
            secrets.get(&SecretName::AccessToken).and_then(unpack).filter(|s| is_other(&s.token, refused));
        if let Some(stored) = &stored
            && self.lives(stored.expires_at, EARLY)
        {
            self.keep(id, stored.clone());
            return Ok(stored.token.clone());
        }
        let rest_of_old = stored.filter(|s| self.lives(s.expires_at, SignedDuration::ZERO)).map(|s| s.token);
        let Some(refresh_token) = secrets.get(&SecretName::RefreshToken) else {
            return match rest_of_old {
                Some(token) => Ok(token),
                None => self.refuse(id, Invalid::NoToken).await,
            };
        };
        if let Some((until, why)) =
            self.failed.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
            && self.clock.now() < until
        {
            return rest_of_old.ok_or(TokenError::Passing(why));
        }
        let client = match (secrets.get(&SecretName::ClientId), secrets.get(&SecretName::ClientSecret)) {
            (Some(id), Some(secret)) => Some((id.clone(), secret.clone())),
            _ => client_of(&self.credentials, credential.provider).await?,
        };
        let Some(client) = client else { return self.refuse(id, Invalid::NoClient).await };
        match self.exchange(refresh_token, &client).await {
            Exchange::Done(answer) => self.store(id, answer, refresh_token).await,
            Exchange::Refused(TokenRefusal::RefreshRefused) => self.refuse(id, Invalid::RefreshRefused).await,
            // The client is wrong, not the login: the credential keeps its state.
            Exchange::Refused(TokenRefusal::Client(why)) => Err(TokenError::Client(format!(
                "the service does not accept the OAuth client of {} ({why}); check oauth_client_id and oauth_client_secret",
                credential.provider.title()
            ))),
            Exchange::Refused(TokenRefusal::Policy(why) | TokenRefusal::Ours(why)) => {
                self.passing(id, rest_of_old, format!("the service answered: {why}"))
            }
            Exchange::Refused(TokenRefusal::Transient) => {
                self.passing(id, rest_of_old, "the sign-in service is out of order".to_owned())
            }
            Exchange::NoAnswer(error) => self.passing(id, rest_of_old, error.to_string()),
        }
    }

    async fn exchange(
        &self,
        refresh_token: &SecretString,
        client: &(SecretString, SecretString),
    ) -> Exchange {
        let form = [
            ("client_id", client.0.expose_secret()),
            ("client_secret", client.1.expose_secret()),
            ("refresh_token", refresh_token.expose_secret()),
            ("grant_type", "refresh_token"),
        ];
        match self.upstream.token(&form).await {
            Err(error) => Exchange::NoAnswer(error),
            Ok(answer) if answer.is_success() => match wire::upstream::token::parse(&answer.body) {
                Ok(parsed) => Exchange::Done(parsed),
                Err(_) => Exchange::Refused(TokenRefusal::Transient),
            },
            Ok(answer) => Exchange::Refused(wire::upstream::token::refusal(answer.status, &answer.body)),
        }
    }

    /// A refresh token that was replaced is durable before anybody goes on: the one before it may be worthless by
    /// now, and this one must never exist in memory only. An access token alone can be had again, so nobody waits for
    /// the disk on its account.
    async fn store(
        &self,
        id: &CredentialId,
        answer: TokenAnswer,
        before: &SecretString,
    ) -> Result<SecretString, TokenError> {
        let live = Live { token: answer.access_token, expires_at: self.clock.now() + answer.expires_in };
        let mut secrets = vec![(SecretName::AccessToken, pack(&live.token, live.expires_at))];
        let rotated = answer.refresh_token.filter(|token| is_other(token, Some(before)));
        let is_rotated = rotated.is_some();
        secrets.extend(rotated.map(|token| (SecretName::RefreshToken, token)));
        let (credentials, owner) = (self.credentials.clone(), id.clone());
        let mut write = async move { credentials.put_secrets(owner.as_str(), secrets).await }.boxed();
        if is_rotated {
            write.await?;
        } else if let Some(done) = (&mut write).now_or_never() {
            // Asked for once it stands in the store's queue, before whatever the user brings later.
            warn_unless_stored(id, done);
        } else {
            let owner = id.clone();
            self.tasks.start(|_| async move { warn_unless_stored(&owner, write.await) });
        }
        self.keep(id, live.clone());
        tracing::debug!(credential = %id, "The login was renewed");
        Ok(live.token)
    }

    async fn refuse(&self, id: &CredentialId, why: Invalid) -> Result<SecretString, TokenError> {
        self.credentials.mark(id, State::Invalid { why, since: self.clock.now() }).await?;
        Err(TokenError::Refused)
    }

    fn passing(
        &self,
        id: &CredentialId,
        rest_of_old: Option<SecretString>,
        why: String,
    ) -> Result<SecretString, TokenError> {
        let until = self.clock.now() + RETRY;
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), (until, why.clone()));
        rest_of_old.ok_or(TokenError::Passing(why))
    }
}

/// A lost access token costs a refresh after the next start.
fn warn_unless_stored(id: &CredentialId, stored: Result<(), CredentialError>) {
    if let Err(error) = stored {
        tracing::warn!(credential = %id, %error, "An access token could not be stored; it holds until the program ends");
    }
}

enum Exchange {
    Done(TokenAnswer),
    Refused(TokenRefusal),
    NoAnswer(CallError),
}

/// The OAuth client of a provider, from the settings or an import.
///
/// # Errors
/// When the secrets cannot be opened.
pub async fn client_of(
    credentials: &Credentials,
    provider: Provider,
) -> Result<Option<(SecretString, SecretString)>, CredentialError> {
    let mut secrets = credentials.secrets(&provider_owner(provider)).await?;
    Ok(secrets.remove(&SecretName::ClientId).zip(secrets.remove(&SecretName::ClientSecret)))
}

/// Under which owner a provider's own secrets are stored.
#[must_use]
pub fn provider_owner(provider: Provider) -> String {
    format!("provider:{provider}")
}

/// An access token with its end, as it is sealed.
#[must_use]
pub fn pack(token: &SecretString, expires_at: Timestamp) -> SecretString {
    SecretString::from(format!("{expires_at} {}", token.expose_secret()))
}

fn unpack(packed: &SecretString) -> Option<Live> {
    let (expires_at, token) = packed.expose_secret().split_once(' ')?;
    Some(Live { token: SecretString::from(token.to_owned()), expires_at: expires_at.parse().ok()? })
}

fn is_other(token: &SecretString, refused: Option<&SecretString>) -> bool {
    refused.is_none_or(|refused| refused.expose_secret() != token.expose_secret())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_token_comes_back_with_its_end() {
        let end: Timestamp = "2026-09-01T00:59:59.5Z".parse().unwrap();
        let live = unpack(&pack(&SecretString::from("ya29.FAKE"), end)).unwrap();
        assert_eq!((live.token.expose_secret(), live.expires_at), ("ya29.FAKE", end));
    }
}
