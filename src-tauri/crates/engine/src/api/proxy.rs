//! Commands of the proxy: client keys, what went through it, what it is doing.

use super::automation::{A_DAY, A_WEEK, failed, since};
use crate::host::Host;
use crate::proxy::client_keys::NoKey;
use crate::proxy::consent::{consent_at, proxy_consent};
use crate::proxy::log::Outcome;
use crate::proxy::prompts::{Prompt, kept_since};
use crate::runtime::Runtime;
use crate::store::{ClientKey, KeptPrompt, KeptRequest, KeyChange, RequestQuery, StoreError, Usage};
use crate::view::dto::{
    ApiError, ClientKeyView, ErrorCode, KeyArgs, KeyChangeArgs, KeyCreateArgs, KeyCreated, PromptView,
    PromptsDeleted, ProxyView, RequestPromptsArgs, RequestStatisticsArgs, RequestStatisticsView, RequestView,
    RequestsArgs, UsageView,
};
use domain::credential::CredentialId;
use domain::policy::words::{Said, Spoken as _};
use domain::settings::Settings;
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The longest answer.
const MOST_REQUESTS: u32 = 1_000;
const LONGEST_NAME: usize = 60;
const MOST_MODELS: usize = 50;
const LONGEST_MODEL: usize = 100;

impl Host {
    pub(crate) async fn keys_list(&self) -> Result<Vec<ClientKeyView>, ApiError> {
        let runtime = self.runtime();
        let today = runtime.requests_today().await.map_err(failed)?;
        Ok(runtime.client_keys.all().iter().map(|k| key_view(&k.key, &today)).collect())
    }

    pub(crate) async fn key_create(&self, args: KeyCreateArgs) -> Result<KeyCreated, ApiError> {
        let (name, models) = (key_name(&args.name)?, key_models(args.models)?);
        let cap = args.daily_cap.filter(|cap| *cap > 0);
        let (key, secret) = self.runtime().client_keys.create(name, models, cap).await.map_err(refused)?;
        let secret = secret.expose_secret().to_owned();
        Ok(KeyCreated { key: key_view(&key, &HashMap::new()), secret })
    }

    pub(crate) async fn key_change(&self, args: KeyChangeArgs) -> Result<ClientKeyView, ApiError> {
        let runtime = self.runtime();
        let id = runtime.client_keys.named(&args.key)?.id;
        let change = KeyChange {
            name: args.name.as_deref().map(key_name).transpose()?,
            models: args.models.map(key_models).transpose()?,
            daily_cap: args.daily_cap.map(|cap| Some(cap).filter(|cap| *cap > 0)),
        };
        runtime.client_keys.change(&id, change).await.map_err(refused)?;
        let today = runtime.requests_today().await.map_err(failed)?;
        Ok(key_view(&runtime.client_keys.named(&id)?, &today))
    }

    pub(crate) async fn key_revoke(&self, args: KeyArgs) -> Result<ClientKeyView, ApiError> {
        let runtime = self.runtime();
        let mut key = runtime.client_keys.named(&args.key)?;
        key.revoked = runtime.client_keys.revoke(&key.id).await.map_err(failed)?;
        let today = runtime.requests_today().await.map_err(failed)?;
        Ok(key_view(&key, &today))
    }

    pub(crate) async fn requests(&self, args: RequestsArgs) -> Result<Vec<RequestView>, ApiError> {
        let runtime = self.runtime();
        let outcome = args.outcome.as_deref().map(outcome).transpose()?;
        let query = RequestQuery {
            since: since(args.since.as_deref(), A_DAY, runtime.clock.now())?,
            credential: args
                .credential
                .map(|text| runtime.credentials.find(&text))
                .transpose()?
                .map(|c| c.id),
            key: args.key.map(|text| runtime.any_key(&text)).transpose()?,
            model: args.model,
            outcome,
            limit: args.limit.unwrap_or(MOST_REQUESTS).min(MOST_REQUESTS),
        };
        runtime.proxy.settled().await;
        let found = runtime.store.requests(query).await.map_err(failed)?;
        Ok(found.into_iter().map(|kept| request_view(&runtime, kept)).collect())
    }

    pub(crate) async fn request_prompts(
        &self,
        args: RequestPromptsArgs,
    ) -> Result<Vec<PromptView>, ApiError> {
        let runtime = self.runtime();
        let number = |id: &String| {
            let unknown = || ApiError::new(ErrorCode::BadInput, format!("{id:?} is no request's id"));
            id.parse::<i64>().map_err(|_| unknown())
        };
        let most = usize::try_from(MOST_REQUESTS).unwrap_or(usize::MAX);
        let requests = args.requests.iter().take(most).map(number).collect::<Result<_, _>>()?;
        runtime.proxy.settled().await;
        let since = runtime.prompts_since();
        let found = runtime.store.prompts(requests, since).await.map_err(failed)?;
        let shown = |kept: KeptPrompt| {
            let prompt = Prompt::open(&runtime.vault, &kept)?;
            Some(PromptView {
                request: kept.request.to_string(),
                asked: prompt.asked,
                asked_left_out: prompt.asked_left_out,
                answered: prompt.answered,
                answered_left_out: prompt.answered_left_out,
            })
        };
        Ok(found.into_iter().filter_map(shown).collect())
    }

    pub(crate) async fn prompts_delete(&self) -> Result<PromptsDeleted, ApiError> {
        let runtime = self.runtime();
        // What is on its way into the store is to be gone too.
        runtime.proxy.settled().await;
        let deleted = runtime.store.delete_prompts(Timestamp::MAX).await.map_err(failed)?;
        tracing::info!(deleted, "What was said in requests is deleted");
        Ok(PromptsDeleted { deleted: u32::try_from(deleted).unwrap_or(u32::MAX) })
    }

    pub(crate) async fn request_statistics(
        &self,
        args: RequestStatisticsArgs,
    ) -> Result<RequestStatisticsView, ApiError> {
        let runtime = self.runtime();
        let since = since(args.since.as_deref(), A_WEEK, runtime.clock.now())?;
        runtime.proxy.settled().await;
        let sums = runtime.store.request_statistics(since).await.map_err(failed)?;
        let keys = runtime.client_keys.all();
        let key = |id: &str| {
            keys.iter().find(|k| k.key.id == id).map_or_else(|| id.to_owned(), |k| k.key.name.clone())
        };
        let credential = |id: &str| runtime.name_of(&CredentialId::new(id));
        let views = |usages: Vec<Usage>, name: &dyn Fn(&str) -> String| {
            usages.into_iter().map(|usage| usage_view(usage, name)).collect()
        };
        Ok(RequestStatisticsView {
            since: since.to_string(),
            total: usage_view(sums.total, &str::to_owned),
            models: views(sums.models, &str::to_owned),
            credentials: views(sums.credentials, &credential),
            keys: views(sums.keys, &key),
        })
    }

    pub(crate) async fn proxy_status(&self) -> Result<ProxyView, ApiError> {
        let runtime = self.runtime();
        let (settings, state) = (runtime.settings.current(), runtime.proxy.state());
        if settings.proxy_log_prompts {
            runtime.proxy.settled().await;
        }
        let in_use = runtime.client_keys.all().iter().filter(|k| !k.key.revoked).count();
        Ok(ProxyView {
            enabled: settings.proxy_enabled,
            listening: state.listening.map(|address| address.to_string()),
            why_not: state
                .why_not
                .filter(|_| settings.proxy_enabled)
                .map(|said| said.in_language(runtime.settings.language()).to_owned()),
            address: runtime.proxy_address(),
            in_flight: state.in_flight,
            consent_text: proxy_consent(runtime.settings.language()).to_owned(),
            consent_at: consent_at(&runtime.store).await.map_err(failed)?,
            keys: u32::try_from(in_use).unwrap_or(u32::MAX),
            prompts_hours: settings.proxy_log_prompts.then_some(settings.proxy_prompts_hours),
            prompts: runtime.store.count_prompts(runtime.prompts_since()).await.map_err(failed)?,
        })
    }
}

impl Runtime {
    /// What programs on this machine are given as the proxy's address.
    pub(crate) fn proxy_address(&self) -> String {
        let listening = self.proxy.state().listening;
        base_url(listening, &self.settings.current())
    }

    /// What was said before this is not shown any more, even where it is still to be deleted.
    fn prompts_since(&self) -> Timestamp {
        kept_since(&self.settings.current(), self.clock.now())
    }

    /// Requests of the local day, by key id.
    async fn requests_today(&self) -> Result<HashMap<String, u32>, StoreError> {
        let now = self.clock.now();
        let midnight =
            now.to_zoned_datetime(self.zone.clone()).start_of_day().map_or(now, |start| start.timestamp());
        self.proxy.settled().await;
        Ok(self.store.requests_by_key(midnight).await?.into_iter().collect())
    }

    /// A key's id by id or name; one in use before a revoked one, the newest first.
    fn any_key(&self, text: &str) -> Result<String, NoKey> {
        if let Ok(key) = self.client_keys.named(text) {
            return Ok(key.id);
        }
        let all = self.client_keys.all();
        let found = all.iter().rev().find(|k| k.key.id == text || k.key.name == text);
        found.map(|k| k.key.id.clone()).ok_or_else(|| NoKey::Unknown(text.to_owned()))
    }

    fn name_of(&self, id: &CredentialId) -> String {
        self.credentials.get(id).map_or_else(|| id.to_string(), |c| c.name())
    }
}

/// Everywhere is no address that a program could call: loopback is.
fn base_url(listening: Option<std::net::SocketAddr>, settings: &Settings) -> String {
    let mut address = listening.unwrap_or(settings.proxy_listen);
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

fn outcome(word: &str) -> Result<Outcome, ApiError> {
    Outcome::from_key(word).ok_or_else(|| {
        let words = Outcome::ALL.map(Outcome::key).join(", ");
        ApiError::new(ErrorCode::BadInput, format!("{word:?} is no outcome; there are {words}"))
    })
}

fn key_name(text: &str) -> Result<String, ApiError> {
    let name = text.trim();
    let fits =
        !name.is_empty() && name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned()).ok_or_else(|| {
        ApiError::said(ErrorCode::BadInput, Said::new(format!("give the key a name of at most {LONGEST_NAME} characters, so that you can tell it from others"), format!("请给密钥取一个不超过 {LONGEST_NAME} 个字符的名称，以便区分")))
    })
}

fn key_models(given: Vec<String>) -> Result<Vec<String>, ApiError> {
    let models: Vec<String> =
        given.iter().map(|m| m.trim().to_owned()).filter(|m| !m.is_empty() && m != "*").collect();
    let plain = |m: &String| m.len() <= LONGEST_MODEL && m.bytes().all(|b| b.is_ascii_graphic() && b != b',');
    if models.len() > MOST_MODELS || !models.iter().all(plain) {
        return Err(ApiError::said(
            ErrorCode::BadInput,
            Said::new(
                format!("a key takes at most {MOST_MODELS} models, each an id or the beginning of one"),
                format!("一个密钥最多指定 {MOST_MODELS} 个模型，每个是 id 或 id 的开头"),
            ),
        ));
    }
    Ok(models)
}

fn key_view(key: &ClientKey, today: &HashMap<String, u32>) -> ClientKeyView {
    ClientKeyView {
        id: key.id.clone(),
        name: key.name.clone(),
        models: key.models.clone(),
        daily_cap: key.daily_cap,
        requests_today: today.get(&key.id).copied().unwrap_or(0),
        created_at: key.created_at.to_string(),
        last_used_at: key.last_used_at.as_ref().map(Timestamp::to_string),
        revoked: key.revoked,
    }
}

fn request_view(runtime: &Runtime, kept: KeptRequest) -> RequestView {
    let record = kept.record;
    RequestView {
        id: kept.id.to_string(),
        at: record.at.to_string(),
        key: record.key_id,
        key_name: record.key_name,
        endpoint: record.endpoint,
        model_asked: record.model_asked,
        model_used: record.model_used,
        name: record.credential.as_ref().map(|id| runtime.name_of(id)),
        credential: record.credential.map(|id| id.to_string()),
        provider: record.provider.map(|p| p.key().to_owned()),
        tokens_in: record.tokens.input,
        tokens_out: record.tokens.output,
        tokens_cached: record.tokens.cached,
        tokens_reasoning: record.tokens.reasoning,
        duration_ms: record.duration_ms,
        first_byte_ms: record.first_byte_ms,
        status: record.status,
        outcome: record.outcome.key().to_owned(),
        retries: record.retries,
        decision: record.decision.in_language(runtime.settings.language()).to_owned(),
        has_prompt: kept.has_prompt,
    }
}

fn usage_view(usage: Usage, name: &dyn Fn(&str) -> String) -> UsageView {
    UsageView {
        name: name(&usage.subject),
        subject: usage.subject,
        requests: usage.requests,
        failures: usage.failures,
        refusals: usage.refusals,
        tokens_in: tokens(usage.tokens_in),
        tokens_out: tokens(usage.tokens_out),
        tokens_cached: tokens(usage.tokens_cached),
        tokens_reasoning: tokens(usage.tokens_reasoning),
        median_first_byte_ms: usage.median_first_byte_ms,
    }
}

fn tokens(sum: i64) -> u64 {
    u64::try_from(sum).unwrap_or(0)
}

fn refused(error: StoreError) -> ApiError {
    if matches!(error, StoreError::KeyExists(_)) {
        return ApiError::said(ErrorCode::Refused, error.said());
    }
    failed(error)
}

impl From<NoKey> for ApiError {
    fn from(error: NoKey) -> Self {
        Self::said(ErrorCode::NotFound, error.said())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_one_that_a_program_here_can_call() {
        let mut settings = Settings::defaults("1");
        assert_eq!(base_url(None, &settings), "http://127.0.0.1:8045");
        settings.proxy_listen = "0.0.0.0:9".parse().unwrap();
        assert_eq!(base_url(None, &settings), "http://127.0.0.1:9");
        assert_eq!(base_url(Some("[::]:7".parse().unwrap()), &settings), "http://[::1]:7");
    }

    #[test]
    fn names_and_models_of_a_key_are_plain() {
        assert_eq!(key_name(" laptop ").unwrap(), "laptop");
        for bad in ["", "  ", "a\nb", &"x".repeat(61)] {
            assert!(key_name(bad).is_err(), "{bad:?}");
        }
        let models = |list: &[&str]| key_models(list.iter().map(|m| (*m).to_owned()).collect());
        assert_eq!(models(&["*", " claude ", ""]).unwrap(), ["claude"]);
        assert!(models(&["a,b"]).is_err() && models(&["a b"]).is_err());
    }
}
