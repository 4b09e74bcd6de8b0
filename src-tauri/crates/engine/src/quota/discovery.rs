//! Project, subscription and e-mail address of a login: `loadCodeAssist`, `onboardUser`, userinfo.

use super::failure::ReadError;
use super::source::{Ask, Inner, discovery_may_lift, refused};
use crate::upstream::{Api, Urgency};
use domain::credential::{Credential, CredentialId, State};
use domain::policy::words::Said;
use jiff::Timestamp;
use std::time::Duration;
use wire::upstream::discovery::{self, Discovery, Operation, Standing};

/// How often and how long a new account's provisioning is asked about.
const PROVISIONING_EVERY: Duration = Duration::from_secs(5);
const PROVISIONING_TRIES: usize = 12;

impl Inner {
    /// Asks for project and subscription and stores them; the credential's state follows.
    pub(super) async fn discover(&self, id: &CredentialId, ask: Ask) -> Result<(), ReadError> {
        let urgency = ask.urgency;
        let Some(credential) = self.credentials.get(id) else { return Ok(()) };
        let now = self.clock.now();
        let mut found = self.load(&credential, urgency).await?;
        if let Standing::NotOnboarded { tier_id, needs_project } = &found.standing {
            let project = credential.project.as_deref().filter(|_| *needs_project);
            if *needs_project && project.is_none() {
                found.standing = Standing::NeedsProject;
            } else {
                match self.onboard(&credential, tier_id, project, urgency).await? {
                    Some(project) => {
                        found = Discovery { project: Some(project), standing: Standing::Ready, ..found }
                    }
                    None => found = self.load(&credential, urgency).await?,
                }
            }
        }
        let project = credential.project.clone().or(found.project);
        let state = standing_state(&found.standing, now);
        self.credentials.set_discovery(id, project.clone(), found.tier, now).await?;
        self.learn_email(&credential).await;
        match state {
            Some(state) => {
                let why = Said::of(|language| state.reason(language).unwrap_or_default());
                self.credentials.mark(id, state).await?;
                Err(ReadError::State(why))
            }
            None if found.standing == Standing::NeedsProject && project.is_none() => {
                Err(ReadError::NeedsProject)
            }
            None => self.let_in(&credential, ask.says_done).await,
        }
    }

    /// The service let the login in: a state that this refutes is over. What only the user can say is done
    /// (validation, terms) is lifted by the user's own check alone.
    async fn let_in(&self, credential: &Credential, says_done: bool) -> Result<(), ReadError> {
        let lifted = match &credential.state {
            State::Active | State::Disabled => false,
            State::Blocked { .. } => says_done || discovery_may_lift(&credential.state, self.clock.now()),
            State::Invalid { .. } | State::Retired { .. } => true,
        };
        if lifted {
            self.credentials.set_state(&credential.id, State::Active).await?;
        }
        Ok(())
    }

    async fn load(&self, credential: &Credential, urgency: Urgency) -> Result<Discovery, ReadError> {
        let (upstream, provider) = (&self.upstream, credential.provider);
        let body = discovery::load_request(provider, credential.project.as_deref());
        let body = &body;
        let call = |token| async move {
            upstream.internal(provider, Api::Load, body.clone(), &token, urgency).await
        };
        let answer = self.with_token(&credential.id, call).await?;
        if answer.is_success() {
            return Ok(discovery::parse_load(&answer.body)?);
        }
        // A project behind a service perimeter hides the answer and works all the same.
        let hidden = (answer.status == 403).then(|| discovery::parse_load_refusal(&answer.body)).flatten();
        hidden.ok_or_else(|| refused(&answer, provider))
    }

    /// Provisions a new account; answers its project, if it got one within a minute.
    async fn onboard(
        &self,
        credential: &Credential,
        tier_id: &str,
        project: Option<&str>,
        urgency: Urgency,
    ) -> Result<Option<String>, ReadError> {
        let (upstream, provider) = (&self.upstream, credential.provider);
        let body = discovery::onboard_request(provider, tier_id, project);
        let mut answer = self.ask(&credential.id, Api::Onboard, body, urgency).await?;
        for _ in 0..PROVISIONING_TRIES {
            let name = match discovery::parse_operation(&answer.body)? {
                Operation::Done { project } => return Ok(project),
                Operation::Failed { message } => {
                    let why = |none: &str| message.clone().unwrap_or_else(|| none.to_owned());
                    return Err(ReadError::State(Said::new(
                        format!("the service could not set this account up: {}", why("no reason given")),
                        format!("服务无法开通此账号：{}", why("没有给出原因")),
                    )));
                }
                Operation::Pending { name: None } => break,
                Operation::Pending { name: Some(name) } => name,
            };
            tokio::time::sleep(PROVISIONING_EVERY).await;
            let name = name.as_str();
            let call = |token| async move { upstream.operation(provider, name, &token, urgency).await };
            answer = self.with_token(&credential.id, call).await?;
            if !answer.is_success() {
                return Err(refused(&answer, provider));
            }
        }
        Ok(None)
    }

    /// Whose login it is, once. Without it the login works just as well.
    async fn learn_email(&self, credential: &Credential) {
        if credential.email.is_some() {
            return;
        }
        let Ok(token) = self.tokens.access(&credential.id).await else { return };
        let info = match self.upstream.userinfo(&token).await {
            Ok(answer) if answer.is_success() => wire::upstream::userinfo::parse(&answer.body).ok(),
            Ok(_) | Err(_) => None,
        };
        if let Some(email) = info.and_then(|i| i.email)
            && let Err(error) = self.credentials.set_email(&credential.id, email).await
        {
            tracing::warn!(credential = %credential.id, %error, "The e-mail address could not be stored");
        }
    }
}

fn standing_state(standing: &Standing, now: Timestamp) -> Option<State> {
    match standing {
        Standing::Ready | Standing::NotOnboarded { .. } | Standing::NeedsProject => None,
        Standing::Retired { message } => Some(State::Retired { message: message.clone(), since: now }),
        Standing::Blocked { why, message, link } => {
            Some(State::Blocked { why: *why, message: message.clone(), link: link.clone(), since: now })
        }
    }
}
