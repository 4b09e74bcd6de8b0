//! `retrieveUserQuotaSummary`: every window of every group, the best source of quota there is.

use super::{Malformed, Seen, document, fields, without};
use crate::field;
use crate::json::{Fields, Odd};
use domain::catalogue::{Group, group_of_bucket, group_of_model};
use domain::quota::{
    Glimpse, GroupReading, ModelReading, Remaining, Source, WindowKind, WindowReading, idleness,
};
use serde_json::Value;

const ENDPOINT: &str = "retrieveUserQuotaSummary";
/// The most groups that are read; the service sends up to two.
const MOST_GROUPS: usize = 32;
/// The most buckets of one group that are read; a project account has one for each model.
const MOST_BUCKETS: usize = 1_000;

/// What the summary said.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The groups with their windows, in the service's order. None at all is a real answer: this account has no
    /// summary.
    pub groups: Vec<GroupReading>,
    /// Where the buckets are models instead of windows ("All Models" of project accounts): those models.
    pub models: Vec<ModelReading>,
    /// Fields that were not as known, for the drift counter.
    pub odd: u32,
}

/// The body to send.
#[must_use]
pub fn request(project: Option<&str>) -> Vec<u8> {
    super::project_request(project)
}

/// Reads the answer, bare or in the local language server's envelope.
///
/// # Errors
/// Where it is no summary at all. An answer that is just empty says that the account has none.
pub fn parse(body: &[u8], seen: Seen) -> Result<Summary, Malformed> {
    read(document(ENDPOINT, body)?, seen)
}

/// Reads the answer as a document.
pub(super) fn read(document: Value, seen: Seen) -> Result<Summary, Malformed> {
    let outer = fields(ENDPOINT, &document)?;
    let root = outer.get("response").and_then(Fields::of).unwrap_or(outer);
    let groups = match root.get("groups") {
        Some(Value::Array(groups)) => groups.as_slice(),
        None if root.iter().all(|(key, _)| matches!(key, "groups" | "description")) => &[],
        _ => return Err(without(ENDPOINT, "list of groups")),
    };
    let mut odd = Odd::default();
    root.count_unknown(&["groups", "description"], &mut odd);
    let mut summary = Summary { groups: Vec::new(), models: Vec::new(), odd: 0 };
    for group in groups.iter().take(MOST_GROUPS) {
        match Fields::of(group) {
            Some(group) => read_group(group, seen, &mut summary, &mut odd),
            None => odd.more(),
        }
    }
    summary.odd = odd.count();
    Ok(summary)
}

fn read_group(group: Fields<'_>, seen: Seen, summary: &mut Summary, odd: &mut Odd) {
    group.count_unknown(&["displayName", "description", "buckets"], odd);
    let name = group.text("displayName", odd).and_then(field::name);
    let mut buckets = Vec::new();
    for bucket in group.list("buckets", odd).iter().take(MOST_BUCKETS) {
        match Fields::of(bucket) {
            Some(bucket) => {
                bucket.count_unknown(&BUCKET_FIELDS, odd);
                buckets.push(bucket);
            }
            None => odd.more(),
        }
    }
    let is_window =
        |b: &Fields<'_>| b.has("window") || b.plain("bucketId").and_then(group_of_bucket).is_some();
    if named_group(name.as_deref()).is_none() && !buckets.is_empty() && !buckets.iter().any(is_window) {
        summary.models.extend(buckets.into_iter().filter_map(|bucket| model(bucket, seen, odd)));
        return;
    }
    let group = group_of(&buckets, name.as_deref());
    let windows = buckets.into_iter().map(|bucket| window(bucket, seen, odd)).collect();
    let name = name.unwrap_or_else(|| group.title().to_owned());
    summary.groups.push(GroupReading { group, name, windows });
}

const BUCKET_FIELDS: [&str; 9] = [
    "bucketId",
    "displayName",
    "description",
    "window",
    "resetTime",
    "remainingFraction",
    "remainingAmount",
    "remaining",
    "disabled",
];

/// The group by the first bucket whose id is known; where none is, by the exact name.
fn group_of(buckets: &[Fields<'_>], name: Option<&str>) -> Group {
    let by_bucket = buckets.iter().find_map(|bucket| group_of_bucket(bucket.plain("bucketId")?));
    by_bucket
        .or_else(|| named_group(name))
        .unwrap_or_else(|| Group::Other(name.unwrap_or("Unnamed").to_owned()))
}

fn named_group(name: Option<&str>) -> Option<Group> {
    match name? {
        "Gemini Models" => Some(Group::Gemini),
        "Claude and GPT models" => Some(Group::ThirdParty),
        _ => None,
    }
}

fn window(bucket: Fields<'_>, seen: Seen, odd: &mut Odd) -> WindowReading {
    let id = bucket.text("bucketId", odd).and_then(field::id).unwrap_or_default();
    if id.is_empty() {
        odd.more();
    }
    // The known ids carry their period themselves.
    let by_id = || group_of_bucket(id).and_then(|_| Some(id.rsplit_once('-')?.1.to_owned()));
    let word = bucket.text("window", odd).and_then(field::name).or_else(by_id);
    let kind = WindowKind::new(word.unwrap_or_default());
    let remaining = share(bucket, odd);
    let reset = seen.reset(bucket, kind.length(), odd);
    let glimpse = Glimpse { answered_at: seen.answered_at, reset: reset.map(|r| r.by_service), remaining };
    WindowReading {
        bucket: id.to_owned(),
        idleness: idleness(&kind, glimpse, None),
        kind,
        remaining,
        reset_at: reset.map(|r| r.ours),
        reset_by_service: reset.map(|r| r.by_service),
        answered_at: seen.answered_at,
        observed_at: seen.observed_at,
        disabled: bucket.flag("disabled", odd),
        source: Source::Summary,
    }
}

/// A bucket that is a model. Without an id it is nobody's.
fn model(bucket: Fields<'_>, seen: Seen, odd: &mut Odd) -> Option<ModelReading> {
    let Some(id) = bucket.text("bucketId", odd).and_then(field::id) else {
        odd.more();
        return None;
    };
    let name = bucket.text("displayName", odd).and_then(field::name);
    Some(ModelReading {
        id: id.to_owned(),
        display_name: name.unwrap_or_else(|| id.to_owned()),
        group: group_of_model(id, None),
        hidden: domain::catalogue::is_hidden(id, false),
        disabled: bucket.flag("disabled", odd),
        own: share(bucket, odd),
        reset_at: seen.reset(bucket, None, odd).map(|r| r.ours),
        source: Source::Summary,
        observed_at: seen.observed_at,
    })
}

/// What is left: beside the other fields, or as the language server writes it, inside `remaining`. Missing is
/// unknown, also where an amount stands instead; an amount is no share.
fn share(bucket: Fields<'_>, odd: &mut Odd) -> Option<Remaining> {
    if bucket.has("remainingFraction") {
        return bucket.share("remainingFraction", odd);
    }
    let inner = bucket.object("remaining", odd)?;
    match inner.plain("case") {
        Some("remainingFraction") => inner.share("value", odd),
        Some(_) => None,
        None => inner.share("remainingFraction", odd),
    }
}
