//! A request tried with one credential after the other: each is called as often as the table says, and what it answers is
//! marked where it counts for others too.
//!
//! What a failure means is `domain::fault`'s decision.

use super::Inner;
use super::attempt::{Begun, Shot, attempt};
use super::probe::Probe;
use crate::ledger::{Known, Level, Note, Notice, OwnPair};
use crate::upstream::TokenError;
use domain::credential::{CredentialId, Provider};
use domain::fault::{Class, Fault, First, decide, decide_among_others};
use domain::policy::select::{Lineup, Place};
use domain::policy::words::{Said, Spoken};
use jiff::SignedDuration;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use wire::answer::{Broken, Identity};
use wire::bad_request::BadRequest;
use wire::convert::{self, Envelope, Repair, Target};
use wire::dialect::Asked;

/// What stopped a try.
pub(super) enum Setback {
    Broken(Broken),
    BadRequest(BadRequest),
}

/// What came of trying one credential.
pub(super) enum Leg {
    Begun(Box<Begun>),
    /// The next one may be tried.
    Next,
    /// No other would do better.
    Over,
}

/// A request with all that stays the same whoever serves it.
pub(super) struct Journey<'r> {
    inner: &'r Arc<Inner>,
    asked: &'r Asked<'r>,
    pub(super) model: &'r str,
    session_id: String,
    /// Who was tried.
    pub(super) tried: Vec<CredentialId>,
    /// What it is answered is kept.
    listens: bool,
    /// With how many it may be tried.
    pub(super) most: Option<usize>,
    /// Calls so far.
    pub(super) calls: u32,
    /// Which host comes next, by provider.
    hosts: HashMap<Provider, usize>,
    /// What stopped the last try.
    pub(super) last: Option<Setback>,
}

pub(super) fn own_pair(place: &Place, model: &str) -> OwnPair {
    OwnPair { credential: place.id.clone(), group: place.group.clone(), model: model.to_owned() }
}

impl<'r> Journey<'r> {
    pub(super) fn new(
        inner: &'r Arc<Inner>,
        asked: &'r Asked<'r>,
        model: &'r str,
        session_id: String,
        listens: bool,
    ) -> Self {
        Self {
            inner,
            asked,
            model,
            session_id,
            tried: Vec::new(),
            listens,
            most: None,
            calls: 0,
            hosts: HashMap::new(),
            last: None,
        }
    }

    /// Tries one credential, as often as the table says.
    pub(super) async fn leg(&mut self, place: &Place, known: &Known, lineup: &Lineup) -> Leg {
        let inner = self.inner;
        let (parts, credential) = (&inner.parts, &known.credential);
        let provider = credential.provider;
        let pair = own_pair(place, self.model);
        let mut probe = None;
        if place.probes {
            probe = Probe::begin(&parts.ledger, &parts.tasks, &pair, parts.clock.now()).await;
            if probe.is_none() {
                return Leg::Next;
            }
        }
        let mut secret = match parts.tokens.secret(&place.id, provider).await {
            Ok(secret) => secret,
            Err(error) => return self.without_token(&error),
        };
        let hosts = parts.upstream.hosts(provider);
        let target = Target {
            provider,
            model: self.model,
            catalogue: known.catalogue.iter().find(|entry| entry.id == self.model),
        };
        let (mut repair, mut repaired) = (Repair::none(), false);
        let mut seen: HashMap<Class, u32> = HashMap::new();
        loop {
            let identity = self.identity();
            let envelope = Envelope {
                project: credential.project.as_deref(),
                request_id: &format!("agent-{}", identity.stem),
                session_id: Some(&self.session_id),
            };
            let prepared = {
                let signatures = inner.signatures.read().unwrap_or_else(PoisonError::into_inner);
                convert::generate(self.asked.draft(), &target, &envelope, &*signatures, &repair)
            };
            let prepared = match prepared {
                Ok(prepared) => prepared,
                Err(bad) => return self.over(Setback::BadRequest(bad)),
            };
            let at = self.hosts.get(&provider).copied().unwrap_or(0);
            let Some(host) = at.checked_rem(hosts.len()).and_then(|at| hosts.get(at)) else {
                return Leg::Next;
            };
            self.calls += 1;
            let listens = self.listens;
            let shot =
                Shot { provider, host, model: self.model, secret: &secret, prepared, identity, listens };
            let how = match attempt(&parts.upstream, self.asked, shot).await {
                Ok(begun) => {
                    parts.upstream.host_worked(provider, host);
                    inner.answered(&pair, probe.take()).await;
                    return Leg::Begun(Box::new(begun));
                }
                Err(how) => how,
            };
            let Some(fault) = how.fault() else {
                inner.agent_refused(provider).await;
                return self.over(Setback::Broken(how));
            };
            tracing::debug!(credential = %place.id, model = self.model, class = fault.class.key(), "A call failed: {}", fault.message);
            if !repaired && let Some(again) = Repair::of(&fault) {
                tracing::info!(credential = %place.id, "The service refused a request; it is sent again {}", again.describe());
                (repair, repaired) = (again, true);
                self.last = Some(Setback::Broken(how));
                continue;
            }
            let now = parts.clock.now();
            let times = seen.entry(fault.class).or_default();
            let before = if fault.class == Class::Unstructured {
                inner.refusals.strikes(pair.pair())
            } else if fault.class == Class::BadSignature {
                // The one try that repairing was is behind us.
                1
            } else {
                *times
            };
            *times += 1;
            let others = self.may_go_on() && lineup.others(&self.tried) > 0;
            let judge = if others { decide_among_others } else { decide };
            let decision = judge(&fault, provider, before, now);
            self.last = Some(Setback::Broken(how));
            if decision.next_host {
                *self.hosts.entry(provider).or_default() += 1;
                // A model that is not found here may be there.
                if fault.class == Class::ModelNotFound && hosts.len() > 1 {
                    continue;
                }
            }
            inner.refusals.mark(credential, &fault).await;
            if let Some(resting) = inner.refusals.rest(credential, pair.pair(), &fault, &decision).await {
                parts.tasks.start(|_| resting.keep());
            }
            // A probe follows on a reading; another one right after it would only open the next.
            if !place.probes && matches!(fault.class, Class::QuotaExhausted | Class::Unstructured) {
                inner.read_soon(&place.id);
            }
            let Some(same) = decision.same else {
                return if decision.rotate { Leg::Next } else { Leg::Over };
            };
            wait(same.delay, same.spread).await;
            match same.first {
                First::Nothing => {}
                First::RepairSignatures => return Leg::Over,
                First::RefreshToken => match parts.tokens.instead_of(&place.id, &secret).await {
                    Ok(other) => secret = other,
                    Err(error) => return self.without_token(&error),
                },
            }
        }
    }

    fn may_go_on(&self) -> bool {
        self.most.is_none_or(|most| self.tried.len() < most)
    }

    fn over(&mut self, setback: Setback) -> Leg {
        self.last = Some(setback);
        Leg::Over
    }

    fn without_token(&mut self, error: &TokenError) -> Leg {
        let class = match error {
            TokenError::Passing(_) | TokenError::Stopping => Class::Transient,
            TokenError::Gone | TokenError::Refused | TokenError::Client(_) | TokenError::Credential(_) => {
                Class::Unauthenticated
            }
        };
        let fault = Fault::ours(class, 0, &error.said());
        self.last = Some(Setback::Broken(Broken::Refused(Box::new(fault))));
        Leg::Next
    }

    fn identity(&self) -> Identity {
        Identity {
            stem: format!("{:032x}", rand::random::<u128>()),
            created: self.inner.parts.clock.now(),
            model: self.asked.draft().model().to_owned(),
        }
    }
}

async fn wait(delay: SignedDuration, spread: SignedDuration) {
    let spread = Duration::try_from(spread).unwrap_or_default().mul_f64(rand::random());
    let delay = Duration::try_from(delay).unwrap_or_default() + spread;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
}

impl Inner {
    /// A request was answered: what was tried with it no longer rests, and bare 429s in a row are over.
    async fn answered(&self, pair: &OwnPair, probe: Option<Probe>) {
        let state = self.parts.ledger.state();
        let had_strikes = state.cooldowns.strikes(&pair.credential, &pair.model) > 0;
        let Some(probe) = probe else {
            if had_strikes {
                self.parts.ledger.note(Note::Answered(pair.clone())).await;
            }
            return;
        };
        probe.answered();
        let mut cooldowns = (*state.cooldowns).clone();
        self.parts.ledger.note(Note::Answered(pair.clone())).await;
        for claim in cooldowns.answered(pair.pair()) {
            if let Err(error) = self.parts.store.delete_cooldown(claim.scope).await {
                tracing::warn!(%error, "A cooldown that is over could not be deleted");
            }
        }
    }

    /// Has one paced reading taken, which judges the refusal. Nobody waits for it.
    fn read_soon(&self, id: &CredentialId) {
        let (source, id, now) = (self.parts.source.clone(), id.clone(), self.parts.clock.now());
        self.parts.tasks.start(|stop| async move {
            tokio::select! {
                () = source.read_since(std::slice::from_ref(&id), now) => {}
                () = stop.cancelled() => {}
            }
        });
    }

    /// The answer to every login of the kind would be the same until this program calls itself something else.
    async fn agent_refused(&self, provider: Provider) {
        let (kind, agent) = (provider.title(), self.parts.upstream.agent(provider));
        let message = Said::of(|language| {
            language.say(
                format!(
                    "The service does not serve {kind} as {agent:?} any more; set its User-Agent in the settings, or look for an update of Headroom."
                ),
                format!("服务不再以 {agent:?} 的身份接受 {kind} 的请求；请在设置中更改 User-Agent，或检查 Headroom 的更新。"),
            )
        });
        tracing::error!("{}", message.english);
        let notice =
            Notice { code: "agent_refused", level: Level::Error, message, at: self.parts.clock.now() };
        self.parts.ledger.note(Note::Notice(notice)).await;
    }
}
