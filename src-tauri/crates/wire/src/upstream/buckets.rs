//! `retrieveUserQuota`: Gemini CLI's own buckets, one or more for each model.

use super::{Malformed, Seen, document, fields, without};
use crate::field;
use crate::json::{Fields, Odd};
use domain::quota::{ModelReading, Remaining, Source};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

const ENDPOINT: &str = "retrieveUserQuota";
/// The most buckets that are read; the service sends about ten.
const MOST: usize = 2_000;
/// The largest limit that is believed, in requests.
const LARGEST_LIMIT: f64 = 1e12;

/// What the buckets said.
#[derive(Debug, Clone, PartialEq)]
pub struct Buckets {
    /// The models, by id. They have no group: each counts alone.
    pub models: Vec<ModelReading>,
    /// How many requests a whole bucket has, where amount and share tell; of the bucket that decides.
    pub limits: Vec<(String, u64)>,
    /// Fields that were not as known, for the drift counter.
    pub odd: u32,
}

/// One bucket.
#[derive(Clone, Copy)]
struct Bucket {
    share: Option<Remaining>,
    reset_at: Option<Timestamp>,
    limit: Option<u64>,
}

/// The body to send.
#[must_use]
pub fn request(project: Option<&str>) -> Vec<u8> {
    super::project_request(project)
}

/// Reads the answer.
///
/// # Errors
/// Where it is no bucket list at all. An empty object is one without buckets.
pub fn parse(body: &[u8], seen: Seen) -> Result<Buckets, Malformed> {
    let document = document(ENDPOINT, body)?;
    let root = fields(ENDPOINT, &document)?;
    let buckets = match root.get("buckets") {
        Some(Value::Array(buckets)) => buckets.as_slice(),
        None if root.is_empty() || root.has("buckets") => &[],
        _ => return Err(without(ENDPOINT, "list of buckets")),
    };
    let mut odd = Odd::default();
    root.count_unknown(&["buckets"], &mut odd);
    let mut by_model: BTreeMap<&str, Bucket> = BTreeMap::new();
    for bucket in buckets.iter().take(MOST) {
        let Some(fields) = Fields::of(bucket) else {
            odd.more();
            continue;
        };
        fields.count_unknown(
            &["modelId", "tokenType", "remainingFraction", "remainingAmount", "resetTime"],
            &mut odd,
        );
        let Some(model) = fields.text("modelId", &mut odd).and_then(field::id) else {
            odd.more();
            continue;
        };
        let bucket = read(fields, seen, &mut odd);
        by_model.entry(model).and_modify(|best| *best = tighter(*best, bucket)).or_insert(bucket);
    }
    let limits = by_model.iter().filter_map(|(model, b)| Some(((*model).to_owned(), b.limit?))).collect();
    let models = by_model.into_iter().map(|(id, bucket)| reading(id, bucket, seen)).collect();
    Ok(Buckets { models, limits, odd: odd.count() })
}

fn read(bucket: Fields<'_>, seen: Seen, odd: &mut Odd) -> Bucket {
    let share = bucket.share("remainingFraction", odd);
    let amount = bucket.whole("remainingAmount", odd).filter(|amount| *amount >= 0);
    Bucket { share, reset_at: seen.reset(bucket, None, odd).map(|r| r.ours), limit: limit(share, amount) }
}

/// How many requests the whole bucket has.
fn limit(share: Option<Remaining>, amount: Option<i64>) -> Option<u64> {
    let share = share?.fraction();
    // An estimate; amounts are far below 2^52.
    let whole = (amount? as f64 / share).round();
    (share > 0.0 && (1.0..=LARGEST_LIMIT).contains(&whole)).then_some(whole as u64)
}

/// Of two buckets of a model the lowest known share counts, the later reset on a tie.
fn tighter(a: Bucket, b: Bucket) -> Bucket {
    match (a.share, b.share) {
        (Some(x), Some(y)) if y < x || (y == x && b.reset_at > a.reset_at) => b,
        (None, Some(_)) => b,
        (Some(_), _) | (None, None) => a,
    }
}

fn reading(id: &str, bucket: Bucket, seen: Seen) -> ModelReading {
    ModelReading {
        id: id.to_owned(),
        display_name: id.to_owned(),
        group: None,
        // Doubles of the models without the ending.
        hidden: id.ends_with("_vertex"),
        disabled: false,
        own: bucket.share,
        reset_at: bucket.reset_at,
        source: Source::Buckets,
        observed_at: seen.observed_at,
    }
}
