//! TOML, with comments and order kept.

use super::Unfit;
use serde_json::Value;
use toml_edit::{DocumentMut, Item, Table, TableLike};

pub(super) fn get(text: &str, at: &[String]) -> Option<Value> {
    let document = read(text).ok()?;
    let mut item = document.as_item();
    for name in at {
        item = item.as_table_like()?.get(name)?;
    }
    value_of(item)
}

pub(super) fn set(text: &str, at: &[String], value: &Value) -> Result<String, Unfit> {
    let mut document = read(text)?;
    let Some((last, groups)) = at.split_last() else { return Ok(text.to_owned()) };
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for (depth, name) in groups.iter().enumerate() {
        if table.get(name).is_none() {
            let mut fresh = Table::new();
            // Only the innermost gets a header of its own.
            fresh.set_implicit(depth + 1 < groups.len());
            table.insert(name, Item::Table(fresh));
        }
        let inner = table.get_mut(name).and_then(Item::as_table_like_mut);
        table = inner.ok_or_else(|| Unfit::NoGroup(groups[..=depth].join(".")))?;
    }
    let mut fresh = toml_value(value);
    match table.get_mut(last) {
        Some(Item::Value(old)) => {
            *fresh.decor_mut() = old.decor().clone();
            *old = fresh;
        }
        Some(Item::Table(_) | Item::ArrayOfTables(_)) => return Err(Unfit::NoGroup(at.join("."))),
        Some(Item::None) | None => {
            table.insert(last, Item::Value(fresh));
        }
    }
    Ok(document.to_string())
}

pub(super) fn remove(text: &str, at: &[String]) -> Result<String, Unfit> {
    let mut document = read(text)?;
    let Some((last, groups)) = at.split_last() else { return Ok(text.to_owned()) };
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for name in groups {
        let Some(inner) = table.get_mut(name).and_then(Item::as_table_like_mut) else {
            return Ok(text.to_owned());
        };
        table = inner;
    }
    table.remove(last);
    Ok(document.to_string())
}

fn read(text: &str) -> Result<DocumentMut, Unfit> {
    text.parse().map_err(|error: toml_edit::TomlError| {
        let line =
            error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        Unfit::Broken { form: "TOML", why: format!("line {line}: {}", error.message()) }
    })
}

/// Texts and groups are all there is to compare; the others stand as their text.
fn value_of(item: &Item) -> Option<Value> {
    if let Some(text) = item.as_str() {
        return Some(text.into());
    }
    if let Some(table) = item.as_table_like() {
        let inner = table.iter().filter_map(|(name, item)| Some((name.to_owned(), value_of(item)?)));
        return Some(Value::Object(inner.collect()));
    }
    item.as_value().map(|value| Value::String(value.to_string().trim().to_owned()))
}

fn toml_value(value: &Value) -> toml_edit::Value {
    value.as_str().map_or_else(|| value.to_string().into(), Into::into)
}
