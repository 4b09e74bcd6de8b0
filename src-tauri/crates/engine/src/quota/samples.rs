//! Which numbers become history: every change, and at least one an hour.
//!
//! Samples are measurements for charts; nothing reads them back as current quota.

use crate::store::Sample;
use domain::credential::CredentialId;
use domain::quota::Quota;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

const AT_LEAST: SignedDuration = SignedDuration::from_hours(1);

/// What a sample is about: credential, group or model, window.
type Subject = (CredentialId, String, Option<String>);

/// Remembers the last sample of each subject.
#[derive(Debug, Default)]
pub(super) struct Samples {
    last: HashMap<Subject, (Option<f64>, Timestamp)>,
}

impl Samples {
    /// The samples that a fresh reading is worth.
    pub(super) fn of(&mut self, id: &CredentialId, quota: &Quota, now: Timestamp) -> Vec<Sample> {
        let windows = quota.groups.iter().flat_map(|g| {
            g.windows.iter().filter(|w| !w.disabled).map(|w| {
                let subject = (id.clone(), g.group.key().to_owned(), Some(w.kind.as_str().to_owned()));
                (subject, w.remaining, w.source, w.observed_at)
            })
        });
        let models = quota
            .models
            .iter()
            .filter(|m| !m.hidden)
            // A model of a group with windows has no number of its own: they are its group's.
            .filter(|m| m.group.as_ref().is_none_or(|group| quota.windows_of(group).next().is_none()))
            .map(|m| ((id.clone(), m.id.clone(), None), m.own, m.source, m.observed_at));
        windows
            .chain(models)
            .filter_map(|(subject, remaining, source, at)| {
                let remaining = remaining.map(domain::quota::Remaining::fraction);
                let worth = self.last.get(&subject).is_none_or(|(before, when)| {
                    *before != remaining || when.duration_until(now) >= AT_LEAST
                });
                worth.then(|| {
                    self.last.insert(subject.clone(), (remaining, now));
                    let (credential, subject, window) = subject;
                    Sample { credential, subject, window, remaining, at, source: source.key().to_owned() }
                })
            })
            .collect()
    }

    /// Forgets a credential that is gone.
    pub(super) fn forget(&mut self, id: &CredentialId) {
        self.last.retain(|(credential, _, _), _| credential != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::quota::{ModelReading, Remaining, Source};

    #[test]
    fn a_sample_is_worth_a_change_or_an_hour() {
        let mut samples = Samples::default();
        let id = CredentialId::new("ada");
        let mut at = |minutes: i64, left: f64| {
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
            samples.of(&id, &quota(left, now), now).len()
        };
        assert_eq!([at(0, 0.5), at(15, 0.5), at(30, 0.4), at(45, 0.4), at(90, 0.4)], [1, 0, 1, 0, 1]);
    }

    fn quota(left: f64, now: Timestamp) -> Quota {
        let model = ModelReading {
            id: "gemini-3-flash".into(),
            display_name: "Gemini".into(),
            group: None,
            hidden: false,
            disabled: false,
            own: Remaining::clamped(left),
            reset_at: None,
            source: Source::ModelList,
            observed_at: now,
        };
        Quota { models: vec![model], ..Quota::default() }
    }
}
