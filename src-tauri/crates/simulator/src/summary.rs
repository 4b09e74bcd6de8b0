//! `retrieveUserQuotaSummary`: groups and their windows (`upstream-api` §5.1).

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    account::Account,
    assist::{check_fields, check_project},
    catalogue::{self, Group},
    errors::{self, rebase, wire_time},
    models::model_of,
    reply::Reply,
    request::Request,
    scenario::{AccountKind, Flag, SummaryShape, Tier},
    share::Share,
    span,
    window::{Reading, Window},
    world::World,
};

/// The answer.
#[derive(Serialize)]
struct Summary {
    description: &'static str,
    groups: Vec<GroupBody>,
}

/// One pool.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupBody {
    display_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'static str>,
    buckets: Vec<BucketBody>,
}

/// One window of a pool, or one model of a Cloud project.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BucketBody {
    bucket_id: String,
    display_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reset_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining_fraction: Option<Share>,
}

/// Answers `retrieveUserQuotaSummary`.
pub(crate) fn retrieve(world: &mut World, index: usize, request: &Request, now: Timestamp) -> Reply {
    let step20 = world.options.step20;
    let account = &mut world.accounts[index];
    let acceptable =
        check_fields(request, &["project"]).and_then(|()| check_project(account, request, false));
    if let Err(refusal) = acceptable {
        return refusal.reply(now);
    }
    let stepped = step20 || account.has(Flag::Step20);
    match shape(account) {
        SummaryShape::Windows => Reply::json(200, &windows(account, stepped, now)),
        SummaryShape::AllModels => Reply::json(200, &all_models(account, stepped, now)),
        SummaryShape::Empty => Reply::json(200, &json!({"groups": []})),
        SummaryShape::NotFound => errors::reply("404", now),
        SummaryShape::OddFields => {
            // The embedded text is read by a test.
            let odd =
                serde_json::from_str(include_str!("bodies/summary.odd_fields.json")).unwrap_or(Value::Null);
            Reply::json(200, &rebase(odd, now))
        }
    }
}

fn shape(account: &Account) -> SummaryShape {
    let usual = match (account.spec.kind, account.spec.tier) {
        (AccountKind::GeminiCli, _) => SummaryShape::Empty,
        (AccountKind::Antigravity, Tier::Standard) => SummaryShape::AllModels,
        (AccountKind::Antigravity, _) => SummaryShape::Windows,
    };
    account.spec.summary.unwrap_or(usual)
}

fn windows(account: &mut Account, stepped: bool, now: Timestamp) -> Summary {
    let unknown = account.spec.unknown_in_summary.clone();
    let mut groups = Vec::new();
    for group in Group::ALL {
        let Some(pool) = account.pool(group) else { continue };
        let mut read = pool.read(now);
        // The service lists the longest window first.
        read.sort_by_key(|(window, _)| std::cmp::Reverse(window.length));
        let known = !unknown.contains(&group);
        let buckets = read
            .iter()
            .map(|(window, reading)| bucket(group, window, reading, stepped, known, now))
            .collect();
        groups.push(GroupBody {
            display_name: group.display_name(),
            description: Some(group.description()),
            buckets,
        });
    }
    Summary {
        description: "Within each group, models share a weekly limit and a 5-hour limit. Quota is consumed \
                      proportionally to the cost of the tokens.",
        groups,
    }
}

fn bucket(
    group: Group,
    window: &Window,
    reading: &Reading,
    stepped: bool,
    known: bool,
    now: Timestamp,
) -> BucketBody {
    BucketBody {
        bucket_id: format!("{}-{}", group.prefix(), window.name),
        display_name: display_name(&window.name),
        window: Some(window.name.clone()),
        reset_time: Some(wire_time(reading.reset)),
        description: reading.started.then(|| description(window, reading, now)),
        remaining_fraction: known.then(|| Share::reported(reading.remaining, stepped)),
    }
}

fn display_name(window: &str) -> String {
    match window {
        "weekly" => "Weekly Limit".to_owned(),
        "5h" => "Five Hour Limit".to_owned(),
        other => format!("{other} Limit"),
    }
}

fn description(window: &Window, reading: &Reading, now: Timestamp) -> String {
    let limit = match window.name.as_str() {
        "weekly" => "weekly",
        "5h" => "5-hour",
        other => other,
    };
    let verb = if window.is_empty() { "reached" } else { "used some of" };
    format!(
        "You have {verb} your {limit} limit, it will fully refresh in {}.",
        span::people(reading.reset.duration_since(now))
    )
}

/// What a Cloud project sees: a number per model, without windows.
fn all_models(account: &mut Account, stepped: bool, now: Timestamp) -> Summary {
    let mut buckets = Vec::new();
    for (id, fields) in &catalogue::listing().models {
        let recommended = fields.get("recommended") == Some(&Value::Bool(true));
        let Some(model) = model_of(account, id).filter(|_| recommended) else { continue };
        let own = account.spec.models.get(id).cloned().unwrap_or_default();
        let group = model.vendor.group();
        let known = !own.unknown && !account.spec.unknown_in_summary.contains(&group);
        let share =
            own.remaining.or_else(|| account.pool(group)?.binding(now).map(|reading| reading.remaining));
        buckets.push(BucketBody {
            bucket_id: id.clone(),
            display_name: fields.get("displayName").and_then(Value::as_str).unwrap_or(id).to_owned(),
            window: None,
            reset_time: None,
            description: None,
            remaining_fraction: share.filter(|_| known).map(|share| Share::reported(share, stepped)),
        });
    }
    let group = GroupBody { display_name: "All Models", description: None, buckets };
    Summary { description: "View your available model quota.", groups: vec![group] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_odd_summary_reads() {
        let odd: Value = serde_json::from_str(include_str!("bodies/summary.odd_fields.json")).unwrap();
        assert!(odd["groups"].is_array());
    }
}
