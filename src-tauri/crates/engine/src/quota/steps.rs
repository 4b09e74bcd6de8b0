//! Floors that the service's reporting step cannot show: remembers the numbers each window showed, and says so once.

use crate::settings::SettingsKeeper;
use crate::store::{Store, StoreError};
use domain::credential::{Credential, CredentialId};
use domain::policy::protection::{Rules, Unseen, reporting_step, unseen};
use domain::policy::words::Said;
use domain::quota::{Quota, Remaining};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

/// Numbers of this far back tell the step.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// So many different numbers prove that there is no step that matters.
const ENOUGH: usize = 32;

/// A group's window.
type Window = (String, String);

/// What each window showed, in millionths.
#[derive(Debug, Default)]
pub(super) struct Steps {
    shown: Mutex<HashMap<CredentialId, BTreeMap<Window, BTreeSet<u32>>>>,
    /// Credentials whose floor cannot be shown, with the words.
    told: Mutex<BTreeMap<CredentialId, Said>>,
}

impl Steps {
    /// Takes a reading. Answers the words to show now, where they changed: `Some(None)` where nothing is to be
    /// said any more.
    pub(super) async fn read(
        &self,
        credential: &Credential,
        quota: &Quota,
        settings: &SettingsKeeper,
        store: &Store,
        now: Timestamp,
    ) -> Result<Option<Option<Said>>, StoreError> {
        if !settings.current().quota_protection_enabled {
            return Ok(self.tell(&credential.id, None));
        }
        let is_known = self.shown.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&credential.id);
        let earlier = match is_known {
            true => Vec::new(),
            false => store.shown_shares(&credential.id, now - LOOKED_BACK).await?,
        };
        let found = self.found(credential, quota, settings, earlier);
        let name = credential.name();
        let words = found.map(|(group, unseen)| {
            Said::of(|language| {
                let what = unseen.say(language);
                language.say(format!("{group} of {name}: {what}"), format!("{name} 的 {group}：{what}"))
            })
        });
        Ok(self.tell(&credential.id, words))
    }

    fn found(
        &self,
        credential: &Credential,
        quota: &Quota,
        settings: &SettingsKeeper,
        earlier: Vec<(String, String, f64)>,
    ) -> Option<(String, Unseen)> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let of_credential = shown.entry(credential.id.clone()).or_default();
        let mut put = |window: Window, share: Remaining| {
            let seen = of_credential.entry(window).or_default();
            if seen.len() < ENOUGH {
                seen.insert(millionths(share));
            }
        };
        for (group, window, share) in earlier {
            if let Some(share) = Remaining::clamped(share) {
                put((group, window), share);
            }
        }
        for group in &quota.groups {
            for window in &group.windows {
                if let Some(share) = window.remaining {
                    put((group.group.key().to_owned(), window.kind.as_str().to_owned()), share);
                }
            }
        }
        let (current, floors) = (settings.current(), settings.floors());
        let rules = Rules { settings: &current, floors: &floors };
        quota.groups.iter().find_map(|group| {
            let short = quota.short_window(&group.group)?;
            let key = (group.group.key().to_owned(), short.kind.as_str().to_owned());
            let seen = of_credential.get(&key).filter(|seen| seen.len() < ENOUGH)?;
            let shares = seen.iter().filter_map(|share| Remaining::clamped(f64::from(*share) / 1e6));
            let step = reporting_step(shares)?;
            let models = quota.models.iter().filter(|m| m.group.as_ref() == Some(&group.group) && !m.hidden);
            let floors: HashSet<u32> =
                models.map(|m| rules.floor(&credential.id, &m.id, &quota.replaced)).collect();
            floors.into_iter().find_map(|floor| Some((group.group.title().to_owned(), unseen(floor, step)?)))
        })
    }

    fn tell(&self, id: &CredentialId, words: Option<Said>) -> Option<Option<Said>> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.get(id) == words.as_ref() {
            return None;
        }
        match words {
            Some(words) => told.insert(id.clone(), words),
            None => told.remove(id),
        };
        let first = told.values().next().cloned();
        let others = told.len().saturating_sub(1);
        Some(first.map(|first| match others {
            0 => Said { english: format!("{}.", first.english), chinese: format!("{}。", first.chinese) },
            more => Said {
                english: format!("{} (and {more} more).", first.english),
                chinese: format!("{}（另有 {more} 个）。", first.chinese),
            },
        }))
    }

    /// Forgets a credential that is gone.
    pub(super) fn forget(&self, id: &CredentialId) {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        self.told.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share is 0 to 1")]
fn millionths(share: Remaining) -> u32 {
    (share.fraction() * 1e6).round() as u32
}
