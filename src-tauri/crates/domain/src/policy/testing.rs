//! Builders for the tests of the policies.

use crate::catalogue::{Group, group_of_model, is_hidden};
use crate::credential::{Credential, CredentialId, Provider, State};
use crate::quota::{
    GroupReading, Idleness, ModelReading, Quota, Remaining, Source, WindowKind, WindowReading,
};
use crate::settings::Settings;
use jiff::{SignedDuration, Timestamp};

/// Wednesday 2 September 2026, noon.
pub fn noon() -> Timestamp {
    "2026-09-02T12:00:00Z".parse().unwrap()
}

pub fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

pub fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

pub fn left(percent: f64) -> Remaining {
    Remaining::clamped(percent / 100.0).unwrap()
}

pub fn settings(changes: &[(&str, &str)]) -> Settings {
    let mut settings = Settings::defaults("0.0.0");
    for (key, value) in changes {
        settings.set(key, value).unwrap();
    }
    settings
}

/// An active Antigravity login of 60 days ago.
pub fn credential(name: &str) -> Credential {
    Credential {
        id: CredentialId::new(name.to_lowercase()),
        provider: Provider::Antigravity,
        email: None,
        label: Some(name.to_owned()),
        project: None,
        tier: None,
        state: State::Active,
        added_at: noon() - hours(60 * 24),
        discovered_at: None,
        last_quota_refresh: None,
    }
}

pub fn model(id: &str) -> ModelReading {
    ModelReading {
        id: id.to_owned(),
        display_name: id.to_owned(),
        group: group_of_model(id, None),
        hidden: is_hidden(id, false),
        disabled: false,
        own: None,
        reset_at: None,
        source: Source::ModelList,
        observed_at: noon(),
    }
}

/// A window of `kind` ("5h", "weekly") as read at `at`: used where less than full, else idle.
pub fn window(group: &Group, kind: &str, percent: Option<f64>, at: Timestamp) -> WindowReading {
    let kind = WindowKind::new(kind);
    let prefix = group.key().to_owned();
    let remaining = percent.map(left);
    let idleness = match remaining {
        None => Idleness::Unknown,
        Some(r) if r.is_full() => Idleness::Idle,
        Some(_) => Idleness::Started,
    };
    let reset = at + kind.length().unwrap_or(hours(1));
    WindowReading {
        bucket: format!("{prefix}-{kind}"),
        kind,
        remaining,
        reset_at: Some(reset),
        reset_by_service: Some(reset),
        answered_at: at,
        observed_at: at,
        idleness,
        disabled: false,
        source: Source::Summary,
    }
}

/// A login that offers `models`, whose groups have a short and a weekly window with `short` and `week` left.
pub fn quota(models: &[&str], short: Option<f64>, week: Option<f64>, at: Timestamp) -> Quota {
    let group = |group: Group| GroupReading {
        name: group.title().to_owned(),
        windows: vec![window(&group, "5h", short, at), window(&group, "weekly", week, at)],
        group,
    };
    Quota {
        groups: vec![group(Group::Gemini), group(Group::ThirdParty)],
        models: models.iter().map(|id| model(id)).collect(),
        replaced: Vec::new(),
        summary_at: Some(at),
        list_at: Some(at),
    }
}
