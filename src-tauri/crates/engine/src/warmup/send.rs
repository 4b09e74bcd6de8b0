//! One warmup request, and what its answer means for the pair.

use super::Inner;
use crate::ledger::Note;
use crate::ledger::{Level, Notice};
use crate::upstream::{Answer, CallError, TokenError, Urgency};
use domain::credential::{Credential, Provider};
use domain::fault::{self, Fault};
use domain::policy::pair::Pair;
use domain::policy::warmup::{Attempt, Outcome, Refusal};
use domain::policy::words::{Said, Spoken as _};
use std::sync::PoisonError;
use wire::warmup::{Answered, Ids};

/// In English and in Chinese.
const AGENT_REFUSED: (&str, &str) = (
    "the service does not serve this User-Agent any more; set upstream_user_agent_antigravity, or look for an update of Headroom",
    "服务不再接受这个 User-Agent；请设置 upstream_user_agent_antigravity，或检查 Headroom 的更新",
);

/// What came of a request.
pub(super) struct Came {
    pub(super) outcome: Outcome,
    /// Why, where it is not [`Outcome::Sent`].
    pub(super) detail: Option<String>,
}

impl Came {
    fn not_done(why: impl Into<String>) -> Self {
        Self { outcome: Outcome::Failed(Refusal::NotDone), detail: Some(why.into()) }
    }
}

impl Inner {
    /// Sends one attempt that is recorded, and never again.
    pub(super) async fn send(&self, attempt: &Attempt) -> Came {
        let language = self.parts.settings.language();
        let Some(credential) = self.parts.credentials.get(&attempt.credential) else {
            return Came::not_done(language.say("the credential is gone", "凭据已不存在"));
        };
        match self.call(&credential, attempt).await {
            Ok(answer) if answer.is_success() => match wire::warmup::judge(&answer.body) {
                Answered::Well => Came { outcome: Outcome::Sent, detail: None },
                Answered::Empty => {
                    Came::not_done(language.say("the service sent an empty answer", "服务发来空应答"))
                }
                Answered::Outdated => {
                    self.refuse_agent().await;
                    Came::not_done(language.say(AGENT_REFUSED.0, AGENT_REFUSED.1))
                }
            },
            Ok(answer) => self.refused(&credential, attempt, &answer).await,
            Err(Failed::Token(error)) => Came::not_done(error.said().in_language(language)),
            // Nothing was written: it can be tried again.
            Err(Failed::Call(error)) if error.never_left() => {
                Came::not_done(error.said().in_language(language))
            }
            Err(Failed::Call(error)) => Came {
                outcome: Outcome::Unknown,
                detail: Some(error.said().in_language(language).to_owned()),
            },
        }
    }

    async fn call(&self, credential: &Credential, attempt: &Attempt) -> Result<Answer, Failed> {
        let urgency = if attempt.by_hand { Urgency::User } else { Urgency::Background };
        let ids = Ids {
            conversation: uuid(),
            trajectory: uuid(),
            unix_ms: self.parts.clock.now().as_millisecond(),
        };
        let body = wire::warmup::request(
            credential.project.as_deref(),
            &attempt.model,
            attempt.group.as_ref(),
            &ids,
        );
        let token = self.parts.tokens.access(&credential.id).await?;
        let send = |token| {
            let (upstream, body, provider) = (&self.parts.upstream, body.clone(), credential.provider);
            async move { upstream.warmup(provider, body, &token, urgency).await }
        };
        let answer = send(token.clone()).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let other = self.parts.tokens.instead_of(&credential.id, &token).await?;
        self.parts.upstream.turn(urgency).await?;
        Ok(send(other).await?)
    }

    /// Whether the service said that it does not serve what this program calls itself now.
    pub(super) fn agent_refused(&self) -> bool {
        let refused = self.refused_agent.lock().unwrap_or_else(PoisonError::into_inner);
        refused.as_deref().is_some_and(|agent| agent == self.parts.upstream.agent(Provider::Antigravity))
    }

    /// The answer to every login would be the same: warmup stops until this program calls itself something else.
    async fn refuse_agent(&self) {
        let agent = self.parts.upstream.agent(Provider::Antigravity);
        *self.refused_agent.lock().unwrap_or_else(PoisonError::into_inner) = Some(agent);
        let message = Said::of(|language| {
            language.say(
                format!("Warmup stopped: {}.", AGENT_REFUSED.0),
                format!("预热已停止：{}。", AGENT_REFUSED.1),
            )
        });
        let at = self.parts.clock.now();
        tracing::error!(target: "smart_warmup", "{}", message.english);
        let notice = Notice { code: "agent_refused", level: Level::Error, message, at };
        self.parts.ledger.note(Note::Notice(notice)).await;
    }

    /// A refusal: the credential's state where the service says so, a rest where the table says so.
    async fn refused(&self, credential: &Credential, attempt: &Attempt, answer: &Answer) -> Came {
        let service_now = answer.date.unwrap_or(answer.received_at);
        let fault = wire::fault::read(
            wire::fault::Answer {
                status: answer.status,
                retry_after: answer.retry_after.as_deref(),
                body: &answer.body,
                now: service_now,
            },
            credential.provider,
        );
        self.refusals.mark(credential, &fault).await;
        self.rest(credential, attempt, &fault).await;
        tracing::warn!(target: "smart_warmup", credential = %credential.id, model = %attempt.model, status = answer.status, "The service refused a warmup: {}", fault.message);
        Came {
            outcome: Outcome::Failed(Refusal::Refused),
            detail: Some(format!("{}: {}", fault.class.title(self.parts.settings.language()), fault.message)),
        }
    }

    async fn rest(&self, credential: &Credential, attempt: &Attempt, fault: &Fault) {
        let pair = Pair { credential: &credential.id, group: attempt.group.as_ref(), model: &attempt.model };
        let strikes = self.refusals.strikes(pair);
        let decision = fault::decide(fault, credential.provider, strikes, self.parts.clock.now());
        if let Some(resting) = self.refusals.rest(credential, pair, fault, &decision).await {
            resting.keep().await;
        }
    }
}

enum Failed {
    Token(TokenError),
    Call(CallError),
}

impl From<TokenError> for Failed {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl From<CallError> for Failed {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

/// A random UUID (version 4).
fn uuid() -> String {
    let random = rand::random::<u128>();
    let with_version = (random & !(0xf << 76) & !(0b11 << 62)) | (4 << 76) | (0b10 << 62);
    let hex = format!("{with_version:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_uuid_has_its_form() {
        let uuid = super::uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
        assert!(matches!(&uuid[19..20], "8" | "9" | "a" | "b"));
    }
}
