//! Every fixture with each of its fields dropped, renamed or retyped, once each: nothing panics, and no number comes from
//! anywhere but the document.

use crate::fixture::{files, json, seen, t0};
use domain::credential::Provider;
use domain::quota::Remaining;
use jiff::Timestamp;
use serde_json::Value;
use wire::upstream::{buckets, discovery, keys, models, summary, token, userinfo};

/// Holds F56, G14.
#[test]
fn damaged_summaries_give_no_number_of_their_own() {
    each_damage("retrieveUserQuotaSummary", |name, document, _, body| {
        let Ok(read) = summary::parse(body, seen(t0())) else { return };
        let written = Written::in_document(document);
        for window in read.groups.iter().flat_map(|g| &g.windows) {
            written.check(name, window.remaining, window.reset_at);
        }
        for model in &read.models {
            written.check(name, model.own, model.reset_at);
        }
    });
}

/// Holds F56, G14.
#[test]
fn damaged_model_lists_give_no_number_of_their_own() {
    each_damage("fetchAvailableModels", |name, document, _, body| {
        let Ok(read) = models::parse(body, seen(t0())) else { return };
        let written = Written::in_document(document);
        for model in &read.models {
            let info = &document["models"][&model.id]["quotaInfo"];
            // The one documented exception: a share that is missing beside a readable reset is empty.
            let left_out = info.get("remainingFraction").is_none() && model.reset_at.is_some();
            let own = model.own.filter(|own| !(left_out && own.is_empty()));
            written.check(name, own, model.reset_at);
            if !left_out {
                let beside = info["remainingFraction"].as_f64().and_then(Remaining::clamped);
                assert_eq!(model.own, beside, "{name} {}", model.id);
            }
        }
    });
}

/// Holds F56, G14.
#[test]
fn damaged_buckets_give_no_number_of_their_own() {
    each_damage("retrieveUserQuota", |name, document, _, body| {
        let Ok(read) = buckets::parse(body, seen(t0())) else { return };
        let written = Written::in_document(document);
        for model in &read.models {
            written.check(name, model.own, model.reset_at);
        }
    });
}

/// Holds F56.
#[test]
fn a_damaged_field_of_a_bucket_leaves_the_other_buckets_alone() {
    let name = "retrieveUserQuotaSummary/pro.json";
    let whole = parsed(&json(name));
    let mut compared = 0;
    damages(json(name), |path, document| {
        let [groups, group, buckets, bucket, ..] = path else { return };
        if (groups.as_str(), buckets.as_str()) != ("groups", "buckets") {
            return;
        }
        let (group, bucket): (usize, usize) = (group.parse().unwrap(), bucket.parse().unwrap());
        let damaged = parsed(document);
        for (g, before) in whole.groups.iter().enumerate() {
            for (b, window) in before.windows.iter().enumerate().filter(|(b, _)| (g, *b) != (group, bucket)) {
                let after =
                    damaged.groups.iter().flat_map(|g| &g.windows).find(|w| w.bucket == window.bucket);
                assert_eq!(after, Some(window), "{path:?} {g} {b}");
                compared += 1;
            }
        }
    });
    assert!(compared > 100, "{compared}");
}

/// Holds F56.
#[test]
fn a_damaged_field_of_a_known_answer_is_counted() {
    let retyped = |fixture: &str, pointer: &str, to: Value| {
        let mut document = json(fixture);
        *document.pointer_mut(pointer).unwrap() = to;
        parsed(&document).odd
    };
    let pro = "retrieveUserQuotaSummary/pro.json";
    assert_eq!(retyped(pro, "/groups/0/buckets/0/remainingFraction", Value::from("much")), 1);
    assert_eq!(retyped(pro, "/groups/0/buckets/0/resetTime", Value::from("soon")), 1);
    assert_eq!(retyped(pro, "/groups/0/buckets/0", Value::from(7)), 1);
    assert_eq!(retyped(pro, "/groups/0/buckets", Value::from(7)), 1);
    assert_eq!(retyped(pro, "/groups/0", Value::from(7)), 1);
    let mut renamed = json(pro);
    let bucket = renamed.pointer_mut("/groups/0/buckets/0").unwrap().as_object_mut().unwrap();
    let share = bucket.remove("remainingFraction").unwrap();
    bucket.insert("fractionLeft".into(), share);
    assert_eq!(parsed(&renamed).odd, 1);
}

/// Holds F56, G14.
#[test]
fn no_damage_to_any_other_answer_panics() {
    each_damage("loadCodeAssist", |_, _, _, body| {
        let _ = (discovery::parse_load(body), discovery::parse_load_refusal(body));
    });
    each_damage("onboardUser", |_, _, _, body| drop(discovery::parse_operation(body)));
    each_damage("oauth", |_, _, _, body| {
        let _ = (token::parse(body), token::refusal(400, body), userinfo::parse(body));
    });
    each_damage("credentials", |name, _, _, body| drop(wire::credential_file::read(name, body)));
    each_damage("retrieveUserQuota", |_, _, _, body| drop(keys::parse_models(body, seen(t0()))));
    each_damage("errors", |name, _, _, body| {
        for provider in Provider::ALL {
            for status in [200, 400, 401, 403, 429, 503] {
                let answer = wire::fault::Answer { status, retry_after: None, body, now: t0() };
                let fault = wire::fault::read(answer, provider);
                assert!(!fault.message.is_empty(), "{name}");
            }
        }
    });
}

/// Every share and every time a document can tell.
#[derive(Default)]
struct Written {
    shares: Vec<Remaining>,
    times: Vec<Timestamp>,
}

impl Written {
    fn in_document(document: &Value) -> Self {
        let mut written = Self::default();
        written.take(document);
        written
    }

    fn take(&mut self, value: &Value) {
        match value {
            Value::Array(list) => list.iter().for_each(|v| self.take(v)),
            Value::Object(map) => map.values().for_each(|v| self.take(v)),
            Value::Number(number) => self.shares.extend(number.as_f64().and_then(Remaining::clamped)),
            // Years of the fixtures' time; trying every text takes most of the test.
            Value::String(text) if text.starts_with("20") => self.times.extend(text.parse::<Timestamp>()),
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }

    /// What was read must have been written.
    #[track_caller]
    fn check(&self, name: &str, share: Option<Remaining>, reset: Option<Timestamp>) {
        assert!(share.is_none_or(|s| self.shares.contains(&s)), "{name}: {share:?} was never written");
        assert!(reset.is_none_or(|r| self.times.contains(&r)), "{name}: {reset:?} was never written");
    }
}

fn parsed(document: &Value) -> summary::Summary {
    summary::parse(document.to_string().as_bytes(), seen(t0())).unwrap()
}

/// Hands every damaged version of every JSON fixture of a folder to `test`: name, document, path, bytes.
pub fn each_damage(folder: &str, test: impl Fn(&str, &Value, &[String], &[u8])) {
    let names = files(folder).into_iter().filter(|name| name.ends_with(".json"));
    let mut count = 0;
    for name in names {
        damages(json(&name), |path, document| {
            test(&name, document, path, document.to_string().as_bytes());
            count += 1;
        });
    }
    assert!(count > 0, "{folder}");
}

/// Each path of a document dropped once, under another name once, and once of every other type.
fn damages(mut document: Value, mut test: impl FnMut(&[String], &Value)) {
    let mut paths = Vec::new();
    collect(&document, &mut Vec::new(), &mut paths);
    for path in paths {
        let whole = take(&mut document, &path);
        test(&path, &document);
        if let Some(other) = renamed(&document, &path) {
            put(&mut document, &other, whole.clone());
            test(&path, &document);
            take(&mut document, &other);
        }
        put(&mut document, &path, Value::Null);
        for other in others(&whole) {
            *at_mut(&mut document, &path) = other;
            test(&path, &document);
        }
        *at_mut(&mut document, &path) = whole;
    }
}

fn others(value: &Value) -> Vec<Value> {
    let kinds = ["null", "true", "-7.5", "\"text\"", "[]", "{}"]
        .map(|text| serde_json::from_str::<Value>(text).unwrap());
    kinds.into_iter().filter(|kind| std::mem::discriminant(kind) != std::mem::discriminant(value)).collect()
}

fn collect(value: &Value, here: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Array(list) => list.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![],
    };
    for (key, child) in children {
        // Half of every model list, and read by nobody: the map itself is damaged, its 17 switches are not.
        let is_read = key != "supportedMimeTypes";
        here.push(key);
        paths.push(here.clone());
        if is_read {
            collect(child, here, paths);
        }
        here.pop();
    }
}

/// The path with another last name, where it is a name; places in a list have none.
fn renamed(document: &Value, path: &[String]) -> Option<Vec<String>> {
    let (last, parents) = path.split_last()?;
    let parent = parents.iter().fold(document, |value, step| match value {
        Value::Array(list) => &list[step.parse::<usize>().unwrap()],
        other => &other[step.as_str()],
    });
    let other = format!("{last}V2");
    parent.is_object().then(|| parents.iter().cloned().chain([other]).collect())
}

fn at_mut<'a>(value: &'a mut Value, path: &[String]) -> &'a mut Value {
    path.iter().fold(value, |value, step| match value {
        Value::Array(list) => &mut list[step.parse::<usize>().unwrap()],
        other => &mut other[step.as_str()],
    })
}

fn take(document: &mut Value, path: &[String]) -> Value {
    let (last, parents) = path.split_last().unwrap();
    match at_mut(document, parents) {
        Value::Array(list) => list.remove(last.parse().unwrap()),
        Value::Object(map) => map.remove(last).unwrap(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            panic!("{path:?} has no parent")
        }
    }
}

fn put(document: &mut Value, path: &[String], value: Value) {
    let (last, parents) = path.split_last().unwrap();
    match at_mut(document, parents) {
        Value::Array(list) => list.insert(last.parse().unwrap(), value),
        Value::Object(map) => drop(map.insert(last.clone(), value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            panic!("{path:?} has no parent")
        }
    }
}
