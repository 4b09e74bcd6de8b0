//! What follows from a fresh reading: protection, what rests, whose use a drop was, history.
//!
//! The judgements are `domain::policy`'s. Each is stored before it is shown, so that it outlives a restart.

use super::samples::Samples;
use super::steps::Steps;
use super::usage::{self, Own, Part};
use crate::clock::Clock;
use crate::journal::{Entry, Journal, Kind};
use crate::ledger::{Drained, Known, Ledger, Level, Note, Notice};
use crate::settings::SettingsKeeper;
use crate::store::{Store, StoreError};
use domain::credential::CredentialId;
use domain::policy::cooldown::{self, Finding};
use domain::policy::protection::{self, ChangeSentence, Outlook, Rules, Turn};
use domain::policy::words::{Here, Said};
use domain::quota::Quota;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex, PoisonError};

const FLOOR_UNSEEN: &str = "floor_unseen";
const USED_ELSEWHERE: &str = "used_elsewhere";

/// What a landing works with.
pub(super) struct Landing {
    pub(super) ledger: Ledger,
    pub(super) settings: SettingsKeeper,
    pub(super) store: Store,
    pub(super) journal: Journal,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) zone: TimeZone,
    pub(super) samples: Mutex<Samples>,
    pub(super) steps: Steps,
}

impl Landing {
    /// A reading of `id` landed; `before` is what was known until then.
    pub(super) async fn landed(&self, id: &CredentialId, before: Option<Arc<Quota>>) {
        let state = self.ledger.state();
        let Some(known) = state.get(id).cloned() else { return };
        let Some(quota) = known.quota.clone() else { return };
        let now = self.clock.now();
        let mut entries = Vec::new();
        let done = async {
            self.protect(&known, &quota, now, &mut entries).await?;
            self.weigh_claims(&known, &quota, now, &mut entries).await?;
            self.point_out_floor(&known, &quota, now).await?;
            self.split_use(&known, before.as_deref(), &quota, now, &mut entries).await?;
            let samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner).of(id, &quota, now);
            if samples.is_empty() { Ok(()) } else { self.store.add_samples(samples).await }
        };
        if let Err::<(), StoreError>(error) = done.await {
            tracing::warn!(credential = %id, %error, "What followed from a reading could not be stored");
        }
        self.journal.write(entries).await;
    }

    /// Judges a credential by what is known of it.
    pub(super) async fn judge(&self, known: &Known) {
        let Some(quota) = &known.quota else { return };
        let mut entries = Vec::new();
        if let Err(error) = self.protect(known, quota, self.clock.now(), &mut entries).await {
            tracing::warn!(credential = %known.credential.id, %error, "What is protected could not be stored");
        }
        self.journal.write(entries).await;
    }

    async fn protect(
        &self,
        known: &Known,
        quota: &Quota,
        now: Timestamp,
        entries: &mut Vec<Entry>,
    ) -> Result<(), StoreError> {
        let id = &known.credential.id;
        let (settings, floors) = (self.settings.current(), self.settings.floors());
        let state = self.ledger.state();
        let interval = SignedDuration::from_mins(settings.refresh_interval_minutes.into());
        let burn = usage::burn(quota, |group| state.foresight.run_out(id, group, now), now);
        let outlook = Outlook { burn: &burn, next_reading: now + interval };
        let rules = Rules { settings: &settings, floors: &floors };
        let judged = protection::judge(state.protection.of(id), id, quota, &rules, &outlook, now);
        if state.protection.of(id).is_none_or(|held| *held != judged.pairs)
            && !(judged.pairs.is_empty() && state.protection.of(id).is_none())
        {
            self.store.put_protections(id, judged.pairs.clone()).await?;
            self.ledger.note(Note::Protected(id.clone(), judged.pairs)).await;
        }
        let name = known.credential.name();
        for change in &judged.changes {
            let sentence = Said::of(|language| {
                let here = Here { now, zone: &self.zone, language };
                ChangeSentence { change, name: &name, here }
            });
            tracing::info!(target: "quota_protection", credential = %id, model = %change.model, "{}", sentence.english);
            let (verdict, until) = match &change.turn {
                Turn::Below(below) => ("below_floor", below.back_at),
                Turn::Back { .. } => ("back", None),
            };
            entries.push(Entry {
                kind: Kind::Protection,
                credential: id.clone(),
                name: name.clone(),
                subject: change.model.clone(),
                verdict,
                sentence,
                until,
            });
        }
        if known.early != judged.early {
            self.ledger.note(Note::Early(id.clone(), judged.early)).await;
        }
        Ok(())
    }

    /// A floor that the reporting step cannot show is pointed out.
    async fn point_out_floor(&self, known: &Known, quota: &Quota, now: Timestamp) -> Result<(), StoreError> {
        let credential = &known.credential;
        let Some(words) = self.steps.read(credential, quota, &self.settings, &self.store, now).await? else {
            return Ok(());
        };
        let note = match words {
            Some(message) => {
                tracing::info!(target: "quota_protection", credential = %credential.id, "{}", message.english);
                Note::Notice(Notice { code: FLOOR_UNSEEN, level: Level::Info, message, at: now })
            }
            None => Note::NoticeOver(FLOOR_UNSEEN),
        };
        self.ledger.note(note).await;
        Ok(())
    }

    async fn weigh_claims(
        &self,
        known: &Known,
        quota: &Quota,
        now: Timestamp,
        entries: &mut Vec<Entry>,
    ) -> Result<(), StoreError> {
        let id = &known.credential.id;
        let mut cooldowns = (*self.ledger.state().cooldowns).clone();
        let findings = cooldowns.read(id, quota, now);
        if findings.is_empty() {
            return Ok(());
        }
        let name = known.credential.name();
        for finding in findings {
            let (Finding::ProbeOpened(scope) | Finding::Refused(scope) | Finding::Empty { scope, .. }) =
                &finding;
            let Some(claim) = cooldowns.iter().find(|c| &c.scope == scope) else { continue };
            let sentence = Said::of(|language| {
                let here = Here { now, zone: &self.zone, language };
                cooldown::Sentence { claim, name: &name, here }
            });
            tracing::info!(credential = %id, "{}", sentence.english);
            entries.push(Entry {
                kind: Kind::Cooldown,
                credential: id.clone(),
                name: name.clone(),
                subject: crate::store::part_text(&claim.scope.part),
                verdict: match finding {
                    Finding::ProbeOpened(_) => "probe_open",
                    Finding::Refused(_) => "refused",
                    Finding::Empty { .. } => "quota_empty",
                },
                sentence,
                until: Some(claim.until),
            });
            self.store.put_cooldown(claim.clone()).await?;
        }
        self.ledger.note(Note::ClaimsRead(id.clone(), now)).await;
        Ok(())
    }

    /// Splits what fell since the reading before into own warmups, the proxy, and use elsewhere.
    async fn split_use(
        &self,
        known: &Known,
        before: Option<&Quota>,
        quota: &Quota,
        now: Timestamp,
        entries: &mut Vec<Entry>,
    ) -> Result<(), StoreError> {
        let Some(before) = before else { return Ok(()) };
        let id = &known.credential.id;
        let state = self.ledger.state();
        let drops = usage::drops(id, before, quota, Own { warmups: &state.warmups, served: &known.served });
        for drop in drops.iter().filter(|d| d.part == Part::Elsewhere) {
            self.ledger.note(Note::Used(drop.group.clone(), now)).await;
            if drop.points >= usage::ALARMING {
                let within = drop.from.duration_until(drop.to);
                let drained = Drained { points: drop.points, within, at: drop.to };
                self.ledger.note(Note::Drained(id.clone(), drop.group.clone(), drained)).await;
                let name = known.credential.name();
                let sentence = Said::of(|language| {
                    let (group, points) = (&drop.group, drop.points);
                    let window = language.window(&drop.window);
                    let took = language.lasting(within);
                    language.say(
                        format!("{group} of {name}: {points:.0} points of the {window} window were used elsewhere in {took}"),
                        format!("{name} 的 {group}：{window}窗口在 {took} 内有 {points:.0} 个百分点用在了其他地方"),
                    )
                });
                tracing::info!(credential = %id, "{}", sentence.english);
                let message = Said {
                    english: format!(
                        "{}, and nothing here used it. Another program, or somebody else, uses this login.",
                        sentence.english
                    ),
                    chinese: format!(
                        "{}，而这里没有使用它。有其他程序或其他人在用这个登录。",
                        sentence.chinese
                    ),
                };
                let notice = Notice { code: USED_ELSEWHERE, level: Level::Info, message, at: now };
                self.ledger.note(Note::Notice(notice)).await;
                let (credential, subject) = (id.clone(), drop.group.key().to_owned());
                entries.push(Entry {
                    kind: Kind::Drain,
                    credential,
                    name,
                    subject,
                    verdict: "elsewhere",
                    sentence,
                    until: None,
                });
            }
        }
        if drops.is_empty() {
            return Ok(());
        }
        self.store.add_drops(drops.into_iter().map(usage::Used::kept).collect()).await
    }
}
