//! Puts the answers of the service together into one picture of a credential's quota.

use super::{Glimpse, GroupReading, Idleness, ModelReading, Quota, Source, WindowReading, idleness};
use jiff::Timestamp;

/// A summary as it was read: groups with windows, and buckets that carry a model's id.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryPart {
    /// The groups.
    pub groups: Vec<GroupReading>,
    /// Numbers per model that came with them ("All Models").
    pub models: Vec<ModelReading>,
    /// Our clock at the answer.
    pub at: Timestamp,
}

/// A model list as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ListPart {
    /// The models, in the order of the service's picker.
    pub models: Vec<ModelReading>,
    /// Deprecated ids and what replaces them.
    pub replaced: Vec<(String, String)>,
    /// Our clock at the answer.
    pub at: Timestamp,
}

/// What was read of one credential, by source.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parts {
    /// The latest summary, or Gemini CLI's buckets.
    pub summary: Option<SummaryPart>,
    /// The latest model list.
    pub list: Option<ListPart>,
}

impl Parts {
    /// Takes a new summary; windows that were read before are judged by both readings.
    #[must_use]
    pub fn with_summary(mut self, mut new: SummaryPart) -> Self {
        if let Some(before) = &self.summary {
            for group in &mut new.groups {
                for window in &mut group.windows {
                    window.idleness = judged(window, before);
                }
            }
        }
        self.summary = Some(new);
        self
    }

    /// Takes a new model list.
    #[must_use]
    pub fn with_list(mut self, new: ListPart) -> Self {
        self.list = Some(new);
        self
    }

    /// The picture: the summary's numbers decide, the list adds the models and what the summary lacks.
    #[must_use]
    pub fn merged(&self) -> Quota {
        let groups = self.summary.as_ref().map(|s| s.groups.clone()).unwrap_or_default();
        let mut models = self.list.as_ref().map(|l| l.models.clone()).unwrap_or_default();
        for told in self.summary.iter().flat_map(|s| &s.models) {
            match models.iter_mut().find(|m| m.id == told.id) {
                Some(model) => {
                    model.own = told.own;
                    model.reset_at = told.reset_at.or(model.reset_at);
                    model.source = told.source;
                    model.observed_at = told.observed_at;
                }
                None => models.push(told.clone()),
            }
        }
        Quota {
            groups,
            models,
            replaced: self.list.as_ref().map(|l| l.replaced.clone()).unwrap_or_default(),
            summary_at: self.summary.as_ref().map(|s| s.at),
            list_at: self.list.as_ref().map(|l| l.at),
        }
    }
}

fn judged(window: &WindowReading, before: &SummaryPart) -> Idleness {
    // Only a summary's reset floats with the service's own clock; other sources have one reading.
    if window.source != Source::Summary {
        return window.idleness;
    }
    let earlier = before
        .groups
        .iter()
        .flat_map(|g| &g.windows)
        .find(|w| w.bucket == window.bucket && w.kind == window.kind);
    idleness(&window.kind, glimpse(window), earlier.map(glimpse))
}

fn glimpse(window: &WindowReading) -> Glimpse {
    Glimpse { answered_at: window.answered_at, reset: window.reset_by_service, remaining: window.remaining }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Group;
    use crate::quota::{Remaining, WindowKind};
    use jiff::SignedDuration;

    #[test]
    fn a_second_summary_tells_a_floating_window_from_a_fixed_one() {
        let first = at("2026-09-01T00:00:00Z");
        let second = first + SignedDuration::from_mins(10);
        let five = SignedDuration::from_hours(5);
        let young = SignedDuration::from_secs(60);
        let parts = Parts::default().with_summary(summary(first, first + five - young));
        assert_eq!(state(&parts), Idleness::NotSure);
        let stayed = parts.clone().with_summary(summary(second, first + five - young));
        assert_eq!(state(&stayed), Idleness::Started);
        let moved = parts.with_summary(summary(second, second + five - young));
        assert_eq!(state(&moved), Idleness::Idle);
    }

    #[test]
    fn the_summarys_number_for_a_model_stands_before_the_lists() {
        let now = at("2026-09-01T00:00:00Z");
        let list = ListPart {
            models: vec![model("a", 1.0, Source::ModelList, now), model("b", 1.0, Source::ModelList, now)],
            replaced: Vec::new(),
            at: now,
        };
        let told = SummaryPart {
            groups: Vec::new(),
            models: vec![model("b", 0.4, Source::Summary, now), model("c", 0.2, Source::Summary, now)],
            at: now,
        };
        let merged = Parts::default().with_list(list).with_summary(told).merged();
        let numbers: Vec<_> =
            merged.models.iter().map(|m| (m.id.as_str(), m.own.map(Remaining::fraction))).collect();
        assert_eq!(numbers, [("a", Some(1.0)), ("b", Some(0.4)), ("c", Some(0.2))]);
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn state(parts: &Parts) -> Idleness {
        parts.merged().groups[0].windows[0].idleness
    }

    fn model(id: &str, own: f64, source: Source, now: Timestamp) -> ModelReading {
        ModelReading {
            id: id.into(),
            display_name: id.into(),
            group: None,
            hidden: false,
            disabled: false,
            own: Remaining::clamped(own),
            reset_at: None,
            source,
            observed_at: now,
        }
    }

    fn summary(answered_at: Timestamp, reset: Timestamp) -> SummaryPart {
        let kind = WindowKind::new("5h");
        let glimpse = Glimpse { answered_at, reset: Some(reset), remaining: Some(Remaining::FULL) };
        let window = WindowReading {
            bucket: "gemini-5h".into(),
            idleness: idleness(&kind, glimpse, None),
            kind,
            remaining: Some(Remaining::FULL),
            reset_at: Some(reset),
            reset_by_service: Some(reset),
            answered_at,
            observed_at: answered_at,
            disabled: false,
            source: Source::Summary,
        };
        SummaryPart {
            groups: vec![GroupReading {
                group: Group::Gemini,
                name: "Gemini Models".into(),
                windows: vec![window],
            }],
            models: Vec::new(),
            at: answered_at,
        }
    }
}
