//! `fetchAvailableModels`: the catalogue as one account sees it, with one number per model (`upstream-api` §4).

use jiff::Timestamp;
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::{Map, Value, json};

use crate::{
    account::Account,
    assist::{check_fields, check_project},
    catalogue::{self, Group, Model, Vendor},
    errors::{rebase, wire_time},
    reply::Reply,
    request::Request,
    scenario::{AccountKind, Flag, ListShape},
    share::Share,
    world::World,
};

/// `quotaInfo` of a model.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct QuotaInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining_fraction: Option<Share>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reset_time: Option<String>,
}

/// Answers `fetchAvailableModels`.
pub(crate) fn fetch_available(world: &mut World, index: usize, request: &Request, now: Timestamp) -> Reply {
    let step20 = world.options.step20;
    let account = &mut world.accounts[index];
    let acceptable =
        check_fields(request, &["project"]).and_then(|()| check_project(account, request, false));
    if let Err(refusal) = acceptable {
        return refusal.reply(now);
    }
    let shape =
        if account.spec.kind == AccountKind::GeminiCli { ListShape::Empty } else { account.spec.list };
    match shape {
        ListShape::Full => full(account, step20, now),
        ListShape::Empty => Reply::json(200, &json!({"models": {}})),
        ListShape::Minimal => {
            // The embedded text is read by a test.
            let odd = serde_json::from_str(include_str!("bodies/models.minimal.json")).unwrap_or(Value::Null);
            Reply::json(200, &rebase(odd, now))
        }
    }
}

/// The list of one account: the shared fields stand in the catalogue and are written from there.
struct Full<'a> {
    models: Vec<(&'a str, Entry<'a>)>,
}

impl Serialize for Full<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_map(None)?;
        for (key, value) in &catalogue::listing().rest {
            body.serialize_entry(key, value)?;
        }
        body.serialize_entry("models", &Models(&self.models))?;
        body.end()
    }
}

struct Models<'a>(&'a [(&'a str, Entry<'a>)]);

impl Serialize for Models<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(id, entry)| (id, entry)))
    }
}

/// A model of the list: its fields with what holds for the account in their place.
struct Entry<'a> {
    fields: Option<&'a Map<String, Value>>,
    quota: QuotaInfo,
    disabled: bool,
    display_name: Option<&'a str>,
}

impl Entry<'_> {
    fn keeps(&self, key: &str) -> bool {
        match key {
            "quotaInfo" => false,
            "disabled" => !self.disabled,
            "displayName" => self.display_name.is_none(),
            _ => true,
        }
    }
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entry = serializer.serialize_map(None)?;
        for (key, value) in self.fields.into_iter().flatten().filter(|(key, _)| self.keeps(key)) {
            entry.serialize_entry(key, value)?;
        }
        entry.serialize_entry("quotaInfo", &self.quota)?;
        if self.disabled {
            entry.serialize_entry("disabled", &true)?;
        }
        if let Some(name) = self.display_name {
            entry.serialize_entry("displayName", name)?;
        }
        entry.end()
    }
}

fn full(account: &mut Account, step20: bool, now: Timestamp) -> Reply {
    let listed = &catalogue::listing().models;
    let own: Vec<String> =
        account.spec.models.keys().filter(|id| !listed.contains_key(*id)).cloned().collect();
    let shared = listed.iter().map(|(id, fields)| (id, Some(fields)));
    let all = shared.chain(own.iter().map(|id| (id, None)));
    let seen: Vec<_> = all
        .filter_map(|(id, fields)| {
            let model = model_of(account, id)?;
            Some((id.as_str(), fields, quota_info(account, &model, step20, now)))
        })
        .collect();
    let entry = |(id, fields, quota)| {
        let own = account.spec.models.get(id);
        let display_name = own.and_then(|own| own.display_name.as_deref());
        (id, Entry { fields, quota, disabled: own.is_some_and(|own| own.disabled), display_name })
    };
    Reply::json(200, &Full { models: seen.into_iter().map(entry).collect() })
}

/// The number of one model: its group's shortest window, which can be full while the week is empty.
fn quota_info(account: &mut Account, model: &Model, step20: bool, now: Timestamp) -> QuotaInfo {
    if model.internal {
        return QuotaInfo { remaining_fraction: Some(Share::reported(1.0, false)), reset_time: None };
    }
    let group = model.vendor.group();
    let own = account.spec.models.get(&model.id).cloned().unwrap_or_default();
    if own.unknown || (account.spec.unknown_in_list.contains(&group) && own.remaining.is_none()) {
        return QuotaInfo::default();
    }
    let stepped = step20 || account.has(Flag::Step20);
    let Some(reading) = short_window(account, group, now) else { return QuotaInfo::default() };
    let remaining = Share::reported(own.remaining.unwrap_or(reading.remaining), stepped);
    QuotaInfo {
        // proto3 JSON drops a zero.
        remaining_fraction: Some(remaining).filter(|share| !share.is_zero()),
        reset_time: Some(wire_time(reading.reset)),
    }
}

fn short_window(account: &mut Account, group: Group, now: Timestamp) -> Option<crate::window::Reading> {
    let windows = account.pool(group)?.read(now);
    windows.into_iter().min_by_key(|(window, _)| window.length).map(|(_, reading)| reading)
}

/// A model this account may use; `None` is a 404.
pub(crate) fn model_of(account: &Account, id: &str) -> Option<Model> {
    let own = account.spec.models.get(id);
    if own.is_some_and(|own| own.hidden) {
        return None;
    }
    match account.spec.kind {
        AccountKind::Antigravity => catalogue::antigravity(id).or_else(|| own.map(|_| added(id))),
        AccountKind::GeminiCli => {
            let listed =
                account.buckets.iter().any(|bucket| bucket.spec.models.iter().any(|known| known == id));
            (listed || own.is_some()).then(|| catalogue::plain_gemini(id))
        }
    }
}

/// A model that only the scenario knows; its id says whose it is.
fn added(id: &str) -> Model {
    let vendor = if id.starts_with("claude") {
        Vendor::Anthropic
    } else if id.starts_with("gpt") {
        Vendor::OpenAi
    } else {
        Vendor::Google
    };
    Model { vendor, ..catalogue::plain_gemini(id) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_odd_list_reads() {
        let odd: Value = serde_json::from_str(include_str!("bodies/models.minimal.json")).unwrap();
        assert!(odd["models"].is_object());
    }
}
