//! Commands of the scheduler, of warmups, and of the ledger.

use crate::credentials::CredentialError;
use crate::host::Host;
use crate::ledger::Note;
use crate::runtime::Runtime;
use crate::scheduler::Job;
use crate::store::{DecisionQuery, StoreError, part_text};
use crate::view::dto::{
    ApiError, CooldownArgs, CooldownView, DecisionView, DecisionsArgs, DropView, ErrorCode, HistoryArgs,
    HistoryDocument, JobView, PauseArgs, PauseView, SampleView, SchedulerView, WarmupArgs, WarmupRound,
    WarmupView, WhatIf, WhatIfArgs, WhatIfPart,
};
use crate::warmup::{ByHand, Wanted, warmup_consent};
use domain::credential::CredentialId;
use domain::policy::cooldown::{Claim, Part, Sentence};
use domain::policy::pause::{self, BadPause};
use domain::policy::words::{Here, Said, Spoken as _};
use jiff::{SignedDuration, Span, Timestamp};

/// The longest answer of the ledger.
const MOST_DECISIONS: u32 = 1_000;
pub(super) const A_DAY: SignedDuration = SignedDuration::from_hours(24);
const FOUR_WEEKS: SignedDuration = SignedDuration::from_hours(28 * 24);
pub(super) const A_WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Host {
    pub(crate) async fn warmup(&self, args: WarmupArgs) -> Result<WarmupRound, ApiError> {
        let runtime = self.runtime();
        if args.automatic {
            if !args.dry_run {
                return Err(ApiError::new(
                    ErrorCode::BadInput,
                    "the automatic scan runs by itself; `automatic` goes with `dry_run`",
                ));
            }
            return Ok(runtime.warmups.rehearse().await);
        }
        let find = |name: &str| runtime.credentials.find(name).map(|found| found.id);
        let target = match (args.credential, args.model) {
            (Some(credential), None) => Wanted::Credential(find(&credential)?),
            (Some(credential), Some(model)) => Wanted::Pairs(vec![(find(&credential)?, model)]),
            (None, None) if !args.pairs.is_empty() => {
                let pairs = args.pairs.into_iter().map(|pair| Ok((find(&pair.credential)?, pair.model)));
                Wanted::Pairs(pairs.collect::<Result<_, CredentialError>>()?)
            }
            (None, Some(_)) => {
                return Err(ApiError::said(
                    ErrorCode::BadInput,
                    Said::new("a model belongs to a credential; name both", "模型属于凭据；请同时指定两者"),
                ));
            }
            (None, None) if args.all || args.dry_run => Wanted::All,
            (None, None) => {
                return Err(ApiError::said(
                    ErrorCode::BadInput,
                    Said::new(
                        "name a credential, or say that you mean all of them",
                        "请指定一个凭据，或说明是全部",
                    ),
                ));
            }
        };
        if !args.dry_run {
            if args.agreed {
                runtime.warmups.agree().await.map_err(failed)?;
            } else if runtime.warmups.consent_at().await.map_err(failed)?.is_none() {
                return Err(ApiError::new(
                    ErrorCode::NeedsConsent,
                    warmup_consent(runtime.settings.language()),
                ));
            }
        }
        let wanted = ByHand { target, force: args.force, dry_run: args.dry_run };
        let round = runtime.warmups.by_hand(wanted).await;
        round.ok_or_else(|| {
            ApiError::said(ErrorCode::Failed, Said::new("the engine is stopping", "引擎正在停止"))
        })
    }

    pub(crate) async fn warmup_cancel(&self) -> Result<(), ApiError> {
        self.runtime().warmups.cancel();
        Ok(())
    }

    pub(crate) async fn automation_pause(&self, args: PauseArgs) -> Result<PauseView, ApiError> {
        let wanted: pause::Pause = args
            .pause
            .parse()
            .map_err(|error: BadPause| ApiError::said(ErrorCode::BadInput, error.said()))?;
        let until = self.runtime().pause.set(wanted).await.map_err(failed)?;
        Ok(PauseView { until: until.map(|at| at.to_string()) })
    }

    pub(crate) async fn scheduler(&self) -> Result<SchedulerView, ApiError> {
        let runtime = self.runtime();
        let language = runtime.settings.language();
        let agenda = runtime.agenda.borrow().clone();
        let jobs = Job::ALL
            .into_iter()
            .map(|job| {
                let status = agenda.job(job);
                JobView {
                    name: job.key().to_owned(),
                    on: status.on,
                    last_at: status.last_at.map(|at| at.to_string()),
                    last_why: status.last_why.map(|why| why.key().to_owned()),
                    last_took_ms: status.last_took.and_then(|took| u32::try_from(took.as_millis()).ok()),
                    last_outcome: status
                        .last_outcome
                        .as_ref()
                        .map(|said| said.in_language(language).to_owned()),
                    running: status.running,
                    next_at: status.next_at.map(|at| at.to_string()),
                    runs: status.runs,
                    event_runs: status.event_runs,
                    missed: status.missed,
                }
            })
            .collect();
        let consent_at = runtime.warmups.consent_at().await.map_err(failed)?;
        let stretched = agenda.stretched_to.map(|every| every.as_secs().unsigned_abs().div_ceil(60));
        let round = runtime.warmups.round();
        Ok(SchedulerView {
            jobs,
            round,
            warmup_consent_text: warmup_consent(language).to_owned(),
            warmup_consent_at: consent_at,
            refresh_stretched_to_minutes: stretched.and_then(|minutes| u32::try_from(minutes).ok()),
        })
    }

    pub(crate) async fn decisions(&self, args: DecisionsArgs) -> Result<Vec<DecisionView>, ApiError> {
        let runtime = self.runtime();
        let query = DecisionQuery {
            since: since(args.since.as_deref(), A_DAY, runtime.clock.now())?,
            credential: args
                .credential
                .map(|text| runtime.credentials.find(&text))
                .transpose()?
                .map(|c| c.id.to_string()),
            kind: args.kind,
            search: args.search.filter(|words| !words.is_empty()),
            limit: args.limit.unwrap_or(MOST_DECISIONS).min(MOST_DECISIONS),
        };
        let language = runtime.settings.language();
        let kept = runtime.journal.read(query).await.map_err(failed)?;
        Ok(kept
            .into_iter()
            .map(|d| DecisionView {
                id: d.id.to_string(),
                at: d.at.to_string(),
                last_at: d.last_at.to_string(),
                kind: d.kind,
                credential: d.credential,
                name: d.name,
                subject: Some(d.subject).filter(|s| !s.is_empty()),
                verdict: d.verdict,
                sentence: d.sentence.in_language(language).to_owned(),
                until: d.until.map(|at| at.to_string()),
            })
            .collect())
    }

    pub(crate) async fn cooldowns(&self) -> Result<Vec<CooldownView>, ApiError> {
        let runtime = self.runtime();
        let (state, now) = (runtime.ledger.state(), runtime.clock.now());
        Ok(state
            .cooldowns
            .iter()
            .filter(|claim| claim.until > now)
            .map(|claim| cooldown(&runtime, claim, now))
            .collect())
    }

    pub(crate) async fn cooldown_clear(&self, args: CooldownArgs) -> Result<(), ApiError> {
        let runtime = self.runtime();
        let state = runtime.ledger.state();
        let claim = state.cooldowns.iter().find(|claim| name_of(claim) == args.id);
        let Some(claim) = claim else {
            return Err(ApiError::said(
                ErrorCode::NotFound,
                Said::new(
                    format!("nothing rests by the name {:?}; `headroom cooldowns` lists what does", args.id),
                    format!("没有名为 {:?} 的暂停；`headroom cooldowns` 列出全部暂停", args.id),
                ),
            ));
        };
        runtime.store.delete_cooldown(claim.scope.clone()).await.map_err(failed)?;
        runtime.ledger.note(Note::ClaimCleared(claim.scope.clone())).await;
        Ok(())
    }

    pub(crate) async fn whatif(&self, args: WhatIfArgs) -> Result<WhatIf, ApiError> {
        let runtime = self.runtime();
        let since = since(args.since.as_deref(), FOUR_WEEKS, runtime.clock.now())?;
        let trace = runtime.warmups.planner().recorded(since).await.map_err(failed)?;
        // Weeks are played several times over: not on a thread that serves others.
        let played = tokio::task::spawn_blocking(move || match args.only {
            Some(part) => crate::whatif::play(&trace, &[part]),
            None => crate::whatif::play(&trace, &WhatIfPart::ALL),
        });
        played.await.map_err(|error| ApiError::new(ErrorCode::Failed, error.to_string()))
    }

    pub(crate) async fn history(&self, args: HistoryArgs) -> Result<HistoryDocument, ApiError> {
        let runtime = self.runtime();
        let since = since(args.since.as_deref(), A_WEEK, runtime.clock.now())?;
        let only = args.credential.map(|text| runtime.credentials.find(&text)).transpose()?.map(|c| c.id);
        let ids: Vec<CredentialId> = match &only {
            Some(id) => vec![id.clone()],
            None => runtime.ledger.state().credentials.iter().map(|k| k.credential.id.clone()).collect(),
        };
        runtime.history(&ids, only.as_ref(), since).await.map_err(failed)
    }
}

impl Runtime {
    async fn history(
        &self,
        ids: &[CredentialId],
        only: Option<&CredentialId>,
        since: Timestamp,
    ) -> Result<HistoryDocument, crate::store::StoreError> {
        let mut samples = Vec::new();
        for id in ids {
            samples.extend(self.store.samples(id, since).await?.into_iter().map(|s| SampleView {
                credential: s.credential.to_string(),
                subject: s.subject,
                window: s.window,
                remaining: s.remaining,
                at: s.at.to_string(),
                source: s.source,
            }));
        }
        let name = |id: &CredentialId| self.credentials.get(id).map_or_else(|| id.to_string(), |c| c.name());
        let warmups = self.store.warmups(only, since).await?.into_iter().map(|kept| WarmupView {
            credential: kept.attempt.credential.to_string(),
            name: name(&kept.attempt.credential),
            group: kept.attempt.group.as_ref().map(|g| g.key().to_owned()).unwrap_or_default(),
            model: kept.attempt.model.clone(),
            by: if kept.attempt.by_hand { "manual" } else { "automatic" }.to_owned(),
            at: kept.attempt.at.to_string(),
            outcome: kept.attempt.outcome.key().to_owned(),
            detail: kept.detail,
            reset_at: kept.reset_at.map(|at| at.to_string()),
        });
        let warmups = warmups.collect();
        let drops = self.store.drops(only, since).await?.into_iter().map(|d| DropView {
            credential: d.credential.to_string(),
            group: d.group,
            window: d.window,
            from: d.from.to_string(),
            to: d.to.to_string(),
            points: d.points,
            by: d.by,
        });
        Ok(HistoryDocument { since: since.to_string(), samples, warmups, drops: drops.collect() })
    }
}

fn cooldown(runtime: &Runtime, claim: &Claim, now: Timestamp) -> CooldownView {
    let id = &claim.scope.credential;
    let name = runtime.credentials.get(id).map_or_else(|| id.to_string(), |c| c.name());
    let here = Here { now, zone: &runtime.zone, language: runtime.settings.language() };
    let (scope, subject) = match &claim.scope.part {
        Part::Whole => ("credential", None),
        Part::Group(group) => ("group", Some(group.key().to_owned())),
        Part::Model(model) => ("model", Some(model.clone())),
    };
    CooldownView {
        id: name_of(claim),
        credential: id.to_string(),
        scope: scope.to_owned(),
        subject,
        reason: claim.reason.key().to_owned(),
        sentence: Sentence { claim, name: &name, here }.to_string(),
        evidence: claim.proof.message.clone(),
        since: claim.since.to_string(),
        until: claim.until.to_string(),
        name,
    }
}

pub(super) fn failed(error: StoreError) -> ApiError {
    CredentialError::from(error).into()
}

/// What a cooldown is called in commands: credential and part.
fn name_of(claim: &Claim) -> String {
    format!("{}/{}", claim.scope.credential, part_text(&claim.scope.part))
}

/// How far back: a span (`1h`, `7d`) or an instant.
pub(super) fn since(
    text: Option<&str>,
    default: SignedDuration,
    now: Timestamp,
) -> Result<Timestamp, ApiError> {
    let Some(text) = text else { return Ok(now - default) };
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let wrong = || {
        ApiError::said(
            ErrorCode::BadInput,
            Said::new(
                format!("{text:?} is no span such as 1h or 7d, and no instant such as 2026-09-01T00:00:00Z"),
                format!("{text:?} 既不是 1h 或 7d 这样的时长，也不是 2026-09-01T00:00:00Z 这样的时刻"),
            ),
        )
    };
    let span: Span = text.parse().map_err(|_| wrong())?;
    let hours =
        span.total((jiff::Unit::Hour, jiff::SpanRelativeTo::days_are_24_hours())).map_err(|_| wrong())?;
    let length = SignedDuration::try_from_secs_f64(hours * 3_600.0).map_err(|_| wrong())?;
    now.checked_sub(length.abs()).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_back_is_a_span_or_an_instant() {
        let now: Timestamp = "2026-09-08T12:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("1h", "2026-09-08T11:00:00Z"),
            ("7d", "2026-09-01T12:00:00Z"),
            ("90m", "2026-09-08T10:30:00Z"),
            ("2026-09-01T00:00:00Z", "2026-09-01T00:00:00Z"),
        ] {
            assert_eq!(since(Some(text), A_DAY, now).unwrap().to_string(), expected, "{text}");
        }
        assert_eq!(since(None, A_DAY, now).unwrap(), now - A_DAY);
        assert!(since(Some("yesterday"), A_DAY, now).is_err());
    }
}
