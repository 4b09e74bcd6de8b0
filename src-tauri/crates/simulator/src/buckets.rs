//! `retrieveUserQuota`: the request buckets of a Gemini CLI login (`upstream-api` §5.3).

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    account::Bucket,
    assist::{check_fields, check_project},
    errors::wire_time,
    reply::Reply,
    request::Request,
    share::Share,
    world::World,
};

/// The answer.
#[derive(Default, Serialize)]
struct Buckets {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    buckets: Vec<BucketBody>,
}

/// One model's bucket.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BucketBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining_amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining_fraction: Option<Share>,
    reset_time: String,
    token_type: &'static str,
    model_id: String,
}

/// Answers `retrieveUserQuota`.
pub(crate) fn retrieve(world: &mut World, index: usize, request: &Request, now: Timestamp) -> Reply {
    let account = &mut world.accounts[index];
    let acceptable =
        check_fields(request, &["project", "userAgent"]).and_then(|()| check_project(account, request, true));
    if let Err(refusal) = acceptable {
        return refusal.reply(now);
    }
    let buckets = account.buckets.iter_mut().flat_map(|bucket| bodies(bucket, now)).collect();
    Reply::json(200, &Buckets { buckets })
}

/// A bucket is listed once for every id that counts in it.
fn bodies(bucket: &mut Bucket, now: Timestamp) -> Vec<BucketBody> {
    bucket.window.settle(now);
    let reading = bucket.window.read(now);
    let amount = (reading.remaining * bucket.limit() as f64).round();
    let ids = bucket.spec.models.iter().cloned();
    let twins = bucket.spec.models.iter().filter(|_| bucket.spec.vertex).map(|id| format!("{id}_vertex"));
    let known = !bucket.spec.unknown;
    let body = |model_id| BucketBody {
        remaining_amount: (bucket.spec.amount && known).then(|| format!("{amount}")),
        remaining_fraction: known.then(|| Share::reported(reading.remaining, false)),
        reset_time: wire_time(reading.reset),
        token_type: "REQUESTS",
        model_id,
    };
    ids.chain(twins).map(body).collect()
}
