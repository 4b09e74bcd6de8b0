//! What need not be written at once: that a decision is still so.
//!
//! Every scan says of most subjects what the scan before it said. Written each time, that is a third of all the work of
//! a quiet year.

use crate::store::{Decision, SAME};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

/// How long an entry's end may lag behind on the disk: what a crash can cost.
const LAG: SignedDuration = SignedDuration::from_hours(1);

/// What was decided last about each subject.
#[derive(Default)]
pub(super) struct Held(HashMap<Subject, Last>);

#[derive(PartialEq, Eq, Hash)]
struct Subject {
    kind: &'static str,
    credential: String,
    subject: String,
}

struct Last {
    verdict: String,
    /// Which end of the entry the disk knows.
    written: Timestamp,
    /// A later look that found the same.
    unwritten: Option<Decision>,
}

impl Held {
    /// Takes a decision and answers what must be written now, in this order: nothing while it is only still so.
    pub(super) fn take(&mut self, decision: Decision) -> Vec<Decision> {
        let subject = Subject {
            kind: decision.kind,
            credential: decision.credential.clone(),
            subject: decision.subject.clone(),
        };
        let last = self.0.get_mut(&subject);
        if let Some(last) = last
            && last.verdict == decision.verdict
            && decision.at >= last.written
            && decision.at < last.written + LAG
        {
            last.unwritten = Some(decision);
            return Vec::new();
        }
        let now = Last { verdict: decision.verdict.clone(), written: decision.at, unwritten: None };
        let before = self.0.insert(subject, now).and_then(|last| last.unwritten);
        before.into_iter().chain([decision]).collect()
    }

    /// Answers all that is not written yet, and forgets what nobody looked at for so long that it would be another
    /// entry.
    pub(super) fn drain(&mut self, now: Timestamp) -> Vec<Decision> {
        let due = self.0.values_mut().filter_map(|last| {
            let decision = last.unwritten.take()?;
            last.written = decision.at;
            Some(decision)
        });
        let due = due.collect();
        self.0.retain(|_, last| last.written >= now - SAME);
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(verdict: &str, minutes: i64) -> Decision {
        Decision {
            kind: "warmup",
            credential: "ada".into(),
            name: "Ada".into(),
            subject: "claude-sonnet-4-6".into(),
            verdict: verdict.into(),
            sentence: format!("{verdict} at {minutes}"),
            until: None,
            at: Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes),
        }
    }

    #[test]
    fn what_is_still_so_waits_for_an_hour_or_a_change() {
        let mut held = Held::default();
        assert_eq!(held.take(decision("not_full", 0)), [decision("not_full", 0)]);
        assert_eq!(held.take(decision("not_full", 10)), []);
        assert_eq!(held.take(decision("not_full", 50)), []);
        // The end of the one comes before the beginning of the next.
        assert_eq!(held.take(decision("warm", 55)), [decision("not_full", 50), decision("warm", 55)]);
        assert_eq!(held.take(decision("warm", 60)), []);
        assert_eq!(held.drain(decision("", 61).at), [decision("warm", 60)]);
        assert_eq!(held.drain(decision("", 61).at), []);
        assert_eq!(held.take(decision("warm", 119)), []);
        assert_eq!(held.take(decision("warm", 120)), [decision("warm", 119), decision("warm", 120)]);
    }

    #[test]
    fn a_clock_that_was_set_back_is_written_at_once() {
        let mut held = Held::default();
        held.take(decision("warm", 60));
        assert_eq!(held.take(decision("warm", 0)), [decision("warm", 0)]);
    }

    #[test]
    fn subjects_that_are_gone_are_forgotten() {
        let mut held = Held::default();
        held.take(decision("warm", 0));
        held.drain(decision("", 13 * 60).at);
        assert!(held.0.is_empty());
    }
}
