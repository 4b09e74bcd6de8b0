//! The demo: the same engine on invented data in memory, with the simulated service inside the process.
//!
//! Nothing of it enters the user's store. Its addresses overrule environment and settings, so that no
//! invented login can reach the real service.

mod history;
mod weeks;

use crate::credentials::Newcomer;
use crate::host::{Options, StartError};
use crate::runtime::{Material, Runtime};
use crate::secrets::{SecretName, VaultCell};
use crate::settings::{MemoryFace, Scope, SettingsKeeper};
use crate::store::Store;
use crate::view::dto::{ImportEntry, ImportOutcome};
use domain::credential::Provider;
use secrecy::SecretString;
use simulator::{Scenario, SimClock, Simulator};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// What the demo switches on, so that there is something to see: protection from the beginning; warmup once everybody and
/// their history is there, else the first scan would plan for whom it knows by then.
const FROM_THE_BEGINNING: (&str, &str) = ("quota_protection_enabled", "true");
const AT_LAST: (&str, &str) = ("smart_warmup_enabled", "true");

/// Starts the simulated service and an engine on it.
///
/// # Errors
/// When the service finds no port, or the engine does not start.
pub(crate) async fn start(options: &Options) -> Result<Runtime, StartError> {
    let scenario = Scenario::demo();
    let clock = options.clock.clone();
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let sim_clock = SimClock::Shared(Arc::new(move || clock.now()));
    let simulator = Simulator::start(scenario.clone(), listen, sim_clock)
        .await
        .map_err(|error| StartError::Demo(error.to_string()))?;
    let store = Store::in_memory()?;
    let face = Arc::new(MemoryFace::default());
    let mut flags = options.flags.settings();
    flags.extend(addresses(&simulator.base_url()));
    let now = options.clock.now();
    let (settings, _) = SettingsKeeper::load(store.clone(), options.vars.clone(), flags, face, now).await?;
    switch(&settings, FROM_THE_BEGINNING).await;
    let transport = crate::host::network(&settings, options);
    let runtime = Runtime::start(Material {
        transport,
        store,
        vault: VaultCell::in_memory().map_err(|error| StartError::Demo(error.to_string()))?,
        settings,
        clock: options.clock.clone(),
        zone: options.zone.clone(),
        notices: Vec::new(),
        triggers: crate::host::triggers(options).await?,
        simulator: Some(simulator),
    })
    .await?;
    fill(&runtime, &scenario).await.map_err(|error| StartError::Demo(error.to_string()))?;
    history::invent(&runtime, &scenario).await?;
    runtime.warmups.agree_quietly().await?;
    switch(&runtime.settings, AT_LAST).await;
    Ok(runtime)
}

async fn switch(settings: &SettingsKeeper, (key, value): (&str, &str)) {
    // The environment may overrule it, which is the user's say.
    if let Err(error) = settings.set(key, &Scope::Everywhere, value).await {
        tracing::debug!(key, %error, "A setting of the demo is overruled");
    }
}

fn addresses(base: &str) -> Vec<(String, String)> {
    [
        ("upstream_urls", String::new()),
        ("gemini_cli_urls", String::new()),
        ("api_key_url", String::new()),
        ("oauth_token_url", "/token".to_owned()),
        ("oauth_userinfo_url", "/userinfo".to_owned()),
        ("oauth_authorize_url", "/authorize".to_owned()),
    ]
    .map(|(key, path)| (key.to_owned(), format!("{base}{path}")))
    .to_vec()
}

/// Takes the scenario's people in, through the same door as any file.
async fn fill(runtime: &Runtime, scenario: &Scenario) -> Result<(), crate::view::dto::ApiError> {
    let people = scenario.accounts.iter().filter(|account| account.import);
    for (account, (file, json)) in people.zip(scenario.credential_files()) {
        for credential in wire::credential_file::read(&file, json.as_bytes()).into_iter().flatten().flatten()
        {
            let credential = wire::credential_file::FileCredential {
                email: Some(account.address()),
                label: Some(given_name(&account.name)),
                ..credential
            };
            let entry = ImportEntry {
                file: file.clone(),
                outcome: ImportOutcome::Added,
                provider: None,
                name: None,
                id: None,
                reason: None,
                disabled: false,
            };
            runtime.take_in(&mut crate::import::Planned { entry, credential: Some(credential) }).await?;
        }
    }
    for (name, key) in scenario.api_keys() {
        let secrets = vec![(SecretName::ApiKey, SecretString::from(key))];
        let provider = Provider::ApiKey;
        let new = Newcomer {
            provider,
            email: None,
            label: Some(given_name(&name)),
            project: None,
            disabled: false,
            secrets,
        };
        runtime.credentials.add(new).await?;
    }
    Ok(())
}

fn given_name(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
