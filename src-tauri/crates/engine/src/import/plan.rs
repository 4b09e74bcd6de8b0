//! What becomes of each login that was found. Pure: stores nothing.

use super::collect::{Found, What};
use crate::view::dto::{ImportEntry, ImportOutcome};
use domain::credential::{CredentialId, Provider};
use domain::policy::words::{Language, Said, Spoken as _};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use wire::credential_file::{self, FileCredential};

/// A login that is there already.
pub struct Known {
    /// Our id.
    pub id: CredentialId,
    /// Where it belongs.
    pub provider: Provider,
    /// Whose it is, where that is known.
    pub email: Option<String>,
    /// Its refresh token.
    pub refresh_token: SecretString,
}

/// One line of the report, and the login it is about where that is to be stored.
pub struct Planned {
    /// The line. For an update or a duplicate of what is there it carries the id.
    pub entry: ImportEntry,
    /// The login, for [`ImportOutcome::Added`] and [`ImportOutcome::Updated`].
    pub credential: Option<FileCredential>,
}

/// Decides over every login in `found`: the same refresh token is the same credential; the same provider and
/// e-mail address with another token is that credential anew. Of one login that comes several times the one
/// with the latest end of its access token counts. `provider` overrules what the files say.
#[must_use]
pub fn plan(
    found: &[Found],
    existing: &[Known],
    provider: Option<Provider>,
    language: Language,
) -> Vec<Planned> {
    let say = |said: &Said| said.in_language(language).to_owned();
    let mut planned = Vec::new();
    for file in found {
        let What::Login(known) = file.what else { continue };
        let provider = provider.or(known);
        let read = match &file.content {
            Ok(bytes) => {
                credential_file::read(base_name(&file.name), bytes).map_err(|rejected| rejected.said())
            }
            Err(problem) => Err(problem.said()),
        };
        match read {
            Err(reason) => planned.push(rejected(&file.name, say(&reason))),
            Ok(entries) => {
                let several = entries.len() > 1;
                for (at, entry) in entries.into_iter().enumerate() {
                    planned.push(match entry {
                        Ok(credential) => candidate(&file.name, credential, provider, language),
                        Err(reason) if several => {
                            let (number, reason) = (at + 1, say(&reason.said()));
                            let entry =
                                language.say(format!("Entry {number}: "), format!("第 {number} 项："));
                            rejected(&file.name, entry + &reason)
                        }
                        Err(reason) => rejected(&file.name, say(&reason.said())),
                    });
                }
            }
        }
    }
    compare(&mut planned, existing, language);
    planned
}

/// The last part of a name, as the program that wrote the file gave it.
fn base_name(name: &str) -> &str {
    name.rsplit(['/', '\\', '!']).next().unwrap_or(name)
}

fn rejected(file: &str, reason: String) -> Planned {
    let entry = ImportEntry {
        file: file.to_owned(),
        outcome: ImportOutcome::Rejected,
        provider: None,
        name: None,
        id: None,
        reason: Some(reason),
        disabled: false,
    };
    Planned { entry, credential: None }
}

fn candidate(
    file: &str,
    mut credential: FileCredential,
    provider: Option<Provider>,
    language: Language,
) -> Planned {
    if provider == Some(Provider::ApiKey) {
        let reason = language.say(
            "The file holds a login, not an API key. Leave the provider out.",
            "文件中是登录，不是 API 密钥。请不要指定提供方。",
        );
        return rejected(file, reason.to_owned());
    }
    credential.provider = provider.unwrap_or(credential.provider);
    let entry = ImportEntry {
        file: file.to_owned(),
        outcome: ImportOutcome::Added,
        provider: Some(credential.provider.key().to_owned()),
        name: credential.label.clone().or_else(|| credential.email.clone()),
        id: None,
        reason: None,
        disabled: credential.disabled,
    };
    Planned { entry, credential: Some(credential) }
}

/// A refresh token's fingerprint, so that no further copy of it lies around.
type Token = [u8; 32];
type Person = (Provider, String);

fn token(secret: &SecretString) -> Token {
    Sha256::digest(secret.expose_secret().as_bytes()).into()
}

fn person(provider: Provider, email: Option<&String>) -> Option<Person> {
    email.map(|email| (provider, email.to_lowercase()))
}

/// Compares the candidates with what is there and with each other.
fn compare(planned: &mut [Planned], existing: &[Known], language: Language) {
    let known_tokens: HashMap<Token, &Known> =
        existing.iter().map(|k| (token(&k.refresh_token), k)).collect();
    let known_people: HashMap<Person, &Known> =
        existing.iter().rev().filter_map(|k| Some((person(k.provider, k.email.as_ref())?, k))).collect();
    // A login is what shares a token or a person; of each the one entry counts that is in `best`.
    let mut best: Vec<usize> = Vec::new();
    let mut tokens: HashMap<Token, usize> = HashMap::new();
    let mut people: HashMap<Person, usize> = HashMap::new();
    for at in 0..planned.len() {
        let Some(credential) = &planned[at].credential else { continue };
        let (token, person) =
            (token(&credential.refresh_token), person(credential.provider, credential.email.as_ref()));
        if let Some(known) = known_tokens.get(&token) {
            let reason = language.say("It is there already.", "已经存在。");
            planned[at].become_duplicate(Some(&known.id), reason.to_owned());
            continue;
        }
        let login =
            tokens.get(&token).or_else(|| people.get(person.as_ref()?)).copied().unwrap_or(best.len());
        match best.get(login).copied() {
            None => best.push(at),
            Some(before) => {
                let (winner, loser) =
                    if planned[at].end() > planned[before].end() { (at, before) } else { (before, at) };
                if let (ImportOutcome::Updated, Some(id)) =
                    (planned[loser].entry.outcome, planned[loser].entry.id.take())
                {
                    planned[winner].become_update(&CredentialId::new(id), language);
                }
                let same_as = planned[winner].entry.file.clone();
                let reason = language
                    .say(format!("The same login is in {same_as}."), format!("{same_as} 中有同一个登录。"));
                planned[loser].become_duplicate(None, reason);
                best[login] = winner;
            }
        }
        tokens.insert(token, login);
        if let Some(person) = person {
            if let Some(known) = known_people.get(&person) {
                planned[best[login]].become_update(&known.id, language);
            }
            people.insert(person, login);
        }
    }
}

impl Planned {
    fn end(&self) -> Option<jiff::Timestamp> {
        self.credential.as_ref().and_then(|c| c.expires_at)
    }

    fn become_duplicate(&mut self, of: Option<&CredentialId>, reason: String) {
        self.credential = None;
        self.entry.outcome = ImportOutcome::Duplicate;
        self.entry.id = of.map(ToString::to_string);
        self.entry.reason = Some(reason);
    }

    fn become_update(&mut self, of: &CredentialId, language: Language) {
        self.entry.outcome = ImportOutcome::Updated;
        self.entry.id = Some(of.to_string());
        let reason = language
            .say("The login is there; it gets the token of this file.", "登录已存在；将使用此文件中的令牌。");
        self.entry.reason = Some(reason.to_owned());
    }
}
